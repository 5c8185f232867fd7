//! From bytes to the texts of whole entries.
//!
//! Knows what the beginning of an entry looks like, and nothing else of the grammar. In a log one
//! line is one entry; the manuals, and tickets that quote them, fold an entry over several lines
//! (`mta-log-format` section 3). Which of the two a file is shows in its first lines.

use memchr::{memchr, memrchr};
use regex::bytes::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Bytes of an entry that are kept; what a longer one has behind them is passed over.
pub const LONGEST_ENTRY: usize = 64 * 1024;

/// Lines that an entry is folded over at most, be it JSON with a line for each member. More lines
/// than that for each time stamp are something else.
pub const MOST_LINES: u32 = 64;

/// How entries lie in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryLayout {
    /// One entry a line: every real log.
    #[default]
    Lines,
    /// Entries folded over lines, as printed in the manuals.
    Folded,
}

impl EntryLayout {
    /// Tells the form from the beginning of a file: in a folded one most lines with a time stamp
    /// are followed by a line without.
    ///
    /// A log has a few such lines at most, and there they are damage to be reported, not glued.
    pub fn detect(beginning: &[u8]) -> Self {
        let (mut lines, mut stamped, mut continued, mut after_stamp) = (0_u32, 0_u32, 0_u32, false);
        for line in beginning.split(|&b| b == b'\n').filter(|line| !is_blank(line)) {
            let stamp = begins_entry(line);
            lines += 1;
            stamped += u32::from(stamp);
            continued += u32::from(after_stamp && !stamp);
            after_stamp = stamp;
        }
        let folded = continued > 0 && continued * 2 >= stamped;
        if folded && lines <= stamped.saturating_mul(MOST_LINES) {
            Self::Folded
        } else {
            Self::Lines
        }
    }
}

/// Where the next entry stands in the bytes that were searched for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntrySpan {
    /// First byte of the entry.
    pub start: usize,
    /// Bytes of the entry, without its line end.
    pub length: usize,
    /// First byte behind the entry and its line end.
    pub end: usize,
    /// The entry was longer than [`LONGEST_ENTRY`], and the rest of its line is still to be passed
    /// over from `end` on.
    pub cut: bool,
}

/// Finds the first whole entry in `bytes`, which begin where an entry may begin.
///
/// `last` says that nothing will follow, so that what has no line end is whole too. `None` if more
/// bytes are needed, or none are left.
pub fn next(form: EntryLayout, bytes: &[u8], last: bool) -> Option<EntrySpan> {
    match form {
        EntryLayout::Lines => next_line(bytes, last),
        EntryLayout::Folded => next_folded(bytes, last),
    }
}

/// Offset of the first byte behind the next line end.
pub fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr(b'\n', bytes).map(|newline| newline + 1)
}

/// Offset of the first byte behind the blank lines at the beginning: nothing of any entry.
pub fn blank_lines(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(rest) = bytes.get(end..)
        && rest.first().is_some_and(u8::is_ascii_whitespace)
        && let Some(line) = line_end(rest)
        && rest.get(..line).is_some_and(is_blank)
    {
        end += line;
    }
    end
}

/// Offset of the first byte behind the last line end.
pub fn whole_lines(bytes: &[u8]) -> Option<usize> {
    memrchr(b'\n', bytes).map(|newline| newline + 1)
}

fn next_line(bytes: &[u8], last: bool) -> Option<EntrySpan> {
    let mut start = 0;
    loop {
        let rest = bytes.get(start..)?;
        let (line, end, ended) = match memchr(b'\n', rest) {
            Some(newline) => (rest.get(..newline)?, start + newline + 1, true),
            None => (rest, bytes.len(), false),
        };
        if !ended && !last && line.len() <= LONGEST_ENTRY || rest.is_empty() {
            return None;
        }
        if line.len() > LONGEST_ENTRY {
            let end = start + LONGEST_ENTRY;
            return Some(EntrySpan { start, length: LONGEST_ENTRY, end, cut: true });
        }
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        if !is_blank(text) {
            return Some(EntrySpan { start, length: text.len(), end, cut: false });
        }
        start = end;
    }
}

/// A folded entry reaches to the line before the next time stamp, without the blank lines there.
fn next_folded(bytes: &[u8], last: bool) -> Option<EntrySpan> {
    let first = next_line(bytes, last)?;
    let mut found = first;
    let folded = bytes.get(first.start..first.end).is_some_and(begins_entry);
    while folded && !found.cut {
        let Some(line) = next_line(bytes.get(found.end..)?, last) else {
            let growing = !last && bytes.len() - found.start < LONGEST_ENTRY;
            return (!growing).then_some(found);
        };
        let text = bytes.get(found.end + line.start..found.end + line.end)?;
        if begins_entry(text) || found.end + line.end - found.start > LONGEST_ENTRY {
            break;
        }
        found.length = found.end + line.start + line.length - found.start;
        found.end += line.end;
    }
    Some(found)
}

/// One line from the text of a folded entry: lines joined by one blank, without the callouts `(1)`
/// at line ends that the manuals explain below.
pub fn unfold(form: EntryLayout, text: &[u8]) -> Cow<'_, [u8]> {
    static CALLOUT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)(?:^|\s)\(\d{1,2}\)\s*$").expect("the pattern is constant")
    });
    if form == EntryLayout::Lines {
        return Cow::Borrowed(text);
    }
    let mut joined = Vec::with_capacity(text.len());
    for line in text.split(|&b| b == b'\n') {
        // HTML turned the padding into no-break spaces.
        let line = replace_no_break_spaces(line);
        let line = CALLOUT.replace(line.trim_ascii(), &b""[..]);
        let line = line.trim_ascii();
        if line.is_empty() || !joined.is_empty() && is_editorial(line) {
            continue;
        }
        if !joined.is_empty() {
            joined.push(b' ');
            // The envelope From was blank: in the log two blanks stand here.
            if begins_with_address_type(line)
                && joined.trim_ascii_end().last().is_some_and(u8::is_ascii_digit)
            {
                joined.push(b' ');
            }
        }
        joined.extend_from_slice(line);
    }
    Cow::Owned(joined)
}

/// What the manuals print between entries: `...several hours worth of entries...`, and a ruler
/// whose numbers, from 1 on, or digits are explained below.
fn is_editorial(line: &[u8]) -> bool {
    let numbers = || line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let counts =
        (1_u8..).zip(numbers()).all(|(number, word)| word == number.to_string().as_bytes());
    let digits =
        line.len() >= 10 && line.iter().zip(b"1234567890".iter().cycle()).all(|(a, b)| a == b);
    line.starts_with(b"...") && line.ends_with(b"...") || counts && numbers().count() >= 3 || digits
}

fn replace_no_break_spaces(line: &[u8]) -> Cow<'_, [u8]> {
    const NO_BREAK_SPACE: &[u8] = b"\xC2\xA0";
    if memchr::memmem::find(line, NO_BREAK_SPACE).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memmem::find(rest, NO_BREAK_SPACE) {
        plain.extend_from_slice(rest.get(..at).unwrap_or_default());
        plain.push(b' ');
        rest = rest.get(at + NO_BREAK_SPACE.len()..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

fn begins_with_address_type(line: &[u8]) -> bool {
    let word = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    word > 0 && line.get(word) == Some(&b';')
}

/// Whether a line begins with the shape of a date, `19-Feb-1998 ` or `1998-02-19T`, or with markup,
/// be it behind the hole that a crash left.
fn begins_entry(line: &[u8]) -> bool {
    let hole = line.iter().take_while(|&&b| b == 0).count();
    let line = line.get(hole..).unwrap_or_default().trim_ascii_start();
    match line {
        // An object with a member, on this line or the next: a brace may begin any text.
        [b'{', members @ ..] => matches!(members.trim_ascii_start(), [] | [b'"', ..]),
        [b'<', kind @ ..] => [b"en ", b"co ", b"he "].iter().any(|known| kind.starts_with(*known)),
        _ => begins_date(line),
    }
}

fn begins_date(line: &[u8]) -> bool {
    const ISO: &[u8; 11] = b"0000-00-00T";
    let iso = |(byte, shape): (&u8, &u8)| byte == shape || *shape == b'0' && byte.is_ascii_digit();
    if line.len() > ISO.len() && line.iter().zip(ISO).all(iso) {
        return true;
    }
    let day = line.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let Some(rest) = line.get(day..).filter(|_| (1..=2).contains(&day)) else { return false };
    match rest {
        [b'-', month @ .., _] if month.len() >= 9 => {
            let (name, rest) = month.split_at(3);
            name.iter().all(u8::is_ascii_alphabetic)
                && rest.first() == Some(&b'-')
                && rest.iter().skip(1).take(4).all(u8::is_ascii_digit)
                && rest.get(5) == Some(&b' ')
        }
        _ => false,
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace)
        && replace_no_break_spaces(line).trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All entries of `bytes`, given all at once.
    fn entries(form: EntryLayout, bytes: &[u8]) -> Vec<String> {
        let (mut at, mut texts) = (0, Vec::new());
        while let Some(found) = next(form, &bytes[at..], true) {
            texts.push(
                String::from_utf8_lossy(&bytes[at + found.start..][..found.length]).into_owned(),
            );
            at += found.end;
        }
        texts
    }

    #[test]
    fn a_line_is_an_entry_and_blank_lines_are_none() {
        assert_eq!(
            entries(EntryLayout::Lines, b"\none\r\n \n\ntwo\nthree"),
            ["one", "two", "three"]
        );
        assert_eq!(next(EntryLayout::Lines, b"not yet ended", false), None);
        assert_eq!(next(EntryLayout::Lines, b"", true), None);
    }

    #[test]
    fn folded_entries_end_at_the_next_stamp() {
        let text =
            b"19-Jan-1998 19:16:57.64 l E 1  (1)\n adam\n\n more\n\n 20-Jan-1998 00:00:00 x\n";
        assert_eq!(EntryLayout::detect(text), EntryLayout::Folded);
        let folded = entries(EntryLayout::Folded, text);
        assert_eq!(folded.len(), 2);
        let joined = unfold(EntryLayout::Folded, folded[0].as_bytes());
        assert_eq!(&joined[..], b"19-Jan-1998 19:16:57.64 l E 1 adam more");
    }

    #[test]
    fn a_blank_envelope_from_keeps_its_two_blanks() {
        let joined =
            unfold(EntryLayout::Folded, b"19-Jan-1998 19:16:57.64 l E 1 (2)\nrfc822;a@b.c a@b.c");
        assert_eq!(&joined[..], b"19-Jan-1998 19:16:57.64 l E 1  rfc822;a@b.c a@b.c");
    }

    #[test]
    fn rulers_and_editorial_lines_are_no_part_of_an_entry() {
        let text = b"19-Jan-1998 19:16:57.64 l E 1\n a rfc822;b c\n  1    2   3\n  0 3\n  (12)\n...several hours worth of entries...\n1234567890123\n";
        let joined = unfold(EntryLayout::Folded, text);
        assert_eq!(&joined[..], b"19-Jan-1998 19:16:57.64 l E 1 a rfc822;b c 0 3");
    }

    #[test]
    fn markup_begins_entries_too() {
        let text = b"<en ts=\"1\"\n ac=\"E\"/>\n<co ts=\"1\"\nac=\"O\"/>\n{\n\"a\":1}\n2014-06-02T22:02:13.94 l\n E 1\n";
        assert_eq!(EntryLayout::detect(text), EntryLayout::Folded);
        assert_eq!(entries(EntryLayout::Folded, text).len(), 4);
    }

    #[test]
    fn damage_in_a_log_does_not_make_it_folded() {
        let line = "19-Jan-1998 19:16:57.64 l E 1 a rfc822;b c\n";
        let log = format!("{}junk\n{}", line.repeat(3), line.repeat(3));
        assert_eq!(EntryLayout::detect(log.as_bytes()), EntryLayout::Lines);
        assert_eq!(EntryLayout::detect(b""), EntryLayout::Lines);
        assert_eq!(EntryLayout::detect(b"\x7fELF\x00\n\x01\n"), EntryLayout::Lines);
    }

    #[test]
    fn junk_and_holes_behind_a_first_entry_are_not_glued_to_it() {
        let line = "19-Jan-1998 19:16:57.64 l E 1 a rfc822;b c\n";
        let junk = "x\n".repeat(100);
        assert_eq!(EntryLayout::detect(format!("{line}{junk}").as_bytes()), EntryLayout::Lines);
        assert_eq!(
            EntryLayout::detect(format!("{line}\0\0\0\0{line}").as_bytes()),
            EntryLayout::Lines
        );
    }

    #[test]
    fn a_long_line_is_cut() {
        let long = vec![b'x'; LONGEST_ENTRY + 1];
        let found = next(EntryLayout::Lines, &long, false).unwrap();
        assert_eq!((found.length, found.cut), (LONGEST_ENTRY, true));
        assert!(next(EntryLayout::Lines, &long[..LONGEST_ENTRY], false).is_none());
    }

    proptest! {
        #[test]
        fn no_input_panics_and_entries_advance(bytes: Vec<u8>, folded: bool, last: bool) {
            let form = if folded { EntryLayout::Folded } else { EntryLayout::Lines };
            let mut at = 0;
            while let Some(found) = next(form, &bytes[at..], last) {
                prop_assert!(found.end > 0 && found.start + found.length <= found.end);
                at += found.end;
            }
            unfold(form, &bytes);
            EntryLayout::detect(&bytes);
        }
    }
}
