//! The search for texts in the files, in blocks of rows.
//!
//! The owner of the index says where the entries of a block stand, and what to look for; a thread
//! reads them from the files that they came from and tells which of them hold it. What lies close
//! together is read and searched at once. A search that nobody waits for any more is left off
//! between two reads. Knows neither the index nor the filter in force.

use crate::filter::Pattern;
use crate::index::{Place, RowId};
use crate::ingest::Originals;
use crate::split::{self, Form};
use crossbeam_channel::{Receiver, Sender};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

/// A block to be searched.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Of which search it is: one for each filter.
    pub number: u64,
    /// What must be in the text, each of them.
    pub patterns: Vec<Pattern>,
    /// The block.
    pub rows: Range<usize>,
    /// Where those of its entries stand that are to be looked at, and how long they are.
    pub entries: Vec<(RowId, Place, usize)>,
}

/// What was found in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Of which search it is.
    pub number: u64,
    /// The block.
    pub rows: Range<usize>,
    /// The entries that hold all patterns, in the order of the ask. Those whose text is gone do not.
    pub hits: Vec<RowId>,
}

/// Bytes that are read at once, unless an entry is longer: what stays near the processor.
const SPAN: usize = 256 * 1024;
/// Bytes between two entries that are rather read than passed over.
const GAP: u64 = 16 * 1024;

/// Searches blocks.
#[derive(Default)]
pub struct Searcher {
    /// Read into, and kept for its memory.
    bytes: Vec<u8>,
}

impl Searcher {
    /// Searches a block for as long as it is wanted; `None` if that ended before.
    pub fn search(
        &mut self,
        mut ask: Ask,
        originals: &Originals,
        is_wanted: impl Fn() -> bool,
    ) -> Option<Found> {
        // Logs that are merged take turns in the block.
        ask.entries.sort_by_key(|&(_, place, _)| (place.source, place.offset));
        let mut hits = Vec::new();
        let mut rest = ask.entries.as_slice();
        while !rest.is_empty() {
            if !is_wanted() {
                return None;
            }
            let (span, behind) = rest.split_at_checked(span(rest)).unwrap_or((rest, &[]));
            self.search_span(&ask.patterns, span, originals, &mut hits);
            rest = behind;
        }
        hits.sort_unstable();
        Some(Found { number: ask.number, rows: ask.rows, hits })
    }

    fn search_span(
        &mut self,
        patterns: &[Pattern],
        entries: &[(RowId, Place, usize)],
        originals: &Originals,
        hits: &mut Vec<RowId>,
    ) {
        let (Some(&(_, first, _)), Some(&(_, last, length))) = (entries.first(), entries.last())
        else {
            return;
        };
        let Some((pattern, others)) = patterns.split_first() else { return };
        let offset =
            |place: Place| usize::try_from(place.offset - first.offset).unwrap_or(usize::MAX);
        // One byte more shows where the last line ends.
        self.bytes.resize(offset(last) + length + 1, 0);
        let Some((form, there)) = originals.read_into(first, &mut self.bytes) else { return };
        let bytes = self.bytes.get(..there).unwrap_or_default();
        let all = |patterns: &[Pattern], text: &[u8]| patterns.iter().all(|one| one.is_in(text));
        let (mut lines, mut rows) = (Vec::with_capacity(entries.len()), Vec::new());
        for &(row, place, length) in entries {
            let (start, end) = (offset(place), offset(place) + length);
            let Some(text) = bytes.get(start..end) else { continue };
            if form == Form::Lines && is_line(bytes, start, end) {
                lines.push((start, end));
                rows.push(row);
            } else if all(patterns, &split::unfold(form, text)) {
                hits.push(row);
            }
        }
        pattern.find(bytes, &lines, |at| {
            let text = lines.get(at).and_then(|&(start, end)| bytes.get(start..end));
            if text.is_some_and(|text| all(others, text)) {
                hits.extend(rows.get(at));
            }
        });
    }
}

/// How many of the first entries are read at once.
fn span(entries: &[(RowId, Place, usize)]) -> usize {
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

/// Whether what stands there is a whole line.
fn is_line(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|&b| b == b'\n') && bytes.get(end).is_none_or(|&b| b == b'\n' || b == b'\r')
}

/// Runs a searcher in a thread of its own until nobody asks any more. It passes over what is not of
/// the `current` search.
pub fn spawn(
    asks: Receiver<(Ask, Arc<Originals>)>,
    answers: Sender<Found>,
    current: Arc<AtomicU64>,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("search".to_owned()).spawn(move || {
        let mut searcher = Searcher::default();
        for (ask, originals) in asks {
            let number = ask.number;
            let is_wanted = || current.load(Ordering::Relaxed) == number;
            if let Some(found) = searcher.search(ask, &originals, is_wanted)
                && answers.send(found).is_err()
            {
                break;
            }
        }
    })
}
