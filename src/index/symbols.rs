//! Texts that come again and again, each kept once.

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Stands for a text of one [`Symbols`] table; the default is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

impl Symbol {
    /// Whether it stands for the empty text.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// A table of distinct byte strings.
pub struct Symbols {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; it begins where the one before ends.
    ends: Vec<usize>,
    table: HashTable<u32>,
    /// What was asked for last, which is often asked for again.
    last: Symbol,
    /// Keyed at random: strangers choose the texts, and could choose some that collide.
    hasher: RandomState,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            last: Symbol::default(),
            hasher: RandomState::default(),
        };
        symbols.intern(b"");
        symbols
    }
}

impl Symbols {
    /// The symbol of a text, new or known.
    pub fn intern(&mut self, text: &[u8]) -> Symbol {
        if self.text(self.last) == text && !self.is_empty() {
            return self.last;
        }
        self.last = self.look_up(text);
        self.last
    }

    fn look_up(&mut self, text: &[u8]) -> Symbol {
        let hash = self.hasher.hash_one(text);
        if let Some(&known) = self.table.find(hash, |&other| self.text(Symbol(other)) == text) {
            return Symbol(known);
        }
        let symbol = u32::try_from(self.ends.len()).unwrap_or_default();
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        let rehash = |&other: &u32| self.hasher.hash_one(text_of(&self.bytes, &self.ends, other));
        self.table.insert_unique(hash, symbol, rehash);
        Symbol(symbol)
    }

    /// The text of a symbol; empty for one of another table.
    pub fn text(&self, symbol: Symbol) -> &[u8] {
        text_of(&self.bytes, &self.ends, symbol.0)
    }

    /// Number of texts, the empty one among them.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never: the empty text is always there.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts but the empty one, with their symbols, in the order of their first coming.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &[u8])> {
        (1..).map(Symbol).zip(1..self.len()).map(|(symbol, _)| (symbol, self.text(symbol)))
    }

    /// Takes in another table; gives, by its symbols, the symbols of this one.
    pub(super) fn adopt(&mut self, other: &Self) -> Adopted {
        Adopted(
            std::iter::once(Symbol::default())
                .chain(other.iter().map(|(_, text)| self.intern(text)))
                .collect(),
        )
    }
}

fn text_of<'a>(bytes: &'a [u8], ends: &[usize], symbol: u32) -> &'a [u8] {
    let at = symbol as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|&end| bytes.get(start..end)).unwrap_or_default()
}

/// What the symbols of one table are in another.
pub(super) struct Adopted(Vec<Symbol>);

impl Adopted {
    pub(super) fn of(&self, symbol: Symbol) -> Symbol {
        self.0.get(symbol.0 as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_symbol() {
        let mut symbols = Symbols::default();
        let (one, two) = (symbols.intern(b"one"), symbols.intern(b"two"));
        assert_eq!((symbols.intern(b"one"), symbols.intern(b"")), (one, Symbol::default()));
        assert_eq!((symbols.text(one), symbols.text(two)), (&b"one"[..], &b"two"[..]));
        assert_eq!(symbols.text(Symbol(99)), b"");
        let mut other = Symbols::default();
        other.intern(b"two");
        let adopted = other.adopt(&symbols);
        assert_eq!(other.text(adopted.of(two)), b"two");
        assert_eq!(other.text(adopted.of(one)), b"one");
        assert!(adopted.of(Symbol::default()).is_none());
    }
}
