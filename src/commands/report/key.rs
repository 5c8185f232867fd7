//! Group key of an entry.

use crate::cli::report::ReportKey;
use crate::index::{Dimensions, EntryKind};
use crate::log::entry::{Body, Entry, MessageEntry};
use crate::log::public_suffix;
use crate::log::response_template;
use crate::stats::GroupBy;

/// The screen's equivalent of this grouping, if any.
fn on_screen(by: ReportKey) -> Option<GroupBy> {
    Some(match by {
        ReportKey::Domain => GroupBy::Domain,
        ReportKey::OrgDomain => GroupBy::OrgDomain,
        ReportKey::Channel => GroupBy::Channel,
        ReportKey::RemoteHost => GroupBy::Host,
        ReportKey::Response => GroupBy::Response,
        ReportKey::Process => return None,
        ReportKey::ConnectingIp => GroupBy::ConnectingIp,
        ReportKey::Sender => GroupBy::Sender,
        ReportKey::User => GroupBy::User,
    })
}

/// Whether the grouping covers an entry.
pub(super) fn is_grouped(by: ReportKey, kind: EntryKind) -> bool {
    // By process, as by domain: entries about a recipient.
    on_screen(by).unwrap_or(GroupBy::Domain).takes(kind)
}

/// Whether the groups are clients or users, whose connections can be rejected.
pub(super) fn are_clients(by: ReportKey) -> bool {
    matches!(by, ReportKey::ConnectingIp | ReportKey::User)
}

/// Writes the key of an entry, empty if it has no value for this grouping.
pub(super) fn key(by: ReportKey, entry: &Entry<'_>, into: &mut Vec<u8>) {
    into.clear();
    let message = match &entry.body {
        Body::Message(message) => Some(message),
        Body::Connection(_) | Body::Header(_) => None,
    };
    match by {
        ReportKey::Domain => lower(message.and_then(MessageEntry::domain), into),
        ReportKey::OrgDomain => {
            lower(message.and_then(MessageEntry::domain), into);
            let below = into.len() - public_suffix::registrable_domain(into).len();
            into.drain(..below);
        }
        ReportKey::Sender => match message.map_or(&b""[..], |message| message.envelope_from) {
            // Same notation as in a filter.
            b"" => into.extend_from_slice(b"<>"),
            sender => into.extend_from_slice(sender),
        },
        ReportKey::Response => response_template::of_entry(entry, into),
        ReportKey::Process => {
            // Process ids are unique per node only.
            if let (Some(node), Some(_)) = (entry.node, entry.process) {
                into.extend_from_slice(node);
                into.push(b' ');
            }
            into.extend_from_slice(entry.process.map_or(b"", |process| process.pid));
        }
        ReportKey::RemoteHost | ReportKey::ConnectingIp => lower(part(by, entry), into),
        ReportKey::Channel | ReportKey::User => {
            into.extend_from_slice(part(by, entry).unwrap_or_default());
        }
    }
}

/// The part of a connection that names the group.
fn part<'a>(by: ReportKey, entry: &Entry<'a>) -> Option<&'a [u8]> {
    on_screen(by)?.part_of(&Dimensions::of(entry)?)
}

/// Host names are case-insensitive.
fn lower(name: Option<&[u8]>, into: &mut Vec<u8>) {
    into.extend(name.unwrap_or_default().iter().map(u8::to_ascii_lowercase));
}
