//! Where the path of a follower leads, and which stream that makes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::stream::{Drain, ResumePoint, Stream};
use super::{FollowEvent, FollowState, FollowStep, Follower, IoReason, OpenReason, StreamId};
use crate::input::source::{FileKind, Fs, Handle, Identity, uninterrupted};

/// What the path led to when last looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum PathState {
    /// To the current file.
    Same { len: u64 },
    /// To another regular file than the current one, or to one while none is current.
    Other,
    /// To nothing: the current file was renamed, or removed.
    Gone { removed: bool },
    /// It cannot be looked at, or what it leads to cannot be opened.
    Barred(IoReason),
    /// To something that cannot be followed.
    NotAFile(FileKind),
}

impl Follower {
    /// Looks where the path leads, each time anew: links are swapped, directories are moved.
    pub(super) fn look(&mut self, fs: &dyn Fs) {
        self.sight = match uninterrupted(|| fs.stat(&self.path)) {
            Ok(stat) if stat.kind != FileKind::Regular => PathState::NotAFile(stat.kind),
            Ok(stat) => match self.current() {
                Some(current) if current.mark.identity.is_same(&stat.identity) => {
                    PathState::Same { len: stat.len }
                }
                _ => PathState::Other,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.missing_state(&error),
            Err(error) => PathState::Barred(IoReason::of(&error)),
        };
    }

    /// What it means that the path leads to nothing; the held file is asked once, not each time.
    fn missing_state(&self, error: &io::Error) -> PathState {
        match (self.sight, self.current()) {
            (PathState::Gone { removed }, Some(_)) => PathState::Gone { removed },
            (_, Some(current)) => PathState::Gone { removed: current.is_unlinked() },
            (_, None) => PathState::Barred(IoReason::of(error)),
        }
    }

    /// Whether path and held file contradict each other, though by number they are the same file:
    /// a network file system, or numbers that mean nothing.
    pub(super) fn doubts_current(&self, now: Duration) -> bool {
        match (self.sight, self.current()) {
            (PathState::Same { len }, Some(current)) => current.contradicts(len, now),
            _ => false,
        }
    }

    /// Opens what the path leads to, if it can be.
    pub(super) fn take_up(&mut self, fs: &dyn Fs) -> Option<FollowStep> {
        let taken_up = match self.sight {
            PathState::Other | PathState::Same { .. } => self.open(fs),
            // What was there unseen may have been rolled since.
            PathState::Gone { .. }
            | PathState::Barred(IoReason { kind: io::ErrorKind::NotFound, .. }) => {
                return matches!(self.catch_up(fs), Ok(true)).then(|| self.announce())?;
            }
            PathState::Barred(_) | PathState::NotAFile(_) => return None,
        };
        taken_up.unwrap_or_else(|error| {
            self.sight = PathState::Barred(IoReason::of(&error));
            None
        })
    }

    /// Opens the path and begins a stream, unless one of those at hand is the same file.
    fn open(&mut self, fs: &dyn Fs) -> io::Result<Option<FollowStep>> {
        let handle = uninterrupted(|| fs.open(&self.path))?;
        let stat = uninterrupted(|| handle.stat())?;
        if stat.kind != FileKind::Regular {
            self.sight = PathState::NotAFile(stat.kind);
            return Ok(None);
        }
        for index in 0..self.streams.len() {
            if self.streams[index].is_of(&*handle, &stat.identity)? {
                self.go_on_with(index, handle);
                return Ok(None);
            }
        }
        let (mark, why) = match self.returned(&*handle, &stat.identity)? {
            Some(mark) => (mark, OpenReason::Returned),
            None if self.catch_up(fs)? => return Ok(self.announce()),
            None => (ResumePoint::at_start(stat.identity), self.why_opened()),
        };
        self.note_roll(fs);
        self.tell_opened(fs, why);
        self.retire_current();
        let stream = self.stream(handle, mark, why);
        self.streams.push(stream);
        Ok(self.announce())
    }

    /// The path leads to a file that is still held: it is the current one (again).
    fn go_on_with(&mut self, index: usize, handle: Arc<dyn Handle>) {
        if index + 1 < self.streams.len() {
            self.events.push_back(FollowEvent::Rolled);
            self.retire_current();
        }
        let mut stream = self.streams.remove(index);
        stream.drain = None;
        stream.handle = handle;
        self.streams.push(stream);
    }

    /// Takes back the mark of a file that was let go, if this is it.
    fn returned(
        &mut self,
        handle: &dyn Handle,
        identity: &Identity,
    ) -> io::Result<Option<ResumePoint>> {
        if let Some(mark) =
            self.older.as_mut().map_or(Ok(None), |older| older.returned(handle, identity))?
        {
            return Ok(Some(mark));
        }
        for index in (0..self.marks.len()).rev() {
            if self.marks[index].proves(handle, identity)? {
                return Ok(self.marks.remove(index));
            }
        }
        Ok(None)
    }

    /// Tells what has led to another file.
    fn tell_opened(&mut self, fs: &dyn Fs, why: OpenReason) {
        let is_moved = self.is_moved(fs);
        self.directory = self.directory_now(fs);
        if is_moved && let Some(older) = &mut self.older {
            older.begin(fs);
        }
        let caught_up = self.caught_up();
        self.events.extend(caught_up);
        match why {
            OpenReason::Rolled | OpenReason::Returned | OpenReason::Recreated if is_moved => {
                self.events.push_back(FollowEvent::DirectoryReplaced);
            }
            OpenReason::Rolled | OpenReason::Returned => self.events.push_back(FollowEvent::Rolled),
            // That it is back is told when it was read.
            OpenReason::Recreated => {
                let deleted = self.notice(FollowState::Deleted);
                self.events.extend(deleted);
            }
            OpenReason::First
            | OpenReason::Truncated
            | OpenReason::Rewritten
            | OpenReason::Unseen => {}
        }
    }

    /// The directory that the path is in now.
    fn directory_now(&self, fs: &dyn Fs) -> Option<Identity> {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty())?;
        Some(fs.stat(parent).ok()?.identity)
    }

    /// Whether that is another one than when a file was last opened in it.
    pub(super) fn is_moved(&self, fs: &dyn Fs) -> bool {
        let is_other = |(before, now): (Identity, Identity)| !before.is_same(&now);
        self.directory.zip(self.directory_now(fs)).is_some_and(is_other)
    }

    fn why_opened(&self) -> OpenReason {
        match self.streams.last() {
            _ if self.opened == 0 => OpenReason::First,
            Some(before) if before.is_unlinked() => OpenReason::Recreated,
            _ => OpenReason::Rolled,
        }
    }

    pub(super) fn stream(
        &mut self,
        handle: Arc<dyn Handle>,
        mark: ResumePoint,
        why: OpenReason,
    ) -> Stream {
        Stream::new(self.next_id(), handle, mark, why)
    }

    pub(super) fn next_id(&mut self) -> StreamId {
        let id = StreamId(self.opened);
        self.opened = self.opened.wrapping_add(1);
        id
    }

    /// The current file was replaced: it drains from now on.
    pub(super) fn retire_current(&mut self) {
        let watched = self.clock.watched;
        if let Some(stream) = self.streams.last_mut() {
            stream.drain.get_or_insert_with(|| Drain::from(watched));
        }
    }
}
