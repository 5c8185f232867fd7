//! The fields behind the addresses, told apart by their shapes: for logs whose options are not known,
//! and for text that lost its blanks.
//!
//! The order of the fields is fixed, and any of them may be missing: each step takes its field if
//! the next token has the field's shape, and else leaves it to the steps behind. Behind the
//! diagnostics, which are free text, nothing is looked for.

use super::cursor::FieldCursor;
use super::optional_fields::{self, Tail};
use super::profile::OptionalField;
use super::{length_prefixed, lexical, profiled_fields, status};
use crate::log::entry::{ConnectingHost, MessageEntry, QueueFile, Username};
use memchr::memchr;

/// Reads the fields of `LOG_FORMAT` 1 or 2.
pub(super) fn plain<'a>(message: &mut MessageEntry<'a>, mut rest: FieldCursor<'a>) {
    message.notary_flags = notary_flags(&mut rest);
    message.queue_file = take_if(&mut rest, lexical::is_queue_file).map(QueueFile);
    ids(message, &mut rest);
    message.username = username(&mut rest);
    host(message, &mut rest);
    if message.connecting_host.is_some() {
        message.sensitivity = small_number(&mut rest);
        message.priority = small_number(&mut rest);
    }
    message.filter = filter(&mut rest);
    status::status(message, rest);
}

/// Reads the fields of `LOG_FORMAT` 3: each value is whole, and goes to the first field that it can
/// be of and that can still follow. Blank ones could be of any, and what fits none is text.
pub(super) fn counted<'a>(message: &mut MessageEntry<'a>, tail: Tail<'a>) {
    let Tail::Counted(mut rest) = tail else { return };
    let mut fields = OptionalField::ALL.iter().enumerate();
    let mut behind = None;
    while !rest.0.is_empty() {
        let before = rest;
        let Some(value) = length_prefixed::value(&mut rest) else {
            rest = before;
            if rest.blanks() == 0 {
                rest.token();
            }
            let value = rest.take(rest.token_length());
            place(message, &mut fields, value, |field| {
                !optional_fields::is_counted(field) && optional_fields::is_telling(field, value)
            });
            continue;
        };
        let placed = value.is_empty()
            || place(message, &mut fields, value, |field| {
                optional_fields::is_counted(field)
                    && field != OptionalField::Reason
                    && optional_fields::is_telling(field, value)
            });
        if placed {
            continue;
        }
        match behind {
            None => status::status(message, FieldCursor(value)),
            // What is before the diagnostics and fits nothing else is the reason.
            Some(first) if message.reason.is_none() && message.diagnostic == Some(first) => {
                (message.reason, message.diagnostic) = (message.diagnostic, None);
                status::status(message, FieldCursor(value));
            }
            Some(_) => {
                message.diagnostic.get_or_insert(value);
            }
        }
        behind = Some(value);
    }
    // A lone id is the message id.
    if message.message_id.is_none()
        && let Some(lone) = message.envelope_id.take()
    {
        profiled_fields::set_message_id(message, lone);
    }
}

/// Gives the value to the next field that it fits.
fn place<'a>(
    message: &mut MessageEntry<'a>,
    fields: &mut (impl Iterator<Item = (usize, &'static OptionalField)> + Clone),
    value: &'a [u8],
    is_like: impl Fn(OptionalField) -> bool,
) -> bool {
    let fits = |field: OptionalField| optional_fields::fits(field, value) && is_like(field);
    let mut ahead = fields.clone();
    let Some((_, &field)) = ahead.find(|(_, field)| fits(**field)) else { return false };
    profiled_fields::set(message, field, value);
    *fields = ahead;
    true
}

/// An integer right behind the active To is either flags or the reply that a `J` gave.
fn notary_flags(rest: &mut FieldCursor<'_>) -> Option<u32> {
    if status::begins_reply(*rest) {
        return None;
    }
    let flags = lexical::small(rest.peek())?;
    rest.token();
    Some(flags)
}

/// Takes the next token if it has the shape.
fn take_if<'a>(rest: &mut FieldCursor<'a>, shape: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
    shape(rest.peek()).then(|| rest.token())
}

/// Envelope id and message id; one alone is the message id.
fn ids<'a>(message: &mut MessageEntry<'a>, rest: &mut FieldCursor<'a>) {
    let Some(first) = id(rest) else { return };
    let last = match id(rest) {
        Some(second) => {
            message.envelope_id = Some(first);
            second
        }
        None => first,
    };
    profiled_fields::set_message_id(message, last);
}

/// `<…>` up to the bracket that a blank or the end follows.
fn id<'a>(rest: &mut FieldCursor<'a>) -> Option<&'a [u8]> {
    let token = rest.peek();
    if !token.starts_with(b"<") {
        return None;
    }
    rest.blanks();
    Some(rest.take(lexical::id_length(rest.0)))
}

/// A user name is followed by another field or by nothing: a word followed by words is a diagnostic.
fn username<'a>(rest: &mut FieldCursor<'a>) -> Option<Username<'a>> {
    let token = rest.peek();
    let starred = token.starts_with(b"*") && token.len() > 1;
    let is_name = starred
        || lexical::is_username(token)
            && !is_host(token, *rest)
            && connecting_host(*rest).is_none()
            && ends_name(token, *rest);
    is_name.then(|| Username::new(rest.token()))
}

/// Before `dns;` stands the host that was connected to, if the token looks like one.
fn is_host(token: &[u8], mut rest: FieldCursor<'_>) -> bool {
    rest.token();
    let mta = rest.peek().strip_prefix(b"dns;");
    mta.is_some_and(|mta| memchr(b'.', token).is_some() || mta.eq_ignore_ascii_case(token))
}

/// Whether what follows the token is another field, blank or not, or nothing.
fn ends_name(token: &[u8], mut rest: FieldCursor<'_>) -> bool {
    rest.token();
    let blank_field = rest.blanks() > 1;
    let next = rest.peek();
    let begins_field =
        [&b"dns;"[..], b"smtp;", b"'", b"(TCP|"].iter().any(|mark| next.starts_with(mark));
    // Without connection information the diagnostic follows at once. Ours begin with a capital,
    // and users of a system do not.
    let text_of_ours = token.first().is_some_and(u8::is_ascii_lowercase)
        && next.first().is_some_and(u8::is_ascii_uppercase);
    next.is_empty()
        || blank_field
        || begins_field
        || text_of_ours
        || status::begins_reply(rest)
        || connecting_host(rest).is_some()
        || remote_host(rest).is_some()
}

/// Who connected to us, or whom we connected to.
fn host<'a>(message: &mut MessageEntry<'a>, rest: &mut FieldCursor<'a>) {
    if let Some(host) = connecting_host(*rest) {
        rest.blanks();
        rest.take(host.text.len());
        message.connecting_host = Some(host);
    } else if let Some(host) = remote_host(*rest) {
        rest.token();
        message.remote_host = Some(host);
    }
}

/// One name right before `dns;`.
fn remote_host(mut rest: FieldCursor<'_>) -> Option<&[u8]> {
    let host = rest.token();
    let plain = !host.is_empty() && !host.contains(&b';') && !host.starts_with(b"(");
    (plain && rest.peek().starts_with(b"dns;")).then_some(host)
}

/// Sensitivity and priority are one or two digits.
fn small_number(rest: &mut FieldCursor<'_>) -> Option<u32> {
    take_if(rest, |token| token.len() <= 2 && lexical::is_digits(token)).and_then(lexical::small)
}

/// Sieve actions stand between apostrophes.
fn filter<'a>(rest: &mut FieldCursor<'a>) -> Option<&'a [u8]> {
    if !rest.peek().starts_with(b"'") {
        return None;
    }
    rest.blanks();
    let length = lexical::filter_length(rest.0)?;
    rest.take(length).get(1..length - 1)
}

fn connecting_host(mut rest: FieldCursor<'_>) -> Option<ConnectingHost<'_>> {
    rest.blanks();
    lexical::connecting_host(rest.0)
}
