//! Cached texts of the entries on the screen, read by the owner of the files.

use crate::index::RowId;
use crate::log::parse::EntryText;
use std::collections::HashMap;

/// Texts from which on room is made: many screens.
const MOST_TEXTS: usize = 4_096;

/// Text cache.
#[derive(Default)]
pub(super) struct TextCache(HashMap<RowId, Option<EntryText>>);

impl TextCache {
    /// Text of an entry; `None` if not cached or no longer in the log.
    pub(super) fn get(&self, row: RowId) -> Option<&EntryText> {
        self.0.get(&row).and_then(Option::as_ref)
    }

    /// Whether the text is known to be gone from the log.
    pub(super) fn is_gone(&self, row: RowId) -> bool {
        self.0.get(&row).is_some_and(Option::is_none)
    }

    /// Whether the text was already requested.
    pub(super) fn knows(&self, row: RowId) -> bool {
        self.0.contains_key(&row)
    }

    /// Caches a text, or its absence.
    pub(super) fn supply(&mut self, row: RowId, text: Option<EntryText>) {
        self.0.insert(row, text);
    }

    /// Clears a full cache; not while the texts of a screen arrive, or some of them would be
    /// missing from it.
    pub(super) fn make_room(&mut self) {
        if self.0.len() >= MOST_TEXTS {
            self.0.clear();
        }
    }
}
