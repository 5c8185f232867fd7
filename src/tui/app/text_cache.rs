//! Texts of the entries on the screen, read from the log by whoever owns the files.

use crate::index::RowId;
use crate::log::parse::EntryText;
use std::collections::HashMap;

/// Texts from which on room is made: many screens.
const MOST_TEXTS: usize = 4_096;

/// The texts at hand.
#[derive(Default)]
pub(super) struct TextCache(HashMap<RowId, Option<EntryText>>);

impl TextCache {
    /// The text of an entry; `None` if it is not at hand or can't be read any more.
    pub(super) fn get(&self, row: RowId) -> Option<&EntryText> {
        self.0.get(&row).and_then(Option::as_ref)
    }

    /// Whether the text is known to be gone from the log.
    pub(super) fn is_gone(&self, row: RowId) -> bool {
        self.0.get(&row).is_some_and(Option::is_none)
    }

    /// Whether it was asked for already.
    pub(super) fn knows(&self, row: RowId) -> bool {
        self.0.contains_key(&row)
    }

    /// Takes a text, or that there is none.
    pub(super) fn supply(&mut self, row: RowId, text: Option<EntryText>) {
        self.0.insert(row, text);
    }

    /// Forgets all texts if there are many. Not while those of a screen are coming in: some of them
    /// would be missing on it.
    pub(super) fn make_room(&mut self) {
        if self.0.len() >= MOST_TEXTS {
            self.0.clear();
        }
    }
}
