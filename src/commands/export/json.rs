//! Fields as one JSON object per line (NDJSON).
//!
//! Knows no field by name. Control characters, and characters that hide or reorder text, are
//! written as JSON escapes, so that a line is harmless on a terminal. Each invalid UTF-8 sequence
//! becomes U+FFFD.

use super::FieldWriter;
use crate::text::escape::put_json;

/// Writes an object and a line end.
pub fn record(out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
    object(out, members);
    out.push(b'\n');
}

/// Writes the first members of an object, which stays open.
pub fn begin_record(out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
    out.push(b'{');
    members(&mut Json { out, more: false });
}

/// Writes further members, closes the object, and ends the line.
pub fn end_record(out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
    members(&mut Json { out, more: true });
    out.extend_from_slice(b"}\n");
}

/// Writes an object.
pub fn object(out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
    out.push(b'{');
    members(&mut Json { out, more: false });
    out.push(b'}');
}

/// Writes a list.
pub fn list(out: &mut Vec<u8>, length: usize, item: &mut dyn FnMut(usize, &mut dyn FieldWriter)) {
    out.push(b'[');
    for at in 0..length {
        if at > 0 {
            out.push(b',');
        }
        object(out, &mut |out| item(at, out));
    }
    out.push(b']');
}

/// Writes an object of strings.
pub fn strings(out: &mut Vec<u8>, members: &[(&[u8], &[u8])]) {
    out.push(b'{');
    for (at, (name, value)) in members.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        put_json(out, name);
        out.push(b':');
        put_json(out, value);
    }
    out.push(b'}');
}

/// Members of one object, appended to a buffer.
struct Json<'a> {
    out: &'a mut Vec<u8>,
    /// Whether a member was written.
    more: bool,
}

impl Json<'_> {
    fn name(&mut self, name: &str) {
        if self.more {
            self.out.push(b',');
        }
        self.more = true;
        // Names are constants: nothing in them needs an escape.
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

impl FieldWriter for Json<'_> {
    fn text(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        put_json(self.out, value);
    }

    fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        whole(value, self.out);
    }

    fn decimal(&mut self, name: &str, digits: &[u8]) {
        self.name(name);
        match number(digits) {
            Some(digits) => self.out.extend_from_slice(digits),
            None => put_json(self.out, digits),
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn strings(&mut self, name: &str, members: &[(&[u8], &[u8])]) {
        self.name(name);
        strings(self.out, members);
    }

    fn object(&mut self, name: &str, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        self.name(name);
        object(self.out, members);
    }

    fn list(
        &mut self,
        name: &str,
        length: usize,
        item: &mut dyn FnMut(usize, &mut dyn FieldWriter),
    ) {
        self.name(name);
        list(self.out, length, item);
    }
}

/// An integer in decimal.
pub(super) fn whole(value: u64, out: &mut Vec<u8>) {
    // u64::MAX has 20 digits.
    let (mut digits, mut left) = ([0; 20], value);
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
        (left, used) = (left / 10, used + 1);
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// The number as valid JSON, without leading zeros; `None` if the text is no such number.
fn number(digits: &[u8]) -> Option<&[u8]> {
    let (before, fraction) = match memchr::memchr(b'.', digits) {
        Some(dot) => (digits.get(..dot)?, Some(digits.get(dot + 1..)?)),
        None => (digits, None),
    };
    let decimal = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let zeros = before.iter().take_while(|&&digit| digit == b'0').count();
    let superfluous = zeros.min(before.len().saturating_sub(1));
    (decimal(before) && fraction.is_none_or(decimal)).then(|| digits.get(superfluous..))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::char_class::{CharClass, char_class};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(members: &mut dyn FnMut(&mut dyn FieldWriter)) -> (String, Value) {
        let mut line = Vec::new();
        record(&mut line, members);
        let line = String::from_utf8(line).unwrap();
        let value = serde_json::from_str(&line).unwrap();
        (line, value)
    }

    #[test]
    fn all_kinds_of_members_in_their_order() {
        let (line, _) = written(&mut |out| {
            out.text("a", b"x");
            out.number("b", u64::MAX);
            out.number("c", 0);
            out.flag("d", false);
            out.strings("e", &[(b"k\"", b"v"), (b"l", b"")]);
            out.object("f", &mut |_| {});
            out.list("g", 2, &mut |at, out| out.number("n", at as u64));
            out.list("h", 0, &mut |_, _| {});
        });
        assert_eq!(
            line,
            "{\"a\":\"x\",\"b\":18446744073709551615,\"c\":0,\"d\":false,\
             \"e\":{\"k\\\"\":\"v\",\"l\":\"\"},\"f\":{},\"g\":[{\"n\":0},{\"n\":1}],\"h\":[]}\n"
        );
    }

    #[test]
    fn decimals_are_numbers_or_text() {
        for (digits, expected) in [
            ("12", json!(12)),
            ("12.50", json!(12.5)),
            ("007", json!(7)),
            ("00.5", json!(0.5)),
            ("0", json!(0)),
            ("", json!("")),
            ("1.", json!("1.")),
            (".5", json!(".5")),
            ("1e9", json!("1e9")),
            ("-1", json!("-1")),
            ("1.2.3", json!("1.2.3")),
        ] {
            let (_, value) = written(&mut |out| out.decimal("d", digits.as_bytes()));
            assert_eq!(value, json!({ "d": expected }), "{digits}");
        }
    }

    #[test]
    fn what_is_not_utf_8_is_replaced() {
        let (line, value) = written(&mut |out| out.text("t", b"M\xfcller \xe2\x82 \xff\xfe"));
        assert_eq!(value["t"], "M\u{fffd}ller \u{fffd} \u{fffd}\u{fffd}");
        assert!(line.contains('\u{fffd}'));
    }

    #[test]
    fn nothing_acts_on_a_terminal_and_nothing_is_lost() {
        let text = "\0\x1b[2J\x7f\u{9b}31m\u{202e}\u{2028}\u{200b}\u{feff}\u{1f600}é語\u{300}";
        let (line, value) = written(&mut |out| out.text("t", text.as_bytes()));
        assert_eq!(value["t"], text);
        assert!(line.trim_end().chars().all(|c| char_class(c) != CharClass::Hidden), "{line}");
        let marks = "a".to_owned() + &"\u{301}".repeat(50);
        let (line, value) = written(&mut |out| out.text("t", marks.as_bytes()));
        assert_eq!((value["t"].as_str(), line.matches('\u{301}').count()), (Some(&*marks), 3));
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>, text: String) {
            for value in [&bytes[..], text.as_bytes()] {
                let (line, read) = written(&mut |out| out.text("t", value));
                prop_assert_eq!(read["t"].as_str(), Some(&*String::from_utf8_lossy(value)));
                prop_assert_eq!(line.matches('\n').count(), 1);
            }
        }
    }
}
