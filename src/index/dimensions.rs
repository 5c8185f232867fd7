//! What entries are grouped and filtered by, beside their domain: sender, answer, and the way that a
//! message took.
//!
//! Few ways are taken by many entries: channels, code, user, host and address stand in one text
//! together, so that a row needs one symbol for all of them.

use super::Symbol;
use crate::log::entry::{Body, ConnectionEntry, Entry, MessageEntry};

/// Of one entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DimensionKeys {
    /// The envelope sender, in [`Index::senders`](super::Index::senders).
    pub sender: Symbol,
    /// What was answered ([`said`](mod@crate::log::response_template)), in [`Index::answers`](super::Index::responses).
    pub response: Symbol,
    /// The [`Dimensions`] it took, in [`Index::ways`](super::Index::dimensions).
    pub dimensions: Symbol,
}

/// How a message or a connection came or went. What an entry does not say is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dimensions<'a> {
    /// Source channel.
    pub channel: &'a [u8],
    /// Destination channel.
    pub destination: &'a [u8],
    /// Action and modifiers.
    pub code: &'a [u8],
    /// User name as logged: with a star in front if he authenticated.
    pub user: &'a [u8],
    /// In lower case: the host that a dequeue or an outbound connection reached or tried to reach;
    /// of what came in the name of the client, by reverse DNS or else its own word.
    pub host: &'a [u8],
    /// Address of the other side.
    pub ip: &'a [u8],
}

/// Parts of a way.
const PARTS: usize = 6;
/// Bytes for the length of each part, which stand before all of them.
const LENGTH: usize = 2;

impl<'a> Dimensions<'a> {
    /// The way of an entry, as logged; `None` of a header line.
    pub fn of(entry: &Entry<'a>) -> Option<Self> {
        match &entry.body {
            Body::Message(message) => Some(of_message(message)),
            Body::Connection(connection) => Some(of_connection(connection)),
            Body::Header(_) => None,
        }
    }

    /// Reads what was written for a table.
    pub fn read(text: &'a [u8]) -> Self {
        let Some((lengths, mut rest)) = text.split_first_chunk::<{ PARTS * LENGTH }>() else {
            return Self::default();
        };
        let mut lengths = lengths.chunks(LENGTH);
        let mut part = || {
            let length = u16::from_le_bytes(lengths.next()?.try_into().ok()?);
            let (part, behind) = rest.split_at_checked(usize::from(length))?;
            rest = behind;
            Some(part)
        };
        let mut next = || part().unwrap_or_default();
        Self {
            channel: next(),
            destination: next(),
            code: next(),
            user: next(),
            host: next(),
            ip: next(),
        }
    }

    fn parts(self) -> [&'a [u8]; PARTS] {
        [self.channel, self.destination, self.code, self.user, self.host, self.ip]
    }

    /// Puts the whole, with the last two parts in lower case, in the place of what was there.
    fn write(self, into: &mut Vec<u8>) {
        into.clear();
        let mut lengths = [0; PARTS * LENGTH];
        for (place, part) in lengths.chunks_mut(LENGTH).zip(self.parts()) {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
            place.copy_from_slice(&length.to_le_bytes());
        }
        into.extend_from_slice(&lengths);
        for part in self.parts() {
            // No line of a log is so long that one would be cut.
            into.extend_from_slice(part.get(..usize::from(u16::MAX)).unwrap_or(part));
        }
        let names = into.len() - (self.host.len() + self.ip.len()).min(into.len());
        into.get_mut(names..).unwrap_or_default().make_ascii_lowercase();
    }
}

/// Writes the way of an entry; nothing of one that took none.
pub(super) fn write(entry: &Entry<'_>, into: &mut Vec<u8>) {
    match Dimensions::of(entry) {
        Some(way) => way.write(into),
        None => into.clear(),
    }
}

fn of_message<'a>(message: &MessageEntry<'a>) -> Dimensions<'a> {
    let dequeue = message.code.action().is_dequeue();
    let client = message.connecting_host.filter(|_| !dequeue);
    let other_end = message.transport.map(|transport| transport.remote_ip);
    Dimensions {
        channel: message.source_channel,
        destination: message.destination_channel.unwrap_or_default(),
        code: message.code.0,
        user: message.username.map_or(b"", |user| user.text),
        host: match client {
            Some(client) => client.rdns.unwrap_or(client.helo),
            None => message.reached_host().unwrap_or_default(),
        },
        ip: message.connecting_ip().or(other_end).unwrap_or_default(),
    }
}

fn of_connection<'a>(connection: &ConnectionEntry<'a>) -> Dimensions<'a> {
    let application = connection.application.unwrap_or_default();
    Dimensions {
        channel: connection.source_channel,
        destination: b"",
        code: connection.code.0,
        user: connection.username.unwrap_or_default(),
        host: application.dns_host.or(application.initial_host).unwrap_or_default(),
        ip: connection.transport.map_or(b"", |transport| transport.remote_ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_way_has_all_that_entries_say_of_it() {
        let mut way = Vec::new();
        let mut of = |text: &[u8]| {
            write(&crate::log::parse::Parser::default().entry(text).unwrap(), &mut way);
            let Dimensions { channel, destination, code, user, host, ip } = Dimensions::read(&way);
            [channel, destination, code, user, host, ip]
                .map(|part| String::from_utf8_lossy(part).into_owned())
        };
        assert_eq!(
            of(b"16-Feb-2007 14:54:13.72 tcp_local ims-ms EEA 1 a@x.org rfc822;b@y.org b@ims-ms-daemon *joe laptop (Pool.X.org [192.0.2.7])"),
            ["tcp_local", "ims-ms", "EEA", "*joe", "pool.x.org", "192.0.2.7"]
        );
        assert_eq!(
            of(b"16-Feb-2007 14:54:13.72 tcp_local Q 1 a@x.org rfc822;b@y.org b@y.org dns;MX.y.org (TCP|192.0.2.1|9|192.0.2.9|25) smtp;450 4.7.1 no"),
            ["tcp_local", "", "Q", "", "mx.y.org", "192.0.2.9"]
        );
        assert_eq!(
            of(b"16-Feb-2007 14:54:13.72 tcp_local - O TCP|192.0.2.1|9|192.0.2.9|25 SMTP/y.org/mx.y.org"),
            ["tcp_local", "", "O", "", "mx.y.org", "192.0.2.9"]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_parts_as_they_were_written(
            text in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            Dimensions::read(&text);
            let mut written = Vec::new();
            let user = [&b"X"[..], &text].concat();
            Dimensions { channel: &text, user: &user, ip: &text, ..Dimensions::default() }.write(&mut written);
            let way = Dimensions::read(&written);
            prop_assert_eq!((way.channel, way.destination, way.user), (&*text, &b""[..], &*user));
            prop_assert_eq!(way.ip, text.to_ascii_lowercase());
        }
    }
}
