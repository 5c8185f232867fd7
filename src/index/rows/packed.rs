//! A segment of rows, each in 32 bytes and its facts: what is near to the others is kept by its distance.

use super::{DimensionKeys, EntryKind, ResolvedRow, RowId, RowLinks, RowView, SPAN, TextLocation};
use crate::index::batch::PendingRow;
use crate::index::{ConnectionId, Deferral, MessageId, Symbol};
use crate::log::entry::{Time, Window};
use std::ops::Range;

/// One entry.
#[derive(Clone, Copy)]
struct PackedRow {
    /// Bytes behind the origin, and milliseconds behind the first moment; [`FAR`] stand apart.
    offset: u32,
    time: u32,
    domain: Symbol,
    connection: ConnectionId,
    /// The next row of the same connection; 0, which can follow none, if there is none.
    next: RowId,
    message: Option<MessageId>,
    /// The row before of the same message; the row itself if there is none.
    previous: RowId,
    length: Length,
    origin: u8,
    kind: EntryKind,
}

/// What is too far from the others to be kept by its distance.
const FAR: u32 = u32::MAX;
const NOWHERE: u8 = u8::MAX;
/// Milliseconds before the first entry at which the moments begin: clocks are set back.
const BACK: i64 = 1 << 31;

/// The length of a text, and in the two upper bits what the entry does to the backlog: so a row needs
/// no more room for that.
#[derive(Clone, Copy)]
struct Length(u16);

impl Length {
    const BITS: u32 = 14;
    /// This long, or longer.
    const LONG: u16 = (1 << Self::BITS) - 1;

    fn new(length: u16, deferral: Deferral) -> Self {
        let bits = match deferral {
            Deferral::None => 0,
            Deferral::Began => 1,
            Deferral::Ended => 2,
        };
        Self(length.min(Self::LONG) | bits << Self::BITS)
    }

    fn length(self) -> u16 {
        self.0 & Self::LONG
    }

    fn deferral(self) -> Deferral {
        match self.0 >> Self::BITS {
            0 => Deferral::None,
            1 => Deferral::Began,
            _ => Deferral::Ended,
        }
    }
}

/// A run of rows.
pub(super) struct RowSegment {
    rows: Vec<PackedRow>,
    /// Of each row. They stand apart, so that whoever needs none of them passes over less memory.
    dimensions: Vec<DimensionKeys>,
    /// Where in which source the texts stand, by their origin.
    origins: Vec<TextLocation>,
    moment: Time,
    /// The earliest and the latest time of its rows.
    span: Option<(Time, Time)>,
    far_places: Apart<TextLocation>,
    far_times: Apart<Time>,
    lengths: Apart<u32>,
    /// Domain of the other recipient address.
    others: Apart<Symbol>,
}

/// What few rows have, by their place in the segment.
struct Apart<T>(Vec<(u16, T)>);

impl<T: Copy> Apart<T> {
    fn push(&mut self, at: usize, item: T) {
        self.0.push((u16::try_from(at).unwrap_or(u16::MAX), item));
    }

    fn get(&self, at: usize) -> Option<T> {
        let at = u16::try_from(at).ok()?;
        let found = self.0.binary_search_by_key(&at, |&(known, _)| known).ok()?;
        self.0.get(found).map(|&(_, item)| item)
    }

    /// Those from this place on.
    fn after(&self, at: usize) -> &[(u16, T)] {
        let before = self.0.partition_point(|&(known, _)| usize::from(known) < at);
        self.0.get(before..).unwrap_or_default()
    }

    fn memory(&self) -> usize {
        self.0.capacity() * size_of::<(u16, T)>()
    }
}

impl<T> Default for Apart<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl RowSegment {
    /// An empty one that begins at about this time.
    pub(super) fn new(time: Time) -> Self {
        Self {
            rows: Vec::with_capacity(SPAN),
            dimensions: Vec::with_capacity(SPAN),
            origins: Vec::new(),
            moment: Time(time.0.saturating_sub(BACK)),
            span: None,
            far_places: Apart::default(),
            far_times: Apart::default(),
            lengths: Apart::default(),
            others: Apart::default(),
        }
    }

    /// Whether some row can have a time in the window.
    pub(super) fn overlaps(&self, window: Window) -> bool {
        self.span
            .is_some_and(|(earliest, latest)| earliest < window.until && window.since <= latest)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<PackedRow>()
            + self.dimensions.capacity() * size_of::<DimensionKeys>()
            + self.origins.capacity() * size_of::<TextLocation>()
            + self.far_places.memory()
            + self.far_times.memory()
            + self.lengths.memory()
            + self.others.memory()
    }

    pub(super) fn push(&mut self, row: RowId, draft: &PendingRow, time: Time, tied: ResolvedRow) {
        let ResolvedRow { connection, domains, dimensions: facts, deferral } = tied;
        let at = self.rows.len();
        let (earliest, latest) = self.span.unwrap_or((time, time));
        self.span = Some((earliest.min(time), latest.max(time)));
        let (origin, offset) = self.behind_origin(draft.location).unwrap_or_else(|| {
            self.far_places.push(at, draft.location);
            (NOWHERE, 0)
        });
        let since = u32::try_from(time.0.saturating_sub(self.moment.0)).ok();
        let since = since.filter(|&since| since != FAR).unwrap_or_else(|| {
            self.far_times.push(at, time);
            FAR
        });
        let short = u16::try_from(draft.length).ok().filter(|&length| length < Length::LONG);
        let length = short.unwrap_or_else(|| {
            self.lengths.push(at, draft.length);
            Length::LONG
        });
        if !domains.1.is_none() {
            self.others.push(at, domains.1);
        }
        self.dimensions.push(facts);
        self.rows.push(PackedRow {
            offset,
            time: since,
            domain: domains.0,
            connection,
            next: RowId(0),
            message: None,
            previous: row,
            length: Length::new(length, deferral),
            origin,
            kind: draft.kind,
        });
    }

    /// The origin of a place, and the bytes behind it; `None` if there are too many origins.
    fn behind_origin(&mut self, place: TextLocation) -> Option<(u8, u32)> {
        let behind = |origin: &TextLocation| {
            (origin.source == place.source)
                .then(|| place.offset.checked_sub(origin.offset))
                .and_then(|offset| u32::try_from(offset?).ok())
        };
        // The last one first: in a log that is read alone there is no other.
        let known = (0_u8..NOWHERE).zip(&self.origins).rev();
        let known = known.map(|(number, origin)| (number, behind(origin)));
        if let Some((number, Some(offset))) = known.into_iter().find(|(_, offset)| offset.is_some())
        {
            return Some((number, offset));
        }
        let number = u8::try_from(self.origins.len()).ok().filter(|&number| number != NOWHERE)?;
        self.origins.push(place);
        Some((number, 0))
    }

    pub(super) fn place(&self, at: usize) -> Option<(TextLocation, usize)> {
        let row = self.rows.get(at)?;
        let place = match self.origins.get(usize::from(row.origin)) {
            Some(origin) if row.origin != NOWHERE => {
                TextLocation { offset: origin.offset + u64::from(row.offset), ..*origin }
            }
            _ => self.far_places.get(at)?,
        };
        let length = match row.length.length() {
            Length::LONG => self.lengths.get(at)?,
            length => u32::from(length),
        };
        Some((place, length as usize))
    }

    pub(super) fn time(&self, at: usize) -> Option<Time> {
        self.rows.get(at).map(|row| self.time_of(at, row))
    }

    fn time_of(&self, at: usize, row: &PackedRow) -> Time {
        match row.time {
            FAR => self.far_times.get(at).unwrap_or_default(),
            since => Time(self.moment.0.saturating_add(i64::from(since))),
        }
    }

    pub(super) fn kind(&self, at: usize) -> Option<EntryKind> {
        self.rows.get(at).map(|row| row.kind)
    }

    pub(super) fn domains(&self, at: usize) -> Option<(Symbol, Symbol)> {
        self.rows.get(at).map(|row| (row.domain, self.others.get(at).unwrap_or_default()))
    }

    pub(super) fn facts(&self, at: usize) -> Option<DimensionKeys> {
        self.dimensions.get(at).copied()
    }

    pub(super) fn links(&self, at: usize) -> Option<RowLinks> {
        self.rows.get(at).map(PackedRow::links)
    }

    pub(super) fn into_links(self) -> impl Iterator<Item = RowLinks> {
        self.rows.into_iter().map(|row| row.links())
    }

    pub(super) fn link(&mut self, at: usize, next: RowId) {
        if let Some(row) = self.rows.get_mut(at) {
            row.next = next;
        }
    }

    pub(super) fn join(&mut self, at: usize, message: MessageId, previous: RowId) {
        if let Some(row) = self.rows.get_mut(at) {
            (row.message, row.previous) = (Some(message), previous);
        }
    }

    pub(super) fn message(&self, at: usize) -> Option<MessageId> {
        self.rows.get(at)?.message
    }

    pub(super) fn previous(&self, at: usize) -> Option<RowId> {
        self.rows.get(at).map(|row| row.previous)
    }

    /// Some of the rows with their places, as counting needs them.
    pub(super) fn counted(
        &self,
        part: Range<usize>,
    ) -> impl Iterator<Item = (usize, RowView)> + use<'_> {
        let part = part.start..part.end.min(self.rows.len());
        let rows = self.rows.get(part.clone()).unwrap_or_default();
        let facts = self.dimensions.get(part.clone()).unwrap_or_default();
        // Few rows have another domain; to look for that of each would take longer than all the rest.
        let mut others = self.others.after(part.start).iter().peekable();
        (part.start..).zip(rows.iter().zip(facts)).map(move |(at, (row, &facts))| {
            let other = others.next_if(|&&(place, _)| usize::from(place) == at);
            let counted = RowView {
                kind: row.kind,
                time: self.time_of(at, row),
                domains: (row.domain, other.map(|&(_, domain)| domain).unwrap_or_default()),
                connection: row.connection,
                message: row.message,
                deferral: row.length.deferral(),
                dimensions: facts,
            };
            (at, counted)
        })
    }
}

impl PackedRow {
    fn links(&self) -> RowLinks {
        let next = Some(self.next).filter(|next| next.0 > 0);
        RowLinks { connection: self.connection, next }
    }
}
