//! The bytes of something read from front to back, with a look ahead and an account of them.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Handle, uninterrupted};

/// Bytes asked for at once.
const PIECE: usize = 64 * 1024;

/// How much was taken from a [`PeekReader`], to be known while a decoder owns it.
#[derive(Debug, Default)]
pub(super) struct ReadCounter {
    taken: AtomicU64,
    ended: AtomicBool,
    failed: AtomicBool,
}

impl ReadCounter {
    /// Bytes taken from the source, some of which may still wait to be decoded.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// The source was asked for more and had none.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The source itself could not be read.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// A source with a buffer.
pub(super) struct PeekReader {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Where in the buffer the first byte stands that nobody took.
    start: usize,
    meter: Arc<ReadCounter>,
}

impl PeekReader {
    pub(super) fn new(source: Box<dyn Read + Send>) -> Self {
        Self { source, buffer: Vec::new(), start: 0, meter: Arc::default() }
    }

    pub(super) fn meter(&self) -> &Arc<ReadCounter> {
        &self.meter
    }

    /// The next `count` bytes, which stay to be read; fewer at the end.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.waiting().len() < count && self.refill()? > 0 {}
        let waiting = self.waiting();
        Ok(waiting.get(..count).unwrap_or(waiting))
    }

    fn waiting(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Puts a piece behind what is waiting.
    fn refill(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + PIECE, 0);
        let room = self.buffer.get_mut(before..).unwrap_or_default();
        let read = uninterrupted(|| self.source.read(room));
        let count = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(before + count);
        self.meter.taken.fetch_add(count as u64, Ordering::Relaxed);
        match read {
            Ok(0) => self.meter.ended.store(true, Ordering::Relaxed),
            Ok(_) => {}
            Err(_) => self.meter.failed.store(true, Ordering::Relaxed),
        }
        read
    }
}

impl Read for PeekReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut waiting = self.fill_buf()?;
        let count = waiting.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for PeekReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.waiting().is_empty() {
            self.refill()?;
        }
        Ok(self.waiting())
    }

    fn consume(&mut self, count: usize) {
        self.start = self.buffer.len().min(self.start + count);
    }
}

/// The bytes of a file from its first to its present last one, in order.
#[derive(Debug)]
pub struct SequentialReader {
    handle: Arc<dyn Handle>,
    offset: u64,
    end: u64,
}

impl SequentialReader {
    /// Reads the first `end` bytes of a file.
    pub fn new(handle: Arc<dyn Handle>, end: u64) -> Self {
        Self { handle, offset: 0, end }
    }
}

impl Read for SequentialReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        let count = self.handle.read_at(self.offset, buffer.get_mut(..most).unwrap_or_default())?;
        self.offset += count as u64;
        Ok(count)
    }
}
