//! The text formats 1, 2 and 3: one entry.

use super::cursor::Cursor;
use super::message::{self, Lesson};
use super::{Flaw, Profile, counted, dirt, head, status, time};
use crate::entry::{Body, ConnectionEntry, Entry};

/// An entry, and whether it can teach how its log is written.
pub(super) struct Read<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) lesson: Option<Lesson<'a>>,
    /// Its fields stand behind their lengths.
    pub(super) counted: bool,
}

/// Reads one entry, also behind what grep or syslog put before it.
pub(super) fn read(text: &[u8], profile: Profile) -> Result<Read<'_>, Flaw> {
    match bare(text, profile) {
        Err(flaw) => prefixed(text, profile).ok_or(flaw),
        read => read,
    }
}

/// The host that sent an entry to syslog is the node of an entry that names none.
fn prefixed(text: &[u8], profile: Profile) -> Option<Read<'_>> {
    let (prefix, behind) = dirt::behind_prefix(text)?;
    let mut read = bare(behind, profile).ok()?;
    let node = &mut read.entry.node;
    *node = node.filter(|node| !node.is_empty()).or(prefix.host).or(*node);
    Some(read)
}

fn bare(text: &[u8], profile: Profile) -> Result<Read<'_>, Flaw> {
    let (rest, (time, stamp)) = time::stamp(text).map_err(|_| Flaw::NoTime)?;
    let head = head::head(Cursor(rest))?;
    let (mut lesson, mut counted) = (None, false);
    let body = match head.role {
        head::Role::Header(line) => Body::Header(line),
        head::Role::Message { source, destination, code, rest } => {
            let read = message::message(source, destination, code, rest, profile)?;
            (lesson, counted) = (read.lesson, read.counted);
            Body::Message(read.message)
        }
        head::Role::Connection { source, direction, code, rest } => {
            let mut entry = ConnectionEntry {
                code,
                source_channel: source,
                direction,
                transport: None,
                application: None,
                username: None,
                auth_message: None,
                diagnostic: None,
            };
            counted = counted::begins(rest);
            let ends = if counted { counted_connection } else { connection };
            ends(&mut entry, rest);
            if entry.transport.is_none() && entry.application.is_none() {
                return Err(Flaw::NoConnection);
            }
            Body::Connection(entry)
        }
    };
    let (node, process) = (head.node, head.process);
    Ok(Read {
        entry: Entry { time, stamp, node, process, body, extra: Vec::new() },
        lesson,
        counted,
    })
}

/// `[transport] [application] [anything]`.
fn connection<'a>(entry: &mut ConnectionEntry<'a>, mut rest: Cursor<'a>) {
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
fn counted_connection<'a>(entry: &mut ConnectionEntry<'a>, mut rest: Cursor<'a>) {
    let mut next = || counted::value(&mut rest).filter(|value| !value.is_empty());
    entry.transport = next().and_then(status::transport);
    entry.application = next().and_then(status::application);
    entry.auth_message = next();
    entry.username = next();
    entry.diagnostic = next();
}
