//! Bit set with rank and select: positions in a filtered list.

use super::cursor::List;

/// Numbers per block.
const BLOCK: usize = 16 * 1024;
const BITS: usize = u64::BITS as usize;

/// Sorted set of numbers. Rank and select sum the counts of the preceding blocks: sixty for a
/// million numbers.
#[derive(Default)]
pub(super) struct RankedBitSet {
    blocks: Vec<RankBlock>,
    length: usize,
}

#[derive(Clone, Default)]
struct RankBlock {
    count: usize,
    /// Bits of the block, lowest number first; empty while no number is set.
    bits: Vec<u64>,
}

impl RankedBitSet {
    /// Inserts a number.
    pub(super) fn pick(&mut self, number: usize) {
        let at = number / BLOCK;
        if self.blocks.len() <= at {
            self.blocks.resize(at + 1, RankBlock::default());
        }
        let Some(block) = self.blocks.get_mut(at) else { return };
        if block.bits.is_empty() {
            block.bits = vec![0; BLOCK / BITS];
        }
        let (word, bit) = (number % BLOCK / BITS, 1 << (number % BITS));
        if let Some(word) = block.bits.get_mut(word).filter(|word| **word & bit == 0) {
            *word |= bit;
            block.count += 1;
            self.length += 1;
        }
    }

    /// Retains the numbers that satisfy the predicate.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        for (start, block) in (0..).step_by(BLOCK).zip(&mut self.blocks) {
            for (start, word) in (start..).step_by(BITS).zip(&mut block.bits) {
                let gone = bits(*word).filter(|bit| !keep(start + bit)).map(|bit| 1 << bit);
                *word &= !gone.sum::<u64>();
            }
            self.length -= block.count;
            block.count = count_ones(&block.bits);
            self.length += block.count;
            if block.count == 0 {
                block.bits = Vec::new();
            }
        }
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        let words: usize = self.blocks.iter().map(|block| block.bits.capacity()).sum();
        words * size_of::<u64>() + self.blocks.capacity() * size_of::<RankBlock>()
    }

    /// Rank: count of members below a number.
    fn rank(&self, number: usize) -> usize {
        let before: usize = self.blocks.iter().take(number / BLOCK).map(|block| block.count).sum();
        let Some(block) = self.blocks.get(number / BLOCK) else { return before };
        let at = number % BLOCK;
        let words = block.bits.get(..at / BITS).unwrap_or_default();
        let word = block.bits.get(at / BITS).copied().unwrap_or_default();
        before + count_ones(words) + (word & ((1 << (at % BITS)) - 1)).count_ones() as usize
    }
}

impl List<usize> for RankedBitSet {
    fn length(&self) -> usize {
        self.length
    }

    fn at(&self, mut place: usize) -> Option<usize> {
        for (start, block) in (0..).step_by(BLOCK).zip(&self.blocks) {
            if place >= block.count {
                place -= block.count;
                continue;
            }
            for (start, &word) in (start..).step_by(BITS).zip(&block.bits) {
                let count = word.count_ones() as usize;
                if place < count {
                    return bits(word).nth(place).map(|bit| start + bit);
                }
                place -= count;
            }
        }
        None
    }

    fn find(&self, number: usize, _before: usize) -> usize {
        self.rank(number).min(self.length.saturating_sub(1))
    }
}

/// Positions of the set bits, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

fn count_ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_is_a_sorted_list_of_numbers() {
        let mut rng = fastrand::Rng::with_seed(3);
        let (mut picked, mut model) = (RankedBitSet::default(), BTreeSet::new());
        for _ in 0..40 {
            for _ in 0..rng.usize(0..90) {
                let number = rng.usize(0..3 * BLOCK);
                picked.pick(number);
                model.insert(number);
            }
            if rng.u8(0..4) == 0 {
                let (modulus, least) = (rng.usize(2..9), rng.usize(0..BLOCK * 2));
                let keep = |number: usize| !number.is_multiple_of(modulus) && number >= least;
                picked.retain(keep);
                model.retain(|&number| keep(number));
            }
            assert_eq!(picked.length(), model.len());
            let listed: Vec<_> = (0..=model.len()).filter_map(|place| picked.at(place)).collect();
            assert!(listed.iter().eq(&model));
            for number in [0, 1, BLOCK - 1, BLOCK, rng.usize(0..3 * BLOCK), 9 * BLOCK] {
                let place = model.iter().take_while(|&&other| other < number).count();
                assert_eq!(picked.find(number, 0), place.min(model.len().saturating_sub(1)));
            }
        }
        picked.retain(|_| false);
        assert_eq!((picked.length(), picked.at(0)), (0, None));
    }
}
