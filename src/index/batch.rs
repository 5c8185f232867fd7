//! A run of entries on its way into the index.
//!
//! It is made wherever the entries are parsed, with symbol tables of its own, so that the owner of
//! the index has little left to do for each.

use super::keys::{Key, Keys};
use super::{Ends, Kind, Logged, Place, Symbol, Symbols};
use crate::entry::{
    Action, Application, Body, ConnectionEntry, Direction, Entry, Message, Outcome, QueueFile,
    Time, Transport,
};
use crate::parse::Flaw;

/// Room is made for so many entries at once: a batch of a log that is being caught up with has some
/// thousands, and moving them as it grows would take longer than absorbing them.
const ROOM: usize = 4_096;

/// Entries in the order of the log, ready to be absorbed.
pub struct Batch {
    keys: Keys,
    pub(super) drafts: Vec<Draft>,
    pub(super) names: Symbols,
    pub(super) domains: Symbols,
    pub(super) logged: Logged,
    lower: Vec<u8>,
}

/// One entry: what the index keeps of it, before it is tied to others.
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) length: u32,
    pub(super) time: Option<Time>,
    pub(super) kind: Kind,
    /// Recipient domain, and that of the other recipient address if it differs.
    pub(super) domains: (Symbol, Symbol),
    /// Message id, queue file, and the id of the message that a notification is about.
    pub(super) message: Key,
    pub(super) file: Key,
    pub(super) related: Key,
    pub(super) hop: Hop,
    pub(super) process: Key,
    /// Number of the operation within the process.
    pub(super) sequence: u32,
    pub(super) ends: Option<(Ends, u64)>,
    pub(super) channel: Symbol,
    pub(super) hosts: Hosts,
}

/// A recipient on its way through an intermediate channel, by which a message is known again that
/// comes out of it under another id.
#[derive(Clone, Copy, Default)]
pub(super) struct Hop {
    /// This entry puts it there.
    pub(super) into: Key,
    /// This entry passes it on from there.
    pub(super) out: Key,
    /// This entry ends its stay.
    pub(super) done: Key,
}

/// Names on a connection entry.
#[derive(Clone, Copy, Default)]
pub(super) struct Hosts {
    pub(super) direction: Option<Direction>,
    pub(super) initial: Symbol,
    pub(super) dns: Symbol,
    pub(super) tls: Symbol,
}

impl Batch {
    /// An empty batch for the index that these keys are of.
    pub fn new(keys: Keys) -> Self {
        Self {
            keys,
            drafts: Vec::new(),
            names: Symbols::default(),
            domains: Symbols::default(),
            logged: Logged::default(),
            lower: Vec::new(),
        }
    }

    /// Adds one entry, understood or not, whose text is `length` bytes at `place`.
    pub fn push(&mut self, place: Place, length: usize, entry: &Result<Entry<'_>, Flaw>) {
        let mut draft = Draft {
            place,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            time: None,
            kind: Kind::Unparsed,
            domains: Default::default(),
            message: None,
            file: None,
            related: None,
            hop: Hop::default(),
            process: None,
            sequence: 0,
            ends: None,
            channel: Symbol::default(),
            hosts: Hosts::default(),
        };
        if let Ok(entry) = entry {
            draft.time = Some(entry.time);
            draft.kind = Kind::of(entry);
            draft.process = self.keys.process(entry);
            draft.sequence = entry.process.map_or(0, |process| number(process.sequence));
            self.logged.process |= entry.process.is_some();
            match &entry.body {
                Body::Message(message) => self.fill_message(&mut draft, message),
                Body::Connection(connection) => self.fill_connection(&mut draft, connection),
                Body::Header(_) => {}
            }
        }
        if self.drafts.is_empty() {
            self.drafts.reserve(ROOM);
        }
        self.drafts.push(draft);
    }

    fn fill_message(&mut self, draft: &mut Draft, message: &Message<'_>) {
        draft.channel = self.names.intern(message.source_channel);
        draft.message = message.message_id.and_then(|id| self.keys.message(id));
        draft.related = message.related_message_id.and_then(|id| self.keys.message(id));
        draft.file = message
            .queue_file
            .as_ref()
            .and_then(QueueFile::body)
            .and_then(|body| self.keys.file(body));
        draft.hop = self.hop(message);
        draft.ends = message.transport.and_then(|transport| self.ends(&transport));
        let (active, original) = (message.active_domain(), message.original_domain());
        draft.domains.0 = self.domain(active.or(original));
        if active.is_some() && active != original {
            draft.domains.1 = self.domain(original);
        }
    }

    fn hop(&self, message: &Message<'_>) -> Hop {
        let through = |channel: &[u8]| {
            let named = Outcome::of(Action::Dequeue, channel) == Some(Outcome::HandedOn)
                && !message.original_to.is_empty();
            named.then(|| self.keys.hop(channel, message.envelope_from, message.original_to))
        };
        match message.code.action() {
            Action::Enqueue => Hop {
                into: message.destination_channel.and_then(through),
                out: through(message.source_channel),
                done: None,
            },
            Action::Dequeue | Action::Fail | Action::Discard => {
                Hop { done: through(message.source_channel), ..Hop::default() }
            }
            _ => Hop::default(),
        }
    }

    fn fill_connection(&mut self, draft: &mut Draft, connection: &ConnectionEntry<'_>) {
        self.logged.connection = true;
        draft.channel = self.names.intern(connection.source_channel);
        draft.ends = connection.transport.and_then(|transport| self.ends(&transport));
        let Application { initial_host, dns_host, tls, .. } =
            connection.application.unwrap_or_default();
        draft.hosts = Hosts {
            direction: Some(connection.direction),
            initial: self.names.intern(initial_host.unwrap_or_default()),
            dns: self.names.intern(dns_host.unwrap_or_default()),
            tls: self.names.intern(tls.unwrap_or_default()),
        };
        // A client asks for the recipient domain, so that the connection is one of that domain even
        // before it has delivered anything.
        draft.domains.0 = self.domain(initial_host);
    }

    fn ends(&self, transport: &Transport<'_>) -> Option<(Ends, u64)> {
        let ends = Ends::new(transport)?;
        Some((ends, self.keys.ends(ends)))
    }

    fn domain(&mut self, domain: Option<&[u8]>) -> Symbol {
        let domain = domain.unwrap_or_default();
        self.lower.clear();
        self.lower.extend(domain.iter().map(u8::to_ascii_lowercase));
        self.domains.intern(&self.lower)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Whether it holds no entry.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }
}

/// A decimal number; one too large is taken modulo 2^32, for it is compared and nothing else.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number: u32, digit| {
        number.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
    })
}
