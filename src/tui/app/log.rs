//! Log view: matching entries, one line each, as logged.

use super::cursor::{Cursor, Follow, List};
use super::filtered_list::FilteredList;
use super::labels;
use super::log_model::LogModel;
use crate::index::RowId;
use crate::tui::keymap::Motion;

/// List and selection of the view.
#[derive(Default)]
pub(super) struct LogView {
    /// Matching rows; unused without a filter.
    left: FilteredList,
    cursor: Cursor<RowId>,
    /// Scan for the next or previous failed entry.
    seek: Option<RowWalk>,
    /// Horizontal scroll position in cells.
    hidden: usize,
    /// Number of rows when the list last followed the log.
    followed: usize,
}

/// Scan in progress.
#[derive(Clone, Copy)]
struct RowWalk {
    forwards: bool,
    /// Last scanned row.
    at: usize,
}

/// Rows per slice of the scan: some milliseconds.
const LOOKED_AT: usize = 128 * 1024;
/// Cells per horizontal scroll step.
const SIDEWAYS: usize = 16;

/// Listed rows.
enum LogRows<'a> {
    /// All rows in memory that may be shown.
    All { first: usize, length: usize },
    /// Matching rows.
    Some(&'a FilteredList),
}

impl List<RowId> for LogRows<'_> {
    fn length(&self) -> usize {
        match self {
            Self::All { length, .. } => *length,
            Self::Some(sifted) => sifted.picked().length(),
        }
    }

    fn at(&self, place: usize) -> Option<RowId> {
        let row = match self {
            Self::All { first, length } => (place < *length).then_some(first + place),
            Self::Some(sifted) => sifted.picked().at(place),
        };
        row.and_then(|row| u32::try_from(row).ok()).map(RowId)
    }

    fn find(&self, row: RowId, before: usize) -> usize {
        let row = row.0 as usize;
        match self {
            Self::All { first, length } => row.saturating_sub(*first).min(length.saturating_sub(1)),
            Self::Some(sifted) => sifted.picked().find(row, before),
        }
    }
}

impl LogView {
    /// Updates list and selection; `height` rows are visible.
    pub(super) fn refresh(&mut self, known: &LogModel, height: usize) {
        if known.filtered.is_some() {
            self.left.refresh(known, |row| Some(row.0 as usize));
        }
        self.go_on_seeking(known);
        self.cursor.clamp_to(&rows(&self.left, known), height, Follow::Bottom);
        if self.cursor.is_following() {
            self.followed = known.rows();
        }
    }

    /// Whether sliced work is pending.
    pub(super) fn is_busy(&self, known: &LogModel) -> bool {
        self.seek.is_some() || known.filtered.is_some() && self.left.is_behind(known)
    }

    /// Restarts under a changed filter.
    pub(super) fn restart(&mut self) {
        self.left = FilteredList::default();
    }

    /// Adds entries that the text search found late.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        self.left.on_search_result(known, found, |row| Some(row.0 as usize));
    }

    /// Drops evicted entries.
    pub(super) fn evict(&mut self, known: &LogModel) {
        let first = known.index.rows().first().0 as usize;
        self.left.retain(|row| row >= first);
    }

    /// Drops entries older than the time window.
    pub(super) fn slide(&mut self, known: &LogModel) {
        let Self { left, .. } = self;
        left.retain(|row| u32::try_from(row).is_ok_and(|row| known.leaves(RowId(row))));
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.left.picked().memory()
    }

    /// Moves the selection.
    pub(super) fn move_cursor(&mut self, motion: Motion, height: usize, known: &LogModel) {
        self.seek = None;
        self.cursor.move_by(motion, &rows(&self.left, known), height, Follow::Bottom);
    }

    /// Selects a visible row.
    pub(super) fn click(&mut self, row: usize, known: &LogModel) {
        self.cursor.click(row, &rows(&self.left, known));
    }

    /// Starts a scan for the next or the previous failed entry.
    pub(super) fn seek(&mut self, forwards: bool) {
        self.seek = self.cursor.selected().map(|row| RowWalk { forwards, at: row.0 as usize });
    }

    fn go_on_seeking(&mut self, known: &LogModel) {
        let Some(RowWalk { forwards, at }) = self.seek else { return };
        let held = known.index.rows().first().0 as usize..known.rows();
        let way = if forwards {
            at + 1..held.end.min(at + 1 + LOOKED_AT)
        } else {
            held.start.max(at.saturating_sub(LOOKED_AT))..at
        };
        let is_over = if forwards { way.end >= held.end } else { way.start <= held.start };
        let next = if forwards { at + way.len() } else { way.start };
        let wanted =
            |row: &RowId| labels::is_trouble(known.index.rows().kind(*row)) && known.leaves(*row);
        let mut way = way.filter_map(|at| u32::try_from(at).ok()).map(RowId);
        let found = if forwards { way.find(wanted) } else { way.rfind(wanted) };
        self.seek = Some(RowWalk { forwards, at: next }).filter(|_| found.is_none() && !is_over);
        if let Some(row) = found {
            self.cursor.select(row, &rows(&self.left, known));
        }
    }

    /// Scrolls left.
    pub(super) fn scroll_left(&mut self) {
        self.hidden = self.hidden.saturating_sub(SIDEWAYS);
    }

    /// Scrolls right if a visible line is cut.
    pub(super) fn scroll_right(&mut self, known: &LogModel, height: usize, width: usize) {
        let length = |row| known.index.rows().place(row).map_or(0, |(_, length)| length);
        let longest = self.visible(known, height).into_iter().map(length).max().unwrap_or(0);
        if longest > self.hidden + width {
            self.hidden += SIDEWAYS;
        }
    }

    /// Horizontal scroll position in cells.
    pub(super) fn hidden(&self) -> usize {
        self.hidden
    }

    /// Number of listed entries.
    pub(super) fn length(&self, known: &LogModel) -> usize {
        rows(&self.left, known).length()
    }

    /// Visible entries.
    pub(super) fn visible(&self, known: &LogModel, height: usize) -> Vec<RowId> {
        let (rows, top) = (rows(&self.left, known), self.cursor.top());
        (top..top + height).map_while(|place| rows.at(place)).collect()
    }

    /// Selected entry.
    pub(super) fn selected(&self) -> Option<RowId> {
        self.cursor.selected()
    }

    /// Number of rows when the list stopped following; `None` while it follows.
    pub(super) fn paused_at(&self) -> Option<usize> {
        (!self.cursor.is_following()).then_some(self.followed)
    }
}

fn rows<'a>(left: &'a FilteredList, known: &LogModel) -> LogRows<'a> {
    if known.filtered.is_some() {
        return LogRows::Some(left);
    }
    let first = known.index.rows().first().0 as usize;
    LogRows::All { first, length: known.rows().saturating_sub(first) }
}
