//! Time window of the counts, and the mark that starts separate counts.

use super::App;
use super::labels;
use crate::filter::Filter;
use crate::index::RowId;
use crate::log::entry::{Time, Window};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Window lengths in milliseconds up to now; after the last one comes the whole log.
const SPANS: [i64; 8] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR];
// Long enough to hold attempts at a small site, short enough to show the current state.
const LIVE_SPAN: i64 = 15 * MINUTE;

/// Window in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum WindowChoice {
    /// The whole log, until it is known to be live.
    #[default]
    WholeLog,
    /// The last 15 minutes of a live log, unless the filter names times.
    Live,
    /// Chosen by the user: the last so many milliseconds, or the whole log.
    User(Option<i64>),
}

/// Start of the separate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountMark {
    /// First entry after the mark.
    pub row: RowId,
    /// Time at which it was set.
    pub at: Time,
}

/// Whether a window moved so far with the clock that a recount is due: by a 60th of its length, since
/// smaller moves are invisible.
fn has_moved(old: Window, new: Window, now: Time) -> bool {
    let moved = old.since.0.abs_diff(new.since.0).max(old.until.0.abs_diff(new.until.0));
    moved >= (now.since(new.since) / 60).clamp(1_000, 60_000)
}

impl App {
    /// Selects the next shorter window.
    pub(super) fn narrow_window(&mut self) {
        let current = self.window_span(self.tally().filter());
        let shorter = SPANS.iter().rev().copied().find(|&span| current.is_none_or(|it| span < it));
        self.count_within(shorter.or(current));
    }

    /// Selects the next longer window, or the whole log.
    pub(super) fn widen_window(&mut self) {
        let longer = |span: i64| SPANS.iter().copied().find(|&longer| longer > span);
        self.count_within(self.window_span(self.tally().filter()).and_then(longer));
    }

    fn count_within(&mut self, span: Option<i64>) {
        self.window_choice = WindowChoice::User(span);
        self.recount(self.tally().filter().clone());
    }

    /// Sets the default window once a live log is read. It stays when the log falls silent, or the
    /// numbers would jump.
    pub(super) fn watch_live(&mut self) {
        let is_read = self.reader.behind == 0 && !self.model.index.rows().is_empty();
        if self.window_choice == WindowChoice::WholeLog && is_read && self.is_live() {
            self.window_choice = WindowChoice::Live;
            self.recount(self.tally().filter().clone());
        }
    }

    /// Length of the window in milliseconds; `None` for the whole log.
    fn window_span(&self, filter: &Filter) -> Option<i64> {
        match self.window_choice {
            WindowChoice::WholeLog => None,
            WindowChoice::Live => filter.window(self.now()).is_all().then_some(LIVE_SPAN),
            WindowChoice::User(span) => span,
        }
    }

    /// Time range to count now under a filter. It moves by whole seconds, since each move costs a
    /// recount.
    pub(super) fn window(&self, filter: &Filter) -> Window {
        let now = self.now();
        let since = |span: i64| Time(now.0.saturating_sub(span).div_euclid(1_000) * 1_000);
        let span = self
            .window_span(filter)
            .map_or(Window::default(), |span| Window { since: since(span), ..Window::default() });
        filter.window(now).and(span)
    }

    /// Moves the window with the clock.
    pub(super) fn slide(&mut self) {
        let (new, old) = (self.window(self.tally().filter()), self.tally().window());
        let Some(mut filtered) = self.model.filtered.take_if(|_| new != old) else { return };
        if new.until == old.until && new.since > old.since {
            filtered.slide(&self.model.index, new.since);
            self.model.filtered = Some(filtered);
            self.connections.slide(&self.model);
            self.log.slide(&self.model);
        } else if !self.is_live() || has_moved(old, new, self.now()) {
            self.model.filtered = Some(filtered.reset(new));
            self.restart_lists();
        } else {
            self.model.filtered = Some(filtered);
        }
    }

    /// Label of the window: `last 15m`.
    pub fn span(&self) -> Option<String> {
        let span = self.window_span(self.tally().filter());
        span.map(|span| format!("last {}", labels::age(span.unsigned_abs())))
    }

    /// Reason for empty counts, if the log has no entry in the window.
    pub fn outside(&self) -> Option<String> {
        let (window, rows) = (self.tally().window(), self.index().rows());
        let (first, last) = (rows.time(rows.first()), self.index().newest());
        if window.since > last {
            Some(format!("time window starts after the last entry, {}", labels::format_stamp(last)))
        } else if window.until <= first {
            Some(format!(
                "time window ends before the first entry, {}",
                labels::format_stamp(first)
            ))
        } else {
            None
        }
    }

    /// Sets the mark after the newest entry, or removes it.
    pub(super) fn toggle_mark(&mut self) {
        let row = RowId(u32::try_from(self.model.rows()).unwrap_or(u32::MAX));
        self.model.mark = match self.model.mark {
            Some(_) => None,
            None => Some(CountMark { row, at: self.now() }),
        };
        self.model.apply_mark();
    }

    /// The mark.
    pub fn mark(&self) -> Option<CountMark> {
        self.model.mark
    }
}
