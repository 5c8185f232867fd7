//! Which of the six `LOG_FORMAT`s an entry is written in.

use super::{Profile, json, text};
use crate::entry::Body;
use memchr::memmem;

/// How an entry is written (`LOG_FORMAT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// 1: text. Entries of connections and header entries look like this in 2 and 3 as well.
    Text1,
    /// 2: text with `<>` for an empty address.
    Text2,
    /// 3: text in which each field stands behind its length.
    Counted,
    /// 4: XML.
    Xml,
    /// 5: JSON.
    Json,
    /// 6: JSON, flat.
    FlatJson,
}

/// Tells the format of one entry; `None` if it is no entry of any. JSON counts as flat if no member
/// of it is an object or an array.
pub fn format(text: &[u8]) -> Option<Format> {
    match markup(text) {
        Some(Markup::Xml) => Some(Format::Xml),
        Some(Markup::Json) => {
            let nested = json::is_nested(text) == Some(true);
            Some(if nested { Format::Json } else { Format::FlatJson })
        }
        None => text_format(text),
    }
}

fn text_format(text: &[u8]) -> Option<Format> {
    let read = text::read(text, Profile::default()).ok()?;
    let Body::Message(message) = &read.entry.body else { return Some(Format::Text1) };
    let blank = message.envelope_from.is_empty()
        || message.original_to.is_empty()
        || message.active_to.is_some_and(<[u8]>::is_empty);
    Some(match read.counted {
        true => Format::Counted,
        false if blank && memmem::find(text, b"<>").is_some() => Format::Text2,
        false => Format::Text1,
    })
}

/// A format that names its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// `LOG_FORMAT` 4.
    Xml,
    /// `LOG_FORMAT` 5 or 6.
    Json,
}

/// The markup that the text is written in; `None` for the text formats and for what is no entry.
pub(super) fn markup(text: &[u8]) -> Option<Markup> {
    match text.trim_ascii_start() {
        [b'{', ..] => Some(Markup::Json),
        [b'<', kind @ ..] if [b"en ", b"co ", b"he "].iter().any(|k| kind.starts_with(*k)) => {
            Some(Markup::Xml)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_one_entry() {
        const HEAD: &str = "11-Jun-2019 09:07:57.65 process ims-ms E 5";
        for (text, expected) in [
            (format!("{HEAD}  rfc822;a@b.org a"), Some(Format::Text1)),
            (format!("{HEAD} x@y rfc822;a@b.org a <>"), Some(Format::Text1)),
            (format!("{HEAD} <> rfc822;a@b.org a"), Some(Format::Text2)),
            (format!("{HEAD} 0: 14:rfc822;a@b.org 1:a"), Some(Format::Counted)),
            (format!("mail.log:{HEAD} 0: 14:rfc822;a@b.org 1:a"), Some(Format::Counted)),
            ("11-Jun-2019 09:07:57.65 l + O TCP|::1|2|::1|2 SMTP".into(), Some(Format::Text1)),
            (r#" <en ts="2019"/>"#.into(), Some(Format::Xml)),
            (r#"{"ts":"2019"}"#.into(), Some(Format::FlatJson)),
            (r#"{"en":{"ts":"2019"}}"#.into(), Some(Format::Json)),
            ("hello".into(), None),
        ] {
            assert_eq!(format(text.as_bytes()), expected, "{text}");
        }
    }
}
