//! Log as read so far: the index, and which of its rows match the filter.

use super::redacted_entry::redactor;
use crate::cli::InputArgs;
use crate::filter::Filter;
use crate::index::{Index, RowId};
use crate::input::reader;
use crate::input::reader::TextStore;
use crate::input::source::Disk;
use crate::log::entry::{Time, Window};
use crate::log::parse::EntryText;
use crate::log::redact::Redactor;
use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;

/// Log as read so far.
pub struct LoadedLog {
    /// Index, if the command needs one.
    pub index: Index,
    /// Texts of the entries, and paths of the files.
    pub texts: TextStore,
    /// Filter and its reference time.
    pub filter: Filter,
    /// See [`Filter::window`].
    pub window: Window,
    /// Redactor of the output.
    pub redactor: Option<Redactor>,
    /// By held row: whether it matches; only for a non-empty filter.
    pub(super) wanted: VecDeque<bool>,
}

impl LoadedLog {
    /// Empty log of these files.
    pub(super) fn new(filter: Filter, input: &InputArgs) -> Self {
        let files = &input.files;
        let window = filter.window(now(&filter, files));
        let (index, texts) = (Index::default(), TextStore::default());
        let (redactor, wanted) = (redactor(input.hide), VecDeque::new());
        Self { index, texts, filter, window, redactor, wanted }
    }

    /// Whether a row of the index matches.
    pub fn leaves(&self, row: RowId) -> bool {
        let at = || row.0.checked_sub(self.index.rows().first().0);
        let wanted =
            || at().and_then(|at| self.wanted.get(at as usize)).copied().unwrap_or_default();
        let connection = self.index.rows().connection(row);
        self.filter.is_empty() || wanted() && self.filter.leaves_connection(connection)
    }

    /// Matching rows among these.
    pub fn remaining(&self, rows: Range<u32>) -> impl Iterator<Item = RowId> + '_ {
        rows.map(RowId).filter(|&row| self.leaves(row))
    }

    /// Evicts all full row segments; connections, messages and texts stay.
    pub fn evict_rows(&mut self) {
        let first = self.index.rows().first().0;
        self.index.evict_rows();
        let gone = (self.index.rows().first().0 - first) as usize;
        self.wanted.drain(..gone.min(self.wanted.len()));
    }

    /// Redacted text of an entry; `None` if its bytes are gone.
    pub fn original(&self, row: RowId) -> Option<EntryText> {
        let (place, length) = self.index.rows().place(row)?;
        let original = self.texts.read(place, length)?;
        Some(match &self.redactor {
            Some(redactor) => redactor.shown(&original),
            None => original,
        })
    }
}

/// Reference time of a filter over these files, if it needs one.
#[expect(clippy::disallowed_methods, reason = "a time that is so long ago is counted from now")]
fn now(filter: &Filter, files: &[PathBuf]) -> Time {
    if !filter.is_relative() {
        return Time::default();
    }
    let wall = chrono::Local::now().naive_local().into();
    reader::newest(&Disk, files).map_or(wall, |newest| newest.now(wall))
}
