//! What is no part of an entry: what grep and syslog write before it, and what copying did to its
//! blanks. Looked for only where an entry does not read as it stands.

use super::markup::markup;
use super::time;
use memchr::memmem;

/// What stands before the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix<'a> {
    pub(super) length: usize,
    /// The host of a syslog header.
    pub(super) host: Option<&'a [u8]>,
}

/// A path, or a syslog header with its tag, is hardly longer.
const LONGEST_PREFIX: usize = 512;

/// The prefix of a line: all before the first time stamp or markup of an entry, if it is `FILE:`, `FILE:NUM:`
/// or a syslog header. Behind other text, neither begins an entry.
pub(super) fn prefix(text: &[u8]) -> Option<Prefix<'_>> {
    let near = text.get(..LONGEST_PREFIX).unwrap_or(text);
    let ends = near.iter().enumerate().filter(|(_, byte)| matches!(byte, b':' | b'-' | b' '));
    let begins = |rest: &[u8]| time::stamp(rest).is_ok() || markup(rest).is_some();
    let begun = |&end: &usize| text.get(end..).is_some_and(begins);
    ends.map(|(at, _)| at + 1).filter(begun).find_map(|length| {
        let before = text.get(..length)?;
        let host = if is_grep(before) { None } else { Some(syslog_host(before)?) };
        Some(Prefix { length, host })
    })
}

/// The prefix of a line, and what stands behind it.
pub(super) fn behind_prefix(text: &[u8]) -> Option<(Prefix<'_>, &[u8])> {
    let prefix = prefix(text)?;
    Some((prefix, text.get(prefix.length..)?))
}

/// `mail.log:` or `mail.log:17:`; a dash instead of the last colon where grep shows context.
fn is_grep(prefix: &[u8]) -> bool {
    prefix.len() > 1
        && matches!(prefix.last(), Some(b':' | b'-'))
        && !prefix.iter().any(u8::is_ascii_whitespace)
}

/// The host in `[<PRI>][1 ]Jun 11 09:07:57 host tag: `, or with a time of ISO 8601.
fn syslog_host(header: &[u8]) -> Option<&[u8]> {
    let header = match header.strip_prefix(b"<") {
        Some(rest) => rest.get(memchr::memchr(b'>', rest)? + 1..)?,
        None => header,
    };
    let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut first = words.next()?;
    if first == b"1" {
        first = words.next()?;
    }
    if time::month(first).is_some() {
        words.next().filter(|day| day.len() <= 2 && day.iter().all(u8::is_ascii_digit))?;
        words.next().filter(|clock| clock.len() >= 8 && clock.get(2) == Some(&b':'))?;
    } else if !(first.get(4) == Some(&b'-') && first.get(10) == Some(&b'T')) {
        return None;
    }
    words.next()
}

const NO_BREAK_SPACE: &[u8] = b"\xC2\xA0";

/// The text with plain blanks for no-break spaces and without NUL bytes, if it has any of them.
pub(super) fn strip_prefix(text: &[u8], into: &mut Vec<u8>) -> bool {
    if memchr::memchr(0, text).is_none() && memmem::find(text, NO_BREAK_SPACE).is_none() {
        return false;
    }
    into.clear();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let (byte, after) = match rest.strip_prefix(NO_BREAK_SPACE) {
            Some(after) => (b' ', after),
            None => (*first, after),
        };
        if byte != 0 {
            into.push(byte);
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_of_grep_or_syslog() {
        const STAMP: &str = "11-Jun-2019 09:07:57.65 l D 1";
        for (prefix_text, host) in [
            ("mail.log:", Some(None)),
            ("/var/log/mail.log_current:1204:", Some(None)),
            ("mail.log-12-", Some(None)),
            ("Jun 11 09:07:57 mta1 ims[12]: ", Some(Some("mta1"))),
            ("<22>Jun  1 09:07:57 mta1 ims: ", Some(Some("mta1"))),
            ("<22>1 2019-06-11T09:07:57Z mta1 ims 12 - - ", Some(Some("mta1"))),
            ("2019-06-11T09:07:57+02:00 mta1 ims: ", Some(Some("mta1"))),
            ("some words ", None),
            ("see:this ", None),
        ] {
            let text = format!("{prefix_text}{STAMP}");
            let expected = host.map(|host| Prefix {
                length: prefix_text.trim_end().len(),
                host: host.map(str::as_bytes),
            });
            assert_eq!(prefix(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(prefix(b"mail.log:17"), None);
    }

    #[test]
    fn markup_is_found_behind_a_prefix() {
        for (prefix_text, entry, length) in [
            ("mail.log:", "<en ts=\"x\"/>", Some(9)),
            ("mail.log:7:", "{\"ts\":\"x\"}", Some(11)),
            ("Jun 11 09:07:57 mta1 ims: ", "<co ts=\"x\"/>", Some(25)),
            ("see this: ", "{\"ts\":\"x\"}", None),
        ] {
            let found = prefix(format!("{prefix_text}{entry}").as_bytes()).map(|p| p.length);
            assert_eq!(found, length, "{prefix_text}{entry}");
        }
    }

    #[test]
    fn blanks_are_mended() {
        let mut into = Vec::new();
        assert!(strip_prefix(b"\0\0a\xC2\xA0\xC2\xA0b\0c", &mut into));
        assert_eq!(into, b"a  bc");
        assert!(!strip_prefix("plain ä".as_bytes(), &mut into));
    }
}
