//! The fields behind the addresses, taken one by one exactly as they were written: one blank, and
//! then the value, which may be empty.
//!
//! Two ways to write them: as in `LOG_FORMAT` 1 and 2, or counted as in 3. Which fields there are,
//! nothing here knows.

use super::cursor::Cursor;
use super::profile::Field;
use super::{counted, shape, status};
use memchr::memmem;

/// What is left of a message entry behind its addresses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tail<'a> {
    /// `LOG_FORMAT` 1 or 2.
    Plain(Cursor<'a>),
    /// `LOG_FORMAT` 3.
    Counted(Cursor<'a>),
}

impl<'a> Tail<'a> {
    pub(super) fn is_empty(self) -> bool {
        let (Self::Plain(rest) | Self::Counted(rest)) = self;
        rest.0.is_empty()
    }

    /// The next field, if it is there: empty, or with a value of its shape.
    pub(super) fn field(&mut self, field: Field) -> Option<&'a [u8]> {
        match self {
            Self::Plain(rest) => plain(field, rest),
            Self::Counted(rest) => match counted::value(rest) {
                Some(value) if is_counted(field) => fits(field, value).then_some(value),
                // No document says how it is written.
                Some(value) if field == Field::RemoteMta => fits(field, value).then_some(value),
                Some(_) => None,
                None if is_counted(field) => None,
                None => plain(field, rest),
            },
        }
    }

    /// Diagnostics that say nothing.
    pub(super) fn no_diagnostics(mut self) -> Option<Self> {
        match &mut self {
            Self::Plain(rest) => rest.separator().filter(|()| ends_field(*rest))?,
            Self::Counted(rest) => {
                counted::value(rest).filter(|value| value.is_empty())?;
            }
        }
        Some(self)
    }
}

/// Which fields `LOG_FORMAT` 3 counts (technical reference, `log_format`).
pub(super) fn is_counted(field: Field) -> bool {
    !matches!(
        field,
        Field::NotaryFlags
            | Field::Sensitivity
            | Field::Priority
            | Field::RemoteMta
            | Field::QueueTime
    )
}

fn plain<'a>(field: Field, rest: &mut Cursor<'a>) -> Option<&'a [u8]> {
    rest.separator()?;
    if ends_field(*rest) {
        return Some(b"");
    }
    let length = match field {
        // Before a text, what looks like flags is the reply that our server gave.
        Field::NotaryFlags if status::begins_reply(*rest) => return None,
        Field::EnvelopeId | Field::MessageId => shape::id_length(rest.0),
        Field::Connection => return shape::connection(rest),
        Field::Intermediate | Field::Initial => rest.address_length(),
        Field::Filter => shape::filter_length(rest.0)?,
        // Free text, whose end the text behind it decides.
        Field::Reason => return None,
        _ => rest.token_length(),
    };
    let value = rest.take(length);
    (ends_field(*rest) && fits(field, value)).then_some(value)
}

pub(super) fn ends_field(rest: Cursor<'_>) -> bool {
    matches!(rest.0, [] | [b' ', ..])
}

/// Whether a value that is not split at blanks can be of the field.
pub(super) fn fits(field: Field, value: &[u8]) -> bool {
    if value.is_empty() {
        return true;
    }
    match field {
        Field::NotaryFlags => value.len() <= 10 && shape::is_digits(value),
        Field::QueueFile => shape::is_queue_file(value),
        Field::EnvelopeId | Field::MessageId => shape::is_id(value),
        Field::Username => shape::is_username(value),
        Field::Connection => shape::connection_fits(value),
        Field::Sensitivity | Field::Priority => value.len() <= 2 && shape::is_digits(value),
        Field::Intermediate | Field::Initial => shape::is_plain_address(value),
        Field::Filter => value.len() >= 2 && value.starts_with(b"'") && value.ends_with(b"'"),
        Field::Reason => true,
        Field::RemoteMta => shape::address_type(value).is_some() && !value.contains(&b' '),
        Field::Transport => status::transport(value).is_some(),
        Field::Application => status::application(value).is_some() && !value.contains(&b' '),
        Field::QueueTime => shape::is_decimal(value),
    }
}

/// Whether the value can hardly be of any other field: what may teach which fields there are. A
/// message that is in a queue has a file, an id, a user and all its numbers.
pub(super) fn is_telling(field: Field, value: &[u8]) -> bool {
    match field {
        // They are small, or the place of flags would be theirs.
        Field::Sensitivity | Field::Priority => value.len() == 1,
        Field::NotaryFlags | Field::QueueFile => !value.is_empty(),
        Field::MessageId => is_bracketed(value),
        Field::EnvelopeId => value.is_empty() || is_bracketed(value),
        Field::Username => {
            value.starts_with(b"*")
                || !value.iter().all(u8::is_ascii_digit) && !value.contains(&b'@')
        }
        Field::Connection => value.is_empty() || memmem::find(value, b"])").is_some(),
        Field::Intermediate | Field::Initial => value.is_empty() || value.contains(&b'@'),
        Field::Reason => value.is_empty(),
        _ => true,
    }
}

fn is_bracketed(value: &[u8]) -> bool {
    value.starts_with(b"<") && value.ends_with(b">")
}
