//! Rolls that nobody saw, because the program was stopped during more than one of them.
//!
//! The roll of the MTA destroys nothing (`mta-log-format` section 2): each night `X_yesterday` is
//! appended to `X`, `X_current` becomes `X_yesterday`, and the next entry makes a new `X_current`. So
//! if `X_yesterday` is a file that is not known, it was at the path unseen, and so were those whose
//! bytes stand in `X` behind the copy of the last known one that was appended. They are read first, in
//! their order.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::open::PathState;
use super::stream::{Drain, OVERLAP, ResumePoint, Stream};
use super::{DRAIN_QUIET, FollowEvent, Follower, IoReason, OpenReason, copy};
use crate::input::source::{FileKind, Fs, Handle, Identity, Stat, uninterrupted};

/// How many files that were read to their end are held.
const FINISHED_KEPT: usize = 4;

/// The files beside a log that it is rolled into.
#[derive(Debug)]
pub(super) struct RollHistory {
    /// `X_yesterday`.
    yesterday: PathBuf,
    /// `X`.
    all: PathBuf,
    has_begun: bool,
    /// The last files that were read to their end, or the one of yesterday at the start. Held, so
    /// that their numbers stay their own.
    retained: Vec<Stream>,
    /// Which file `X` was, and how much of it is known.
    seen: Option<(Identity, u64)>,
    /// Since when it cannot be found out what was missed, in watched time.
    failing: Option<Duration>,
    caught: Option<Caught>,
}

/// What was caught up and not told yet.
#[derive(Debug)]
struct Caught {
    files: u32,
    is_all: bool,
    from: Vec<PathBuf>,
    entries: u64,
}

/// What was appended to `X` of files that nobody saw.
enum Growth {
    Nothing,
    /// These bytes.
    Missed(Arc<dyn Handle>, ResumePoint, u64),
    /// It cannot be known, because it is another file than it was, without anything that is known.
    Unknown,
}

impl RollHistory {
    /// For a path that ends with `_current`.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix("_current")?;
        Some(Self {
            yesterday: path.with_file_name(format!("{name}_yesterday")),
            all: path.with_file_name(name),
            has_begun: false,
            retained: Vec::new(),
            seen: None,
            failing: None,
            caught: None,
        })
    }

    /// Takes note of what is there when the following begins: all that is known.
    pub(super) fn begin(&mut self, fs: &dyn Fs) {
        self.has_begun = true;
        let yesterday = retry_once(|| {
            let handle = fs.open(&self.yesterday)?;
            let stat = handle.stat()?;
            let mark = ResumePoint::at(&*handle, stat.identity, stat.len)?;
            Ok(Stream::resume(handle, mark))
        });
        self.retained = yesterday.into_iter().collect();
        self.note_all(fs);
    }

    fn note_all(&mut self, fs: &dyn Fs) {
        let stat = retry_once(|| fs.stat(&self.all));
        self.seen = stat.ok().map(|stat| (stat.identity, stat.len));
    }

    /// Keeps a file that was read to its end; gives one that is kept no longer.
    pub(super) fn retain_stream(&mut self, stream: Stream) -> Option<Stream> {
        self.retained.push(stream);
        if self.retained.len() <= FINISHED_KEPT {
            return None;
        }
        // The one of yesterday has a name.
        let oldest = (0..self.retained.len()).min_by_key(|&index| {
            let kept = &self.retained[index];
            (!kept.is_unlinked(), kept.order)
        });
        oldest.map(|oldest| self.retained.remove(oldest))
    }

    /// Gives up a kept file if it is this one, and says how far it was read.
    pub(super) fn returned(
        &mut self,
        handle: &dyn Handle,
        identity: &Identity,
    ) -> io::Result<Option<ResumePoint>> {
        for index in 0..self.retained.len() {
            if self.retained[index].is_of(handle, identity)? {
                return Ok(Some(self.retained.remove(index).mark));
            }
        }
        Ok(None)
    }

    /// The file of yesterday, if there is one.
    fn open_yesterday(&self, fs: &dyn Fs) -> io::Result<Option<(Arc<dyn Handle>, Stat)>> {
        // One answer that there is none does not prove it, where all later ones depend on it.
        match retry_once(|| fs.stat(&self.yesterday)) {
            Ok(stat) if stat.kind == FileKind::Regular => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        let handle = uninterrupted(|| fs.open(&self.yesterday))?;
        let stat = uninterrupted(|| handle.stat())?;
        Ok(Some((handle, stat)))
    }

    /// What `X` has behind the copy of the last one of the files that are known, which come latest
    /// first, and before that of yesterday's, which may just be taken.
    fn growth(&self, fs: &dyn Fs, files: &[&Stream], yesterday: &dyn Handle) -> io::Result<Growth> {
        let all = match retry_once(|| fs.open(&self.all)) {
            Ok(all) => all,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Growth::Nothing),
            Err(error) => return Err(error),
        };
        let Stat { len, identity, .. } = uninterrupted(|| all.stat())?;
        let is_same = |(seen, known): &(Identity, u64)| seen.is_same(&identity) && *known <= len;
        let is_other = self.seen.is_some_and(|seen| !is_same(&seen));
        let known = self.seen.filter(is_same).map_or(0, |(_, known)| known);
        let mut start = None;
        for file in files {
            start = copy::find(&*file.handle, &*all, known..len)?.map(|copy| copy.end);
            if start.is_some() {
                break;
            }
        }
        if start.is_none() && is_other {
            return Ok(Growth::Unknown);
        }
        let start = start.unwrap_or(known);
        let end = copy::find(yesterday, &*all, start..len)?.map_or(len, |copy| copy.start);
        let mark = ResumePoint::at(&*all, identity, start)?;
        Ok(if start < end { Growth::Missed(all, mark, end) } else { Growth::Nothing })
    }
}

impl Follower {
    /// Takes note of what is there at the start.
    pub(super) fn begin(&mut self, fs: &dyn Fs) {
        if let Some(older) = self.older.as_mut().filter(|older| !older.has_begun) {
            older.begin(fs);
        }
    }

    /// Begins to read what nobody saw, before anything newer. False if there is nothing.
    pub(super) fn catch_up(&mut self, fs: &dyn Fs) -> io::Result<bool> {
        let watched = self.clock.watched;
        let result = self.try_catch_up(fs);
        let Some(older) = &mut self.older else { return Ok(false) };
        let Err(error) = &result else {
            older.failing = None;
            return result;
        };
        if watched < *older.failing.get_or_insert(watched) + DRAIN_QUIET {
            return result;
        }
        // What is newer can wait for a while, but not for ever.
        older.failing = None;
        let name = name(&older.yesterday);
        self.events.push_back(FollowEvent::RollMissed { name, reason: Some(IoReason::of(error)) });
        Ok(false)
    }

    fn try_catch_up(&mut self, fs: &dyn Fs) -> io::Result<bool> {
        let Some(older) = self.older.as_ref().filter(|_| !self.is_moved(fs)) else {
            return Ok(false);
        };
        let Some((handle, stat)) = older.open_yesterday(fs)? else { return Ok(false) };
        let mut files = Vec::new();
        for known in self.streams.iter().chain(&older.retained).filter(|known| known.end.is_none())
        {
            if known.is_of(&*handle, &stat.identity)?
                || copy::is_copy(&*known.handle, &*handle, OVERLAP as u64)?
            {
                return Ok(false);
            }
            files.push(known);
        }
        files.sort_by_key(|file| Reverse(file.order));
        let growth = older.growth(fs, &files, &*handle)?;
        self.read_first(growth, handle, stat.identity);
        Ok(true)
    }

    fn read_first(&mut self, growth: Growth, handle: Arc<dyn Handle>, identity: Identity) {
        let Some(older) = &mut self.older else { return };
        let caught = older.caught.get_or_insert_with(Caught::default);
        caught.add(&older.yesterday);
        let mut part = None;
        match growth {
            Growth::Nothing => {}
            Growth::Unknown => {
                let name = name(&older.all);
                self.events.push_back(FollowEvent::RollMissed { name, reason: None });
            }
            Growth::Missed(handle, mark, end) => {
                caught.add(&older.all);
                // How many files these bytes were does not show.
                caught.is_all = false;
                older.seen = Some((mark.identity, end));
                part = Some((handle, mark, end));
            }
        }
        self.go_on_with_late();
        self.retire_current();
        if let Some((handle, mark, end)) = part {
            let mut part = self.stream(handle, mark, OpenReason::Unseen);
            part.end = Some(end);
            part.drain = Some(Drain::from(self.clock.watched));
            self.streams.push(part);
        }
        let stream = self.stream(handle, ResumePoint::at_start(identity), OpenReason::Unseen);
        self.streams.push(stream);
        self.sight = PathState::Other;
    }

    /// Counts the lines of what is caught up.
    pub(super) fn count_unseen(&mut self, bytes: &[u8]) {
        if let Some(caught) = self.older.as_mut().and_then(|older| older.caught.as_mut()) {
            caught.entries += memchr::memchr_iter(b'\n', bytes).count() as u64;
        }
    }

    /// All that was missed has been read, if there was anything.
    pub(super) fn caught_up(&mut self) -> Option<FollowEvent> {
        let Caught { files, is_all, from, entries } = self.older.as_mut()?.caught.take()?;
        Some(FollowEvent::CaughtUp { files, is_all, from, entries })
    }

    /// Another file is at the path, and all before it are known.
    pub(super) fn note_roll(&mut self, fs: &dyn Fs) {
        if let Some(older) = &mut self.older {
            older.note_all(fs);
            self.go_on_with_late();
        }
    }

    /// A late writer may have gone on after the file was let go: the next roll is the last occasion
    /// to read that.
    fn go_on_with_late(&mut self) {
        let Some(older) = &mut self.older else { return };
        let late = |kept: &mut Stream| {
            retry_once(|| kept.handle.stat()).is_ok_and(|stat| stat.len > kept.mark.offset)
        };
        let late: Vec<Stream> = older.retained.extract_if(.., late).collect();
        for kept in late.into_iter().rev() {
            let mut stream = self.stream(kept.handle, kept.mark, OpenReason::Returned);
            stream.order = kept.order;
            stream.drain = Some(Drain::from(self.clock.watched));
            self.streams.insert(0, stream);
        }
    }

    /// What was found of the missed files is there no more.
    pub(super) fn missed_part(&self) -> Option<FollowEvent> {
        Some(FollowEvent::RollMissed { name: name(&self.older.as_ref()?.all), reason: None })
    }
}

impl Default for Caught {
    fn default() -> Self {
        Self { files: 0, is_all: true, from: Vec::new(), entries: 0 }
    }
}

impl Caught {
    fn add(&mut self, path: &Path) {
        self.files += 1;
        let name = name(path);
        if !self.from.contains(&name) {
            self.from.push(name);
        }
    }
}

fn name(path: &Path) -> PathBuf {
    path.file_name().map(OsStr::to_owned).unwrap_or_default().into()
}

/// Does it again if it fails, in whatever way: a single failure proves nothing.
fn retry_once<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    call().or_else(|_| call())
}
