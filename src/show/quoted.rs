//! Text of the log in the quotes of another format, so that nothing in it can end them or act on
//! whoever opens the file.
//!
//! ```
//! use mtatop::show::quoted::{csv, json, markdown};
//! assert_eq!(json(b"a\"\x1b"), r#""a\"\u001b""#);
//! assert_eq!(csv(b"=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
//! assert_eq!(markdown(b"a|b"), r"a\|b");
//! ```

use super::{plain, write_to};
use std::fmt::Write as _;

/// A JSON string with its quotes. What is not UTF-8 becomes U+FFFD; beyond ASCII only letters and
/// digits stand for themselves, so that no terminal acts on it.
pub fn json(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            _ if !c.is_ascii() && c.is_alphanumeric() => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write_to(&mut text, |text| write!(text, "\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
    text
}

/// A field of comma-separated values (RFC 4180), [plain](super::plain()), quoted where it must be.
/// What a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236).
pub fn csv(bytes: &[u8]) -> String {
    let mut text = plain(bytes);
    if text.starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
        || bytes.starts_with(b"\t")
        || bytes.starts_with(b"\r")
    {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A cell of a Markdown table, [plain](super::plain()): all that could be markup is escaped.
pub fn markdown(bytes: &[u8]) -> String {
    let plain = plain(bytes);
    let mut text = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        // Within a word an underscore is no emphasis, and names of channels have many.
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
