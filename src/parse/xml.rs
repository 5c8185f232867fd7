//! `LOG_FORMAT` 4: one self-closing element a line, all in attributes.
//!
//! The log as a whole is no XML document, so there is no declaration, no DTD and no nesting to be
//! read. How values with quotes or `<` in them are written is not documented: an element that is
//! well-formed is read as XML, any other by where its values can only end
//! (`mta-log-format` section 9.1).

use super::named::{Draft, Kind, Name, Put, Value};
use super::{Flaw, Scratch};
use crate::entry::Entry;
use memchr::{memchr, memchr_iter, memmem};
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::attributes::Attributes;
use std::borrow::Cow;

/// Reads one element `en`, `co` or `he`.
pub(super) fn entry<'a>(text: &'a [u8], scratch: &'a mut Scratch) -> Result<Entry<'a>, Flaw> {
    let (name, rest) = text
        .trim_ascii()
        .get(1..)
        .unwrap_or_default()
        .split_at_checked(2)
        .ok_or(Flaw::NoElement)?;
    let kind = Kind::of(name).ok_or(Flaw::NoElement)?;
    let attributes = rest.strip_suffix(b"/>").ok_or(Flaw::NoElement)?;
    let decoded = &mut scratch.decoded;
    decoded.clear();
    let mut draft = Draft::new(Some(kind));
    if !well_formed(attributes, &mut draft, decoded)? {
        decoded.clear();
        draft = Draft::new(Some(kind));
        leniently(attributes, &mut draft, decoded)?;
    }
    draft.entry(decoded)
}

/// Reads attributes that are written as XML has them, one blank before each. Else, or if it is
/// not certain, says that they are not.
fn well_formed<'a>(
    attributes: &'a [u8],
    draft: &mut Draft<'a>,
    decoded: &mut Vec<u8>,
) -> Result<bool, Flaw> {
    let Ok(text) = str::from_utf8(attributes) else { return Ok(false) };
    let mut read = 0;
    for attribute in Attributes::new(text, 0).with_checks(false) {
        let Ok(attribute) = attribute else { return Ok(false) };
        let (name, Cow::Borrowed(value)) = (attribute.key.0.as_bytes(), attribute.value) else {
            return Ok(false);
        };
        if !is_name(name) {
            return Ok(false);
        }
        read += name.len() + value.len() + r#" ="""#.len();
        let value = unescaped(value.as_bytes(), decoded);
        draft.put(Name::of(name), value, || Value::Text(name))?;
    }
    // A quote in a value makes two attributes of it without a blank between them.
    Ok(read == attributes.trim_ascii_end().len())
}

/// Reads attributes whose values have quotes in them: a value ends at the quote behind which the
/// next attribute begins, or nothing follows.
fn leniently<'a>(attributes: &'a [u8], draft: &mut Draft<'a>, decoded: &mut Vec<u8>) -> Put {
    let mut rest = attributes.trim_ascii();
    while !rest.is_empty() {
        let (name, quote, value) = begins_attribute(rest).ok_or(Flaw::NoElement)?;
        let end = memchr_iter(quote, value)
            .find(|&end| value.get(end + 1..).is_some_and(ends_value))
            .ok_or(Flaw::NoElement)?;
        let (value, behind) = value.split_at(end);
        if memchr(quote, value).is_some() && holds_element(value) {
            return Err(Flaw::TwoTimes);
        }
        rest = behind.get(1..).unwrap_or_default().trim_ascii_start();
        let value = unescaped(value, decoded);
        draft.put(Name::of(name), value, || Value::Text(name))?;
    }
    Ok(())
}

/// Name, quote and what is behind it.
fn begins_attribute(text: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let most = text.get(..LONGEST_NAME + 1).unwrap_or(text);
    let (name, rest) = text.split_at(memchr(b'=', most)?);
    match rest {
        [b'=', quote @ (b'"' | b'\''), value @ ..] if is_name(name) => Some((name, *quote, value)),
        _ => None,
    }
}

/// Whether the text behind a quote shows that the quote ended a value.
fn ends_value(behind: &[u8]) -> bool {
    let next = behind.trim_ascii_start();
    next.is_empty()
        || next.starts_with(b"/>")
        || next.len() < behind.len() && begins_attribute(next).is_some()
}

/// Whether the value is a torn one, with the next entry in it.
fn holds_element(value: &[u8]) -> bool {
    memmem::find_iter(value, b" ts=").any(|at| {
        value.get(..at).and_then(|before| before.split_last_chunk::<3>()).is_some_and(
            |(_, element)| {
                element.first() == Some(&b'<')
                    && Kind::of(element.get(1..).unwrap_or_default()).is_some()
            },
        )
    })
}

/// All known names have two letters.
const LONGEST_NAME: usize = 64;

fn is_name(name: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    (1..=LONGEST_NAME).contains(&name.len()) && name.iter().all(part)
}

/// The longest reference that is looked for, `&#x10FFFF;`, with room for some zeros.
const LONGEST_REFERENCE: usize = 16;

/// The value with its references resolved, where there are any. What is none stays as it stands:
/// whether the MTA escapes a `&` is not known.
fn unescaped<'a>(value: &'a [u8], decoded: &mut Vec<u8>) -> Value<'a> {
    let (start, mut rest) = (decoded.len(), value);
    while let Some(at) = memchr(b'&', rest) {
        let (before, reference) = rest.split_at(at);
        decoded.extend_from_slice(before);
        rest = resolved(reference, decoded).unwrap_or_else(|| {
            decoded.push(b'&');
            reference.get(1..).unwrap_or_default()
        });
    }
    if decoded.len() == start && rest.len() == value.len() {
        return Value::Text(value);
    }
    decoded.extend_from_slice(rest);
    Value::Scratch(start..decoded.len())
}

/// Writes what the reference at the beginning stands for, and says what is behind it.
fn resolved<'a>(text: &'a [u8], decoded: &mut Vec<u8>) -> Option<&'a [u8]> {
    let end = memchr(b';', text.get(..LONGEST_REFERENCE).unwrap_or(text))?;
    let (reference, rest) = text.split_at_checked(end + 1)?;
    let reference = str::from_utf8(reference).ok()?;
    match reference.get(1..end).and_then(resolve_predefined_entity) {
        Some(character) => decoded.extend_from_slice(character.as_bytes()),
        None => decoded.extend_from_slice(unescape(reference).ok()?.as_bytes()),
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Body, Message};

    const HEAD: &str = r#"<en ts="2014-06-02T22:02:13.94" sc="tcp_local" ac="D" sz="1" od="rfc822;b@y.org" de="b@y.org""#;

    fn read(text: &str) -> Result<Entry<'_>, Flaw> {
        entry(text.as_bytes(), Box::leak(Box::default()))
    }

    fn diagnostic(attributes: &str) -> Result<String, Flaw> {
        let text = format!("{HEAD} {attributes}/>");
        let entry = read(&text)?;
        let Body::Message(Message { diagnostic, .. }) = entry.body else { panic!("{text}") };
        Ok(String::from_utf8_lossy(diagnostic.unwrap_or(b"none")).into_owned())
    }

    #[test]
    fn references_are_resolved_and_what_is_none_stays() {
        for (written, value) in [
            ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"),
            ("a&#60;b&#x3E;c&#x1b;", "a<b>c\x1b"),
            ("&amp;lt;", "&lt;"),
            ("AT&T", "AT&T"),
            ("&;&#;&#x;&#0;&nbsp;&#x110000;&#xD800;", "&;&#;&#x;&#0;&nbsp;&#x110000;&#xD800;"),
            ("&lt", "&lt"),
            ("& &lt; &", "& < &"),
            ("&&&lt;;", "&&<;"),
            ("&&#60;", "&<"),
        ] {
            assert_eq!(diagnostic(&format!("di=\"{written}\"")).as_deref(), Ok(value));
        }
    }

    #[test]
    fn values_with_quotes_and_brackets_end_where_they_can_only_end() {
        for (attributes, value) in [
            (r#"di="a <b@c> d" us="x""#, "a <b@c> d"),
            (r#"di="he said "no" twice" us="x""#, r#"he said "no" twice"#),
            (r#"di="he said "no"" us="x""#, r#"he said "no""#),
            (r#"di="he said "no"""#, r#"he said "no""#),
            (r#"di="a="b"" us="x""#, r#"a="b""#),
            (r#"di="a "b="c" us="x""#, r#"a "b="c"#),
            (r#"di='it"s'  us="x"  "#, r#"it"s"#),
            (r#"  di="two blanks""#, "two blanks"),
            (r#"di="a > b""#, "a > b"),
        ] {
            assert_eq!(diagnostic(attributes).as_deref(), Ok(value), "{attributes}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_stay() {
        let text = [HEAD.as_bytes(), b" di=\"Gr\xFC\xDFe &amp; mehr\"/>"].concat();
        let mut scratch = Scratch::default();
        let Body::Message(message) = entry(&text, &mut scratch).unwrap().body else { panic!() };
        assert_eq!(message.diagnostic, Some(&b"Gr\xFC\xDFe & mehr"[..]));
    }

    #[test]
    fn what_is_no_element() {
        for text in [
            "<",
            "<en",
            "<en/>x",
            "<xx a=\"1\"/>",
            "<en ts/>",
            "<en ts=1/>",
            "<en ts=\"2014-06-02T22:02:13\">",
            "<en =\"1\"/>",
            "<!DOCTYPE en [<!ENTITY a \"b\">]>",
        ] {
            assert_eq!(read(text), Err(Flaw::NoElement), "{text}");
        }
        assert_eq!(read(&format!("{HEAD}/>{HEAD}/>")), Err(Flaw::NoElement));
        assert_eq!(diagnostic(r#"ts="2014-06-02T22:02:14""#), Err(Flaw::TwoTimes));
        assert_eq!(diagnostic(r#"di="torn <en ts="2014" sc="x""#), Err(Flaw::TwoTimes));
    }
}
