//! One stream: a held file, how far it was read, and the proof that it is still the same content.
//!
//! Knows nothing of the path and of other streams.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{FollowEvent, FollowState, FollowStep, IoReason, OpenReason, StreamId};
use crate::input::source::{Handle, Identity, read_full, read_span, uninterrupted};

/// How many bytes before the place to go on from are read again and compared.
pub const OVERLAP: usize = 64;
/// So many NUL bytes are a hole, as a truncation leaves it under a writer that goes on where it was;
/// fewer are text.
pub const HOLE: usize = 64;
/// After an error a file is left alone for so long, twice as long after each further one …
const MIN_RETRY_DELAY: Duration = Duration::from_secs(1);
/// … but not longer than this.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// A place in a file, and what proves that a file is the one meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResumePoint {
    pub(super) identity: Identity,
    /// All bytes before it were read.
    pub(super) offset: u64,
    /// The last bytes before it, right-aligned.
    anchor: [u8; OVERLAP],
}

impl ResumePoint {
    /// The place at `offset` of a file.
    pub(super) fn at(handle: &dyn Handle, identity: Identity, offset: u64) -> io::Result<Self> {
        let mut mark = Self::at_start(identity);
        let start = offset.saturating_sub(OVERLAP as u64);
        let before = usize::try_from(offset - start).unwrap_or(OVERLAP);
        mark.advance(&read_span(handle, start, before)?);
        mark.offset = offset;
        Ok(mark)
    }

    pub(super) fn at_start(identity: Identity) -> Self {
        Self { identity, offset: 0, anchor: [0; OVERLAP] }
    }

    /// The last bytes before the place; fewer than [`OVERLAP`] near the start of the file.
    fn anchor(&self) -> &[u8] {
        let len = usize::try_from(self.offset).map_or(OVERLAP, |offset| offset.min(OVERLAP));
        &self.anchor[OVERLAP - len..]
    }

    fn advance(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(OVERLAP);
        self.anchor.copy_within(kept.., 0);
        self.anchor[OVERLAP - kept..].copy_from_slice(&bytes[bytes.len() - kept..]);
        self.offset += bytes.len() as u64;
    }

    /// Whether `handle` has the same bytes before the place.
    fn continues_in(&self, handle: &dyn Handle) -> io::Result<bool> {
        let mut seen = [0; OVERLAP];
        let anchor = self.anchor();
        let start = self.offset - anchor.len() as u64;
        let count = read_full(handle, start, &mut seen[..anchor.len()])?;
        Ok(seen[..count] == *anchor)
    }

    /// Whether `handle`, of that `identity`, is the file of this mark, though it was not held
    /// meanwhile and its number may have been given away: too few bytes prove nothing.
    pub(super) fn proves(&self, handle: &dyn Handle, identity: &Identity) -> io::Result<bool> {
        Ok(self.anchor().len() == OVERLAP
            && self.identity.is_same(identity)
            && self.continues_in(handle)?)
    }
}

/// Since when a replaced file drains; in watched time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drain {
    pub(super) since: Duration,
    /// When it last grew.
    pub(super) grown: Duration,
    /// It was read to its end for the last time.
    pub(super) is_spent: bool,
}

impl From<Duration> for Drain {
    fn from(watched: Duration) -> Self {
        Self { since: watched, grown: watched, is_spent: false }
    }
}

/// An error that stopped the reading, and when to try again.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    reason: IoReason,
    since: Duration,
    pause: Duration,
    until: Duration,
}

/// What a read of a stream found.
#[derive(Debug)]
pub(super) enum StreamRead {
    /// New bytes from `offset` on, and `behind` more after them.
    Bytes { offset: u64, behind: u64 },
    /// Nothing but NUL bytes, which are passed over; `behind` more bytes after them.
    Hole { behind: u64 },
    /// Nothing new.
    End,
    /// Other content.
    Other(OpenReason),
    /// The file cannot be read now.
    Trouble,
}

/// What bytes begin with.
enum StreamPart {
    /// So many bytes of text.
    Text(usize),
    /// So many NUL bytes of a hole.
    Hole(usize),
    /// NUL bytes, and what comes then is not there yet; or nothing at all.
    Unsure,
}

/// Tells text from holes. `is_full` if there may be more bytes, but for which there was no room;
/// `in_hole` if a hole may go on.
fn piece(bytes: &[u8], is_full: bool, in_hole: bool) -> StreamPart {
    let mut end = 0;
    while let Some(nul) = memchr::memchr(0, &bytes[end..]) {
        let start = end + nul;
        let run = bytes[start..].iter().take_while(|byte| **byte == 0).count();
        end = start + run;
        let is_last = end == bytes.len();
        let skips = run >= HOLE || start == 0 && in_hole || is_last && is_full;
        if skips || is_last {
            return match start {
                0 if skips => StreamPart::Hole(run),
                0 => StreamPart::Unsure,
                _ => StreamPart::Text(start),
            };
        }
    }
    if bytes.is_empty() { StreamPart::Unsure } else { StreamPart::Text(bytes.len()) }
}

/// A held file that is being read.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: StreamId,
    /// A stream with a higher one is of a file that was at the path later.
    pub(super) order: u32,
    pub(super) handle: Arc<dyn Handle>,
    pub(super) mark: ResumePoint,
    /// None while the path leads to it.
    pub(super) drain: Option<Drain>,
    /// Only a part of the file is of this stream, up to here.
    pub(super) end: Option<u64>,
    /// Nobody saw it while it was at the path.
    pub(super) is_unseen: bool,
    /// Why it begins, until that was told.
    untold: Option<OpenReason>,
    trouble: Option<Trouble>,
    /// How long it was when last looked at, and when that was.
    seen: (u64, Duration),
    /// What was read last was a hole, and it may go on.
    in_hole: bool,
    /// NUL bytes at the end, which may be the beginning of a hole.
    unsure: u64,
    /// Bytes of a hole that were passed over and not told of yet.
    skipped: u64,
    /// Since when it seems to be truncated, on another machine.
    doubted: Option<Duration>,
}

impl Stream {
    pub(super) fn new(
        id: StreamId,
        handle: Arc<dyn Handle>,
        mark: ResumePoint,
        why: OpenReason,
    ) -> Self {
        Self {
            id,
            order: id.0,
            handle,
            mark,
            drain: None,
            end: None,
            is_unseen: why == OpenReason::Unseen,
            untold: Some(why),
            trouble: None,
            seen: (0, Duration::ZERO),
            in_hole: false,
            unsure: 0,
            skipped: 0,
            doubted: None,
        }
    }

    /// A file that was read up to the mark before, or not to be read up to there.
    pub(super) fn resume(handle: Arc<dyn Handle>, mark: ResumePoint) -> Self {
        Self { untold: None, ..Self::new(StreamId(0), handle, mark, OpenReason::First) }
    }

    /// Tells, once, that it begins.
    pub(super) fn announce(&mut self) -> Option<FollowStep> {
        let (stream, handle) = (self.id, &self.handle);
        self.untold.take().map(|why| FollowStep::Opened {
            stream,
            handle: Arc::clone(handle),
            reason: why,
        })
    }

    /// Reads on, at most what fits into `buffer` after the overlap.
    pub(super) fn read(
        &mut self,
        buffer: &mut [u8],
        now: Duration,
        out: &mut Vec<u8>,
    ) -> StreamRead {
        if self.trouble.is_some_and(|trouble| now < trouble.until) {
            return StreamRead::Trouble;
        }
        match self.try_read(buffer, out) {
            Ok(read) => {
                self.trouble = None;
                match read {
                    StreamRead::Bytes { behind, .. } | StreamRead::Hole { behind } => {
                        self.seen = (self.mark.offset + behind, now);
                    }
                    StreamRead::End => self.seen = (self.mark.offset + self.unsure, now),
                    StreamRead::Other(_) if self.is_doubtful(now) => return StreamRead::End,
                    StreamRead::Other(_) | StreamRead::Trouble => {}
                }
                self.doubted = None;
                read
            }
            Err(error) => {
                self.pause(&error, now);
                StreamRead::Trouble
            }
        }
    }

    fn try_read(&mut self, buffer: &mut [u8], out: &mut Vec<u8>) -> io::Result<StreamRead> {
        let anchor = self.mark.anchor();
        let offset = self.mark.offset;
        let start = offset - anchor.len() as u64;
        let room = buffer.len() - OVERLAP;
        let room = self.end.map_or(room, |end| {
            usize::try_from(end.saturating_sub(offset)).map_or(room, |left| left.min(room))
        });
        let room = room + anchor.len();
        let count = uninterrupted(|| self.handle.read_at(start, &mut buffer[..room]))?;
        let Some((overlap, fresh)) = buffer[..count].split_at_checked(anchor.len()) else {
            return self.is_truncated(offset);
        };
        if overlap != anchor {
            return Ok(StreamRead::Other(OpenReason::Rewritten));
        }
        let is_full = count == room;
        self.unsure = 0;
        let taken = match piece(fresh, is_full, self.in_hole) {
            StreamPart::Text(len) => {
                out.extend_from_slice(&fresh[..len]);
                len
            }
            StreamPart::Hole(len) => len,
            StreamPart::Unsure => {
                self.unsure = fresh.len() as u64;
                return Ok(StreamRead::End);
            }
        };
        let left = (fresh.len() - taken) as u64;
        self.mark.advance(&fresh[..taken]);
        self.in_hole = out.is_empty();
        if self.in_hole {
            self.skipped += taken as u64;
            if left == 0 {
                self.pass_hole();
            }
        }
        let behind = if is_full { self.bytes_behind() } else { left };
        Ok(if self.in_hole {
            StreamRead::Hole { behind }
        } else {
            StreamRead::Bytes { offset, behind }
        })
    }

    /// Passes over what need not be read to know that it is NUL bytes.
    fn pass_hole(&mut self) {
        let offset = self.mark.offset;
        let data = self.handle.data_from(offset).unwrap_or(offset);
        let data = self.end.map_or(data, |end| data.min(end));
        if data > offset {
            self.skipped += data - offset;
            self.mark = ResumePoint { offset: data, anchor: [0; OVERLAP], ..self.mark };
        }
    }

    /// What was passed over, once.
    pub(super) fn skipped(&mut self) -> Option<FollowEvent> {
        match std::mem::take(&mut self.skipped) {
            0 => None,
            bytes => Some(FollowEvent::SkippedNul { bytes }),
        }
    }

    /// Whether a truncation may only be old news of another machine: it has to be seen at two times.
    fn is_doubtful(&mut self, now: Duration) -> bool {
        self.handle.is_remote() && *self.doubted.get_or_insert(now) == now
    }

    /// A read fell short of what was read before: the file was cut, or the read was.
    fn is_truncated(&self, offset: u64) -> io::Result<StreamRead> {
        let len = uninterrupted(|| self.handle.stat())?.len;
        Ok(if len < offset { StreamRead::Other(OpenReason::Truncated) } else { StreamRead::End })
    }

    /// How much is unread; only for showing, so an error here is none of the reading.
    fn bytes_behind(&self) -> u64 {
        let len = self.end.or_else(|| Some(uninterrupted(|| self.handle.stat()).ok()?.len));
        len.map_or(0, |len| len.saturating_sub(self.mark.offset))
    }

    fn pause(&mut self, error: &io::Error, now: Duration) {
        let pause = self.trouble.map_or(MIN_RETRY_DELAY, |before| before.pause * 2);
        let pause = pause.min(MAX_RETRY_DELAY);
        let reason = IoReason::of(error);
        let until = now.saturating_add(pause);
        self.trouble = Some(Trouble { reason, since: now, pause, until });
    }

    /// Whether there is reason to open its path again, which leads to a file of `len` bytes.
    ///
    /// All that the held file shows was read after the look at the path, so it cannot end
    /// elsewhere; and what just could not be read may be readable when opened anew.
    pub(super) fn contradicts(&self, len: u64, now: Duration) -> bool {
        self.trouble.map_or(self.seen.0 != len, |trouble| trouble.since == now)
    }

    /// What there is to say of it, if it cannot be read.
    pub(super) fn state(&self) -> Option<FollowState> {
        let offset = self.mark.offset;
        self.trouble.map(|trouble| FollowState::Unreadable { offset, reason: trouble.reason })
    }

    pub(super) fn reason(&self) -> Option<IoReason> {
        self.trouble.map(|trouble| trouble.reason)
    }

    /// What is lost, now that the file holds other content.
    pub(super) fn truncated(&self, now: Duration) -> FollowEvent {
        let (len, at) = self.seen;
        let (unread, before) = (len.saturating_sub(self.mark.offset), now.saturating_sub(at));
        let had = len.max(self.mark.offset);
        FollowEvent::Truncated { had, unread, before, is_old: self.drain.is_some() }
    }

    pub(super) fn is_unlinked(&self) -> bool {
        uninterrupted(|| self.handle.stat()).is_ok_and(|stat| stat.unlinked)
    }

    /// Whether `handle`, just opened and of that `identity`, is the file of this stream.
    ///
    /// If it was truncated while nobody looked, neither handle shows the bytes read before: it is
    /// the same file, and the next read will find out.
    pub(super) fn is_of(&self, handle: &dyn Handle, identity: &Identity) -> io::Result<bool> {
        Ok(self.mark.identity.is_same(identity)
            && (self.mark.continues_in(handle)? || !self.mark.continues_in(&*self.handle)?))
    }
}
