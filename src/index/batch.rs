//! A run of entries on its way into the index.
//!
//! It is made wherever the entries are parsed, with symbol tables of its own, so that the owner of
//! the index has little left to do for each. What only some entries have stands in lists of its
//! own: an entry is moved several times, and most are moved without it.

use super::batch_interner::BatchInterner;
use super::fingerprint::{Fingerprint, KeyHasher};
use super::{DimensionKeys, Ends, EntryKind, SeenOptions, Symbol, TextLocation, dimensions};
use crate::log::entry::{
    Action, Application, Body, ConnectionEntry, Direction, Entry, MessageEntry, Outcome, QueueFile,
    Time, Transport,
};
use crate::log::parse::ParseError;
use crate::log::response_template;

/// Entries in the order of the log, ready to be absorbed.
pub struct Batch {
    keys: KeyHasher,
    pub(super) drafts: Vec<PendingRow>,
    lists: Box<Lists>,
    /// Apart, for a batch is moved from thread to thread.
    pub(super) texts: Box<BatchSymbols>,
    pub(super) logged: SeenOptions,
}

/// The texts that the symbols of the drafts stand for.
#[derive(Default)]
pub(super) struct BatchSymbols {
    pub(super) names: BatchInterner,
    pub(super) domains: BatchInterner,
    pub(super) senders: BatchInterner,
    pub(super) responses: BatchInterner,
    pub(super) dimensions: BatchInterner,
}

/// What only some entries have.
#[derive(Default)]
struct Lists {
    contacts: Vec<ConnectionInfo>,
    rarities: Vec<RareFields>,
    /// A text on its way into a table, kept for its memory.
    text: Vec<u8>,
}

/// One entry: what the index keeps of it, before it is tied to others.
pub(super) struct PendingRow {
    pub(super) location: TextLocation,
    pub(super) time: Time,
    /// Message id and queue file.
    pub(super) message: Fingerprint,
    pub(super) file: Fingerprint,
    /// Of a delivery attempt: for whom.
    pub(super) recipient: Fingerprint,
    pub(super) process: Fingerprint,
    pub(super) ends: Fingerprint,
    /// Number of the operation within the process.
    pub(super) sequence: u32,
    pub(super) length: u32,
    /// Recipient domain.
    pub(super) domain: Symbol,
    pub(super) dimensions: DimensionKeys,
    /// Places in the lists of the batch, or [`NOWHERE`].
    connection: u32,
    rare: u32,
    /// Text that is no entry has no time, and nothing else of the above.
    pub(super) kind: EntryKind,
}

const NOWHERE: u32 = u32::MAX;

/// What an entry says of the connection that it is about or came over.
#[derive(Clone, Copy, Default)]
pub(super) struct ConnectionInfo {
    pub(super) ends: Option<Ends>,
    pub(super) channel: Symbol,
    pub(super) direction: Option<Direction>,
    pub(super) initial: Symbol,
    pub(super) dns: Symbol,
    pub(super) tls: Symbol,
}

/// What few entries have.
#[derive(Clone, Copy, Default)]
pub(super) struct RareFields {
    /// Domain of the other recipient address, where it differs.
    pub(super) domain: Symbol,
    /// The id of the message that a notification is about.
    pub(super) related_message: Fingerprint,
    pub(super) hop_keys: HopKeys,
}

/// A recipient on its way through an intermediate channel, by which a message is known again that
/// comes out of it under another id.
#[derive(Clone, Copy, Default)]
pub(super) struct HopKeys {
    /// This entry puts it there.
    pub(super) enqueued: Fingerprint,
    /// This entry passes it on from there.
    pub(super) dequeued: Fingerprint,
    /// This entry ends its stay.
    pub(super) finished: Fingerprint,
}

impl Batch {
    /// An empty batch for the index that these keys are of.
    pub fn new(keys: KeyHasher) -> Self {
        Self {
            keys,
            drafts: Vec::new(),
            lists: Box::default(),
            texts: Box::default(),
            logged: SeenOptions::default(),
        }
    }

    /// Makes room for so many more entries.
    pub fn reserve(&mut self, entries: usize) {
        self.drafts.reserve(entries);
    }

    /// Adds one entry, understood or not, whose text is `length` bytes at `place`.
    pub fn push(
        &mut self,
        place: TextLocation,
        length: usize,
        entry: &Result<Entry<'_>, ParseError>,
    ) {
        let mut draft = PendingRow {
            location: place,
            time: Time::default(),
            message: None,
            file: None,
            recipient: None,
            process: None,
            ends: None,
            sequence: 0,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            domain: Symbol::default(),
            dimensions: DimensionKeys::default(),
            connection: NOWHERE,
            rare: NOWHERE,
            kind: EntryKind::Unparsed,
        };
        if let Ok(entry) = entry {
            draft.time = entry.time;
            draft.kind = EntryKind::of(entry);
            draft.process = self.keys.process(entry);
            draft.sequence = entry.process.map_or(0, |process| number(process.sequence));
            self.logged.process |= entry.process.is_some();
            match &entry.body {
                Body::Message(message) => self.fill_message(&mut draft, message),
                Body::Connection(connection) => self.fill_connection(&mut draft, connection),
                Body::Header(_) => {}
            }
            draft.dimensions = self.facts(entry);
        }
        self.drafts.push(draft);
    }

    fn facts(&mut self, entry: &Entry<'_>) -> DimensionKeys {
        let (text, keys) = (&mut self.lists.text, &self.keys);
        dimensions::write(entry, text);
        let way = self.texts.dimensions.intern(text, keys);
        text.clear();
        response_template::of_entry(entry, text);
        let sender = match &entry.body {
            Body::Message(message) => message.envelope_from,
            Body::Connection(_) | Body::Header(_) => b"",
        };
        DimensionKeys {
            sender: self.texts.senders.intern(sender, keys),
            response: self.texts.responses.intern(text, keys),
            dimensions: way,
        }
    }

    fn fill_message(&mut self, draft: &mut PendingRow, message: &MessageEntry<'_>) {
        draft.message = message.message_id.and_then(|id| self.keys.message(id));
        draft.file = message
            .queue_file
            .as_ref()
            .and_then(QueueFile::body)
            .and_then(|body| self.keys.file(body));
        if matches!(draft.kind, EntryKind::Attempt(_)) {
            let to = message.active_to.unwrap_or(message.original_to);
            let of = draft.file.or(draft.message);
            draft.recipient = of.map(|of| self.keys.recipient(of, message.source_channel, to));
        }
        if let Some(transport) = &message.transport {
            let channel = self.texts.names.intern(message.source_channel, &self.keys);
            self.link_connection(
                draft,
                Some(transport),
                ConnectionInfo { channel, ..ConnectionInfo::default() },
            );
        }
        let active = message.active_domain();
        let same = message.active_to == Some(message.original_to);
        let original = if same { active } else { message.original_domain() };
        draft.domain = self.domain(active.or(original));
        let rarity = RareFields {
            domain: match active {
                Some(_) if active != original => self.domain(original),
                _ => Symbol::default(),
            },
            related_message: message.related_message_id.and_then(|id| self.keys.message(id)),
            hop_keys: self.hop(message),
        };
        if !rarity.is_none() {
            draft.rare = push_rare(&mut self.lists.rarities, rarity);
        }
    }

    fn hop(&self, message: &MessageEntry<'_>) -> HopKeys {
        let through = |channel: &[u8]| {
            let named = Outcome::of(Action::Dequeue, channel) == Some(Outcome::HandedOn)
                && !message.original_to.is_empty();
            named.then(|| self.keys.hop(channel, message.envelope_from, message.original_to))
        };
        match message.code.action() {
            Action::Enqueue => HopKeys {
                enqueued: message.destination_channel.and_then(through),
                dequeued: through(message.source_channel),
                finished: None,
            },
            Action::Dequeue | Action::Fail | Action::Discard => {
                HopKeys { finished: through(message.source_channel), ..HopKeys::default() }
            }
            _ => HopKeys::default(),
        }
    }

    fn fill_connection(&mut self, draft: &mut PendingRow, connection: &ConnectionEntry<'_>) {
        self.logged.connection = true;
        let Application { initial_host, dns_host, tls, .. } =
            connection.application.unwrap_or_default();
        let (names, keys) = (&mut self.texts.names, &self.keys);
        let mut name = |text: Option<&[u8]>| names.intern(text.unwrap_or_default(), keys);
        let contact = ConnectionInfo {
            ends: None,
            channel: name(Some(connection.source_channel)),
            direction: Some(connection.direction),
            initial: name(initial_host),
            dns: name(dns_host),
            tls: name(tls),
        };
        self.link_connection(draft, connection.transport.as_ref(), contact);
        // A client asks for the recipient domain, so that the connection is one of that domain even
        // before it has delivered anything.
        draft.domain = self.domain(initial_host);
    }

    fn link_connection(
        &mut self,
        draft: &mut PendingRow,
        transport: Option<&Transport<'_>>,
        contact: ConnectionInfo,
    ) {
        let ends = transport.and_then(Ends::new);
        draft.ends = ends.map(|ends| self.keys.ends(ends));
        draft.connection = push_rare(&mut self.lists.contacts, ConnectionInfo { ends, ..contact });
    }

    fn domain(&mut self, domain: Option<&[u8]>) -> Symbol {
        let domain = domain.unwrap_or_default();
        if !domain.iter().any(u8::is_ascii_uppercase) {
            return self.texts.domains.intern(domain, &self.keys);
        }
        let lower = &mut self.lists.text;
        lower.clear();
        lower.extend(domain.iter().map(u8::to_ascii_lowercase));
        self.texts.domains.intern(lower, &self.keys)
    }

    pub(super) fn contact(&self, draft: &PendingRow) -> ConnectionInfo {
        self.lists.contacts.get(draft.connection as usize).copied().unwrap_or_default()
    }

    pub(super) fn rarity(&self, draft: &PendingRow) -> Option<&RareFields> {
        self.lists.rarities.get(draft.rare as usize)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Number of those that were not understood.
    pub fn unparsed(&self) -> usize {
        self.drafts.iter().filter(|draft| draft.kind == EntryKind::Unparsed).count()
    }

    /// Whether it holds no entry.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }
}

impl RareFields {
    fn is_none(&self) -> bool {
        let HopKeys { enqueued: into, dequeued: out, finished: done } = self.hop_keys;
        self.domain.is_none() && self.related_message.or(into).or(out).or(done).is_none()
    }
}

/// Adds to a list; gives the place.
fn push_rare<T>(list: &mut Vec<T>, item: T) -> u32 {
    let place = u32::try_from(list.len()).unwrap_or(NOWHERE);
    list.push(item);
    place
}

/// A decimal number; one too large is taken modulo 2^32, for it is compared and nothing else.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number: u32, digit| {
        number.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
    })
}
