//! Texts that come again and again, each kept once.

use super::RowId;
use super::batch_interner::BatchInterner;
use super::fingerprint::KeyHasher;
use super::sharded::Sharded;

/// Stands for a text of one [`Interner`] table; the default is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

impl Symbol {
    /// Whether it stands for the empty text.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Texts of a page: few, so that one that comes for ever keeps few others.
const PAGE: usize = if cfg!(test) { 2 } else { 32 };
/// What a page takes of the allocator beside its parts, in bytes.
const AROUND: usize = 48;

/// A table of distinct byte strings. A symbol stands for its text for ever; the text leaves with the
/// entries that have it.
pub struct Interner {
    pages: Vec<Option<Box<SymbolPage>>>,
    length: usize,
    table: Sharded<SymbolSlot>,
    /// What was asked for last, which is often asked for again.
    last: Symbol,
    /// Random: strangers choose the texts, and could choose some that collide.
    keys: KeyHasher,
    /// Bytes that the pages take.
    retained: usize,
}

#[derive(Default)]
struct SymbolPage {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; it begins where the one before ends.
    ends: Vec<u32>,
    /// The newest entry that has one of the texts.
    newest: RowId,
}

impl SymbolPage {
    fn memory(&self) -> usize {
        size_of::<Self>() + AROUND + PAGE * size_of::<u32>() + self.bytes.capacity()
    }
}

/// A text in the table, with enough of its hash to grow without looking at the text.
struct SymbolSlot {
    hash: u32,
    symbol: u32,
}

impl SymbolSlot {
    fn spread(&self) -> u64 {
        KeyHasher::spread(self.hash)
    }
}

impl Default for Interner {
    fn default() -> Self {
        Self::new(KeyHasher::default())
    }
}

impl Interner {
    /// Holds the empty text, and takes in those of batches that are made with the same keys.
    pub(super) fn new(keys: KeyHasher) -> Self {
        let mut symbols = Self {
            pages: Vec::new(),
            length: 0,
            table: Sharded::new(SymbolSlot::spread),
            last: Symbol::default(),
            keys,
            retained: 0,
        };
        symbols.add(b"", 0);
        symbols
    }

    /// The symbol of a text, new or known.
    pub fn intern(&mut self, text: &[u8]) -> Symbol {
        if self.text(self.last) != text {
            self.last = self.intern_hashed(text);
        }
        self.last
    }

    fn intern_hashed(&mut self, text: &[u8]) -> Symbol {
        if text.is_empty() {
            return Symbol::default();
        }
        self.find_or_add(text, self.keys.text(text))
    }

    fn find_or_add(&mut self, text: &[u8], hash: u32) -> Symbol {
        let same = |slot: &SymbolSlot| slot.hash == hash && self.text(Symbol(slot.symbol)) == text;
        match self.table.find(KeyHasher::spread(hash), same) {
            Some(slot) => Symbol(slot.symbol),
            None => self.add(text, hash),
        }
    }

    fn add(&mut self, text: &[u8], hash: u32) -> Symbol {
        if self.length / PAGE >= self.pages.len() {
            self.pages.push(Some(Box::default()));
            self.retained += SymbolPage::default().memory();
        }
        let symbol = u32::try_from(self.length).unwrap_or_default();
        if let Some(Some(page)) = self.pages.last_mut() {
            self.retained -= page.memory();
            page.bytes.extend_from_slice(text);
            self.retained += page.memory();
            page.ends.push(u32::try_from(page.bytes.len()).unwrap_or(u32::MAX));
        }
        self.length += 1;
        if symbol > 0 {
            self.table.insert(SymbolSlot { hash, symbol });
        }
        Symbol(symbol)
    }

    /// The text of a symbol; empty for one of another table, and for one that left.
    pub fn text(&self, symbol: Symbol) -> &[u8] {
        let at = symbol.0 as usize;
        let Some(Some(page)) = self.pages.get(at / PAGE) else { return b"" };
        let end = |at: usize| page.ends.get(at).map(|&end| end as usize);
        let start = (at % PAGE).checked_sub(1).and_then(end).unwrap_or(0);
        end(at % PAGE).and_then(|end| page.bytes.get(start..end)).unwrap_or_default()
    }

    /// Number of texts that ever were, the empty one among them.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Never: the empty text is always there.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All texts but the empty one, with their symbols, in the order of their first coming.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &[u8])> {
        let symbols = (1..).map(Symbol).zip(1..self.length).map(|(symbol, _)| symbol);
        symbols.map(|symbol| (symbol, self.text(symbol))).filter(|(_, text)| !text.is_empty())
    }

    /// Takes in the texts of a batch, which entries up to `newest` have; gives, by the symbols of the
    /// batch, the symbols of this table.
    pub(super) fn merge(&mut self, texts: &BatchInterner, newest: RowId) -> SymbolMap {
        let mut take = |(hash, text)| {
            let symbol = self.find_or_add(text, hash);
            self.touch(symbol, newest);
            symbol
        };
        let adopted = texts.iter().map(&mut take);
        SymbolMap(std::iter::once(Symbol::default()).chain(adopted).collect())
    }

    /// Lets go of all texts that no entry from `first` on has.
    pub(super) fn release(&mut self, first: RowId) {
        let filled = self.pages.len().saturating_sub(1);
        for place in self.pages.iter_mut().take(filled) {
            if let Some(page) = place
                && page.newest < first
            {
                self.retained -= page.memory();
                *place = None;
            }
        }
        self.last = Symbol::default();
    }

    /// Looks through a part of the table for texts that were let go of.
    pub(super) fn sweep(&mut self) {
        let pages = &self.pages;
        let held = |symbol: u32| pages.get(symbol as usize / PAGE).is_some_and(Option::is_some);
        self.table.sweep(|slot| held(slot.symbol));
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        self.retained + self.pages.capacity() * size_of::<usize>() + self.table.memory()
    }

    /// Keeps a text for an entry.
    pub(super) fn touch(&mut self, symbol: Symbol, row: RowId) {
        if let Some(Some(page)) = self.pages.get_mut(symbol.0 as usize / PAGE) {
            page.newest = page.newest.max(row);
        }
    }
}

/// What the symbols of one table are in another.
pub(super) struct SymbolMap(Vec<Symbol>);

impl SymbolMap {
    pub(super) fn of(&self, symbol: Symbol) -> Symbol {
        self.0.get(symbol.0 as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_symbol() {
        let mut symbols = Interner::default();
        let (one, two) = (symbols.intern(b"one"), symbols.intern(b"two"));
        assert_eq!((symbols.intern(b"one"), symbols.intern(b"")), (one, Symbol::default()));
        assert_eq!((symbols.text(one), symbols.text(two)), (&b"one"[..], &b"two"[..]));
        assert_eq!(symbols.text(Symbol(99)), b"");
    }

    #[test]
    fn the_texts_of_a_batch_become_those_that_are_known() {
        let (keys, mut texts) = (KeyHasher::default(), BatchInterner::default());
        let (one, two) = (texts.intern(b"one", &keys), texts.intern(b"two", &keys));
        let mut symbols = Interner::new(keys);
        let known = symbols.intern(b"two");
        let adopted = symbols.merge(&texts, RowId(0));
        assert_eq!(adopted.of(two), known);
        assert_eq!(symbols.text(adopted.of(one)), b"one");
        assert!(adopted.of(Symbol::default()).is_none());
    }
}
