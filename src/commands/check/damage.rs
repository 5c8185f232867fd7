//! Unparsed lines and unexpected bytes of a file.

use crate::log::parse::ParseError;
use crate::text::sanitize::escape;
use crate::text::table::clip;

/// Examples stored per reason.
const EXAMPLES: usize = 3;
/// Bytes of an example that are looked at, and cells that are kept.
const LONGEST_EXAMPLE: usize = 200;

/// Unparsed texts by reason.
#[derive(Clone, Debug, Default)]
pub struct Unparsed {
    reasons: Vec<UnparsedReason>,
}

/// One reason.
#[derive(Clone, Debug)]
pub struct UnparsedReason {
    /// Parse error.
    pub flaw: ParseError,
    /// Number of texts.
    pub count: u64,
    /// First examples: line number from 1, and the escaped, truncated text.
    pub examples: Vec<(u64, String)>,
}

impl Unparsed {
    /// Adds an unparsed text.
    pub fn add(&mut self, flaw: ParseError, line: u64, text: &[u8]) {
        let Some(reason) = self.reason(flaw) else { return };
        reason.count += 1;
        if reason.examples.len() < EXAMPLES {
            let text = clip(&escape(text.get(..LONGEST_EXAMPLE).unwrap_or(text)), LONGEST_EXAMPLE);
            reason.examples.push((line, text));
        }
    }

    fn reason(&mut self, flaw: ParseError) -> Option<&mut UnparsedReason> {
        let at = self.reasons.iter().position(|reason| reason.flaw == flaw);
        let at = at.unwrap_or_else(|| {
            self.reasons.push(UnparsedReason { flaw, count: 0, examples: Vec::new() });
            self.reasons.len() - 1
        });
        self.reasons.get_mut(at)
    }

    /// Adds the counts of the following part.
    pub fn join(&mut self, behind: Self) {
        for UnparsedReason { flaw, count, examples } in behind.reasons {
            let Some(reason) = self.reason(flaw) else { continue };
            reason.count += count;
            let room = EXAMPLES.saturating_sub(reason.examples.len());
            reason.examples.extend(examples.into_iter().take(room));
        }
    }

    /// Number of unparsed texts.
    pub fn count(&self) -> u64 {
        self.reasons.iter().map(|reason| reason.count).sum()
    }

    /// Reasons in order of first occurrence.
    pub fn reasons(&self) -> &[UnparsedReason] {
        &self.reasons
    }
}

/// Entries with unusual bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bytes {
    /// Entries with non-ASCII characters in UTF-8.
    pub utf8: u64,
    /// Entries with invalid UTF-8: perhaps Latin-1.
    pub not_utf8: u64,
    /// Entries with control characters other than TAB and NUL.
    pub controls: u64,
    /// Entries with NUL bytes.
    pub nuls: u64,
    /// Truncated entries.
    pub cut: u64,
    /// Lines that end in CR LF.
    pub crlf: bool,
}

impl Bytes {
    /// Adds the counts of the following part.
    pub fn join(&mut self, behind: Self) {
        self.utf8 += behind.utf8;
        self.not_utf8 += behind.not_utf8;
        self.controls += behind.controls;
        self.nuls += behind.nuls;
        self.cut += behind.cut;
        self.crlf |= behind.crlf;
    }

    /// Adds the text of an entry.
    pub fn add(&mut self, text: &[u8], cut: bool) {
        self.cut += u64::from(cut);
        if text.iter().all(|b| matches!(b, b' '..=b'~' | b'\t')) {
            return;
        }
        self.nuls += u64::from(memchr::memchr(0, text).is_some());
        let control = |b: &u8| b.is_ascii_control() && !matches!(b, b'\t' | 0);
        self.controls += u64::from(text.iter().any(control));
        if !text.is_ascii() {
            // A truncated text may end within a character.
            let valid = match str::from_utf8(text) {
                Ok(_) => true,
                Err(error) => cut && error.error_len().is_none(),
            };
            *if valid { &mut self.utf8 } else { &mut self.not_utf8 } += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_shown_by_a_few_examples() {
        let mut unparsed = Unparsed::default();
        for line in 1..=5 {
            unparsed.add(ParseError::NoTime, line, b"junk \x1b[2J");
        }
        unparsed.add(ParseError::NoSize, 9, &b"y".repeat(10_000));
        let [junk, long] = unparsed.reasons() else { panic!("{unparsed:?}") };
        assert_eq!((unparsed.count(), junk.count, junk.examples.len()), (6, 5, EXAMPLES));
        assert_eq!(junk.examples.first(), Some(&(1, r"junk \x1b[2J".to_owned())));
        assert_eq!(long.examples.first().map(|(_, text)| text.len()), Some(LONGEST_EXAMPLE));
    }

    #[test]
    fn encodings_are_told_apart() {
        let mut bytes = Bytes::default();
        for text in [&b"plain\ttext"[..], "Größe".as_bytes(), b"Gr\xf6\xdfe", b"a\0b", b"a\x1bb"]
        {
            bytes.add(text, false);
        }
        assert_eq!((bytes.utf8, bytes.not_utf8, bytes.nuls, bytes.controls), (1, 1, 1, 1));
    }
}
