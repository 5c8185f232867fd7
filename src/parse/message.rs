//! A message entry behind its code: size, addresses, and the fields that options switch on.
//!
//! The order of the fields is fixed, and any of them may be missing: each step takes its field if
//! the next token has the field's shape, and else leaves it to the steps behind.

use super::cursor::Cursor;
use super::{Flaw, status};
use crate::entry::{Code, ConnectingHost, Message, QueueFile, Username};
use memchr::memchr;
use memchr::memmem;

/// Reads everything behind the action code.
pub(super) fn message<'a>(
    source_channel: &'a [u8],
    destination_channel: Option<&'a [u8]>,
    code: Code<'a>,
    mut rest: Cursor<'a>,
) -> Result<Message<'a>, Flaw> {
    let size = integer(rest.token()).ok_or(Flaw::NoSize)?;
    let mut message =
        Message { code, source_channel, destination_channel, size, ..Message::default() };
    addresses(&mut message, &mut rest)?;
    message.notary_flags = notary_flags(&mut rest);
    message.queue_file = when(&mut rest, is_queue_file).map(QueueFile);
    ids(&mut message, &mut rest);
    message.username = username(&mut rest);
    host(&mut message, &mut rest);
    if message.connecting_host.is_some() {
        message.sensitivity = small_number(&mut rest);
        message.priority = small_number(&mut rest);
    }
    message.filter = filter(&mut rest);
    status::status(&mut message, rest);
    Ok(message)
}

/// Envelope From, original To and active To.
fn addresses<'a>(message: &mut Message<'a>, rest: &mut Cursor<'a>) -> Result<(), Flaw> {
    // One blank ends the size, so a second one means a blank envelope From. Pasted text may have
    // lost it; then the type prefix shows that the original To is next.
    let blank = rest.blanks() > 1 && address_type(rest.peek()).is_some();
    if !blank && address_type(rest.peek()).is_none() {
        message.envelope_from = unbracketed(rest.address());
    }
    let original = rest.address();
    if original.is_empty() {
        return Err(Flaw::NoRecipient);
    }
    (message.original_to_type, message.original_to) = match address_type(original) {
        Some(kind) => (Some(kind), original.get(kind.len() + 1..).unwrap_or_default()),
        None => (None, unbracketed(original)),
    };
    if !status::begins_reply(*rest) && !is_queue_file(rest.peek()) {
        let active = rest.address();
        message.active_to = (!active.is_empty()).then(|| unbracketed(active));
    }
    let named = message.original_to_type.is_some() || message.active_to.is_some();
    named.then_some(()).ok_or(Flaw::NoRecipient)
}

/// `LOG_FORMAT=2` writes an empty address as `<>`.
fn unbracketed(address: &[u8]) -> &[u8] {
    if address == b"<>" { b"" } else { address }
}

/// The type of `rfc822;address`: an atom before a semicolon (RFC 3461 ORCPT).
fn address_type(token: &[u8]) -> Option<&[u8]> {
    let kind = token.get(..memchr(b';', token)?)?;
    let atom = !kind.is_empty()
        && kind.len() <= 16
        && kind.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    atom.then_some(kind)
}

/// An integer right behind the active To is either flags or the reply that a `J` gave.
fn notary_flags(rest: &mut Cursor<'_>) -> Option<u32> {
    if status::begins_reply(*rest) {
        return None;
    }
    let flags = integer(rest.peek()).and_then(|value| u32::try_from(value).ok())?;
    rest.token();
    Some(flags)
}

/// Takes the next token if it has the shape.
fn when<'a>(rest: &mut Cursor<'a>, shape: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
    shape(rest.peek()).then(|| rest.token())
}

/// A path whose base name ends in two letters or digits, or in `HELD`; also of OpenVMS.
fn is_queue_file(token: &[u8]) -> bool {
    let Some(separator) = memchr::memrchr3(b'/', b']', b':', token) else { return false };
    let base = token.get(separator + 1..).unwrap_or_default();
    let Some(dot) = memchr::memrchr(b'.', base) else { return false };
    match base.get(dot + 1..).unwrap_or_default() {
        b"HELD" => true,
        suffix => suffix.len() == 2 && suffix.iter().all(u8::is_ascii_alphanumeric),
    }
}

/// Envelope id and message id; one alone is the message id.
fn ids<'a>(message: &mut Message<'a>, rest: &mut Cursor<'a>) {
    let Some(first) = id(rest) else { return };
    let last = match id(rest) {
        Some(second) => {
            message.envelope_id = Some(first);
            second
        }
        None => first,
    };
    // A notification's first enqueue logs `<new>,<original>` as one field.
    let joint = memmem::find(last, b">,<").map(|at| last.split_at(at + 1));
    let (new, original) = joint.map_or((last, None), |(new, rest)| (new, rest.get(1..)));
    message.message_id = Some(new);
    message.related_message_id = original;
}

/// `<…>` up to the bracket that a blank or the end follows.
fn id<'a>(rest: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let token = rest.peek();
    if !token.starts_with(b"<") {
        return None;
    }
    rest.blanks();
    let end = if token.ends_with(b">") {
        token.len()
    } else {
        memmem::find(rest.0, b"> ").map_or(token.len(), |at| at + 1)
    };
    Some(rest.take(end))
}

/// A user name is followed by another field or by nothing: a word followed by words is a diagnostic.
fn username<'a>(rest: &mut Cursor<'a>) -> Option<Username<'a>> {
    let token = rest.peek();
    let starred = token.starts_with(b"*") && token.len() > 1;
    let mark = |b: &u8| {
        matches!(b, b'<' | b'>' | b'/' | b';' | b'(' | b')' | b'[' | b']' | b'\'' | b'|' | b':')
    };
    let bare = !token.is_empty() && !token.iter().any(mark);
    let is_name = starred
        || bare
            && !is_host(token, *rest)
            && connecting_host(*rest).is_none()
            && ends_name(token, *rest);
    is_name.then(|| Username::new(rest.token()))
}

/// Before `dns;` stands the host that was connected to, if the token looks like one.
fn is_host(token: &[u8], mut rest: Cursor<'_>) -> bool {
    rest.token();
    let mta = rest.peek().strip_prefix(b"dns;");
    mta.is_some_and(|mta| memchr(b'.', token).is_some() || mta.eq_ignore_ascii_case(token))
}

/// Whether what follows the token is another field, blank or not, or nothing.
fn ends_name(token: &[u8], mut rest: Cursor<'_>) -> bool {
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
fn host<'a>(message: &mut Message<'a>, rest: &mut Cursor<'a>) {
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
fn remote_host(mut rest: Cursor<'_>) -> Option<&[u8]> {
    let host = rest.token();
    let plain = !host.is_empty() && !host.contains(&b';') && !host.starts_with(b"(");
    (plain && rest.peek().starts_with(b"dns;")).then_some(host)
}

/// `NAME (NAME [IP])`, `NAME ([IP])` or `[IP] ([IP])`.
fn connecting_host(mut rest: Cursor<'_>) -> Option<ConnectingHost<'_>> {
    rest.blanks();
    let start = rest.0;
    let helo = rest.token();
    if helo.is_empty() || rest.blanks() != 1 || !rest.0.starts_with(b"(") {
        return None;
    }
    let group = rest.0.get(1..memmem::find(rest.0, b"])")?)?;
    let (rdns, ip) = group.split_at(memchr(b'[', group)?);
    let (rdns, ip) = (rdns.trim_ascii(), ip.get(1..)?);
    let address =
        !ip.is_empty() && ip.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':'));
    let named = rdns.iter().all(|b| !matches!(b, b' ' | b'(' | b')'));
    let text = start.get(..helo.len() + 1 + 1 + group.len() + 2)?;
    (address && named).then_some(ConnectingHost {
        text,
        helo,
        rdns: (!rdns.is_empty()).then_some(rdns),
        ip: Some(ip.strip_prefix(b"IPv6:").unwrap_or(ip)),
    })
}

/// Sensitivity and priority are one or two digits.
fn small_number(rest: &mut Cursor<'_>) -> Option<u32> {
    let token = when(rest, |token| token.len() <= 2 && integer(token).is_some())?;
    integer(token).and_then(|value| u32::try_from(value).ok())
}

/// Sieve actions stand between apostrophes.
fn filter<'a>(rest: &mut Cursor<'a>) -> Option<&'a [u8]> {
    if !rest.peek().starts_with(b"'") {
        return None;
    }
    rest.blanks();
    let inside = rest.0.get(1..)?;
    let end = if inside.last() == Some(&b'\'') && memmem::find(inside, b"' ").is_none() {
        inside.len() - 1
    } else {
        memmem::find(inside, b"' ")?
    };
    rest.take(end + 2);
    inside.get(..end)
}

/// A whole token of digits that fits 64 bits.
fn integer(token: &[u8]) -> Option<u64> {
    let digits = !token.is_empty() && token.len() < 20 && token.iter().all(u8::is_ascii_digit);
    digits.then(|| token.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}
