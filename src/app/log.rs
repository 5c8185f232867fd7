//! The view of the log: its entries under the filter, one line each, as they were logged.

use super::cursor::{Cursor, Follow, List};
use super::known::Known;
use super::sieve::Sieve;
use crate::index::RowId;
use crate::keymap::Motion;

/// List and selection of the view.
#[derive(Default)]
pub(super) struct Log {
    /// What a filter leaves; not needed where there is none.
    left: Sieve,
    cursor: Cursor<RowId>,
    /// Rows known when the list was last followed.
    followed: usize,
}

/// The rows that are listed.
enum Rows<'a> {
    /// All that are held and may be shown.
    All { first: usize, length: usize },
    /// Some of them.
    Some(&'a Sieve),
}

impl List<RowId> for Rows<'_> {
    fn length(&self) -> usize {
        match self {
            Self::All { length, .. } => *length,
            Self::Some(sieve) => sieve.picked().length(),
        }
    }

    fn at(&self, place: usize) -> Option<RowId> {
        let row = match self {
            Self::All { first, length } => (place < *length).then_some(first + place),
            Self::Some(sieve) => sieve.picked().at(place),
        };
        row.and_then(|row| u32::try_from(row).ok()).map(RowId)
    }

    fn find(&self, row: RowId, before: usize) -> usize {
        let row = row.0 as usize;
        match self {
            Self::All { first, length } => row.saturating_sub(*first).min(length.saturating_sub(1)),
            Self::Some(sieve) => sieve.picked().find(row, before),
        }
    }
}

impl Log {
    /// Brings list and selection up to date; so many rows are visible.
    pub(super) fn refresh(&mut self, known: &Known, height: usize) {
        if known.filtered.is_some() {
            self.left.refresh(known, |row| Some(row.0 as usize));
        }
        self.cursor.settle(&rows(&self.left, known), height, Follow::Bottom);
        if self.cursor.is_following() {
            self.followed = known.rows();
        }
    }

    /// Whether what takes long is not done yet.
    pub(super) fn is_busy(&self, known: &Known) -> bool {
        known.filtered.is_some() && self.left.is_behind(known)
    }

    /// The filter changed.
    pub(super) fn restart(&mut self) {
        self.left = Sieve::default();
    }

    /// These entries were found late.
    pub(super) fn found(&mut self, known: &Known, found: &[RowId]) {
        self.left.found(known, found, |row| Some(row.0 as usize));
    }

    /// Lets go of the entries that left.
    pub(super) fn forget(&mut self, known: &Known) {
        let first = known.index.rows().first().0 as usize;
        self.left.retain(|row| row >= first);
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.left.picked().memory()
    }

    /// Moves the selection.
    pub(super) fn go(&mut self, motion: Motion, height: usize, known: &Known) {
        self.cursor.go(motion, &rows(&self.left, known), height, Follow::Bottom);
    }

    /// Selects a visible row.
    pub(super) fn click(&mut self, row: usize, known: &Known) {
        self.cursor.click(row, &rows(&self.left, known));
    }

    /// How many entries are listed.
    pub(super) fn length(&self, known: &Known) -> usize {
        rows(&self.left, known).length()
    }

    /// Those on the screen.
    pub(super) fn visible(&self, known: &Known, height: usize) -> Vec<RowId> {
        let (rows, top) = (rows(&self.left, known), self.cursor.top());
        (top..top + height).map_while(|place| rows.at(place)).collect()
    }

    /// The selected entry.
    pub(super) fn selected(&self) -> Option<RowId> {
        self.cursor.selected()
    }

    /// Rows known when the list stopped to follow; `None` if it follows.
    pub(super) fn paused_at(&self) -> Option<usize> {
        (!self.cursor.is_following()).then_some(self.followed)
    }
}

fn rows<'a>(left: &'a Sieve, known: &Known) -> Rows<'a> {
    if known.filtered.is_some() {
        return Rows::Some(left);
    }
    let first = known.index.rows().first().0 as usize;
    Rows::All { first, length: known.rows().saturating_sub(first) }
}
