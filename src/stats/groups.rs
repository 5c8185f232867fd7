//! What a filter leaves, counted in groups: by domain, answer, sender and so on.
//!
//! A grouping reads each row once, as a [`Tally`](super::Tally) does, and can be narrowed to one
//! domain or one answer, so that one grouping shows what another one consists of. What a row is
//! grouped by is found out once for each symbol.

mod group;
mod labels;
mod members;
mod recent_attempts;
mod responses;
mod row_names;
mod scope;

pub use group::Group;
pub use recent_attempts::RecentAttempts;
pub use row_names::RowNames;
pub use scope::{DomainScope, GroupScope};

use super::scan_progress::ScanProgress;
use super::{Counts, GroupBy, LatencyHistogram};
use crate::filter::RowFilter;
use crate::index::{EntryKind, Index, RowId, RowView, Symbol};
use crate::log::entry::{Outcome, Window};
use labels::Labels;
use responses::GroupResponses;
use row_names::NamedRows;
use scope::OrgDomainCache;

/// Number of a group, in the order of first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

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
    /// Of groups by a part of something else, or of all: what they are called.
    labels: Labels,
    /// Of groups by what no row tells.
    named_rows: NamedRows,
    /// Whatever there is no room for, where groups are limited.
    others: Group,
    /// Where groups are limited.
    responses: Option<GroupResponses>,
    /// Of groups by answer: how long those waited who got their message.
    queue_times: LatencyHistogram,
}

/// No group is known yet.
const NEW: u32 = 0;
/// There is no room for the group.
const OTHERS: u32 = u32::MAX;
/// Groups that are kept apart where they are limited: some 200 bytes each. What comes later is one
/// group.
pub const MOST_GROUPS: usize = 1_000_000;
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
            named_rows: NamedRows::default(),
            others: Group::new(0, RowId(0)),
            responses: None,
            queue_times: LatencyHistogram::default(),
        }
    }

    /// Nothing grouped yet, of so many groups at most. They stay when their entries have left the
    /// index, and tell what they were answered.
    pub fn limited(by: GroupBy, most: usize) -> Self {
        Self {
            labels: Labels::limited(most),
            responses: Some(GroupResponses::new(most)),
            ..Self::new(by, GroupScope::default())
        }
    }

    /// The next rows have these names, where it groups by what no row tells.
    pub fn name_rows(&mut self, names: &RowNames) {
        self.named_rows.append(names, self.progress.rows());
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
        let Some((at, group)) = self.group(index, id, row) else { return };
        group.count(id, row, mark);
        if let Some(health) = at.and_then(|at| self.health.get_mut(at)) {
            health.count(id, row.kind);
        }
        if let Some(wait) = self.wait(index, row) {
            self.queue_times.add(wait);
        }
        if let Some(responses) = &mut self.responses {
            responses.count(index, at, row);
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
        let number = self.number_of(id, row).and_then(|at| self.numbers.get(at).copied());
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

    /// The group of a row, new or known, and where it stands; nowhere if there is no room for it.
    fn group(
        &mut self,
        index: &Index,
        id: RowId,
        row: &RowView,
    ) -> Option<(Option<usize>, &mut Group)> {
        self.org_domains.prepare(&self.scope, index, row.domains.0);
        let at = self.number_of(id, row)?;
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NEW);
        }
        let number = match *self.numbers.get(at)? {
            NEW => self.begin(index, id, u32::try_from(at).ok()?)?,
            known => known,
        };
        *self.numbers.get_mut(at)? = number;
        if number == OTHERS {
            return Some((None, &mut self.others));
        }
        let at = number as usize - 1;
        Some((Some(at), self.all.get_mut(at)?))
    }

    /// The number of the group of what a row is grouped by.
    fn begin(&mut self, index: &Index, id: RowId, source: u32) -> Option<u32> {
        let label = if !self.is_labelled() {
            Some(u32::try_from(self.all.len()).ok()?)
        } else if self.by == GroupBy::Process {
            self.labels.number(self.named_rows.name(source))
        } else {
            self.labels.number(&self.by.name(index, source))
        };
        let Some(label) = label else { return Some(OTHERS) };
        // A label that was known belongs to a group that is.
        if label as usize >= self.all.len() {
            let key = if self.is_labelled() { label } else { source };
            self.all.push(Group::new(key, id));
            if matches!(self.by, GroupBy::Domain | GroupBy::OrgDomain) {
                self.health.push(RecentAttempts::default());
            }
        }
        Some(label + 1)
    }

    /// Whether the groups have labels of their own.
    fn is_labelled(&self) -> bool {
        self.responses.is_some() || !self.by.is_direct()
    }

    /// Where in `numbers` the group of a row stands; `None` if it is in none.
    fn number_of(&self, id: RowId, row: &RowView) -> Option<usize> {
        if !self.scope.matches(row, &self.org_domains) {
            return None;
        }
        let source = match self.by {
            GroupBy::Process if self.by.takes(row.kind) => self.named_rows.number(id.0 as usize),
            by => by.source(row),
        };
        Some(source? as usize)
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
        if self.is_labelled() {
            return self.labels.text(group.key);
        }
        match self.by {
            GroupBy::Domain => index.domains().text(Symbol(group.key)),
            GroupBy::Response => index.responses().text(Symbol(group.key)),
            GroupBy::Sender => index.senders().text(Symbol(group.key)),
            _ => b"",
        }
    }

    /// The symbol that a group is of, where it is grouped by domain, answer or sender; else a number
    /// that no other group has.
    pub fn symbol(&self, group: &Group) -> Symbol {
        Symbol(group.key)
    }

    /// What there was no room for, if there was anything.
    pub fn others(&self) -> Option<&Group> {
        Some(&self.others).filter(|others| !others.is_empty())
    }

    /// The reply codes of a group, or of what there was no room for, each with how often it was
    /// given, ascending; where groups are limited.
    pub fn codes(&self, group: Option<GroupId>) -> &[(u16, u32)] {
        self.responses.as_ref().map_or(&[], |responses| responses.codes(group))
    }

    /// By group: what its failures were most often answered; where groups are limited.
    pub fn top_responses(&self) -> Vec<&[u8]> {
        self.responses.as_ref().map_or_else(Vec::new, |known| known.top_texts(self.all.len()))
    }

    /// Failures whose answer there was no room for, so that another one may stand as most frequent.
    pub fn uncounted_responses(&self) -> u64 {
        self.responses.as_ref().map_or(0, GroupResponses::uncounted)
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
            + self.labels.memory()
            + self.named_rows.memory()
            + self.responses.as_ref().map_or(0, GroupResponses::memory)
            + self.org_domains.memory()
    }
}

#[cfg(test)]
mod tests;
