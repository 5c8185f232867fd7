//! Which entries hold a text, as far as they were searched.
//!
//! Rows lie in blocks, which are searched the newest first; a block that still grows is searched on.

use crate::index::RowId;
use std::ops::Range;

/// Rows of a block: some megabytes of log.
pub const BLOCK: usize = 16 * 1024;
const BITS: usize = u64::BITS as usize;

/// The rows searched, and those that were found.
#[derive(Clone, Debug, Default)]
pub struct HitSet {
    blocks: Vec<HitBlock>,
    /// Rows of all blocks that were searched.
    searched: usize,
}

#[derive(Clone, Debug, Default)]
struct HitBlock {
    /// So many of its first rows were asked for, and so many of them were searched.
    requested: usize,
    searched: usize,
    /// A bit for each row, the lowest first; empty while there is none.
    bits: Vec<u64>,
}

impl HitSet {
    /// The rows to be searched next, of `rows` there are: never asked for twice.
    pub fn ask(&mut self, rows: usize) -> Option<Range<usize>> {
        let blocks = rows.div_ceil(BLOCK);
        if self.blocks.len() < blocks {
            self.blocks.resize(blocks, HitBlock::default());
        }
        let starts = (0..blocks).map(|number| number * BLOCK);
        let (start, block) = starts
            .zip(&mut self.blocks)
            .rev()
            .find(|(start, block)| block.requested < BLOCK.min(rows - start))?;
        let from = block.requested;
        block.requested = BLOCK.min(rows - start);
        Some(start + from..start + block.requested)
    }

    /// Nothing that was asked for will be answered any more.
    pub fn forget_asked(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.requested = block.searched);
    }

    /// These rows were searched, and `found` of them hold the text.
    pub fn record_search(&mut self, rows: &Range<usize>, found: &[RowId]) {
        let Some(block) = self.blocks.get_mut(rows.start / BLOCK) else { return };
        block.searched += rows.len();
        self.searched += rows.len();
        for &row in found {
            self.insert(row);
        }
    }

    /// A row is one of those that were found.
    pub(super) fn insert(&mut self, row: RowId) {
        let at = row.0 as usize;
        if self.blocks.len() <= at / BLOCK {
            self.blocks.resize(at / BLOCK + 1, HitBlock::default());
        }
        let Some(block) = self.blocks.get_mut(at / BLOCK) else { return };
        if block.bits.is_empty() {
            block.bits = vec![0; BLOCK / BITS];
        }
        if let Some(word) = block.bits.get_mut(at % BLOCK / BITS) {
            *word |= 1 << (at % BITS);
        }
    }

    /// About how many were found among these.
    pub(super) fn density(&self, rows: &Range<usize>) -> usize {
        let blocks = self.blocks.iter().take(rows.end.div_ceil(BLOCK)).skip(rows.start / BLOCK);
        blocks.flat_map(|block| &block.bits).map(|word| word.count_ones() as usize).sum()
    }

    /// How many rows were searched.
    pub fn searched(&self) -> usize {
        self.searched
    }

    /// Whether a row was found.
    pub fn contains(&self, row: RowId) -> bool {
        let at = row.0 as usize;
        let block = self.blocks.get(at / BLOCK);
        let word = block.and_then(|block| block.bits.get(at % BLOCK / BITS));
        word.is_some_and(|word| word >> (at % BITS) & 1 == 1)
    }

    /// The rows found among these, rising.
    pub fn among(&self, rows: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let numbers = rows.start / BLOCK..rows.end.div_ceil(BLOCK);
        let blocks = numbers.filter_map(|number| Some((number * BLOCK, self.blocks.get(number)?)));
        let range = rows.clone();
        let words = blocks.flat_map(move |(start, block)| {
            // A range may be one row, and a block has many words.
            let first = range.start.saturating_sub(start) / BITS;
            let last = range.end.saturating_sub(start).div_ceil(BITS).min(block.bits.len());
            let words = block.bits.get(first..last).unwrap_or_default();
            (start + first * BITS..).step_by(BITS).zip(words)
        });
        words
            .filter(|&(_, &word)| word != 0)
            .flat_map(|(start, &word)| {
                (start..start + BITS).filter(move |at| word >> (at % BITS) & 1 == 1)
            })
            .filter(move |at| rows.contains(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[usize]) -> Vec<RowId> {
        rows.iter().map(|&row| RowId(u32::try_from(row).unwrap())).collect()
    }

    #[test]
    fn the_newest_are_asked_for_first_and_none_twice() {
        let mut hits = HitSet::default();
        let all = BLOCK + 10;
        assert_eq!(hits.ask(all), Some(BLOCK..all));
        assert_eq!(hits.ask(all + 5), Some(all..all + 5), "what came meanwhile");
        assert_eq!(hits.ask(all + 5), Some(0..BLOCK));
        assert_eq!(hits.ask(all + 5), None);
        hits.record_search(&(BLOCK..all), &[]);
        hits.forget_asked();
        assert_eq!(hits.searched(), 10);
        assert_eq!(hits.ask(all + 5), Some(all..all + 5), "what was not answered");
    }

    #[test]
    fn what_was_found_is_there() {
        let mut hits = HitSet::default();
        let all = 2 * BLOCK;
        while hits.ask(all).is_some() {}
        let found = [0, 63, 64, BLOCK - 1, BLOCK, BLOCK + 65];
        hits.record_search(&(0..BLOCK), &rows(&found[..4]));
        hits.record_search(&(BLOCK..all), &rows(&found[4..]));
        assert_eq!(hits.among(0..all).collect::<Vec<_>>(), found);
        for row in 0..all {
            let expected: &[usize] = if found.contains(&row) { &[row] } else { &[] };
            assert_eq!(hits.among(row..row + 1).collect::<Vec<_>>(), expected);
        }
        assert_eq!(hits.among(63..BLOCK).collect::<Vec<_>>(), found[1..4]);
        let contained = (0..all).filter(|&row| hits.contains(rows(&[row])[0]));
        assert_eq!(contained.collect::<Vec<_>>(), found);
    }
}
