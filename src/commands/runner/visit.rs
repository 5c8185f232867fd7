//! Entries on the worker that parsed them: filter, redaction, visitor, batch.

use super::input_errors::SourceNotes;
use super::redacted_entry::Hidden;
use super::{EntryVisitor, LoadedLog};
use crate::filter::Filter;
use crate::index::{Batch, KeyHasher};
use crate::input::reader::{EntryMapper, LocatedEntry, LocatedText};
use crate::log::entry::{Time, Window};
use crate::log::parse::{Parser, Scratch};
use crate::log::redact::Redactor;

/// Passes entries to the visitor, and packs them for the index if it is wanted.
pub(super) struct Visits<V> {
    visitor: V,
    filter: Filter,
    window: Window,
    redactor: Option<Redactor>,
    keys: Option<KeyHasher>,
}

/// Result for the entries of one job.
pub(super) struct Visited<T> {
    pub(super) entries: u64,
    pub(super) unparsed: u64,
    /// Errors by source.
    pub(super) notes: Vec<(u16, SourceNotes)>,
    pub(super) batch: Option<Batch>,
    /// By entry of the batch: whether it matches; only for a non-empty filter.
    pub(super) wanted: Vec<bool>,
    pub(super) output: T,
}

impl<V: EntryVisitor> Visits<V> {
    pub(super) fn new(visitor: V, log: &LoadedLog, indexed: bool) -> Self {
        Self {
            visitor,
            filter: log.filter.clone(),
            window: log.window,
            redactor: log.redactor.clone(),
            keys: indexed.then(|| log.index.keys()),
        }
    }

    /// Passes an entry on, redacted where required.
    fn visit(&self, found: &LocatedEntry<'_>, wanted: bool, visited: &mut Visited<V::Output>) {
        let Some(redactor) = &self.redactor else {
            observe(&mut visited.notes, found);
            self.visitor.entry(found, wanted, &mut visited.output);
            return pack(found, &mut visited.batch);
        };
        let (hidden, mut scratch) = (Hidden::new(redactor, found), Scratch::default());
        let hidden = hidden.located(found, &mut scratch);
        observe(&mut visited.notes, &hidden);
        let shown = if self.visitor.looks_for() { found } else { &hidden };
        self.visitor.entry(shown, wanted, &mut visited.output);
        let packed = if self.visitor.indexes_hidden() { &hidden } else { found };
        pack(packed, &mut visited.batch);
    }
}

impl<V: EntryVisitor> EntryMapper for Visits<V> {
    type Output = Visited<V::Output>;

    fn begin(&self, entries: usize) -> Self::Output {
        Visited {
            entries: 0,
            unparsed: 0,
            notes: Vec::new(),
            batch: self.keys.as_ref().map(|keys| keys.begin(entries)),
            wanted: Vec::new(),
            output: self.visitor.begin(),
        }
    }

    fn entry(
        &self,
        text: &LocatedText<'_>,
        parser: &mut Parser,
        visited: &mut Self::Output,
    ) -> Option<Time> {
        let found = &text.parse(parser);
        visited.entries += 1;
        visited.unparsed += u64::from(found.entry.is_err());
        let wanted = self.window.contains(found.time)
            && self.filter.matches(found.entry.as_ref().ok(), found.text);
        self.visit(found, wanted, visited);
        if self.keys.is_some() && !self.filter.is_empty() {
            visited.wanted.push(wanted);
        }
        found.entry.as_ref().ok().map(|entry| entry.time)
    }

    fn uses_time(&self) -> bool {
        !self.window.is_all()
    }
}

fn observe(notes: &mut Vec<(u16, SourceNotes)>, found: &LocatedEntry<'_>) {
    let number = found.location.source;
    // Entries of one source mostly stand together.
    let known = notes.iter().rposition(|(known, _)| *known == number);
    let at = known.unwrap_or_else(|| {
        notes.push((number, SourceNotes::default()));
        notes.len() - 1
    });
    if let Some((_, notes)) = notes.get_mut(at) {
        notes.observe(found);
    }
}

/// Adds an entry to a batch, if there is one.
fn pack(found: &LocatedEntry<'_>, batch: &mut Option<Batch>) {
    if let Some(batch) = batch {
        batch.push(found.location, found.length, &found.entry);
    }
}
