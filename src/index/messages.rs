//! Messages: which entries are about the same one, and which message came of which.
//!
//! An entry belongs to the message of its id, else to that of its queue file, so that a log without
//! ids still has each retry behind its enqueue (`mta-log-format` section 13). Everything is known by
//! fingerprint only; an id costs some twenty bytes, and so does a queue file.

use super::RowId;
use super::batch::{Draft, Hop, Rarity};
use super::keys::Key;
use hashbrown::HashTable;
use std::collections::BTreeSet;
use std::num::NonZeroU64;

/// Number of a message, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(std::num::NonZeroU32);

impl MessageId {
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

#[derive(Default)]
pub(super) struct Messages {
    known: Lookup,
    /// The newest row of each.
    last: Vec<RowId>,
    /// A notification, and the message that it is about; and the other way round.
    about: BTreeSet<(MessageId, MessageId)>,
    bounced: BTreeSet<(MessageId, MessageId)>,
    /// A message that left an intermediate channel under another id, and the message that it was;
    /// and the other way round.
    before: BTreeSet<(MessageId, MessageId)>,
    after: BTreeSet<(MessageId, MessageId)>,
    /// Recipients that are in an intermediate channel, with their message; without one if there are
    /// two that can't be told apart.
    passing: HashTable<(NonZeroU64, Option<MessageId>)>,
}

impl Messages {
    /// The message of an entry, new or known; `None` if it names neither id nor queue file.
    pub(super) fn of(&mut self, draft: &Draft, rarity: Option<&Rarity>) -> Option<MessageId> {
        let message = self.by_id_or_file(draft.message, draft.file)?;
        if let Some(rarity) = rarity {
            let related = rarity.related.and_then(|key| self.by_id_or_file(Some(key), None));
            if let Some(related) = related {
                link(&mut self.about, &mut self.bounced, message, related);
            }
            self.pass(message, &rarity.hop);
        }
        Some(message)
    }

    fn by_id_or_file(&mut self, id: Key, file: Key) -> Option<MessageId> {
        id.or(file)?;
        let by_id = id.and_then(|id| self.known.find(id.get()));
        let by_file = file.and_then(|file| self.known.find(file.get()));
        let found = match (id, by_id, by_file) {
            (_, Some(known), _) | (None, None, Some(known)) => Some(known.message),
            // What had no id until now has got one: the option was switched on.
            (Some(_), None, Some(known)) if known.nameless => Some(known.message),
            _ => None,
        };
        let message = match found {
            Some(message) => message,
            None => self.begin()?,
        };
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

    fn begin(&mut self) -> Option<MessageId> {
        let message = MessageId::new(self.last.len())?;
        self.last.push(NONE);
        Some(message)
    }

    /// Follows a recipient through an intermediate channel, which may give the message another id:
    /// in by one enqueue, on by another, out by the dequeue.
    fn pass(&mut self, message: MessageId, hop: &Hop) {
        let same =
            |key: NonZeroU64| move |&(other, _): &(NonZeroU64, Option<MessageId>)| other == key;
        if let Some(key) = hop.out
            && let Some(&(_, Some(origin))) = self.passing.find(key.get(), same(key))
            && self.last(message).is_none()
        {
            link(&mut self.before, &mut self.after, message, origin);
        }
        if let Some(key) = hop.into {
            if let Some((_, known)) = self.passing.find_mut(key.get(), same(key)) {
                *known = known.filter(|&known| known == message);
            } else {
                let passing = (key, Some(message));
                self.passing.insert_unique(key.get(), passing, |&(key, _)| key.get());
            }
        }
        if let Some(key) = hop.done
            && let Ok(entry) = self.passing.find_entry(key.get(), same(key))
        {
            entry.remove();
        }
    }

    /// Makes `row` the newest of its message; gives the one before.
    pub(super) fn follow(&mut self, message: MessageId, row: RowId) -> Option<RowId> {
        let last = self.last.get_mut(message.at())?;
        Some(std::mem::replace(last, row)).filter(|&before| before != NONE)
    }

    pub(super) fn last(&self, message: MessageId) -> Option<RowId> {
        self.last.get(message.at()).copied().filter(|&last| last != NONE)
    }

    /// All that have an entry, in the order of first sight.
    pub(super) fn all(&self) -> impl Iterator<Item = MessageId> + '_ {
        let seen = self.last.iter().enumerate().filter(|(_, last)| **last != NONE);
        seen.filter_map(|(at, _)| MessageId::new(at))
    }

    pub(super) fn about(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.about, message)
    }

    pub(super) fn bounced(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.bounced, message)
    }

    pub(super) fn before(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.before, message)
    }

    pub(super) fn after(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.after, message)
    }
}

fn link(
    there: &mut BTreeSet<(MessageId, MessageId)>,
    back: &mut BTreeSet<(MessageId, MessageId)>,
    from: MessageId,
    to: MessageId,
) {
    if from != to {
        there.insert((from, to));
        back.insert((to, from));
    }
}

fn linked(
    links: &BTreeSet<(MessageId, MessageId)>,
    message: MessageId,
) -> impl Iterator<Item = MessageId> + '_ {
    let least = MessageId(std::num::NonZeroU32::MIN);
    let from = links.range((message, least)..);
    from.take_while(move |(of, _)| *of == message).map(|(_, to)| *to)
}

/// The message of each id and of each queue file.
#[derive(Default)]
struct Lookup(HashTable<Slot>);

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
        let message = MessageId(std::num::NonZeroU32::new(slot.message & !NAMELESS)?);
        Some(Found { message, nameless: slot.message & NAMELESS != 0 })
    }

    fn insert(&mut self, key: u64, message: MessageId, nameless: bool) {
        let flag = if nameless { NAMELESS } else { 0 };
        let slot = Slot { key: halves(key), message: message.0.get() | flag };
        self.0.insert_unique(key, slot, Slot::key);
    }

    fn name(&mut self, key: u64) {
        if let Some(slot) = self.0.find_mut(key, |slot| slot.key() == key) {
            slot.message &= !NAMELESS;
        }
    }
}

impl Slot {
    fn key(&self) -> u64 {
        let [high, low] = self.key.map(u64::from);
        high << 32 | low
    }
}

fn halves(key: u64) -> [u32; 2] {
    [key >> 32, key & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or_default())
}
