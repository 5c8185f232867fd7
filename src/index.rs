//! The log in memory: small rows and keys, no text.
//!
//! One owner absorbs [`Batch`]es in order; whoever draws or prints looks things up by id. An entry
//! costs some seventy bytes here and its text is read again from the file when somebody looks at it.
//! Where that is too much, [`Index::evict_oldest`] lets the oldest entries leave; a look-up of what left
//! finds nothing. Nothing in here knows a file, a clock or a screen.
//!
//! ```
//! use mtatop::index::{Batch, Index, TextLocation};
//! let mut index = Index::default();
//! let mut batch = Batch::new(index.keys());
//! let text = b"16-Feb-2007 14:54:13.72 tcp_local ims-ms EE 1 a@x.org rfc822;b@y.org b@ims-ms-daemon";
//! batch.push(TextLocation { source: 0, offset: 0 }, text.len(), &mtatop::log::parse::Parser::default().entry(text));
//! index.absorb(&batch);
//! assert_eq!(index.domains().text(index.rows().domains(mtatop::index::RowId(0)).0), b"y.org");
//! ```

mod batch;
mod batch_interner;
mod connections;
mod deferred;
mod dimensions;
mod ends;
mod fingerprint;
mod headers;
mod interner;
mod links;
mod messages;
mod rows;
mod segmented_vec;
mod sharded;

pub use batch::Batch;
pub use connections::{Connection, ConnectionId, ConnectionState};
pub use deferred::Deferral;
pub use dimensions::{DimensionKeys, Dimensions};
pub use ends::Ends;
pub use fingerprint::KeyHasher;
pub use interner::{Interner, Symbol};
pub use messages::MessageId;
pub use rows::{EntryKind, RowId, RowView, Rows, Run, TextLocation};
pub use segmented_vec::SegmentedVec;

use crate::log::entry::Time;
use batch::{PendingRow, RareFields};
use connections::Connections;
use deferred::Deferred;
use headers::Headers;
use messages::Messages;
use rows::ResolvedRow;

/// Everything that is known of the entries absorbed so far.
pub struct Index {
    keys: KeyHasher,
    /// Channels, hosts and ciphers.
    names: Interner,
    /// Recipient domains, lower case.
    domains: Interner,
    senders: Interner,
    responses: Interner,
    dimensions: Interner,
    rows: Rows,
    connections: Connections,
    messages: Messages,
    deferred: Deferred,
    headers: Headers,
    newest: Time,
    logged: SeenOptions,
    /// Entries that came since the tables were last swept.
    unswept: usize,
}

/// While entries leave, a part of each table is swept for so many that come.
const SWEEP: usize = if cfg!(test) { 4 } else { 2_048 };

impl Default for Index {
    fn default() -> Self {
        let keys = KeyHasher::default();
        Self {
            names: Interner::new(keys.clone()),
            domains: Interner::new(keys.clone()),
            senders: Interner::new(keys.clone()),
            responses: Interner::new(keys.clone()),
            dimensions: Interner::new(keys.clone()),
            keys,
            rows: Rows::default(),
            connections: Connections::default(),
            messages: Messages::default(),
            deferred: Deferred::default(),
            headers: Headers::default(),
            newest: Time::default(),
            logged: SeenOptions::default(),
            unswept: 0,
        }
    }
}

/// Which of the options that tie entries together the log shows to be on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeenOptions {
    /// `LOG_PROCESS`: some entry has a process id.
    pub process: bool,
    /// `LOG_CONNECTION`: some entry is a connection entry.
    pub connection: bool,
}

impl Index {
    /// Takes in entries that stand behind all absorbed before.
    pub fn absorb(&mut self, batch: &Batch) {
        let rows = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let newest = RowId(self.rows.next_id().0.saturating_add(rows));
        let names = self.names.merge(&batch.texts.names, newest);
        let domains = self.domains.merge(&batch.texts.domains, newest);
        let senders = self.senders.merge(&batch.texts.senders, newest);
        let answers = self.responses.merge(&batch.texts.responses, newest);
        let ways = self.dimensions.merge(&batch.texts.dimensions, newest);
        self.logged.process |= batch.logged.process;
        self.logged.connection |= batch.logged.connection;
        for draft in &batch.drafts {
            // What has no time of its own stands at the time of the entry before it.
            if draft.kind != EntryKind::Unparsed {
                self.newest = draft.time;
            }
            let row = self.rows.next_id();
            let connection =
                self.connections.assign_connection(row, self.newest, draft, batch, &names);
            let rarity = batch.rarity(draft);
            let other = rarity.map_or(Symbol::default(), |rarity| rarity.domain);
            let domains = (domains.of(draft.domain), domains.of(other));
            let facts = DimensionKeys {
                sender: senders.of(draft.dimensions.sender),
                response: answers.of(draft.dimensions.response),
                dimensions: ways.of(draft.dimensions.dimensions),
            };
            let deferral = self.deferred.attempt(draft.recipient, draft.kind, row);
            let tied =
                ResolvedRow { connection: connection.id, domains, dimensions: facts, deferral };
            self.rows.push(draft, self.newest, tied);
            self.rows.link(connection.before, row);
            self.tie_message(row, draft, rarity);
        }
        self.unswept += batch.len();
        while self.unswept >= SWEEP {
            self.unswept -= SWEEP;
            self.sweep();
        }
    }

    /// Removes a part of what still leads to entries that left.
    fn sweep(&mut self) {
        if self.rows.first() > RowId(0) {
            self.connections.sweep();
            self.messages.sweep();
            self.deferred.sweep(self.rows.first());
            self.tables().into_iter().for_each(Interner::sweep);
        }
    }

    /// The end of the rows that [`Index::evict_oldest`] would let go of; `None` if there are too few.
    pub fn evictable_end(&self) -> Option<usize> {
        self.rows.evictable_end()
    }

    /// Lets go of the oldest entries, a fixed number of them, and of the connections, messages and
    /// texts that no other entry has. All ids stay what they are, and none is used again.
    pub fn evict_oldest(&mut self) {
        if self.evictable_end().is_none() {
            return;
        }
        for (row, links) in self.rows.evict_segment() {
            self.connections.evict_row(row, links, &mut self.names);
        }
        let first = self.rows.first();
        self.connections.release(first);
        self.messages.release(first);
        self.tables().into_iter().for_each(|table| table.release(first));
    }

    /// Lets go of all rows that can leave, and of nothing else: for those who count rows as they come
    /// and look at none again.
    pub fn evict_rows(&mut self) {
        while self.evictable_end().is_some() {
            drop(self.rows.evict_segment());
        }
    }

    /// Bytes that it takes, by the capacities of its parts.
    pub fn memory(&self) -> usize {
        self.rows.memory()
            + self.connections.memory()
            + self.messages.memory()
            + self.deferred.memory()
            + [&self.names, &self.domains, &self.senders, &self.responses, &self.dimensions]
                .map(Interner::memory)
                .iter()
                .sum::<usize>()
    }

    fn tables(&mut self) -> [&mut Interner; 5] {
        let Self { names, domains, senders, responses: answers, dimensions: ways, .. } = self;
        [names, domains, senders, answers, ways]
    }

    fn tie_message(&mut self, row: RowId, draft: &PendingRow, rarity: Option<&RareFields>) {
        if draft.kind == EntryKind::Header {
            let message = self.headers.tie(row, self.newest, draft);
            if let Some(message) = message.filter(|&message| self.messages.contains(message)) {
                self.join(row, message);
            }
        } else if let Some(message) = self.messages.of(row, draft, rarity) {
            for header in self.headers.link(self.newest, draft, message) {
                self.join(header, message);
            }
            self.join(row, message);
            self.messages.observe(message, draft.kind, self.newest);
        }
    }

    fn join(&mut self, row: RowId, message: MessageId) {
        if row < self.rows.first() {
            return;
        }
        match self.messages.last(message) {
            Some(last) if row < last => self.join_late(row, message, last),
            _ => {
                let before = self.messages.follow(message, row);
                self.rows.join(row, message, before);
            }
        }
    }

    /// Puts a row among those of a message: oldest entries leave first only if all are in order.
    fn join_late(&mut self, row: RowId, message: MessageId, last: RowId) {
        let rows = std::iter::successors(Some(last), |&newer| self.rows.previous(newer));
        let Some(newer) = rows.take_while(|&newer| newer > row).last() else { return };
        let before = self.rows.previous(newer);
        self.rows.join(row, message, before);
        self.rows.join(newer, message, Some(row));
    }

    /// The keys that batches for this index are made with.
    pub fn keys(&self) -> KeyHasher {
        self.keys.clone()
    }

    /// Channels, hosts and ciphers by symbol.
    pub fn names(&self) -> &Interner {
        &self.names
    }

    /// Recipient domains by symbol, lower case.
    pub fn domains(&self) -> &Interner {
        &self.domains
    }

    /// Envelope senders by symbol, as logged.
    pub fn senders(&self) -> &Interner {
        &self.senders
    }

    /// What was answered, by symbol; without what differs from message to message.
    pub fn responses(&self) -> &Interner {
        &self.responses
    }

    /// The way that a message or a connection took, by symbol; to be [read](Dimensions::read).
    pub fn dimensions(&self) -> &Interner {
        &self.dimensions
    }

    /// One row an entry, in the order of arrival.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// All connections, in the order in which they were first seen.
    pub fn connections(&self) -> &SegmentedVec<Connection> {
        self.connections.all()
    }

    /// A connection, if there is one of this id.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections().get(id.0 as usize)
    }

    /// The entries of a connection in order, from its first or from the one behind `after`.
    pub fn connection_rows(
        &self,
        id: ConnectionId,
        after: Option<RowId>,
    ) -> impl Iterator<Item = RowId> + '_ {
        let start = match after {
            Some(row) if row >= self.rows.first() => self.rows.next(row),
            _ => self.connection(id).and_then(|connection| connection.first),
        };
        std::iter::successors(start, |&row| self.rows.next(row))
    }

    /// The entries of a row's message, newest first; none if it names no message.
    pub fn message_rows(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        self.rows.message(row).into_iter().flat_map(|message| self.rows_of(message))
    }

    /// The entries of a message, as [`Index::message_rows`].
    pub fn rows_of(&self, message: MessageId) -> impl Iterator<Item = RowId> + '_ {
        let last = self.messages.last(message).filter(|&last| last >= self.rows.first());
        std::iter::successors(last, |&row| self.rows.previous(row))
    }

    /// All messages that have an entry, in the order of first sight.
    pub fn messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.all(self.rows.first())
    }

    /// Milliseconds from the first enqueue of a message to a time; `None` if no entry told of that
    /// before the first attempt to deliver it.
    pub fn queue_time(&self, message: MessageId, until: Time) -> Option<u64> {
        self.messages.waited(message, until)
    }

    /// The messages that this one, a notification, is about. They may have no entry.
    pub fn notification_subjects(
        &self,
        message: MessageId,
    ) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.about().from(message)
    }

    /// The notifications that are about this message.
    pub fn bounces(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.about().to(message)
    }

    /// The messages that this one was before an intermediate channel gave it another id.
    pub fn predecessors(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.before().from(message)
    }

    /// The messages that an intermediate channel made of this one.
    pub fn successors(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.before().to(message)
    }

    /// Time of the newest entry, by the log's order.
    pub fn newest(&self) -> Time {
        self.newest
    }

    /// Which tying options the log shows to be on.
    pub fn seen_options(&self) -> SeenOptions {
        self.logged
    }
}

#[cfg(test)]
mod tests;
