//! What cannot be read again, a pipe or a compressed file, kept in memory and readable by position.
//!
//! Bytes are appended by one and read by many. They lie in blocks of equal length, each compressed;
//! only the last one, which still grows, is not. A read unpacks the blocks that it touches, and the
//! last few stay unpacked, since a screen shows entries of the same neighbourhood.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{FileKind, Handle, Identity, Stat};

/// Bytes of a block. With blocks of twice the length 265 MB of log take 0.138 of that instead of 0.143,
/// and each look-up twice the time.
pub(super) const BLOCK: usize = 128 * 1024;
/// Blocks that stay unpacked.
const UNPACKED: usize = 8;
/// The device of all that is packed: no real file is on it.
const DEVICE: u64 = u64::MAX;

/// Bytes in memory, compressed.
#[derive(Debug)]
pub struct CompressedBuffer {
    number: u64,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    blocks: Vec<Arc<[u8]>>,
    /// The last block, which is not full yet.
    last: Vec<u8>,
    /// Unpacked blocks by their number, the latest used last.
    unpacked: VecDeque<(usize, Arc<[u8]>)>,
    packed: usize,
}

impl Default for CompressedBuffer {
    fn default() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self { number: NUMBER.fetch_add(1, Ordering::Relaxed), store: Mutex::default() }
    }
}

impl CompressedBuffer {
    /// Puts bytes behind those that are there.
    pub fn append(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut store = self.lock();
            let (fits, rest) = bytes.split_at(bytes.len().min(BLOCK - store.last.len()));
            store.last.extend_from_slice(fits);
            bytes = rest;
            if store.last.len() == BLOCK {
                let block: Arc<[u8]> = lz4_flex::block::compress(&store.last).into();
                store.packed += block.len();
                store.blocks.push(block);
                store.last.clear();
            }
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that it takes, but for the blocks that are unpacked.
    pub fn memory(&self) -> usize {
        let store = self.lock();
        store.packed + store.last.capacity()
    }

    /// A whole block.
    fn unpack(&self, number: usize, block: &[u8]) -> io::Result<Arc<[u8]>> {
        let mut bytes = vec![0; BLOCK];
        match lz4_flex::block::decompress_into(block, &mut bytes) {
            Ok(BLOCK) => {}
            Ok(_) | Err(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
        let bytes: Arc<[u8]> = bytes.into();
        let mut store = self.lock();
        store.unpacked.push_back((number, Arc::clone(&bytes)));
        if store.unpacked.len() > UNPACKED {
            store.unpacked.pop_front();
        }
        Ok(bytes)
    }

    /// Locked; the bytes are whole even after a thread panicked while it held them.
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn len(&self) -> u64 {
        (self.blocks.len() * BLOCK + self.last.len()) as u64
    }

    fn unpacked(&mut self, number: usize) -> Option<Arc<[u8]>> {
        let known = self.unpacked.iter().position(|&(known, _)| known == number)?;
        let block = self.unpacked.remove(known)?;
        let bytes = Arc::clone(&block.1);
        self.unpacked.push_back(block);
        Some(bytes)
    }
}

impl Handle for CompressedBuffer {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let Ok(offset) = usize::try_from(offset) else { return Ok(0) };
        let (number, start) = (offset / BLOCK, offset % BLOCK);
        let mut store = self.lock();
        let Some(block) = store.blocks.get(number).map(Arc::clone) else {
            let last = if number == store.blocks.len() { &store.last[..] } else { &[] };
            return Ok(copy(last.get(start..).unwrap_or_default(), buffer));
        };
        let unpacked = store.unpacked(number);
        // Others may read while this one unpacks.
        drop(store);
        let bytes = unpacked.map_or_else(|| self.unpack(number, &block), Ok)?;
        Ok(copy(bytes.get(start..).unwrap_or_default(), buffer))
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(Stat {
            len: self.lock().len(),
            identity: Identity { device: DEVICE, inode: self.number, born: None },
            kind: FileKind::Regular,
            unlinked: false,
        })
    }
}

/// Copies as many as there are and fit.
fn copy(mut from: &[u8], to: &mut [u8]) -> usize {
    // Reading from a slice does not fail.
    io::Read::read(&mut from, to).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::read_span;
    use proptest::prelude::*;
    use std::thread;

    fn sample(len: usize) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(1);
        let line = |at| {
            let (host, id) = (random.u16(..), random.u64(..));
            format!(
                "{at} tcp_local D 1 adam@host{host}.example rfc822;bobby@example <{id:x}@example>\n"
            )
        };
        (0..=len / 60).map(line).collect::<String>().into_bytes()[..len].to_vec()
    }

    fn packed(bytes: &[u8], piece: usize) -> CompressedBuffer {
        let packed = CompressedBuffer::default();
        bytes.chunks(piece).for_each(|piece| packed.append(piece));
        packed
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_span_is_what_was_appended(
            len in 0..3 * BLOCK,
            piece in 1..2 * BLOCK,
            spans in prop::collection::vec((0..3 * BLOCK + 10, 0..2 * BLOCK), 1..20),
        ) {
            let bytes = sample(len);
            let packed = packed(&bytes, piece);
            prop_assert_eq!(packed.stat().unwrap().len, len as u64);
            for (start, length) in spans {
                let wanted = bytes.get(start..bytes.len().min(start + length)).unwrap_or_default();
                prop_assert_eq!(read_span(&packed, start as u64, length).unwrap(), wanted);
            }
        }
    }

    #[test]
    fn it_takes_much_less_than_its_bytes() {
        let bytes = sample(20 * BLOCK);
        let packed = packed(&bytes, 10_000);
        assert!(packed.memory() < bytes.len() / 2, "{}", packed.memory());
        let zeros = CompressedBuffer::default();
        (0..100).for_each(|_| zeros.append(&vec![0; BLOCK]));
        assert!(zeros.memory() < BLOCK + BLOCK);
    }

    #[test]
    fn what_does_not_compress_is_kept_too() {
        let mut random = fastrand::Rng::with_seed(1);
        let bytes: Vec<u8> = (0..3 * BLOCK).map(|_| random.u8(..)).collect();
        let packed = packed(&bytes, BLOCK);
        assert_eq!(read_span(&packed, 5, 2 * BLOCK).unwrap(), bytes[5..5 + 2 * BLOCK]);
    }

    #[test]
    fn many_read_while_one_appends() {
        let bytes = sample(40 * BLOCK);
        let packed = CompressedBuffer::default();
        thread::scope(|scope| {
            for seed in 0..3 {
                let (packed, bytes) = (&packed, &bytes);
                scope.spawn(move || {
                    let mut random = fastrand::Rng::with_seed(seed);
                    loop {
                        let len = usize::try_from(packed.stat().unwrap().len).unwrap();
                        let start = random.usize(..=len);
                        let span = read_span(packed, start as u64, 1_000).unwrap();
                        assert_eq!(span, bytes[start..start + span.len()]);
                        assert!(span.len() >= 1_000.min(len - start));
                        if len == bytes.len() {
                            break;
                        }
                    }
                });
            }
            bytes.chunks(30_000).for_each(|piece| packed.append(piece));
        });
    }

    #[test]
    fn each_is_a_file_of_its_own() {
        let identity = |packed: &CompressedBuffer| packed.stat().unwrap().identity;
        let (one, two) = (CompressedBuffer::default(), CompressedBuffer::default());
        assert!(identity(&one).is_same(&identity(&one)));
        assert!(!identity(&one).is_same(&identity(&two)));
    }
}
