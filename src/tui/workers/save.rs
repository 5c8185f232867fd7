//! Writes entries to a file, byte for byte as logged.
//!
//! The owner of the index sends positions of entries block by block; a thread reads them and writes
//! them through [`Output`], so that the file appears complete or not at all. Knows neither the
//! index nor the filter.

use crate::index::TextLocation;
use crate::input::reader::TextStore;
use crate::log::redact::Redactor;
use crate::output::atomic_file::Output;
use crossbeam_channel::{Receiver, Sender};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// Command of the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveRequest {
    /// Starts this file and aborts any other; with a redactor entries are pseudonymized.
    Begin(PathBuf, Option<Redactor>),
    /// Writes the entries at these positions and lengths (without line ends).
    Entries(Vec<(TextLocation, usize)>),
    /// Completes the file.
    Finish,
}

/// Outcome of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveEvent {
    /// A block was written.
    Written,
    /// The file is complete.
    Saved(SaveSummary),
    /// Writing failed and nothing is left: file name and reason.
    Failed(String),
}

/// Content of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaveSummary {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
    /// Entries skipped because they are no longer in the log.
    pub missing: u64,
}

/// Bytes per read, unless an entry is longer.
const SPAN: usize = 256 * 1024;
/// Maximum gap between two entries that is read through rather than skipped by a second read.
const GAP: u64 = 4 * 1024;
/// Maximum length of a line end.
const LINE_END: usize = 2;

/// Writer of one file at a time.
#[derive(Default)]
pub struct SaveWorker(Option<OutputFile>);

/// File being written.
struct OutputFile {
    output: Output,
    redactor: Option<Redactor>,
    saved: SaveSummary,
    /// The last written entry had no line end.
    unended: bool,
}

impl SaveWorker {
    /// Executes a command. After a failure all commands up to the next start are ignored.
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

    /// Writes redacted entries, one per line.
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

    /// Writes entries that lie close together in one file, in file order.
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

    /// Writes an entry with its line end; all output passes here. A missing line end is added if
    /// another entry follows.
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

/// Number of leading entries covered by one read.
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

/// Runs the writer on its own thread. An unfinished file is removed when the command channel
/// closes.
///
/// # Errors
/// If no thread can be started.
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
