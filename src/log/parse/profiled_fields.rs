//! The fields of a message entry behind its addresses, split exactly as a profile says they were
//! written.

use super::cursor::FieldCursor;
use super::optional_fields::{self, Tail};
use super::profile::{OptionalField, Profile};
use super::{byte_search, length_prefixed, lexical, status};
use crate::log::entry::{ConnectingHost, MessageEntry, QueueFile, RemoteMta, Username};
use memchr::memrchr;

/// How well an entry fits a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldFit {
    /// Not at all.
    None,
    /// Every field has its place.
    Whole,
    /// And there is no diagnostics text that could have been anything else.
    Clean,
}

/// Fills in all fields, if the entry has just those of the profile. A line that ends early has
/// nothing in the fields that are not reached. Without a fit what is filled in means nothing.
pub(super) fn fill<'a>(
    message: &mut MessageEntry<'a>,
    mut tail: Tail<'a>,
    profile: Profile,
) -> FieldFit {
    for field in profile.before() {
        if tail.is_empty() {
            return FieldFit::Clean;
        }
        if field == OptionalField::Reason
            && let Tail::Plain(rest) = tail
        {
            return plain_behind(message, rest, profile, true);
        }
        let Some(value) = tail.field(field) else { return FieldFit::None };
        set(message, field, value);
    }
    match tail {
        Tail::Plain(rest) => plain_behind(message, rest, profile, false),
        Tail::Counted(rest) => counted_behind(message, rest, profile),
    }
}

/// Diagnostics and what stands behind them. They are free text, so that the fields behind are
/// taken from the end of the line.
fn plain_behind<'a>(
    message: &mut MessageEntry<'a>,
    FieldCursor(mut text): FieldCursor<'a>,
    profile: Profile,
    reason: bool,
) -> FieldFit {
    if !profile.ends_in_diagnostics() && !text.is_empty() {
        for field in profile.after().rev() {
            let Some(blank) = memrchr(b' ', text) else { return FieldFit::None };
            let value = text.get(blank + 1..).unwrap_or_default();
            if !optional_fields::fits(field, value) {
                return FieldFit::None;
            }
            set(message, field, value);
            text = text.get(..blank).unwrap_or_default();
        }
    }
    if reason && !text.is_empty() {
        let Some(rest) = text.strip_prefix(b" ") else { return FieldFit::None };
        let end = reason_length(rest);
        message.reason = rest.get(..end);
        text = rest.get(end..).unwrap_or_default();
    }
    match text {
        [] | [b' '] => FieldFit::Clean,
        // Where one more blank or field stands than the profile explains, it explains nothing.
        [b' ', rest @ ..] if !begins_field(rest) => {
            let text = remote_mta_behind(message, rest);
            status::status(message, FieldCursor(text));
            FieldFit::Whole
        }
        _ => FieldFit::None,
    }
}

/// Takes a remote MTA behind a status that does not begin with one, as every other status of an SMTP
/// client does: no enqueue shows that it has a field of its own. Gives what is left.
fn remote_mta_behind<'a>(message: &mut MessageEntry<'a>, text: &'a [u8]) -> &'a [u8] {
    let client = text.starts_with(b"smtp;") || text.starts_with(b"(");
    if message.remote_mta.is_none()
        && client
        && let Some(blank) = memrchr(b' ', text)
        && let Some(value) = text.get(blank + 1..).filter(|value| value.starts_with(b"dns;"))
    {
        set(message, OptionalField::RemoteMta, value);
        return text.get(..blank).unwrap_or_default();
    }
    text
}

/// Whether diagnostics begin with what looks like another field. They begin with words of this MTA,
/// whatever others say behind them.
fn begins_field(text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    if matches!(first, b' ' | b'<' | b'*') {
        return true;
    }
    let token = FieldCursor(text).peek();
    if lexical::address_type(token).is_some() || *first == b'(' {
        return false;
    }
    let rest = text.get(token.len()..).unwrap_or_default();
    rest.starts_with(b" dns;")
        || rest.starts_with(b" (") && lexical::connecting_host(text).is_some()
        || lexical::is_queue_file(token)
}

/// Where the reason ends and the diagnostics begin: at the only place that looks like it. If there
/// are several, no part of the text is taken for a reason; but all of a status that begins with its
/// remote MTA belongs to that.
fn reason_length(text: &[u8]) -> usize {
    if text.starts_with(b" ") || status::begins_status(FieldCursor(text)) {
        return 0;
    }
    let behind = |at: usize| text.get(at + 1..).unwrap_or_default();
    let begins = |&at: &usize| status::begins_status(FieldCursor(behind(at)));
    let mut places = byte_search::find_all(b' ', text).filter(begins);
    let first = places.next();
    let by_mta = |at: usize| behind(at).starts_with(b"dns;");
    let whole = first.is_some_and(by_mta);
    let second = places.find(|&at| !whole || by_mta(at));
    match (first, second) {
        (Some(at), None) => at,
        (Some(_), Some(_)) => 0,
        (None, _) => text.len() - usize::from(text.ends_with(b" ")),
    }
}

fn counted_behind<'a>(
    message: &mut MessageEntry<'a>,
    rest: FieldCursor<'a>,
    profile: Profile,
) -> FieldFit {
    let mut behind = rest;
    let text = length_prefixed::value(&mut behind);
    let places = [text.map(|text| (text, behind)), Some((&b""[..], rest))];
    for (text, rest) in places.into_iter().flatten() {
        let mut tail = Tail::Counted(rest);
        let fits = profile.after().all(|field| {
            tail.is_empty() || tail.field(field).map(|value| set(message, field, value)).is_some()
        });
        if fits && tail.is_empty() {
            let clean = text.is_empty();
            status::status(message, FieldCursor(text));
            return if clean { FieldFit::Clean } else { FieldFit::Whole };
        }
    }
    FieldFit::None
}

/// Enters a value that has the shape of its field.
pub(super) fn set<'a>(message: &mut MessageEntry<'a>, field: OptionalField, value: &'a [u8]) {
    match field {
        OptionalField::NotaryFlags => message.notary_flags = lexical::small(value),
        OptionalField::QueueFile => message.queue_file = Some(QueueFile(value)),
        OptionalField::EnvelopeId => message.envelope_id = Some(value),
        OptionalField::MessageId => set_message_id(message, value),
        OptionalField::Username => message.username = Some(Username::new(value)),
        OptionalField::Connection => set_connection(message, value),
        OptionalField::Sensitivity => message.sensitivity = lexical::small(value),
        OptionalField::Priority => message.priority = lexical::small(value),
        OptionalField::Intermediate => message.intermediate = Some(unbracketed(value)),
        OptionalField::Initial => message.initial = Some(unbracketed(value)),
        OptionalField::Filter => message.filter = Some(unquoted(value)),
        OptionalField::Reason => message.reason = Some(value),
        OptionalField::RemoteMta => {
            message.remote_mta = lexical::address_type(value)
                .map(|kind| RemoteMta { kind, host: value.get(kind.len() + 1..).unwrap_or(b"") });
        }
        OptionalField::Transport => message.transport = status::transport(value),
        OptionalField::Application => message.application = status::application(value),
        OptionalField::QueueTime => message.queue_seconds = (!value.is_empty()).then_some(value),
    }
}

/// A notification's first enqueue logs `<new>,<original>` as one field.
pub(super) fn set_message_id<'a>(message: &mut MessageEntry<'a>, value: &'a [u8]) {
    let joint = byte_search::find_all(b',', value)
        .find(|&at| at > 0 && value.get(at - 1..at + 2) == Some(&b">,<"[..]))
        .map(|at| value.split_at(at));
    let (new, original) = joint.map_or((value, None), |(new, rest)| (new, rest.get(1..)));
    message.message_id = Some(new);
    message.related_message_id = original;
}

/// Connection information is about a client that sends to us, or the host that we sent to. Where it
/// is blank, the action decides which of the two was not there.
fn set_connection<'a>(message: &mut MessageEntry<'a>, value: &'a [u8]) {
    let host = lexical::parts(value);
    if host.is_some() {
        message.connecting_host = host;
    } else if message.code.action().is_dequeue() {
        message.remote_host = Some(value);
    } else if !value.is_empty() {
        message.connecting_host =
            Some(ConnectingHost { text: value, helo: value, rdns: None, ip: None });
    }
}

/// `LOG_FORMAT=2` writes an empty address as `<>`.
pub(super) fn unbracketed(address: &[u8]) -> &[u8] {
    if address == b"<>" { b"" } else { address }
}

fn unquoted(filter: &[u8]) -> &[u8] {
    filter.strip_prefix(b"'").and_then(|rest| rest.strip_suffix(b"'")).unwrap_or(filter)
}
