//! Text search in the files, in blocks of rows.
//!
//! The owner of the index sends positions of entries and the text to search for; a thread reads
//! them from their files, parses candidates, and returns the matches. Entries that lie close
//! together are read and searched at once. A cancelled search stops between two reads. Knows
//! neither the index nor the filter in force.

use crate::filter::TextMatcher;
use crate::index::{RowId, TextLocation};
use crate::input::reader::TextStore;
use crate::log::parse;
use crate::log::parse::{Profile, Scratch};
use crate::log::splitter;
use crate::log::splitter::EntryLayout;
use crossbeam_channel::{Receiver, Sender};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

/// Block to search.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// Number of the search, one per filter.
    pub search_id: u64,
    /// Text terms of the filter.
    pub matcher: Arc<TextMatcher>,
    /// Number of the block.
    pub rows: Range<usize>,
    /// Positions and lengths of the entries to scan.
    pub entries: Vec<(RowId, TextLocation, usize)>,
}

/// Matches of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchResult {
    /// Number of the search.
    pub number: u64,
    /// Number of the block.
    pub rows: Range<usize>,
    /// Matching entries in request order; entries whose text is gone do not match.
    pub hits: Vec<RowId>,
}

/// Bytes per read, unless an entry is longer: sized to stay in the CPU cache.
const SPAN: usize = 256 * 1024;
/// Maximum gap between two entries that is read through rather than skipped by a second read.
const GAP: u64 = 16 * 1024;

/// Searches blocks.
#[derive(Default)]
pub struct SearchWorker {
    /// Reused read buffer.
    bytes: Vec<u8>,
}

impl SearchWorker {
    /// Searches a block while `wanted`; `None` if cancelled.
    pub fn search(
        &mut self,
        mut ask: SearchRequest,
        originals: &TextStore,
        is_wanted: impl Fn() -> bool,
    ) -> Option<SearchResult> {
        // Entries of merged logs interleave within a block.
        ask.entries.sort_by_key(|&(_, place, _)| (place.source, place.offset));
        let mut hits = Vec::new();
        let mut rest = ask.entries.as_slice();
        while !rest.is_empty() {
            if !is_wanted() {
                return None;
            }
            let (span, behind) = rest.split_at_checked(span(rest)).unwrap_or((rest, &[]));
            self.search_span(&ask.matcher, span, originals, &mut hits);
            rest = behind;
        }
        hits.sort_unstable();
        Some(SearchResult { number: ask.search_id, rows: ask.rows, hits })
    }

    fn search_span(
        &mut self,
        wanted: &TextMatcher,
        entries: &[(RowId, TextLocation, usize)],
        originals: &TextStore,
        hits: &mut Vec<RowId>,
    ) {
        let (Some(&(_, first, _)), Some(&(_, last, length))) = (entries.first(), entries.last())
        else {
            return;
        };
        let offset = |place: TextLocation| {
            usize::try_from(place.offset - first.offset).unwrap_or(usize::MAX)
        };
        // One more byte shows the end of the last line.
        self.bytes.resize(offset(last) + length + 1, 0);
        let Some((form, there)) = originals.read_into(first, &mut self.bytes) else { return };
        let bytes = self.bytes.get(..there).unwrap_or_default();
        let (needle, others) = match wanted.needles().split_first() {
            Some((needle, others)) => (Some(needle), others),
            None => (None, wanted.needles()),
        };
        let mut scratch = Scratch::default();
        let mut leaves = |place: TextLocation, text: &[u8]| {
            let holds = others.iter().all(|needle| needle.is_in(text));
            let profile = || originals.profile(place).unwrap_or_default();
            holds && evaluate(wanted, text, profile, &mut scratch)
        };
        let (mut lines, mut rows) = (Vec::with_capacity(entries.len()), Vec::new());
        for &(row, place, length) in entries {
            let (start, end) = (offset(place), offset(place) + length);
            let Some(text) = bytes.get(start..end) else { continue };
            if form == EntryLayout::Lines && is_line(bytes, start, end) && needle.is_some() {
                lines.push((start, end));
                rows.push((row, place));
                continue;
            }
            let text = splitter::unfold(form, text);
            if needle.is_none_or(|needle| needle.is_in(&text)) && leaves(place, &text) {
                hits.push(row);
            }
        }
        let Some(needle) = needle else { return };
        needle.find(bytes, &lines, |at| {
            let text = lines.get(at).and_then(|&(start, end)| bytes.get(start..end));
            if let (Some(text), Some(&(row, place))) = (text, rows.get(at))
                && leaves(place, text)
            {
                hits.push(row);
            }
        });
    }
}

/// Whether a text that holds all needles matches the filter.
fn evaluate(
    wanted: &TextMatcher,
    text: &[u8],
    profile: impl FnOnce() -> Profile,
    scratch: &mut Scratch,
) -> bool {
    if !wanted.needs_entry() {
        return wanted.leaves(None, text);
    }
    let entry = parse::entry(text, profile(), scratch);
    wanted.leaves(entry.as_ref().ok(), text)
}

/// Number of leading entries covered by one read.
fn span(entries: &[(RowId, TextLocation, usize)]) -> usize {
    let Some(&(_, first, length)) = entries.first() else { return 0 };
    let mut end = first.offset + length as u64;
    let behind = entries.iter().skip(1).take_while(|&&(_, place, length)| {
        let next = place.offset + length as u64;
        let close = place.offset <= end.saturating_add(GAP) && next - first.offset <= SPAN as u64;
        end = end.max(next);
        place.source == first.source && close
    });
    1 + behind.count()
}

/// Whether the bytes are a complete line.
fn is_line(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|&b| b == b'\n') && bytes.get(end).is_none_or(|&b| b == b'\n' || b == b'\r')
}

/// Runs a searcher on its own thread until the request channel closes. Requests of other searches
/// than `current` are skipped.
pub fn spawn(
    asks: Receiver<(SearchRequest, Arc<TextStore>)>,
    answers: Sender<SearchResult>,
    current: Arc<AtomicU64>,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("search".to_owned()).spawn(move || {
        let mut searcher = SearchWorker::default();
        for (ask, originals) in asks {
            let number = ask.search_id;
            let is_wanted = || current.load(Ordering::Relaxed) == number;
            if let Some(found) = searcher.search(ask, &originals, is_wanted)
                && answers.send(found).is_err()
            {
                break;
            }
        }
    })
}
