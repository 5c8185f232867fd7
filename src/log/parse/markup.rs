//! The formats that name their fields, told by the first bytes of an entry.

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
