//! Names of groups by a part of something else, each kept once, up to a limit.

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::borrow::Cow;
use std::hash::BuildHasher;

/// Bytes of one text that are kept where labels are limited; the rest of a longer one is a `…`.
const LONGEST_LABEL: usize = 1_024;
/// Bytes of all texts together, at most, where labels are limited.
const MOST_LABEL_BYTES: usize = 256 << 20;

/// A table of distinct texts, numbered in the order of their coming.
#[derive(Clone)]
pub(super) struct Labels {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; it begins where the one before ends.
    ends: Vec<usize>,
    table: HashTable<u32>,
    /// Keyed at random: strangers choose the texts, and could choose some that collide.
    hasher: RandomState,
    /// How many there may be; `None` if whoever asks sees to it.
    most: Option<usize>,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::default(),
            most: None,
        }
    }
}

impl Labels {
    /// Room for so many texts.
    pub(super) fn limited(most: usize) -> Self {
        Self { most: Some(most), ..Self::default() }
    }

    /// The number of a text, new or known; `None` if it is new and there is no room.
    pub(super) fn number(&mut self, text: &[u8]) -> Option<u32> {
        let text = self.cut(text);
        let hash = self.hasher.hash_one(&*text);
        if let Some(&known) = self.table.find(hash, |&other| self.text(other) == &*text) {
            return Some(known);
        }
        let is_full = |most: usize| {
            self.ends.len() >= most || self.bytes.len() + text.len() > MOST_LABEL_BYTES
        };
        if self.most.is_some_and(is_full) {
            return None;
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.bytes.extend_from_slice(&text);
        self.ends.push(self.bytes.len());
        let rehash = |&other: &u32| self.hasher.hash_one(text_of(&self.bytes, &self.ends, other));
        self.table.insert_unique(hash, number, rehash);
        Some(number)
    }

    fn cut<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let long = text.get(..LONGEST_LABEL).filter(|head| head.len() < text.len());
        match long.filter(|_| self.most.is_some()) {
            Some(head) => Cow::Owned([head, "…".as_bytes()].concat()),
            None => Cow::Borrowed(text),
        }
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &[u8] {
        text_of(&self.bytes, &self.ends, number)
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.table.allocation_size()
    }
}

fn text_of<'a>(bytes: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let at = number as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|&end| bytes.get(start..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_are_found_when_there_is_no_room_for_more() {
        let mut labels = Labels::limited(2);
        assert_eq!(
            [&b""[..], b"a", b"b", b"a", b""].map(|text| labels.number(text)),
            [Some(0), Some(1), None, Some(1), Some(0)]
        );
        assert_eq!((labels.text(0), labels.text(1)), (&b""[..], &b"a"[..]));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let mut labels = Labels::limited(2);
        let number = labels.number(&b"x".repeat(5_000)).unwrap();
        assert_eq!(labels.text(number).len(), LONGEST_LABEL + "…".len());
        assert!(labels.text(number).ends_with("…".as_bytes()));
        let mut labels = Labels::default();
        let number = labels.number(&b"x".repeat(5_000)).unwrap();
        assert_eq!(labels.text(number).len(), 5_000);
    }
}
