//! What is shown, kept up to date with the index: counts, lists, selections, texts.

use super::cursor::{Cursor, Follow};
use super::{App, message};
use crate::index::{ConnectionId, Kind, RowId};
use crate::layout::Pane;
use crate::parse::Original;

/// Deliveries of one connection under the filter.
#[derive(Default)]
pub(super) struct Deliveries {
    pub(super) of: Option<ConnectionId>,
    pub(super) rows: Vec<RowId>,
    /// The newest row of the connection that was looked at.
    pub(super) seen: Option<RowId>,
}

/// A list in any other order than that of arrival is made anew this often at most, in milliseconds.
const RESORT: u64 = 500;

impl App {
    /// Brings everything that is shown up to date with the index; called before each drawing.
    pub fn refresh(&mut self) {
        self.texts.make_room();
        let rows = self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows);
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend(&self.index, rows);
        }
        self.refresh_list(rows);
        let page = self.rows_of(Pane::Connections);
        self.connections.settle(&self.list, page, self.order.follow());
        if self.connections.is_following() {
            self.followed_rows = rows;
        }
        self.refresh_deliveries(rows);
        let before = self.delivery.selected();
        let page = self.rows_of(Pane::Deliveries);
        self.delivery.settle(&self.deliveries.rows, page, Follow::Bottom);
        if self.delivery.selected() != before {
            self.message_top = 0;
        }
        if self.message_top > 0 {
            self.message_top = self.message_top.min(self.last_message_top());
        }
    }

    fn refresh_list(&mut self, rows: usize) {
        let stale = match self.listed {
            None => true,
            Some((listed, at)) => {
                let old = self.order.is_arrival() || self.wall.0.abs_diff(at.0) >= RESORT;
                listed != rows && old
            }
        };
        if stale {
            let mut list = std::mem::take(&mut self.list);
            list.clear();
            list.extend(self.tally().connections());
            self.order.sort(&mut list, self.all_connections(), self.tally(), self.index.names());
            self.list = list;
            self.listed = Some((rows, self.wall));
        }
    }

    fn refresh_deliveries(&mut self, rows: usize) {
        let selected = self.connections.selected();
        if self.deliveries.of != selected {
            self.deliveries = Deliveries { of: selected, ..Deliveries::default() };
            self.delivery = Cursor::default();
        }
        let Some(id) = selected else { return };
        let mut deliveries = std::mem::take(&mut self.deliveries);
        for row in self
            .index
            .connection_rows(id, deliveries.seen)
            .take_while(|row| (row.0 as usize) < rows)
        {
            deliveries.seen = Some(row);
            let listed = !matches!(self.index.rows().kind(row), Kind::Opened | Kind::Closed);
            if listed && self.tally().leaves(&self.index, row) {
                deliveries.rows.push(row);
            }
        }
        self.deliveries = deliveries;
    }

    /// Entries about to be shown whose text is not at hand.
    pub fn wanted(&self) -> Vec<RowId> {
        let answers = self.visible_connections().filter_map(|(_, connection)| connection.told);
        let shown = self.visible_deliveries().iter().copied();
        let selected = self.selected_entry();
        let history = selected.into_iter().flat_map(|row| self.history(row));
        let mut wanted: Vec<RowId> = answers.chain(shown).chain(selected).chain(history).collect();
        wanted.retain(|&row| !self.texts.knows(row));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Takes the text of an entry, or that it can't be read.
    pub fn supply(&mut self, row: RowId, text: Option<Original>) {
        self.texts.supply(row, text);
    }

    /// The newest entries of a row's message, newest first.
    pub(super) fn history(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        self.index.message_rows(row).take(message::HISTORY)
    }
}
