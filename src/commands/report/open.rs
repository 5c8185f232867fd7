//! Open connections of a report, the only part that needs an index.

use crate::index::{Batch, ConnectionId, ConnectionState, Index, RowId};
use crate::input::reader::LocatedEntry;

/// Entries per absorbed batch.
const BATCH: usize = 4_096;

/// Index of the entries that affect connections.
pub(super) struct OpenConnections {
    index: Index,
    batch: Batch,
    /// Whether each entry of the batch matches the filter.
    wanted: Vec<bool>,
    /// Whether each connection has a matching entry.
    of_wanted: Vec<bool>,
}

impl Default for OpenConnections {
    fn default() -> Self {
        let index = Index::default();
        let batch = Batch::new(index.keys());
        Self { index, batch, wanted: Vec::new(), of_wanted: Vec::new() }
    }
}

impl OpenConnections {
    /// Adds an entry.
    pub(super) fn push(&mut self, found: &LocatedEntry<'_>, wanted: bool) {
        self.batch.push(found.location, found.length, &found.entry);
        self.wanted.push(wanted);
        if self.batch.len() >= BATCH {
            self.absorb();
        }
    }

    fn absorb(&mut self) {
        let next = Batch::new(self.index.keys());
        let first = self.index.rows().next_id();
        self.index.absorb(&std::mem::replace(&mut self.batch, next));
        self.of_wanted.resize(self.index.connections().len(), false);
        let rows = (first.0..).map(RowId).zip(self.wanted.drain(..));
        for (row, _) in rows.filter(|(_, wanted)| *wanted) {
            let ConnectionId(connection) = self.index.rows().connection(row);
            if let Some(of_wanted) = self.of_wanted.get_mut(connection as usize) {
                *of_wanted = true;
            }
        }
    }

    /// Connections without a close that have a matching entry.
    pub(super) fn count(&mut self) -> u64 {
        self.absorb();
        let ids = (0..).map(ConnectionId).zip(&self.of_wanted).filter(|(_, wanted)| **wanted);
        let state = |id| self.index.connection(id).map(|connection| connection.state);
        ids.filter(|&(id, _)| state(id) == Some(ConnectionState::Open)).count() as u64
    }
}
