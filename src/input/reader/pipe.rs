//! What comes through a pipe, unpacked in a thread of its own, which may wait for it.
//!
//! The thread runs only a little ahead: who writes into the pipe waits for who reads the entries.

use crate::input::follow::IoReason;
use crate::input::source::{Decoder, Fs};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// Bytes of a chunk at most.
const CHUNK: usize = 64 * 1024;
/// Chunks that may wait for the reader.
const CHUNKS: usize = 8;

/// What a pipe has for its reader.
pub(super) enum Chunk {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// Nothing now.
    Nothing,
    /// Nothing any more, and what is wrong with what came.
    End(Option<String>),
}

/// The end of a pipe that is read.
pub(super) struct Pipe(Receiver<Chunk>);

impl Pipe {
    /// Begins to read the pipe at this path.
    pub(super) fn open(fs: Arc<dyn Fs>, path: &Path) -> io::Result<Self> {
        let (chunks, inbox) = bounded(CHUNKS);
        let path = path.to_owned();
        let read = move || read(&*fs, &path, &chunks);
        thread::Builder::new().name("pipe".to_owned()).spawn(read)?;
        Ok(Self(inbox))
    }

    /// What there is next; `patient` waits for it.
    pub(super) fn next(&self, patient: bool) -> Chunk {
        if patient {
            return self.0.recv().unwrap_or(Chunk::End(None));
        }
        self.0.try_recv().unwrap_or_else(|error| match error {
            TryRecvError::Empty => Chunk::Nothing,
            TryRecvError::Disconnected => Chunk::End(None),
        })
    }
}

fn read(fs: &dyn Fs, path: &Path, chunks: &Sender<Chunk>) {
    let mut decoder = match fs.pipe(path) {
        Ok(source) => Decoder::new(source),
        Err(error) => {
            // Nobody is left to tell if this fails; so it is with the others below.
            let _ = chunks.send(Chunk::End(Some(IoReason::of(&error).to_string())));
            return;
        }
    };
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = decoder.read(&mut chunk);
        chunk.truncate(count);
        let chunk = match count {
            0 => Chunk::End(decoder.complaint().map(str::to_owned)),
            _ => Chunk::Bytes(chunk),
        };
        if chunks.send(chunk).is_err() || count == 0 {
            return;
        }
    }
}
