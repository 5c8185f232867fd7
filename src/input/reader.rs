//! From files to batches: follow and split in one thread, parse in others.
//!
//! One [`Reader`] reads all files that were named and merges their entries by time. Those that are
//! older than another one of their set, and those that are packed, it reads once; the others it
//! follows. A [`Pool`] has them parsed on all cores, has an [`EntryMapper`] make something of them
//! there, and gives that in the order of the log. Batches go to whoever owns the index over a bounded
//! channel: if the owner lags, the reader waits, and the files are the buffer. Knows nothing of the
//! index but how to fill a [`Batch`].

mod expand_paths;
mod input_log;
mod input_stream;
mod newest;
mod overlap;
mod pipe;
mod plan;
mod pool;
mod raw_entry;
mod text_store;

pub use expand_paths::{PathError, expand_paths};
pub use input_stream::FileNote;
pub use newest::newest;
pub use pool::{EntryMapper, Pool, WorkerPanicked, WorkerPriority};
pub use text_store::TextStore;

use crate::index::{Batch, KeyHasher, TextLocation};
use crate::input::follow::{FollowEvent, FollowState};
use crate::input::source::{Fs, Handle};
use crate::log::entry::{Entry, Time};
use crate::log::parse::{ParseError, Parser, Profile};
use crate::log::splitter::EntryLayout;
use crossbeam_channel::Sender;
use input_log::{InputLog, Round};
use raw_entry::EntrySink;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a reader that found nothing waits before it looks again. An append is seen within it.
pub const POLL: Duration = Duration::from_millis(50);
/// How far those who read give way, as `nice` counts: with ten a key that comes while a log loads is
/// answered in a third of the time, and the load takes no longer.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// Entries of a batch at most: about a millisecond of the owner's time …
pub const BATCH: usize = 4_096;
/// … and about so many bytes of text: entries may be long.
pub const BATCH_BYTES: usize = 2 * 1_024 * 1_024;

/// What a reader tells of its files.
pub enum ReaderEvent {
    /// A file was opened: entries of this source will follow, and their text can be read again.
    Source {
        /// The number that the places of its entries carry.
        number: u16,
        /// The path that led to it.
        path: Arc<Path>,
        /// Its bytes.
        handle: Arc<dyn Handle>,
        /// How its entries lie.
        form: EntryLayout,
    },
    /// The entries of a source, from this offset on, are written in another way.
    Profile {
        /// The source.
        number: u16,
        /// Offset of the first such entry.
        from: u64,
        /// The way.
        profile: Profile,
    },
    /// The bytes of this source are no longer there, because its file was truncated.
    Gone(u16),
    /// Something happened to a file.
    Event {
        /// The path that leads to it.
        path: Arc<Path>,
        /// What happened.
        event: FollowEvent,
    },
    /// How far each file has been read; told when it changed.
    Status(Vec<FileStatus>),
}

/// The text of an entry where it was found.
pub struct LocatedText<'a> {
    /// Where its text can be read again.
    pub location: TextLocation,
    /// The path that led to its file.
    pub path: &'a Path,
    /// The first of its lines, from 1.
    pub line: u64,
    /// Bytes of its text in the file, without the line end.
    pub length: usize,
    /// It was longer, but not kept whole.
    pub cut: bool,
    /// Its bytes in the file, with the line end if it has one.
    pub bytes: &'a [u8],
    /// The text as one line.
    pub text: &'a [u8],
    /// Time of the entry before.
    pub time: Time,
}

impl<'a> LocatedText<'a> {
    /// The entry, as the parser of its file reads it.
    pub fn parse(&'a self, parser: &'a mut Parser) -> LocatedEntry<'a> {
        let profile = parser.profile();
        let entry = parser.entry(self.text);
        let time = entry.as_ref().map_or(self.time, |entry| entry.time);
        let &Self { location, path, line, length, cut, bytes, text, .. } = self;
        LocatedEntry { location, path, line, length, cut, bytes, text, profile, time, entry }
    }
}

/// An entry, understood or not, where it was found.
pub struct LocatedEntry<'a> {
    /// Where its text can be read again.
    pub location: TextLocation,
    /// The path that led to its file.
    pub path: &'a Path,
    /// The first of its lines, from 1.
    pub line: u64,
    /// Bytes of its text in the file, without the line end.
    pub length: usize,
    /// It was longer, but not kept whole.
    pub cut: bool,
    /// Its bytes in the file, with the line end if it has one.
    pub bytes: &'a [u8],
    /// The text as one line.
    pub text: &'a [u8],
    /// How its file is written, as far as the entries before it tell.
    pub profile: Profile,
    /// Its time, or that of the entry before if it has none.
    pub time: Time,
    /// What it says.
    pub entry: Result<Entry<'a>, ParseError>,
}

/// What comes of reading, in the order of the log.
pub enum ReaderMessage<T = Batch> {
    /// Something about the files.
    News(ReaderEvent),
    /// What became of entries that stand behind all that came before.
    Batch(T),
}

/// How far one file has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The file as it was named.
    pub path: PathBuf,
    /// What is being done about it.
    pub state: FollowState,
    /// What else there is to say of it.
    pub note: Option<FileNote>,
    /// Bytes read so far, of all files that this path led to.
    pub read: u64,
    /// Bytes of the file that are still unread.
    pub behind: u64,
    /// Bytes of a last line that has no end yet.
    pub partial: u64,
}

impl FileStatus {
    /// What keeps it from being read as a whole, in words that go on where its path ends.
    pub fn failure(&self) -> Option<String> {
        match (self.state, &self.note) {
            (_, Some(note)) if note.is_failure => Some(note.text.to_string()),
            (FollowState::Waiting(why), _) => Some(why.to_string()),
            (FollowState::NotAFile(kind), _) => Some(format!("is {kind}")),
            (FollowState::Unreadable { offset, reason }, _) => {
                Some(format!("read error at byte {offset}: {reason}"))
            }
            _ => None,
        }
    }

    /// What there is to say of it: a failure, or that it was left out.
    pub fn remark(&self) -> Option<String> {
        self.failure().or_else(|| Some(self.note.as_ref()?.text.to_string()))
    }
}

/// Reads log files. Never waits unless it reads [once](Reader::once): a [round](Pool::round) does what
/// can be done now.
pub struct Reader {
    fs: Arc<dyn Fs>,
    /// Until the first round.
    named: Vec<PathBuf>,
    once: bool,
    logs: Vec<InputLog>,
    sources: u16,
    reported: Vec<FileStatus>,
}

impl Reader {
    /// A reader of these files, directories and patterns; `-` is standard input. What each of them
    /// is will be looked at in the first round.
    pub fn new(fs: Arc<dyn Fs>, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let named = paths.into_iter().collect();
        Self { fs, named, once: false, logs: Vec::new(), sources: 0, reported: Vec::new() }
    }

    /// Whether to read only what is there, to its end: a pipe is waited for then, so that all of it
    /// is merged in its place, and a last line is whole even without an end.
    pub fn once(self, once: bool) -> Self {
        Self { once, ..self }
    }

    /// Nothing will come any more: all there is was read once, and that to its end.
    pub fn is_over(&self) -> bool {
        self.named.is_empty() && self.logs.iter().all(InputLog::is_over)
    }

    /// Reads on, up to as many entries as a batch holds, without parsing them. `now` is the time since
    /// any fixed start. False if there was nothing new.
    fn collect(&mut self, now: Duration, collect: &mut dyn EntrySink) -> bool {
        let named = std::mem::take(&mut self.named);
        if !named.is_empty() {
            self.logs = plan::logs(&self.fs, &named);
        }
        let Self { fs, logs, sources, once, .. } = self;
        let mut round = Round { fs: &**fs, now, once: *once, sources };
        let mut found = false;
        for log in logs.iter_mut() {
            log.wake();
            found |= log.fetch(&mut round, collect);
        }
        let is_merging = logs.len() > 1;
        let mut left = Some((BATCH, BATCH_BYTES));
        while left.is_some()
            && !logs.iter().any(InputLog::is_seeking)
            && let Some((at, rival)) = earliest(logs)
            && let Some(log) = logs.get_mut(at)
        {
            found = true;
            // All others wait with their next entry, or have none in this round.
            let mut is_next = true;
            while is_next {
                let length = log.collect_entries(collect);
                log.fetch(&mut round, collect);
                left = left.and_then(|left| subtract(left, length));
                is_next = left.is_some()
                    && if is_merging {
                        log.next_time()
                            .is_some_and(|time| rival.is_none_or(|rival| (time, at) < rival))
                    } else {
                        log.has_entry()
                    };
            }
        }
        self.tell_status(collect);
        found
    }

    fn tell_status(&mut self, collect: &mut dyn EntrySink) {
        let status: Vec<FileStatus> = self.logs.iter().filter_map(InputLog::status).collect();
        if status != self.reported {
            self.reported.clone_from(&status);
            collect.push_event(ReaderEvent::Status(status));
        }
    }
}

/// What is left of a batch behind an entry of this length.
fn subtract((entries, bytes): (usize, usize), length: usize) -> Option<(usize, usize)> {
    let left = (entries.checked_sub(1)?, bytes.checked_sub(length)?);
    (left.0 > 0).then_some(left)
}

/// Time of an entry, and which log it is in: the first named of several goes first.
type MergeKey = (Time, usize);

/// The log whose next entry is the oldest, and when that of another one is.
fn earliest(logs: &mut [InputLog]) -> Option<(usize, Option<MergeKey>)> {
    let (mut first, mut second): (Option<MergeKey>, Option<MergeKey>) = (None, None);
    for (at, log) in logs.iter_mut().enumerate() {
        let Some(turn) = log.next_time().map(|time| (time, at)) else { continue };
        if first.is_none_or(|first| turn < first) {
            (first, second) = (Some(turn), first);
        } else if second.is_none_or(|second| turn < second) {
            second = Some(turn);
        }
    }
    first.map(|(_, at)| (at, second))
}

/// How many workers are of use.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Runs a reader in a thread of its own, and parsers in others, for the index that the keys are of,
/// until nobody listens any more.
///
/// # Errors
/// If the system gives no more threads.
pub fn spawn(
    mut reader: Reader,
    keys: KeyHasher,
    messages: Sender<ReaderMessage>,
) -> std::io::Result<JoinHandle<()>> {
    let mut pool = Pool::new(keys, cores(), WorkerPriority::Background)?;
    thread::Builder::new().name("reader".to_owned()).spawn(move || {
        lower_priority();
        let start = Instant::now();
        let mut listening = true;
        while listening {
            let mut send = |message| listening &= messages.send(message).is_ok();
            match pool.round(&mut reader, start.elapsed(), &mut send) {
                Ok(true) => {}
                Ok(false) => thread::sleep(POLL),
                Err(WorkerPanicked) => break,
            }
        }
    })
}

/// Lets the thread that calls wait for any other one that wants a core: keys are to be answered while
/// all cores read, and the MTA is to deliver. Elsewhere than on Linux priority is the whole program's.
fn lower_priority() {
    // Without it all is as right, and only later.
    #[cfg(target_os = "linux")]
    if let Ok(own) = rustix::process::getpriority_process(None) {
        let _ = rustix::process::setpriority_process(None, own.saturating_add(NICE));
    }
}

#[cfg(test)]
mod tests;
