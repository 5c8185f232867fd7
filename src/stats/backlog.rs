//! Who waits because attempts failed, and how long those waited who have their message now.

use crate::index::{Deferral, EntryKind, RowView};
use crate::log::entry::Outcome;

/// What entries did to the backlog: to the recipients who wait because an attempt failed for now.
///
/// Each entry adds or takes away by itself, so that the sum over a window or a filter is the change
/// that its entries made, and over a whole log what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Recipients who got their message after an attempt for it had failed.
    pub recovered: u32,
    /// Recipients who began to wait, less those who ceased to.
    pub change: i32,
}

impl Backlog {
    pub(super) fn of(row: &RowView) -> Self {
        let delivered =
            matches!(row.kind, EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed));
        match row.deferral {
            Deferral::None => Self::default(),
            Deferral::Began => Self { recovered: 0, change: 1 },
            Deferral::Ended => Self { recovered: u32::from(delivered), change: -1 },
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.recovered += other.recovered;
        self.change += other.change;
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.recovered -= other.recovered;
        self.change -= other.change;
    }
}

/// How long recipients waited for their message, by bins: a wait is known to an eighth.
///
/// A library's histogram keeps what was put in; here each wait can be taken out again.
#[derive(Clone, Debug, Default)]
pub struct LatencyHistogram {
    bins: Vec<u32>,
    all: u32,
}

/// Bins from one power of two to the next.
const STEPS: u64 = 8;

impl LatencyHistogram {
    pub(super) fn add(&mut self, milliseconds: u64) {
        let bin = bin(milliseconds);
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        if let Some(count) = self.bins.get_mut(bin) {
            *count += 1;
            self.all += 1;
        }
    }

    pub(super) fn take_back(&mut self, milliseconds: u64) {
        if let Some(count) = self.bins.get_mut(bin(milliseconds)) {
            *count -= 1;
            self.all -= 1;
        }
    }

    /// So many of a hundred waited no longer than this many milliseconds, or an eighth more; `None`
    /// if nobody did.
    pub fn percentile(&self, of_100: u64) -> Option<u64> {
        let wanted = (u64::from(self.all) * of_100).div_ceil(100);
        let mut counted = 0;
        let mut bins = (0..).zip(&self.bins);
        let (at, _) = bins.find(|&(_, &count)| {
            counted += u64::from(count);
            count > 0 && counted >= wanted
        })?;
        Some(least_of(at))
    }
}

/// The bin of a wait: the first ones hold one millisecond each, the others an eighth of a doubling.
fn bin(milliseconds: u64) -> usize {
    let doublings = (milliseconds / STEPS).checked_ilog2().map_or(0, |log| log + 1);
    let step = milliseconds >> doublings.saturating_sub(1);
    // Within a doubling `step` goes from 8 to 15.
    usize::try_from(u64::from(doublings.saturating_sub(1)) * STEPS + step).unwrap_or(usize::MAX)
}

/// The shortest wait of a bin.
fn least_of(bin: u64) -> u64 {
    let doublings = (bin / STEPS).saturating_sub(1);
    (bin - doublings * STEPS) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_of_them_and_most_of_them() {
        let mut waits = LatencyHistogram::default();
        assert_eq!(waits.percentile(50), None);
        (1..=100).for_each(|seconds| waits.add(seconds * 1_000));
        let [half, most] = [50, 95].map(|of_100| waits.percentile(of_100).unwrap());
        assert!((44_000..=50_000).contains(&half), "{half}");
        assert!((83_000..=95_000).contains(&most), "{most}");
        (2..=100).for_each(|seconds| waits.take_back(seconds * 1_000));
        assert_eq!(waits.percentile(99), Some(960), "the one of a second");
        waits.take_back(1_000);
        assert_eq!(waits.percentile(50), None);
    }

    proptest! {
        #[test]
        fn a_wait_lies_in_its_bin_and_no_bin_is_wider_than_an_eighth(wait: u64, small in 0_u64..100) {
            for wait in [wait, small, u64::MAX] {
                let least = least_of(bin(wait) as u64);
                prop_assert!(least <= wait && wait - least <= wait / STEPS, "{} {}", wait, least);
                prop_assert_eq!(bin(least), bin(wait));
            }
        }
    }
}
