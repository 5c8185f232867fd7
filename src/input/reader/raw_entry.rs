//! Entries as they stand in their files, on their way to a parser.

use super::ReaderEvent;
use crate::index::TextLocation;
use crate::log::parse::ParserState;
use crate::log::splitter::EntryLayout;

/// One entry that was found, and not yet parsed.
pub(super) struct RawEntry<'a> {
    pub(super) location: TextLocation,
    pub(super) layout: EntryLayout,
    /// The first of its lines, from 1.
    pub(super) line: u64,
    /// Bytes of its text in the file, without the line end.
    pub(super) length: usize,
    /// It was longer, but not kept whole.
    pub(super) cut: bool,
    /// Its bytes in the file, with the line end if it has one.
    pub(super) bytes: &'a [u8],
}

/// Who takes what the reader finds, in order.
pub(super) trait EntrySink {
    /// A source begins, and this was learned from its beginning. Its announcement follows.
    fn begin(&mut self, source: u16, learned: ParserState);
    /// Something about the files.
    fn push_event(&mut self, news: ReaderEvent);
    /// The next entry.
    fn push_entry(&mut self, raw: &RawEntry<'_>);
}
