//! Where bytes come from and can be read again.
//!
//! A [`Handle`] is one opened log file: its bytes are read by position, so that many readers share
//! it, and they stay readable after the file was renamed or removed. A [`Fs`] is what a follower
//! sees of the file system: the real one ([`Disk`]), one in memory ([`Memory`]), or one with
//! faults in a test. What can be read only once goes through a [`Decoder`] and is kept [`CompressedBuffer`].
//!
//! Knows nothing of lines, entries, threads or the clock. Files are never mapped into memory
//! (a truncation would end the program) and never read from a shared position.
//!
//! ```
//! use mtatop::input::source::{Fs, Memory, read_span};
//! use std::path::Path;
//!
//! let memory = Memory::default();
//! let path = Path::new("mail.log_current");
//! memory.append(path, b"19-Feb-2007 E");
//! let handle = memory.open(path)?;
//! memory.rename(path, Path::new("mail.log_yesterday"))?;
//! assert_eq!(read_span(&*handle, 12, 10)?, b"E");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

mod decoder;
mod disk;
mod feed;
mod memory;
mod packed;

pub use decoder::{Compression, Decoder, MAGIC, MAX_EXPANDED_BYTES, MAX_EXPANSION_RATIO, WINDOW};
pub use disk::Disk;
pub use feed::SequentialReader;
pub use memory::{Memory, MemoryFile};
pub use packed::CompressedBuffer;

/// One opened log file; its bytes stay readable after it is renamed or removed.
pub trait Handle: Send + Sync + fmt::Debug {
    /// Reads bytes from `offset` on into `buffer`, as many as there are and fit: 0 at the end.
    ///
    /// Fewer than fit do not prove the end, and an [`io::ErrorKind::Interrupted`] is passed on:
    /// [`read_span`] and the follower care for both.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// What the file is and how long, whatever it is called by now.
    fn stat(&self) -> io::Result<Stat>;

    /// From `offset` on, the first place where anything but NUL bytes may stand, as far as that can
    /// be known without reading.
    fn data_from(&self, offset: u64) -> io::Result<u64> {
        Ok(offset)
    }

    /// Whether it lies on another machine, so that size and bytes may be older than they were seen.
    fn is_remote(&self) -> bool {
        false
    }
}

/// The file system as the follower sees it: the seam for faults and for a log that lives in memory.
pub trait Fs: Send + Sync {
    /// Opens the regular file that `path` leads to, for reading only and without ever blocking.
    ///
    /// Anything else is refused: [`io::ErrorKind::IsADirectory`], or
    /// [`io::ErrorKind::Unsupported`] for a FIFO, a device or a socket.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>>;

    /// What `path` leads to now, symbolic links followed.
    fn stat(&self, path: &Path) -> io::Result<Stat>;

    /// The names in the directory at `path`, in no particular order.
    fn list(&self, _path: &Path) -> io::Result<Vec<OsString>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What comes through the pipe at `path`, or through standard input if that is [`STDIN`].
    ///
    /// Unlike all else here it waits, until somebody has opened the pipe for writing.
    fn pipe(&self, _path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The path that means standard input.
pub const STDIN: &str = "-";

/// What a file is, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// Length in bytes.
    pub len: u64,
    /// Which file it is.
    pub identity: Identity,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Known to have no name any more; false where that cannot be known.
    pub unlinked: bool,
}

/// Which file it is, whatever it is called.
///
/// Sure only while the file is held open: a file system gives the number of a removed file to the
/// next new one (ext4 at once). So a follower compares bytes, too.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The device the file is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// When it was made, where the file system tells.
    pub born: Option<SystemTime>,
}

impl Identity {
    /// Whether both are the same file, as far as numbers tell.
    ///
    /// Not `==`: a time of birth that only one of them knows says nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        let births_agree = match (self.born, other.born) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => true,
        };
        self.device == other.device && self.inode == other.inode && births_agree
    }
}

/// What kind of file it is; shown as the end of "PATH is …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file: the only kind that is followed.
    Regular,
    /// A directory.
    Directory,
    /// A FIFO, or what stands behind it in `/dev/fd`.
    Pipe,
    /// A device, a socket.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Regular => "a regular file",
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Other => "not a regular file",
        })
    }
}

/// Reads the `len` bytes at `offset`; fewer if the file ends before (it may have shrunk).
///
/// Interrupted and short reads are gone on with.
pub fn read_span(handle: &dyn Handle, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut span = vec![0; len];
    let filled = read_full(handle, offset, &mut span)?;
    span.truncate(filled);
    Ok(span)
}

/// Fills `buffer` from `offset` on, as far as the file goes; says how far.
pub(crate) fn read_full(handle: &dyn Handle, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match uninterrupted(|| handle.read_at(offset.saturating_add(filled as u64), rest))? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Does it again for as long as a signal interrupts it.
pub(crate) fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Gives one byte a read, and is interrupted at every other one.
    #[derive(Debug)]
    struct Stutter(AtomicUsize);

    impl Handle for Stutter {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let at = usize::try_from(offset).unwrap();
            let Some(byte) = b"0123456789".get(at) else {
                return Ok(0);
            };
            buffer[0] = *byte;
            Ok(1)
        }

        fn stat(&self) -> io::Result<Stat> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    #[test]
    fn a_span_is_whole_in_spite_of_interrupted_and_short_reads() {
        let handle = Stutter(AtomicUsize::new(0));
        assert_eq!(read_span(&handle, 2, 5).unwrap(), b"23456");
    }

    #[test]
    fn a_span_past_the_end_is_short() {
        let handle = Stutter(AtomicUsize::new(0));
        assert_eq!(read_span(&handle, 8, 5).unwrap(), b"89");
        assert_eq!(read_span(&handle, 80, 5).unwrap(), b"");
        assert_eq!(read_span(&handle, u64::MAX - 1, 5).unwrap(), b"");
    }

    #[test]
    fn a_birth_known_on_one_side_only_does_not_tell_files_apart() {
        let plain = Identity { device: 1, inode: 2, born: None };
        let born = Identity { born: Some(SystemTime::UNIX_EPOCH), ..plain };
        let later = Identity {
            born: Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1)),
            ..plain
        };
        assert!(plain.is_same(&born) && born.is_same(&plain));
        assert!(!born.is_same(&later));
        assert!(!plain.is_same(&Identity { inode: 3, ..plain }));
    }
}
