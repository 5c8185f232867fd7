//! Which group an entry belongs to.

use super::said;
use crate::cli::report::By;
use crate::entry::{Entry, Message};

/// Writes the key of the entry's group, empty if the entry says nothing of the kind.
pub(super) fn key(by: By, entry: &Entry<'_>, message: &Message<'_>, into: &mut Vec<u8>) {
    into.clear();
    match by {
        By::Domain => lower(message.domain(), into),
        By::Channel => into.extend_from_slice(message.source_channel),
        By::RemoteHost => lower(remote_host(message), into),
        By::Response => said::said(message, into),
        By::Process => {
            // Ids of processes of two nodes have nothing to do with each other.
            if let (Some(node), Some(_)) = (entry.node, entry.process) {
                into.extend_from_slice(node);
                into.push(b' ');
            }
            into.extend_from_slice(entry.process.map_or(b"", |process| process.pid));
        }
        By::ConnectingIp => lower(connecting_ip(message), into),
    }
}

/// The host that a dequeue went to, or tried to.
fn remote_host<'a>(message: &Message<'a>) -> Option<&'a [u8]> {
    if !message.code.action().is_dequeue() {
        return None;
    }
    let named = message.remote_mta.map(|mta| mta.host).or(message.remote_host);
    let asked = || message.application.and_then(|asked| asked.dns_host.or(asked.initial_host));
    let ip = || message.transport.map(|transport| transport.remote_ip);
    named.or_else(asked).or_else(ip)
}

/// The address that handed the message to us.
fn connecting_ip<'a>(message: &Message<'a>) -> Option<&'a [u8]> {
    let inbound = !message.code.action().is_dequeue();
    let other_end = || message.transport.map(|transport| transport.remote_ip);
    let host = message.connecting_host;
    host.and_then(|host| host.ip).or_else(|| inbound.then(other_end).flatten())
}

/// Upper and lower case are the same in names of hosts.
fn lower(name: Option<&[u8]>, into: &mut Vec<u8>) {
    into.extend(name.unwrap_or_default().iter().map(u8::to_ascii_lowercase));
}
