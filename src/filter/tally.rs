//! What a filter leaves, counted: by connection, in total, and by the second.
//!
//! It reads each row of the index once, so that it grows with the log and costs nothing while the
//! log is quiet.

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
    /// By domain symbol: whether the filter wants it. Only for filters of one term, where an entry
    /// is wanted if either of its domains is.
    wanted: Vec<bool>,
    by_connection: Vec<Counts>,
    totals: Totals,
    recent: Recent,
    rows: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Counts the rows that came since, up to the first `rows` of the index.
    pub fn extend(&mut self, index: &Index, rows: usize) {
        self.learn_domains(index);
        self.by_connection.resize(index.connections().len(), Counts::default());
        for row in index.rows().counted(self.rows, rows) {
            if self.wants(index, row.domains) {
                self.count(&row);
            }
        }
        self.rows = self.rows.max(rows);
    }

    fn learn_domains(&mut self, index: &Index) {
        let known = self.wanted.len();
        let domains = (known..index.domains().len()).filter_map(|at| u32::try_from(at).ok());
        let wants = |at| self.filter.matches([index.domains().text(Symbol(at))]);
        let new: Vec<bool> = domains.map(wants).collect();
        self.wanted.extend(new);
    }

    fn wants(&self, index: &Index, domains: (Symbol, Symbol)) -> bool {
        let wanted =
            |symbol: Symbol| self.wanted.get(symbol.0 as usize).copied().unwrap_or_default();
        match self.filter.terms.len() {
            0 => true,
            1 => wanted(domains.0) || wanted(domains.1),
            _ => self
                .filter
                .matches([index.domains().text(domains.0), index.domains().text(domains.1)]),
        }
    }

    fn count(&mut self, row: &Counted) {
        self.totals.counts.count(row.kind);
        self.totals.unparsed += u32::from(row.kind == Kind::Unparsed);
        self.recent.count(row.time, row.kind);
        if let Some(counts) = self.by_connection.get_mut(row.connection.0 as usize) {
            counts.count(row.kind);
        }
    }

    /// Whether the filter leaves this row.
    pub fn leaves(&self, index: &Index, row: RowId) -> bool {
        self.wants(index, index.rows().domains(row))
    }

    /// Counts of a connection.
    pub fn of(&self, connection: ConnectionId) -> Counts {
        self.by_connection.get(connection.0 as usize).copied().unwrap_or_default()
    }

    /// Connections of which the filter leaves something, in the order of their ids.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        (0..)
            .map(ConnectionId)
            .zip(&self.by_connection)
            .filter(|(_, counts)| counts.entries > 0)
            .map(|(id, _)| id)
    }

    /// Counts of everything.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Counts by the second.
    pub fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Rows of the index that have been looked at.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}
