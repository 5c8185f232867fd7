//! Which rows of the index a filter and a window of time leave.
//!
//! What a term says of a symbol is found out once for each, however many rows have it. Texts have to
//! be searched for in the files; of them only what was found so far is known.

use super::row::RowTest;
use super::{Filter, Hits};
use crate::entry::{Time, Window};
use crate::index::{Counted, Index, RowId};
use std::ops::Range;

/// If fewer than one of so many rows are left, they are looked up one by one.
const FEW: usize = 8;

/// A filter, and what is known of the index for it.
#[derive(Clone, Default)]
pub struct Sieve {
    filter: Filter,
    test: RowTest,
    /// Rows that the filter leaves, whenever they were; `None` if the filter is on no text.
    hits: Option<Hits>,
    /// The same of a filter on no text, and in which rows they were looked for: several lists are
    /// made of them.
    kept: Hits,
    sifted: Range<usize>,
    /// The times wanted.
    pub(super) window: Window,
}

impl Sieve {
    pub(super) fn new(filter: Filter) -> Self {
        let hits = filter.text_test().map(|_| Hits::default());
        Self { test: RowTest::new(&filter), filter, hits, ..Self::default() }
    }

    /// With what an earlier search for the same filter found.
    pub(super) fn resume(filter: Filter, mut hits: Hits) -> Self {
        hits.forget_asked();
        Self { hits: Some(hits), ..Self::new(filter) }
    }

    /// Looks at the symbols that came since.
    pub(super) fn learn(&mut self, index: &Index) {
        self.test.learn(index);
    }

    /// Looks at these rows, which stand before or behind those that were looked at.
    pub(super) fn sift(&mut self, index: &Index, rows: Range<usize>) {
        if self.test.is_empty() || self.hits.is_some() || rows.is_empty() {
            return;
        }
        let beside = rows.end == self.sifted.start || rows.start == self.sifted.end;
        if self.sifted.is_empty() || !beside {
            (self.kept, self.sifted) = (Hits::default(), rows.start..rows.start);
        }
        let (kept, test) = (&mut self.kept, &self.test);
        let runs = index.rows().runs(rows.clone(), Window::default());
        let left = runs.flat_map(|run| run.rows()).filter(|(_, row)| test.leaves(row));
        left.for_each(|(id, _)| kept.keep(id));
        self.sifted = rows.start.min(self.sifted.start)..rows.end.max(self.sifted.end);
    }

    /// The rows that are left among these, if that is known.
    fn known(&self, rows: &Range<usize>) -> Option<&Hits> {
        let sifted = self.sifted.start <= rows.start && rows.end <= self.sifted.end;
        self.hits.as_ref().or_else(|| sifted.then_some(&self.kept))
    }

    /// Does something with each of these rows that is left.
    pub(super) fn each(&self, index: &Index, rows: Range<usize>, act: impl FnMut(RowId, &Counted)) {
        self.each_in(index, rows, self.window, act);
    }

    /// The same, of another window.
    pub(super) fn each_in(
        &self,
        index: &Index,
        rows: Range<usize>,
        window: Window,
        mut act: impl FnMut(RowId, &Counted),
    ) {
        let all = self.test.is_empty();
        let within = |time: Time| window.is_all() || window.holds(time);
        for run in index.rows().runs(rows, window) {
            let numbers = run.numbers();
            let known = self.known(&numbers);
            let most = numbers.len() / FEW;
            let few = |hits: &&Hits| most > 0 && hits.density(&numbers) < most;
            if let Some(hits) = known.filter(few) {
                for id in hits.among(numbers).map(id) {
                    if let Some(row) = index.rows().counted(id)
                        && within(row.time)
                    {
                        act(id, &row);
                    }
                }
                continue;
            }
            for (id, row) in run.rows() {
                let left =
                    || known.map_or_else(|| self.test.leaves(&row), |hits| hits.contains(id));
                if within(row.time) && (all && self.hits.is_none() || left()) {
                    act(id, &row);
                }
            }
        }
    }

    /// Those of some rows that are left.
    pub fn left(&self, index: &Index, rows: Range<usize>) -> Vec<RowId> {
        let mut left = Vec::new();
        self.each(index, rows, |row, _| left.push(row));
        left
    }

    /// Whether a row is left.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        let rows = index.rows();
        let wanted = || rows.counted(row).is_some_and(|row| self.test.leaves(&row));
        self.window.holds(rows.time(row))
            && self.hits.as_ref().map_or_else(wanted, |hits| hits.contains(row))
    }

    /// Of `rows` there are, those whose text is to be searched next, and which of them may be left.
    pub(super) fn ask(&mut self, index: &Index, rows: usize) -> Option<(Range<usize>, Vec<RowId>)> {
        let (hits, first) = (self.hits.as_mut()?, index.rows().first().0 as usize);
        let mut asked = hits.ask(rows)?;
        while asked.end <= first {
            hits.learn(&asked, &[]);
            asked = hits.ask(rows)?;
        }
        let runs = index.rows().runs(asked.clone(), Window::default());
        let wanted = runs.flat_map(|run| run.rows()).filter(|(_, row)| self.test.leaves(row));
        let wanted = wanted.map(|(id, _)| id).collect();
        Some((asked, wanted))
    }

    /// These rows were searched, and `found` of them hold the texts.
    pub(super) fn found(&mut self, rows: &Range<usize>, found: &[RowId]) {
        if let Some(hits) = &mut self.hits {
            hits.learn(rows, found);
        }
    }

    /// The filter and what was found for it.
    pub(super) fn into_hits(self) -> Option<(Filter, Hits)> {
        Some((self.filter, self.hits?))
    }

    /// How many rows were searched, if any have to be.
    pub(super) fn searched(&self) -> Option<usize> {
        self.hits.as_ref().map(Hits::searched)
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.test.memory()
    }
}

fn id(at: usize) -> RowId {
    RowId(u32::try_from(at).unwrap_or(u32::MAX))
}
