//! Which entries a group consists of.

use super::{GroupId, Groups};
use crate::filter::RowFilter;
use crate::index::{Index, RowId, RowView};

/// Rows that are looked at in one go.
const BLOCK: usize = 64 * 1024;

impl Groups {
    /// The newest entries of a group, so many at most, in the order of arrival.
    pub fn newest(&self, sieve: &RowFilter, index: &Index, id: GroupId, most: usize) -> Vec<RowId> {
        let Some(group) = self.get(id) else { return Vec::new() };
        let most = most.min(group.counts.entries as usize);
        let first = (group.first.0 as usize).max(self.progress.from());
        let (mut end, mut found) = (group.last.0 as usize + 1, Vec::new());
        while found.len() < most && end > first {
            let from = end.saturating_sub(BLOCK).max(first);
            let before = found.len();
            sieve.each_in(index, from..end, self.window, |row, counted| {
                if self.is_in(id, row, counted) {
                    found.push(row);
                }
            });
            if let Some(newer) = found.get_mut(before..) {
                newer.reverse();
            }
            end = from;
        }
        found.truncate(most);
        found.reverse();
        found
    }

    fn is_in(&self, group: GroupId, id: RowId, row: &RowView) -> bool {
        let number = self.number_of(id, row).and_then(|at| self.numbers.get(at).copied());
        number.and_then(|number| number.checked_sub(1)) == Some(group.0)
    }
}
