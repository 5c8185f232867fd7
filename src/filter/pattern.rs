//! A regular expression over the text of an entry.
//!
//! It works on bytes, for what a stranger wrote need not be UTF-8. `^` and `$` are the ends of the
//! entry, and no match reaches over them.

use super::FilterError;
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::fmt::Write;

/// Bytes that a compiled expression may take …
pub const REGEX_SIZE_LIMIT: usize = 1 << 20;
/// … and those of the states that are made as it runs.
const REGEX_DFA_SIZE_LIMIT: usize = 8 << 20;

/// A regular expression; two are the same if they are written the same.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    regex: Regex,
    /// It tells the ends of the entry from those of a line, so that it must see entries one by one.
    one_by_one: bool,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// Reads an expression. The place of an error counts from the beginning of `source`.
    pub(super) fn new(source: &str) -> Result<Self, FilterError> {
        let built = RegexBuilder::new(source)
            .unicode(false)
            .multi_line(true)
            .crlf(true)
            .size_limit(REGEX_SIZE_LIMIT)
            .dfa_size_limit(REGEX_DFA_SIZE_LIMIT)
            .build();
        match built {
            Ok(regex) => {
                let one_by_one = tells_lines_from_text(source);
                Ok(Self { source: source.to_owned(), regex, one_by_one })
            }
            Err(error) => Err(complaint(source, &error)),
        }
    }

    /// One of these, as they are.
    pub(super) fn literal<'a>(
        alternatives: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Self, FilterError> {
        let escaped: Vec<String> = alternatives.map(escape).collect();
        Self::new(&escaped.join("|"))
    }

    /// Whether the text of an entry holds it.
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    /// Finds in `text`, where entries stand one a line, those that hold it. `entries` are first and
    /// last byte of each, rising. Gives their places among `entries`, rising.
    pub fn find(&self, text: &[u8], entries: &[(usize, usize)], mut hit: impl FnMut(usize)) {
        let (mut at, mut wasted) = (0, 0);
        while let Some(&(start, _)) = entries.get(at) {
            // A pattern that reaches over ends again and again is not worth it.
            if self.one_by_one || wasted > text.len() {
                break;
            }
            let Some(found) = self.regex.find_at(text, start) else { return };
            at += entries
                .get(at..)
                .unwrap_or_default()
                .partition_point(|&(_, end)| end < found.start());
            let Some(&(start, end)) = entries.get(at) else { return };
            if found.start() < start {
                // It began before the entry, whose own one may be hidden by that.
                wasted += found.end().saturating_sub(start);
                if found.start() == found.end() {
                    continue;
                }
            }
            let entry = text.get(start..end).unwrap_or_default();
            let inside = found.start() >= start && found.end() <= end;
            if inside || self.is_in(entry) {
                hit(at);
            }
            wasted += found.end().saturating_sub(end);
            at += 1;
        }
        for (at, &(start, end)) in entries.iter().enumerate().skip(at) {
            if text.get(start..end).is_some_and(|entry| self.is_in(entry)) {
                hit(at);
            }
        }
    }
}

/// An expression for just these bytes.
pub(super) fn escape(text: &[u8]) -> String {
    let mut escaped = String::new();
    for &byte in text {
        if byte.is_ascii_graphic() || byte == b' ' {
            escaped.push_str(&regex::escape(char::from(byte).encode_utf8(&mut [0; 4])));
        } else {
            // Writing to a text never fails.
            let _ = write!(escaped, r"\x{byte:02x}");
        }
    }
    escaped
}

/// Whether an expression may use what is not the same for an entry alone and one among lines: `\A`,
/// `\z`, or another mode of lines. Rather too often than not often enough.
fn tells_lines_from_text(source: &str) -> bool {
    let modes = source.split("(?").skip(1).filter_map(|group| group.split([':', ')', '<']).next());
    let other_mode = modes.into_iter().any(|mode| mode.contains(['-', 'R']));
    other_mode || source.contains(r"\A") || source.contains(r"\z")
}

/// What is wrong, from the words that the regex crate has for a terminal: the expression, below it a
/// `^` where it goes wrong, and the reason in the last line.
fn complaint(source: &str, error: &regex::Error) -> FilterError {
    const MARGIN: usize = 4;
    let words = match error {
        regex::Error::CompiledTooBig(_) => "error: this regular expression is too large".to_owned(),
        other => other.to_string(),
    };
    let marked = words.lines().find(|line| line.trim_start().starts_with('^'));
    let column = marked.map_or(0, |line| line.chars().take_while(|&c| c == ' ').count());
    let place = source.char_indices().nth(column.saturating_sub(MARGIN));
    let what = words.lines().find_map(|line| line.strip_prefix("error: "));
    FilterError {
        at: place.map_or(source.len(), |(at, _)| at),
        what: Cow::Owned(what.unwrap_or("this is no regular expression").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matching_lines(pattern: &str, lines: &[&str], end: &str) -> Vec<usize> {
        let (mut text, mut entries) = (String::new(), Vec::new());
        for line in lines {
            entries.push((text.len(), text.len() + line.len()));
            text.push_str(line);
            text.push_str(end);
        }
        let mut hits = Vec::new();
        Pattern::new(pattern).unwrap().find(text.as_bytes(), &entries, |at| hits.push(at));
        hits
    }

    #[test]
    fn a_match_stays_inside_its_entry() {
        let lines = ["ab", "xc", "", "b a", "c"];
        for (pattern, expected) in [
            ("a", vec![0, 3]),
            ("b$", vec![0]),
            ("^b", vec![3]),
            (r"\Ab", vec![3]),
            (r"b\z", vec![0]),
            ("(?-m)^b", vec![3]),
            (r"b\s+x", vec![]),
            (r"b[^q]*c", vec![]),
            (r"[^q]*c", vec![1, 4]),
            ("(?s).*", vec![0, 1, 2, 3, 4]),
            ("$", vec![0, 1, 2, 3, 4]),
            ("^$", vec![2]),
            (r"\n|\r", vec![]),
            (r"\ba\b", vec![3]),
        ] {
            for end in ["\n", "\r\n"] {
                assert_eq!(matching_lines(pattern, &lines, end), expected, "{pattern} {end:?}");
            }
        }
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        for (source, at, what) in [
            ("a(b", 1, "unclosed group"),
            ("[a", 0, "unclosed character class"),
            ("é(b", 2, "unclosed group"),
            ("a{99999}{99}", 0, "this regular expression is too large"),
        ] {
            let error = Pattern::new(source).unwrap_err();
            assert_eq!((error.at, &*error.what), (at, what), "{source}");
        }
    }

    proptest! {
        #[test]
        fn lines_at_once_are_as_one_by_one(
            pattern in r"(\^|\$|\\b|\\B|\\s|\\A|[abc.*|]|\[\^a\]|\(\?s\)){1,6}",
            lines in proptest::collection::vec("[abc ]{0,5}", 0..20),
        ) {
            prop_assume!(Pattern::new(&pattern).is_ok());
            let regex = Pattern::new(&pattern).unwrap();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let expected: Vec<usize> = (0..lines.len()).filter(|&at| regex.is_in(lines[at].as_bytes())).collect();
            for end in ["\n", "\r\n"] {
                prop_assert_eq!(matching_lines(&pattern, &lines, end), expected.clone());
            }
        }
    }
}
