//! What a filter leaves, counted in groups: by domain, answer, sender and so on.
//!
//! A grouping reads each row once, as a [`Tally`](super::Tally) does, and can be narrowed to one
//! domain or one answer, so that one grouping shows what another one consists of. What a row is
//! grouped by is found out once for each symbol.

mod labels;
mod members;
mod recent_attempts;
mod scope;

pub use recent_attempts::RecentAttempts;
pub use scope::{DomainScope, GroupScope};

use super::scan_progress::ScanProgress;
use super::{Backlog, Counts, GroupBy, LatencyHistogram};
use crate::filter::RowFilter;
use crate::index::{EntryKind, Index, RowId, RowView, Symbol};
use crate::log::entry::{Outcome, Window};
use labels::Labels;
use scope::OrgDomainCache;

/// Number of a group, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

/// One group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is a group of: a symbol of the table that it is grouped by, or the number of a
    /// connection, or of one of our own labels.
    key: u32,
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
    fn new(key: u32, row: RowId) -> Self {
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

    fn count(&mut self, id: RowId, row: &RowView, mark: Option<RowId>) {
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

    fn take_back(&mut self, id: RowId, row: &RowView, mark: Option<RowId>) {
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

    /// Whether nothing of it is counted any more.
    fn is_empty(&self) -> bool {
        self.counts.entries == 0
    }
}

/// Groups of rows.
#[derive(Clone)]
pub struct Groups {
    by: GroupBy,
    scope: GroupScope,
    org_domains: OrgDomainCache,
    progress: ScanProgress,
    window: Window,
    /// Entries from this one on are behind the mark.
    mark: Option<RowId>,
    /// By what a row is grouped by, the number of its group from 1 on; 0 if there is none yet.
    numbers: Vec<u32>,
    all: Vec<Group>,
    /// Of each; only where it is grouped by where recipients are.
    health: Vec<RecentAttempts>,
    /// Of groups by a part of something else: what they are called.
    labels: Labels,
    /// Of groups by answer: how long those waited who got their message.
    queue_times: LatencyHistogram,
}

/// No group is known yet.
const NEW: u32 = 0;
/// Groups with nothing in them, of more than so many, are worth to be cleared away.
const DEAD: usize = if cfg!(test) { 4 } else { 4_096 };

impl Groups {
    /// Nothing grouped yet.
    pub fn new(by: GroupBy, scope: GroupScope) -> Self {
        Self {
            by,
            scope,
            org_domains: OrgDomainCache::default(),
            progress: ScanProgress::default(),
            window: Window::default(),
            mark: None,
            numbers: Vec::new(),
            all: Vec::new(),
            health: Vec::new(),
            labels: Labels::default(),
            queue_times: LatencyHistogram::default(),
        }
    }

    /// What it groups by.
    pub fn by(&self) -> GroupBy {
        self.by
    }

    /// Which entries it groups.
    pub fn narrow(&self) -> &GroupScope {
        &self.scope
    }

    /// Groups anew: all counts are gone, but the groups keep their numbers.
    pub fn restart(&mut self) {
        self.progress = ScanProgress::default();
        self.queue_times = LatencyHistogram::default();
        self.health.fill(RecentAttempts::default());
        let none = (RowId(u32::MAX), RowId(0));
        let empty = |group: &Group| Group {
            first: none.0,
            last: none.1,
            ..Group::new(group.key, RowId(0))
        };
        self.all = self.all.iter().map(empty).collect();
    }

    /// Counts from here on what is behind the mark as well.
    pub fn mark(&mut self, mark: Option<RowId>) {
        if self.mark == mark {
            return;
        }
        self.mark = mark;
        if mark.is_some_and(|mark| (mark.0 as usize) < self.progress.rows()) {
            self.restart();
        }
        for group in &mut self.all {
            group.since_mark = Counts::default();
        }
    }

    /// Groups some of the rows that came since, up to the first `rows`, and some of those before:
    /// `most` of either, if there are so many.
    pub fn extend_by(&mut self, sieve: &RowFilter, index: &Index, rows: usize, most: usize) {
        if self.window.since > sieve.window.since || self.window.until != sieve.window.until {
            self.restart();
        } else if self.window.since < sieve.window.since {
            let gone = Window { until: sieve.window.since, ..self.window };
            sieve.each_in(index, self.progress.counted(), gone, |id, row| {
                self.take_back(index, id, row);
            });
        }
        self.window = sieve.window;
        let known = self.progress.rows();
        let rows = if known == 0 { rows } else { rows.min(known.saturating_add(most)) };
        for part in self.progress.extend(index, rows, most) {
            sieve.each(index, part, |id, row| self.count(index, id, row));
        }
    }

    /// How many of the first `rows` are still to be looked at.
    pub fn remaining(&self, rows: usize) -> usize {
        self.progress.remaining() + rows.saturating_sub(self.progress.rows())
    }

    /// Takes in rows that a search found late.
    pub fn on_search_result(&mut self, sieve: &RowFilter, index: &Index, found: &[RowId]) {
        let counted = self.progress.counted();
        for at in found.iter().map(|row| row.0 as usize).filter(|at| counted.contains(at)) {
            sieve.each(index, at..at + 1, |id, row| self.count(index, id, row));
        }
    }

    /// Takes back the rows before `end`, which are about to leave the index.
    pub fn evict(&mut self, sieve: &RowFilter, index: &Index, end: usize) {
        let leaving = self.progress.evict(end);
        sieve.each_in(index, leaving, self.window, |id, row| self.take_back(index, id, row));
    }

    /// They have left.
    pub fn release(&mut self, index: &Index) {
        self.progress.release(index);
        let dead = self.all.iter().filter(|group| group.is_empty()).count();
        if dead > DEAD.max(self.all.len() / 2) {
            *self = Self { mark: self.mark, ..Self::new(self.by, self.scope.clone()) };
        }
    }

    fn count(&mut self, index: &Index, id: RowId, row: &RowView) {
        let mark = self.mark;
        if let Some((at, group)) = self.group(index, id, row) {
            group.count(id, row, mark);
            if let Some(health) = self.health.get_mut(at) {
                health.count(id, row.kind);
            }
            if let Some(wait) = self.wait(index, row) {
                self.queue_times.add(wait);
            }
        }
    }

    /// Milliseconds for which the recipient of a row waited, where that is counted.
    fn wait(&self, index: &Index, row: &RowView) -> Option<u64> {
        let got = matches!(row.kind, EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed));
        let message = row.message.filter(|_| got && self.by == GroupBy::Response)?;
        index.queue_time(message, row.time)
    }

    fn take_back(&mut self, index: &Index, id: RowId, row: &RowView) {
        let mark = self.mark;
        let number = self.number_of(row).and_then(|at| self.numbers.get(at).copied());
        let Some(at) = number.and_then(|number| number.checked_sub(1)) else { return };
        if let Some(health) = self.health.get_mut(at as usize) {
            health.take_back(id);
        }
        if let Some(group) = self.all.get_mut(at as usize) {
            group.take_back(id, row, mark);
            if let Some(wait) = self.wait(index, row) {
                self.queue_times.take_back(wait);
            }
        }
    }

    /// The group of a row, new or known, and where it stands.
    fn group(&mut self, index: &Index, id: RowId, row: &RowView) -> Option<(usize, &mut Group)> {
        self.org_domains.prepare(&self.scope, index, row.domains.0);
        let at = self.number_of(row)?;
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NEW);
        }
        let number = self.numbers.get_mut(at)?;
        if *number == NEW {
            let source = u32::try_from(at).ok()?;
            *number = match self.by.label(index, source) {
                Some(text) => self.labels.number(&text) + 1,
                None => u32::try_from(self.all.len()).ok()? + 1,
            };
            // A label that was known belongs to a group that is.
            if *number as usize > self.all.len() {
                let key = if self.by.is_direct() { source } else { *number - 1 };
                self.all.push(Group::new(key, id));
                if matches!(self.by, GroupBy::Domain | GroupBy::OrgDomain) {
                    self.health.push(RecentAttempts::default());
                }
            }
        }
        let at = *number as usize - 1;
        Some((at, self.all.get_mut(at)?))
    }

    /// Where in `numbers` the group of a row stands; `None` if it is in none.
    fn number_of(&self, row: &RowView) -> Option<usize> {
        let source =
            self.scope.matches(row, &self.org_domains).then(|| self.by.source(row)).flatten()?;
        Some(source as usize)
    }

    /// All groups of which something is counted.
    pub fn iter(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        let numbered = (0..).map(GroupId).zip(&self.all);
        numbered.filter(|(_, group)| !group.is_empty())
    }

    /// A group.
    pub fn get(&self, id: GroupId) -> Option<&Group> {
        self.all.get(id.0 as usize)
    }

    /// How the newest attempts of a group ended, where it is grouped by domain or organisation.
    pub fn health(&self, id: GroupId) -> Option<&RecentAttempts> {
        self.health.get(id.0 as usize)
    }

    /// What a group is called; empty if its entries say nothing of the kind.
    pub fn label<'a>(&'a self, index: &'a Index, group: &Group) -> &'a [u8] {
        match self.by {
            GroupBy::Domain => index.domains().text(Symbol(group.key)),
            GroupBy::Response => index.responses().text(Symbol(group.key)),
            GroupBy::Sender => index.senders().text(Symbol(group.key)),
            _ => self.labels.text(group.key),
        }
    }

    /// The symbol that a group is of, where it is grouped by domain, answer or sender; else a number
    /// that no other group has.
    pub fn symbol(&self, group: &Group) -> Symbol {
        Symbol(group.key)
    }

    /// How long those waited who got their message; counted where it is grouped by answer.
    pub fn waits(&self) -> &LatencyHistogram {
        &self.queue_times
    }

    /// The symbol of the group that has this one in it, if there is one.
    pub fn symbol_with(&self, symbol: Symbol) -> Option<Symbol> {
        let number = self.numbers.get(symbol.0 as usize)?.checked_sub(1)?;
        self.get(GroupId(number)).map(|group| self.symbol(group))
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        self.numbers.capacity() * size_of::<u32>()
            + self.all.capacity() * size_of::<Group>()
            + self.health.capacity() * size_of::<RecentAttempts>()
            + self.labels.memory
            + self.org_domains.memory()
    }
}

#[cfg(test)]
mod tests;
