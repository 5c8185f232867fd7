//! Which `LOG_FORMAT` an entry is written in.

use memchr::memmem;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// How an entry is written (`mta-log-format` section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Text; no empty address shows whether it is format 1 or 2.
    Text,
    /// 1: text, and an empty address is nothing.
    Blank,
    /// 2: text, and an empty address is `<>`.
    Bracketed,
    /// 3: text whose fields are counted.
    Counted,
    /// 4: an XML element.
    Xml,
    /// 5: a JSON object.
    Json,
    /// 6: a JSON object without objects in it.
    FlatJson,
}

impl Written {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Blank,
        Self::Bracketed,
        Self::Counted,
        Self::Xml,
        Self::Json,
        Self::FlatJson,
    ];

    /// Tells it from the text of an entry.
    pub fn of(text: &[u8]) -> Self {
        match text.trim_ascii_start().get(..4).unwrap_or_default() {
            [b'{', ..] if is_nested(text) => Self::Json,
            [b'{', ..] => Self::FlatJson,
            b"<en " | b"<co " | b"<he " => Self::Xml,
            _ if is_counted(text) => Self::Counted,
            _ => addresses(text),
        }
    }

    /// Whether fields stand in an order, and have no names.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Xml | Self::Json | Self::FlatJson)
    }

    /// The value of `LOG_FORMAT`, and what it means.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "LOG_FORMAT 1 or 2 (text; only an empty address would tell)",
            Self::Blank => "LOG_FORMAT 1 (text)",
            Self::Bracketed => "LOG_FORMAT 2 (text, empty addresses as <>)",
            Self::Counted => "LOG_FORMAT 3 (counted text)",
            Self::Xml => "LOG_FORMAT 4 (XML)",
            Self::Json => "LOG_FORMAT 5 (JSON)",
            Self::FlatJson => "LOG_FORMAT 6 (flat JSON)",
        }
    }
}

fn is_nested(text: &[u8]) -> bool {
    let colons = memchr::memchr_iter(b':', text);
    colons.into_iter().any(|at| {
        let behind = text.get(at + 1..).unwrap_or_default().trim_ascii_start();
        let quoted = text.get(..at).unwrap_or_default().trim_ascii_end().ends_with(b"\"");
        quoted && behind.starts_with(b"{")
    })
}

/// Code and size, and what comes behind.
static BEHIND_SIZE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)^.{14,120}? [A-Z]{1,8} +[0-9]+ ").ok());

fn behind_size(text: &[u8]) -> Option<&[u8]> {
    let found = BEHIND_SIZE.as_ref()?.find(text.get(..200).unwrap_or(text))?;
    text.get(found.end()..)
}

/// The first field behind the size is counted if its count leads to the blank behind it.
fn is_counted(text: &[u8]) -> bool {
    let Some(rest) = behind_size(text) else { return false };
    let rest = rest.trim_ascii_start();
    let Some(colon) = memchr::memchr(b':', rest).filter(|colon| (1..6).contains(colon)) else {
        return false;
    };
    let digits = rest.get(..colon).unwrap_or_default();
    let count = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<usize>().ok());
    count.is_some_and(|count| rest.get(colon + 1 + count).is_none_or(|&b| b == b' '))
}

/// A blank envelope From is a second blank behind the size, or `<>`.
fn addresses(text: &[u8]) -> Written {
    match behind_size(text) {
        Some(rest) if rest.starts_with(b" ") => Written::Blank,
        Some(rest) if rest.starts_with(b"<>") || memmem::find(rest, b" <> ").is_some() => {
            Written::Bracketed
        }
        _ => Written::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_shapes() {
        let text = |rest| format!("19-Feb-1998 10:52:05.41 l            tcp_local    E 1 {rest}");
        for (entry, written) in [
            (text("a@x.org rfc822;b@y.org b@y.org"), Written::Text),
            (text(" rfc822;b@y.org b@y.org"), Written::Blank),
            (text("<> rfc822;b@y.org b@y.org"), Written::Bracketed),
            (text("7:a@x.org 14:rfc822;b@y.org 7:b@y.org"), Written::Counted),
            (text("9:a@x.org rfc822;b@y.org b@y.org"), Written::Text),
            ("<en ts=\"2014-06-02T22:02:13.94\" />".to_owned(), Written::Xml),
            ("{\"ts\": \"x\", \"a\": {\"b\": 1}}".to_owned(), Written::Json),
            ("{\"ts\": \"x{:{\", \"a\": 1}".to_owned(), Written::FlatJson),
            ("junk".to_owned(), Written::Text),
        ] {
            assert_eq!(Written::of(entry.as_bytes()), written, "{entry}");
        }
    }
}
