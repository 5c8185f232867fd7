//! What rows are grouped by where no row of the index says so: told beside it.

use super::labels::Labels;
use std::collections::VecDeque;

/// The names of some rows, as they come from where their entries were parsed.
#[derive(Clone, Default)]
pub struct RowNames {
    labels: Labels,
    /// By row: the number of its name.
    rows: Vec<u32>,
}

impl RowNames {
    /// Names the next row.
    pub fn push(&mut self, name: &[u8]) {
        self.rows.push(self.labels.number(name).unwrap_or_default());
    }
}

/// The names of the newest rows of an index.
#[derive(Clone, Default)]
pub(super) struct NamedRows {
    labels: Labels,
    /// Number of the first row that is known here.
    first: usize,
    rows: VecDeque<u32>,
}

impl NamedRows {
    /// The next rows have these names; those before `first` are not asked for any more.
    pub(super) fn append(&mut self, names: &RowNames, first: usize) {
        let gone = first.saturating_sub(self.first).min(self.rows.len());
        self.rows.drain(..gone);
        self.first += gone;
        let mut numbers: Vec<Option<u32>> = Vec::new();
        for &name in &names.rows {
            let at = name as usize;
            if numbers.len() <= at {
                numbers.resize(at + 1, None);
            }
            let Some(number) = numbers.get_mut(at) else { continue };
            let labels = &mut self.labels;
            let mut label = || labels.number(names.labels.text(name)).unwrap_or_default();
            self.rows.push_back(*number.get_or_insert_with(&mut label));
        }
    }

    /// The number of the name of a row.
    pub(super) fn number(&self, row: usize) -> Option<u32> {
        self.rows.get(row.checked_sub(self.first)?).copied()
    }

    /// The name of a number.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        self.labels.text(number)
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.labels.memory() + self.rows.capacity() * size_of::<u32>()
    }
}
