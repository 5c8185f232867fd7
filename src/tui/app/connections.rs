//! Connections view: connection list, and deliveries of the selected connection.

use super::connection_list::ConnectionList;
use super::connection_sort::ConnectionOrder;
use super::cursor::{Cursor, Follow};
use super::log_model::LogModel;
use crate::index::{Connection, ConnectionId, EntryKind, RowId};
use crate::log::entry::Time;
use crate::tui::keymap::Motion;
use crate::tui::layout::{Pane, column_at, connection_columns};

/// Lists and selections of the view.
#[derive(Default)]
pub(super) struct ConnectionsView {
    list: ConnectionList,
    cursor: Cursor<ConnectionId>,
    deliveries: DeliveriesPane,
    delivery: Cursor<RowId>,
    /// Number of rows when the list last followed the log.
    followed: usize,
}

/// Deliveries of one connection that match the filter.
#[derive(Default)]
struct DeliveriesPane {
    of: Option<ConnectionId>,
    rows: Vec<RowId>,
    /// Newest row of the connection that was scanned.
    seen: Option<RowId>,
    /// Whether newer rows are unscanned.
    more: bool,
}

/// Entries of a connection scanned per slice: about a millisecond.
const LOOKED_AT: usize = 32 * 1024;

impl ConnectionsView {
    /// Updates the set of open connections, whichever view is shown.
    pub(super) fn learn_open(&mut self, known: &LogModel) {
        if known.frozen.is_none() {
            self.list.learn_open(known.index.connections());
        }
    }

    /// Updates lists and selections; `height` gives the visible rows of a pane.
    pub(super) fn refresh(&mut self, known: &LogModel, wall: Time, height: impl Fn(Pane) -> usize) {
        self.list.refresh(known.tally(), known.connections(), known.index.names(), wall);
        let (ids, follow) = (self.list.ids(known.tally()), self.order().follow());
        self.cursor.clamp_to(ids, height(Pane::Connections), follow);
        if self.cursor.is_following() {
            self.followed = known.rows();
        }
        self.refresh_deliveries(known);
        self.delivery.clamp_to(
            self.deliveries.rows.as_slice(),
            height(Pane::Deliveries),
            Follow::Bottom,
        );
    }

    fn refresh_deliveries(&mut self, known: &LogModel) {
        let selected = self.cursor.selected();
        if self.deliveries.of != selected {
            self.deliveries = DeliveriesPane { of: selected, ..DeliveriesPane::default() };
            self.delivery = Cursor::default();
        }
        let Some(id) = selected else { return };
        let deliveries = &mut self.deliveries;
        if deliveries.seen.is_none() {
            // Capped by its length: such a list can be as long as the log.
            deliveries.rows.reserve_exact(known.tally().of(id).entries as usize);
        }
        let behind = known.index.connection_rows(id, deliveries.seen);
        let mut behind = behind.take_while(|row| (row.0 as usize) < known.rows());
        for row in behind.by_ref().take(LOOKED_AT) {
            deliveries.seen = Some(row);
            if is_delivery(known, row) && known.leaves(row) {
                deliveries.rows.push(row);
            }
        }
        deliveries.more = behind.next().is_some();
    }

    /// Whether sliced work is pending.
    pub(super) fn is_busy(&self) -> bool {
        self.list.is_sorting() || self.deliveries.more
    }

    /// Whether a sort is due after the minimum interval.
    pub(super) fn is_behind(&self, known: &LogModel) -> bool {
        self.list.is_behind(known.tally())
    }

    /// Drops the lists made under the previous filter.
    pub(super) fn restart(&mut self) {
        self.list.restart();
        self.deliveries = DeliveriesPane::default();
    }

    /// Adds entries that the text search found after they were scanned.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        let (of, seen) = (self.deliveries.of, self.deliveries.seen);
        let rows = known.index.rows();
        let late = found.iter().copied().filter(|&row| {
            // Evicted rows are no longer known.
            rows.contains(row)
                && Some(row) <= seen
                && Some(rows.connection(row)) == of
                && is_delivery(known, row)
        });
        let before = self.deliveries.rows.len();
        self.deliveries.rows.extend(late);
        if self.deliveries.rows.len() > before {
            self.deliveries.rows.sort();
        }
    }

    /// Drops evicted entries.
    pub(super) fn evict(&mut self, known: &LogModel) {
        let first = known.index.rows().first();
        self.deliveries.rows.retain(|&row| row >= first);
        self.list.evict(known.tally());
    }

    /// Drops entries older than the time window.
    pub(super) fn slide(&mut self, known: &LogModel) {
        self.deliveries.rows.retain(|&row| known.leaves(row));
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.list.memory() + self.deliveries.rows.capacity() * size_of::<RowId>()
    }

    /// Moves a selection.
    pub(super) fn move_cursor(
        &mut self,
        pane: Pane,
        motion: Motion,
        height: usize,
        known: &LogModel,
    ) {
        if pane == Pane::Deliveries {
            self.delivery.move_by(motion, self.deliveries.rows.as_slice(), height, Follow::Bottom);
        } else {
            let (ids, follow) = (self.list.ids(known.tally()), self.order().follow());
            self.cursor.move_by(motion, ids, height, follow);
        }
    }

    /// Selects a visible row.
    pub(super) fn click(&mut self, pane: Pane, row: usize, known: &LogModel) {
        if pane == Pane::Deliveries {
            self.delivery.click(row, self.deliveries.rows.as_slice());
        } else {
            self.cursor.click(row, self.list.ids(known.tally()));
        }
    }

    /// Sorts by the column whose heading is at this cell.
    pub(super) fn sort_by_head(&mut self, x: u16, width: u16) {
        if let Some(column) = column_at(&connection_columns(width), x) {
            self.reorder(self.order().by(column));
        }
    }

    /// Requests a sort order.
    pub(super) fn reorder(&mut self, order: ConnectionOrder) {
        self.list.reorder(order);
        self.cursor = Cursor::default();
    }

    /// Sort order of the list.
    pub(super) fn order(&self) -> ConnectionOrder {
        self.list.order()
    }

    /// Connections that match the filter.
    pub(super) fn ids<'a>(&'a self, known: &'a LogModel) -> &'a [ConnectionId] {
        self.list.ids(known.tally())
    }

    /// All open connections.
    pub(super) fn all_open(&self) -> &[ConnectionId] {
        self.list.all_open()
    }

    /// Selects a connection.
    pub(super) fn select(&mut self, id: ConnectionId, known: &LogModel) {
        self.cursor.select(id, self.list.ids(known.tally()));
    }

    /// Open connections that match the filter.
    pub(super) fn open(&self, known: &LogModel) -> usize {
        self.list.open(known.tally())
    }

    /// Visible connections.
    pub(super) fn visible<'a>(
        &'a self,
        known: &'a LogModel,
        height: usize,
    ) -> impl Iterator<Item = (ConnectionId, &'a Connection)> {
        let visible = self.ids(known).iter().skip(self.cursor.top()).take(height);
        visible.filter_map(|&id| Some((id, known.connections().get(id.0 as usize)?)))
    }

    /// Selected connection.
    pub(super) fn selected<'a>(
        &self,
        known: &'a LogModel,
    ) -> Option<(ConnectionId, &'a Connection)> {
        let id = self.cursor.selected()?;
        Some((id, known.connections().get(id.0 as usize)?))
    }

    /// Matching deliveries of the selected connection.
    pub(super) fn deliveries(&self) -> &[RowId] {
        &self.deliveries.rows
    }

    /// Visible deliveries.
    pub(super) fn visible_deliveries(&self, height: usize) -> &[RowId] {
        let rows = &self.deliveries.rows;
        let top = self.delivery.top().min(rows.len());
        rows.get(top..rows.len().min(top + height)).unwrap_or_default()
    }

    /// Selected delivery.
    pub(super) fn delivery(&self) -> Option<RowId> {
        self.delivery.selected()
    }

    /// Selected delivery, or else the first entry of the selected connection.
    pub(super) fn entry(&self, known: &LogModel) -> Option<RowId> {
        let first = |id| known.index.connection_rows(id, None).next();
        self.delivery().or_else(|| first(self.cursor.selected()?))
    }

    /// Number of rows when the list stopped following; `None` while it follows, or when its order
    /// has no followed end.
    pub(super) fn paused_at(&self) -> Option<usize> {
        let paused = !self.cursor.is_following() && self.order().is_arrival();
        paused.then_some(self.followed)
    }
}

fn is_delivery(known: &LogModel, row: RowId) -> bool {
    !matches!(known.index.rows().kind(row), EntryKind::Opened | EntryKind::Closed)
}
