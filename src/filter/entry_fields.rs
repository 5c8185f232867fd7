//! Which texts of an entry a term looks at: the table in [`filter`](super) as code.

use super::value::Substring;
use crate::index::Dimensions;
use crate::log::entry::{Body, Entry, MessageEntry};
use crate::log::response_template;
use std::borrow::Cow;

/// Recipients, after forwarding and before.
pub(super) fn recipients<'a>(
    message: &MessageEntry<'a>,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    message.active_to.into_iter().chain([message.original_to])
}

/// All addresses of a message entry.
fn addresses<'a>(message: &MessageEntry<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let between = message.intermediate.into_iter().chain(message.initial);
    recipients(message).chain([message.envelope_from]).chain(between)
}

/// The domains of the recipients, or the host that a connection was opened to reach.
pub(super) fn domains<'a>(entry: &Entry<'a>) -> [Option<&'a [u8]>; 2] {
    match &entry.body {
        Body::Message(message) => [message.active_domain(), message.original_domain()],
        Body::Connection(connection) => {
            let asked = connection.application.and_then(|application| application.initial_host);
            [asked, None]
        }
        Body::Header(_) => [None, None],
    }
}

/// Addresses of both ends.
pub(super) fn ips<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let (connecting, transport) = match &entry.body {
        Body::Message(message) => {
            (message.connecting_host.and_then(|host| host.ip), message.transport)
        }
        Body::Connection(connection) => (None, connection.transport),
        Body::Header(_) => (None, None),
    };
    let ends = transport.into_iter().flat_map(|ends| [ends.local_ip, ends.remote_ip]);
    connecting.into_iter().chain(ends)
}

/// Our own words in the place of a reply.
fn own_words<'a>(entry: &Entry<'a>) -> Option<&'a [u8]> {
    match &entry.body {
        Body::Message(message) => response_template::response_text(message),
        Body::Connection(connection) => connection.reason(),
        Body::Header(_) => None,
    }
}

/// What was answered, in one line: code, enhanced code and text, else our own words.
pub(super) fn answer<'a>(entry: &Entry<'a>) -> Option<Cow<'a, [u8]>> {
    match &entry.body {
        Body::Message(MessageEntry { response: Some(response), .. }) => {
            Some(response.line().into())
        }
        _ => own_words(entry).map(Cow::Borrowed),
    }
}

/// Whether a part stands in an address, a host or what was answered.
pub(super) fn mentions(entry: &Entry<'_>, part: &Substring) -> bool {
    let in_address = || match &entry.body {
        Body::Message(message) => addresses(message).any(|address| part.is_in(address)),
        Body::Connection(_) | Body::Header(_) => false,
    };
    in_address()
        || Dimensions::of(entry).is_some_and(|way| part.is_in(way.host))
        || answer(entry).is_some_and(|answer| part.is_in(&answer))
}
