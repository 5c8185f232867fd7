//! What a filter leaves, counted: by connection, in total, and by the second.
//!
//! It reads each row of the index once, the newest first, so that it grows with the log and costs
//! nothing while the log is quiet. A log of millions is counted in parts, between which the keys
//! are looked at.

use super::{Filter, Recent};
use crate::entry::Outcome;
use crate::index::{ConnectionId, Counted, Index, Kind, RowId, Symbol};

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
    fn count(&mut self, kind: Kind) {
        self.entries += 1;
        match kind {
            Kind::Enqueued => self.enqueued += 1,
            Kind::Ended(Outcome::Delivered | Outcome::Relayed) => self.delivered += 1,
            Kind::Ended(Outcome::Deferred) => self.deferred += 1,
            Kind::Ended(Outcome::Failed) => self.failed += 1,
            Kind::Refused => self.rejected += 1,
            _ => {}
        }
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
    by_connection: Vec<Counts>,
    /// Those of which something is counted; in the order of their ids after each [`Tally::extend`].
    connections: Vec<ConnectionId>,
    totals: Totals,
    recent: Recent,
    /// Rows before this one are still to be counted.
    from: usize,
    rows: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Counts the rows that came since, up to the first `rows` of the index.
    pub fn extend(&mut self, index: &Index, rows: usize) {
        self.extend_by(index, rows, usize::MAX);
    }

    /// The same, but of the rows that were there before looks at no more than `most`, from the
    /// newest on.
    pub fn extend_by(&mut self, index: &Index, rows: usize, most: usize) {
        self.learn_domains(index);
        self.by_connection.resize(index.connections().len(), Counts::default());
        let known = self.connections.len();
        if self.rows == 0 {
            (self.from, self.rows) = (rows, rows);
        }
        self.count_rows(index, self.rows, rows);
        self.rows = self.rows.max(rows);
        let from = self.from.saturating_sub(most);
        self.count_rows(index, from, self.from);
        self.from = from;
        if self.connections.len() > known && !self.connections.is_sorted() {
            // Long runs are in order already, which only the stable sort makes use of.
            self.connections.sort();
        }
    }

    /// How many rows are still to be looked at.
    pub fn left(&self) -> usize {
        self.from
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
        let all = self.filter.all_terms();
        for row in index.rows().counted(from, to) {
            if self.met(row.domains) == all {
                self.count(&row);
            }
        }
    }

    fn count(&mut self, row: &Counted) {
        self.totals.counts.count(row.kind);
        self.totals.unparsed += u32::from(row.kind == Kind::Unparsed);
        self.recent.count(row.time, row.kind);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            if counts.entries == 0 {
                self.connections.push(row.connection);
            }
            counts.count(row.kind);
        }
    }

    /// Whether the filter leaves this row.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        self.met(index.rows().domains(row)) == self.filter.all_terms()
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
