//! How the newest attempts to deliver to a domain ended.

use crate::index::{EntryKind, RowId};
use crate::log::entry::Outcome;

/// The newest attempts, whatever the order in which they were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentAttempts {
    /// From the oldest on; `known` of them.
    rows: [RowId; Self::ATTEMPTS],
    ended: [u8; Self::ATTEMPTS],
    known: u8,
}

impl RecentAttempts {
    /// Attempts that are looked at.
    pub const ATTEMPTS: usize = 8;

    /// Takes in an entry, if it ends an attempt and is new enough.
    pub(super) fn count(&mut self, id: RowId, kind: EntryKind) {
        let Some(letter) = letter(kind) else { return };
        let known = usize::from(self.known);
        let at = self.rows.iter().take(known).filter(|&&row| row < id).count();
        if known < Self::ATTEMPTS {
            insert_shifted(&mut self.rows, at, known, id);
            insert_shifted(&mut self.ended, at, known, letter);
            self.known += 1;
        } else if let Some(at) = at.checked_sub(1) {
            // The oldest makes room.
            self.rows.copy_within(1..=at, 0);
            self.ended.copy_within(1..=at, 0);
            set(&mut self.rows, at, id);
            set(&mut self.ended, at, letter);
        }
    }

    /// Takes back an entry. Those that made room for it are not known any more; but the oldest go
    /// first, so that there hardly are any left.
    pub(super) fn take_back(&mut self, id: RowId) {
        let known = usize::from(self.known);
        if let Some(at) = self.rows.iter().take(known).position(|&row| row == id) {
            self.rows.copy_within(at + 1..known, at);
            self.ended.copy_within(at + 1..known, at);
            self.known -= 1;
        }
    }

    /// How each ended, the oldest first: `D` delivered, `Q` deferred, `R` failed.
    pub fn letters(&self) -> impl Iterator<Item = char> + '_ {
        self.ended.iter().take(self.known.into()).map(|&letter| char::from(letter))
    }

    /// How many of them did not deliver.
    pub fn bad(&self) -> usize {
        self.letters().filter(|&letter| letter != 'D').count()
    }

    /// Whether so many did not that something is wrong: half of them, or more.
    pub fn is_bad(&self) -> bool {
        self.known > 0 && 2 * self.bad() >= usize::from(self.known)
    }
}

fn letter(kind: EntryKind) -> Option<u8> {
    match kind {
        EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed) => Some(b'D'),
        EntryKind::Attempt(Outcome::Deferred) => Some(b'Q'),
        EntryKind::Attempt(Outcome::Failed) => Some(b'R'),
        _ => None,
    }
}

/// Puts an item at a place among the known ones; the last place is free.
fn insert_shifted<T: Copy>(all: &mut [T], at: usize, known: usize, item: T) {
    all.copy_within(at..known, at + 1);
    set(all, at, item);
}

fn set<T>(all: &mut [T], at: usize, item: T) {
    if let Some(place) = all.get_mut(at) {
        *place = item;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [EntryKind; 5] = [
        EntryKind::Attempt(Outcome::Delivered),
        EntryKind::Attempt(Outcome::Relayed),
        EntryKind::Attempt(Outcome::Deferred),
        EntryKind::Attempt(Outcome::Failed),
        EntryKind::Enqueued,
    ];

    fn told(health: &RecentAttempts) -> String {
        health.letters().collect()
    }

    proptest! {
        #[test]
        fn it_is_of_the_newest_in_whatever_order_they_come_and_go(
            kinds in proptest::collection::vec(0..KINDS.len(), 0..30),
            gone in 0_usize..30,
            seed: u64,
        ) {
            let rows: Vec<(RowId, EntryKind)> = (0..).map(RowId).zip(kinds.iter().map(|&at| KINDS[at])).collect();
            let newest = |rows: &[(RowId, EntryKind)]| {
                let letters = rows.iter().rev().filter_map(|&(_, kind)| letter(kind)).map(char::from);
                let newest: Vec<char> = letters.take(RecentAttempts::ATTEMPTS).collect();
                newest.into_iter().rev().collect::<String>()
            };
            let mut shuffled = rows.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
            let mut health = RecentAttempts::default();
            for &(id, kind) in &shuffled {
                health.count(id, kind);
            }
            prop_assert_eq!(told(&health), newest(&rows));
            let (oldest, rest) = rows.split_at(gone.min(rows.len()));
            for &(id, _) in oldest {
                health.take_back(id);
            }
            prop_assert_eq!(told(&health), newest(rest));
        }
    }

    #[test]
    fn half_of_them_are_too_many() {
        let of = |kinds: &[EntryKind]| {
            let mut health = RecentAttempts::default();
            (0..).map(RowId).zip(kinds).for_each(|(id, &kind)| health.count(id, kind));
            (told(&health), health.bad(), health.is_bad())
        };
        let [delivered, _, deferred, failed, enqueued] = KINDS;
        assert_eq!(of(&[]), (String::new(), 0, false));
        assert_eq!(of(&[delivered, deferred, delivered, enqueued]), ("DQD".to_owned(), 1, false));
        assert_eq!(of(&[delivered, failed, deferred, delivered]), ("DRQD".to_owned(), 2, true));
    }
}
