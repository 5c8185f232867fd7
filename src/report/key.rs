//! Which group an entry belongs to.

use crate::cli::report::By;
use crate::entry::{Body, Entry, Message};
use crate::filter;
use crate::index::{Kind, Way};
use crate::organisation;
use crate::said;

/// What the screen calls this grouping; `None` if it has none such.
fn on_screen(by: By) -> Option<filter::By> {
    Some(match by {
        By::Domain => filter::By::Domain,
        By::OrgDomain => filter::By::Organisation,
        By::Channel => filter::By::Channel,
        By::RemoteHost => filter::By::Host,
        By::Response => filter::By::Answer,
        By::Process => return None,
        By::ConnectingIp => filter::By::ConnectingIp,
        By::Sender => filter::By::Sender,
        By::User => filter::By::User,
    })
}

/// Whether an entry is in any group.
pub(super) fn is_grouped(by: By, kind: Kind) -> bool {
    // By process as by domain: all that are about a recipient.
    on_screen(by).unwrap_or(filter::By::Domain).takes(kind)
}

/// Whether the groups are those who connect, who can be refused as such too.
pub(super) fn are_clients(by: By) -> bool {
    matches!(by, By::ConnectingIp | By::User)
}

/// Writes the key of the entry's group, empty if the entry says nothing of the kind.
pub(super) fn key(by: By, entry: &Entry<'_>, into: &mut Vec<u8>) {
    into.clear();
    let message = match &entry.body {
        Body::Message(message) => Some(message),
        Body::Connection(_) | Body::Header(_) => None,
    };
    match by {
        By::Domain => lower(message.and_then(Message::domain), into),
        By::OrgDomain => {
            lower(message.and_then(Message::domain), into);
            let below = into.len() - organisation::of(into).len();
            into.drain(..below);
        }
        By::Sender => match message.map_or(&b""[..], |message| message.envelope_from) {
            // A filter on nobody is written so too.
            b"" => into.extend_from_slice(b"<>"),
            sender => into.extend_from_slice(sender),
        },
        By::Response => said::of_entry(entry, into),
        By::Process => {
            // Ids of processes of two nodes have nothing to do with each other.
            if let (Some(node), Some(_)) = (entry.node, entry.process) {
                into.extend_from_slice(node);
                into.push(b' ');
            }
            into.extend_from_slice(entry.process.map_or(b"", |process| process.pid));
        }
        By::RemoteHost | By::ConnectingIp => lower(part(by, entry), into),
        By::Channel | By::User => into.extend_from_slice(part(by, entry).unwrap_or_default()),
    }
}

/// What of the entry's way names the group.
fn part<'a>(by: By, entry: &Entry<'a>) -> Option<&'a [u8]> {
    on_screen(by)?.part_of(&Way::of(entry)?)
}

/// Upper and lower case are the same in names of hosts.
fn lower(name: Option<&[u8]>, into: &mut Vec<u8>) {
    into.extend(name.unwrap_or_default().iter().map(u8::to_ascii_lowercase));
}
