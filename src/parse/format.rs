//! Which of the six `LOG_FORMAT`s an entry is written in, told by its first bytes.

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
    let text = text.trim_ascii_start();
    match text {
        [b'{', ..] => Some(Markup::Json),
        [b'<', b'e', b'n', b' ', ..]
        | [b'<', b'c', b'o', b' ', ..]
        | [b'<', b'h', b'e', b' ', ..] => Some(Markup::Xml),
        _ => None,
    }
}
