//! What a filter leaves, counted: by connection, in total, and by the second.
//!
//! It reads each row of the index once, the newest first, so that it grows with the log and costs
//! nothing while the log is quiet. A log of millions is counted in parts, between which the keys
//! are looked at. Under a filter on texts only what was found is counted, as it is found.

use super::{Filter, Hits, Recent};
use crate::entry::Outcome;
use crate::index::{ConnectionId, Counted, Index, Kind, RowId, Segments, Symbol};
use std::ops::Range;

/// Counts of one connection, in the words of the export schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries of any kind.
    pub entries: u32,
    /// Recipients that came into a queue.
    pub enqueued: u32,
    /// Recipients delivered or relayed.
    pub delivered: u32,
    /// Attempts that failed for now.
    pub deferred: u32,
    /// Recipients given up.
    pub failed: u32,
    /// Recipients that our server refused.
    pub rejected: u32,
}

impl Counts {
    /// What an entry adds. All are added up, whatever it is: no two entries of a log are alike, and
    /// to go another way for each takes longer.
    fn of(kind: Kind) -> Self {
        const NONE: Counts =
            Counts { entries: 1, enqueued: 0, delivered: 0, deferred: 0, failed: 0, rejected: 0 };
        match kind {
            Kind::Enqueued => Self { enqueued: 1, ..NONE },
            Kind::Ended(Outcome::Delivered | Outcome::Relayed) => Self { delivered: 1, ..NONE },
            Kind::Ended(Outcome::Deferred) => Self { deferred: 1, ..NONE },
            Kind::Ended(Outcome::Failed) => Self { failed: 1, ..NONE },
            Kind::Refused => Self { rejected: 1, ..NONE },
            _ => NONE,
        }
    }

    fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.enqueued += other.enqueued;
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.failed += other.failed;
        self.rejected += other.rejected;
    }

    fn take_back(&mut self, other: &Self) {
        self.entries -= other.entries;
        self.enqueued -= other.enqueued;
        self.delivered -= other.delivered;
        self.deferred -= other.deferred;
        self.failed -= other.failed;
        self.rejected -= other.rejected;
    }
}

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
    filter: Filter,
    /// By domain symbol: the terms that it meets. An entry is wanted if its domains together meet
    /// all of them.
    met: Vec<u32>,
    /// Rows that hold the texts, and meet the terms on domains; `None` if the filter is on no text.
    hits: Option<Hits>,
    by_connection: Segments<Counts>,
    /// Those of which something is counted; in the order of their ids.
    connections: Vec<ConnectionId>,
    /// So many of them are in order.
    ordered: usize,
    totals: Totals,
    recent: Recent,
    /// Rows before this one are still to be counted.
    from: usize,
    rows: usize,
    /// Rows before this one have left the index.
    first: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(filter: Filter) -> Self {
        let hits = (!filter.patterns().is_empty()).then(Hits::default);
        Self { filter, hits, ..Self::default() }
    }

    /// Nothing counted yet of what an earlier search for the same filter found.
    pub fn resume(filter: Filter, mut hits: Hits) -> Self {
        hits.forget_asked();
        Self { hits: Some(hits), ..Self::new(filter) }
    }

    /// Counts the rows that came since, up to the first `rows` of the index.
    pub fn extend(&mut self, index: &Index, rows: usize) {
        self.extend_by(index, rows, usize::MAX);
    }

    /// The same, but of the rows that were there before looks at no more than `most`, from the
    /// newest on.
    pub fn extend_by(&mut self, index: &Index, rows: usize, most: usize) {
        self.learn_domains(index);
        self.by_connection.follow(index.connections());
        self.first = index.rows().first().0 as usize;
        if self.rows == 0 {
            (self.from, self.rows) = (rows, rows);
        }
        self.count_rows(index, self.rows, rows);
        self.rows = self.rows.max(rows);
        let from = self.from.saturating_sub(most).max(self.first).min(self.from);
        self.count_rows(index, from, self.from);
        self.from = from;
        self.order_connections();
    }

    fn order_connections(&mut self) {
        if self.ordered < self.connections.len() {
            // Long runs are in order already, which only the stable sort makes use of.
            self.connections.sort();
            self.ordered = self.connections.len();
        }
    }

    /// How many rows are still to be looked at.
    pub fn left(&self) -> usize {
        self.from.saturating_sub(self.first)
    }

    /// Takes back the rows before `end`, which are about to leave the index.
    pub fn forget(&mut self, index: &Index, end: usize) {
        // Rows before `from` were not counted yet.
        let to = end.min(self.rows).max(self.from);
        self.each_left(index, self.from..to, Self::take_back);
        self.from = self.from.max(end);
        self.rows = self.rows.max(end);
    }

    /// Lets go of the connections that have left the index, now that it has let its oldest rows go.
    pub fn release(&mut self, index: &Index) {
        let Self { connections, by_connection, ordered, .. } = self;
        let counts = |id: &ConnectionId| by_connection.get(id.0 as usize).copied();
        connections.retain(|id| counts(id).is_some_and(|counts| counts.entries > 0));
        *ordered = 0;
        by_connection.leave_with(index.connections());
        self.first = index.rows().first().0 as usize;
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        self.by_connection.memory()
            + self.met.capacity() * size_of::<u32>()
            + self.connections.capacity() * size_of::<ConnectionId>()
    }

    fn learn_domains(&mut self, index: &Index) {
        let known = self.met.len();
        let domains = (known..index.domains().len()).filter_map(|at| u32::try_from(at).ok());
        let met = |at| self.filter.met_by(index.domains().text(Symbol(at)));
        let new: Vec<u32> = domains.map(met).collect();
        self.met.extend(new);
    }

    fn met(&self, domains: (Symbol, Symbol)) -> u32 {
        let met = |symbol: Symbol| self.met.get(symbol.0 as usize).copied().unwrap_or_default();
        met(domains.0) | met(domains.1)
    }

    fn count_rows(&mut self, index: &Index, from: usize, to: usize) {
        self.each_left(index, from..to, Self::count);
    }

    /// Does something with each of the rows that the filter leaves.
    fn each_left(&mut self, index: &Index, rows: Range<usize>, act: impl Fn(&mut Self, &Counted)) {
        let all = self.filter.all_terms();
        if let Some(hits) = &self.hits {
            let found: Vec<usize> = hits.among(rows).collect();
            for at in found {
                index.rows().counted(at, at + 1).for_each(|row| act(self, &row));
            }
        } else if all == 0 {
            index.rows().counted(rows.start, rows.end).for_each(|row| act(self, &row));
        } else {
            for row in index.rows().counted(rows.start, rows.end) {
                if self.met(row.domains) == all {
                    act(self, &row);
                }
            }
        }
    }

    /// Rows whose text is to be searched next, and those of them that the terms on domains leave.
    /// `None` if the filter is on no text, or all is asked for.
    pub fn ask(&mut self, index: &Index) -> Option<(Range<usize>, Vec<RowId>)> {
        let hits = self.hits.as_mut()?;
        let mut rows = hits.ask(self.rows)?;
        while rows.end <= self.first {
            hits.learn(&rows, &[]);
            rows = hits.ask(self.rows)?;
        }
        let held = rows.start.max(self.first)..rows.end;
        let all = self.filter.all_terms();
        let numbered = held.clone().zip(index.rows().counted(held.start, held.end));
        let wanted = numbered.filter(|(_, row)| self.met(row.domains) == all);
        let ids = wanted.filter_map(|(at, _)| u32::try_from(at).ok()).map(RowId).collect();
        Some((rows, ids))
    }

    /// These rows, which were asked for, were searched, and `found` of them hold the texts.
    pub fn found(&mut self, index: &Index, rows: &Range<usize>, found: &[RowId]) {
        let Some(hits) = &mut self.hits else { return };
        hits.learn(rows, found);
        // What lies before is counted when its turn comes.
        let from = self.from;
        for at in found.iter().map(|row| row.0 as usize).filter(|&at| at >= from) {
            index.rows().counted(at, at + 1).for_each(|row| self.count(&row));
        }
        self.order_connections();
    }

    /// The filter and what was found for it, for another time.
    pub fn into_hits(self) -> Option<(Filter, Hits)> {
        Some((self.filter, self.hits?))
    }

    /// Rows that were searched, and all of them, if not all were.
    pub fn searched(&self) -> Option<(usize, usize)> {
        let searched = self.hits.as_ref()?.searched();
        (searched < self.rows).then_some((searched, self.rows))
    }

    fn count(&mut self, row: &Counted) {
        let counts_of_it = Counts::of(row.kind);
        self.totals.counts.add(&counts_of_it);
        self.totals.unparsed += u32::from(row.kind == Kind::Unparsed);
        self.recent.count(row.time, &counts_of_it);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            if counts.entries == 0 {
                self.connections.push(row.connection);
            }
            counts.add(&counts_of_it);
        }
    }

    fn take_back(&mut self, row: &Counted) {
        let counts_of_it = Counts::of(row.kind);
        self.totals.counts.take_back(&counts_of_it);
        self.totals.unparsed -= u32::from(row.kind == Kind::Unparsed);
        self.recent.forget(row.time, &counts_of_it);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            counts.take_back(&counts_of_it);
        }
    }

    /// Whether the filter leaves this row.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        match &self.hits {
            Some(hits) => hits.contains(row),
            None => self.met(index.rows().domains(row)) == self.filter.all_terms(),
        }
    }

    /// Counts of a connection.
    pub fn of(&self, connection: ConnectionId) -> Counts {
        self.by_connection.get(connection.0 as usize).copied().unwrap_or_default()
    }

    /// Connections of which the filter leaves something, in the order of their ids.
    pub fn connections(&self) -> &[ConnectionId] {
        &self.connections
    }

    /// Counts of everything.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Counts by the second.
    pub fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Rows of the index that are known here.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, Place};
    use crate::parse::Parser;

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
            let filters = ["", "a.org", "b.org|c.org", "f.a.org a.org", "nowhere.org"];
            let mut tallies = filters.map(|filter| Tally::new(Filter::parse(filter).unwrap()));
            let mut index = Index::default();
            for _ in 0..60 {
                let mut batch = Batch::new(index.keys());
                for _ in 0..rng.usize(0..40) {
                    let place = Place { source: 0, offset: 0 };
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
                if let Some(end) = index.leaving().filter(|_| rng.bool()) {
                    for tally in &mut tallies {
                        tally.forget(&index, end);
                    }
                    index.forget();
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
