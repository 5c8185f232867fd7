//! Deliveries by the minute, over all of the log that is held.

use super::{CountBucket, Counts};
use crate::log::entry::Time;
use std::collections::BTreeMap;
use std::ops::Range;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// What a minute takes in memory, about.
const SIZE: usize = 40;

/// Counts of each minute in which something was counted.
#[derive(Clone, Default)]
pub struct MinuteHistogram {
    all: BTreeMap<i64, CountBucket>,
    /// The minute that is being counted, apart: entries of one stand together.
    current: (i64, CountBucket),
}

impl MinuteHistogram {
    pub(super) fn count(&mut self, time: Time, it: &Counts) {
        self.extend_to(time);
        self.current.1.add(it);
    }

    pub(super) fn take_back(&mut self, time: Time, it: &Counts) {
        self.extend_to(time);
        self.current.1.take_back(it);
    }

    fn extend_to(&mut self, time: Time) {
        let minute = minute(time);
        if self.current.0 != minute {
            let counts = self.all.remove(&minute).unwrap_or_default();
            let (before, counted) = std::mem::replace(&mut self.current, (minute, counts));
            if counted != CountBucket::default() {
                self.all.insert(before, counted);
            }
        }
    }

    /// What happened in these minutes, which are numbered from 1970 on.
    pub fn sum(&self, minutes: Range<i64>) -> CountBucket {
        let current = Some(self.current.1).filter(|_| minutes.contains(&self.current.0));
        let empty = minutes.is_empty().then(CountBucket::default);
        empty.unwrap_or_else(|| {
            self.all.range(minutes).map(|(_, &counts)| counts).chain(current).sum()
        })
    }

    /// The first minute in which something was counted, and the one behind the last.
    pub fn span(&self) -> Option<Range<i64>> {
        let current = Some(self.current.0).filter(|_| self.current.1 != CountBucket::default());
        let first = self.all.keys().next().copied().into_iter().chain(current).min()?;
        let last = self.all.keys().next_back().copied().into_iter().chain(current).max()?;
        Some(first..last + 1)
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.all.len() * SIZE
    }
}

/// The number of the minute that a time lies in.
pub fn minute(time: Time) -> i64 {
    time.0.div_euclid(MINUTE)
}

/// When a minute begins.
pub fn begin(minute: i64) -> Time {
    Time(minute.saturating_mul(MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_what_was_counted_and_not_taken_back_in_whatever_order() {
        let mut rng = fastrand::Rng::with_seed(3);
        let one = Counts { entries: 1, deferred: 1, ..Counts::default() };
        let (mut minutes, mut model) = (MinuteHistogram::default(), BTreeMap::<i64, u32>::new());
        for _ in 0..3_000 {
            let time = Time(rng.i64(-20..20) * 13_000);
            let known = model.entry(minute(time)).or_default();
            if rng.u8(0..3) == 0 && *known > 0 {
                *known -= 1;
                minutes.take_back(time, &one);
            } else {
                *known += 1;
                minutes.count(time, &one);
            }
            let (from, to) = (rng.i64(-6..6), rng.i64(-6..6));
            let expected: u32 =
                model.iter().filter(|(at, _)| (from..to).contains(*at)).map(|it| it.1).sum();
            assert_eq!(minutes.sum(from..to).deferred, expected);
            let mut filled = model.iter().filter(|(_, count)| **count > 0).map(|(at, _)| *at);
            let first = filled.next();
            let span = first.map(|first| first..filled.next_back().unwrap_or(first) + 1);
            assert_eq!(minutes.span(), span);
        }
    }
}
