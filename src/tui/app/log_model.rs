//! Indexed and counted log behind all views.

use super::time_window::CountMark;
use crate::index::{Connection, Index, RowId, SegmentedVec};
use crate::log::entry::Time;
use crate::stats::Tally;

/// Index of the log and its counts.
#[derive(Default)]
pub(super) struct LogModel {
    pub(super) index: Index,
    /// Counts of all entries, and of matching entries if a filter is in force.
    pub(super) all: Tally,
    pub(super) filtered: Option<Tally>,
    pub(super) frozen: Option<FrozenView>,
    pub(super) mark: Option<CountMark>,
}

/// Copy of the log's extent at the moment of freezing.
pub(super) struct FrozenView {
    pub(super) connections: SegmentedVec<Connection>,
    pub(super) rows: usize,
    pub(super) clock: Time,
}

/// Rows recounted per slice under a new filter: about a millisecond.
const COUNTED: usize = 64 * 1024;

impl LogModel {
    /// Counts of matching entries.
    pub(super) fn tally(&self) -> &Tally {
        self.filtered.as_ref().unwrap_or(&self.all)
    }

    /// All connections, as shown.
    pub(super) fn connections(&self) -> &SegmentedVec<Connection> {
        self.frozen.as_ref().map_or(self.index.connections(), |frozen| &frozen.connections)
    }

    /// End of the rows shown.
    pub(super) fn rows(&self) -> usize {
        self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows)
    }

    /// Counts new entries, and a slice of the recount under a new filter.
    pub(super) fn count(&mut self) {
        let rows = self.rows();
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend_by(&self.index, rows, COUNTED);
        }
    }

    /// Starts separate counts from the mark.
    pub(super) fn apply_mark(&mut self) {
        let row = self.mark.map(|mark| mark.row);
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.mark(row);
        }
    }

    /// Freezes the log as of `now`, or unfreezes it.
    pub(super) fn freeze(&mut self, now: Time) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(FrozenView {
                connections: self.index.connections().clone(),
                rows: self.index.rows().len(),
                clock: now,
            }),
        };
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        let filtered = self.filtered.as_ref().map_or(0, Tally::memory);
        let frozen = self.frozen.as_ref().map_or(0, |frozen| frozen.connections.unshared());
        self.index.memory() + self.all.memory() + filtered + frozen
    }

    /// Evicts the entries before `end` from index, counts and frozen copy.
    pub(super) fn evict(&mut self, end: usize) {
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.evict(&self.index, end);
        }
        self.index.evict_oldest();
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.release(&self.index);
        }
        if let Some(frozen) = &mut self.frozen {
            frozen.connections.leave_with(self.index.connections());
        }
    }

    /// Whether an entry matches the filter.
    pub(super) fn leaves(&self, row: RowId) -> bool {
        self.tally().leaves(&self.index, row)
    }
}
