//! Which rows of the index a filter and a window of time leave.
//!
//! What a term says of a symbol is found out once for each, however many rows have it. Texts have to
//! be searched for in the files; of them only what was found so far is known.

use super::row_matcher::RowMatcher;
use super::{Filter, HitSet};
use crate::index::{Index, RowId, RowView};
use crate::log::entry::{Time, Window};
use std::ops::Range;

/// If fewer than one of so many rows are left, they are looked up one by one.
const FEW: usize = 8;

/// A filter, and what is known of the index for it.
#[derive(Clone, Default)]
pub struct RowFilter {
    filter: Filter,
    matcher: RowMatcher,
    /// Rows that the filter leaves, whenever they were; `None` if the filter is on no text.
    hits: Option<HitSet>,
    /// The same of a filter on no text, and in which rows they were looked for: several lists are
    /// made of them.
    row_hits: HitSet,
    sifted: Range<usize>,
    /// The times wanted.
    pub window: Window,
}

impl RowFilter {
    /// A filter over all times.
    pub fn new(filter: Filter) -> Self {
        let hits = filter.text_test().map(|_| HitSet::default());
        Self { matcher: RowMatcher::new(&filter), filter, hits, ..Self::default() }
    }

    /// With what an earlier search for the same filter found.
    pub fn resume(filter: Filter, mut hits: HitSet) -> Self {
        hits.forget_asked();
        Self { hits: Some(hits), ..Self::new(filter) }
    }

    /// Looks at the symbols that came since.
    pub fn prepare(&mut self, index: &Index) {
        self.matcher.prepare(index);
    }

    /// Looks at these rows, unless it did so before; those that it looked at stay one run.
    pub fn sift(&mut self, index: &Index, rows: Range<usize>) {
        if self.matcher.is_empty() || self.hits.is_some() || rows.is_empty() {
            return;
        }
        let touches = rows.start <= self.sifted.end && self.sifted.start <= rows.end;
        if self.sifted.is_empty() || !touches {
            (self.row_hits, self.sifted) = (HitSet::default(), rows.start..rows.start);
        }
        let before = rows.start..rows.end.min(self.sifted.start);
        let behind = rows.start.max(self.sifted.end)..rows.end;
        let (kept, test) = (&mut self.row_hits, &self.matcher);
        for part in [before, behind].into_iter().filter(|part| !part.is_empty()) {
            let runs = index.rows().runs(part, Window::default());
            let left = runs.flat_map(|run| run.rows()).filter(|(_, row)| test.leaves(row));
            left.for_each(|(id, _)| kept.insert(id));
        }
        self.sifted = rows.start.min(self.sifted.start)..rows.end.max(self.sifted.end);
    }

    /// The rows that are left among these, if that is known.
    fn searched_hits(&self, rows: &Range<usize>) -> Option<&HitSet> {
        let sifted = self.sifted.start <= rows.start && rows.end <= self.sifted.end;
        self.hits.as_ref().or_else(|| sifted.then_some(&self.row_hits))
    }

    /// Does something with each of these rows that is left.
    pub fn each(&self, index: &Index, rows: Range<usize>, act: impl FnMut(RowId, &RowView)) {
        self.each_in(index, rows, self.window, act);
    }

    /// The same, of another window.
    pub fn each_in(
        &self,
        index: &Index,
        rows: Range<usize>,
        window: Window,
        mut act: impl FnMut(RowId, &RowView),
    ) {
        let all = self.matcher.is_empty();
        let within = |time: Time| window.is_all() || window.contains(time);
        for run in index.rows().runs(rows, window) {
            let numbers = run.numbers();
            let known = self.searched_hits(&numbers);
            let most = numbers.len() / FEW;
            let few = |hits: &&HitSet| most > 0 && hits.density(&numbers) < most;
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
                let left = || all || self.matcher.leaves(&row);
                if within(row.time) && known.map_or_else(left, |hits| hits.contains(id)) {
                    act(id, &row);
                }
            }
        }
    }

    /// Those of some rows that are left.
    pub fn remaining(&self, index: &Index, rows: Range<usize>) -> Vec<RowId> {
        let mut left = Vec::new();
        self.each(index, rows, |row, _| left.push(row));
        left
    }

    /// Whether a row is left.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        let rows = index.rows();
        let wanted = || rows.counted(row).is_some_and(|row| self.matcher.leaves(&row));
        self.window.contains(rows.time(row))
            && self.hits.as_ref().map_or_else(wanted, |hits| hits.contains(row))
    }

    /// Of `rows` there are, those whose text is to be searched next, and which of them may be left.
    pub fn ask(&mut self, index: &Index, rows: usize) -> Option<(Range<usize>, Vec<RowId>)> {
        let (hits, first) = (self.hits.as_mut()?, index.rows().first().0 as usize);
        let mut asked = hits.ask(rows)?;
        while asked.end <= first {
            hits.record_search(&asked, &[]);
            asked = hits.ask(rows)?;
        }
        let runs = index.rows().runs(asked.clone(), Window::default());
        let wanted = runs.flat_map(|run| run.rows()).filter(|(_, row)| self.matcher.leaves(row));
        let wanted = wanted.map(|(id, _)| id).collect();
        Some((asked, wanted))
    }

    /// These rows were searched, and `found` of them hold the texts.
    pub fn on_search_result(&mut self, rows: &Range<usize>, found: &[RowId]) {
        if let Some(hits) = &mut self.hits {
            hits.record_search(rows, found);
        }
    }

    /// Leaves the rows that somebody names: these as well.
    pub fn decide(&mut self, rows: impl Iterator<Item = RowId>) {
        let hits = self.hits.get_or_insert_default();
        rows.for_each(|row| hits.insert(row));
    }

    /// The filter and what was found for it.
    pub fn into_hits(self) -> Option<(Filter, HitSet)> {
        Some((self.filter, self.hits?))
    }

    /// How many rows were searched, if any have to be.
    pub fn searched(&self) -> Option<usize> {
        self.hits.as_ref().map(HitSet::searched)
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        self.matcher.memory()
    }
}

fn id(at: usize) -> RowId {
    RowId(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, TextLocation};
    use crate::log::parse::Parser;

    #[test]
    fn what_is_left_is_the_same_whatever_was_looked_at_before() {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut index = Index::default();
        let mut batch = Batch::new(index.keys());
        for _ in 0..400 {
            let to = format!("y@{}.org", char::from(rng.u8(b'a'..b'f')));
            let line =
                format!("19-Feb-1998 10:00:00 l D 1 x@x.org rfc822;{to} {to} q/ZZ1.00 <i@d>");
            let place = TextLocation { source: 0, offset: 0 };
            batch.push(place, 1, &Parser::default().entry(line.as_bytes()));
        }
        index.absorb(&batch);
        for filter in ["a.org", "-a.org", "nowhere.org", ""] {
            let mut sieve = RowFilter::new(Filter::parse(filter).unwrap());
            sieve.prepare(&index);
            for _ in 0..60 {
                let [from, to, start, end] = [0; 4].map(|_: usize| rng.usize(0..401));
                sieve.sift(&index, from.min(to)..from.max(to));
                let rows = start.min(end)..start.max(end);
                let expected = rows.clone().map(id).filter(|&row| sieve.leaves(&index, row));
                assert!(sieve.remaining(&index, rows).into_iter().eq(expected), "{filter}");
            }
        }
    }
}
