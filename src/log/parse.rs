//! The grammars: from the text of one entry to what it says.
//!
//! Knows nothing of files, lines or threads. Every `LOG_…` option may be on or off and the text
//! formats name no field, so a [`Parser`] learns the options of its log from the entries that hold no
//! free text of others, and splits by this [`Profile`] exactly; where that does not fit, fields are
//! told apart by their shapes. What fits no shape is kept as
//! [diagnostic](crate::log::entry::MessageEntry::diagnostic) text. Nothing here recurses, and each byte is
//! looked at a bounded number of times.

mod attributes;
mod byte_search;
mod command;
mod cursor;
mod format;
mod head;
mod heuristic_fields;
mod json;
mod length_prefixed;
mod lexical;
mod markup;
mod message;
mod optional_fields;
mod parser;
mod prefix;
mod profile;
mod profile_inference;
mod profiled_fields;
mod scratch;
mod status;
mod text;
mod time;
mod xml;

pub use format::{LogFormat, format};
pub use json::MOST_LEVELS;
pub use parser::{EntryText, Parser, ParserState};
pub use profile::Profile;
pub use scratch::Scratch;

use crate::log::entry::Entry;
use markup::{Markup, markup};
use std::fmt;

/// Why a text is no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseError {
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
    /// A connection entry that does not say who opened the connection.
    NoDirection,
    /// A header entry without its line.
    NoHeader,
    /// An element of XML that is cut, or none that an entry is written as.
    NoElement,
    /// JSON that is cut, or none at all.
    NoObject,
    /// Two entries that ran into each other.
    TwoTimes,
    /// More names than any entry has.
    TooMuch,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "no time stamp",
            Self::NoCode => "no action code",
            Self::NoSize => "no size after the action code",
            Self::NoRecipient => "no recipient",
            Self::NoConnection => "no connection information",
            Self::NoDirection => "no direction of the connection",
            Self::NoHeader => "no header line",
            Self::NoElement => "no XML element that can be read",
            Self::NoObject => "no JSON object that can be read",
            Self::TwoTimes => "two time stamps in one entry",
            Self::TooMuch => "more attributes than an entry has",
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
    scratch: &'a mut Scratch,
) -> Result<Entry<'a>, ParseError> {
    Entry::filled(|entry| fill_in(entry, text, profile, scratch))
}

fn fill_in<'a>(
    entry: &mut Entry<'a>,
    text: &'a [u8],
    profile: Profile,
    scratch: &'a mut Scratch,
) -> Result<(), ParseError> {
    if let Some(markup) = markup(text) {
        return marked_up(markup, text, scratch, entry);
    }
    let Err(flaw) = text::read(text, profile, entry) else { return Ok(()) };
    if let Some((prefix, behind)) = prefix::behind_prefix(text)
        && let Some(markup) = markup(behind)
    {
        marked_up(markup, behind, scratch, entry)?;
        entry.node = entry.node.or(prefix.host);
        return Ok(());
    }
    if prefix::strip_prefix(text, &mut scratch.text) {
        return text::read(&scratch.text, profile, entry).map(|_| ());
    }
    Err(flaw)
}

fn marked_up<'a>(
    markup: Markup,
    text: &'a [u8],
    scratch: &'a mut Scratch,
    entry: &mut Entry<'a>,
) -> Result<(), ParseError> {
    match markup {
        Markup::Xml => xml::read(text, scratch, entry),
        Markup::Json => json::read(text, scratch, entry),
    }
}

/// Time stamp of a text, if it has one: at its beginning, or by its name.
pub fn time(text: &[u8]) -> Option<crate::log::entry::Time> {
    let at_start = |text| match markup(text) {
        Some(Markup::Xml) => attributes::time_behind(text, b" ts="),
        Some(Markup::Json) => attributes::time_behind(text, b"\"ts\""),
        None => time::stamp(text).ok().map(|(_, (time, _))| time),
    };
    at_start(text).or_else(|| at_start(prefix::behind_prefix(text)?.1))
}

#[cfg(test)]
mod tests;
