//! Which connections are still open: all that a report needs an index for.

use crate::filter::{Filter, Tally};
use crate::index::{Batch, Index, State};
use crate::ingest::Located;

/// Entries absorbed at a time.
const BATCH: usize = 4_096;

/// An index of what can tell of connections.
pub(super) struct Open {
    index: Index,
    batch: Batch,
}

impl Default for Open {
    fn default() -> Self {
        let index = Index::default();
        let batch = Batch::new(index.keys());
        Self { index, batch }
    }
}

impl Open {
    /// Takes an entry in.
    pub(super) fn push(&mut self, found: &Located<'_>) {
        self.batch.push(found.place, found.length, &found.entry);
        if self.batch.len() >= BATCH {
            self.absorb();
        }
    }

    fn absorb(&mut self) {
        let next = Batch::new(self.index.keys());
        self.index.absorb(&std::mem::replace(&mut self.batch, next));
    }

    /// Connections opened and not seen closed, of which the filter leaves an entry.
    pub(super) fn count(&mut self, filter: &Filter) -> u64 {
        self.absorb();
        let mut tally = Tally::new(filter.clone());
        tally.extend(&self.index, self.index.rows().len());
        let state = |id| self.index.connection(id).map(|connection| connection.state);
        tally.connections().iter().filter(|&&id| state(id) == Some(State::Open)).count() as u64
    }
}
