//! List of connections in the chosen sort order.
//!
//! In order of arrival it is the tally's own list, which grows at its end. Any other order is
//! sorted in slices, between which keys are handled; the previous list stays until the new one is
//! complete.

use super::connection_sort::{ConnectionOrder, IncrementalSort};
use crate::index::{Connection, ConnectionId, Interner, SegmentedVec};
use crate::log::entry::Time;
use crate::stats::Tally;

/// Minimum interval between two sorts in milliseconds, unless sorted by arrival.
const RESORT: u64 = 500;

/// State that a sorted list was made from: rows, matching entries, and rows not yet counted.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ListKey {
    rows: usize,
    entries: u32,
    whole: bool,
}

impl ListKey {
    fn of(tally: &Tally) -> Self {
        Self {
            rows: tally.rows(),
            entries: tally.totals().counts.entries,
            whole: tally.remaining() == 0,
        }
    }
}

/// Connection list, and the set of open connections.
#[derive(Default)]
pub(super) struct ConnectionList {
    order: ConnectionOrder,
    /// Sorted list; empty when shown in order of arrival.
    sorted: Vec<ConnectionId>,
    /// Sorted list in progress.
    sorting: Option<IncrementalSort>,
    /// State and time of the newest sort, finished or in progress; `None` forces a new one.
    made: Option<(ListKey, Time)>,
    /// Open connections, and the number of connections examined. A closed connection never reopens.
    open: Vec<ConnectionId>,
    known: usize,
}

impl ConnectionList {
    /// Requested sort order.
    pub(super) fn order(&self) -> ConnectionOrder {
        self.order
    }

    /// Requests a sort order.
    pub(super) fn reorder(&mut self, order: ConnectionOrder) {
        self.order = order;
        (self.made, self.sorting) = (None, None);
    }

    /// Drops the list made under the previous filter.
    pub(super) fn restart(&mut self) {
        self.reorder(self.order);
        self.sorted.clear();
    }

    /// Listed connections of a tally.
    pub(super) fn ids<'a>(&'a self, tally: &'a Tally) -> &'a [ConnectionId] {
        if self.sorted.is_empty() { tally.connections() } else { &self.sorted }
    }

    /// Whether a requested order is still being sorted.
    pub(super) fn is_sorting(&self) -> bool {
        self.sorting.is_some()
    }

    /// Whether a sort is due after the minimum interval.
    pub(super) fn is_behind(&self, tally: &Tally) -> bool {
        let newest = self.made.map(|(stamp, _)| stamp);
        self.order != ConnectionOrder::default() && newest != Some(ListKey::of(tally))
    }

    /// All open connections.
    pub(super) fn all_open(&self) -> &[ConnectionId] {
        &self.open
    }

    /// Open connections with entries counted by the tally.
    pub(super) fn open(&self, tally: &Tally) -> usize {
        self.open.iter().filter(|&&id| tally.of(id).entries > 0).count()
    }

    /// Adds newly opened connections and removes closed ones.
    pub(super) fn learn_open(&mut self, all: &SegmentedVec<Connection>) {
        let is_open = |id: &ConnectionId| all.get(id.0 as usize).is_some_and(Connection::is_open);
        self.open.retain(is_open);
        let new = (self.known..all.len()).filter_map(|at| u32::try_from(at).ok());
        self.open.extend(new.map(ConnectionId).filter(is_open));
        self.known = all.len();
    }

    /// Evicts the connections that the tally has evicted.
    pub(super) fn evict(&mut self, tally: &Tally) {
        self.sorted.retain(|&id| tally.of(id).entries > 0);
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        (self.sorted.capacity() + self.open.capacity()) * size_of::<ConnectionId>()
            + self.sorting.as_ref().map_or(0, IncrementalSort::memory)
    }

    /// Continues the sort in progress, or starts one if due.
    pub(super) fn refresh(
        &mut self,
        tally: &Tally,
        all: &SegmentedVec<Connection>,
        names: &Interner,
        wall: Time,
    ) {
        if self.order == ConnectionOrder::default() {
            self.sorted = Vec::new();
            return;
        }
        let stamp = ListKey::of(tally);
        let stale = self.made.is_none_or(|(made, at)| {
            let due = self.order.is_arrival()
                || made.whole != stamp.whole
                || wall.0.abs_diff(at.0) >= RESORT;
            made != stamp && due
        });
        if stale && self.sorting.is_none() {
            self.sorting = Some(IncrementalSort::new(self.order, tally.connections(), names));
            self.made = Some((stamp, wall));
        }
        if let Some(sorting) = &mut self.sorting
            && sorting.advance(all, tally)
        {
            self.sorted = self.sorting.take().map(IncrementalSort::finish).unwrap_or_default();
            // Some may have been evicted meanwhile.
            self.evict(tally);
        }
    }
}
