//! Messages by their id: the chain of entries of each.

use super::RowId;
use super::keys::Key;
use hashbrown::HashTable;
use std::num::NonZeroU32;

/// Number of a message, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(NonZeroU32);

/// Where a row was tied to: its message, and the row before of the same message.
#[derive(Clone, Copy)]
pub(super) struct Tied {
    pub(super) id: MessageId,
    pub(super) before: Option<RowId>,
}

#[derive(Default)]
pub(super) struct Messages {
    table: HashTable<u32>,
    /// Fingerprint of the message id.
    keys: Vec<u64>,
    /// The newest row of each.
    last: Vec<RowId>,
}

impl Messages {
    pub(super) fn tie(&mut self, row: RowId, key: Key) -> Option<Tied> {
        let key = key?;
        let keys = &self.keys;
        let known = self.table.find(key, |&at| keys.get(at as usize) == Some(&key)).copied();
        if let Some(at) = known {
            let last = self.last.get_mut(at as usize)?;
            let before = Some(std::mem::replace(last, row));
            return Some(Tied { id: MessageId(NonZeroU32::MIN.saturating_add(at)), before });
        }
        let at = u32::try_from(self.keys.len()).ok()?;
        self.keys.push(key);
        self.last.push(row);
        let keys = &self.keys;
        self.table
            .insert_unique(key, at, |&other| keys.get(other as usize).copied().unwrap_or_default());
        Some(Tied { id: MessageId(NonZeroU32::MIN.saturating_add(at)), before: None })
    }

    pub(super) fn last(&self, message: MessageId) -> Option<RowId> {
        self.last.get(message.0.get() as usize - 1).copied()
    }
}
