//! Recipients who wait in a queue because an attempt failed for now.
//!
//! Each is known by fingerprint, from the first such attempt to the one that ends the wait, so that
//! each entry can say once and for all what it did to the backlog.

use super::fingerprint::Fingerprint;
use super::sharded::Sharded;
use super::{EntryKind, RowId};
use crate::log::entry::Outcome;
use hashbrown::hash_table::Entry;
use std::num::NonZeroU64;

/// What an entry does to the backlog of those who wait because an attempt failed for now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deferral {
    /// Nothing.
    #[default]
    None,
    /// Somebody waits from here on.
    Began,
    /// Somebody who waited does so no longer: the message was delivered, handed on or given up.
    Ended,
}

/// All who wait.
pub(super) struct Deferred(Sharded<DeferredAttempt>);

struct DeferredAttempt {
    key: NonZeroU64,
    /// The newest attempt.
    row: RowId,
}

impl Default for Deferred {
    fn default() -> Self {
        Self(Sharded::new(|waiting| waiting.key.get()))
    }
}

impl Deferred {
    /// Takes in an attempt for a recipient; says what it did.
    pub(super) fn attempt(
        &mut self,
        recipient: Fingerprint,
        kind: EntryKind,
        row: RowId,
    ) -> Deferral {
        match (recipient, kind) {
            (Some(key), EntryKind::Attempt(Outcome::Deferred)) => {
                self.defer(DeferredAttempt { key, row })
            }
            // Somebody is told that the message is late; it goes on waiting.
            (Some(_), EntryKind::Attempt(Outcome::Warned)) | (None, _) => Deferral::None,
            (Some(key), EntryKind::Attempt(_)) => self.end(key),
            _ => Deferral::None,
        }
    }

    fn defer(&mut self, waiting: DeferredAttempt) -> Deferral {
        match self.0.entry(waiting.key.get(), |known| known.key == waiting.key) {
            Some(Entry::Occupied(mut known)) => {
                *known.get_mut() = waiting;
                Deferral::None
            }
            Some(Entry::Vacant(place)) => {
                place.insert(waiting);
                Deferral::Began
            }
            None => Deferral::None,
        }
    }

    fn end(&mut self, key: NonZeroU64) -> Deferral {
        if self.0.remove(key.get(), |known| known.key == key) {
            Deferral::Ended
        } else {
            Deferral::None
        }
    }

    /// Looks through a part for those whose newest attempt stands before `first`.
    pub(super) fn sweep(&mut self, first: RowId) {
        self.0.sweep(|waiting| waiting.row >= first);
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.0.memory()
    }
}
