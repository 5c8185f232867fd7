//! Messages: which entries are about the same one, and which message came of which.
//!
//! An entry belongs to the message of its id, else to that of its queue file, so that a log without
//! ids still has each retry behind its enqueue (`mta-log-format` section 13). Everything is known by
//! fingerprint only; an id costs some twenty bytes, and so does a queue file.

use super::RowId;
use super::batch::{Draft, Hop, Rarity};
use super::keys::Key;
use super::links::Links;
use super::segments::Segments;
use super::sharded::Sharded;
use hashbrown::hash_table::Entry;
use std::num::NonZeroU64;

/// Number of a message, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(std::num::NonZeroU32);

impl MessageId {
    /// The first of all.
    pub(super) const MIN: Self = Self(std::num::NonZeroU32::MIN);

    /// The message at this place among all, if there can be one.
    pub fn new(at: usize) -> Option<Self> {
        let number =
            u32::try_from(at).ok()?.checked_add(1).filter(|number| number & NAMELESS == 0)?;
        std::num::NonZeroU32::new(number).map(Self)
    }

    /// Place among all messages, from 0.
    pub fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// No entry of the message was seen yet: another one names it.
const NONE: RowId = RowId(u32::MAX);

/// What ties entries to messages, and messages to each other.
#[derive(Default)]
pub(super) struct Messages {
    known: Lookup,
    /// The newest row of each.
    last: Segments<RowId>,
    /// From a notification to the message that it is about.
    about: Links,
    /// From a message that left an intermediate channel under another id to the one that it was.
    before: Links,
    passing: Passing,
}

impl Messages {
    /// The message of an entry, new or known; `None` if it names neither id nor queue file.
    pub(super) fn of(
        &mut self,
        row: RowId,
        draft: &Draft,
        rarity: Option<&Rarity>,
    ) -> Option<MessageId> {
        let message = self.by_id_or_file(row, draft.message, draft.file)?;
        if let Some(rarity) = rarity {
            if let Some(related) = rarity.related
                && let Some(related) = self.by_id_or_file(row, Some(related), None)
            {
                self.about.add(message, related);
            }
            self.pass(message, &rarity.hop);
        }
        Some(message)
    }

    fn by_id_or_file(&mut self, row: RowId, id: Key, file: Key) -> Option<MessageId> {
        id.or(file)?;
        let held = |known: &Found| self.last.holds(known.message.at());
        let by_id = id.and_then(|id| self.known.find(id.get())).filter(held);
        let by_file = file.and_then(|file| self.known.find(file.get())).filter(held);
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
        self.last.touch(message.at(), row);
        for (key, known) in [(id, by_id), (file, by_file)] {
            match (key, known) {
                (Some(key), None) => self.known.insert(key.get(), message, id.is_none()),
                (Some(key), Some(known)) if known.nameless && id.is_some() => {
                    self.known.name(key.get());
                }
                _ => {}
            }
        }
        Some(message)
    }

    fn begin(&mut self, row: RowId) -> Option<MessageId> {
        let message = MessageId::new(self.last.len())?;
        self.last.push(NONE, row);
        Some(message)
    }

    /// Follows a recipient through an intermediate channel, which may give the message another id:
    /// in by one enqueue, on by another, out by the dequeue.
    fn pass(&mut self, message: MessageId, hop: &Hop) {
        if let Some(key) = hop.out
            && let Some(origin) = self.passing.find(key)
            && self.last(message).is_none()
        {
            self.before.add(message, origin);
        }
        if let Some(key) = hop.into {
            self.passing.insert(key, message);
        }
        if let Some(key) = hop.done {
            self.passing.remove(key);
        }
    }

    /// Makes `row` the newest of its message; gives the one before.
    pub(super) fn follow(&mut self, message: MessageId, row: RowId) -> Option<RowId> {
        let last = self.last.touch(message.at(), row)?;
        Some(std::mem::replace(last, row)).filter(|&before| before != NONE)
    }

    /// Whether a message was not yet let go of.
    pub(super) fn holds(&self, message: MessageId) -> bool {
        self.last.holds(message.at())
    }

    /// The newest entry of a message; it may have left.
    pub(super) fn last(&self, message: MessageId) -> Option<RowId> {
        self.last.get(message.at()).copied().filter(|&last| last != NONE)
    }

    /// All that have an entry from `first` on, in the order of first sight.
    pub(super) fn all(&self, first: RowId) -> impl Iterator<Item = MessageId> + '_ {
        let seen = self.last.iter().filter(move |&(_, &last)| last != NONE && last >= first);
        seen.filter_map(|(at, _)| MessageId::new(at))
    }

    /// From a notification to what it is about.
    pub(super) fn about(&self) -> &Links {
        &self.about
    }

    /// From a message with a new id to what it was.
    pub(super) fn before(&self) -> &Links {
        &self.before
    }

    /// Lets go of the messages that no entry from `first` on names.
    pub(super) fn release(&mut self, first: RowId) {
        self.last.release(first);
    }

    /// Looks through a part of the keys and links for those of messages that left.
    pub(super) fn sweep(&mut self) {
        let last = &self.last;
        let held = |message: MessageId| last.holds(message.at());
        self.known.0.sweep(|slot| slot.message().is_some_and(held));
        self.passing.0.sweep(|passing| held(passing.message));
        self.about.sweep(held);
        self.before.sweep(held);
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        let links = self.about.memory() + self.before.memory();
        self.last.memory() + self.known.0.memory() + self.passing.0.memory() + links
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
struct Lookup(Sharded<Slot>);

impl Default for Lookup {
    fn default() -> Self {
        Self(Sharded::new(Slot::key))
    }
}

/// Twelve bytes; with the fingerprint in one piece it would be sixteen.
#[derive(Clone, Copy)]
struct Slot {
    key: [u32; 2],
    /// Number of the message; the highest bit is set while it has no id.
    message: u32,
}

#[derive(Clone, Copy)]
struct Found {
    message: MessageId,
    nameless: bool,
}

const NAMELESS: u32 = 1 << 31;

impl Lookup {
    fn find(&self, key: u64) -> Option<Found> {
        let slot = self.0.find(key, |slot| slot.key() == key)?;
        Some(Found { message: slot.message()?, nameless: slot.message & NAMELESS != 0 })
    }

    fn insert(&mut self, key: u64, message: MessageId, nameless: bool) {
        let flag = if nameless { NAMELESS } else { 0 };
        let slot = Slot { key: halves(key), message: message.0.get() | flag };
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

impl Slot {
    fn message(&self) -> Option<MessageId> {
        std::num::NonZeroU32::new(self.message & !NAMELESS).map(MessageId)
    }

    fn key(&self) -> u64 {
        let [high, low] = self.key.map(u64::from);
        high << 32 | low
    }
}

fn halves(key: u64) -> [u32; 2] {
    [key >> 32, key & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or_default())
}
