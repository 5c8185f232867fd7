//! Where the bytes of one log come from: a file that is followed, or something that is read once.
//!
//! What cannot be read again, a pipe or a packed file, is kept packed in memory on the way. Both
//! kinds tell what they find as the steps of a follower.

use super::pipe::{Chunk, Pipe};
use crate::input::follow::{FollowState, FollowStep, Follower, IoReason, OpenReason, StreamId};
use crate::input::source::{
    CompressedBuffer, Compression, Decoder, Fs, Handle, Identity, MAGIC, SequentialReader,
    read_span,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a step at most.
const PIECE: usize = 128 * 1024;

/// What else there is to say of a file, in words that go on where its path ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNote {
    /// The words.
    pub text: Arc<str>,
    /// Something could not be read; else it was left out because it stands elsewhere too.
    pub is_failure: bool,
}

impl FileNote {
    pub(super) fn failure(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), is_failure: true }
    }

    pub(super) fn remark(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), is_failure: false }
    }
}

/// Where bytes come from.
pub(super) struct InputStream {
    path: PathBuf,
    from: From,
    /// A step tells that it begins.
    opened: bool,
    note: Option<FileNote>,
    is_expected: bool,
}

enum From {
    /// A file that grows and is rolled.
    Followed(Box<Follower>, Option<Skip>),
    /// A file as it was at the start.
    Snapshot {
        handle: Arc<dyn Handle>,
        offset: u64,
        end: u64,
    },
    /// A packed file, of so many bytes.
    Packed {
        decoder: Box<Decoder>,
        kept: Arc<CompressedBuffer>,
        size: u64,
    },
    Pipe {
        pipe: Pipe,
        kept: Arc<CompressedBuffer>,
    },
    Nowhere,
}

/// The beginning of a followed file that was read elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skip {
    /// The file.
    pub(super) identity: Identity,
    /// How many bytes.
    pub(super) bytes: u64,
    /// How many lines.
    pub(super) lines: u64,
}

impl InputStream {
    fn new(path: &Path, from: From) -> Self {
        Self { path: path.to_owned(), from, opened: false, note: None, is_expected: false }
    }

    /// Follows the path; what is packed there when it first leads to something is read once.
    pub(super) fn followed(path: &Path, skip: Option<Skip>) -> Self {
        Self::new(path, From::Followed(Box::new(Follower::new(path)), skip))
    }

    /// Follows a path that nobody named, once there is something.
    pub(super) fn expected(path: &Path) -> Self {
        Self { is_expected: true, ..Self::followed(path, None) }
    }

    /// Reads the first `end` bytes of a file.
    pub(super) fn snapshot(path: &Path, handle: Arc<dyn Handle>, end: u64) -> Self {
        Self::new(path, From::Snapshot { handle, offset: 0, end })
    }

    /// Unpacks the first `size` bytes of a file.
    pub(super) fn packed(path: &Path, handle: Arc<dyn Handle>, size: u64) -> Self {
        Self::new(path, unpacking(handle, size, Arc::default()))
    }

    /// Reads what comes through a pipe.
    pub(super) fn pipe(fs: &Arc<dyn Fs>, path: &Path) -> Self {
        match Pipe::open(Arc::clone(fs), path) {
            Ok(pipe) => Self::new(path, From::Pipe { pipe, kept: Arc::default() }),
            Err(error) => Self::missing(path, FileNote::failure(IoReason::of(&error).to_string())),
        }
    }

    /// Reads nothing, and says why.
    pub(super) fn missing(path: &Path, note: FileNote) -> Self {
        Self { note: Some(note), ..Self::new(path, From::Nowhere) }
    }

    /// The same, and says something of it.
    pub(super) fn with_note(self, note: Option<FileNote>) -> Self {
        Self { note, ..self }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn note(&self) -> Option<&FileNote> {
        self.note.as_ref()
    }

    /// Nobody named it, and nothing was there yet.
    pub(super) fn is_only_expected(&self) -> bool {
        self.is_expected && !self.opened
    }

    /// Nothing will ever come.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.from, From::Nowhere)
    }

    /// Lines that stand before the first byte that comes.
    pub(super) fn lines_before(&self) -> u64 {
        match &self.from {
            From::Followed(_, Some(skip)) => skip.lines,
            _ => 0,
        }
    }

    /// Makes one step, like [`Follower::poll`]. Waits only for a pipe, and only if it is `patient`.
    pub(super) fn poll(
        &mut self,
        fs: &dyn Fs,
        now: Duration,
        patient: bool,
        out: &mut Vec<u8>,
    ) -> FollowStep {
        out.clear();
        if let From::Followed(follower, skip) = &mut self.from {
            let step = follower.poll(fs, now, out);
            return match step {
                FollowStep::Opened { handle, reason: OpenReason::First, .. } => {
                    keep_if_same(skip, &*handle);
                    self.open(handle)
                }
                FollowStep::Bytes { stream: StreamId(0), offset, behind } => {
                    let skipped = skip.map_or(0, |skip| skip.bytes.saturating_sub(offset));
                    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX).min(out.len());
                    out.drain(..skipped);
                    FollowStep::Bytes {
                        stream: StreamId(0),
                        offset: offset + skipped as u64,
                        behind,
                    }
                }
                step => step,
            };
        }
        let handle = match &self.from {
            From::Snapshot { handle, .. } if !self.opened => Some(Arc::clone(handle)),
            From::Packed { kept, .. } | From::Pipe { kept, .. } if !self.opened => {
                Some(Arc::clone(kept) as Arc<dyn Handle>)
            }
            _ => None,
        };
        match handle {
            Some(handle) => self.begin(handle),
            None => self.read(patient, out),
        }
    }

    /// A followed path leads to its first file.
    fn open(&mut self, handle: Arc<dyn Handle>) -> FollowStep {
        let beginning = read_span(&*handle, 0, MAGIC).unwrap_or_default();
        self.opened = true;
        if Compression::of(&beginning).is_none() {
            return FollowStep::Opened { stream: StreamId(0), handle, reason: OpenReason::First };
        }
        let (size, kept) = (handle.stat().map_or(0, |stat| stat.len), Arc::default());
        self.from = unpacking(handle, size, Arc::clone(&kept));
        self.begin(kept)
    }

    fn begin(&mut self, handle: Arc<dyn Handle>) -> FollowStep {
        self.opened = true;
        FollowStep::Opened { stream: StreamId(0), handle, reason: OpenReason::First }
    }

    fn read(&mut self, patient: bool, out: &mut Vec<u8>) -> FollowStep {
        match &mut self.from {
            From::Followed(..) | From::Nowhere => FollowStep::Idle(FollowState::Ended),
            From::Snapshot { handle, offset, end } => {
                let start = *offset;
                match read_piece(&**handle, start, *end, out) {
                    Ok(()) if !out.is_empty() => {
                        *offset += out.len() as u64;
                        bytes(start, *end - *offset)
                    }
                    Ok(()) if start < *end => {
                        let missing = *end - start;
                        self.end(Some(format!("became shorter; {missing} bytes were not read")))
                    }
                    Ok(()) => self.end(None),
                    Err(error) => {
                        let reason = IoReason::of(&error);
                        self.end(Some(format!("read error at byte {start}: {reason}")))
                    }
                }
            }
            From::Packed { decoder, kept, size } => {
                let start = decoder.decoded();
                fill(decoder, out);
                if out.is_empty() {
                    let complaint = decoder.complaint().map(str::to_owned);
                    return self.end(complaint);
                }
                kept.append(out);
                bytes(start, estimate(decoder, *size))
            }
            From::Pipe { pipe, kept } => match pipe.next(patient) {
                Chunk::Bytes(chunk) => {
                    let start = kept.len();
                    kept.append(&chunk);
                    *out = chunk;
                    bytes(start, 0)
                }
                Chunk::Nothing => FollowStep::Idle(FollowState::Following),
                Chunk::End(complaint) => self.end(complaint),
            },
        }
    }

    fn end(&mut self, complaint: Option<String>) -> FollowStep {
        self.from = From::Nowhere;
        self.note = complaint.map(FileNote::failure).or(self.note.take());
        FollowStep::Finished { stream: StreamId(0), overwritten: false }
    }
}

fn unpacking(handle: Arc<dyn Handle>, size: u64, kept: Arc<CompressedBuffer>) -> From {
    let decoder = Box::new(Decoder::new(Box::new(SequentialReader::new(handle, size))));
    From::Packed { decoder, kept, size }
}

fn bytes(offset: u64, behind: u64) -> FollowStep {
    FollowStep::Bytes { stream: StreamId(0), offset, behind }
}

/// The path may lead to another file by now, of which nothing was read.
fn keep_if_same(skip: &mut Option<Skip>, handle: &dyn Handle) {
    let identity = handle.stat().ok().map(|stat| stat.identity);
    *skip = skip.filter(|skip| identity.is_some_and(|identity| skip.identity.is_same(&identity)));
}

fn read_piece(
    handle: &dyn Handle,
    offset: u64,
    end: u64,
    out: &mut Vec<u8>,
) -> std::io::Result<()> {
    let left = usize::try_from(end - offset).unwrap_or(usize::MAX);
    out.resize(left.min(PIECE), 0);
    let count = crate::input::source::read_full(handle, offset, out)?;
    out.truncate(count);
    Ok(())
}

fn fill(decoder: &mut Decoder, out: &mut Vec<u8>) {
    out.resize(PIECE, 0);
    let mut filled = 0;
    while let Some(rest) = out.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match decoder.read(rest) {
            0 => break,
            count => filled += count,
        }
    }
    out.truncate(filled);
}

/// Bytes still to come of a packed file, if its rest is packed as well as its beginning.
fn estimate(decoder: &Decoder, size: u64) -> u64 {
    let (read, given) = (u128::from(decoder.taken().max(1)), u128::from(decoder.decoded()));
    let left = u128::from(size).saturating_sub(read);
    u64::try_from(left * given / read).unwrap_or(u64::MAX)
}
