//! A hash table in shards, each of which grows and is swept for itself: no step takes long.

use hashbrown::HashTable;
use hashbrown::hash_table::{Entry, OccupiedEntry};

/// Of ten million keys a shard has 160,000: it grows within two milliseconds.
const SHARDS: usize = 64;

/// Items found by a hash.
pub(super) struct Sharded<T> {
    shards: Vec<HashTable<T>>,
    /// The shard that is swept next.
    sweeping: usize,
    hash: fn(&T) -> u64,
}

impl<T> Sharded<T> {
    /// Items whose hash the function tells.
    pub(super) fn new(hash: fn(&T) -> u64) -> Self {
        Self { shards: (0..SHARDS).map(|_| HashTable::new()).collect(), sweeping: 0, hash }
    }

    pub(super) fn find(&self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&T> {
        self.shards.get(shard(hash))?.find(hash, same)
    }

    pub(super) fn find_mut(&mut self, hash: u64, same: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.shards.get_mut(shard(hash))?.find_mut(hash, same)
    }

    /// Adds an item that is not there.
    pub(super) fn insert(&mut self, item: T) {
        let hash = (self.hash)(&item);
        if let Some(table) = self.shards.get_mut(shard(hash)) {
            table.insert_unique(hash, item, self.hash);
        }
    }

    /// The place of an item, taken or not; `None` never comes.
    pub(super) fn entry(
        &mut self,
        hash: u64,
        same: impl FnMut(&T) -> bool,
    ) -> Option<Entry<'_, T>> {
        Some(self.shards.get_mut(shard(hash))?.entry(hash, same, self.hash))
    }

    /// Takes an item out; says whether it was there.
    pub(super) fn remove(&mut self, hash: u64, same: impl FnMut(&T) -> bool) -> bool {
        let table = self.shards.get_mut(shard(hash));
        let found = table.and_then(|table| table.find_entry(hash, same).ok());
        found.map(OccupiedEntry::remove).is_some()
    }

    /// Looks through the next shard and keeps what is to be kept.
    pub(super) fn sweep(&mut self, keep: impl Fn(&T) -> bool) {
        self.sweeping = (self.sweeping + 1) % SHARDS;
        let Some(table) = self.shards.get_mut(self.sweeping) else { return };
        table.retain(|item| keep(item));
        if table.len() < table.capacity() / 4 {
            table.shrink_to(table.len() * 2, self.hash);
        }
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.shards.iter().map(HashTable::allocation_size).sum()
    }
}

/// By bits that no table of this size looks at.
fn shard(hash: u64) -> usize {
    usize::try_from(hash >> 48).unwrap_or_default() % SHARDS
}
