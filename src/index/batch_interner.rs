//! The texts of a batch, each once.

use super::Symbol;
use super::fingerprint::KeyHasher;
use hashbrown::HashTable;

/// A table of distinct byte strings that is only added to. Its symbols hold in it alone; the index
/// takes it in with the fingerprints that were made here.
#[derive(Default)]
pub(super) struct BatchInterner {
    bytes: Vec<u8>,
    all: Vec<Text>,
    /// Places in `all`.
    table: HashTable<u32>,
    /// What was asked for last, which is often asked for again.
    last: Symbol,
}

#[derive(Clone, Copy)]
struct Text {
    hash: u32,
    /// Where it ends in `bytes`; it begins where the one before ends.
    end: u32,
}

impl BatchInterner {
    /// The symbol of a text, new or known; the default is that of the empty one.
    pub(super) fn intern(&mut self, text: &[u8], keys: &KeyHasher) -> Symbol {
        if text.is_empty() {
            return Symbol::default();
        }
        if self.text(self.last) != text {
            self.last = self.intern_hashed(text, keys.text(text));
        }
        self.last
    }

    fn intern_hashed(&mut self, text: &[u8], hash: u32) -> Symbol {
        let Self { bytes, all, table, .. } = self;
        let of = |at: u32| all.get(at as usize).copied();
        let same = |&at: &u32| {
            of(at).is_some_and(|known| known.hash == hash) && read(bytes, all, at) == text
        };
        if let Some(&known) = table.find(KeyHasher::spread(hash), same) {
            return Symbol(known + 1);
        }
        let new = u32::try_from(all.len()).unwrap_or_default();
        bytes.extend_from_slice(text);
        all.push(Text { hash, end: u32::try_from(bytes.len()).unwrap_or(u32::MAX) });
        let spread =
            |&at: &u32| KeyHasher::spread(all.get(at as usize).map_or(0, |text| text.hash));
        table.insert_unique(KeyHasher::spread(hash), new, spread);
        Symbol(new + 1)
    }

    fn text(&self, symbol: Symbol) -> &[u8] {
        symbol.0.checked_sub(1).map_or(b"", |at| read(&self.bytes, &self.all, at))
    }

    /// All texts with their fingerprints, in the order of their symbols from 1 on.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..).zip(&self.all).map(|(at, text)| (text.hash, read(&self.bytes, &self.all, at)))
    }
}

fn read<'a>(bytes: &'a [u8], all: &[Text], at: u32) -> &'a [u8] {
    let end = |at: usize| all.get(at).map(|text| text.end as usize);
    let at = at as usize;
    let start = at.checked_sub(1).and_then(end).unwrap_or(0);
    end(at).and_then(|end| bytes.get(start..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_symbol_and_its_fingerprint() {
        let (mut texts, keys) = (BatchInterner::default(), KeyHasher::default());
        let words: Vec<String> = (0..500).map(|number| format!("{number}.example")).collect();
        for _ in 0..2 {
            for (number, word) in (1..).zip(&words) {
                assert_eq!(texts.intern(word.as_bytes(), &keys), Symbol(number));
                assert_eq!(texts.text(Symbol(number)), word.as_bytes());
            }
            assert_eq!(texts.intern(b"", &keys), Symbol::default());
        }
        let told: Vec<(u32, &[u8])> = texts.iter().collect();
        let expected = words.iter().map(|word| (keys.text(word.as_bytes()), word.as_bytes()));
        assert_eq!(told, expected.collect::<Vec<_>>());
    }
}
