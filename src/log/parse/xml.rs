//! `LOG_FORMAT` 4: one self-closing element a line, all in attributes.
//!
//! The log as a whole is no XML document, so there is no declaration, no DTD and no nesting to be
//! read. How values with quotes or `<` in them are written is not documented: where a value ends
//! is told by what is behind it, which for a well-formed element is what XML says
//! (`mta-log-format` section 9.1).

use super::attributes::{AttributeDraft, AttributeValue, ElementKind, Name, Put};
use super::{ParseError, Scratch, byte_search};
use crate::log::entry::Entry;
use memchr::memmem;
use quick_xml::escape::unescape;

/// Reads one element `en`, `co` or `he`.
pub(super) fn read<'a>(text: &'a [u8], scratch: &'a mut Scratch, entry: &mut Entry<'a>) -> Put {
    let (name, rest) = text
        .trim_ascii()
        .get(1..)
        .unwrap_or_default()
        .split_at_checked(2)
        .ok_or(ParseError::NoElement)?;
    let kind = ElementKind::of(name).ok_or(ParseError::NoElement)?;
    let attributes = rest.strip_suffix(b"/>").ok_or(ParseError::NoElement)?;
    let decoded = &mut scratch.decoded;
    decoded.clear();
    let mut draft = AttributeDraft::new(Some(kind));
    read_attributes(attributes, &mut draft, decoded)?;
    draft.fill_in(entry, decoded)
}

/// Takes the attributes. A value ends at the quote behind which the next attribute begins, or
/// nothing follows.
fn read_attributes<'a>(
    attributes: &'a [u8],
    draft: &mut AttributeDraft<'a>,
    decoded: &mut Vec<u8>,
) -> Put {
    let mut rest = attributes.trim_ascii();
    let mut next = Attribute::begin(rest);
    while !rest.is_empty() {
        let Attribute { name, quote, text } = next.ok_or(ParseError::NoElement)?;
        let (inner_quotes, end, behind) = (0_u32..)
            .zip(byte_search::find_all(quote, text))
            .find_map(|(before, end)| Some((before, end, Behind::value(text.get(end + 1..)?)?)))
            .ok_or(ParseError::NoElement)?;
        let value = text.get(..end).unwrap_or_default();
        if inner_quotes > 0 && holds_entry(value, quote) {
            return Err(ParseError::TwoTimes);
        }
        draft.put(Name::of(name), unescaped(value, decoded), || AttributeValue::Text(name))?;
        (rest, next) = (behind.text, behind.attribute);
    }
    Ok(())
}

/// An attribute up to its value.
struct Attribute<'a> {
    name: &'a [u8],
    quote: u8,
    /// The value and all behind it.
    text: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The attribute that begins here.
    fn begin(text: &'a [u8]) -> Option<Self> {
        let most = text.get(..LONGEST_NAME + 1).unwrap_or(text);
        let (name, rest) = text.split_at(byte_search::find(b'=', most)?);
        match rest {
            [b'=', quote @ (b'"' | b'\''), text @ ..] if is_name(name) => {
                Some(Self { name, quote: *quote, text })
            }
            _ => None,
        }
    }
}

/// What is behind a value.
struct Behind<'a> {
    text: &'a [u8],
    /// The attribute that it begins with.
    attribute: Option<Attribute<'a>>,
}

impl<'a> Behind<'a> {
    /// `None` if the text behind a quote does not show that the quote ended a value.
    fn value(behind: &'a [u8]) -> Option<Self> {
        let text = behind.trim_ascii_start();
        let attribute = if text.len() < behind.len() { Attribute::begin(text) } else { None };
        let ended = attribute.is_some() || text.is_empty() || text.starts_with(b"/>");
        ended.then_some(Self { text, attribute })
    }
}

/// Whether the value is a torn one, with the next entry or its time in it.
fn holds_entry(value: &[u8], quote: u8) -> bool {
    let time = [quote, b't', b's', b'=', quote];
    memmem::find(value, &time).is_some() || holds_element(value)
}

fn holds_element(value: &[u8]) -> bool {
    memmem::find_iter(value, b" ts=").any(|at| {
        value.get(..at).and_then(|before| before.split_last_chunk::<3>()).is_some_and(
            |(_, element)| {
                element.first() == Some(&b'<')
                    && ElementKind::of(element.get(1..).unwrap_or_default()).is_some()
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
fn unescaped<'a>(value: &'a [u8], decoded: &mut Vec<u8>) -> AttributeValue<'a> {
    let (start, mut rest) = (decoded.len(), value);
    while let Some(at) = byte_search::find(b'&', rest) {
        let (before, reference) = rest.split_at(at);
        decoded.extend_from_slice(before);
        rest = resolved(reference, decoded).unwrap_or_else(|| {
            decoded.push(b'&');
            reference.get(1..).unwrap_or_default()
        });
    }
    if decoded.len() == start && rest.len() == value.len() {
        return AttributeValue::Text(value);
    }
    decoded.extend_from_slice(rest);
    AttributeValue::Scratch(start..decoded.len())
}

/// Writes what the reference at the beginning stands for, and says what is behind it.
fn resolved<'a>(text: &'a [u8], decoded: &mut Vec<u8>) -> Option<&'a [u8]> {
    if let Some((character, rest)) = predefined(text) {
        decoded.push(character);
        return Some(rest);
    }
    let end = byte_search::find(b';', text.get(..LONGEST_REFERENCE).unwrap_or(text))?;
    let (reference, rest) = text.split_at_checked(end + 1)?;
    let reference = str::from_utf8(reference).ok()?;
    decoded.extend_from_slice(unescape(reference).ok()?.as_bytes());
    Some(rest)
}

/// The character of a reference by name, as each id has two, and what is behind it.
fn predefined(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [b'&', b'l', b't', b';', rest @ ..] => Some((b'<', rest)),
        [b'&', b'g', b't', b';', rest @ ..] => Some((b'>', rest)),
        [b'&', b'a', b'm', b'p', b';', rest @ ..] => Some((b'&', rest)),
        [b'&', b'q', b'u', b'o', b't', b';', rest @ ..] => Some((b'"', rest)),
        [b'&', b'a', b'p', b'o', b's', b';', rest @ ..] => Some((b'\'', rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::entry::{Body, MessageEntry};

    const HEAD: &str = r#"<en ts="2014-06-02T22:02:13.94" sc="tcp_local" ac="D" sz="1" od="rfc822;b@y.org" de="b@y.org""#;

    fn read(text: &str) -> Result<Entry<'_>, ParseError> {
        let mut entry = Entry::blank();
        super::read(text.as_bytes(), Box::leak(Box::default()), &mut entry).map(|()| entry)
    }

    fn diagnostic(attributes: &str) -> Result<String, ParseError> {
        let text = format!("{HEAD} {attributes}/>");
        let entry = read(&text)?;
        let Body::Message(MessageEntry { diagnostic, .. }) = entry.body else { panic!("{text}") };
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
        let (mut scratch, mut entry) = (Scratch::default(), Entry::blank());
        super::read(&text, &mut scratch, &mut entry).unwrap();
        let Body::Message(message) = entry.body else { panic!() };
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
            assert_eq!(read(text), Err(ParseError::NoElement), "{text}");
        }
        assert_eq!(read(&format!("{HEAD}/>{HEAD}/>")), Err(ParseError::NoElement));
        assert_eq!(diagnostic(r#"ts="2014-06-02T22:02:14""#), Err(ParseError::TwoTimes));
        assert_eq!(diagnostic(r#"di="torn"ts="2014" sc="x""#), Err(ParseError::TwoTimes));
        assert_eq!(diagnostic(r#"di="torn <en ts="2014" sc="x""#), Err(ParseError::TwoTimes));
    }
}
