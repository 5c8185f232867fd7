//! Deliveries by the second, of the last hour of the log.

use crate::entry::{Outcome, Time};
use crate::index::Kind;
use std::iter::Sum;

/// What happened within one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Recipients delivered or relayed.
    pub delivered: u32,
    /// Attempts that failed for now.
    pub deferred: u32,
    /// Recipients given up or refused.
    pub failed: u32,
}

impl Second {
    fn of(&mut self, kind: Kind) -> Option<&mut u32> {
        match kind {
            Kind::Ended(Outcome::Delivered | Outcome::Relayed) => Some(&mut self.delivered),
            Kind::Ended(Outcome::Deferred) => Some(&mut self.deferred),
            Kind::Ended(Outcome::Failed) | Kind::Refused => Some(&mut self.failed),
            _ => None,
        }
    }
}

impl Sum for Second {
    fn sum<I: Iterator<Item = Self>>(seconds: I) -> Self {
        seconds.fold(Self::default(), |sum, second| Self {
            delivered: sum.delivered + second.delivered,
            deferred: sum.deferred + second.deferred,
            failed: sum.failed + second.failed,
        })
    }
}

/// Seconds kept.
const SPAN: i64 = 3_600;

/// Counts of each second of an hour. A second is found by its own number, so that one entry with a
/// wrong clock spoils no other.
#[derive(Clone)]
pub struct Recent(Vec<(i64, Second)>);

impl Default for Recent {
    fn default() -> Self {
        Self(
            std::iter::repeat_n((i64::MIN, Second::default()), usize::try_from(SPAN).unwrap_or(1))
                .collect(),
        )
    }
}

impl Recent {
    /// Counts an entry.
    pub(super) fn count(&mut self, time: Time, kind: Kind) {
        let second = time.seconds();
        let Some((number, counts)) = self.0.get_mut(slot(second)) else { return };
        if *number < second {
            (*number, *counts) = (second, Second::default());
        }
        if *number > second {
            return;
        }
        if let Some(count) = counts.of(kind) {
            *count += 1;
        }
    }

    /// Takes back an entry, unless its second is no longer kept.
    pub(super) fn forget(&mut self, time: Time, kind: Kind) {
        let second = time.seconds();
        if let Some((number, counts)) = self.0.get_mut(slot(second))
            && *number == second
            && let Some(count) = counts.of(kind)
        {
            *count = count.saturating_sub(1);
        }
    }

    /// What happened in the second that begins `ago` seconds before the one of `now` ends.
    pub fn second(&self, now: Time, ago: i64) -> Second {
        let second = now.seconds() - ago;
        match self.0.get(slot(second)) {
            Some(&(number, counts)) if number == second => counts,
            _ => Second::default(),
        }
    }

    /// The sum of the `seconds` seconds up to `now`, not counting the one that `now` lies in.
    pub fn sum(&self, now: Time, seconds: i64) -> Second {
        (1..=seconds).map(|ago| self.second(now, ago)).sum()
    }
}

fn slot(second: i64) -> usize {
    usize::try_from(second.rem_euclid(SPAN)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERED: Kind = Kind::Ended(Outcome::Relayed);

    #[test]
    fn seconds_are_kept_for_an_hour_and_no_clock_spoils_them() {
        let mut recent = Recent::default();
        for second in [100, 100, 101, 101 + SPAN, 90] {
            recent.count(Time(second * 1000 + 7), DELIVERED);
        }
        let at = |recent: &Recent, second| recent.second(Time(second * 1000), 0).delivered;
        assert_eq!([100, 101, 90, 99].map(|second| at(&recent, second)), [2, 0, 1, 0]);
        assert_eq!(recent.sum(Time(102_000), 12).delivered, 3);
        recent.count(Time(101_000), DELIVERED);
        assert_eq!(at(&recent, 101 + SPAN), 1, "an old second does not push out a newer one");
    }
}
