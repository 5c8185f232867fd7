//! The text formats 1, 2 and 3: one entry.

use super::cursor::FieldCursor;
use super::message::{self, TextLayout};
use super::{ParseError, Profile, head, length_prefixed, prefix, status, time};
use crate::log::entry::{Body, ConnectionEntry, Entry};

/// Reads one entry, also behind what grep or syslog put before it. With a flaw, what was filled in
/// means nothing.
///
/// An entry is 760 bytes: to fill it in where it stays, instead of moving it from one function to
/// the next, takes a seventh off the time.
pub(super) fn read<'a>(
    text: &'a [u8],
    profile: Profile,
    entry: &mut Entry<'a>,
) -> Result<TextLayout<'a>, ParseError> {
    bare(text, profile, entry).or_else(|flaw| prefixed(text, profile, entry).ok_or(flaw))
}

/// The host that sent an entry to syslog is the node of an entry that names none.
fn prefixed<'a>(text: &'a [u8], profile: Profile, entry: &mut Entry<'a>) -> Option<TextLayout<'a>> {
    let (prefix, behind) = prefix::behind_prefix(text)?;
    let manner = bare(behind, profile, entry).ok()?;
    let node = &mut entry.node;
    *node = node.filter(|node| !node.is_empty()).or(prefix.host).or(*node);
    Some(manner)
}

fn bare<'a>(
    text: &'a [u8],
    profile: Profile,
    entry: &mut Entry<'a>,
) -> Result<TextLayout<'a>, ParseError> {
    let (rest, (time, stamp)) = time::stamp(text).map_err(|_| ParseError::NoTime)?;
    let head = head::head(FieldCursor(rest))?;
    (entry.time, entry.stamp) = (time, stamp);
    (entry.node, entry.process) = (head.node, head.process);
    match head.role {
        head::Role::Header(line) => {
            entry.body = Body::Header(line);
            Ok(TextLayout::default())
        }
        head::Role::Message { source, destination, code, rest } => {
            let message = entry.body.begin_message();
            (message.code, message.source_channel) = (code, source);
            message.destination_channel = destination;
            message::fill_in(message, rest, profile)
        }
        head::Role::Connection { source, direction, code, rest } => {
            let mut connection = ConnectionEntry {
                code,
                source_channel: source,
                direction,
                transport: None,
                application: None,
                username: None,
                auth_message: None,
                diagnostic: None,
            };
            let counted = length_prefixed::begins(rest);
            let ends = if counted { counted_ends } else { ends };
            ends(&mut connection, rest);
            if connection.transport.is_none() && connection.application.is_none() {
                return Err(ParseError::NoConnection);
            }
            entry.body = Body::Connection(connection);
            Ok(TextLayout { sample: None, counted })
        }
    }
}

/// `[transport] [application] [anything]`.
fn ends<'a>(entry: &mut ConnectionEntry<'a>, mut rest: FieldCursor<'a>) {
    entry.transport = status::transport(rest.peek());
    if entry.transport.is_some() {
        rest.token();
    }
    entry.application = status::application(rest.peek());
    if entry.application.is_some() {
        rest.token();
    }
    entry.diagnostic = rest.text();
}

/// Behind its lengths: transport, application, message, user and diagnostics, as XML orders them.
fn counted_ends<'a>(entry: &mut ConnectionEntry<'a>, mut rest: FieldCursor<'a>) {
    let mut next = || length_prefixed::value(&mut rest).filter(|value| !value.is_empty());
    entry.transport = next().and_then(status::transport);
    entry.application = next().and_then(status::application);
    entry.auth_message = next();
    entry.username = next();
    entry.diagnostic = next();
}
