//! What is known of the log, counted: what every view shows a part of.

use super::time_window::CountMark;
use crate::index::{Connection, Index, RowId, SegmentedVec};
use crate::log::entry::Time;
use crate::stats::Tally;

/// The log, and what is counted of it.
#[derive(Default)]
pub(super) struct LogModel {
    pub(super) index: Index,
    /// Everything counted, and under the filter if there is one.
    pub(super) all: Tally,
    pub(super) filtered: Option<Tally>,
    pub(super) frozen: Option<FrozenView>,
    pub(super) mark: Option<CountMark>,
}

/// The log as it stood when the screen was frozen.
pub(super) struct FrozenView {
    pub(super) connections: SegmentedVec<Connection>,
    pub(super) rows: usize,
    pub(super) clock: Time,
}

/// Rows that a new filter is counted over in one go: about a millisecond.
const COUNTED: usize = 64 * 1024;

impl LogModel {
    /// What the filter leaves, counted.
    pub(super) fn tally(&self) -> &Tally {
        self.filtered.as_ref().unwrap_or(&self.all)
    }

    /// All connections, as they are to be shown.
    pub(super) fn connections(&self) -> &SegmentedVec<Connection> {
        self.frozen.as_ref().map_or(self.index.connections(), |frozen| &frozen.connections)
    }

    /// Rows before this one are to be shown.
    pub(super) fn rows(&self) -> usize {
        self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows)
    }

    /// Counts what came, and some of what a new filter leaves.
    pub(super) fn count(&mut self) {
        let rows = self.rows();
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend_by(&self.index, rows, COUNTED);
        }
    }

    /// Has what comes from the mark on counted apart.
    pub(super) fn apply_mark(&mut self) {
        let row = self.mark.map(|mark| mark.row);
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.mark(row);
        }
    }

    /// Holds still what is shown, as it is `now`; or lets it go.
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

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        let filtered = self.filtered.as_ref().map_or(0, Tally::memory);
        let frozen = self.frozen.as_ref().map_or(0, |frozen| frozen.connections.unshared());
        self.index.memory() + self.all.memory() + filtered + frozen
    }

    /// Lets the oldest entries leave, those before `end`, with all that is counted or frozen of them.
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

    /// Whether an entry is to be shown, as far as the filter is concerned.
    pub(super) fn leaves(&self, row: RowId) -> bool {
        self.tally().leaves(&self.index, row)
    }
}
