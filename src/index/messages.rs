//! Messages: which entries are about the same one, and which message came of which.
//!
//! An entry belongs to the message of its id, else to that of its queue file, so that a log without
//! ids still has each retry behind its enqueue (`mta-log-format` section 13). Everything is known by
//! fingerprint only; an id costs some twenty bytes, and so does a queue file.

use super::batch::{HopKeys, PendingRow, RareFields};
use super::fingerprint::Fingerprint;
use super::links::Links;
use super::segmented_vec::SegmentedVec;
use super::sharded::Sharded;
use super::{EntryKind, RowId};
use crate::log::entry::Time;
use hashbrown::hash_table::Entry;
use std::num::{NonZeroU32, NonZeroU64};

/// Number of a message, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(NonZeroU32);

impl MessageId {
    /// The first of all.
    pub(super) const MIN: Self = Self(NonZeroU32::MIN);

    /// The message at this place among all, if there can be one.
    pub fn new(at: usize) -> Option<Self> {
        let number =
            u32::try_from(at).ok()?.checked_add(1).filter(|number| number & NAMELESS == 0)?;
        NonZeroU32::new(number).map(Self)
    }

    /// Place among all messages, from 0.
    pub fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// No entry of the message was seen yet: another one names it.
const NONE: RowId = RowId(u32::MAX);

/// What is known of one message.
#[derive(Clone, Copy, Debug)]
struct Message {
    /// Its newest row.
    last: RowId,
    enqueued: EnqueueTime,
}

/// When a message was first enqueued: hundredths of a second, of which only the lower bits are kept,
/// enough for what waits no longer than half a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EnqueueTime(u32);

impl EnqueueTime {
    /// Neither that nor an attempt to deliver it was seen.
    const UNKNOWN: Self = Self(0);
    /// There was an attempt before, so that what comes is not the first enqueue.
    const NEVER: Self = Self(1);

    fn at(time: Time) -> Self {
        let low = time.0.div_euclid(10).rem_euclid(1 << 32);
        Self(u32::try_from(low).unwrap_or_default().max(2))
    }

    /// Milliseconds up to a time; a clock that went back makes it 0.
    fn until(self, time: Time) -> Option<u64> {
        let passed = Self::at(time).0.wrapping_sub(self.0);
        let known = ![Self::UNKNOWN, Self::NEVER].contains(&self);
        known.then_some(if passed > u32::MAX / 2 { 0 } else { u64::from(passed) * 10 })
    }
}

/// What ties entries to messages, and messages to each other.
#[derive(Default)]
pub(super) struct Messages {
    by_key: MessageLookup,
    all: SegmentedVec<Message>,
    /// From a notification to the message that it is about.
    notification_subjects: Links,
    /// From a message that left an intermediate channel under another id to the one that it was.
    before: Links,
    passing: Passing,
}

impl Messages {
    /// The message of an entry, new or known; `None` if it names neither id nor queue file.
    pub(super) fn of(
        &mut self,
        row: RowId,
        draft: &PendingRow,
        rarity: Option<&RareFields>,
    ) -> Option<MessageId> {
        let message = self.by_id_or_file(row, draft.message, draft.file)?;
        if let Some(rarity) = rarity {
            if let Some(related) = rarity.related_message
                && let Some(related) = self.by_id_or_file(row, Some(related), None)
            {
                self.notification_subjects.add(message, related);
            }
            self.pass(message, &rarity.hop_keys);
        }
        Some(message)
    }

    fn by_id_or_file(
        &mut self,
        row: RowId,
        id: Fingerprint,
        file: Fingerprint,
    ) -> Option<MessageId> {
        id.or(file)?;
        let held = |known: &MessageMatch| self.all.contains(known.message.at());
        let by_id = id.and_then(|id| self.by_key.find(id.get())).filter(held);
        let by_file = file.and_then(|file| self.by_key.find(file.get())).filter(held);
        let found = match (id, by_id, by_file) {
            (_, Some(known), _) | (None, None, Some(known)) => Some(known.message),
            // What had no id until now has got one: the option was switched on.
            (Some(_), None, Some(known)) if known.nameless => Some(known.message),
            _ => None,
        };
        let message = match found {
            Some(message) => message,
            None => self.begin(row)?,
        };
        self.all.touch(message.at(), row);
        for (key, known) in [(id, by_id), (file, by_file)] {
            match (key, known) {
                (Some(key), None) => self.by_key.insert(key.get(), message, id.is_none()),
                (Some(key), Some(known)) if known.nameless && id.is_some() => {
                    self.by_key.name(key.get());
                }
                _ => {}
            }
        }
        Some(message)
    }

    fn begin(&mut self, row: RowId) -> Option<MessageId> {
        let message = MessageId::new(self.all.len())?;
        self.all.push(Message { last: NONE, enqueued: EnqueueTime::UNKNOWN }, row);
        Some(message)
    }

    /// Follows a recipient through an intermediate channel, which may give the message another id:
    /// in by one enqueue, on by another, out by the dequeue.
    fn pass(&mut self, message: MessageId, hop: &HopKeys) {
        if let Some(key) = hop.dequeued
            && let Some(origin) = self.passing.find(key)
            && self.last(message).is_none()
        {
            self.before.add(message, origin);
        }
        if let Some(key) = hop.enqueued {
            self.passing.insert(key, message);
        }
        if let Some(key) = hop.finished {
            self.passing.remove(key);
        }
    }

    /// Makes `row` the newest of its message; gives the one before.
    pub(super) fn follow(&mut self, message: MessageId, row: RowId) -> Option<RowId> {
        let known = self.all.touch(message.at(), row)?;
        Some(std::mem::replace(&mut known.last, row)).filter(|&before| before != NONE)
    }

    /// An entry of this kind is one of a message.
    pub(super) fn observe(&mut self, message: MessageId, kind: EntryKind, time: Time) {
        let new = |known: &&mut Message| known.enqueued == EnqueueTime::UNKNOWN;
        if let Some(known) = self.all.get_mut(message.at()).filter(new) {
            known.enqueued = match kind {
                EntryKind::Enqueued => EnqueueTime::at(time),
                EntryKind::Attempt(_) => EnqueueTime::NEVER,
                _ => return,
            };
        }
    }

    /// Milliseconds from the first enqueue of a message to a time; `None` if no entry told of it
    /// before the first attempt.
    pub(super) fn waited(&self, message: MessageId, until: Time) -> Option<u64> {
        self.all.get(message.at())?.enqueued.until(until)
    }

    /// Whether a message was not yet let go of.
    pub(super) fn contains(&self, message: MessageId) -> bool {
        self.all.contains(message.at())
    }

    /// The newest entry of a message; it may have left.
    pub(super) fn last(&self, message: MessageId) -> Option<RowId> {
        self.all.get(message.at()).map(|known| known.last).filter(|&last| last != NONE)
    }

    /// All that have an entry from `first` on, in the order of first sight.
    pub(super) fn all(&self, first: RowId) -> impl Iterator<Item = MessageId> + '_ {
        let seen = self.all.iter().filter(move |(_, it)| it.last != NONE && it.last >= first);
        seen.filter_map(|(at, _)| MessageId::new(at))
    }

    /// From a notification to what it is about.
    pub(super) fn about(&self) -> &Links {
        &self.notification_subjects
    }

    /// From a message with a new id to what it was.
    pub(super) fn before(&self) -> &Links {
        &self.before
    }

    /// Lets go of the messages that no entry from `first` on names.
    pub(super) fn release(&mut self, first: RowId) {
        self.all.release(first);
    }

    /// Looks through a part of the keys and links for those of messages that left.
    pub(super) fn sweep(&mut self) {
        let all = &self.all;
        let held = |message: MessageId| all.contains(message.at());
        self.by_key.0.sweep(|slot| slot.message().is_some_and(held));
        self.passing.0.sweep(|passing| held(passing.message));
        self.notification_subjects.sweep(held);
        self.before.sweep(held);
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        let links = self.notification_subjects.memory() + self.before.memory();
        self.all.memory() + self.by_key.0.memory() + self.passing.0.memory() + links
    }
}

/// Recipients that are in an intermediate channel.
struct Passing(Sharded<Recipient>);

struct Recipient {
    key: NonZeroU64,
    message: MessageId,
    /// There are two that can't be told apart.
    doubtful: bool,
}

impl Default for Passing {
    fn default() -> Self {
        Self(Sharded::new(|recipient| recipient.key.get()))
    }
}

impl Passing {
    /// The message by which a recipient came there.
    fn find(&self, key: NonZeroU64) -> Option<MessageId> {
        let found = self.0.find(key.get(), |known| known.key == key)?;
        (!found.doubtful).then_some(found.message)
    }

    fn insert(&mut self, key: NonZeroU64, message: MessageId) {
        match self.0.entry(key.get(), |known| known.key == key) {
            Some(Entry::Occupied(mut known)) => {
                let known = known.get_mut();
                known.doubtful |= known.message != message;
            }
            Some(Entry::Vacant(place)) => {
                place.insert(Recipient { key, message, doubtful: false });
            }
            None => {}
        }
    }

    fn remove(&mut self, key: NonZeroU64) {
        self.0.remove(key.get(), |known| known.key == key);
    }
}

/// The message of each id and of each queue file.
struct MessageLookup(Sharded<MessageSlot>);

impl Default for MessageLookup {
    fn default() -> Self {
        Self(Sharded::new(MessageSlot::key))
    }
}

/// Twelve bytes; with the fingerprint in one piece it would be sixteen.
#[derive(Clone, Copy)]
struct MessageSlot {
    key: [u32; 2],
    /// Number of the message; the highest bit is set while it has no id.
    message: u32,
}

#[derive(Clone, Copy)]
struct MessageMatch {
    message: MessageId,
    nameless: bool,
}

const NAMELESS: u32 = 1 << 31;

impl MessageLookup {
    fn find(&self, key: u64) -> Option<MessageMatch> {
        let slot = self.0.find(key, |slot| slot.key() == key)?;
        Some(MessageMatch { message: slot.message()?, nameless: slot.message & NAMELESS != 0 })
    }

    fn insert(&mut self, key: u64, message: MessageId, nameless: bool) {
        let flag = if nameless { NAMELESS } else { 0 };
        let slot = MessageSlot { key: halves(key), message: message.0.get() | flag };
        match self.0.entry(key, |slot| slot.key() == key) {
            // One that left had it.
            Some(Entry::Occupied(mut known)) => *known.get_mut() = slot,
            Some(Entry::Vacant(place)) => {
                place.insert(slot);
            }
            None => {}
        }
    }

    fn name(&mut self, key: u64) {
        if let Some(slot) = self.0.find_mut(key, |slot| slot.key() == key) {
            slot.message &= !NAMELESS;
        }
    }
}

impl MessageSlot {
    fn message(&self) -> Option<MessageId> {
        NonZeroU32::new(self.message & !NAMELESS).map(MessageId)
    }

    fn key(&self) -> u64 {
        let [high, low] = self.key.map(u64::from);
        high << 32 | low
    }
}

fn halves(key: u64) -> [u32; 2] {
    [key >> 32, key & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or_default())
}
