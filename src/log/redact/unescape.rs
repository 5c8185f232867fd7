//! The text of an entry without escapes, so that each of its fields stands in it as it reads.

use std::borrow::Cow;

const NO_BREAK_SPACE: &[u8] = b"\xC2\xA0";

/// The text with the character that each escape of XML or JSON stands for, or one that is as good
/// where that would end the value; of the other formats without what copying did to the blanks.
pub(super) fn flat(text: &[u8]) -> Cow<'_, [u8]> {
    let is_json = text.trim_ascii().ends_with(b"}") && memchr::memchr(b'{', text).is_some();
    let is_xml = text.trim_ascii().ends_with(b"/>") && memchr::memchr(b'<', text).is_some();
    if is_json && memchr::memchr(b'\\', text).is_some() {
        return Cow::Owned(unescaped(text, b'\\', of_json));
    }
    if is_xml && memchr::memchr(b'&', text).is_some() {
        return Cow::Owned(unescaped(text, b'&', of_xml));
    }
    if memchr::memchr(0, text).is_none() && memchr::memmem::find(text, NO_BREAK_SPACE).is_none() {
        return Cow::Borrowed(text);
    }
    let mut mended = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let (byte, after) = match rest.strip_prefix(NO_BREAK_SPACE) {
            Some(after) => (b' ', after),
            None => (*first, after),
        };
        mended.extend((byte != 0).then_some(byte));
        rest = after;
    }
    Cow::Owned(mended)
}

/// Reads the escape at the beginning: what it stands for, and how long it is.
type EscapeReader = fn(&[u8]) -> Option<(char, usize)>;

fn unescaped(text: &[u8], sign: u8, read: EscapeReader) -> Vec<u8> {
    let (mut flat, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = memchr::memchr(sign, rest) {
        let (before, escape) = rest.split_at(at);
        flat.extend_from_slice(before);
        let (character, length) = read(escape).unwrap_or((char::from(sign), 1));
        let character = match character {
            '"' => '\'',
            '\\' => '/',
            control if control.is_control() => ' ',
            other => other,
        };
        flat.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = escape.get(length..).unwrap_or_default();
    }
    flat.extend_from_slice(rest);
    flat
}

fn of_xml(escape: &[u8]) -> Option<(char, usize)> {
    const LONGEST: usize = 16;
    let near = escape.get(..LONGEST).unwrap_or(escape);
    let end = memchr::memchr(b';', near)?;
    let name = str::from_utf8(near.get(1..end)?).ok()?;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '+',
        "quot" | "apos" => '"',
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            match char::from_u32(number.ok()?)? {
                '\'' => '"',
                '&' => '+',
                other => other,
            }
        }
    };
    Some((character, end + 1))
}

fn of_json(escape: &[u8]) -> Option<(char, usize)> {
    match escape.get(1)? {
        b'u' => {
            let half = |at: usize| {
                let digits = str::from_utf8(escape.get(at..at + 4)?).ok()?;
                u16::from_str_radix(digits, 16).ok()
            };
            let first = half(2)?;
            let second = (escape.get(6..8) == Some(b"\\u")).then(|| half(8)).flatten();
            let pair = second.and_then(|second| {
                char::decode_utf16([first, second]).next()?.ok().filter(|c| c.len_utf16() == 2)
            });
            Some(match pair {
                Some(character) => (character, 12),
                None => (char::from_u32(first.into()).unwrap_or('?'), 6),
            })
        }
        b'"' | b'\\' => Some(('"', 2)),
        b'/' => Some(('/', 2)),
        _ => Some((' ', 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_what_they_stand_for_and_end_no_value() {
        for (text, expected) in [
            (
                r#"<en ms="&lt;1@x&gt;" di="a &quot;b&#39; &#x41;&amp;&"/>"#,
                r#"<en ms="<1@x>" di="a 'b' A+&"/>"#,
            ),
            (r#"{"a":"x\"y\\z\u003c\ud83d\ude00\ud83d\n\/"}"#, "{\"a\":\"x'y'z<😀? /\"}"),
            ("a\u{a0}b\0c", "a bc"),
            ("plain & \\", "plain & \\"),
        ] {
            assert_eq!(String::from_utf8_lossy(&flat(text.as_bytes())), expected, "{text}");
        }
    }
}
