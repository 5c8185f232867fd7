//! Connections, and which entry belongs to which.
//!
//! An `O` opens one, a `C` closes it, a `Y` is one that failed and an `X` one that was refused. A
//! message entry belongs to the connection of its process and thread, else of its TCP quadruple,
//! else to none that was logged. Process ids and ports come again, so a tie holds from the `O` to
//! shortly behind the `C` (`mta-log-format` section 13).

use super::batch::{Batch, ConnectionInfo, PendingRow};
use super::fingerprint::Fingerprint;
use super::interner::SymbolMap;
use super::rows::RowLinks;
use super::segmented_vec::SegmentedVec;
use super::sharded::Sharded;
use super::{Ends, EntryKind, Interner, RowId, Symbol};
use crate::log::entry::{Direction, Outcome, Time};
use hashbrown::hash_table::Entry;
use std::num::NonZeroU64;

/// Number of a connection, in the order of first sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u32);

impl ConnectionId {
    /// Stands for all entries that belong to no connection of the log.
    pub const UNATTRIBUTED: Self = Self(0);
    /// Stands for all text that could not be read as an entry.
    pub const UNPARSED: Self = Self(1);

    /// Whether it is a connection, and not one of the two rows that stand for none.
    pub fn is_real(self) -> bool {
        self > Self::UNPARSED
    }

    /// The number by which people and programs call it, from 1; `None` if it stands for none.
    pub fn number(self) -> Option<u64> {
        self.0.checked_sub(Self::UNPARSED.0).filter(|&number| number > 0).map(u64::from)
    }
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionState {
    /// No connection entry told of it: deliveries name its quadruple.
    #[default]
    Inferred,
    /// Opened, and not seen closed.
    Open,
    /// Closed by a `C`.
    Closed,
    /// Its thread opened the next one, without a `C` between.
    Superseded,
    /// Failed before it was established (`Y`).
    Failed,
    /// Refused by us (`X`).
    Rejected,
}

/// One connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// What became of it.
    pub state: ConnectionState,
    /// Who opened it; unknown for an implied one.
    pub direction: Option<Direction>,
    /// Channel of our server or client.
    pub channel: Symbol,
    /// The host asked for.
    pub initial_host: Symbol,
    /// The host chosen after the MX look-up.
    pub dns_host: Symbol,
    /// TLS version and cipher.
    pub tls: Symbol,
    /// Both ends, where they were logged as addresses.
    pub ends: Option<Ends>,
    /// When it was opened, or first seen.
    pub opened: Time,
    /// When it was last heard of; once it is over, when that was.
    pub active: Time,
    /// Its first entry.
    pub first: Option<RowId>,
    /// Its newest entry.
    pub last: Option<RowId>,
    /// The newest entry that says who the client is, how a delivery ended, or why the connection did.
    pub last_status_row: Option<RowId>,
}

impl Connection {
    /// Whether it is known to be over.
    pub fn is_over(&self) -> bool {
        matches!(
            self.state,
            ConnectionState::Closed
                | ConnectionState::Superseded
                | ConnectionState::Failed
                | ConnectionState::Rejected
        )
    }

    /// Whether it was opened and not seen closed.
    pub fn is_open(&self) -> bool {
        self.state == ConnectionState::Open
    }
}

/// Entries are logged by many processes and may stand a little behind the close, in milliseconds.
const CLOSE_GRACE_MS: u64 = 2_000;
/// After so long a silence, the same ports without an `O` mean another connection, in milliseconds.
const PORT_REUSE_MS: u64 = 10 * 60 * 1_000;

/// After so long a silence, the same process and thread mean another connection even if no `C` was
/// seen, in milliseconds. No server waits a day for the other side.
const PID_REUSE_MS: u64 = 24 * 60 * 60 * 1_000;

/// Where a row was tied to: its connection, and the row before of the same connection.
#[derive(Clone, Copy)]
pub(super) struct ConnectionLink {
    pub(super) id: ConnectionId,
    pub(super) before: Option<RowId>,
}

#[derive(Default)]
pub(super) struct Connections {
    all: SegmentedVec<Connection>,
    by_process: ConnectionLookup,
    by_ends: ConnectionLookup,
}

impl Connections {
    pub(super) fn all(&self) -> &SegmentedVec<Connection> {
        &self.all
    }

    /// A row leaves: the next of its connection is the first now. Without one the connection has
    /// left; the names of one that stays are kept.
    pub(super) fn evict_row(&mut self, row: RowId, links: RowLinks, names: &mut Interner) {
        let Some(connection) = self.all.get_mut(links.connection.0 as usize) else { return };
        connection.first = links.next;
        connection.last_status_row = connection.last_status_row.filter(|&told| told != row);
        let Some(next) = links.next else {
            connection.last = None;
            return;
        };
        let Connection { channel, initial_host, dns_host, tls, .. } = *connection;
        for name in [channel, initial_host, dns_host, tls] {
            names.touch(name, next);
        }
    }

    /// Lets go of the connections that have no row from `first` on.
    pub(super) fn release(&mut self, first: RowId) {
        self.all.release(first);
    }

    /// Looks through a part of the keys for those of connections that left.
    pub(super) fn sweep(&mut self) {
        let all = &self.all;
        let held =
            |id: ConnectionId| all.get(id.0 as usize).is_some_and(|known| known.first.is_some());
        for keys in [&mut self.by_process, &mut self.by_ends] {
            keys.0.sweep(|&(_, id)| held(id));
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.all.memory() + self.by_process.0.memory() + self.by_ends.0.memory()
    }

    /// Finds or begins the connection of a row, and brings it up to date.
    pub(super) fn assign_connection(
        &mut self,
        row: RowId,
        time: Time,
        draft: &PendingRow,
        batch: &Batch,
        names: &SymbolMap,
    ) -> ConnectionLink {
        let contact = batch.contact(draft);
        let begins = |state| Connection {
            state,
            direction: contact.direction,
            channel: names.of(contact.channel),
            initial_host: names.of(contact.initial),
            dns_host: names.of(contact.dns),
            tls: names.of(contact.tls),
            ends: contact.ends,
            opened: time,
            active: time,
            ..Connection::default()
        };
        if self.all.is_empty() {
            self.all.push(Connection::default(), row);
            self.all.push(Connection::default(), row);
        }
        let found = match draft.kind {
            EntryKind::Unparsed => Some(ConnectionId::UNPARSED),
            // One that failed never was another one.
            EntryKind::Opened | EntryKind::ConnectFailed => None,
            EntryKind::Closed | EntryKind::ConnectionRejected => {
                self.live(draft, &contact, time, 0)
            }
            _ => self.live(draft, &contact, time, CLOSE_GRACE_MS),
        };
        let id = match (found, draft.kind) {
            (Some(id), _) => id,
            (None, EntryKind::Opened) => self.begin(row, draft, begins(ConnectionState::Open)),
            (None, EntryKind::Closed) => self.begin(row, draft, begins(ConnectionState::Closed)),
            (None, EntryKind::ConnectionRejected) => {
                self.begin(row, draft, begins(ConnectionState::Rejected))
            }
            (None, EntryKind::ConnectFailed) => {
                self.begin(row, draft, begins(ConnectionState::Failed))
            }
            (None, _) if draft.ends.is_some() => {
                let direction = contact.direction.or(direction_of(draft.kind));
                self.begin(
                    row,
                    draft,
                    Connection { direction, ..begins(ConnectionState::Inferred) },
                )
            }
            (None, _) => ConnectionId::UNATTRIBUTED,
        };
        self.update(id, row, time, draft, &contact, names)
    }

    /// A connection that this entry can belong to.
    fn live(
        &self,
        draft: &PendingRow,
        contact: &ConnectionInfo,
        time: Time,
        late: u64,
    ) -> Option<ConnectionId> {
        let fits = |id: &ConnectionId| {
            let Some(connection) = self.all.get(id.0 as usize) else { return false };
            let elapsed = time.since(connection.active);
            let alive = match connection.state {
                ConnectionState::Open => elapsed <= PID_REUSE_MS,
                ConnectionState::Inferred => elapsed <= PORT_REUSE_MS,
                // Nothing is handed over where no connection came about.
                ConnectionState::Failed if is_handed_over(draft.kind) => false,
                _ => late > 0 && elapsed <= late,
            };
            let other =
                contact.ends.is_some_and(|ends| connection.ends.is_some_and(|known| known != ends));
            alive && !other && connection.first.is_some()
        };
        let by_process = self.by_process.find(draft.process).filter(&fits);
        by_process.or_else(|| self.by_ends.find(draft.ends).filter(&fits))
    }

    fn begin(&mut self, row: RowId, draft: &PendingRow, connection: Connection) -> ConnectionId {
        let id = ConnectionId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        // An open one stays the one of its thread whatever entries of messages say: whoever sees none
        // of them has to come to the same.
        let stays = matches!(connection.state, ConnectionState::Inferred | ConnectionState::Closed)
            && self.by_process.find(draft.process).is_some_and(|known| self.is_open(known));
        self.all.push(connection, row);
        let of_process = if stays { None } else { self.by_process.insert(draft.process, id) };
        let of_ends = self.by_ends.insert(draft.ends, id);
        // A thread has one connection at a time, and so have two ports: what they had before is
        // over, logged or not.
        for before in [of_process, of_ends].into_iter().flatten() {
            if draft.kind == EntryKind::Opened
                && let Some(before) = self.all.get_mut(before.0 as usize)
                && before.state == ConnectionState::Open
            {
                before.state = ConnectionState::Superseded;
            }
        }
        id
    }

    fn is_open(&self, id: ConnectionId) -> bool {
        self.all.get(id.0 as usize).is_some_and(|known| known.state == ConnectionState::Open)
    }

    fn update(
        &mut self,
        id: ConnectionId,
        row: RowId,
        time: Time,
        draft: &PendingRow,
        contact: &ConnectionInfo,
        names: &SymbolMap,
    ) -> ConnectionLink {
        let Some(connection) = self.all.touch(id.0 as usize, row) else {
            return ConnectionLink { id, before: None };
        };
        let over = match draft.kind {
            EntryKind::Closed => Some(ConnectionState::Closed),
            EntryKind::ConnectionRejected => Some(ConnectionState::Rejected),
            EntryKind::ConnectFailed => Some(ConnectionState::Failed),
            _ => None,
        };
        if !connection.is_over() {
            connection.active = time;
        }
        connection.state = over.unwrap_or(connection.state);
        if id.is_real() {
            connection.update_info(contact, names);
        }
        let tells = matches!(
            draft.kind,
            EntryKind::Enqueued | EntryKind::Attempt(_) | EntryKind::RecipientRejected
        );
        if tells || over.is_some() && connection.last_status_row.is_none() {
            connection.last_status_row = Some(row);
        }
        if over.is_some() {
            self.by_ends.remove(draft.ends);
        }
        connection.first.get_or_insert(row);
        ConnectionLink { id, before: connection.last.replace(row) }
    }
}

impl Connection {
    /// Takes names that an entry tells and no entry before did.
    fn update_info(&mut self, contact: &ConnectionInfo, names: &SymbolMap) {
        self.direction = self.direction.or(contact.direction);
        for (known, told) in [
            (&mut self.initial_host, contact.initial),
            (&mut self.dns_host, contact.dns),
            (&mut self.tls, contact.tls),
        ] {
            if known.is_none() {
                *known = names.of(told);
            }
        }
    }
}

/// Who opened the connection that an entry of a message names: our client if a delivery ended,
/// the other side if a message came in or was refused.
fn direction_of(kind: EntryKind) -> Option<Direction> {
    match kind {
        EntryKind::Attempt(_) => Some(Direction::Outbound),
        EntryKind::Enqueued | EntryKind::RecipientRejected | EntryKind::OtherMessage => {
            Some(Direction::Inbound)
        }
        _ => None,
    }
}

fn is_handed_over(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed | Outcome::HandedOn))
}

/// The newest connection of a key.
struct ConnectionLookup(Sharded<(NonZeroU64, ConnectionId)>);

impl Default for ConnectionLookup {
    fn default() -> Self {
        Self(Sharded::new(|&(key, _)| key.get()))
    }
}

impl ConnectionLookup {
    fn find(&self, key: Fingerprint) -> Option<ConnectionId> {
        let key = key?;
        self.0.find(key.get(), |&(other, _)| other == key).map(|&(_, id)| id)
    }

    /// Puts `id` in the place of what is given back.
    fn insert(&mut self, key: Fingerprint, id: ConnectionId) -> Option<ConnectionId> {
        let key = key?;
        match self.0.entry(key.get(), |&(other, _)| other == key)? {
            Entry::Occupied(mut known) => Some(std::mem::replace(&mut known.get_mut().1, id)),
            Entry::Vacant(place) => {
                place.insert((key, id));
                None
            }
        }
    }

    fn remove(&mut self, key: Fingerprint) {
        if let Some(key) = key {
            self.0.remove(key.get(), |&(other, _)| other == key);
        }
    }
}
