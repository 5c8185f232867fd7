//! From files to batches: follow, split, parse, in a thread of its own.
//!
//! One [`Reader`] reads all files that were named and merges their entries by time. Those that are
//! older than another one of their set, and those that are packed, it reads once; the others it
//! follows. It hands what it finds to whoever owns the index over a bounded channel: if the owner lags, the reader waits,
//! and the files are the buffer. Knows nothing of the index but how to fill a [`Batch`].

mod find;
mod log;
mod originals;
mod overlap;
mod pipe;
mod plan;
mod supply;

pub use find::find;
pub use originals::Originals;
pub use supply::Note;

use crate::entry::{Entry, Time};
use crate::follow::State;
use crate::index::{Batch, Keys, Place};
use crate::parse::{Flaw, Profile};
use crate::source::{Fs, Handle};
use crate::split::Form;
use crossbeam_channel::Sender;
use log::{Log, Round};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a reader that found nothing waits before it looks again. An append is seen within it.
pub const POLL: Duration = Duration::from_millis(50);
/// Entries of a batch at most: some two milliseconds of the owner's time.
const BATCH: usize = 4_096;

/// What a reader tells of its files.
pub enum News {
    /// A file was opened: entries of this source will follow, and their text can be read again.
    Source {
        /// The number that the places of its entries carry.
        number: u16,
        /// The path that led to it.
        path: Arc<Path>,
        /// Its bytes.
        handle: Arc<dyn Handle>,
        /// How its entries lie.
        form: Form,
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
    /// How far each file has been read; told when it changed.
    Status(Vec<FileStatus>),
}

/// An entry, understood or not, where it was found.
pub struct Located<'a> {
    /// Where its text can be read again.
    pub place: Place,
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
    /// What it says.
    pub entry: Result<Entry<'a>, Flaw>,
}

/// Who listens to a reader.
pub trait Listener {
    /// Something about the files.
    fn news(&mut self, news: News);
    /// The next entry.
    fn entry(&mut self, found: &Located<'_>);
}

/// What a reader's thread sends to the owner of the index.
pub enum Message {
    /// Something about the files.
    News(News),
    /// Entries, behind all that came before.
    Batch(Batch),
}

/// How far one file has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The file as it was named.
    pub path: PathBuf,
    /// What is being done about it.
    pub state: State,
    /// What else there is to say of it.
    pub note: Option<Note>,
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
            (State::Waiting(why), _) => Some(why.to_string()),
            (State::NotAFile(kind), _) => Some(format!("is {kind}")),
            (State::Unreadable { offset, reason }, _) => {
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

/// Reads log files. Never waits unless it reads [once](Reader::once): [`Reader::round`] does what can
/// be done now.
pub struct Reader {
    fs: Arc<dyn Fs>,
    /// Until the first round.
    named: Vec<PathBuf>,
    once: bool,
    logs: Vec<Log>,
    sources: u16,
    told: Vec<FileStatus>,
}

impl Reader {
    /// A reader of these files, directories and patterns; `-` is standard input. What each of them
    /// is will be looked at in the first round.
    pub fn new(fs: Arc<dyn Fs>, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let named = paths.into_iter().collect();
        Self { fs, named, once: false, logs: Vec::new(), sources: 0, told: Vec::new() }
    }

    /// Whether to read only what is there, to its end: a pipe is waited for then, so that all of it
    /// is merged in its place, and a last line is whole even without an end.
    pub fn once(self, once: bool) -> Self {
        Self { once, ..self }
    }

    /// Nothing will come any more: all there is was read once, and that to its end.
    pub fn is_over(&self) -> bool {
        self.named.is_empty() && self.logs.iter().all(Log::is_over)
    }

    /// Reads on, up to as many entries as a batch holds. `now` is the time since any fixed start.
    /// False if there was nothing new.
    pub fn round(&mut self, now: Duration, listener: &mut dyn Listener) -> bool {
        let named = std::mem::take(&mut self.named);
        if !named.is_empty() {
            self.logs = plan::logs(&self.fs, &named);
        }
        let Self { fs, logs, sources, once, .. } = self;
        let mut round = Round { fs: &**fs, now, once: *once, sources };
        let mut found = false;
        for log in logs.iter_mut() {
            log.wake();
            found |= log.fetch(&mut round, listener);
        }
        let mut left = BATCH;
        while left > 0
            && let Some((at, rival)) = earliest(logs)
            && let Some(log) = logs.get_mut(at)
        {
            found = true;
            // All others wait with their next entry, or have none in this round.
            let mut is_next = true;
            while is_next {
                log.take(listener);
                log.fetch(&mut round, listener);
                left -= 1;
                is_next = left > 0
                    && rival.map_or(log.has_entry(), |rival| {
                        log.next_time().is_some_and(|time| (time, at) < rival)
                    });
            }
        }
        self.tell_status(listener);
        found
    }

    /// A round whose entries are one batch, for the index that the keys are of.
    pub fn batch(&mut self, now: Duration, keys: &Keys, tell: &mut dyn FnMut(Message)) -> bool {
        let mut batching = Batching { batch: Batch::new(keys.clone()), tell };
        let found = self.round(now, &mut batching);
        // First how far it is, then what was found: nobody shall take a beginning for the whole.
        let Batching { batch, tell } = batching;
        if !batch.is_empty() {
            tell(Message::Batch(batch));
        }
        found
    }

    fn tell_status(&mut self, listener: &mut dyn Listener) {
        let status: Vec<FileStatus> = self.logs.iter().filter_map(Log::status).collect();
        if status != self.told {
            self.told.clone_from(&status);
            listener.news(News::Status(status));
        }
    }
}

/// Time of an entry, and which log it is in: the first named of several goes first.
type Turn = (Time, usize);

/// The log whose next entry is the oldest, and when that of another one is.
fn earliest(logs: &mut [Log]) -> Option<(usize, Option<Turn>)> {
    let (mut first, mut second): (Option<Turn>, Option<Turn>) = (None, None);
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

/// Gathers entries into a batch, and passes on all else at once.
struct Batching<'a> {
    batch: Batch,
    tell: &'a mut dyn FnMut(Message),
}

impl Listener for Batching<'_> {
    fn news(&mut self, news: News) {
        (self.tell)(Message::News(news));
    }

    fn entry(&mut self, found: &Located<'_>) {
        self.batch.push(found.place, found.length, &found.entry);
    }
}

/// Runs a reader in a thread of its own, for the index that the keys are of, until nobody listens
/// any more.
pub fn spawn(
    mut reader: Reader,
    keys: Keys,
    messages: Sender<Message>,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let start = Instant::now();
        let mut listening = true;
        while listening {
            let mut send = |message| listening &= messages.send(message).is_ok();
            let found = reader.batch(start.elapsed(), &keys, &mut send);
            if !found {
                thread::sleep(POLL);
            }
        }
    })
}

#[cfg(test)]
mod tests;
