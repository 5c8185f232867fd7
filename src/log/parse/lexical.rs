//! What the values of the fields look like, each by itself.

use super::byte_search;
use super::cursor::FieldCursor;
use crate::log::entry::ConnectingHost;
use memchr::memmem;

/// A whole token of digits that fits 64 bits.
pub(super) fn integer(token: &[u8]) -> Option<u64> {
    (is_digits(token) && token.len() < 20)
        .then(|| token.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

/// An integer that fits 32 bits.
pub(super) fn small(token: &[u8]) -> Option<u32> {
    integer(token).and_then(|value| u32::try_from(value).ok())
}

pub(super) fn is_digits(token: &[u8]) -> bool {
    !token.is_empty() && token.iter().all(u8::is_ascii_digit)
}

/// A number of seconds, perhaps with a fraction.
pub(super) fn is_decimal(token: &[u8]) -> bool {
    let (whole, fraction) = match byte_search::find(b'.', token) {
        Some(dot) => token.split_at(dot),
        None => (token, &b""[..]),
    };
    is_digits(whole) && whole.len() <= 12 && (fraction.is_empty() || is_digits(rest_of(fraction)))
}

fn rest_of(fraction: &[u8]) -> &[u8] {
    fraction.get(1..).unwrap_or_default()
}

/// Longest address type.
const LONGEST_TYPE: usize = 16;

/// The type of `rfc822;address`: an atom before a semicolon (RFC 3461 ORCPT).
pub(super) fn address_type(token: &[u8]) -> Option<&[u8]> {
    let near = token.get(..LONGEST_TYPE + 1).unwrap_or(token);
    let kind = near.get(..byte_search::find(b';', near)?)?;
    let atom = kind.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    (atom && !kind.is_empty()).then_some(kind)
}

/// A path whose base name ends in two letters or digits, or in `HELD`; also of OpenVMS.
pub(super) fn is_queue_file(token: &[u8]) -> bool {
    let Some((suffix, dot)) = [2, 4].into_iter().find_map(|length| {
        let dot = token.len().checked_sub(length + 1)?;
        (token.get(dot) == Some(&b'.')).then_some((token.get(dot + 1..)?, dot))
    }) else {
        return false;
    };
    let held =
        suffix.len() == 2 && suffix.iter().all(u8::is_ascii_alphanumeric) || suffix == b"HELD";
    held && byte_search::find_any([b'/', b']', b':'], token.get(..dot).unwrap_or_default())
        .is_some()
}

/// `<…>`, two such joined by a comma, or a bare id: an address-like word.
pub(super) fn is_id(value: &[u8]) -> bool {
    match value.first() {
        Some(b'<') => value.ends_with(b">"),
        Some(b'*' | b'[' | b'(' | b'\'' | b'/') | None => false,
        Some(_) => {
            byte_search::find(b'@', value).is_some() && byte_search::find(b' ', value).is_none()
        }
    }
}

/// Bytes of the id that begins here: of `<…>` up to the bracket that a blank or the end follows.
pub(super) fn id_length(text: &[u8]) -> usize {
    let token = byte_search::find(b' ', text).unwrap_or(text.len());
    let whole = text.get(..token).is_some_and(|id| !id.starts_with(b"<") || id.ends_with(b">"));
    if whole {
        return token;
    }
    let end = memmem::find(text, b"> ").map(|at| at + 1);
    end.unwrap_or(if text.ends_with(b">") { text.len() } else { token })
}

/// A word that is not of the shape of another field.
pub(super) fn is_username(token: &[u8]) -> bool {
    let mark = |b: &u8| {
        matches!(
            b,
            b'<' | b'>' | b'/' | b';' | b'(' | b')' | b'[' | b']' | b'\'' | b'|' | b':' | b' '
        )
    };
    match token {
        [b'*', name @ ..] => !name.is_empty(),
        _ => !token.is_empty() && !token.iter().any(mark),
    }
}

/// An address as intermediate and initial ones are logged; no part of a delivery status.
pub(super) fn is_plain_address(value: &[u8]) -> bool {
    !value.starts_with(b"dns;")
        && !value.starts_with(b"smtp;")
        && !matches!(value.first(), Some(b'(' | b'\'' | b'*'))
        && (value == b"<>" || byte_search::find_any([b'<', b'|'], value).is_none())
}

/// Bytes of the Sieve actions that begin here: text between apostrophes, up to the one that a
/// field, a blank one too, or the end follows.
pub(super) fn filter_length(text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"'")?;
    let close = memmem::find(inside, b"' ");
    close
        .or_else(|| inside.len().checked_sub(1).filter(|_| inside.ends_with(b"'")))
        .map(|at| at + 2)
}

/// Connection information, where a blank may end it: who connected to us, or the host that we
/// connected to. A word of other text has no dot.
pub(super) fn connection<'a>(rest: &mut FieldCursor<'a>) -> Option<&'a [u8]> {
    if let Some(host) = connecting_host(rest.0) {
        return Some(rest.take(host.text.len()));
    }
    let token = rest.peek();
    let after = rest.0.get(token.len()..).unwrap_or_default();
    let named = byte_search::find(b'.', token).is_some() || after.starts_with(b" dns;");
    (named && is_host(token)).then(|| rest.take(token.len()))
}

/// Whether the whole value is connection information.
pub(super) fn connection_fits(value: &[u8]) -> bool {
    is_host(value) || connecting_host(value).is_some_and(|host| host.text.len() == value.len())
}

fn is_host(token: &[u8]) -> bool {
    let mark = |b: &u8| matches!(b, b';' | b'(' | b')' | b'|' | b' ' | b'<' | b'\'' | b'@');
    !token.is_empty() && !token.iter().any(mark)
}

/// Longest name of a client by DNS, and its address, in their parentheses.
const LONGEST_GROUP: usize = 512;

/// `NAME (NAME [IP])`, `NAME ([IP])` or `[IP] ([IP])`, which a blank or the end follows.
pub(super) fn connecting_host(text: &[u8]) -> Option<ConnectingHost<'_>> {
    let blank = byte_search::find(b' ', text).filter(|&at| at > 0)?;
    let group = text.get(blank + 1..)?.strip_prefix(b"(")?;
    let group = group.get(..LONGEST_GROUP).unwrap_or(group);
    let ends = |at: &usize| group.get(at + 1) == Some(&b')');
    let length = blank + 2 + byte_search::find_all(b']', group).find(ends)? + 2;
    let host = parts(text.get(..length)?)?;
    let address = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':');
    let fits = !host.text.ends_with(b"[])")
        && host.ip.is_some_and(|ip| ip.iter().all(address))
        && host.rdns.is_none_or(|name| byte_search::find_any([b' ', b'(', b')'], name).is_none())
        && matches!(text.get(length), None | Some(b' '));
    fits.then_some(host)
}

/// The parts of connection information about who connected to us; `None` if it is a host that we
/// connected to, or blank.
pub(super) fn parts(connection: &[u8]) -> Option<ConnectingHost<'_>> {
    let (helo, group) = connection.split_at(byte_search::find(b' ', connection)?);
    let group = group.strip_prefix(b" (")?.strip_suffix(b"])")?;
    let (rdns, ip) = group.split_at(byte_search::find(b'[', group)?);
    let (rdns, ip) = (rdns.trim_ascii(), ip.get(1..)?);
    Some(ConnectingHost {
        text: connection,
        helo,
        rdns: (!rdns.is_empty()).then_some(rdns),
        ip: Some(ip.strip_prefix(b"IPv6:").unwrap_or(ip)),
    })
}
