//! The fields of an entry, each hidden as what it is.

use super::Redactor;
use super::free_text::{self, KnownName};
use super::rewrite::{Span, length, rewritten};
use super::unescape::flat;
use crate::log::entry::{
    Action, Application, Body, ConnectionEntry, Direction, Entry, MessageEntry, Response, Transport,
};
use crate::log::parse;
use crate::log::parse::{EntryText, Scratch};
use std::ops::Range;

/// What a field is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    Address,
    User,
    Ip,
    /// A recipient domain, or the name of a server.
    Server,
    /// The name of a client, or of our own host.
    Client,
    Id,
    File,
    /// Somebody's own words.
    Words,
    /// What we say of an authentication, behind a name that a client chose.
    Login,
    /// Nothing is known of it.
    Text,
    Header,
}

/// The text with pseudonyms. What is no entry, or would be none with them, is hidden as a whole.
pub(super) fn shown(redactor: &Redactor, original: &EntryText) -> EntryText {
    let profile = original.profile;
    let text = flat(&original.text);
    let mut scratch = Scratch::default();
    let hidden = parse::entry(&text, profile, &mut scratch)
        .ok()
        .and_then(|entry| hidden(redactor, &text, &entry));
    let sound = |text: &Vec<u8>| parse::entry(text, profile, &mut Scratch::default()).is_ok();
    let text = hidden.filter(sound).unwrap_or_else(|| {
        format!("(hidden: {} bytes that are no entry)", original.text.len()).into_bytes()
    });
    EntryText { text, profile }
}

/// `None` if a field does not stand in the text.
fn hidden(redactor: &Redactor, text: &[u8], entry: &Entry<'_>) -> Option<Vec<u8>> {
    let mut fields = HiddenFields(Vec::new());
    fields.entry(entry);
    let known = fields.known_names(redactor);
    let mut spans = Vec::new();
    for &(value, of) in fields.0.iter().filter(|(value, _)| !value.is_empty()) {
        let put = pseudonym_for(redactor, value, of, &known);
        let places = match place(value, text) {
            Some(place) => vec![place],
            None => places(value, text),
        };
        if places.is_empty() {
            return None;
        }
        spans.extend(places.into_iter().map(|place| Span { range: place, put: put.clone() }));
    }
    spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
    let shown = rewritten(redactor, text, &spans, is_counted(text, entry));
    let tells = |(value, of): &(&[u8], As)| {
        let sure = matches!(of, As::Address if value.contains(&b'@')) || *of == As::Ip;
        sure && value.len() > 6 && memchr::memmem::find(&shown, value).is_some()
    };
    (!fields.0.iter().any(tells)).then_some(shown)
}

/// Where in a text a part of it lies: that very one.
fn place(part: &[u8], text: &[u8]) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(part.len()).filter(|&end| end <= text.len())?;
    Some(start..end)
}

/// Where in a text something stands that was put together of its parts.
fn places(value: &[u8], text: &[u8]) -> Vec<Range<usize>> {
    let found = memchr::memmem::find_iter(text, value);
    found.map(|at| at..at + value.len()).collect()
}

/// Whether the fields stand behind their lengths.
fn is_counted(text: &[u8], entry: &Entry<'_>) -> bool {
    let of_ends = |ends: Option<Transport<'_>>| ends.map(|ends| place(ends.protocol, text));
    let firsts = match &entry.body {
        Body::Message(message) => {
            let from = place(message.envelope_from, text);
            [Some(from), message.active_to.map(|to| place(to, text)), of_ends(message.transport)]
        }
        Body::Connection(it) => {
            let words = it.auth_message.or(it.diagnostic).map(|words| place(words, text));
            [of_ends(it.transport), it.username.map(|user| place(user, text)), words]
        }
        Body::Header(_) => return false,
    };
    let is_behind_its_length = |start: usize| {
        let before = text.get(..start)?.strip_suffix(b":")?;
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (before, count) = before.split_at(before.len() - digits);
        let count = str::from_utf8(count).ok()?.parse().ok().filter(|_| before.ends_with(b" "))?;
        length(text.get(start..)?, count)
    };
    let starts = firsts.into_iter().flatten().flatten().map(|place| place.start);
    starts.into_iter().any(|start| is_behind_its_length(start).is_some())
}

fn pseudonym_for(redactor: &Redactor, value: &[u8], of: As, known: &[KnownName<'_>]) -> Vec<u8> {
    match of {
        As::Address => redactor.address(value),
        As::User => redactor.user(value),
        As::Ip => redactor.ip_text(value),
        As::Server => redactor.domain(value),
        As::Client => redactor.host(value),
        As::Id => redactor.id(value),
        As::File => redactor.queue_file(value),
        As::Words => free_text::scrub(redactor, value, known),
        As::Login => login(redactor, value, known),
        As::Text => redactor.text(value),
        As::Header => header(redactor, value),
    }
}

/// A header line: its name stays.
fn header(redactor: &Redactor, line: &[u8]) -> Vec<u8> {
    let is_name = |name: &[u8]| name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    let colon = memchr::memchr(b':', line).filter(|&at| line.get(..at).is_some_and(is_name));
    let (name, value) = line.split_at(colon.map_or(0, |at| at + 1));
    if value.trim_ascii().is_empty() {
        return line.to_vec();
    }
    let blank = if name.is_empty() { &b""[..] } else { b" " };
    [name, blank, &redactor.text(value.trim_ascii())].concat()
}

/// The reply stays, as far as replies do; before it stands a name that a client chose.
fn login(redactor: &Redactor, text: &[u8], known: &[KnownName<'_>]) -> Vec<u8> {
    let starts = (0..text.len()).rev().filter(|&at| at == 0 || text.get(at - 1) == Some(&b' '));
    let replies = |&at: &usize| {
        let reply = text.get(at..).and_then(Response::beginning);
        reply.is_some_and(|reply| reply.enhanced.is_some() || at == 0)
    };
    match starts.into_iter().find(replies) {
        Some(at) => {
            let (name, reply) = text.split_at(at);
            let name = name.trim_ascii_end();
            let blank = if name.is_empty() { &b""[..] } else { b" " };
            [&redactor.text(name), blank, &free_text::scrub(redactor, reply, known)].concat()
        }
        None => redactor.text(text),
    }
}

/// What is to be hidden, in no order.
struct HiddenFields<'e>(Vec<(&'e [u8], As)>);

impl<'e> HiddenFields<'e> {
    fn push(&mut self, value: Option<&'e [u8]>, of: As) {
        self.0.extend(value.map(|value| (value, of)));
    }

    /// Names that may stand in somebody's words as well.
    fn known_names(&self, redactor: &Redactor) -> Vec<KnownName<'e>> {
        let mut known: Vec<KnownName<'e>> = Vec::new();
        let mut add = |name: &'e [u8], put: Vec<u8>| {
            let long_enough = name.len() > free_text::LEAST;
            if long_enough && !known.iter().any(|(other, _)| *other == name) {
                known.push((name, put));
            }
        };
        for &(value, of) in &self.0 {
            match of {
                As::Address | As::User => {
                    let value = value.strip_prefix(b"*").unwrap_or(value);
                    add(value, redactor.address(value));
                    let local = memchr::memrchr(b'@', value).and_then(|at| value.get(..at));
                    if let Some(local) = local.map(super::local_part) {
                        add(local, redactor.user(local));
                        let bare = local.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\""));
                        if let Some(bare) = bare {
                            add(bare, redactor.user(local));
                        }
                    }
                }
                As::Client => add(value, redactor.host(value)),
                As::Id => {
                    add(value, redactor.id(value));
                    let bare = crate::log::entry::without_brackets(value);
                    add(bare, redactor.id(bare));
                }
                _ => {}
            }
        }
        known
    }

    fn entry(&mut self, entry: &Entry<'e>) {
        self.push(entry.node, As::Client);
        match &entry.body {
            Body::Message(message) => self.message(message),
            Body::Connection(connection) => self.connection(connection),
            Body::Header(line) => self.push(Some(line), As::Header),
        }
        for &(_, value) in &entry.extra {
            self.push(Some(value), As::Text);
        }
    }

    fn message(&mut self, message: &MessageEntry<'e>) {
        let inbound = !message.code.action().is_dequeue();
        let addresses = [message.active_to, message.intermediate, message.initial];
        let addresses = addresses.into_iter().flatten();
        for address in addresses.chain([message.envelope_from, message.original_to]) {
            self.push(Some(address), As::Address);
        }
        for id in [message.envelope_id, message.message_id, message.related_message_id] {
            self.push(id, As::Id);
        }
        self.push(message.queue_file.map(|file| file.0), As::File);
        self.push(message.username.map(|user| user.name), As::User);
        if let Some(host) = message.connecting_host {
            self.push(Some(host.helo), As::Client);
            self.push(host.rdns, As::Client);
            self.push(host.ip, As::Ip);
        }
        self.push(message.remote_host, if inbound { As::Client } else { As::Server });
        self.push(message.remote_mta.map(|mta| mta.host), As::Server);
        self.ends(message.transport, message.application, inbound);
        self.push(message.filter, As::Text);
        for words in [message.reason, message.banner, message.diagnostic] {
            self.push(words, As::Words);
        }
        self.push(message.response.map(|response| response.text), As::Words);
    }

    fn connection(&mut self, connection: &ConnectionEntry<'e>) {
        let inbound = connection.direction == Direction::Inbound;
        // Where names tell the fields, the user's name is one of its own.
        let is_login =
            connection.code.action() == Action::Authenticate && connection.username.is_none();
        let words = if is_login { As::Login } else { As::Words };
        self.ends(connection.transport, connection.application, inbound);
        self.push(connection.username, As::User);
        self.push(connection.auth_message, words);
        self.push(connection.diagnostic, words);
    }

    fn ends(
        &mut self,
        ends: Option<Transport<'e>>,
        application: Option<Application<'e>>,
        inbound: bool,
    ) {
        self.push(ends.map(|ends| ends.local_ip), As::Ip);
        self.push(ends.map(|ends| ends.remote_ip), As::Ip);
        let host = if inbound { As::Client } else { As::Server };
        self.push(application.and_then(|it| it.initial_host), host);
        self.push(application.and_then(|it| it.dns_host), host);
    }
}
