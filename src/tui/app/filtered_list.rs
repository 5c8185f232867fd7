//! List of rows that match the filter, built in slices, newest rows first.

use super::log_model::LogModel;
use super::ranked_bitset::RankedBitSet;
use crate::index::RowId;
use std::ops::Range;

/// Rows scanned per slice: about a millisecond.
const LOOKED_AT: usize = 32 * 1024;

/// Numbers listed so far. The caller maps a row to the number to list, if any.
#[derive(Default)]
pub(super) struct FilteredList {
    picked: RankedBitSet,
    /// Scanned rows.
    seen: Range<usize>,
}

impl FilteredList {
    /// Scans some of the new rows, or else older ones.
    pub(super) fn refresh(&mut self, known: &LogModel, number: impl Fn(RowId) -> Option<usize>) {
        let (first, rows) = (known.index.rows().first().0 as usize, known.rows());
        if self.seen.end == 0 {
            self.seen = rows..rows;
        }
        let newer = self.seen.end..rows.min(self.seen.end + LOOKED_AT);
        let most = LOOKED_AT - newer.len();
        let older = self.seen.start.saturating_sub(most).max(first)..self.seen.start;
        self.seen = older.start.min(self.seen.start)..newer.end.max(self.seen.end);
        let left = |rows| known.tally().sieve().remaining(&known.index, rows);
        for number in [newer, older].into_iter().flat_map(left).filter_map(number) {
            self.picked.pick(number);
        }
    }

    /// Whether rows are left to scan.
    pub(super) fn is_behind(&self, known: &LogModel) -> bool {
        let first = known.index.rows().first().0 as usize;
        self.seen.end < known.rows() || self.seen.start > first
    }

    /// Adds rows that the text search found after they were scanned.
    pub(super) fn on_search_result(
        &mut self,
        known: &LogModel,
        found: &[RowId],
        number: impl Fn(RowId) -> Option<usize>,
    ) {
        for &row in found {
            let passed = self.seen.contains(&(row.0 as usize)) && known.index.rows().contains(row);
            if let Some(number) = number(row).filter(|_| passed) {
                self.picked.pick(number);
            }
        }
    }

    /// Lists this number, whatever its row.
    pub(super) fn pick(&mut self, number: usize) {
        self.picked.pick(number);
    }

    /// Retains the numbers that satisfy the predicate.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.picked.retain(keep);
    }

    /// The list.
    pub(super) fn picked(&self) -> &RankedBitSet {
        &self.picked
    }
}
