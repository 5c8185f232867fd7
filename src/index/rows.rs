//! One row of 44 bytes an entry, in segments that leave as a whole.

mod packed;

use super::batch::PendingRow;
use super::{ConnectionId, Deferral, DimensionKeys, MessageId, Symbol};
use crate::log::entry::{Action, Body, Entry, Outcome, Time, Window};
use packed::RowSegment;
use std::collections::VecDeque;
use std::ops::Range;

/// Number of an entry, in the order of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u32);

/// Where the text of an entry can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLocation {
    /// Number of the opened file.
    pub source: u16,
    /// Byte offset in it, below 2^48.
    pub offset: u64,
}

/// What an entry counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A recipient came into a queue.
    Enqueued,
    /// A delivery attempt on a recipient ended.
    Attempt(Outcome),
    /// Our server refused a recipient.
    RecipientRejected,
    /// A message entry that counts as none of these.
    OtherMessage,
    /// A connection was opened.
    Opened,
    /// A connection was closed.
    Closed,
    /// A connection was rejected.
    ConnectionRejected,
    /// An outbound connection failed before it was established.
    ConnectFailed,
    /// A client proved who it is.
    Authenticated,
    /// A client did not.
    Unauthenticated,
    /// A connection entry that counts as none of these.
    OtherConnection,
    /// A header line of a message.
    Header,
    /// Text that could not be read as an entry.
    Unparsed,
}

impl EntryKind {
    /// Of an entry that was understood.
    pub fn of(entry: &Entry<'_>) -> Self {
        match &entry.body {
            Body::Message(message) => match (message.outcome(), message.code.action()) {
                (Some(outcome), _) => Self::Attempt(outcome),
                (None, Action::Enqueue) => Self::Enqueued,
                (None, Action::Refuse) => Self::RecipientRejected,
                (None, _) => Self::OtherMessage,
            },
            Body::Connection(connection) => match connection.code.action() {
                Action::Open => Self::Opened,
                Action::Close => Self::Closed,
                Action::Reject => Self::ConnectionRejected,
                Action::ConnectFail => Self::ConnectFailed,
                _ => match connection.authenticated() {
                    Some(true) => Self::Authenticated,
                    Some(false) => Self::Unauthenticated,
                    None => Self::OtherConnection,
                },
            },
            Body::Header(_) => Self::Header,
        }
    }

    /// Whether the entry is about a message, not about a connection.
    pub fn is_message(self) -> bool {
        matches!(
            self,
            Self::Enqueued | Self::Attempt(_) | Self::RecipientRejected | Self::OtherMessage
        )
    }
}

/// Rows of a segment; with two bytes a row is found in it. Few in our own tests, so that segments
/// leave in small logs too.
pub(super) const SPAN: usize = if cfg!(test) { 64 } else { 1 << 16 };

/// The rows that are held: the newest.
#[derive(Default)]
pub struct Rows {
    segments: VecDeque<RowSegment>,
    /// Segments that left.
    evicted: usize,
}

/// Where a row stands among the others.
#[derive(Clone, Copy)]
pub(super) struct RowLinks {
    pub(super) connection: ConnectionId,
    /// The next row of the same connection.
    pub(super) next: Option<RowId>,
}

/// What an entry has to do with others.
#[derive(Clone, Copy)]
pub(super) struct ResolvedRow {
    pub(super) connection: ConnectionId,
    pub(super) domains: (Symbol, Symbol),
    pub(super) dimensions: DimensionKeys,
    pub(super) deferral: Deferral,
}

impl Rows {
    /// The id that the next entry will have.
    pub fn next_id(&self) -> RowId {
        id(self.len())
    }

    /// The id of the oldest entry that is held.
    pub fn first(&self) -> RowId {
        id(self.evicted * SPAN)
    }

    /// Number of entries that ever were.
    pub fn len(&self) -> usize {
        match self.segments.back() {
            Some(newest) => (self.evicted + self.segments.len() - 1) * SPAN + newest.len(),
            None => self.evicted * SPAN,
        }
    }

    /// Whether there never was any.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an entry is held.
    pub fn contains(&self, row: RowId) -> bool {
        self.first() <= row && row < self.next_id()
    }

    pub(super) fn push(&mut self, draft: &PendingRow, time: Time, tied: ResolvedRow) {
        let row = self.next_id();
        if self.segments.back().is_none_or(|newest| newest.len() >= SPAN) {
            self.segments.push_back(RowSegment::new(time));
        }
        if let Some(newest) = self.segments.back_mut() {
            newest.push(row, draft, time, tied);
        }
    }

    fn segment(&self, row: RowId) -> Option<(&RowSegment, usize)> {
        let (at, within) = (row.0 as usize / SPAN, row.0 as usize % SPAN);
        Some((self.segments.get(at.checked_sub(self.evicted)?)?, within))
    }

    fn segment_mut(&mut self, row: RowId) -> Option<(&mut RowSegment, usize)> {
        let (at, within) = (row.0 as usize / SPAN, row.0 as usize % SPAN);
        Some((self.segments.get_mut(at.checked_sub(self.evicted)?)?, within))
    }

    /// Makes `row` the one behind `before` in their connection.
    pub(super) fn link(&mut self, before: Option<RowId>, row: RowId) {
        if let Some((segment, at)) = before.and_then(|before| self.segment_mut(before)) {
            segment.link(at, row);
        }
    }

    /// Makes `row` one of a message, behind `before`.
    pub(super) fn join(&mut self, row: RowId, message: MessageId, before: Option<RowId>) {
        if let Some((segment, at)) = self.segment_mut(row) {
            segment.join(at, message, before.unwrap_or(row));
        }
    }

    /// The end of the oldest segment, if it is not the one that is being filled.
    pub(super) fn evictable_end(&self) -> Option<usize> {
        (self.segments.len() > 1).then(|| (self.evicted + 1) * SPAN)
    }

    /// Lets go of the oldest segment; gives its rows, with where they stood.
    pub(super) fn evict_segment(&mut self) -> impl Iterator<Item = (RowId, RowLinks)> + use<> {
        let first = self.first();
        let oldest = self.segments.pop_front();
        self.evicted += usize::from(oldest.is_some());
        (first.0..).map(RowId).zip(oldest.into_iter().flat_map(RowSegment::into_links))
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.segments.iter().map(RowSegment::memory).sum()
    }

    /// Where the text stands and how long it is, in bytes.
    pub fn place(&self, row: RowId) -> Option<(TextLocation, usize)> {
        let (segment, at) = self.segment(row)?;
        segment.place(at)
    }

    /// Time of the entry, or of the one before if it has none.
    pub fn time(&self, row: RowId) -> Time {
        self.segment(row).and_then(|(segment, at)| segment.time(at)).unwrap_or_default()
    }

    /// What the entry counts as.
    pub fn kind(&self, row: RowId) -> EntryKind {
        self.segment(row).and_then(|(segment, at)| segment.kind(at)).unwrap_or(EntryKind::Unparsed)
    }

    /// The recipient domain, and that of the other recipient address where it differs. For a
    /// connection the host it was opened to reach.
    pub fn domains(&self, row: RowId) -> (Symbol, Symbol) {
        self.segment(row).and_then(|(segment, at)| segment.domains(at)).unwrap_or_default()
    }

    /// What else it is grouped and filtered by.
    pub fn facts(&self, row: RowId) -> DimensionKeys {
        self.segment(row).and_then(|(segment, at)| segment.facts(at)).unwrap_or_default()
    }

    /// The connection of the entry.
    pub fn connection(&self, row: RowId) -> ConnectionId {
        let links = self.segment(row).and_then(|(segment, at)| segment.links(at));
        links.map(|links| links.connection).unwrap_or_default()
    }

    /// The next entry of the same connection.
    pub fn next(&self, row: RowId) -> Option<RowId> {
        self.segment(row).and_then(|(segment, at)| segment.links(at))?.next
    }

    /// The message of the entry.
    pub fn message(&self, row: RowId) -> Option<MessageId> {
        let (segment, at) = self.segment(row)?;
        segment.message(at)
    }

    /// The entry before of the same message.
    pub(super) fn previous(&self, row: RowId) -> Option<RowId> {
        let (segment, at) = self.segment(row)?;
        segment.previous(at).filter(|&previous| previous != row && previous >= self.first())
    }

    /// The runs of these rows, as far as they are held, of which some can have a time in the window:
    /// all others are passed over without a look.
    pub fn runs(&self, rows: Range<usize>, window: Window) -> impl Iterator<Item = Run<'_>> {
        let from = rows.start.max(self.evicted * SPAN);
        (from / SPAN..rows.end.div_ceil(SPAN)).filter_map(move |number| {
            let (segment, start) = (self.segments.get(number - self.evicted)?, number * SPAN);
            let within = from.max(start) - start..rows.end.min(start + SPAN) - start;
            segment.overlaps(window).then_some(Run { segment, start, within })
        })
    }

    /// A row, as counting needs it.
    pub fn counted(&self, row: RowId) -> Option<RowView> {
        let (segment, at) = self.segment(row)?;
        segment.counted(at..at + 1).next().map(|(_, row)| row)
    }
}

/// Rows that stand together.
pub struct Run<'a> {
    segment: &'a RowSegment,
    /// The first row of the segment, and which of its rows are meant.
    start: usize,
    within: Range<usize>,
}

impl<'a> Run<'a> {
    /// Their numbers.
    pub fn numbers(&self) -> Range<usize> {
        self.start + self.within.start..self.start + self.within.end
    }

    /// The rows, as counting needs them.
    pub fn rows(&self) -> impl Iterator<Item = (RowId, RowView)> + use<'a> {
        let start = self.start;
        self.segment.counted(self.within.clone()).map(move |(at, row)| (id(start + at), row))
    }
}

fn id(at: usize) -> RowId {
    RowId(u32::try_from(at).unwrap_or(u32::MAX))
}

/// What counting needs of a row.
#[derive(Clone, Copy, Debug)]
pub struct RowView {
    /// What the entry counts as.
    pub kind: EntryKind,
    /// Its time.
    pub time: Time,
    /// Its recipient domains.
    pub domains: (Symbol, Symbol),
    /// Its connection.
    pub connection: ConnectionId,
    /// Its message.
    pub message: Option<MessageId>,
    /// What it does to the backlog.
    pub deferral: Deferral,
    /// What else it is grouped and filtered by.
    pub dimensions: DimensionKeys,
}
