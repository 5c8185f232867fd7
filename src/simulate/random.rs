//! Random numbers of the simulation.
//!
//! Integers only, so that a seed gives the same log on every machine: neither the
//! logarithms of libraries nor random fractions agree everywhere.

use std::ops::Range;

/// True so many times in ten thousand.
pub(super) fn one_of(rng: &mut fastrand::Rng, per_ten_thousand: u32) -> bool {
    rng.u32(0..10_000) < per_ten_thousand
}

/// A number of the range; small ones are far more likely.
pub(super) fn low(rng: &mut fastrand::Rng, range: Range<u32>) -> u32 {
    let width = u64::from(range.end.saturating_sub(range.start)).max(1);
    let product = rng.u64(0..width) * rng.u64(0..width) / width;
    range.start + u32::try_from(product).unwrap_or(0)
}

/// A number below two to the power of `octaves`: each octave is as likely as any other one, so that
/// the `n`th number is drawn about one in `n` times as often as the first (Zipf's law).
pub(super) fn log_uniform(rng: &mut fastrand::Rng, octaves: u32) -> u32 {
    let octave = 1 << rng.u32(0..octaves.max(1));
    octave - 1 + rng.u32(0..octave)
}

/// One of a table's rows.
pub(super) fn pick<T: Copy>(rng: &mut fastrand::Rng, table: &[T]) -> T {
    table[rng.usize(0..table.len())]
}

/// A waiting time whose mean is `mean`, spread as those of a Poisson process.
///
/// The logarithm of the inverse method is replaced by chords between the powers of two.
pub(super) fn wait(rng: &mut fastrand::Rng, mean: u64) -> u64 {
    let drawn = rng.u64(1..=u64::MAX);
    let halvings = u64::from(drawn.leading_zeros());
    let rest = (drawn << halvings << 1) >> 48;
    // The mean of the left factor is one and a half.
    let sixty_five_thousandths = ((halvings + 1) << 16) - rest;
    mean.saturating_mul(sixty_five_thousandths) / (3 << 15)
}

/// A hash (`SplitMix64`), which makes tables out of arithmetic.
pub(super) fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The remainder of a hash, as an index.
pub(super) fn slot(number: u64, slots: usize) -> usize {
    let slots = u64::try_from(slots).unwrap_or(1).max(1);
    usize::try_from(number % slots).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_have_the_mean_asked_for() {
        let mut rng = fastrand::Rng::with_seed(7);
        let total: u64 = (0..100_000).map(|_| wait(&mut rng, 1_000)).sum();
        assert!((98_000_000..102_000_000).contains(&total), "{total}");
    }

    #[test]
    fn low_numbers_are_likelier_and_all_of_the_range() {
        let mut rng = fastrand::Rng::with_seed(7);
        let drawn: Vec<u32> = (0..10_000).map(|_| low(&mut rng, 3..13)).collect();
        assert!(drawn.iter().all(|number| (3..13).contains(number)));
        assert!(drawn.iter().filter(|&&number| number < 6).count() > 5_000);
    }
}
