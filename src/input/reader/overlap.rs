//! Whether all of one file stands in another one, too: `mail.log_yesterday` in `mail.log`, to which
//! it was appended.
//!
//! Compared are bytes. Where the shorter one may begin in the longer one is told by their ends, or
//! by the times of their entries, which rise; so a look at two files of a gigabyte that have nothing
//! in common takes some dozen reads. A part whose times jump about may not be found.

use crate::input::source::{Handle, read_span};
use crate::log::entry::Time;
use crate::log::parse;
use std::ops::Range;
use std::sync::Arc;

/// Bytes compared at once.
const PIECE: usize = 256 * 1024;
/// Bytes in which a whole line is expected.
const LINE: usize = 64 * 1024;
/// Bytes in which two lines stand most often.
const SHORT_LINES: usize = 4 * 1024;
/// Bytes by which ends are compared first.
const END: usize = 1024;
/// Bytes that entries of the same time may take.
const SAME_TIME: usize = 1024 * 1024;

/// A file that is not packed, as it is now.
pub(super) struct Plain {
    handle: Arc<dyn Handle>,
    pub(super) len: u64,
    /// Its first bytes, and its last ones.
    ends: [Vec<u8>; 2],
    /// Times of the first and the last entry, as far as they can be seen there.
    times: [Option<Time>; 2],
}

impl Plain {
    /// `None` if it is empty or cannot be read.
    pub(super) fn new(handle: &Arc<dyn Handle>, len: u64) -> Option<Self> {
        let read = |range: Range<u64>| {
            let wanted = usize::try_from(range.end - range.start).unwrap_or(END);
            read_span(&**handle, range.start, wanted).ok().filter(|bytes| bytes.len() == wanted)
        };
        let end = len.min(END as u64);
        let ends = [read(0..end)?, read(len - end..len)?];
        let times = [ends[0].split(|&b| b == b'\n').next(), last_line(&ends[1])];
        let times = times.map(|line| line.and_then(parse::time));
        (len > 0).then_some(Self { handle: Arc::clone(handle), len, ends, times })
    }

    /// The first line that begins at `offset` or behind it, and where it begins.
    fn line(&self, offset: u64) -> Option<(u64, Vec<u8>)> {
        let (start, passed) = if offset == 0 { (0, false) } else { (offset - 1, true) };
        let mut bytes = read_span(&*self.handle, start, SHORT_LINES).ok()?;
        if memchr::memchr_iter(b'\n', &bytes).nth(usize::from(passed)).is_none() {
            bytes = read_span(&*self.handle, start, LINE).ok()?;
        }
        let from = if passed { memchr::memchr(b'\n', &bytes)? + 1 } else { 0 };
        let line = bytes.get(from..).filter(|line| !line.is_empty())?;
        let end = memchr::memchr(b'\n', line).map_or(line.len(), |newline| newline + 1);
        let offset = start + from as u64;
        (offset < self.len).then(|| (offset, line.get(..end).unwrap_or_default().to_vec()))
    }
}

/// The last line that has an end.
fn last_line(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.get(..memchr::memrchr(b'\n', bytes)?)?;
    memchr::memrchr(b'\n', bytes).and_then(|before| bytes.get(before + 1..))
}

/// If all of one file stands in the other, which is at least as long: how many lines these are.
pub(super) fn part_of(part: &Plain, whole: &Plain) -> Option<u64> {
    let [first, last] = &part.ends;
    let [whole_first, whole_last] = &whole.ends;
    if whole_last.ends_with(last)
        && let Some(lines) = is_part_at(part, whole, whole.len - part.len)
    {
        return Some(lines);
    }
    if whole_first.starts_with(first)
        && let Some(lines) = is_part_at(part, whole, 0)
    {
        return Some(lines);
    }
    in_the_middle(part, whole)
}

/// Whether the part stands at this offset, from the beginning of a line to the end of one.
fn is_part_at(part: &Plain, whole: &Plain, offset: u64) -> Option<u64> {
    let is_line_end = |at: u64| read_span(&*whole.handle, at, 1).is_ok_and(|byte| byte == b"\n");
    let end = offset + part.len;
    let begins = offset == 0 || is_line_end(offset - 1);
    let ends = end == whole.len || end < whole.len && is_line_end(end - 1);
    if !begins || !ends {
        return None;
    }
    let (mut at, mut lines) = (0, 0);
    while at < part.len {
        let wanted = usize::try_from(part.len - at).map_or(PIECE, |left| left.min(PIECE));
        let ours = read_span(&*part.handle, at, wanted).ok()?;
        let theirs = read_span(&*whole.handle, offset + at, wanted).ok()?;
        if ours.is_empty() || ours != theirs {
            return None;
        }
        lines += memchr::memchr_iter(b'\n', &ours).count() as u64;
        at += ours.len() as u64;
    }
    Some(lines)
}

/// Looks for the part where the entries of the whole have its first time.
fn in_the_middle(part: &Plain, whole: &Plain) -> Option<u64> {
    let (_, line) = part.line(0)?;
    let time = parse::time(&line)?;
    let [begin, end] = whole.times;
    if begin.is_some_and(|begin| time < begin) || end.is_some_and(|end| end < time) {
        return None;
    }
    let mut offset = first_since(whole, time);
    let end = offset + SAME_TIME as u64;
    while offset < end {
        let (start, this) = whole.line(offset)?;
        if parse::time(&this).is_some_and(|this| this > time) {
            return None;
        }
        if this == line
            && start + part.len <= whole.len
            && let Some(lines) = is_part_at(part, whole, start)
        {
            return Some(lines);
        }
        offset = start + this.len() as u64;
    }
    None
}

/// An offset before which all entries are older, if they are in the order of their times.
fn first_since(whole: &Plain, time: Time) -> u64 {
    let (mut low, mut high) = (0, whole.len);
    while high - low > LINE as u64 {
        let middle = low + (high - low) / 2;
        if next_time(whole, middle..high).is_some_and(|found| found < time) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Time of the first entry that begins in a range.
fn next_time(whole: &Plain, range: Range<u64>) -> Option<Time> {
    let mut offset = range.start;
    while offset < range.end {
        let (start, line) = whole.line(offset)?;
        if let Some(time) = parse::time(&line) {
            return Some(time);
        }
        offset = start + line.len() as u64;
    }
    None
}
