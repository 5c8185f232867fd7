//! Which of the six `LOG_FORMAT`s an entry is written in.

use super::markup::{Markup, markup};
use super::{Profile, json, prefix, text};
use crate::log::entry::{Body, Entry};
use memchr::memmem;
use std::fmt;

/// How an entry is written (`LOG_FORMAT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogFormat {
    /// Text; no empty address shows whether it is 1 or 2.
    Text,
    /// 1: text, and an empty address is nothing.
    Text1,
    /// 2: text, and an empty address is `<>`.
    Text2,
    /// 3: text in which each field stands behind its length.
    LengthPrefixed,
    /// 4: XML.
    Xml,
    /// 5: JSON.
    Json,
    /// 6: JSON, flat.
    FlatJson,
}

impl LogFormat {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Text1,
        Self::Text2,
        Self::LengthPrefixed,
        Self::Xml,
        Self::Json,
        Self::FlatJson,
    ];

    /// Whether fields stand in an order, and have no names.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Xml | Self::Json | Self::FlatJson)
    }
}

impl fmt::Display for LogFormat {
    /// The value of `LOG_FORMAT`, and what it means.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "LOG_FORMAT 1 or 2 (text; only an empty address would tell)",
            Self::Text1 => "LOG_FORMAT 1 (text)",
            Self::Text2 => "LOG_FORMAT 2 (text, empty addresses as <>)",
            Self::LengthPrefixed => "LOG_FORMAT 3 (counted text)",
            Self::Xml => "LOG_FORMAT 4 (XML)",
            Self::Json => "LOG_FORMAT 5 (JSON)",
            Self::FlatJson => "LOG_FORMAT 6 (flat JSON)",
        })
    }
}

/// Tells the format of one entry; `None` if it is no entry of any. JSON counts as flat if no member
/// of it is an object or an array.
pub fn format(text: &[u8]) -> Option<LogFormat> {
    let behind = || prefix::behind_prefix(text).and_then(|(_, behind)| markup_format(behind));
    markup_format(text).or_else(|| text_format(text)).or_else(behind)
}

fn markup_format(text: &[u8]) -> Option<LogFormat> {
    match markup(text)? {
        Markup::Xml => Some(LogFormat::Xml),
        Markup::Json => {
            let nested = json::is_nested(text) == Some(true);
            Some(if nested { LogFormat::Json } else { LogFormat::FlatJson })
        }
    }
}

fn text_format(text: &[u8]) -> Option<LogFormat> {
    let mut entry = Entry::blank();
    let manner = text::read(text, Profile::default(), &mut entry).ok()?;
    let blank = matches!(&entry.body, Body::Message(message) if message.envelope_from.is_empty());
    Some(match (manner.counted, blank) {
        (true, _) => LogFormat::LengthPrefixed,
        (false, true) if memmem::find(text, b" <> ").is_some() => LogFormat::Text2,
        (false, true) => LogFormat::Text1,
        (false, false) => LogFormat::Text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_one_entry() {
        const HEAD: &str = "11-Jun-2019 09:07:57.65 process ims-ms E 5";
        for (text, expected) in [
            (format!("{HEAD}  rfc822;a@b.org a"), Some(LogFormat::Text1)),
            (format!("{HEAD} x@y rfc822;a@b.org a <>"), Some(LogFormat::Text)),
            (format!("{HEAD} <> rfc822;a@b.org a"), Some(LogFormat::Text2)),
            (format!("{HEAD} 0: 14:rfc822;a@b.org 1:a"), Some(LogFormat::LengthPrefixed)),
            (format!("mail.log:{HEAD} 0: 14:rfc822;a@b.org 1:a"), Some(LogFormat::LengthPrefixed)),
            ("11-Jun-2019 09:07:57.65 l + O TCP|::1|2|::1|2 SMTP".into(), Some(LogFormat::Text)),
            (
                "11-Jun-2019 09:07:57.65 l + O 15:TCP|::1|2|::1|2 4:SMTP".into(),
                Some(LogFormat::LengthPrefixed),
            ),
            (r#" <en ts="2019"/>"#.into(), Some(LogFormat::Xml)),
            (r#"{"ts":"2019"}"#.into(), Some(LogFormat::FlatJson)),
            (r#"{"en":{"ts":"2019"}}"#.into(), Some(LogFormat::Json)),
            (r#"mail.log:17:{"ts":"2019"}"#.into(), Some(LogFormat::FlatJson)),
            ("hello".into(), None),
        ] {
            assert_eq!(format(text.as_bytes()), expected, "{text}");
        }
    }
}
