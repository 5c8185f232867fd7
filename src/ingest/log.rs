//! One followed file on its way to entries.

use super::{FileStatus, Message};
use crate::entry::Time;
use crate::follow::{Follower, State, Step, StreamId};
use crate::index::{Batch, Place};
use crate::parse;
use crate::source::{Fs, Handle};
use crate::split::{self, Form, Found};
use std::sync::Arc;
use std::time::Duration;

/// Bytes by which the form of a file is told.
const BEGINNING: usize = 64 * 1024;

/// A file, with what was read of it and not yet taken.
pub(super) struct Log {
    follower: Follower,
    /// The contents that the path led to and that may still give entries, oldest first.
    streams: Vec<Stream>,
    /// Read into, and kept for its memory.
    bytes: Vec<u8>,
    state: State,
    /// The last look found nothing; there will be none before the next round.
    idle: bool,
    read: u64,
    behind: u64,
}

/// One physical content: a file, or what it held up to a truncation.
struct Stream {
    id: StreamId,
    source: u16,
    handle: Arc<dyn Handle>,
    /// Unknown until there is enough to tell.
    form: Option<Form>,
    bytes: Vec<u8>,
    /// Where in `bytes` the first byte stands that was not taken.
    taken: usize,
    /// Where in the file `bytes` begins.
    offset: u64,
    /// All that is there now was read: a folded entry at the end is whole.
    quiet: bool,
    /// Nothing will follow.
    finished: bool,
    /// Inside a line whose beginning was taken as a whole.
    passing: bool,
    next: Option<Found>,
    /// Time of the newest entry, for those without.
    time: Time,
}

impl Log {
    pub(super) fn new(follower: Follower) -> Self {
        let state = State::Following;
        let (streams, bytes) = (Vec::new(), Vec::new());
        Self { follower, streams, bytes, state, idle: false, read: 0, behind: 0 }
    }

    /// Another round begins: a file in which nothing was new may have grown.
    pub(super) fn wake(&mut self) {
        self.idle = false;
    }

    /// Reads until there is an entry to take or nothing to read. True if anything was read.
    pub(super) fn fetch(
        &mut self,
        fs: &dyn Fs,
        now: Duration,
        sources: &mut u16,
        tell: &mut dyn FnMut(Message),
    ) -> bool {
        let mut found = false;
        while !self.idle && !self.has_entry() {
            match self.follower.poll(fs, now, &mut self.bytes) {
                Step::Idle(state) => {
                    (self.state, self.idle, self.behind) = (state, true, 0);
                    self.streams.iter_mut().for_each(|stream| stream.quiet = true);
                }
                Step::Opened { stream, handle, .. } => self.open(stream, handle, sources),
                Step::Bytes { stream, offset, behind } => {
                    self.behind = behind;
                    self.read += self.bytes.len() as u64;
                    if let Some(stream) = self.streams.iter_mut().find(|known| known.id == stream) {
                        stream.append(offset, &self.bytes);
                    }
                }
                Step::Finished { stream, overwritten } => {
                    let over = self.streams.iter_mut().filter(|known| known.id == stream);
                    over.for_each(|stream| stream.end(overwritten, tell));
                }
            }
            found |= !self.idle;
            self.streams.iter_mut().for_each(|stream| stream.find_next(tell));
            self.streams.retain(|stream| !stream.finished || stream.next.is_some());
        }
        found
    }

    fn open(&mut self, id: StreamId, handle: Arc<dyn Handle>, sources: &mut u16) {
        self.streams.push(Stream {
            id,
            source: *sources,
            handle,
            form: None,
            bytes: Vec::new(),
            taken: 0,
            offset: 0,
            quiet: false,
            finished: false,
            passing: false,
            next: None,
            time: Time::default(),
        });
        *sources = sources.saturating_add(1);
    }

    pub(super) fn has_entry(&self) -> bool {
        self.streams.iter().any(|stream| stream.next.is_some())
    }

    /// Time of the next entry, by which logs are merged.
    pub(super) fn next_time(&self) -> Time {
        let next = self.streams.iter().find_map(|stream| Some((stream, stream.next?)));
        next.map_or(Time::default(), |(stream, found)| {
            parse::time(stream.text(found)).unwrap_or(stream.time)
        })
    }

    /// Puts the next entry into the batch.
    pub(super) fn take(&mut self, batch: &mut Batch) {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.next.is_some()) {
            stream.take(batch);
        }
    }

    pub(super) fn status(&self) -> FileStatus {
        let waiting = self.streams.iter().filter(|stream| stream.next.is_none());
        let partial = waiting.map(|stream| stream.rest().trim_ascii().len() as u64).sum();
        FileStatus {
            path: self.follower.path().to_owned(),
            state: self.state,
            read: self.read,
            behind: self.behind,
            partial,
        }
    }
}

impl Stream {
    fn append(&mut self, offset: u64, bytes: &[u8]) {
        self.quiet = false;
        self.bytes.drain(..self.taken);
        self.offset += self.taken as u64;
        self.taken = 0;
        if self.bytes.is_empty() {
            self.offset = offset;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing will follow. Of an overwritten file the last line without an end is lost.
    fn end(&mut self, overwritten: bool, tell: &mut dyn FnMut(Message)) {
        self.finished = true;
        if overwritten {
            self.bytes.truncate(split::whole_lines(&self.bytes).unwrap_or(0));
            self.taken = self.taken.min(self.bytes.len());
            // What was read before may still have to be announced.
            self.find_next(tell);
            tell(Message::Gone(self.source));
        }
    }

    /// Looks for the next whole entry.
    fn find_next(&mut self, tell: &mut dyn FnMut(Message)) {
        if self.passing {
            let end = split::line_end(self.rest());
            self.passing = end.is_none();
            self.taken += end.unwrap_or(self.rest().len());
        }
        self.taken += split::blank_lines(self.rest());
        let Some(form) = self.form.or_else(|| self.detect(tell)) else { return };
        let last = self.finished || self.quiet && form == Form::Folded;
        self.next = split::next(form, self.rest(), last);
    }

    /// Tells the form as soon as there is enough to tell it by, and announces the source.
    fn detect(&mut self, tell: &mut dyn FnMut(Message)) -> Option<Form> {
        let enough = self.rest().len() >= BEGINNING || self.finished;
        let beginning = match self.rest().get(..BEGINNING).unwrap_or(self.rest()) {
            [] => return None,
            beginning if enough => beginning,
            // The stamp of a line that is being written may not be whole yet.
            beginning if self.quiet => beginning.get(..split::whole_lines(beginning)?)?,
            _ => return None,
        };
        let form = Form::detect(beginning);
        let (number, handle) = (self.source, Arc::clone(&self.handle));
        tell(Message::Source { number, handle, form });
        self.form = Some(form);
        self.form
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    fn text(&self, found: Found) -> &[u8] {
        self.rest().get(found.start..found.start + found.length).unwrap_or_default()
    }

    fn take(&mut self, batch: &mut Batch) {
        let Some(found) = self.next.take() else { return };
        let form = self.form.unwrap_or_default();
        let offset = self.offset + (self.taken + found.start) as u64;
        let text = split::unfold(form, self.text(found));
        let entry = parse::entry(&text);
        batch.push(Place { source: self.source, offset }, found.length, &entry);
        let time = entry.map_or(self.time, |entry| entry.time);
        self.time = time;
        self.taken += found.end;
        self.passing = found.cut;
        // The form is known by now, so that there is nothing to tell.
        self.find_next(&mut |_| {});
    }
}
