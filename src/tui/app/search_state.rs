//! Text search of the filter: next request, and results of earlier filters.

use super::App;
use crate::filter::{Filter, HitSet, TextMatcher};
use crate::stats::Tally;
use crate::tui::workers::search::{SearchRequest, SearchResult};
use std::sync::Arc;

/// Blocks in flight to the searcher: enough that it never waits for a drawing.
const UNDER_WAY: usize = 4;
/// Filters whose findings are kept: a bit an entry each.
const CACHED_SEARCHES: usize = 6;

/// Text search in progress.
#[derive(Default)]
pub(super) struct SearchState {
    /// Number of the search for the filter in force.
    number: u64,
    /// Text terms, if the filter has any.
    matcher: Option<Arc<TextMatcher>>,
    under_way: usize,
    /// Results of earlier filters, latest last.
    past: Vec<(Filter, HitSet)>,
}

impl SearchState {
    /// Stops the search of a tally; starts or resumes that of another filter.
    pub(super) fn change(&mut self, old: Option<Tally>, filter: Filter, rows: usize) -> Tally {
        self.number += 1;
        self.matcher = filter.text_test().map(Arc::new);
        self.under_way = 0;
        let left_off = old.and_then(Tally::into_hits);
        self.past.extend(left_off.filter(|(_, hits)| hits.searched() > 0));
        if self.past.len() > CACHED_SEARCHES {
            // Searches abandoned while typing are the least valuable.
            let unfinished = self.past.iter().position(|(_, hits)| hits.searched() < rows);
            self.past.remove(unfinished.unwrap_or(0));
        }
        match self.past.iter().position(|(past, _)| *past == filter) {
            Some(at) => {
                let (filter, hits) = self.past.remove(at);
                Tally::resume(filter, hits)
            }
            None => Tally::new(filter),
        }
    }
}

impl App {
    /// Number of the search whose results are awaited.
    pub fn search(&self) -> u64 {
        self.search.number
    }

    /// Next block to search; `None` if there is none, or enough are in flight.
    pub fn ask(&mut self) -> Option<SearchRequest> {
        if self.search.under_way >= UNDER_WAY {
            return None;
        }
        let tally = self.model.filtered.as_mut()?;
        let (rows, ids) = tally.ask(&self.model.index)?;
        let entry = |row| {
            let (place, length) = self.model.index.rows().place(row)?;
            Some((row, place, length))
        };
        let entries = ids.into_iter().filter_map(entry).collect();
        let (number, test) = (self.search.number, Arc::clone(self.search.matcher.as_ref()?));
        self.search.under_way += 1;
        Some(SearchRequest { search_id: number, matcher: test, rows, entries })
    }

    /// Handles a result, unless it is of an older search.
    pub(super) fn on_result(&mut self, found: &SearchResult) {
        if found.number != self.search.number {
            return;
        }
        self.search.under_way = self.search.under_way.saturating_sub(1);
        let Some(tally) = &mut self.model.filtered else { return };
        tally.on_search_result(&self.model.index, &found.rows, &found.hits);
        self.connections.on_search_result(&self.model, &found.hits);
        self.domains.on_search_result(&self.model, &found.hits);
        self.activity.senders.on_search_result(&self.model, &found.hits);
        self.messages.on_search_result(&self.model, &found.hits);
        self.log.on_search_result(&self.model, &found.hits);
    }

    /// Progress of a search or recount: label and percentage.
    pub fn progress(&self) -> Option<(&'static str, usize)> {
        let tally = self.tally();
        let counted =
            || (tally.remaining() > 0).then(|| (tally.rows() - tally.remaining(), tally.rows()));
        let searched = tally.searched().map(|done| ("searching", done));
        let (word, (done, all)) = searched.or_else(|| Some(("counting", counted()?)))?;
        Some((word, done * 100 / all.max(1)))
    }
}
