//! One growing log that is rolled, truncated, removed and made again, as streams of bytes.
//!
//! A [`Follower`] is a state machine over an [`Fs`]: each [`poll`](Follower::poll) makes one step
//! and never waits. Every physical content the path leads to (another file, or other bytes in the
//! same file) is a stream of its own, announced by [`Step::Opened`]; within a stream all bytes come
//! in order and once. After a roll the old file is read on beside the new one, because writers that
//! opened it before the roll finish their entries there.
//!
//! Four rules make that hold:
//!
//! * The path is looked at first and the held file read after: what the end of the old file looks
//!   like is only known once the roll was seen.
//! * Each read begins up to 64 bytes before the place it goes on from and compares them. Neither
//!   size nor number tells a file that was truncated and filled again, or one that was made anew.
//! * A replaced file drains: it is read until it did not grow for 5 s, for at most 60 s, and at
//!   most 8 of them.
//! * A file read to its end and let go leaves a mark (its number, the place, the bytes before it),
//!   so that it is not read twice if the path leads back to it.
//!
//! Not here yet: rolls nobody saw, because the program was stopped during more than one of them.
//! The files between are then in `mail.log_yesterday` and at the end of `mail.log`; reading them
//! first belongs in `Follower::open`, before the stream of the new file begins, and the marks tell
//! which of them were read.
//!
//! Knows nothing of lines, entries, threads and clocks: the time comes in, bytes go out.
//!
//! ```
//! use mtatop::follow::{Follower, Step};
//! use mtatop::source::Memory;
//! use std::{path::Path, time::Duration};
//!
//! let memory = Memory::default();
//! memory.append(Path::new("mail.log_current"), b"19-Feb-2007 E\n");
//! let (mut follower, mut bytes) = (Follower::new("mail.log_current"), Vec::new());
//! let mut poll = |bytes: &mut Vec<u8>| follower.poll(&memory, Duration::ZERO, bytes);
//! assert!(matches!(poll(&mut bytes), Step::Opened { .. }));
//! assert!(matches!(poll(&mut bytes), Step::Bytes { offset: 0, behind: 0, .. }));
//! assert_eq!(bytes, b"19-Feb-2007 E\n");
//! assert!(matches!(poll(&mut bytes), Step::Idle(_)));
//! ```

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::source::{Fs, Handle, Identity, Kind, uninterrupted};

mod state;
mod step;
mod stream;

pub use state::{Reason, State};
pub use step::{Opening, Step, StreamId};
use stream::{Mark, Read, Stream};

/// The most bytes one step gives, unless told otherwise.
const BUFFER_LIMIT: usize = 256 * 1024;
/// A replaced file that did not grow for so long is over …
const DRAIN_QUIET: Duration = Duration::from_secs(5);
/// … and after so long in any case.
const DRAIN_LONGEST: Duration = Duration::from_secs(60);
/// How many replaced files are kept open.
const DRAIN_FILES: usize = 8;
/// How many files that were let go are remembered.
const MARKS: usize = 16;
/// The most that the time between two polls counts for a drain: a program that was stopped for an
/// hour has not watched a file for an hour.
const WATCHED_AT_MOST: Duration = Duration::from_secs(1);

/// One growing, rolling log file.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// Oldest first. All of them drain, but for the last one while that is current.
    streams: Vec<Stream>,
    /// Of streams that are over, the newest last.
    marks: VecDeque<Mark>,
    /// How many streams there were.
    opened: u32,
    /// The stream to read next, so that none waits for a busy other one.
    turn: usize,
    sight: Sight,
    clock: Clock,
    buffer: Vec<u8>,
}

/// What the path led to when last looked at.
#[derive(Clone, Copy, Debug)]
enum Sight {
    /// To the current file.
    Same { len: u64 },
    /// To another regular file than the current one, or to one while none is current.
    Other,
    /// To nothing: the current file was renamed, or removed.
    Gone { removed: bool },
    /// It cannot be looked at, or what it leads to cannot be opened.
    Barred(Reason),
    /// To something that cannot be followed.
    NotAFile(Kind),
}

/// The time as the owner tells it, and the time in which files were watched.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    now: Option<Duration>,
    watched: Duration,
}

impl Clock {
    fn advance(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.now.unwrap_or(now));
        self.watched += passed.min(WATCHED_AT_MOST);
        self.now = Some(now);
    }
}

impl Follower {
    /// Follows what is at `path`, from its first byte.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::with_limit(path, BUFFER_LIMIT)
    }

    /// The same, with at most `limit` bytes a step (at least 1).
    pub fn with_limit(path: impl Into<PathBuf>, limit: usize) -> Self {
        Self {
            path: path.into(),
            streams: Vec::new(),
            marks: VecDeque::new(),
            opened: 0,
            turn: 0,
            sight: Sight::Other,
            clock: Clock::default(),
            buffer: vec![0; stream::OVERLAP + limit.max(1)],
        }
    }

    /// The path it follows.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes one step: `out` is emptied, and filled if the step is [`Step::Bytes`].
    ///
    /// Never waits. `now` is the time since any fixed start, by a clock that does not go back.
    /// Unless the step is [`Step::Idle`] there may be more to find at once. Polled more seldom than
    /// each second, replaced files are kept open longer.
    pub fn poll(&mut self, fs: &dyn Fs, now: Duration, out: &mut Vec<u8>) -> Step {
        out.clear();
        self.clock.advance(now);
        if let Some(step) = self.announce() {
            return step;
        }
        self.look(fs);
        let was_without = self.current().is_none();
        if was_without && let Some(step) = self.take_up(fs) {
            return step;
        }
        if let Some(step) = self.read_round(now, out) {
            return step;
        }
        // With the old file read to its end the new one is opened at once: who is idle may wait.
        let lost_it = !was_without && self.current().is_none();
        if (lost_it || self.doubts_current(now))
            && let Some(step) = self.take_up(fs)
        {
            return step;
        }
        Step::Idle(self.state())
    }

    /// Tells of a stream that took the place of another one in the same file.
    fn announce(&mut self) -> Option<Step> {
        self.streams.iter_mut().find_map(Stream::announce)
    }

    fn current(&self) -> Option<&Stream> {
        self.streams.last().filter(|stream| stream.drain.is_none())
    }

    /// Looks where the path leads, each time anew: links are swapped, directories are moved.
    fn look(&mut self, fs: &dyn Fs) {
        self.sight = match uninterrupted(|| fs.stat(&self.path)) {
            Ok(stat) if stat.kind != Kind::Regular => Sight::NotAFile(stat.kind),
            Ok(stat) => match self.current() {
                Some(current) if current.mark.identity.is_same(&stat.identity) => {
                    Sight::Same { len: stat.len }
                }
                _ => Sight::Other,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.miss(&error),
            Err(error) => Sight::Barred(Reason::of(&error)),
        };
    }

    /// What it means that the path leads to nothing; the held file is asked once, not each time.
    fn miss(&self, error: &io::Error) -> Sight {
        match (self.sight, self.current()) {
            (Sight::Gone { removed }, Some(_)) => Sight::Gone { removed },
            (_, Some(current)) => Sight::Gone { removed: current.is_unlinked() },
            (_, None) => Sight::Barred(Reason::of(error)),
        }
    }

    /// Whether path and held file contradict each other, though by number they are the same file:
    /// a network file system, or numbers that mean nothing.
    fn doubts_current(&self, now: Duration) -> bool {
        match (self.sight, self.current()) {
            (Sight::Same { len }, Some(current)) => current.contradicts(len, now),
            _ => false,
        }
    }

    /// Opens what the path leads to, if it can be.
    fn take_up(&mut self, fs: &dyn Fs) -> Option<Step> {
        if !matches!(self.sight, Sight::Other | Sight::Same { .. }) {
            return None;
        }
        self.open(fs).unwrap_or_else(|error| {
            self.sight = Sight::Barred(Reason::of(&error));
            None
        })
    }

    /// Opens the path and begins a stream, unless one of those at hand is the same file.
    fn open(&mut self, fs: &dyn Fs) -> io::Result<Option<Step>> {
        let handle = uninterrupted(|| fs.open(&self.path))?;
        let stat = uninterrupted(|| handle.stat())?;
        if stat.kind != Kind::Regular {
            self.sight = Sight::NotAFile(stat.kind);
            return Ok(None);
        }
        for index in 0..self.streams.len() {
            if self.streams[index].is_of(&*handle, &stat.identity)? {
                self.go_on_with(index, handle);
                return Ok(None);
            }
        }
        let (mark, why) = match self.returned(&*handle, &stat.identity)? {
            Some(mark) => (mark, Opening::Returned),
            None => (Mark::at_start(stat.identity), self.why_opened()),
        };
        self.retire_current();
        let stream = Stream::new(self.next_id(), handle, mark, why);
        self.streams.push(stream);
        Ok(self.announce())
    }

    /// The path leads to a file that is still held: it is the current one (again).
    fn go_on_with(&mut self, index: usize, handle: Arc<dyn Handle>) {
        if index + 1 < self.streams.len() {
            self.retire_current();
        }
        let mut stream = self.streams.remove(index);
        stream.drain = None;
        stream.handle = handle;
        self.streams.push(stream);
    }

    /// Takes back the mark of a file that was let go, if this is it.
    fn returned(&mut self, handle: &dyn Handle, identity: &Identity) -> io::Result<Option<Mark>> {
        for index in (0..self.marks.len()).rev() {
            if self.marks[index].proves(handle, identity)? {
                return Ok(self.marks.remove(index));
            }
        }
        Ok(None)
    }

    fn why_opened(&self) -> Opening {
        match self.streams.last() {
            _ if self.opened == 0 => Opening::First,
            Some(before) if before.is_unlinked() => Opening::Recreated,
            _ => Opening::Rolled,
        }
    }

    fn next_id(&mut self) -> StreamId {
        let id = StreamId(self.opened);
        self.opened = self.opened.wrapping_add(1);
        id
    }

    /// The current file was replaced: it drains from now on.
    fn retire_current(&mut self) {
        let watched = self.clock.watched;
        if let Some(stream) = self.streams.last_mut() {
            stream.drain.get_or_insert_with(|| stream::Drain::from(watched));
        }
    }

    /// Reads the streams in turn, until one of them has something to tell.
    fn read_round(&mut self, now: Duration, out: &mut Vec<u8>) -> Option<Step> {
        (0..self.streams.len()).find_map(|_| {
            let index = self.turn % self.streams.len();
            self.turn = index + 1;
            self.read(index, now, out)
        })
    }

    /// Reads on in one stream, and draws the conclusions.
    fn read(&mut self, index: usize, now: Duration, out: &mut Vec<u8>) -> Option<Step> {
        let is_current = self.streams[index].drain.is_none();
        let was_replaced = is_current && matches!(self.sight, Sight::Other);
        let is_over = self.must_end(index);
        let stream = &mut self.streams[index];
        if stream.drain.is_some_and(|drain| drain.is_spent) {
            return Some(self.finish(index));
        }
        let read = stream.read(&mut self.buffer, now, out);
        if let (Read::Bytes { behind, .. }, Some(drain)) = (&read, &mut stream.drain) {
            drain.grown = self.clock.watched;
            // A file that always grows would never show its end.
            drain.is_spent = is_over && *behind == 0;
        }
        let is_at_end = !matches!(read, Read::Bytes { behind: 1.., .. });
        let id = stream.id;
        if was_replaced && is_at_end {
            self.retire_current();
        }
        match read {
            Read::Bytes { offset, behind } => Some(Step::Bytes { stream: id, offset, behind }),
            Read::Other(why) => Some(self.restart(index, why)),
            Read::End if is_over || self.is_quiet(index) => Some(self.finish(index)),
            Read::Trouble if is_over => Some(self.finish(index)),
            Read::End | Read::Trouble => None,
        }
    }

    /// Whether a drain has lasted long enough, or is one too many.
    fn must_end(&self, index: usize) -> bool {
        self.streams[index].drain.is_some_and(|drain| {
            let draining = self.streams.len() - usize::from(self.current().is_some());
            self.clock.watched >= drain.since + DRAIN_LONGEST
                || (index == 0 && draining > DRAIN_FILES)
        })
    }

    fn is_quiet(&self, index: usize) -> bool {
        let watched = self.clock.watched;
        let drain = self.streams[index].drain;
        drain.is_some_and(|drain| watched >= drain.grown + DRAIN_QUIET)
    }

    /// Lets a drained file go.
    fn finish(&mut self, index: usize) -> Step {
        let stream = self.streams.remove(index);
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(stream.mark);
        Step::Finished { stream: stream.id, overwritten: false }
    }

    /// The file holds other content: its stream is over, a new one takes its place.
    fn restart(&mut self, index: usize, why: Opening) -> Step {
        let id = self.next_id();
        let stream = &mut self.streams[index];
        let over = stream.id;
        let mark = Mark::at_start(stream.mark.identity);
        let drain = stream.drain;
        *stream = Stream::new(id, Arc::clone(&stream.handle), mark, why);
        stream.drain = drain;
        Step::Finished { stream: over, overwritten: true }
    }

    /// Why there is nothing new, the worst first.
    fn state(&self) -> State {
        if let Some(trouble) = self.streams.iter().rev().find_map(Stream::state) {
            return trouble;
        }
        match self.sight {
            Sight::NotAFile(kind) => State::NotAFile(kind),
            Sight::Barred(reason) => State::Waiting(reason),
            Sight::Gone { removed: true } => State::Deleted,
            Sight::Gone { removed: false } => State::Renamed,
            _ if self.streams.len() > 1 || self.current().is_none() => State::Draining,
            _ => State::Following,
        }
    }
}

#[cfg(test)]
mod tests;
