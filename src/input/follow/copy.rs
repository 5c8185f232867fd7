//! Where in a file the copy of another one stands: what is appended to `mail.log` each night.
//!
//! A copy may be shorter than its file: late writers go on after it was taken, or it is just being
//! written. Files are told apart by their first bytes, which begin with the time of an entry.

use std::io;
use std::ops::Range;

use memchr::memmem::Finder;

use crate::input::source::{Handle, read_span, uninterrupted};

/// Bytes by which a copy is looked for.
const HEAD: usize = 256;
/// Bytes read at once.
const PIECE: usize = 256 * 1024;

/// The bytes of `whole` in `range` that are a copy of `file`, as far as it goes.
pub(super) fn find(
    file: &dyn Handle,
    whole: &dyn Handle,
    range: Range<u64>,
) -> io::Result<Option<Range<u64>>> {
    let head = read_span(file, 0, HEAD)?;
    if head.is_empty() {
        return Ok(None);
    }
    let len = uninterrupted(|| file.stat())?.len;
    let (finder, mut start) = (Finder::new(&head), range.start);
    let mut late = None;
    while start < range.end {
        let piece = read_span(whole, start, remaining(start, range.end, PIECE))?;
        for at in finder.find_iter(&piece) {
            let copy = measure(file, whole, start + at as u64..range.end)?;
            let same = copy.end - copy.start;
            if same == len || copy.end == range.end {
                return Ok(Some(copy));
            }
            // Less may be what all files begin with.
            late = late.or_else(|| (same > len / 2).then_some(copy));
        }
        if piece.len() < head.len() {
            break;
        }
        start += (piece.len() - head.len() + 1) as u64;
    }
    Ok(match late {
        Some(late) => Some(late),
        None => just_begun(&head, whole, &range)?,
    })
}

/// Whether `other` holds what `file` does, as far as the shorter one goes, and `enough` of it to tell.
pub(super) fn is_copy(file: &dyn Handle, other: &dyn Handle, enough: u64) -> io::Result<bool> {
    let len = uninterrupted(|| other.stat())?.len;
    let shorter = uninterrupted(|| file.stat())?.len.min(len);
    Ok(shorter >= enough && measure(file, other, 0..len)?.end >= shorter)
}

/// How far the bytes of `whole` are those of `file`: to the end of either, or else of a line.
fn measure(file: &dyn Handle, whole: &dyn Handle, range: Range<u64>) -> io::Result<Range<u64>> {
    let (mut same, mut lines) = (0, 0);
    loop {
        let at = range.start + same;
        let theirs = read_span(whole, at, remaining(at, range.end, PIECE))?;
        let ours = read_span(file, same, theirs.len())?;
        let count = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
        let line = memchr::memrchr(b'\n', ours.get(..count).unwrap_or_default());
        lines = line.map_or(lines, |line| same + line as u64 + 1);
        same += count as u64;
        if theirs.is_empty() || ours.len() < theirs.len() && count == ours.len() {
            return Ok(range.start..range.start + same);
        }
        if count < theirs.len() {
            return Ok(range.start..range.start + lines);
        }
    }
}

/// A copy of which not even the head is there yet.
fn just_begun(
    head: &[u8],
    whole: &dyn Handle,
    range: &Range<u64>,
) -> io::Result<Option<Range<u64>>> {
    let start = range.end.saturating_sub(head.len() as u64).max(range.start);
    let tail = read_span(whole, start, remaining(start, range.end, HEAD))?;
    let begun = (1..head.len()).rev().find(|&len| tail.ends_with(&head[..len]));
    Ok(begun.map(|len| range.end - len as u64..range.end))
}

fn remaining(start: u64, end: u64, most: usize) -> usize {
    usize::try_from(end.saturating_sub(start)).map_or(most, |left| left.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::CompressedBuffer;

    fn file(bytes: impl AsRef<[u8]>) -> CompressedBuffer {
        let file = CompressedBuffer::default();
        file.append(bytes.as_ref());
        file
    }

    fn day(number: usize, lines: usize) -> String {
        (0..lines).fold(String::new(), |lines, line| {
            lines + &format!("{number:02}-Feb-2007 00:{line:06} tcp_local E 1\n")
        })
    }

    #[track_caller]
    fn check(copied: &str, whole: &str, from: usize, found: Option<Range<usize>>) {
        let range = from as u64..whole.len() as u64;
        let found = found.map(|found| found.start as u64..found.end as u64);
        assert_eq!(find(&file(copied), &file(whole), range).unwrap(), found);
    }

    #[test]
    fn a_whole_copy_anywhere() {
        let (one, two, three) = (day(1, 20_000), day(2, 30_000), day(3, 3));
        let whole = [&*one, &*two, &*three].concat();
        let (first, second) = (one.len(), one.len() + two.len());
        check(&one, &whole, 0, Some(0..first));
        check(&two, &whole, 0, Some(first..second));
        check(&two, &whole, first, Some(first..second));
        check(&three, &whole, 0, Some(second..whole.len()));
        check(&one, &whole, 1, None);
        check(&day(4, 5), &whole, 0, None);
        check("", &whole, 0, None);
        check(&one, "", 0, None);
    }

    #[test]
    fn a_copy_that_is_being_written() {
        let (one, two) = (day(1, 20), day(2, 20));
        let whole = format!("{one}{two}");
        for end in one.len() + 1..whole.len() {
            check(&two, whole.get(..end).unwrap(), 0, Some(one.len()..end));
        }
        check(&two, &one, 0, None);
    }

    #[test]
    fn what_all_files_begin_with_proves_nothing() {
        let begin = |text: &str| format!("{}\n{text}", "the same ".repeat(60));
        let (one, two, three) = (begin(&day(1, 50)), begin(&day(2, 90)), begin(&day(3, 50)));
        let whole = [&*one, &*two].concat();
        check(&one, &whole, 0, Some(0..one.len()));
        check(&two, &whole, 0, Some(one.len()..whole.len()));
        check(&three, &whole, 0, None);
        let is_copy = |one: &str, two: &str| is_copy(&file(one), &file(two), 64).unwrap();
        assert!(is_copy(&one, &one) && is_copy(&one, &format!("{one}more")));
        assert!(!is_copy(&one, &two) && !is_copy("short", "short"));
    }

    #[test]
    fn a_copy_without_the_late_lines() {
        let (one, two) = (day(1, 20), day(2, 20));
        let whole = format!("{one}{two}");
        check(&format!("{one}{}", "01-Feb-2007 late\n"), &whole, 0, Some(0..one.len()));
        check(&format!("{one}{}", "02-Feb-2007 late\n"), &whole, 0, Some(0..one.len()));
    }
}
