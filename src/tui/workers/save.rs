//! Entries on their way into a file that somebody named, as they stand in the log.
//!
//! The owner of the index says where the entries stand, a block at a time; a thread reads them and
//! writes them through [`Output`], so that the file is there when it is whole, or not at all. Knows
//! neither the index nor the filter in force.

use crate::index::TextLocation;
use crate::input::reader::TextStore;
use crate::log::redact::Redactor;
use crate::output::atomic_file::Output;
use crossbeam_channel::{Receiver, Sender};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveRequest {
    /// Begin this file, and leave off any other; with pseudonyms, if somebody makes them.
    Begin(PathBuf, Option<Redactor>),
    /// Write these entries: where they stand, and how long they are without their line ends.
    Entries(Vec<(TextLocation, usize)>),
    /// That was all: the file takes its place.
    Finish,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveEvent {
    /// A block was written.
    Written,
    /// The file is there.
    Saved(SaveSummary),
    /// It is not, and nothing is left of it: the name, and why.
    Failed(String),
}

/// What is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaveSummary {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
    /// Entries that are not, because they were no longer in the log.
    pub missing: u64,
}

/// Bytes that are read at once, unless an entry is longer.
const SPAN: usize = 256 * 1024;
/// Bytes between two entries that are rather read than passed over.
const GAP: u64 = 4 * 1024;
/// Bytes of a line end.
const LINE_END: usize = 2;

/// Writes files, one after the other.
#[derive(Default)]
pub struct SaveWorker(Option<OutputFile>);

/// One that is being written.
struct OutputFile {
    output: Output,
    redactor: Option<Redactor>,
    saved: SaveSummary,
    /// What was written last had no line end.
    unended: bool,
}

impl SaveWorker {
    /// Does what was ordered. What follows a failure is not done, up to the next beginning.
    pub fn obey(&mut self, order: SaveRequest, originals: &TextStore) -> Option<SaveEvent> {
        let done = match order {
            SaveRequest::Begin(path, redactor) => match Output::create_new(&path) {
                Ok(output) => {
                    let saved = SaveSummary::default();
                    self.0 = Some(OutputFile { output, redactor, saved, unended: false });
                    return None;
                }
                Err(error) => Err(error),
            },
            SaveRequest::Entries(entries) => {
                let file = self.0.as_mut()?;
                file.write(&entries, originals).map(|()| SaveEvent::Written)
            }
            SaveRequest::Finish => {
                let mut file = self.0.take()?;
                file.output.finish([]).map(|()| SaveEvent::Saved(file.saved))
            }
        };
        Some(done.unwrap_or_else(|error| {
            self.0 = None;
            SaveEvent::Failed(error.to_string())
        }))
    }
}

impl OutputFile {
    fn write(
        &mut self,
        entries: &[(TextLocation, usize)],
        originals: &TextStore,
    ) -> io::Result<()> {
        if let Some(redactor) = &self.redactor {
            let redactor = redactor.clone();
            return self.write_hidden(entries, originals, &redactor);
        }
        let mut rest = entries;
        while !rest.is_empty() {
            let (span, behind) = rest.split_at_checked(span(rest)).unwrap_or((rest, &[]));
            self.write_span(span, originals)?;
            rest = behind;
        }
        Ok(())
    }

    /// Writes entries as they may be shown, each in a line.
    fn write_hidden(
        &mut self,
        entries: &[(TextLocation, usize)],
        originals: &TextStore,
        redactor: &Redactor,
    ) -> io::Result<()> {
        let mut out = Vec::new();
        for &(place, length) in entries {
            match originals.read(place, length) {
                Some(original) => {
                    let mut line = redactor.shown(&original).text;
                    line.push(b'\n');
                    self.copy_part(&line, line.len() - 1, &mut out);
                }
                None => self.saved.missing += 1,
            }
        }
        self.saved.bytes += out.len() as u64;
        self.output.write(&out)
    }

    /// Writes entries that stand close together in one file, in the order of their places.
    fn write_span(
        &mut self,
        span: &[(TextLocation, usize)],
        originals: &TextStore,
    ) -> io::Result<()> {
        let (Some(&(first, _)), Some(&(last, length))) = (span.first(), span.last()) else {
            return Ok(());
        };
        let offset = |place: TextLocation| {
            usize::try_from(place.offset - first.offset).unwrap_or(usize::MAX)
        };
        let mut bytes = vec![0; offset(last) + length + LINE_END];
        let there = originals.read_into(first, &mut bytes).map_or(0, |(_, there)| there);
        bytes.truncate(there);
        let mut out = Vec::with_capacity(bytes.len() + 1);
        for &(place, length) in span {
            let start = offset(place);
            let entry = bytes.get(start..).filter(|rest| rest.len() >= length);
            match entry {
                Some(rest) => self.copy_part(rest, length, &mut out),
                None => self.saved.missing += 1,
            }
        }
        self.saved.bytes += out.len() as u64;
        self.output.write(&out)
    }

    /// Takes an entry with the line end that stands behind it: every one that is written passes here.
    /// One without a line end gets one where another follows.
    fn copy_part(&mut self, rest: &[u8], length: usize, out: &mut Vec<u8>) {
        if self.unended {
            out.push(b'\n');
        }
        let (text, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let end: &[u8] = match behind {
            [b'\r', b'\n', ..] => b"\r\n",
            [b'\n', ..] => b"\n",
            _ => b"",
        };
        out.extend_from_slice(text);
        out.extend_from_slice(end);
        self.unended = end.is_empty();
        self.saved.entries += 1;
    }
}

/// How many of the entries, from the first on, are read at once.
fn span(entries: &[(TextLocation, usize)]) -> usize {
    let Some(&(first, length)) = entries.first() else { return 0 };
    let mut end = first.offset + length as u64;
    let close = entries.iter().skip(1).take_while(|(place, length)| {
        let follows = place.source == first.source && place.offset >= end;
        let near = follows && place.offset - end <= GAP;
        end = place.offset + *length as u64;
        near && end - first.offset <= SPAN as u64
    });
    1 + close.count()
}

/// Does what comes on `orders`, on a thread of its own, and tells what came of it. A file that is not
/// finished when no more orders can come is removed.
///
/// # Errors
/// There can be no more threads.
pub fn spawn(
    orders: Receiver<(SaveRequest, Arc<TextStore>)>,
    told: Sender<SaveEvent>,
) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("saver".to_owned()).spawn(move || {
        let mut saver = SaveWorker::default();
        for (order, originals) in orders {
            if let Some(what) = saver.obey(order, &originals)
                && told.send(what).is_err()
            {
                break;
            }
        }
    })
}
