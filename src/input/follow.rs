//! One growing log that is rolled, truncated, removed and made again, as streams of bytes.
//!
//! A [`Follower`] is a state machine over an [`Fs`]: each [`poll`](Follower::poll) makes one step
//! and never waits. Every physical content the path leads to (another file, or other bytes in the
//! same file) is a stream of its own, announced by [`FollowStep::Opened`]; within a stream all bytes come
//! in order and once. After a roll the old file is read on beside the new one, because writers that
//! opened it before the roll finish their entries there.
//!
//! Five rules make that hold:
//!
//! * The path is looked at first and the held file read after: what the end of the old file looks
//!   like is only known once the roll was seen.
//! * Each read begins up to 64 bytes before the place it goes on from and compares them. Neither
//!   size nor number tells a file that was truncated and filled again, or one that was made anew.
//! * A replaced file drains: it is read until it did not grow for 5 s, for at most 60 s, and at
//!   most 8 of them.
//! * What begins with a run of NUL bytes is a hole, which a truncation leaves under a writer that goes
//!   on where it was: it is passed over, and what follows read.
//! * A file read to its end and let go leaves a mark (its number, the place, the bytes before it),
//!   so that it is not read twice if the path leads back to it.
//!
//! And one more where the path ends with `_current`, as in the MTA's own logs: what was rolled while
//! nobody looked is read first, from `mail.log_yesterday` and the end of `mail.log`.
//!
//! What happened to the log is told in between, as [`FollowStep::Event`], once each.
//!
//! Knows nothing of lines, entries, threads and clocks: the time comes in, bytes go out.
//!
//! ```
//! use mtatop::input::follow::{FollowStep, Follower};
//! use mtatop::input::source::Memory;
//! use std::{path::Path, time::Duration};
//!
//! let memory = Memory::default();
//! memory.append(Path::new("mail.log_current"), b"19-Feb-2007 E\n");
//! let (mut follower, mut bytes) = (Follower::new("mail.log_current"), Vec::new());
//! let mut poll = |bytes: &mut Vec<u8>| follower.poll(&memory, Duration::ZERO, bytes);
//! assert!(matches!(poll(&mut bytes), FollowStep::Opened { .. }));
//! assert!(matches!(poll(&mut bytes), FollowStep::Bytes { offset: 0, behind: 0, .. }));
//! assert_eq!(bytes, b"19-Feb-2007 E\n");
//! assert!(matches!(poll(&mut bytes), FollowStep::Idle(_)));
//! ```

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::input::source::{Fs, Identity};

mod catch_up;
mod copy;
mod event;
mod open;
mod read;
mod state;
mod step;
mod stream;

use catch_up::RollHistory;
pub use event::{Counters, FollowEvent};
use open::PathState;
pub use state::{FollowState, IoReason};
pub use step::{FollowStep, OpenReason, StreamId};
pub use stream::{HOLE, OVERLAP};
use stream::{ResumePoint, Stream};

/// The most bytes one step gives, unless told otherwise.
const BUFFER_LIMIT: usize = 256 * 1024;
/// A replaced file that did not grow for so long is over …
pub const DRAIN_QUIET: Duration = Duration::from_secs(5);
/// … and after so long in any case.
pub const DRAIN_LONGEST: Duration = Duration::from_secs(60);
/// How many replaced files are kept open.
pub const DRAIN_FILES: usize = 8;
/// How many files that were let go are remembered.
pub const MARKS: usize = 16;
/// The most that the time between two polls counts for a drain: a program that was stopped for an
/// hour has not watched a file for an hour.
const MAX_POLL_GAP: Duration = Duration::from_secs(1);

/// One growing, rolling log file.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// Oldest first. All of them drain, but for the last one while that is current.
    streams: Vec<Stream>,
    /// Of streams that are over, the newest last.
    marks: VecDeque<ResumePoint>,
    /// How many streams there were.
    opened: u32,
    /// The stream to read next, so that none waits for a busy other one.
    turn: usize,
    sight: PathState,
    /// The directory that the current file was opened in.
    directory: Option<Identity>,
    /// The files that the log is rolled into, where that is known.
    older: Option<RollHistory>,
    /// What happened and was not told yet.
    events: VecDeque<FollowEvent>,
    /// The trouble that was told last, until it is over.
    trouble: Option<FollowState>,
    clock: WatchClock,
    buffer: Vec<u8>,
}

/// The time as the owner tells it, and the time in which files were watched.
#[derive(Clone, Copy, Debug, Default)]
struct WatchClock {
    now: Option<Duration>,
    watched: Duration,
}

impl WatchClock {
    fn advance(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.now.unwrap_or(now));
        self.watched += passed.min(MAX_POLL_GAP);
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
        let path = path.into();
        Self {
            older: RollHistory::of(&path),
            path,
            streams: Vec::new(),
            marks: VecDeque::new(),
            opened: 0,
            turn: 0,
            sight: PathState::Other,
            directory: None,
            events: VecDeque::new(),
            trouble: None,
            clock: WatchClock::default(),
            buffer: vec![0; stream::OVERLAP + limit.max(1)],
        }
    }

    /// The path it follows.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes one step: `out` is emptied, and filled if the step is [`FollowStep::Bytes`].
    ///
    /// Never waits. `now` is the time since any fixed start, by a clock that does not go back.
    /// Unless the step is [`FollowStep::Idle`] there may be more to find at once. Polled more seldom than
    /// each second, replaced files are kept open longer.
    pub fn poll(&mut self, fs: &dyn Fs, now: Duration, out: &mut Vec<u8>) -> FollowStep {
        out.clear();
        self.clock.advance(now);
        if let Some(step) = self.announce() {
            return step;
        }
        if let Some(event) = self.events.pop_front() {
            return FollowStep::Event(event);
        }
        self.begin(fs);
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
        let is_gone = matches!(self.sight, PathState::Gone { .. });
        if (lost_it || is_gone || self.doubts_current(now))
            && let Some(step) = self.take_up(fs)
        {
            return step;
        }
        let state = self.state();
        if !state.is_trouble()
            && let Some(event) = self.caught_up()
        {
            return FollowStep::Event(event);
        }
        self.notice(state).map_or(FollowStep::Idle(state), FollowStep::Event)
    }

    /// Tells of a stream that took the place of another one in the same file.
    fn announce(&mut self) -> Option<FollowStep> {
        self.streams.iter_mut().find_map(Stream::announce)
    }

    fn current(&self) -> Option<&Stream> {
        self.streams.last().filter(|stream| stream.drain.is_none())
    }

    /// Tells of a trouble once, when it begins, and when it is over.
    fn notice(&mut self, state: FollowState) -> Option<FollowEvent> {
        if !state.is_trouble() {
            return self.trouble.take().map(FollowEvent::Recovered);
        }
        let is_new = self.trouble.replace(state) != Some(state);
        is_new.then_some(FollowEvent::Problem(state))
    }

    /// Why there is nothing new, the worst first.
    fn state(&self) -> FollowState {
        if let Some(trouble) = self.streams.iter().rev().find_map(Stream::state) {
            return trouble;
        }
        match self.sight {
            PathState::NotAFile(kind) => FollowState::NotAFile(kind),
            PathState::Barred(reason) => FollowState::Waiting(reason),
            PathState::Gone { removed: true } => FollowState::Deleted,
            PathState::Gone { removed: false } => FollowState::Renamed,
            _ if self.streams.len() > 1 || self.current().is_none() => FollowState::Draining,
            _ => FollowState::Following,
        }
    }
}

#[cfg(test)]
mod tests;
