//! What is shown, kept up to date with the index: counts, lists, selections, texts.

use super::cursor::{Cursor, Follow};
use super::sheet::Sheet;
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
    /// There are newer ones.
    pub(super) more: bool,
}

/// Rows that a new filter is counted over in one go: about a millisecond.
const COUNTED: usize = 256 * 1024;
/// Entries of a connection that are looked at in one go: about a millisecond.
const LOOKED_AT: usize = 128 * 1024;

impl App {
    /// Brings everything that is shown up to date with the index; called before each drawing.
    pub fn refresh(&mut self) {
        self.texts.make_room();
        let rows = self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows);
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend_by(&self.index, rows, COUNTED);
        }
        self.refresh_list();
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

    /// Whether there is more to bring up to date, although nothing new comes: what takes long is
    /// done in parts, one a [refresh](App::refresh).
    pub fn is_busy(&self) -> bool {
        self.tally().left() > 0 || self.listing.is_sorting() || self.deliveries.more
    }

    fn refresh_list(&mut self) {
        if self.frozen.is_none() {
            self.listing.learn_open(self.index.connections());
        }
        let tally = self.filtered.as_ref().unwrap_or(&self.all);
        let all = self.frozen.as_ref().map_or(self.index.connections(), |it| &it.connections);
        self.listing.refresh(tally, all, self.index.names(), self.wall);
        let page = self.rows_of(Pane::Connections);
        let tally = self.filtered.as_ref().unwrap_or(&self.all);
        let follow = self.listing.order().follow();
        self.connections.settle(self.listing.ids(tally), page, follow);
    }

    fn refresh_deliveries(&mut self, rows: usize) {
        let selected = self.connections.selected();
        if self.deliveries.of != selected {
            self.deliveries = Deliveries { of: selected, ..Deliveries::default() };
            self.delivery = Cursor::default();
        }
        let Some(id) = selected else { return };
        let mut deliveries = std::mem::take(&mut self.deliveries);
        if deliveries.seen.is_none() {
            // No more than there is: such a list can be as long as the log.
            deliveries.rows.reserve_exact(self.tally().of(id).entries as usize);
        }
        let behind = self.index.connection_rows(id, deliveries.seen);
        let mut behind = behind.take_while(|row| (row.0 as usize) < rows);
        for row in behind.by_ref().take(LOOKED_AT) {
            deliveries.seen = Some(row);
            let listed = !matches!(self.index.rows().kind(row), Kind::Opened | Kind::Closed);
            if listed && self.tally().leaves(&self.index, row) {
                deliveries.rows.push(row);
            }
        }
        deliveries.more = behind.next().is_some();
        self.deliveries = deliveries;
    }

    /// Entries about to be shown whose text is not at hand.
    pub fn wanted(&self) -> Vec<RowId> {
        let answers = self.visible_connections().filter_map(|(_, connection)| connection.told);
        let shown = self.visible_deliveries().iter().copied();
        let selected = self.selected_entry();
        let history = selected.into_iter().flat_map(|row| self.history(row));
        // Its bytes were asked for before it was drawn.
        let laid = self.sheet.iter().filter_map(|(sheet, _)| match sheet {
            Sheet::Bytes(row, None) => Some(*row),
            _ => None,
        });
        let mut wanted: Vec<RowId> =
            answers.chain(shown).chain(selected).chain(history).chain(laid).collect();
        // Of a frozen screen some may have left meanwhile.
        wanted.retain(|&row| !self.texts.knows(row) && self.index.rows().holds(row));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Takes the text of an entry, or that it can't be read.
    pub fn supply(&mut self, row: RowId, text: Option<Original>) {
        if let (Some((Sheet::Bytes(of, bytes @ None), _)), Some(text)) = (&mut self.sheet, &text)
            && *of == row
        {
            *bytes = Some(text.text.clone());
        }
        self.texts.supply(row, text);
    }

    /// The newest entries of a row's message, newest first.
    pub(super) fn history(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        self.index.message_rows(row).take(message::HISTORY)
    }
}
