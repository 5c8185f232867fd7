//! One row an entry, in columns.

use super::batch::Draft;
use super::connections::Tied as TiedConnection;
use super::{ConnectionId, MessageId, Symbol};
use crate::entry::{Action, Body, Entry, Outcome, Time};

/// Number of an entry, in the order of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u32);

/// Where the text of an entry can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the opened file.
    pub source: u16,
    /// Byte offset in it, below 2^48.
    pub offset: u64,
}

/// What an entry counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A recipient came into a queue.
    Enqueued,
    /// A delivery attempt on a recipient ended.
    Ended(Outcome),
    /// Our server refused a recipient.
    Refused,
    /// A message entry that counts as none of these.
    OtherMessage,
    /// A connection was opened.
    Opened,
    /// A connection was closed.
    Closed,
    /// A connection was rejected.
    Rejected,
    /// An outbound connection failed before it was established.
    ConnectFailed,
    /// A connection entry that counts as none of these.
    OtherConnection,
    /// A header line of a message.
    Header,
    /// Text that could not be read as an entry.
    Unparsed,
}

impl Kind {
    pub(super) fn of(entry: &Entry<'_>) -> Self {
        match &entry.body {
            Body::Message(message) => match (message.outcome(), message.code.action()) {
                (Some(outcome), _) => Self::Ended(outcome),
                (None, Action::Enqueue) => Self::Enqueued,
                (None, Action::Refuse) => Self::Refused,
                (None, _) => Self::OtherMessage,
            },
            Body::Connection(connection) => match connection.code.action() {
                Action::Open => Self::Opened,
                Action::Close => Self::Closed,
                Action::Reject => Self::Rejected,
                Action::ConnectFail => Self::ConnectFailed,
                _ => Self::OtherConnection,
            },
            Body::Header(_) => Self::Header,
        }
    }

    /// Whether the entry is about a message, not about a connection.
    pub fn is_message(self) -> bool {
        matches!(self, Self::Enqueued | Self::Ended(_) | Self::Refused | Self::OtherMessage)
    }
}

/// The columns.
#[derive(Default)]
pub struct Rows {
    /// Source in the upper 16 bits, offset in the lower 48.
    place: Vec<u64>,
    length: Vec<u32>,
    time: Vec<Time>,
    kind: Vec<Kind>,
    domains: Vec<(Symbol, Symbol)>,
    connection: Vec<ConnectionId>,
    /// The next row of the same connection; 0, which can follow none, if there is none.
    next: Vec<RowId>,
    message: Vec<Option<MessageId>>,
    /// The row before of the same message; the row itself if there is none.
    previous: Vec<RowId>,
}

const OFFSET_BITS: u32 = 48;

impl Rows {
    /// The id that the next entry will have.
    pub fn next_id(&self) -> RowId {
        RowId(u32::try_from(self.kind.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn push(
        &mut self,
        draft: &Draft,
        time: Time,
        connection: TiedConnection,
        domains: (Symbol, Symbol),
    ) {
        let row = self.next_id();
        self.place.push(u64::from(draft.place.source) << OFFSET_BITS | draft.place.offset);
        self.length.push(draft.length);
        self.time.push(time);
        self.kind.push(draft.kind);
        self.domains.push(domains);
        self.connection.push(connection.id);
        self.next.push(RowId(0));
        self.message.push(None);
        self.previous.push(row);
    }

    /// Makes `row` the one behind `before` in their connection.
    pub(super) fn link(&mut self, before: Option<RowId>, row: RowId) {
        if let Some(next) = before.and_then(|before| self.next.get_mut(before.0 as usize)) {
            *next = row;
        }
    }

    /// Makes `row` one of a message, behind `before`.
    pub(super) fn join(&mut self, row: RowId, message: MessageId, before: Option<RowId>) {
        let at = row.0 as usize;
        if let (Some(of), Some(previous)) = (self.message.get_mut(at), self.previous.get_mut(at)) {
            (*of, *previous) = (Some(message), before.unwrap_or(row));
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.kind.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }

    /// Where the text stands and how long it is, in bytes.
    pub fn place(&self, row: RowId) -> Option<(Place, usize)> {
        let packed = *self.place.get(row.0 as usize)?;
        let source = u16::try_from(packed >> OFFSET_BITS).unwrap_or_default();
        let place = Place { source, offset: packed & ((1 << OFFSET_BITS) - 1) };
        Some((place, *self.length.get(row.0 as usize)? as usize))
    }

    /// Time of the entry, or of the one before if it has none.
    pub fn time(&self, row: RowId) -> Time {
        self.time.get(row.0 as usize).copied().unwrap_or_default()
    }

    /// What the entry counts as.
    pub fn kind(&self, row: RowId) -> Kind {
        self.kind.get(row.0 as usize).copied().unwrap_or(Kind::Unparsed)
    }

    /// The recipient domain, and that of the other recipient address where it differs. For a
    /// connection the host it was opened to reach.
    pub fn domains(&self, row: RowId) -> (Symbol, Symbol) {
        self.domains.get(row.0 as usize).copied().unwrap_or_default()
    }

    /// The connection of the entry.
    pub fn connection(&self, row: RowId) -> ConnectionId {
        self.connection.get(row.0 as usize).copied().unwrap_or_default()
    }

    /// The next entry of the same connection.
    pub fn next(&self, row: RowId) -> Option<RowId> {
        self.next.get(row.0 as usize).copied().filter(|next| next.0 > 0)
    }

    /// The message of the entry.
    pub fn message(&self, row: RowId) -> Option<MessageId> {
        self.message.get(row.0 as usize).copied().flatten()
    }

    /// The entry before of the same message.
    pub(super) fn previous(&self, row: RowId) -> Option<RowId> {
        self.previous.get(row.0 as usize).copied().filter(|&previous| previous != row)
    }

    /// Rows `from..to` as the columns that counting needs.
    pub fn counted(&self, from: usize, to: usize) -> impl Iterator<Item = Counted> + '_ {
        let kinds = self.kind.get(from..to).unwrap_or_default().iter();
        let times = self.time.get(from..to).unwrap_or_default().iter();
        let domains = self.domains.get(from..to).unwrap_or_default().iter();
        let connections = self.connection.get(from..to).unwrap_or_default().iter();
        kinds.zip(times).zip(domains).zip(connections).map(
            |(((&kind, &time), &domains), &connection)| Counted { kind, time, domains, connection },
        )
    }
}

/// What counting needs of a row.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// What the entry counts as.
    pub kind: Kind,
    /// Its time.
    pub time: Time,
    /// Its recipient domains.
    pub domains: (Symbol, Symbol),
    /// Its connection.
    pub connection: ConnectionId,
}
