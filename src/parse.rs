//! The grammars: from the text of one entry to what it says.
//!
//! Knows nothing of files, lines or threads. Fields are told apart by their shapes, because every
//! `LOG_…` option may be on or off and the text names no field; what fits no shape is kept as
//! [diagnostic](crate::entry::Message::diagnostic) text. Nothing here recurses, and each byte is
//! looked at a bounded number of times.

mod cursor;
mod head;
mod message;
mod parser;
mod profile;
mod status;
mod time;

pub use parser::{Original, Parser, Scratch};
pub use profile::Profile;

use crate::entry::{Application, Body, ConnectionEntry, Entry, Transport};
use cursor::Cursor;
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
    _profile: Profile,
    _scratch: &'a mut Scratch,
) -> Result<Entry<'a>, Flaw> {
    let (rest, (time, stamp)) = time::stamp(text).map_err(|_| Flaw::NoTime)?;
    let head = head::head(Cursor(rest))?;
    let body = match head.role {
        head::Role::Header(line) => Body::Header(line),
        head::Role::Message { source, destination, code, rest } => {
            Body::Message(message::message(source, destination, code, rest)?)
        }
        head::Role::Connection { source, direction, code, rest } => {
            let (transport, application, diagnostic) = connection(rest)?;
            Body::Connection(ConnectionEntry {
                code,
                source_channel: source,
                direction,
                transport,
                application,
                username: None,
                auth_message: None,
                diagnostic,
            })
        }
    };
    Ok(Entry { time, stamp, node: head.node, process: head.process, body, extra: Vec::new() })
}

/// Time stamp at the beginning of a text, if it has one.
pub fn time(text: &[u8]) -> Option<crate::entry::Time> {
    time::stamp(text).ok().map(|(_, (time, _))| time)
}

type ConnectionFields<'a> = (Option<Transport<'a>>, Option<Application<'a>>, Option<&'a [u8]>);

/// `[transport] [application] [anything]`, with at least one of the first two.
fn connection(mut rest: Cursor<'_>) -> Result<ConnectionFields<'_>, Flaw> {
    let transport = status::transport(rest.peek());
    if transport.is_some() {
        rest.token();
    }
    let application = application(rest.peek());
    if application.is_some() {
        rest.token();
    }
    if transport.is_none() && application.is_none() {
        return Err(Flaw::NoConnection);
    }
    Ok((transport, application, rest.text()))
}

/// `SMTP[/initial-host/dns-host][/TLS-…]`.
fn application(token: &[u8]) -> Option<Application<'_>> {
    let mut parts = token.split(|&b| b == b'/');
    let protocol = parts.next().filter(|p| p.len() >= 3 && p.iter().all(u8::is_ascii_uppercase))?;
    let mut application = Application { protocol, ..Application::default() };
    for part in parts {
        match (part.starts_with(b"TLS"), application.initial_host, application.dns_host) {
            (true, ..) => application.tls = Some(part),
            (false, None, _) => application.initial_host = Some(part),
            (false, Some(_), None) => application.dns_host = Some(part),
            // Nothing is known to follow; a wrong field would be worse than a missing one.
            (false, Some(_), Some(_)) => {}
        }
    }
    Some(application)
}

#[cfg(test)]
mod tests;
