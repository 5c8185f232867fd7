//! The list of connections: which of them, and in which order.
//!
//! In the order of arrival it is the tally's own list, which grows at its end. Any other order is
//! made in parts, between which the keys are looked at; what was shown before stands until the new
//! list is whole.

use super::connection_sort::{ConnectionOrder, IncrementalSort};
use crate::index::{Connection, ConnectionId, Interner, SegmentedVec};
use crate::log::entry::Time;
use crate::stats::Tally;

/// A list in any other order than that of arrival is made anew this often at most, in milliseconds.
const RESORT: u64 = 500;

/// What a list was made of: rows, entries under the filter, and rows that were not yet looked at.
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

/// The list, and the connections that are open.
#[derive(Default)]
pub(super) struct ConnectionList {
    order: ConnectionOrder,
    /// In another order than that of arrival; empty if it is that one which is shown.
    sorted: Vec<ConnectionId>,
    /// The next list, on its way.
    sorting: Option<IncrementalSort>,
    /// What the newest list was made of and when, or is being made of; `None` if it must be made
    /// anew.
    made: Option<(ListKey, Time)>,
    /// Open connections, and how many connections were looked at for them. One that is over never
    /// opens again.
    open: Vec<ConnectionId>,
    known: usize,
}

impl ConnectionList {
    /// The order asked for.
    pub(super) fn order(&self) -> ConnectionOrder {
        self.order
    }

    /// Asks for another order.
    pub(super) fn reorder(&mut self, order: ConnectionOrder) {
        self.order = order;
        (self.made, self.sorting) = (None, None);
    }

    /// The filter changed: what was listed under the old one shall not be shown any more.
    pub(super) fn restart(&mut self) {
        self.reorder(self.order);
        self.sorted.clear();
    }

    /// What is shown of a tally.
    pub(super) fn ids<'a>(&'a self, tally: &'a Tally) -> &'a [ConnectionId] {
        if self.sorted.is_empty() { tally.connections() } else { &self.sorted }
    }

    /// Whether a new order is not ready yet.
    pub(super) fn is_sorting(&self) -> bool {
        self.sorting.is_some()
    }

    /// Whether the list is to be made anew once some time has passed.
    pub(super) fn is_behind(&self, tally: &Tally) -> bool {
        let newest = self.made.map(|(stamp, _)| stamp);
        self.order != ConnectionOrder::default() && newest != Some(ListKey::of(tally))
    }

    /// All open connections.
    pub(super) fn all_open(&self) -> &[ConnectionId] {
        &self.open
    }

    /// Open connections of which the tally counts something.
    pub(super) fn open(&self, tally: &Tally) -> usize {
        self.open.iter().filter(|&&id| tally.of(id).entries > 0).count()
    }

    /// Looks for connections that were opened, and that are not open any more.
    pub(super) fn learn_open(&mut self, all: &SegmentedVec<Connection>) {
        let is_open = |id: &ConnectionId| all.get(id.0 as usize).is_some_and(Connection::is_open);
        self.open.retain(is_open);
        let new = (self.known..all.len()).filter_map(|at| u32::try_from(at).ok());
        self.open.extend(new.map(ConnectionId).filter(is_open));
        self.known = all.len();
    }

    /// Lets go of the connections that the tally has let go of.
    pub(super) fn evict(&mut self, tally: &Tally) {
        self.sorted.retain(|&id| tally.of(id).entries > 0);
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        (self.sorted.capacity() + self.open.capacity()) * size_of::<ConnectionId>()
            + self.sorting.as_ref().map_or(0, IncrementalSort::memory)
    }

    /// Goes on towards the order asked for, if the list is to be made anew.
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
            // Some may have left meanwhile.
            self.evict(tally);
        }
    }
}
