//! The text formats 1, 2 and 3: one entry.

use super::cursor::Cursor;
use super::{Flaw, Profile, head, message, status, time};
use crate::entry::{Application, Body, ConnectionEntry, Entry, Transport};

/// Reads one entry.
pub(super) fn entry(text: &[u8], _profile: Profile) -> Result<Entry<'_>, Flaw> {
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
