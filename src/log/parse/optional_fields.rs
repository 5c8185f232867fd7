//! The fields behind the addresses, taken one by one exactly as they were written: one blank, and
//! then the value, which may be empty.
//!
//! Two ways to write them: as in `LOG_FORMAT` 1 and 2, or counted as in 3. Which fields there are,
//! nothing here knows.

use super::cursor::FieldCursor;
use super::profile::OptionalField;
use super::{length_prefixed, lexical, status};
use memchr::memmem;

/// What is left of a message entry behind its addresses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tail<'a> {
    /// `LOG_FORMAT` 1 or 2.
    Plain(FieldCursor<'a>),
    /// `LOG_FORMAT` 3.
    Counted(FieldCursor<'a>),
}

impl<'a> Tail<'a> {
    pub(super) fn is_empty(self) -> bool {
        let (Self::Plain(rest) | Self::Counted(rest)) = self;
        rest.0.is_empty()
    }

    /// The next field, if it is there: empty, or with a value of its shape.
    pub(super) fn field(&mut self, field: OptionalField) -> Option<&'a [u8]> {
        match self {
            Self::Plain(rest) => plain(field, rest),
            Self::Counted(rest) => match length_prefixed::value(rest) {
                Some(value) if is_counted(field) => fits(field, value).then_some(value),
                // No document says how it is written.
                Some(value) if field == OptionalField::RemoteMta => {
                    fits(field, value).then_some(value)
                }
                Some(_) => None,
                None if is_counted(field) => None,
                None => plain(field, rest),
            },
        }
    }

    /// Diagnostics that say nothing.
    pub(super) fn no_diagnostics(mut self) -> Option<Self> {
        match &mut self {
            Self::Plain(rest) => rest.separator().filter(|()| rest.ends_field())?,
            Self::Counted(rest) => {
                length_prefixed::value(rest).filter(|value| value.is_empty())?;
            }
        }
        Some(self)
    }
}

/// Which fields `LOG_FORMAT` 3 counts (technical reference, `log_format`).
pub(super) fn is_counted(field: OptionalField) -> bool {
    !matches!(
        field,
        OptionalField::NotaryFlags
            | OptionalField::Sensitivity
            | OptionalField::Priority
            | OptionalField::RemoteMta
            | OptionalField::QueueTime
    )
}

fn plain<'a>(field: OptionalField, rest: &mut FieldCursor<'a>) -> Option<&'a [u8]> {
    rest.separator()?;
    if rest.ends_field() {
        return Some(b"");
    }
    let length = match field {
        // Before a text, what looks like flags is the reply that our server gave.
        OptionalField::NotaryFlags if status::begins_reply(*rest) => return None,
        OptionalField::EnvelopeId | OptionalField::MessageId => lexical::id_length(rest.0),
        OptionalField::Connection => return lexical::connection(rest),
        OptionalField::Intermediate | OptionalField::Initial => rest.address_length(),
        OptionalField::Filter => lexical::filter_length(rest.0)?,
        // Free text, whose end the text behind it decides.
        OptionalField::Reason => return None,
        _ => rest.token_length(),
    };
    let value = rest.take(length);
    (rest.ends_field() && fits(field, value)).then_some(value)
}

/// Whether a value that is not split at blanks can be of the field.
pub(super) fn fits(field: OptionalField, value: &[u8]) -> bool {
    if value.is_empty() {
        return true;
    }
    match field {
        OptionalField::NotaryFlags => value.len() <= 10 && lexical::is_digits(value),
        OptionalField::QueueFile => lexical::is_queue_file(value),
        OptionalField::EnvelopeId | OptionalField::MessageId => lexical::is_id(value),
        OptionalField::Username => lexical::is_username(value),
        OptionalField::Connection => lexical::connection_fits(value),
        OptionalField::Sensitivity | OptionalField::Priority => {
            value.len() <= 2 && lexical::is_digits(value)
        }
        OptionalField::Intermediate | OptionalField::Initial => lexical::is_plain_address(value),
        OptionalField::Filter => {
            value.len() >= 2 && value.starts_with(b"'") && value.ends_with(b"'")
        }
        OptionalField::Reason => true,
        OptionalField::RemoteMta => {
            lexical::address_type(value).is_some() && !value.contains(&b' ')
        }
        OptionalField::Transport => status::transport(value).is_some(),
        OptionalField::Application => {
            status::application(value).is_some() && !value.contains(&b' ')
        }
        OptionalField::QueueTime => lexical::is_decimal(value),
    }
}

/// Whether the value can hardly be of any other field: what may teach which fields there are. A
/// message that is in a queue has a file, an id, a user and all its numbers.
pub(super) fn is_telling(field: OptionalField, value: &[u8]) -> bool {
    match field {
        // They are small, or the place of flags would be theirs.
        OptionalField::Sensitivity | OptionalField::Priority => value.len() == 1,
        OptionalField::NotaryFlags | OptionalField::QueueFile => !value.is_empty(),
        OptionalField::MessageId => is_bracketed(value),
        OptionalField::EnvelopeId => value.is_empty() || is_bracketed(value),
        OptionalField::Username => {
            value.starts_with(b"*")
                || !value.iter().all(u8::is_ascii_digit) && !value.contains(&b'@')
        }
        OptionalField::Connection => value.is_empty() || memmem::find(value, b"])").is_some(),
        OptionalField::Intermediate | OptionalField::Initial => {
            value.is_empty() || value.contains(&b'@')
        }
        OptionalField::Reason => value.is_empty(),
        _ => true,
    }
}

fn is_bracketed(value: &[u8]) -> bool {
    value.starts_with(b"<") && value.ends_with(b">")
}
