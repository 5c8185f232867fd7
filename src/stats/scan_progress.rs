//! How far counting is.
//!
//! Rows are counted as they come, and those that were there before from the newest on, a part at a
//! time; so the counted ones are always one run that ends with the newest.

use crate::index::Index;
use std::ops::Range;

/// The run of rows that are counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ScanProgress {
    /// Rows before this one are still to be counted.
    from: usize,
    rows: usize,
    /// Rows before this one have left the index.
    first: usize,
}

impl ScanProgress {
    /// The rows that are to be counted now: those that came since, of the first `rows` of the index,
    /// and no more than `most` of those before.
    pub(super) fn extend(&mut self, index: &Index, rows: usize, most: usize) -> [Range<usize>; 2] {
        self.first = index.rows().first().0 as usize;
        if self.rows == 0 {
            (self.from, self.rows) = (rows, rows);
        }
        let came = self.rows..rows.max(self.rows);
        self.rows = came.end;
        let from = self.from.saturating_sub(most).max(self.first).min(self.from);
        let before = from..self.from;
        self.from = from;
        [came, before]
    }

    /// How many rows are still to be looked at.
    pub(super) fn remaining(&self) -> usize {
        self.from.saturating_sub(self.first)
    }

    /// The rows before `end` are about to leave the index: those of them that were counted.
    pub(super) fn evict(&mut self, end: usize) -> Range<usize> {
        // Rows before `from` were not counted yet.
        let leaving = self.from..end.min(self.rows).max(self.from);
        self.from = self.from.max(end);
        self.rows = self.rows.max(end);
        leaving
    }

    /// They have left.
    pub(super) fn release(&mut self, index: &Index) {
        self.first = index.rows().first().0 as usize;
    }

    /// The rows that are counted.
    pub(super) fn counted(&self) -> Range<usize> {
        self.from..self.rows
    }

    /// The first of them.
    pub(super) fn from(&self) -> usize {
        self.from
    }

    /// The end of them.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }
}
