//! Fingerprints by which entries are tied together, instead of the texts themselves.

use super::Ends;
use crate::log::entry::Entry;
use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU64;

/// Makes the fingerprints of one index. They are keyed at random, so that no stranger can choose
/// ids that fall together; by chance two of ten million do once in 370,000 runs.
#[derive(Clone, Default)]
pub struct KeyHasher(RandomState);

impl KeyHasher {
    fn of(&self, key: impl Hash) -> NonZeroU64 {
        NonZeroU64::new(self.0.hash_one(key)).unwrap_or(NonZeroU64::MIN)
    }

    /// Half a fingerprint of any text, which is compared as well.
    pub(super) fn text(&self, text: &[u8]) -> u32 {
        u32::try_from(self.0.hash_one(text) >> 32).unwrap_or_default()
    }

    /// What a hash table needs of half a fingerprint.
    pub(super) fn spread(half: u32) -> u64 {
        // The fraction of the golden ratio: it brings each bit of the half to the upper end.
        u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Node, process and thread: what an `O`, its deliveries and its `C` share.
    pub(super) fn process(&self, entry: &Entry<'_>) -> Fingerprint {
        let process = entry.process?;
        // Its text without the number of the operation names process and thread.
        let thread = process.text.len().checked_sub(process.sequence.len())?;
        let thread = process.text.get(..thread)?;
        Some(match entry.node {
            None => self.of((b'p', thread)),
            Some(node) => self.of((b'n', node, thread)),
        })
    }

    /// Both ends of a TCP connection.
    pub(super) fn ends(&self, ends: Ends) -> NonZeroU64 {
        self.of(ends)
    }

    /// A message id, without the brackets that not every log has.
    pub(super) fn message(&self, id: &[u8]) -> Fingerprint {
        let bare = id.strip_prefix(b"<").and_then(|id| id.strip_suffix(b">")).unwrap_or(id);
        if bare.is_empty() { None } else { Some(self.of((b'i', bare))) }
    }

    /// A queue file, by the part of its name that stays the same over all attempts.
    pub(super) fn file(&self, body: &[u8]) -> Fingerprint {
        if body.is_empty() { None } else { Some(self.of((b'f', body))) }
    }

    /// A recipient of a message in a channel.
    pub(super) fn recipient(&self, message: NonZeroU64, channel: &[u8], to: &[u8]) -> NonZeroU64 {
        self.of((b'r', message, channel, to))
    }

    /// A recipient of a sender in a channel.
    pub(super) fn hop(&self, channel: &[u8], from: &[u8], original_to: &[u8]) -> NonZeroU64 {
        self.of((channel, from, original_to))
    }
}

/// A fingerprint; `None` if the entry has no such field.
pub(super) type Fingerprint = Option<NonZeroU64>;
