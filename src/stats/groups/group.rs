//! What is counted of one group.

use crate::index::{EntryKind, RowId, RowView};
use crate::log::entry::Outcome;
use crate::stats::{Backlog, Counts};

/// One group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is a group of: a symbol of the table that it is grouped by, or the number of a
    /// connection, or of one of our own labels.
    pub(super) key: u32,
    /// Recipients by what became of them.
    pub counts: Counts,
    /// Of these the ones behind the mark.
    pub since_mark: Counts,
    /// What they did to the backlog.
    pub backlog: Backlog,
    /// Connections that we refused.
    pub refused: u32,
    /// Authentications that failed.
    pub unauthenticated: u32,
    /// The first entry that was counted, also if it is no longer.
    pub first: RowId,
    /// The newest entry.
    pub last: RowId,
    /// The newest entry by which somebody did not get a message.
    pub bad: Option<RowId>,
    /// The newest entry by which we refused something.
    pub refusal: Option<RowId>,
    /// The newest entry by which somebody did.
    pub good: Option<RowId>,
}

impl Group {
    pub(super) fn new(key: u32, row: RowId) -> Self {
        Self {
            key,
            counts: Counts::default(),
            since_mark: Counts::default(),
            backlog: Backlog::default(),
            refused: 0,
            unauthenticated: 0,
            first: row,
            last: row,
            bad: None,
            refusal: None,
            good: None,
        }
    }

    pub(super) fn count(&mut self, id: RowId, row: &RowView, mark: Option<RowId>) {
        let counts = Counts::of(row.kind);
        self.counts.add(&counts);
        self.backlog.add(Backlog::of(row));
        if mark.is_some_and(|mark| id >= mark) {
            self.since_mark.add(&counts);
        }
        self.refused += u32::from(row.kind == EntryKind::ConnectionRejected);
        self.unauthenticated += u32::from(row.kind == EntryKind::Unauthenticated);
        (self.first, self.last) = (self.first.min(id), self.last.max(id));
        let newest = match row.kind {
            EntryKind::Attempt(Outcome::Deferred | Outcome::Failed) => &mut self.bad,
            EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed) => &mut self.good,
            EntryKind::RecipientRejected
            | EntryKind::ConnectionRejected
            | EntryKind::Unauthenticated => &mut self.refusal,
            _ => return,
        };
        *newest = (*newest).max(Some(id));
    }

    pub(super) fn take_back(&mut self, id: RowId, row: &RowView, mark: Option<RowId>) {
        let counts = Counts::of(row.kind);
        self.counts.take_back(&counts);
        self.backlog.subtract(Backlog::of(row));
        if mark.is_some_and(|mark| id >= mark) {
            self.since_mark.take_back(&counts);
        }
        self.refused -= u32::from(row.kind == EntryKind::ConnectionRejected);
        self.unauthenticated -= u32::from(row.kind == EntryKind::Unauthenticated);
        let Counts { delivered, deferred, failed, rejected, .. } = self.counts;
        let refused = rejected + self.refused + self.unauthenticated;
        // The oldest leave first, so that the newest is the last to go.
        self.bad = self.bad.filter(|_| deferred + failed > 0);
        self.refusal = self.refusal.filter(|_| refused > 0);
        self.good = self.good.filter(|_| delivered > 0);
    }

    /// The newest entry that tells of something gone wrong.
    pub fn trouble(&self) -> Option<RowId> {
        self.bad.or(self.refusal)
    }

    /// Everything that went wrong.
    pub fn problems(&self) -> u32 {
        self.counts.bad() + self.refused + self.unauthenticated
    }

    /// Everything that became of something.
    pub fn total(&self) -> u32 {
        self.counts.enqueued + self.counts.delivered + self.problems()
    }

    /// Whether nothing of it is counted any more.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.entries == 0
    }
}
