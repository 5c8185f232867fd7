//! What a log can do to its follower: single cases in `cases`, random ones in `lives`, a file system
//! that fails in `faults`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::input::source::{Disk, FileKind, Handle, Identity, Memory, read_span};

/// Each as a test in memory and as one on disk.
macro_rules! on_every_ground {
    ($($name:ident)*) => {
        mod in_memory { $(#[test] fn $name() { super::$name(&super::super::Ground::memory()); })* }
        #[cfg(unix)]
        mod on_disk { $(#[test] fn $name() { super::$name(&super::super::Ground::disk()); })* }
    };
}

mod cases;
mod catch_up;
mod events;
mod faults;
mod holes;
mod lives;
mod model;
mod nights;

const TICK: Duration = Duration::from_millis(100);

/// Where a test's log lies.
enum Ground {
    Memory(Memory),
    Disk(tempfile::TempDir),
}

impl Ground {
    fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    fn disk() -> Self {
        Self::Disk(tempfile::tempdir().unwrap())
    }

    fn fs(&self) -> &dyn Fs {
        match self {
            Self::Memory(memory) => memory,
            Self::Disk(_) => &Disk,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Memory(_) => PathBuf::from(name),
            Self::Disk(room) => room.path().join(name),
        }
    }

    fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        use std::io::Write;
        let path = self.path(name);
        match self {
            Self::Memory(memory) => memory.append(&path, bytes.as_ref()),
            Self::Disk(_) => {
                let file = fs::OpenOptions::new().create(true).append(true).open(path);
                file.unwrap().write_all(bytes.as_ref()).unwrap();
            }
        }
    }

    fn text(&self, name: &str) -> Vec<u8> {
        let handle = self.fs().open(&self.path(name)).unwrap();
        let len = handle.stat().unwrap().len;
        read_span(&*handle, 0, usize::try_from(len).unwrap()).unwrap()
    }

    fn exists(&self, name: &str) -> bool {
        self.fs().stat(&self.path(name)).is_ok()
    }

    /// What the MTA does each night with `log_current`.
    fn return_job(&self) {
        if self.exists("log_yesterday") {
            self.append("log", self.text("log_yesterday"));
        }
        self.rename("log_current", "log_yesterday");
    }

    fn rename(&self, from: &str, to: &str) {
        let (from, to) = (self.path(from), self.path(to));
        match self {
            Self::Memory(memory) => memory.rename(&from, &to).unwrap(),
            Self::Disk(_) => fs::rename(from, to).unwrap(),
        }
    }

    fn remove(&self, name: &str) {
        match self {
            Self::Memory(memory) => memory.remove(&self.path(name)).unwrap(),
            Self::Disk(_) => fs::remove_file(self.path(name)).unwrap(),
        }
    }

    fn truncate(&self, name: &str, len: usize) {
        let path = self.path(name);
        match self {
            Self::Memory(memory) => memory.truncate(&path, len).unwrap(),
            Self::Disk(_) => {
                let file = fs::OpenOptions::new().write(true).open(path).unwrap();
                file.set_len(len as u64).unwrap();
            }
        }
    }

    /// Makes `link` lead to `name`, at once in place of what it was.
    fn swap(&self, name: &str, link: &str) {
        let (path, link) = (self.path(name), self.path(link));
        match self {
            Self::Memory(memory) => memory.link(&path, &link).unwrap(),
            #[cfg(unix)]
            Self::Disk(room) => {
                let fresh = room.path().join("fresh link");
                std::os::unix::fs::symlink(path, &fresh).unwrap();
                fs::rename(fresh, link).unwrap();
            }
            #[cfg(not(unix))]
            Self::Disk(_) => panic!("no links here: {path:?} {link:?}"),
        }
    }

    fn obstruct(&self, name: &str) {
        match self {
            Self::Memory(memory) => memory.insert_special(&self.path(name), FileKind::Directory),
            Self::Disk(_) => fs::create_dir(self.path(name)).unwrap(),
        }
    }
}

/// What a test saw of one stream.
#[derive(Debug)]
struct Seen {
    why: OpenReason,
    handle: Arc<dyn Handle>,
    bytes: Vec<u8>,
    /// Bytes were left out.
    holes: bool,
    is_finished: bool,
}

/// A follower, and all it told.
struct Watch<'a> {
    fs: &'a dyn Fs,
    follower: Follower,
    now: Duration,
    /// So long it waits between polls.
    tick: Duration,
    seen: BTreeMap<StreamId, Seen>,
    events: Vec<FollowEvent>,
    /// What was told, in its order.
    order: Vec<(StreamId, Vec<u8>)>,
}

impl<'a> Watch<'a> {
    fn of(ground: &'a Ground) -> Self {
        Self::over(ground.fs(), ground.path("log"))
    }

    fn over(fs: &'a dyn Fs, path: impl Into<PathBuf>) -> Self {
        // So few bytes a step that what a step leaves over matters.
        let follower = Follower::with_limit(path, 100);
        let now = Duration::from_secs(1000);
        Self {
            fs,
            follower,
            now,
            tick: TICK,
            seen: BTreeMap::new(),
            events: Vec::new(),
            order: Vec::new(),
        }
    }

    fn poll(&mut self) -> FollowStep {
        let mut bytes = b"left over".to_vec();
        let step = self.follower.poll(self.fs, self.now, &mut bytes);
        match &step {
            FollowStep::Opened { stream, handle, reason: why } => {
                let handle = Arc::clone(handle);
                let seen =
                    Seen { why: *why, handle, bytes: Vec::new(), holes: false, is_finished: false };
                assert!(self.seen.insert(*stream, seen).is_none(), "{stream:?} opened twice");
            }
            FollowStep::Bytes { stream, offset, .. } => {
                let seen = self.seen.get_mut(stream).unwrap();
                assert!(!seen.is_finished && bytes.len() <= 164);
                let has_hole = *offset > seen.bytes.len() as u64;
                seen.holes |= has_hole;
                if !seen.holes && !matches!(seen.why, OpenReason::Returned | OpenReason::Unseen) {
                    assert_eq!(*offset, seen.bytes.len() as u64);
                }
                self.order.push((*stream, bytes.clone()));
                seen.bytes.append(&mut bytes);
            }
            FollowStep::Finished { stream, .. } => {
                let seen = self.seen.get_mut(stream).unwrap();
                assert!(!seen.is_finished, "{stream:?} finished twice");
                seen.is_finished = true;
            }
            FollowStep::Event(event) => self.events.push(event.clone()),
            FollowStep::Idle(_) => {}
        }
        assert!(bytes.is_empty(), "bytes with {step:?}");
        step
    }

    /// What was told of events since this was last asked.
    fn events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.events).iter().map(FollowEvent::to_string).collect()
    }

    /// Polls until there is nothing new.
    fn settle(&mut self) -> FollowState {
        loop {
            if let FollowStep::Idle(state) = self.poll() {
                return state;
            }
        }
    }

    /// Lets time pass, and polls meanwhile.
    fn pass(&mut self, time: Duration) -> FollowState {
        let end = self.now + time;
        let mut state = self.settle();
        while self.now < end {
            self.now += self.tick;
            state = self.settle();
        }
        state
    }

    #[track_caller]
    fn check(&self, stream: u32, why: OpenReason, bytes: &str, is_finished: bool) {
        let seen = &self.seen[&StreamId(stream)];
        assert_eq!(
            (seen.why, str::from_utf8(&seen.bytes).unwrap(), seen.is_finished),
            (why, bytes, is_finished)
        );
    }
}

const QUIET: Duration = DRAIN_QUIET;
/// Long enough that it cannot be the same by chance.
const LINE: &str =
    "19-Feb-2007 00:00:01.02 tcp_local ims-ms EE 2 a@siroe.com rfc822;b@varrius.com\n";
