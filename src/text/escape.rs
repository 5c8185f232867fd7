//! Log text quoted for other formats, so that it can neither end the quotes nor act on a program
//! that opens the file.
//!
//! ```
//! use mtatop::text::escape::{csv, json, markdown};
//! assert_eq!(json(b"a\"\x1b"), r#""a\"\u001b""#);
//! assert_eq!(csv(b"=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
//! assert_eq!(markdown(b"a|b"), r"a\|b");
//! ```

use super::char_class::{CharClass, MAX_COMBINING_MARKS, char_class};
use super::sanitize::escape;

/// JSON string with quotes, as by [`put_json`].
pub fn json(value: &[u8]) -> String {
    let mut text = Vec::with_capacity(value.len() + 2);
    put_json(&mut text, value);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends a JSON string with quotes. Invalid UTF-8 becomes U+FFFD; control characters, and those
/// that hide or reorder text, become `\u` escapes, so that nothing acts and nothing is lost.
pub fn put_json(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    if value.iter().all(|&byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.extend_from_slice(value);
    } else {
        escaped(value, out);
    }
    out.push(b'"');
}

fn escaped(value: &[u8], out: &mut Vec<u8>) {
    let mut marks = 0;
    for chunk in value.utf8_chunks() {
        for c in chunk.valid().chars() {
            let seen = char_class(c);
            marks = if seen == CharClass::Mark { marks + 1 } else { 0 };
            match (c, seen) {
                ('"' | '\\', _) => out.extend([b'\\', u8::try_from(c).unwrap_or_default()]),
                ('\n', _) => out.extend_from_slice(br"\n"),
                ('\r', _) => out.extend_from_slice(br"\r"),
                ('\t', _) => out.extend_from_slice(br"\t"),
                (_, CharClass::Hidden) => by_number(c, out),
                (_, CharClass::Mark) if marks > MAX_COMBINING_MARKS => by_number(c, out),
                _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
            marks = 0;
        }
    }
}

/// `\u202e`, or a surrogate pair beyond the basic multilingual plane.
fn by_number(c: char, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(br"\u");
        let nibbles = [12, 8, 4, 0].map(|shift| usize::from(*unit >> shift & 0xf));
        out.extend(nibbles.map(|nibble| DIGITS.get(nibble).copied().unwrap_or_default()));
    }
}

/// CSV field (RFC 4180), harmless and quoted where necessary.
pub fn csv(value: &[u8]) -> String {
    let mut cell = Vec::with_capacity(value.len());
    put_harmless(&mut cell, value);
    let mut field = Vec::with_capacity(cell.len() + 2);
    put_csv(&mut field, &cell);
    String::from_utf8(field).unwrap_or_default()
}

/// Appends the text of a table cell, in its [plain](crate::text::sanitize::escape()) form if it
/// could act on a terminal. A text that a spreadsheet would run as a formula (CWE-1236), or that
/// starts with an apostrophe, is prefixed by an apostrophe, so that removing one restores the text.
pub fn put_harmless(cell: &mut Vec<u8>, value: &[u8]) {
    if begins_formula(value) {
        cell.push(b'\'');
    }
    let ascii = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let seen = |text: &str| text.chars().all(|c| char_class(c) == CharClass::Letter);
    if ascii || std::str::from_utf8(value).is_ok_and(seen) {
        cell.extend_from_slice(value);
    } else {
        cell.extend_from_slice(escape(value).as_bytes());
    }
}

/// Characters that start a formula or command in some spreadsheet, and the apostrophe itself.
fn begins_formula(value: &[u8]) -> bool {
    const SIGNS: &[u8] = b"=+-@|%\t\r\n'";
    const WIDE: &[&str] = &["\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"];
    value.first().is_some_and(|first| SIGNS.contains(first))
        || WIDE.iter().any(|sign| value.starts_with(sign.as_bytes()))
}

/// Appends a cell as a CSV field, quoted where necessary.
pub fn put_csv(out: &mut Vec<u8>, cell: &[u8]) {
    if !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    for &byte in cell {
        // A quote is doubled.
        out.extend(std::iter::repeat_n(byte, if byte == b'"' { 2 } else { 1 }));
    }
    out.push(b'"');
}

/// Markdown table cell, [plain](crate::text::sanitize::escape()) with all markup escaped.
pub fn markdown(bytes: &[u8]) -> String {
    let plain = escape(bytes);
    let mut text = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        // An underscore within a word is no emphasis, and channel names have many.
        let in_word =
            || before.is_alphanumeric() && rest.clone().next().is_some_and(char::is_alphanumeric);
        let markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '!' => true,
            '_' => !in_word(),
            _ => false,
        };
        text.extend(markup.then_some('\\'));
        text.push(c);
        before = c;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_none() {
        for (field, quoted) in [
            (&b"=1+1"[..], "'=1+1"),
            (b"+1", "'+1"),
            (b"-1", "'-1"),
            (b"@x", "'@x"),
            (b"\t=1", r"'\t=1"),
            (b"\r=1", r"'\r=1"),
            (b"a,b", "\"a,b\""),
            (b"say \"hi\"", "\"say \"\"hi\"\"\""),
            (b"=\"a\",b", "\"'=\"\"a\"\",b\""),
            (b"a=b", "a=b"),
        ] {
            assert_eq!(csv(field), quoted);
        }
    }

    #[test]
    fn markup_is_none() {
        for (cell, escaped) in [
            ("a|b", r"a\|b"),
            ("tcp_local", "tcp_local"),
            ("_x_ <img src=x>", r"\_x\_ \<img src=x\>"),
            ("[a](b)", r"\[a\](b)"),
            ("a\x1bb", r"a\\x1bb"),
        ] {
            assert_eq!(markdown(cell.as_bytes()), escaped);
        }
    }

    proptest! {
        #[test]
        fn json_says_the_text(text in r"\PC{0,8}|[\x00-\x{2ff}]{0,8}|\u{202e}\u{10fffd}") {
            let quoted = json(text.as_bytes());
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
            prop_assert!(!quoted.chars().any(char::is_control));
        }

        #[test]
        fn nothing_ends_its_quotes(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let field = csv(&bytes);
            let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
            let bare = inner.map_or(field.clone(), |inner| inner.replace("\"\"", ""));
            prop_assert!(!bare.contains('"') && !field.contains(['\n', '\r']));
            prop_assert!(inner.is_some() || !field.contains(','));
            let cell = markdown(&bytes);
            prop_assert!(!cell.replace(r"\\", "").replace(r"\|", "").contains('|'));
        }
    }
}
