//! The window of time in which things are counted, and the mark behind which they are counted apart.

use super::App;
use super::labels;
use crate::filter::Filter;
use crate::index::RowId;
use crate::log::entry::{Time, Window};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The windows that there are, in milliseconds up to now; behind the last one is all of the log.
const SPANS: [i64; 8] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR];
/// From where on things are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountMark {
    /// The first entry behind it.
    pub row: RowId,
    /// When it was set.
    pub at: Time,
}

/// Whether a window has moved by so much of its length, while time goes by, that all is to be counted
/// anew: less is not seen.
fn has_moved(old: Window, new: Window, now: Time) -> bool {
    let moved = old.since.0.abs_diff(new.since.0).max(old.until.0.abs_diff(new.until.0));
    moved >= (now.since(new.since) / 60).clamp(1_000, 60_000)
}

impl App {
    /// Takes the next shorter window.
    pub(super) fn narrow_window(&mut self) {
        let shorter =
            SPANS.iter().rev().copied().find(|&span| self.span.is_none_or(|it| span < it));
        self.count_within(shorter.or(self.span));
    }

    /// Takes the next longer window, or none.
    pub(super) fn widen_window(&mut self) {
        let longer = |span: i64| SPANS.iter().copied().find(|&longer| longer > span);
        self.count_within(self.span.and_then(longer));
    }

    fn count_within(&mut self, span: Option<i64>) {
        self.span = span;
        self.recount(self.tally().filter().clone());
    }

    /// What is to be counted at this moment under a filter. It moves by seconds, for each move is
    /// some work.
    pub(super) fn window(&self, filter: &Filter) -> Window {
        let now = self.now();
        let since = |span: i64| Time(now.0.saturating_sub(span).div_euclid(1_000) * 1_000);
        let span = self
            .span
            .map_or(Window::default(), |span| Window { since: since(span), ..Window::default() });
        filter.window(now).and(span)
    }

    /// Moves the window with the time.
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

    /// What is counted, in a word: `last 15m`.
    pub fn span(&self) -> Option<String> {
        self.span.map(|span| format!("last {}", labels::age(span.unsigned_abs())))
    }

    /// Why nothing can be counted, if the log has no entry of these times.
    pub fn outside(&self) -> Option<String> {
        let (window, rows) = (self.tally().window(), self.index().rows());
        let (first, last) = (rows.time(rows.first()), self.index().newest());
        if window.since > last {
            Some(format!("the window begins after the last entry, {}", labels::format_stamp(last)))
        } else if window.until <= first {
            Some(format!("the window ends before the first entry, {}", labels::format_stamp(first)))
        } else {
            None
        }
    }

    /// Sets the mark here, or takes it away.
    pub(super) fn set_mark(&mut self) {
        let row = RowId(u32::try_from(self.model.rows()).unwrap_or(u32::MAX));
        self.model.mark = match self.model.mark {
            Some(mark) if mark.row == row => None,
            _ => Some(CountMark { row, at: self.now() }),
        };
        self.model.apply_mark();
    }

    /// The mark.
    pub fn mark(&self) -> Option<CountMark> {
        self.model.mark
    }
}
