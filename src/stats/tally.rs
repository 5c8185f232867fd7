//! What a filter leaves, counted: by connection, in total, and by the second.
//!
//! It reads each row of the index once, the newest first, so that it grows with the log and costs
//! nothing while the log is quiet. A log of millions is counted in parts, between which the keys
//! are looked at. Under a filter on texts only what was found is counted, as it is found.

use super::{Backlog, Counts, MinuteHistogram, RateWindow};
use crate::filter::{Filter, HitSet, RowFilter};
use crate::index::{ConnectionId, EntryKind, Index, RowId, RowView as Row, SegmentedVec};
use crate::log::entry::{Time, Window};
use crate::stats::scan_progress::ScanProgress;
use std::ops::Range;

/// Counts of the whole log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// As of one connection.
    pub counts: Counts,
    /// Text that could not be read as an entry.
    pub unparsed: u32,
}

/// A filter and everything counted under it.
#[derive(Clone, Default)]
pub struct Tally {
    filter: RowFilter,
    counted: TallyCounts,
    progress: ScanProgress,
}

/// What is counted.
#[derive(Clone, Default)]
struct TallyCounts {
    by_connection: SegmentedVec<Counts>,
    /// Those of which something is counted; in the order of their ids.
    connections: Vec<ConnectionId>,
    /// So many of them are in order.
    ordered: usize,
    totals: Totals,
    recent: RateWindow,
    minutes: MinuteHistogram,
    /// Entries from this one on are counted apart as well.
    mark: Option<RowId>,
    since_mark: (Counts, Backlog),
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(filter: Filter) -> Self {
        Self { filter: RowFilter::new(filter), ..Self::default() }
    }

    /// Nothing counted yet of what an earlier search for the same filter found.
    pub fn resume(filter: Filter, hits: HitSet) -> Self {
        Self { filter: RowFilter::resume(filter, hits), ..Self::default() }
    }

    /// The same, of entries in a window of time alone.
    #[must_use]
    pub fn within(mut self, window: Window) -> Self {
        self.filter.window = window;
        self
    }

    /// Nothing counted yet, in another window; what was found in texts stays.
    #[must_use]
    pub fn reset(self, window: Window) -> Self {
        let mut anew = Self { filter: self.filter, ..Self::default() }.within(window);
        anew.mark(self.counted.mark);
        anew
    }

    /// Counts apart what comes from this row on, which is not counted yet.
    pub fn mark(&mut self, row: Option<RowId>) {
        self.counted.mark = row;
        self.counted.since_mark = Default::default();
    }

    /// Counts the rows that came since, up to the first `rows` of the index.
    pub fn extend(&mut self, index: &Index, rows: usize) {
        self.extend_by(index, rows, usize::MAX);
    }

    /// The same, but of the rows that were there before looks at no more than `most`, from the
    /// newest on.
    pub fn extend_by(&mut self, index: &Index, rows: usize, most: usize) {
        self.filter.prepare(index);
        self.counted.by_connection.follow(index.connections());
        for part in self.progress.extend(index, rows, most) {
            self.filter.sift(index, part.clone());
            self.filter.each(index, part, |id, row| self.counted.count(id, row));
        }
        self.counted.order_connections();
    }

    /// Counts, instead of what a filter leaves, the rows that somebody names: these as well, which are
    /// not counted yet.
    pub fn decide(&mut self, wanted: impl Iterator<Item = RowId>) {
        self.filter.decide(wanted);
    }

    /// How many rows are still to be looked at.
    pub fn remaining(&self) -> usize {
        self.progress.remaining()
    }

    /// Lets the window begin later: takes back what lies before.
    pub fn slide(&mut self, index: &Index, since: Time) {
        let gone = Window { since: self.filter.window.since, until: since };
        let before = self.counted.totals.counts.entries;
        self.filter.each_in(index, self.progress.counted(), gone, |id, row| {
            self.counted.take_back(id, row);
        });
        self.filter.window.since = self.filter.window.since.max(since);
        if self.counted.totals.counts.entries < before {
            self.counted.drop_connections();
        }
    }

    /// Takes back the rows before `end`, which are about to leave the index.
    pub fn evict(&mut self, index: &Index, end: usize) {
        let leaving = self.progress.evict(end);
        self.filter.each(index, leaving, |id, row| self.counted.take_back(id, row));
    }

    /// Lets go of the connections that have left the index, now that it has let its oldest rows go.
    pub fn release(&mut self, index: &Index) {
        self.counted.drop_connections();
        self.counted.by_connection.leave_with(index.connections());
        self.progress.release(index);
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        self.counted.memory() + self.filter.memory()
    }

    /// Rows whose text is to be searched next, and those of them that the terms on domains leave.
    /// `None` if the filter is on no text, or all is asked for.
    pub fn ask(&mut self, index: &Index) -> Option<(Range<usize>, Vec<RowId>)> {
        self.filter.ask(index, self.progress.rows())
    }

    /// These rows, which were asked for, were searched, and `found` of them hold the texts.
    pub fn on_search_result(&mut self, index: &Index, rows: &Range<usize>, found: &[RowId]) {
        self.filter.on_search_result(rows, found);
        // What lies before is counted when its turn comes.
        for at in found.iter().map(|row| row.0 as usize).filter(|&at| at >= self.progress.from()) {
            self.filter.each(index, at..at + 1, |id, row| self.counted.count(id, row));
        }
        self.counted.order_connections();
    }

    /// The filter and what was found for it, for another time.
    pub fn into_hits(self) -> Option<(Filter, HitSet)> {
        self.filter.into_hits()
    }

    /// Rows that were searched, and all of them, if not all were.
    pub fn searched(&self) -> Option<(usize, usize)> {
        let (searched, rows) = (self.filter.searched()?, self.progress.rows());
        (searched < rows).then_some((searched, rows))
    }

    /// Whether the filter leaves this row.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        self.filter.leaves(index, row)
    }

    /// Counts of a connection.
    pub fn of(&self, connection: ConnectionId) -> Counts {
        self.counted.by_connection.get(connection.0 as usize).copied().unwrap_or_default()
    }

    /// Connections of which the filter leaves something, in the order of their ids.
    pub fn connections(&self) -> &[ConnectionId] {
        &self.counted.connections
    }

    /// Counts of everything.
    pub fn totals(&self) -> Totals {
        self.counted.totals
    }

    /// Counts of what came since the mark, and what it did to the backlog.
    pub fn since_mark(&self) -> (Counts, Backlog) {
        self.counted.since_mark
    }

    /// Counts by the second.
    pub fn recent(&self) -> &RateWindow {
        &self.counted.recent
    }

    /// Counts by the minute.
    pub fn minutes(&self) -> &MinuteHistogram {
        &self.counted.minutes
    }

    /// Rows of the index that are known here.
    pub fn rows(&self) -> usize {
        self.progress.rows()
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        self.filter.filter()
    }

    /// The window of time in force.
    pub fn window(&self) -> Window {
        self.filter.window
    }

    /// Which rows are counted.
    pub fn sieve(&self) -> &RowFilter {
        &self.filter
    }
}

impl TallyCounts {
    fn count(&mut self, id: RowId, row: &Row) {
        let counts_of_it = Counts::of(row.kind);
        if self.mark.is_some_and(|mark| id >= mark) {
            self.since_mark.0.add(&counts_of_it);
            self.since_mark.1.add(Backlog::of(row));
        }
        self.totals.counts.add(&counts_of_it);
        self.totals.unparsed += u32::from(row.kind == EntryKind::Unparsed);
        self.recent.count(row.time, &counts_of_it);
        self.minutes.count(row.time, &counts_of_it);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            if counts.entries == 0 {
                self.connections.push(row.connection);
            }
            counts.add(&counts_of_it);
        }
    }

    fn take_back(&mut self, id: RowId, row: &Row) {
        let counts_of_it = Counts::of(row.kind);
        if self.mark.is_some_and(|mark| id >= mark) {
            self.since_mark.0.take_back(&counts_of_it);
            self.since_mark.1.subtract(Backlog::of(row));
        }
        self.totals.counts.take_back(&counts_of_it);
        self.totals.unparsed -= u32::from(row.kind == EntryKind::Unparsed);
        self.recent.evict(row.time, &counts_of_it);
        self.minutes.take_back(row.time, &counts_of_it);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            counts.take_back(&counts_of_it);
        }
    }

    fn order_connections(&mut self) {
        if self.ordered < self.connections.len() {
            // Long runs are in order already, which only the stable sort makes use of.
            self.connections.sort();
            self.ordered = self.connections.len();
        }
    }

    /// Lets go of the connections of which nothing is counted any more.
    fn drop_connections(&mut self) {
        let Self { connections, by_connection, ordered, .. } = self;
        let counts = |id: &ConnectionId| by_connection.get(id.0 as usize).copied();
        connections.retain(|id| counts(id).is_some_and(|counts| counts.entries > 0));
        *ordered = connections.len();
    }

    fn memory(&self) -> usize {
        self.by_connection.memory()
            + self.connections.capacity() * size_of::<ConnectionId>()
            + self.minutes.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, TextLocation};
    use crate::log::parse::Parser;

    fn line(rng: &mut fastrand::Rng) -> String {
        let domain = rng.u8(b'a'..b'f') as char;
        let code = ["D", "Q", "R", "E", "J"][rng.usize(0..5)];
        let port = rng.u16(1..30);
        match rng.u8(0..6) {
            0 => "no entry".to_owned(),
            1 => format!(
                "19-Feb-1998 10:00:0{} a.{port}.0 tcp_local - O TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{domain}.org/mx",
                rng.u8(0..9),
            ),
            _ => format!(
                "19-Feb-1998 10:00:0{} a.{port}.1 tcp_local {code} 1 x@x.org rfc822;y@{domain}.org y@f.{domain}.org q/ZZ1.00 <i@d>",
                rng.u8(0..9),
            ),
        }
    }

    #[test]
    fn counts_are_those_of_the_held_rows_under_any_filter() {
        for seed in 0..30 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let filters = [
                "",
                "a.org",
                "b.org|c.org",
                "f.a.org a.org",
                "nowhere.org",
                "outcome:relayed|failed to:b.org",
                "-host:*",
            ];
            let mut tallies = filters.map(|filter| Tally::new(Filter::parse(filter).unwrap()));
            let mut index = Index::default();
            for _ in 0..60 {
                let mut batch = Batch::new(index.keys());
                for _ in 0..rng.usize(0..40) {
                    let place = TextLocation { source: 0, offset: 0 };
                    batch.push(place, 1, &Parser::default().entry(line(&mut rng).as_bytes()));
                }
                index.absorb(&batch);
                let rows = index.rows().len();
                for tally in &mut tallies {
                    // One of them may be behind, as when the screen is frozen.
                    if rng.bool() {
                        tally.extend(&index, rows);
                    }
                }
                if let Some(end) = index.evictable_end().filter(|_| rng.bool()) {
                    for tally in &mut tallies {
                        tally.evict(&index, end);
                    }
                    index.evict_oldest();
                    for tally in &mut tallies {
                        tally.release(&index);
                    }
                }
            }
            assert!(index.rows().first().0 > 0);
            for tally in &mut tallies {
                tally.extend(&index, index.rows().len());
                let mut anew = Tally::new(tally.filter().clone());
                anew.extend(&index, index.rows().len());
                assert_eq!(tally.totals(), anew.totals(), "seed {seed}");
                let counts = |tally: &Tally| {
                    tally.connections().iter().map(|&id| (id, tally.of(id))).collect::<Vec<_>>()
                };
                assert_eq!(counts(tally), counts(&anew), "seed {seed}");
                let (now, span) = (index.newest(), 20);
                assert_eq!(tally.recent().sum(now, span), anew.recent().sum(now, span));
            }
        }
    }
}
