//! The delivery status at the end of a message entry.
//!
//! Half of it was chosen by a remote server, so it is read from the left by its structure, and
//! where a banner or a reply imitates that structure the whole stays text: no guess decides what a
//! remote server is seen to have said.

use super::byte_search;
use super::cursor::FieldCursor;
use crate::log::entry::{Application, MessageEntry, RemoteMta, Response, Transport, is_enhanced};

/// Reads `[dns;host] [(TCP|…)] [(banner)] [(TCP|…)] [smtp;reply]` or any other text.
pub(super) fn status<'a>(message: &mut MessageEntry<'a>, mut rest: FieldCursor<'a>) {
    if let Some(host) = rest.peek().strip_prefix(b"dns;") {
        message.remote_mta = Some(RemoteMta { kind: b"dns", host });
        rest.token();
    }
    groups(message, &mut rest);
    let Some(text) = rest.text() else { return };
    match text.strip_prefix(b"smtp;").and_then(reply) {
        Some(response) => message.response = Some(response),
        None => message.diagnostic = Some(text),
    }
}

/// Transport and banner, each in parentheses, in any order.
fn groups<'a>(message: &mut MessageEntry<'a>, rest: &mut FieldCursor<'a>) {
    loop {
        rest.blanks();
        if let Some((transport, length)) = transport_group(rest.0) {
            message.transport.get_or_insert(transport);
            rest.take(length);
        } else if let Some(length) = banner_length(rest.0).filter(|_| message.banner.is_none()) {
            let group = rest.take(length);
            message.banner = group.get(1..length - 1);
        } else {
            return;
        }
    }
}

/// `(TCP|…)` and its length.
fn transport_group(text: &[u8]) -> Option<(Transport<'_>, usize)> {
    let end = byte_search::find(b')', text)?;
    let inside = text.get(..end)?.strip_prefix(b"(")?;
    Some((transport(inside)?, end + 1))
}

/// `PROTOCOL|ip|port|ip|port`. IPv6 addresses hold colons, so only `|` separates.
pub(super) fn transport(text: &[u8]) -> Option<Transport<'_>> {
    let mut parts = byte_search::split(b'|', text);
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let protocol = next().filter(|p| p.len() <= 8 && p.iter().all(u8::is_ascii_alphanumeric))?;
    let (local_ip, local_port) = (next()?, port(next()?)?);
    let (remote_ip, remote_port) = (next()?, port(next()?)?);
    next().is_none().then_some(Transport { protocol, local_ip, local_port, remote_ip, remote_port })
}

/// `SMTP[/initial-host/dns-host][/TLS-…]`.
pub(super) fn application(token: &[u8]) -> Option<Application<'_>> {
    let mut parts = byte_search::split(b'/', token);
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

fn port(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |value, digit| {
        let digit = u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Length of the banner with its parentheses. A banner is free text with parentheses of its own, so
/// it ends at the first one that the next part follows. If a later one could be its end as well,
/// banner or reply imitate the other, and there is none.
fn banner_length(text: &[u8]) -> Option<usize> {
    if !text.starts_with(b"(") {
        return None;
    }
    let ends = |&at: &usize| text.get(at + 1) == Some(&b' ') && follows_banner(text, at + 2);
    let mut ends = byte_search::find_all(b')', text).filter(ends);
    match ends.next() {
        Some(end) => ends.next().is_none().then_some(end + 1),
        None => text.ends_with(b")").then_some(text.len()),
    }
}

/// Whether a reply, with or without the transport before it, stands at `at`, and is not the one
/// behind that transport, which the place before the transport already counted.
fn follows_banner(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let transport_before = || {
        let open = memchr::memrchr(b'(', text.get(..at)?)?;
        let group = transport_group(text.get(open..)?)?;
        let banner_before = text.get(..open)?.ends_with(b") ");
        (banner_before && open + group.1 + 1 == at).then_some(())
    };
    match transport_group(rest) {
        Some((_, length)) => {
            rest.get(length..).is_some_and(|after| after.is_empty() || after.starts_with(b" smtp;"))
        }
        None => rest.starts_with(b"smtp;") && transport_before().is_none(),
    }
}

/// `250 2.1.5 text`, after an optional blank (`smtp; 553 …`).
fn reply(text: &[u8]) -> Option<Response<'_>> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (digits, rest) = text.split_at_checked(3)?;
    let code = port(digits).filter(|code| (200..600).contains(code))?;
    let mut rest = match rest {
        [] => FieldCursor(rest),
        [b' ' | b'-', rest @ ..] => FieldCursor(rest),
        _ => return None,
    };
    let enhanced =
        Some(rest.peek()).filter(|token| is_enhanced(token) && rest.0.starts_with(token));
    if enhanced.is_some() {
        rest.token();
    }
    Some(Response { code, enhanced, text: rest.text().unwrap_or_default() })
}

/// Whether the text here is the reply that our server gave: `550 5.7.1 Relaying not permitted`.
/// NOTARY flags can have the same value; a queue file or an id behind it tells them.
pub(super) fn begins_reply(mut rest: FieldCursor<'_>) -> bool {
    rest.blanks();
    if !matches!(rest.0, [b'4' | b'5', _, _, b' ', ..]) {
        return false;
    }
    let code = rest.token();
    let next = rest.peek();
    code.len() == 3
        && port(code).is_some_and(|code| (400..600).contains(&code))
        && (is_enhanced(next) || next.first().is_some_and(u8::is_ascii_alphabetic))
        && !next.contains(&b'/')
}

/// Whether the text here is a delivery status: ours, or one from another server.
pub(super) fn begins_status(rest: FieldCursor<'_>) -> bool {
    const MARKS: [&[u8]; 3] = [b"smtp;", b"dns;", b"(TCP|"];
    match rest.0.first() {
        Some(b's' | b'd' | b'(') => MARKS.iter().any(|mark| rest.0.starts_with(mark)),
        Some(b'0'..=b'9') => begins_reply(rest),
        _ => false,
    }
}
