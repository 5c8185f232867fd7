//! The grammars: from the text of one entry to what it says.
//!
//! Knows nothing of files, lines or threads. Fields are told apart by their shapes, because every
//! `LOG_…` option may be on or off and the text names no field; what fits no shape is kept as
//! [diagnostic](crate::entry::Message::diagnostic) text. Nothing here recurses, and each byte is
//! looked at a bounded number of times.

mod cursor;
mod format;
mod head;
mod message;
mod parser;
mod profile;
mod status;
mod text;
mod time;

pub use parser::{Original, Parser, Scratch};
pub use profile::Profile;

use crate::entry::Entry;
use std::fmt;

/// Why a text is no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// It does not begin with a time stamp.
    NoTime,
    /// No channel and action code follow the time.
    NoCode,
    /// A message entry without its size.
    NoSize,
    /// A message entry without a recipient: cut short.
    NoRecipient,
    /// A connection entry that names no connection: cut short.
    NoConnection,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "no time stamp",
            Self::NoCode => "no action code",
            Self::NoSize => "no size after the action code",
            Self::NoRecipient => "no recipient",
            Self::NoConnection => "no connection information",
        })
    }
}

/// Reads one entry, unfolded and without its newline, of a log that is written as the profile says.
///
/// # Errors
/// The first thing that an entry must have and this text has not.
pub fn entry<'a>(
    text: &'a [u8],
    profile: Profile,
    _scratch: &'a mut Scratch,
) -> Result<Entry<'a>, Flaw> {
    match format::markup(text) {
        None => text::entry(text, profile),
        Some(format::Markup::Xml | format::Markup::Json) => Err(Flaw::NoTime),
    }
}

/// Time stamp at the beginning of a text, if it has one.
pub fn time(text: &[u8]) -> Option<crate::entry::Time> {
    time::stamp(text).ok().map(|(_, (time, _))| time)
}

#[cfg(test)]
mod tests;
