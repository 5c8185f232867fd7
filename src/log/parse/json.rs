//! `LOG_FORMAT` 5 and 6: one JSON object a line.
//!
//! No sample of either is known, so that this is an honest reading and no more: the names are those
//! of the XML format. A flat object has them as its keys. In a nested one they may stand at any
//! depth, under `en`, `co` or `he` or under any other key or in an array; a place or structure may
//! be an object with the keys of the export schema (`"tr":{"protocol":"TCP",…}`) or an array of its
//! parts. What no name fits is kept under its path, keys joined by dots. `null` is not logged; a
//! number or a truth value is its text.
//!
//! `serde_json` finds where keys and values stand; strings are unescaped here, byte by byte, for
//! the log may hold Latin-1 or half a surrogate pair.

mod plain;

use super::attributes::{AttributeDraft, AttributeValue, ElementKind, Name, Put};
use super::{ParseError, Scratch};
use crate::log::entry::Entry;
use memchr::{memchr, memchr2};
use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Reads one object.
pub(super) fn read<'a>(text: &'a [u8], scratch: &'a mut Scratch, entry: &mut Entry<'a>) -> Put {
    let text = text.trim_ascii();
    let Scratch { decoded, masked, .. } = scratch;
    if let Some(draft) = plain::draft(text, decoded) {
        return draft.fill_in(entry, decoded);
    }
    let draft = match str::from_utf8(text).ok().map(|json| draft(text, json, decoded)) {
        Some(Ok(draft)) => draft,
        Some(Err(flaw))
            if flaw != ParseError::NoObject || !text.iter().any(|byte| needs_mask(*byte)) =>
        {
            return Err(flaw);
        }
        _ => draft(text, mask(text, masked).ok_or(ParseError::NoObject)?, decoded)?,
    };
    draft.fill_in(entry, decoded)
}

/// Whether the object has others in it; `None` if it is no object.
pub(super) fn is_nested(text: &[u8]) -> Option<bool> {
    let mut nested = false;
    let text = text.trim_ascii();
    let object = text.starts_with(b"{").then(|| str::from_utf8(text).ok())??;
    members(object, |_, value| {
        nested |= value.starts_with(['{', '[']);
        Ok(())
    })
    .ok()?;
    Some(nested)
}

/// The values of the object in `text`, of which `json` is the same with nothing that JSON forbids.
fn draft<'a>(
    text: &'a [u8],
    json: &str,
    decoded: &mut Vec<u8>,
) -> Result<AttributeDraft<'a>, ParseError> {
    decoded.clear();
    let mut walk =
        Walk { text, start: json.as_ptr().addr(), draft: AttributeDraft::new(None), decoded };
    walk.members(json, None, MOST_LEVELS)?;
    Ok(walk.draft)
}

/// JSON allows no bare control character in a string, and no bytes that are not UTF-8.
fn needs_mask(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_control()
}

/// The text with all that JSON forbids in a string replaced, byte for byte, so that everything
/// stands where it stood.
fn mask<'m>(text: &[u8], masked: &'m mut Vec<u8>) -> Option<&'m str> {
    let (mut quoted, mut escaped) = (false, false);
    masked.clear();
    masked.extend(text.iter().map(|byte| {
        quoted ^= *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        if quoted && needs_mask(*byte) { b'?' } else { *byte }
    }));
    str::from_utf8(masked).ok()
}

/// Deeper levels are kept as they stand.
pub const MOST_LEVELS: usize = 8;

/// The way to a value.
#[derive(Clone, Copy)]
struct JsonPath<'p> {
    /// The step before; none is the entry itself.
    parent: Option<&'p JsonPath<'p>>,
    /// Key, still escaped, or index.
    key: Result<&'p [u8], usize>,
    /// A documented name is on the way, so that what is below it are parts and no fields.
    named: bool,
}

impl JsonPath<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        if let Some(parent) = self.parent {
            parent.write(out);
            out.push(b'.');
        }
        match self.key {
            Ok(key) => unescape(key, out),
            Err(index) => out.extend_from_slice(index.to_string().as_bytes()),
        }
    }
}

/// A walk through all objects of one entry.
struct Walk<'a, 's> {
    text: &'a [u8],
    /// Address of the first byte of the JSON that the text is read as.
    start: usize,
    draft: AttributeDraft<'a>,
    decoded: &'s mut Vec<u8>,
}

impl<'a> Walk<'a, '_> {
    /// Takes the members of an object or array.
    fn members(&mut self, json: &str, parent: Option<&JsonPath<'_>>, levels: usize) -> Put {
        let (mut index, named) = (0, parent.is_some_and(|parent| parent.named));
        members(json, |key, value| {
            let key = key.map(|key| unquoted(self.original(key))).ok_or(index);
            index += 1;
            self.member(key, value, parent, (named, levels))
        })
    }

    fn member(
        &mut self,
        key: Result<&'a [u8], usize>,
        json: &str,
        parent: Option<&JsonPath<'_>>,
        (named, levels): (bool, usize),
    ) -> Put {
        let name = key.ok().filter(|_| !named).and_then(|key| self.name(key));
        let raw = self.original(json);
        let step = JsonPath { parent, key, named: named || name.is_some() };
        let value = match raw {
            b"null" => return Ok(()),
            [b'{' | b'[', ..] if levels > 0 => {
                let Some(value) = name.and_then(|name| self.joined(name, json)) else {
                    if let Some(kind) = key.ok().and_then(ElementKind::of) {
                        self.draft.is(kind);
                    }
                    return self.members(json, Some(&step), levels - 1);
                };
                value
            }
            [b'"', ..] => unescaped(unquoted(raw), self.decoded),
            _ => AttributeValue::Text(raw),
        };
        self.put(name, value, key, parent)
    }

    /// Adds a value, or keeps it under its path.
    fn put(
        &mut self,
        name: Option<Name>,
        value: AttributeValue<'a>,
        key: Result<&'a [u8], usize>,
        parent: Option<&JsonPath<'_>>,
    ) -> Put {
        let decoded = &mut *self.decoded;
        self.draft.put(name, value, || match (key, parent) {
            (Ok(key), None) if memchr(b'\\', key).is_none() => AttributeValue::Text(key),
            _ => {
                let start = decoded.len();
                JsonPath { parent, key, named: false }.write(decoded);
                AttributeValue::Scratch(start..decoded.len())
            }
        })
    }

    /// What stands in the entry where this stands in the JSON that it is read as.
    fn original(&self, json: &str) -> &'a [u8] {
        let start = json.as_ptr().addr().wrapping_sub(self.start);
        self.text.get(start..).and_then(|text| text.get(..json.len())).unwrap_or_default()
    }

    fn name(&mut self, key: &[u8]) -> Option<Name> {
        if memchr(b'\\', key).is_none() {
            return Name::of(key);
        }
        let start = self.decoded.len();
        unescape(key, self.decoded);
        let name = self.decoded.get(start..).and_then(Name::of);
        self.decoded.truncate(start);
        name
    }

    /// The parts of a structure, joined as the formats without parts write it; `None` if they are
    /// not all there, or hold what would tell them apart.
    fn joined(&mut self, name: Name, json: &str) -> Option<AttributeValue<'a>> {
        let (separator, keys, least) = parts(name)?;
        let (mut found, mut index, mut sound) = ([None; PARTS], 0, true);
        members(json, |key, value| {
            let place = match key {
                Some(key) => keys.iter().position(|known| *known == unquoted(self.original(key))),
                None => Some(index),
            };
            index += 1;
            let part = simple(self.original(value), separator);
            match place.filter(|place| *place < keys.len()).and_then(|at| found.get_mut(at)) {
                Some(place @ None) if part.is_some() => *place = part,
                _ => sound = false,
            }
            Ok(())
        })
        .ok()?;
        let start = self.decoded.len();
        for part in found.iter().flatten() {
            if self.decoded.len() > start {
                self.decoded.push(separator);
            }
            self.decoded.extend_from_slice(part);
        }
        let whole = found.iter().take(least).all(Option::is_some);
        (sound && whole && (name != Name::Ap || in_order(found)))
            .then_some(AttributeValue::Scratch(start..self.decoded.len()))
    }
}

const PARTS: usize = 5;

/// What separates the parts of a structure in the text formats, the parts by their names in the
/// export schema, and how many must be there.
fn parts(name: Name) -> Option<(u8, &'static [&'static [u8]], usize)> {
    match name {
        Name::Tr => Some((
            b'|',
            &[b"protocol", b"local_ip", b"local_port", b"remote_ip", b"remote_port"],
            5,
        )),
        Name::Ap => Some((b'/', &[b"protocol", b"initial_host", b"dns_host", b"tls"], 1)),
        Name::Rm => Some((b';', &[b"type", b"host"], 2)),
        _ => None,
    }
}

/// Whether the parts of an application are told apart by their order: a second host by the first
/// one, and TLS by its beginning.
fn in_order([_, initial, dns, tls, _]: [Option<&[u8]>; PARTS]) -> bool {
    let is_tls = |part: &[u8]| part.starts_with(b"TLS");
    let hosts =
        (initial.is_some() || dns.is_none()) && ![initial, dns].into_iter().flatten().any(is_tls);
    hosts && tls.is_none_or(is_tls)
}

/// A part of a structure that needs no unescaping.
fn simple(raw: &[u8], separator: u8) -> Option<&[u8]> {
    let text = unquoted(raw);
    let plain = !raw.starts_with(b"{") && !raw.starts_with(b"[") && raw != b"null";
    (plain && !text.is_empty() && memchr2(b'\\', separator, text).is_none()).then_some(text)
}

fn unquoted(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(json)
}

/// Gives each key, as it is written, and value of an object, or each value of an array. Says the
/// first flaw that was found with them, or that this is no object.
fn members<'j>(json: &'j str, each: impl FnMut(Option<&'j str>, &'j str) -> Put) -> Put {
    let mut json = serde_json::Deserializer::from_str(json);
    let found = json.deserialize_any(Members(each)).map_err(|_| ParseError::NoObject)?;
    json.end().map_err(|_| ParseError::NoObject)?;
    found
}

struct Members<F>(F);

impl<'j, F: FnMut(Option<&'j str>, &'j str) -> Put> Visitor<'j> for Members<F> {
    type Value = Put;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'j>>(mut self, mut map: A) -> Result<Put, A::Error> {
        let mut found = Ok(());
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            found = found.and_then(|()| (self.0)(Some(key.get()), value.get()));
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'j>>(mut self, mut list: A) -> Result<Put, A::Error> {
        let mut found = Ok(());
        while let Some(value) = list.next_element::<&RawValue>()? {
            found = found.and_then(|()| (self.0)(None, value.get()));
        }
        Ok(found)
    }
}

/// The string without its escapes, where there are any.
fn unescaped<'a>(string: &'a [u8], decoded: &mut Vec<u8>) -> AttributeValue<'a> {
    if memchr(b'\\', string).is_none() {
        return AttributeValue::Text(string);
    }
    let start = decoded.len();
    unescape(string, decoded);
    AttributeValue::Scratch(start..decoded.len())
}

/// Writes what the string stands for. Half a surrogate pair stays as it is written.
fn unescape(string: &[u8], out: &mut Vec<u8>) {
    let mut rest = string;
    while let Some(at) = memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        if let [_, letter, behind @ ..] = escape
            && let Some(byte) = short(*letter)
        {
            out.push(byte);
            rest = behind;
        } else if let Some((character, behind)) = character(escape) {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = behind;
        } else {
            out.push(b'\\');
            rest = escape.get(1..).unwrap_or_default();
        }
    }
    out.extend_from_slice(rest);
}

/// The byte of an escape of one letter.
fn short(letter: u8) -> Option<u8> {
    match letter {
        b'"' | b'\\' | b'/' => Some(letter),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}

/// The character of one or two `\uXXXX`.
fn character(escape: &[u8]) -> Option<(char, &[u8])> {
    let (first, rest) = unit(escape)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, rest));
    }
    let (second, rest) = unit(rest)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, rest))
}

fn unit(escape: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = escape.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let value = digits
        .iter()
        .try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::entry::{Body, MessageEntry};

    fn read(text: &[u8]) -> Result<Entry<'_>, ParseError> {
        let mut entry = Entry::blank();
        super::read(text, Box::leak(Box::default()), &mut entry).map(|()| entry)
    }

    const HEAD: &str = r#""ts":"2014-06-02T22:02:13.94","sc":"tcp_local","ac":"D","sz":1,"od":"rfc822;b@y.org","de":"b@y.org""#;

    fn message(text: &[u8]) -> (MessageEntry<'_>, Vec<(String, String)>) {
        let entry = read(text).unwrap_or_else(|flaw| panic!("{flaw}"));
        let Body::Message(message) = entry.body else { panic!() };
        let word = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        (message, entry.extra.iter().map(|(name, value)| (word(name), word(value))).collect())
    }

    fn with(members: &str) -> Vec<u8> {
        format!("{{{HEAD},{members}}}").into_bytes()
    }

    #[test]
    fn strings_are_unescaped_and_what_is_no_escape_stays() {
        for (written, value) in [
            (r#"a\"b\\c\/d"#, "a\"b\\c/d"),
            (r"-\b\f\n\r\t-", "-\x08\x0c\n\r\t-"),
            (r"\u003c\u00e9\ud83d\ude00", "<é😀"),
            (r"\ud83d!", r"\ud83d!"),
            (r"\ud83d\u0041", r"\ud83dA"),
            ("AT&amp;T", "AT&amp;T"),
        ] {
            let text = with(&format!("\"di\":\"{written}\""));
            assert_eq!(message(&text).0.diagnostic, Some(value.as_bytes()), "{written}");
        }
    }

    #[test]
    fn bytes_that_json_forbids_stay() {
        let strange = b",\"di\":\"Gr\xFC\xDFe\t\\u0041\x1b\",\"x\xFF\":1}";
        let text = [b"{", HEAD.as_bytes(), strange].concat();
        let (message, extra) = message(&text);
        assert_eq!(message.diagnostic, Some(&b"Gr\xFC\xDFe\tA\x1b"[..]));
        assert_eq!(extra, [("x\u{FFFD}".into(), "1".into())]);
    }

    #[test]
    fn places_and_structures_may_be_objects_or_arrays() {
        for members in [
            r#""tr":"TCP|192.0.2.1|5|192.0.2.2|25","ap":"SMTP/a.org/mx.org/TLS-1","rm":"dns;mx.org""#,
            r#""tr":["TCP","192.0.2.1",5,"192.0.2.2",25],"ap":["SMTP","a.org","mx.org","TLS-1"],"rm":["dns","mx.org"]"#,
            r#""tr":{"remote_port":25,"protocol":"TCP","local_ip":"192.0.2.1","local_port":"5","remote_ip":"192.0.2.2"},
               "ap":{"protocol":"SMTP","initial_host":"a.org","dns_host":"mx.org","tls":"TLS-1"},"rm":{"type":"dns","host":"mx.org"}"#,
        ] {
            let text = with(members);
            let (message, extra) = message(&text);
            let ends = message.transport.unwrap();
            assert_eq!((ends.local_port, ends.remote_ip), (5, &b"192.0.2.2"[..]), "{members}");
            assert_eq!(message.application.unwrap().tls, Some(&b"TLS-1"[..]), "{members}");
            assert_eq!(message.remote_mta.unwrap().host, b"mx.org", "{members}");
            assert_eq!(extra, [], "{members}");
        }
    }

    #[test]
    fn what_has_no_place_is_kept_under_its_path() {
        let text = with(
            r#""new":{"a":[true,{"b":1.50}],"c":null},"tr":{"ip":"x"},"ap":{"protocol":"SMTP","tls":"AES"},"se":"high","so":"a@x.org","so":"b@x.org""#,
        );
        let (message, extra) = message(&text);
        assert_eq!(message.envelope_from, b"a@x.org");
        let extra: Vec<_> = extra.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(
            extra,
            [
                ("new.a.0", "true"),
                ("new.a.1.b", "1.50"),
                ("tr.ip", "x"),
                ("ap.protocol", "SMTP"),
                ("ap.tls", "AES"),
                ("so", "b@x.org"),
                ("se", "high"),
            ]
        );
    }

    #[test]
    fn the_kind_is_told_by_its_name_or_by_its_fields() {
        let ts = r#""ts":"2014-06-02T22:02:13""#;
        let connection = r#""sc":"tcp_local","dr":"-","ac":"O","ap":"SMTP""#;
        for (text, kind) in [
            (format!("{{{HEAD}}}"), "message"),
            (format!(r#"{{"en":{{{HEAD},"va":"x"}}}}"#), "message"),
            (format!("{{{ts},{connection}}}"), "connection"),
            (format!(r#"{{"co":[{{{ts},{connection}}}]}}"#), "connection"),
            (format!(r#"{{{ts},"entry":{{{connection}}}}}"#), "connection"),
            (format!(r#"{{{ts},"\u0076a":"Subject: x"}}"#), "header"),
            (format!(r#"{{"he":{{{ts},"va":"Subject: x","dr":"+"}}}}"#), "header"),
        ] {
            let found = match read(text.as_bytes()).map(|entry| entry.body) {
                Ok(Body::Message(_)) => "message",
                Ok(Body::Connection(_)) => "connection",
                Ok(Body::Header(b"Subject: x")) => "header",
                other => panic!("{text}: {other:?}"),
            };
            assert_eq!(found, kind, "{text}");
        }
        assert_eq!(is_nested(format!("{{{HEAD}}}").as_bytes()), Some(false));
        assert_eq!(is_nested(format!(r#"{{"en":{{{HEAD}}}}}"#).as_bytes()), Some(true));
        assert_eq!(is_nested(b"[1]"), None);
    }

    #[test]
    fn plain_or_with_blanks_it_says_the_same() {
        for members in [
            r#""so":"a@x.org","so":"b@x.org","x":"y","no":7"#,
            r#""new":{"a":1,"b":{"c":"d","ss":"mx"}},"en":{"us":"joe"}"#,
            r#""x":[1],"tr":null,"ap":{"protocol":"SMTP"}"#,
            r#""di":"a\u0041","us":"j\\""#,
            r#""a":{"ts":"2014-06-02T22:02:14"}"#,
            r#""x":01"#,
            r#""x":-1.5e3"#,
            r#""x":{}"#,
            "\"di\":\"Grüße\t\"",
        ] {
            let text = with(members);
            let blank = [b"{ ", &text[1..]].concat();
            assert_eq!(read(&text), read(&blank), "{members}");
        }
    }

    #[test]
    fn what_is_no_object() {
        for text in
            ["{", "{}{}", "{]", r#"{"a":1,}"#, r#"{"a"}"#, "{a:1}", r#"{"a":"\x"}"#, "\u{7b}\u{e9}"]
        {
            assert_eq!(read(text.as_bytes()), Err(ParseError::NoObject), "{text}");
        }
        assert_eq!(read(b"{}"), Err(ParseError::NoTime));
        assert_eq!(read(&with(r#""a":{"ts":"2014-06-02T22:02:14"}"#)), Err(ParseError::TwoTimes));
    }
}
