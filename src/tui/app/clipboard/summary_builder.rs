//! Counts a summary in slices.

use super::summary::{IncidentSummary, SummaryHeader, SummaryRow};
use crate::filter::{Filter, RowFilter};
use crate::index::{Index, RowId};
use crate::stats::{Counts, Group, GroupBy, GroupScope, Groups, Tally, Totals};
use std::cmp::Reverse;

/// Rows per slice: about a millisecond for each of the two groupings.
const GROUPED: usize = 32 * 1024;
/// Maximum number of domains and responses in a summary.
const TOLD: usize = 10;
/// Maximum number of sample entries.
const QUOTED: usize = 3;

/// Summary in progress.
pub(super) struct SummaryBuilder {
    filter: Filter,
    heads: SummaryHeader,
    /// Captured state once counting and search are complete.
    snapshot: Option<SummarySnapshot>,
}

/// Counts and filter captured at one moment.
struct SummarySnapshot {
    filter: RowFilter,
    rows: usize,
    totals: Totals,
    domains: Groups,
    responses: Groups,
    /// Rows still to be scanned for the first and the last matching entry.
    first: RowSearch,
    last: RowSearch,
}

/// Scan for the first, or the last, row that matches the filter.
#[derive(Clone, Copy)]
enum RowSearch {
    From(usize),
    Found(RowId),
    Nowhere,
}

impl SummaryBuilder {
    pub(super) fn new(filter: Filter, heads: SummaryHeader) -> Self {
        Self { filter, heads, snapshot: None }
    }

    /// Whether the filter changed before the state was captured.
    pub(super) fn is_of_another(&self, filter: &Filter) -> bool {
        self.snapshot.is_none() && self.filter != *filter
    }

    pub(super) fn restart(&mut self) {
        self.snapshot = None;
    }

    /// Counts one slice; returns the summary when complete.
    pub(super) fn advance(&mut self, tally: &Tally, index: &Index) -> Option<IncidentSummary> {
        if self.snapshot.is_none() && (tally.remaining() > 0 || tally.searched().is_some()) {
            return None;
        }
        let held = self.snapshot.get_or_insert_with(|| SummarySnapshot::new(tally, index));
        held.advance(index).then(|| held.summary(index, self.heads.clone()))
    }
}

impl SummarySnapshot {
    fn new(tally: &Tally, index: &Index) -> Self {
        let groups = |by| Groups::new(by, GroupScope::default());
        Self {
            filter: tally.sieve().clone(),
            rows: tally.rows(),
            totals: tally.totals(),
            domains: groups(GroupBy::Domain),
            responses: groups(GroupBy::Response),
            first: RowSearch::From(index.rows().first().0 as usize),
            last: RowSearch::From(tally.rows()),
        }
    }

    /// Counts one slice; true when complete.
    fn advance(&mut self, index: &Index) -> bool {
        for groups in [&mut self.domains, &mut self.responses] {
            groups.extend_by(&self.filter, index, self.rows, GROUPED);
        }
        let held = index.rows().first().0 as usize;
        if let RowSearch::From(from) = self.first {
            let end = self.rows.min(from + GROUPED);
            self.first = match self.filter.remaining(index, from..end).first() {
                Some(&row) => RowSearch::Found(row),
                None if end == self.rows => RowSearch::Nowhere,
                None => RowSearch::From(end),
            };
        }
        if let RowSearch::From(end) = self.last {
            let from = end.saturating_sub(GROUPED).max(held);
            self.last = match self.filter.remaining(index, from..end).last() {
                Some(&row) => RowSearch::Found(row),
                None if from == held => RowSearch::Nowhere,
                None => RowSearch::From(from),
            };
        }
        let seeks = [self.first, self.last].iter().any(|seek| matches!(seek, RowSearch::From(_)));
        let left = [&self.domains, &self.responses].iter().any(|it| it.remaining(self.rows) > 0);
        !seeks && !left
    }

    fn summary(&self, index: &Index, heads: SummaryHeader) -> IncidentSummary {
        let time = |seek| match seek {
            RowSearch::Found(row) => Some(index.rows().time(row)),
            _ => None,
        };
        let told = |groups: &Groups| -> (Vec<SummaryRow>, usize) {
            let worst = worst(groups);
            let row = |group: &&Group| SummaryRow {
                label: groups.label(index, group).to_vec(),
                counts: group.counts,
                first: index.rows().time(group.first),
                last: index.rows().time(group.last),
            };
            (worst.iter().take(TOLD).map(row).collect(), worst.len())
        };
        let answers = worst(&self.responses);
        let mut samples: Vec<RowId> =
            answers.iter().take(QUOTED).map(|it| it.trouble().unwrap_or(it.last)).collect();
        if let (true, RowSearch::Found(row)) = (samples.is_empty(), self.last) {
            samples.push(row);
        }
        IncidentSummary {
            heads,
            totals: self.totals,
            span: time(self.first).zip(time(self.last)),
            domains: told(&self.domains),
            responses: told(&self.responses),
            samples,
        }
    }
}

/// Groups with failures, worst first; without failures all groups, largest first.
fn worst(groups: &Groups) -> Vec<&Group> {
    let mut all: Vec<&Group> = groups.iter().map(|(_, group)| group).collect();
    let is_bad = |group: &&Group| group.counts.bad() > 0;
    if all.iter().any(is_bad) {
        all.retain(is_bad);
    }
    all.sort_by_key(|group| {
        let Counts { deferred, failed, rejected, entries, .. } = group.counts;
        // Rejections by our own server are not failures of the remote.
        Reverse((deferred + failed, rejected, entries, group.last))
    });
    all
}
