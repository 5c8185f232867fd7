//! From files to batches: follow, split, parse, in a thread of its own.
//!
//! One [`Reader`] reads all files that were named and merges their entries by time. It hands what
//! it finds to whoever owns the index over a bounded channel: if the owner lags, the reader waits,
//! and the files are the buffer. Knows nothing of the index but how to fill a [`Batch`].

mod log;
mod originals;

pub use originals::Originals;

use crate::entry::Entry;
use crate::follow::{Follower, State};
use crate::index::{Batch, Keys, Place};
use crate::parse::{Flaw, Profile};
use crate::source::{Fs, Handle};
use crate::split::Form;
use crossbeam_channel::Sender;
use log::Log;
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
    /// Bytes read so far, of all files that this path led to.
    pub read: u64,
    /// Bytes of the file that are still unread.
    pub behind: u64,
    /// Bytes of a last line that has no end yet.
    pub partial: u64,
}

/// Reads log files. Never waits: [`Reader::round`] does what can be done now.
pub struct Reader {
    fs: Arc<dyn Fs>,
    logs: Vec<Log>,
    sources: u16,
    told: Vec<FileStatus>,
}

impl Reader {
    /// A reader of these files.
    pub fn new(fs: Arc<dyn Fs>, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let logs = paths.into_iter().map(|path| Log::new(Follower::new(path))).collect();
        Self { fs, logs, sources: 0, told: Vec::new() }
    }

    /// Whether to read only what is there, once: a last line is whole then even without an end.
    pub fn once(mut self, once: bool) -> Self {
        self.logs.iter_mut().for_each(|log| log.once(once));
        self
    }

    /// Reads on, up to as many entries as a batch holds. `now` is the time since any fixed start.
    /// False if there was nothing new.
    pub fn round(&mut self, now: Duration, listener: &mut dyn Listener) -> bool {
        let mut found = false;
        for log in &mut self.logs {
            log.wake();
        }
        for _ in 0..BATCH {
            for log in &mut self.logs {
                found |= log.fetch(&*self.fs, now, &mut self.sources, listener);
            }
            match self.earliest() {
                Some(log) => log.take(listener),
                None => break,
            }
            found = true;
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

    /// The log whose next entry is the oldest; the first named of several.
    fn earliest(&mut self) -> Option<&mut Log> {
        if self.logs.len() == 1 {
            return self.logs.first_mut().filter(|log| log.has_entry());
        }
        self.logs.iter_mut().filter(|log| log.has_entry()).min_by_key(|log| log.next_time())
    }

    fn tell_status(&mut self, listener: &mut dyn Listener) {
        let status: Vec<FileStatus> = self.logs.iter().map(Log::status).collect();
        if status != self.told {
            self.told.clone_from(&status);
            listener.news(News::Status(status));
        }
    }
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
