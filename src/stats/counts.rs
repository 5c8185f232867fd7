//! How many entries became of what.

use crate::index::EntryKind;
use crate::log::entry::Outcome;

/// Counts of one connection, in the words of the export schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries of any kind.
    pub entries: u32,
    /// Recipients that came into a queue.
    pub enqueued: u32,
    /// Recipients delivered or relayed.
    pub delivered: u32,
    /// Attempts that failed for now.
    pub deferred: u32,
    /// Recipients given up.
    pub failed: u32,
    /// Recipients that our server refused.
    pub rejected: u32,
}

impl Counts {
    /// What an entry adds. All are added up, whatever it is: no two entries of a log are alike, and
    /// to go another way for each takes longer.
    pub(super) fn of(kind: EntryKind) -> Self {
        const NONE: Counts =
            Counts { entries: 1, enqueued: 0, delivered: 0, deferred: 0, failed: 0, rejected: 0 };
        match kind {
            EntryKind::Enqueued => Self { enqueued: 1, ..NONE },
            EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed) => {
                Self { delivered: 1, ..NONE }
            }
            EntryKind::Attempt(Outcome::Deferred) => Self { deferred: 1, ..NONE },
            EntryKind::Attempt(Outcome::Failed) => Self { failed: 1, ..NONE },
            EntryKind::RecipientRejected => Self { rejected: 1, ..NONE },
            _ => NONE,
        }
    }

    /// Adds up.
    pub fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.enqueued += other.enqueued;
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.failed += other.failed;
        self.rejected += other.rejected;
    }

    pub(super) fn take_back(&mut self, other: &Self) {
        self.entries -= other.entries;
        self.enqueued -= other.enqueued;
        self.delivered -= other.delivered;
        self.deferred -= other.deferred;
        self.failed -= other.failed;
        self.rejected -= other.rejected;
    }

    /// Those that did not get their message, for now at least.
    pub fn bad(&self) -> u32 {
        self.deferred + self.failed + self.rejected
    }

    /// Failed attempts and all attempts to deliver: `fail %` is their ratio.
    pub fn attempts(&self) -> (u64, u64) {
        let failed = u64::from(self.deferred) + u64::from(self.failed);
        (failed, failed + u64::from(self.delivered))
    }

    /// Failed attempts of 1,000 attempts to deliver, rounded; `None` if there was none.
    pub fn failed_of_1000(&self) -> Option<u32> {
        let (failed, all) = self.attempts();
        u32::try_from((failed * 1_000 + all / 2).checked_div(all)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_failures_is_of_attempts() {
        let share = |delivered, deferred, failed, rejected| {
            let counts = Counts { enqueued: 9, delivered, deferred, failed, rejected, entries: 9 };
            counts.failed_of_1000()
        };
        assert_eq!(share(0, 0, 0, 5), None);
        assert_eq!(share(2, 1, 0, 5), Some(333));
        assert_eq!(share(1, 1, 1, 0), Some(667));
        assert_eq!(share(u32::MAX, u32::MAX, 0, 0), Some(500));
    }
}
