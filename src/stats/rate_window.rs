//! Deliveries by the second, of the last hour of the log.

use super::Counts;
use crate::log::entry::Time;
use std::iter::Sum;

/// What happened within one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountBucket {
    /// Recipients delivered or relayed.
    pub delivered: u32,
    /// Attempts that failed for now.
    pub deferred: u32,
    /// Recipients given up.
    pub failed: u32,
    /// Recipients that our server refused.
    pub rejected: u32,
}

impl CountBucket {
    pub(super) fn add(&mut self, it: &Counts) {
        self.delivered += it.delivered;
        self.deferred += it.deferred;
        self.failed += it.failed;
        self.rejected += it.rejected;
    }

    /// Failed attempts of 1,000 attempts to deliver; `None` if there was none.
    pub fn failed_of_1000(&self) -> Option<u32> {
        let Self { delivered, deferred, failed, .. } = *self;
        Counts { delivered, deferred, failed, ..Counts::default() }.failed_of_1000()
    }

    pub(super) fn take_back(&mut self, it: &Counts) {
        self.delivered -= it.delivered;
        self.deferred -= it.deferred;
        self.failed -= it.failed;
        self.rejected -= it.rejected;
    }
}

impl Sum for CountBucket {
    fn sum<I: Iterator<Item = Self>>(seconds: I) -> Self {
        seconds.fold(Self::default(), |sum, second| Self {
            delivered: sum.delivered + second.delivered,
            deferred: sum.deferred + second.deferred,
            failed: sum.failed + second.failed,
            rejected: sum.rejected + second.rejected,
        })
    }
}

/// Seconds kept.
const SPAN: i64 = 3_600;

/// Counts of each second of an hour. A second is found by its own number, so that one entry with a
/// wrong clock spoils no other.
#[derive(Clone)]
pub struct RateWindow {
    seconds: Vec<(i64, CountBucket)>,
    /// The second that was last counted, and where it stands.
    latest: (i64, usize),
}

impl Default for RateWindow {
    fn default() -> Self {
        let span = usize::try_from(SPAN).unwrap_or(1);
        Self { seconds: vec![(i64::MIN, CountBucket::default()); span], latest: (0, slot(0)) }
    }
}

impl RateWindow {
    /// Counts an entry.
    pub(super) fn count(&mut self, time: Time, it: &Counts) {
        let second = time.seconds();
        // Entries of one second stand together.
        if self.latest.0 != second {
            self.latest = (second, slot(second));
        }
        let Some((number, counts)) = self.seconds.get_mut(self.latest.1) else { return };
        if *number < second {
            (*number, *counts) = (second, CountBucket::default());
        }
        if *number == second {
            counts.add(it);
        }
    }

    /// Takes back an entry, unless its second is no longer kept.
    pub(super) fn evict(&mut self, time: Time, it: &Counts) {
        let second = time.seconds();
        if let Some((number, counts)) = self.seconds.get_mut(slot(second))
            && *number == second
        {
            counts.take_back(it);
        }
    }

    /// What happened in the second that begins `ago` seconds before the one of `now` ends.
    pub fn second(&self, now: Time, ago: i64) -> CountBucket {
        let second = now.seconds() - ago;
        match self.seconds.get(slot(second)) {
            Some(&(number, counts)) if number == second => counts,
            _ => CountBucket::default(),
        }
    }

    /// The sum of all that is kept before the last `seconds` seconds.
    pub fn before(&self, now: Time, seconds: i64) -> CountBucket {
        (seconds + 1..SPAN).map(|ago| self.second(now, ago)).sum()
    }

    /// The sum of the `seconds` seconds up to `now`, not counting the one that `now` lies in.
    pub fn sum(&self, now: Time, seconds: i64) -> CountBucket {
        (1..=seconds).map(|ago| self.second(now, ago)).sum()
    }
}

fn slot(second: i64) -> usize {
    usize::try_from(second.rem_euclid(SPAN)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_kept_for_an_hour_and_no_clock_spoils_them() {
        let delivered = Counts { entries: 1, delivered: 1, ..Counts::default() };
        let mut recent = RateWindow::default();
        for second in [100, 100, 101, 101 + SPAN, 90] {
            recent.count(Time(second * 1000 + 7), &delivered);
        }
        let at = |recent: &RateWindow, second| recent.second(Time(second * 1000), 0).delivered;
        assert_eq!([100, 101, 90, 99].map(|second| at(&recent, second)), [2, 0, 1, 0]);
        assert_eq!(recent.sum(Time(102_000), 12).delivered, 3);
        recent.count(Time(101_000), &delivered);
        assert_eq!(at(&recent, 101 + SPAN), 1, "an old second does not push out a newer one");
    }
}
