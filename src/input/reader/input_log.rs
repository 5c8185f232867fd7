//! One log on its way to entries.

use super::input_stream::InputStream;
use super::raw_entry::{EntrySink, RawEntry};
use super::{FileStatus, ReaderEvent};
use crate::index::TextLocation;
use crate::input::follow::{FollowEvent, FollowState, FollowStep, StreamId};
use crate::input::source::{Fs, Handle};
use crate::log::entry::Time;
use crate::log::parse;
use crate::log::parse::{Parser, ParserState};
use crate::log::splitter;
use crate::log::splitter::{EntryLayout, EntrySpan, LONGEST_ENTRY};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Bytes by which the form of a file is told.
const BEGINNING: usize = 64 * 1024;

/// Bytes without an entry after which it is told how far the reading is: a line, or the hole of a
/// sparse file, may be longer than anybody waits.
const PATIENCE: u64 = 8 << 20;

/// The same, in steps of a hole that cannot be jumped over.
const PATIENCE_IN_HOLES: u32 = 32;

/// What all logs share in a round.
pub(super) struct Round<'a> {
    pub(super) fs: &'a dyn Fs,
    pub(super) now: Duration,
    /// What is there is read to its end, a pipe too, and nothing more is looked for then.
    pub(super) once: bool,
    /// How many sources there are.
    pub(super) sources: &'a mut u16,
}

/// A file, with what was read of it and not yet taken.
pub(super) struct InputLog {
    supply: InputStream,
    /// The contents that the path led to and that may still give entries, oldest first.
    streams: Vec<LogStream>,
    /// Read into, and kept for its memory.
    bytes: Vec<u8>,
    state: FollowState,
    /// The last look found nothing; there will be none before the next round.
    idle: bool,
    /// There will be none at all.
    concluded: bool,
    read: u64,
    behind: u64,
}

/// One physical content: a file, or what it held up to a truncation.
struct LogStream {
    id: StreamId,
    source: u16,
    path: Arc<Path>,
    handle: Arc<dyn Handle>,
    /// Unknown until there is enough to tell.
    layout: Option<EntryLayout>,
    bytes: Vec<u8>,
    /// Where in `bytes` the first byte stands that was not taken.
    taken: usize,
    /// Where in the file `bytes` begins.
    offset: u64,
    /// Holes of the file that `bytes` lack, in order.
    holes: VecDeque<Hole>,
    /// The line at which the first byte stands that was not taken, from 1.
    line: u64,
    /// All that is there now was read: a folded entry at the end is whole.
    quiet: bool,
    /// Nothing will follow.
    finished: bool,
    /// Bytes so far of a line whose beginning was taken as a whole.
    passing: Option<u64>,
    next: Option<EntrySpan>,
    /// Time of the next entry, once it was asked for.
    next_time: Option<Time>,
    /// Time of the newest entry that was asked for its time, for those without.
    time: Time,
}

/// NUL bytes of a file that were passed over.
struct Hole {
    /// Before the byte at this place in the bytes at hand.
    at: usize,
    size: u64,
    /// It stands inside a line, whose beginning was made a line of its own: so something is, rather
    /// than two halves being taken for one.
    splits: bool,
}

impl InputLog {
    pub(super) fn new(supply: InputStream) -> Self {
        let state = FollowState::Following;
        let (streams, bytes) = (Vec::new(), Vec::new());
        Self { supply, streams, bytes, state, idle: false, concluded: false, read: 0, behind: 0 }
    }

    /// Nothing will come any more.
    pub(super) fn is_over(&self) -> bool {
        self.supply.is_over() && self.streams.is_empty()
    }

    /// Another round begins: a file in which nothing was new may have grown.
    pub(super) fn wake(&mut self) {
        self.idle = self.concluded;
    }

    /// Reads until there is an entry to take or nothing to read, or nothing was found for long. True
    /// if anything was read.
    pub(super) fn fetch(&mut self, round: &mut Round<'_>, collect: &mut dyn EntrySink) -> bool {
        let (mut found, end) = (false, self.read.saturating_add(PATIENCE));
        let mut hole = 0;
        while self.is_seeking() && self.read < end && hole < PATIENCE_IN_HOLES {
            let Round { fs, now, once, .. } = *round;
            match self.supply.poll(fs, now, once, &mut self.bytes) {
                FollowStep::Idle(state) => {
                    (self.state, self.idle, self.behind) = (state, true, 0);
                    self.concluded = once;
                    for stream in &mut self.streams {
                        stream.quiet = true;
                        stream.finished |= once;
                    }
                }
                FollowStep::Event(event) if !self.supply.is_only_expected() => {
                    let path = Arc::from(self.supply.path());
                    collect.push_event(ReaderEvent::Event { path, event });
                }
                FollowStep::Event(_) => {}
                FollowStep::Opened { stream, handle, .. } => {
                    self.open(stream, handle, round.sources);
                }
                FollowStep::Bytes { stream, offset, behind } => {
                    self.behind = behind;
                    self.read += self.bytes.len() as u64;
                    hole += u32::from(self.bytes.is_empty());
                    if let Some(stream) = self.streams.iter_mut().find(|known| known.id == stream) {
                        stream.append(offset, &self.bytes);
                    }
                }
                FollowStep::Finished { stream, overwritten } => {
                    let over = self.streams.iter_mut().filter(|known| known.id == stream);
                    over.for_each(|stream| stream.end(overwritten, collect));
                }
            }
            found |= !self.idle;
            self.streams.iter_mut().for_each(|stream| stream.find_next(collect));
            self.streams.retain(|stream| !stream.finished || stream.next.is_some());
        }
        found
    }

    fn open(&mut self, id: StreamId, handle: Arc<dyn Handle>, sources: &mut u16) {
        self.streams.push(LogStream {
            id,
            source: *sources,
            path: Arc::from(self.supply.path()),
            handle,
            layout: None,
            bytes: Vec::new(),
            taken: 0,
            offset: 0,
            line: 1 + if id == StreamId(0) { self.supply.lines_before() } else { 0 },
            quiet: false,
            finished: false,
            holes: VecDeque::new(),
            passing: None,
            next: None,
            next_time: None,
            time: Time::default(),
        });
        *sources = sources.saturating_add(1);
    }

    /// There may be an entry that was not found yet, so that it is not known which log's is next.
    pub(super) fn is_seeking(&self) -> bool {
        !self.idle && !self.has_entry()
    }

    pub(super) fn has_entry(&self) -> bool {
        self.streams.iter().any(|stream| stream.next.is_some())
    }

    /// Time of the next entry, by which logs are merged.
    pub(super) fn next_time(&mut self) -> Option<Time> {
        self.streams.iter_mut().find_map(LogStream::next_time)
    }

    /// Gives the next entry to the collector; says how long it is.
    pub(super) fn collect_entries(&mut self, collect: &mut dyn EntrySink) -> usize {
        let stream = self.streams.iter_mut().find(|stream| stream.next.is_some());
        stream.map_or(0, |stream| stream.collect_entries(collect))
    }

    /// How far it is; `None` while there is nothing that anybody asked for.
    pub(super) fn status(&self) -> Option<FileStatus> {
        if self.supply.is_only_expected() {
            return None;
        }
        let waiting = self.streams.iter().filter(|stream| stream.next.is_none());
        let partial = waiting.map(|stream| stream.unread().trim_ascii().len() as u64).sum();
        Some(FileStatus {
            path: self.supply.path().to_owned(),
            state: self.state,
            note: self.supply.note().cloned(),
            read: self.read,
            behind: self.behind,
            partial,
        })
    }
}

impl LogStream {
    fn append(&mut self, offset: u64, bytes: &[u8]) {
        self.quiet = false;
        let hole = offset.saturating_sub(self.offset_at(self.bytes.len()));
        self.offset = self.offset_at(self.taken);
        self.holes.retain(|hole| hole.at > self.taken);
        self.holes.iter_mut().for_each(|hole| hole.at -= self.taken);
        self.bytes.drain(..self.taken);
        self.taken = 0;
        if bytes.is_empty() {
            return;
        }
        if self.bytes.is_empty() && (hole == 0 || self.passing.is_none()) {
            self.offset = offset;
        } else if hole > 0 {
            let splits = self.bytes.last() != Some(&b'\n');
            if splits {
                self.bytes.push(b'\n');
            }
            let (at, size) = (self.bytes.len(), hole - u64::from(splits));
            self.holes.push_back(Hole { at, size, splits });
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Where in the file the byte at this place in the bytes at hand stands.
    fn offset_at(&self, place: usize) -> u64 {
        let holes = self.holes.iter().take_while(|hole| hole.at <= place);
        self.offset + place as u64 + holes.map(|hole| hole.size).sum::<u64>()
    }

    /// Line ends of the file from the first byte that was not taken up to a place.
    fn lines_until(&self, place: usize) -> u64 {
        let made_up = |hole: &&Hole| hole.splits && (self.taken + 1..=place).contains(&hole.at);
        let made_up = self.holes.iter().filter(made_up).count() as u64;
        lines(self.bytes.get(self.taken..place).unwrap_or_default()) - made_up
    }

    /// Nothing will follow. Of an overwritten file the last line without an end is lost.
    fn end(&mut self, overwritten: bool, collect: &mut dyn EntrySink) {
        self.finished = true;
        if overwritten {
            self.bytes.truncate(splitter::whole_lines(&self.bytes).unwrap_or(0));
            self.taken = self.taken.min(self.bytes.len());
            // What was read before may still have to be announced.
            self.find_next(collect);
            collect.push_event(ReaderEvent::Gone(self.source));
        }
    }

    /// Looks for the next whole entry.
    fn find_next(&mut self, collect: &mut dyn EntrySink) {
        if let Some(passed) = self.passing {
            let end = splitter::line_end(self.unread());
            let bytes = end.unwrap_or(self.unread().len());
            let length = passed + bytes as u64 - u64::from(end.is_some());
            self.passing = (end.is_none() && !self.finished).then_some(length);
            self.advance(bytes);
            if self.passing.is_none() {
                let event = FollowEvent::CutLine { bytes: length, kept: LONGEST_ENTRY as u64 };
                collect.push_event(ReaderEvent::Event { path: Arc::clone(&self.path), event });
            }
        }
        self.advance(splitter::blank_lines(self.unread()));
        let Some(form) = self.layout.or_else(|| self.detect(collect)) else { return };
        loop {
            // An entry is read again as one piece of the file: it does not go on behind a hole.
            let hole = self.holes.iter().map(|hole| hole.at).find(|at| *at > self.taken);
            let before = self.bytes.get(self.taken..hole.unwrap_or(self.bytes.len()));
            let last = hole.is_some() || self.finished || self.quiet && form == EntryLayout::Folded;
            self.next = splitter::next(form, before.unwrap_or_default(), last);
            match hole {
                Some(hole) if self.next.is_none() => self.advance(hole - self.taken),
                _ => break,
            }
        }
    }

    /// Tells the form as soon as there is enough to tell it by, and announces the source.
    fn detect(&mut self, collect: &mut dyn EntrySink) -> Option<EntryLayout> {
        let enough = self.unread().len() >= BEGINNING || self.finished;
        let unread = self.bytes.get(self.taken..).unwrap_or_default();
        let beginning = match unread.get(..BEGINNING).unwrap_or(unread) {
            [] => return None,
            beginning if enough => beginning,
            // The stamp of a line that is being written may not be whole yet.
            beginning if self.quiet => beginning.get(..splitter::whole_lines(beginning)?)?,
            _ => return None,
        };
        let form = EntryLayout::detect(beginning);
        let learned = learned(form, beginning);
        let profile = learned.profile();
        let (number, path, handle) =
            (self.source, Arc::clone(&self.path), Arc::clone(&self.handle));
        collect.begin(number, learned);
        collect.push_event(ReaderEvent::Source { number, path, handle, form });
        collect.push_event(ReaderEvent::Profile { number, from: 0, profile });
        self.layout = Some(form);
        self.layout
    }

    fn unread(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    fn text(&self, found: EntrySpan) -> &[u8] {
        self.unread().get(found.start..found.start + found.length).unwrap_or_default()
    }

    fn next_time(&mut self) -> Option<Time> {
        let found = self.next?;
        let time = self.next_time.take().or_else(|| parse::time(self.text(found)));
        self.next_time = Some(time.unwrap_or(self.time));
        self.next_time
    }

    fn collect_entries(&mut self, collect: &mut dyn EntrySink) -> usize {
        let Some(found) = self.next.take() else { return 0 };
        self.time = self.next_time.take().unwrap_or(self.time);
        self.advance(found.start);
        let form = self.layout.unwrap_or_default();
        let end = self.taken + found.end - found.start;
        let bytes = self.bytes.get(self.taken..end).unwrap_or_default();
        collect.push_entry(&RawEntry {
            location: TextLocation { source: self.source, offset: self.offset_at(self.taken) },
            layout: form,
            line: self.line,
            length: found.length,
            cut: found.cut,
            bytes,
        });
        self.line += match form {
            // Counting what is known to be one costs a tenth of the reader's time.
            EntryLayout::Lines if self.holes.is_empty() => u64::from(bytes.ends_with(b"\n")),
            EntryLayout::Lines | EntryLayout::Folded => self.lines_until(end),
        };
        self.taken = end;
        self.passing = found.cut.then_some(found.length as u64);
        self.find_next(collect);
        found.length
    }

    /// Passes over so many bytes.
    fn advance(&mut self, bytes: usize) {
        self.line += self.lines_until(self.taken + bytes);
        self.taken += bytes;
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// What the whole entries in the beginning of a file teach.
fn learned(form: EntryLayout, mut beginning: &[u8]) -> ParserState {
    let mut parser = Parser::default();
    while let Some(found) = splitter::next(form, beginning, false) {
        let text = beginning.get(found.start..found.start + found.length).unwrap_or_default();
        parser.learn(&splitter::unfold(form, text));
        beginning = beginning.get(found.end..).unwrap_or_default();
    }
    parser.into_learned()
}
