//! What is known of the log, counted: what every view shows a part of.

use crate::entry::Time;
use crate::filter::Tally;
use crate::index::{Connection, Index, RowId, Segments};

/// The log, and what is counted of it.
#[derive(Default)]
pub(super) struct Known {
    pub(super) index: Index,
    /// Everything counted, and under the filter if there is one.
    pub(super) all: Tally,
    pub(super) filtered: Option<Tally>,
    pub(super) frozen: Option<Frozen>,
}

/// The log as it stood when the screen was frozen.
pub(super) struct Frozen {
    pub(super) connections: Segments<Connection>,
    pub(super) rows: usize,
    pub(super) clock: Time,
}

/// Rows that a new filter is counted over in one go: about a millisecond.
const COUNTED: usize = 256 * 1024;

impl Known {
    /// What the filter leaves, counted.
    pub(super) fn tally(&self) -> &Tally {
        self.filtered.as_ref().unwrap_or(&self.all)
    }

    /// All connections, as they are to be shown.
    pub(super) fn connections(&self) -> &Segments<Connection> {
        self.frozen.as_ref().map_or(self.index.connections(), |frozen| &frozen.connections)
    }

    /// Rows before this one are to be shown.
    pub(super) fn rows(&self) -> usize {
        self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows)
    }

    /// It is `now`. True if what the filter leaves has to be listed anew, because its window moved.
    pub(super) fn pass(&mut self, now: Time, live: bool) -> bool {
        let moved = |tally: &mut Tally| has_moved(tally, now, live);
        let Some(filtered) = self.filtered.take_if(moved) else { return false };
        let window = filtered.filter().window(now);
        self.filtered = Some(filtered.anew(window));
        true
    }

    /// Counts what came, and some of what a new filter leaves.
    pub(super) fn count(&mut self) {
        let rows = self.rows();
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend_by(&self.index, rows, COUNTED);
        }
    }

    /// Holds still what is shown, as it is `now`; or lets it go.
    pub(super) fn freeze(&mut self, now: Time) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(Frozen {
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

    /// Lets the oldest entries leave, with all that is counted or frozen of them. False if there are
    /// too few.
    pub(super) fn forget(&mut self) -> bool {
        let Some(end) = self.index.leaving() else { return false };
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.forget(&self.index, end);
        }
        self.index.forget();
        for tally in std::iter::once(&mut self.all).chain(&mut self.filtered) {
            tally.release(&self.index);
        }
        if let Some(frozen) = &mut self.frozen {
            frozen.connections.leave_with(self.index.connections());
        }
        true
    }

    /// Whether an entry is to be shown, as far as the filter is concerned.
    pub(super) fn leaves(&self, row: RowId) -> bool {
        self.tally().leaves(&self.index, row)
    }
}

/// Whether the window of a filter has moved; while time goes by, by a part of its length: all is
/// counted anew then, and less is not seen.
fn has_moved(tally: &Tally, now: Time, live: bool) -> bool {
    let (old, new) = (tally.window(), tally.filter().window(now));
    let moved = old.since.0.abs_diff(new.since.0).max(old.until.0.abs_diff(new.until.0));
    let patience = (now.since(new.since) / 60).clamp(1_000, 60_000);
    moved > 0 && (!live || moved >= patience)
}
