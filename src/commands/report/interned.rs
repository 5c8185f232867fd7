//! Bounded interner of texts.

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Bytes of one text that are kept; the rest of a longer one is a `…`.
const LONGEST_TEXT: usize = 1_024;
/// Bytes of all texts together, at most.
const MOST_BYTES: usize = 256 << 20;

/// Bounded table of distinct texts, numbered in order of insertion.
pub(super) struct Interned {
    bytes: Vec<u8>,
    /// End of each text in `bytes`; it starts at the end of the previous one.
    ends: Vec<usize>,
    table: HashTable<u32>,
    /// Randomly keyed, since the texts are untrusted and could be chosen to collide.
    hasher: RandomState,
    most: usize,
}

impl Interned {
    /// A table for this number of texts.
    pub(super) fn new(most: usize) -> Self {
        let (bytes, ends) = (Vec::new(), Vec::new());
        Self { bytes, ends, table: HashTable::new(), hasher: RandomState::default(), most }
    }

    /// Number of a text; `None` if it is new and the table is full.
    pub(super) fn number(&mut self, text: &[u8]) -> Option<u32> {
        let long = text.get(..LONGEST_TEXT).filter(|head| head.len() < text.len());
        let cut = long.map(|head| [head, "…".as_bytes()].concat());
        let text = cut.as_deref().unwrap_or(text);
        let hash = self.hasher.hash_one(text);
        if let Some(&known) = self.table.find(hash, |&other| self.text(other) == text) {
            return Some(known);
        }
        if self.ends.len() >= self.most || self.bytes.len() + text.len() > MOST_BYTES {
            return None;
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        let rehash = |&other: &u32| self.hasher.hash_one(text_of(&self.bytes, &self.ends, other));
        self.table.insert_unique(hash, number, rehash);
        Some(number)
    }

    /// Text of a number.
    pub(super) fn text(&self, number: u32) -> &[u8] {
        text_of(&self.bytes, &self.ends, number)
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
        let mut interned = Interned::new(2);
        assert_eq!(
            [&b""[..], b"a", b"b", b"a", b""].map(|text| interned.number(text)),
            [Some(0), Some(1), None, Some(1), Some(0)]
        );
        assert_eq!((interned.text(0), interned.text(1)), (&b""[..], &b"a"[..]));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let mut interned = Interned::new(2);
        let number = interned.number(&b"x".repeat(5_000)).unwrap();
        assert_eq!(interned.text(number).len(), LONGEST_TEXT + "…".len());
        assert!(interned.text(number).ends_with("…".as_bytes()));
    }
}
