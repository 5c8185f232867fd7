//! Which group an entry belongs to.

use crate::cli::report::By;
use crate::entry::{Entry, Message};
use crate::said;

/// Writes the key of the entry's group, empty if the entry says nothing of the kind.
pub(super) fn key(by: By, entry: &Entry<'_>, message: &Message<'_>, into: &mut Vec<u8>) {
    into.clear();
    match by {
        By::Domain => lower(message.domain(), into),
        By::Channel => into.extend_from_slice(message.source_channel),
        By::RemoteHost => lower(message.reached_host(), into),
        By::Response => said::said(message, into),
        By::Process => {
            // Ids of processes of two nodes have nothing to do with each other.
            if let (Some(node), Some(_)) = (entry.node, entry.process) {
                into.extend_from_slice(node);
                into.push(b' ');
            }
            into.extend_from_slice(entry.process.map_or(b"", |process| process.pid));
        }
        By::ConnectingIp => lower(message.connecting_ip(), into),
    }
}

/// Upper and lower case are the same in names of hosts.
fn lower(name: Option<&[u8]>, into: &mut Vec<u8>) {
    into.extend(name.unwrap_or_default().iter().map(u8::to_ascii_lowercase));
}
