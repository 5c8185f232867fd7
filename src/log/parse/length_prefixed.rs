//! `LOG_FORMAT` 3: each field of variable length is written behind its length, `15:adam@domain.com`.

use super::cursor::FieldCursor;

/// Moves over a blank and the counted value behind it; stays where there is none.
pub(super) fn value<'a>(rest: &mut FieldCursor<'a>) -> Option<&'a [u8]> {
    let mut ahead = *rest;
    ahead.separator()?;
    let digits = ahead.0.iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    let count = ahead.take(digits);
    if count.is_empty() || ahead.take(1) != b":" {
        return None;
    }
    let count = count.iter().fold(0, |value, digit| value * 10 + usize::from(digit - b'0'));
    let value = ahead.take(length(ahead.0, count)?);
    *rest = ahead;
    Some(value)
}

/// Whether the value of an entry that begins here is counted.
pub(super) fn begins(mut rest: FieldCursor<'_>) -> bool {
    value(&mut rest).is_some()
}

/// Bytes of so many characters. The documents say characters and show no sample with any beyond
/// ASCII, so a count of bytes is taken as well, if only that leads to a blank. Of an entry that was
/// cut, the last value is what is left of it.
fn length(text: &[u8], count: usize) -> Option<usize> {
    if text.len() < count {
        return Some(text.len());
    }
    let bytes = text.get(..count)?;
    let at_end =
        |length: usize| text.get(length..).is_some_and(|rest| FieldCursor(rest).ends_field());
    if bytes.is_ascii() {
        return at_end(count).then_some(count);
    }
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
    let characters = starts
        .map(|(at, _)| at)
        .nth(count)
        .filter(|&length| text.get(..length).is_some_and(|text| std::str::from_utf8(text).is_ok()));
    [characters, Some(count)].into_iter().flatten().find(|&length| at_end(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_of_characters_or_of_bytes() {
        for (text, expected) in [
            (" 15:adam@domain.com x", Some("adam@domain.com")),
            (" 0: x", Some("")),
            (" 3:a b", Some("a b")),
            (" 3:äöü x", Some("äöü")),
            (" 6:äöü x", Some("äöü")),
            (" 99:cut here", Some("cut here")),
            (" 3:abcd x", None),
            (" :abc", None),
            (" abc", None),
            ("", None),
        ] {
            let mut rest = FieldCursor(text.as_bytes());
            assert_eq!(value(&mut rest), expected.map(str::as_bytes), "{text}");
            assert_eq!(rest.0.len() == text.len(), expected.is_none(), "{text}");
        }
        assert_eq!(value(&mut FieldCursor(b" 2:\xE4\xE4 x")), Some(&b"\xE4\xE4"[..]));
    }
}
