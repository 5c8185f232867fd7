//! Timeline pane: counts per column of time, from which a time range can be selected.
//!
//! The column width in minutes is chosen so that the whole log, or the window in force, fits.

use super::App;
use super::cursor::destination;
use crate::filter::{Field, Filter};
use crate::log::entry::Time;
use crate::stats::{CountBucket, minute_histogram};
use crate::tui::keymap::Motion;
use crate::tui::layout::Pane;
use std::ops::Range;

/// Timeline as drawn.
pub struct Timeline {
    /// Counts per column, oldest first.
    pub columns: Vec<CountBucket>,
    /// Start minute of the first column, and minutes per column.
    start: i64,
    step: i64,
    /// Selected column.
    pub chosen: Option<usize>,
}

impl Timeline {
    /// Start time of a column.
    pub fn begin(&self, column: usize) -> Time {
        minute_histogram::begin(self.start + i64::try_from(column).unwrap_or(0) * self.step)
    }

    /// Minutes per column.
    pub fn step(&self) -> i64 {
        self.step
    }

    fn column_of(&self, minute: i64) -> Option<usize> {
        let column = usize::try_from((minute - self.start).div_euclid(self.step)).ok()?;
        (column < self.columns.len()).then_some(column)
    }
}

/// Width of the row labels in cells.
pub const LABEL: u16 = 9;
/// Columns per page.
const PAGE: usize = 12;

/// Column widths in minutes: divisors of an hour or a day, easy to read.
const STEPS: [i64; 12] = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1_440, 10_080];

impl App {
    /// The timeline; `None` if nothing was counted.
    pub fn times(&self) -> Option<Timeline> {
        let width = self.screen().map_or(0, |screen| screen.rows(Pane::Times).width);
        let width = width.saturating_sub(LABEL);
        let minutes = self.tally().minutes();
        let Range { start, end } = minutes.span()?;
        let fits = |step: &i64| (end - start).div_euclid(*step) < i64::from(width) - 1;
        let longest = || (end - start).div_euclid(i64::from(width).max(2) - 1) + 1;
        let step = STEPS.into_iter().find(|step| fits(step)).unwrap_or_else(longest);
        let start = start.div_euclid(step) * step;
        let begins = (0..).map(|column| start + column * step).take_while(|&begin| begin < end);
        let columns = begins.map(|begin| minutes.sum(begin..begin + step)).collect();
        let mut times = Timeline { columns, start, step, chosen: None };
        times.chosen = self.chosen_minute.and_then(|minute| times.column_of(minute));
        Some(times)
    }

    /// Selects another column.
    pub(super) fn choose_time(&mut self, motion: Motion) {
        let Some(times) = self.times() else { return };
        let last = times.columns.len().saturating_sub(1);
        let at = times.chosen.unwrap_or(last);
        let to = destination(motion, at, times.columns.len(), PAGE);
        self.chosen_minute = Some(minute_histogram::minute(times.begin(to)));
    }

    /// Narrows the filter to the selected column.
    pub(super) fn narrow_to_time(&mut self) {
        let Some(times) = self.times() else { return };
        let Some(column) = times.chosen else { return };
        let since = iso(times.begin(column));
        let until = iso(times.begin(column + 1));
        let [since, until] = [(Field::Since, since), (Field::Until, until)]
            .map(|(field, time)| format!("{}:{time}", field.name()));
        let times_of = |term: &&str| !term.starts_with("since:") && !term.starts_with("until:");
        let others = self.filter_text.split(' ').filter(times_of);
        let terms: Vec<&str> = others.chain([&*since, &*until]).collect();
        let text = terms.join(" ").trim().to_owned();
        if Filter::parse(&text).is_ok() {
            self.keep_filter(text);
        }
    }
}

fn iso(time: Time) -> String {
    time.calendar().map_or(String::new(), |day| day.format("%Y-%m-%dT%H:%M").to_string())
}
