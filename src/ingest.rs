//! From files to batches: follow, split, parse, in a thread of its own.
//!
//! One [`Reader`] reads all files that were named and merges their entries by time. It hands what
//! it finds to whoever owns the index over a bounded channel: if the owner lags, the reader waits,
//! and the files are the buffer. Knows nothing of the index but how to fill a [`Batch`].

mod log;
mod originals;

pub use originals::Originals;

use crate::follow::{Follower, State};
use crate::index::{Batch, Keys};
use crate::source::{Fs, Handle};
use crate::split::Form;
use crossbeam_channel::Sender;
use log::Log;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a reader that found nothing waits before it looks again. An append is seen within it.
const POLL: Duration = Duration::from_millis(50);
/// Entries of a batch at most: some two milliseconds of the owner's time.
const BATCH: usize = 4_096;

/// What a reader tells the owner of the index.
#[expect(
    clippy::large_enum_variant,
    reason = "a batch is the usual message, and few are under way"
)]
pub enum Message {
    /// A file was opened: entries of this source will follow, and their text can be read again.
    Source {
        /// The number that the places of its entries carry.
        number: u16,
        /// Its bytes.
        handle: Arc<dyn Handle>,
        /// How its entries lie.
        form: Form,
    },
    /// The bytes of this source are no longer there, because its file was truncated.
    Gone(u16),
    /// Entries, behind all that came before.
    Batch(Batch),
    /// How far each file has been read; sent when it changed.
    Status(Vec<FileStatus>),
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

/// Reads log files into batches. Never waits: [`Reader::round`] does what can be done now.
pub struct Reader {
    fs: Arc<dyn Fs>,
    keys: Keys,
    logs: Vec<Log>,
    sources: u16,
    told: Vec<FileStatus>,
}

impl Reader {
    /// A reader of these files, in batches for the index that the keys are of.
    pub fn new(fs: Arc<dyn Fs>, paths: impl IntoIterator<Item = PathBuf>, keys: Keys) -> Self {
        let logs = paths.into_iter().map(|path| Log::new(Follower::new(path))).collect();
        Self { fs, keys, logs, sources: 0, told: Vec::new() }
    }

    /// Reads on, up to one batch, and gives what it found to `tell`. `now` is the time since any
    /// fixed start. False if there was nothing new.
    pub fn round(&mut self, now: Duration, tell: &mut dyn FnMut(Message)) -> bool {
        let mut batch = Batch::new(self.keys.clone());
        let mut found = false;
        for log in &mut self.logs {
            log.wake();
        }
        while batch.len() < BATCH {
            for log in &mut self.logs {
                found |= log.fetch(&*self.fs, now, &mut self.sources, tell);
            }
            match self.earliest() {
                Some(log) => log.take(&mut batch),
                None => break,
            }
            found = true;
        }
        // First how far it is, then what was found: nobody shall take a beginning for the whole.
        self.tell_status(tell);
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

    fn tell_status(&mut self, tell: &mut dyn FnMut(Message)) {
        let status: Vec<FileStatus> = self.logs.iter().map(Log::status).collect();
        if status != self.told {
            self.told.clone_from(&status);
            tell(Message::Status(status));
        }
    }
}

/// Runs a reader in a thread of its own until nobody listens any more.
pub fn spawn(mut reader: Reader, messages: Sender<Message>) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let start = Instant::now();
        let mut listening = true;
        while listening {
            let found = reader
                .round(start.elapsed(), &mut |message| listening &= messages.send(message).is_ok());
            if !found {
                thread::sleep(POLL);
            }
        }
    })
}

#[cfg(test)]
mod tests;
