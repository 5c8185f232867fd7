//! Copies for the clipboard: the entries of the selection, or a summary of the current view.
//!
//! This module decides the content; the owner of the files reads the texts, and the owner of the
//! terminal sends the result. A summary is counted in slices, between which keys are handled, over
//! the state at the key press.

mod summary;
mod summary_builder;

use super::labels::{self, Severity};
use super::{App, GroupList};
use crate::index::{ConnectionId, RowId};
use crate::log::parse::EntryText;
use crate::text::sanitize::escape;
use crate::text::units::number;
use crate::tui::layout::{Pane, View};
use std::borrow::Cow;
use summary::IncidentSummary;
use summary_builder::SummaryBuilder;

/// Maximum number of copied entries: as many as fit a ticket.
pub const MOST_COPIED: usize = 100;
/// Maximum size of a copy in bytes: some terminals silently drop larger OSC 52 sequences.
pub const LONGEST_COPY: usize = 64 * 1024;

/// Pending copy, and the outcome of the last one.
#[derive(Default)]
pub(super) struct Clipboard {
    pending: Option<PendingCopy>,
    note: Option<(String, Severity)>,
}

/// Content of a pending copy.
enum PendingCopy {
    /// Newest entries of the selection, and the number of entries selected.
    Entries(Vec<RowId>, usize),
    /// A summary still being counted.
    Counting(Box<SummaryBuilder>),
    /// A counted summary that lacks the texts of its samples.
    Summary(Box<IncidentSummary>),
}

/// Sanitizes text for the clipboard. Every copy passes through here, so none holds control
/// characters.
fn truncate_text(text: &[u8]) -> String {
    escape(text)
}

impl Clipboard {
    /// Clears the notice of the last copy.
    pub(super) fn forget_note(&mut self) {
        self.note = None;
    }

    /// Shows a notice until the next key.
    pub(super) fn notify(&mut self, words: String, tone: Severity) {
        self.note = Some((words, tone));
    }

    /// Shows why nothing is copied.
    fn refuse(&mut self, why: &str) {
        self.pending = None;
        self.notify(why.to_owned(), Severity::Warning);
    }
}

impl App {
    /// Requests a copy of the selected entries.
    pub(super) fn copy(&mut self) {
        let (rows, all) = self.copy_targets();
        if rows.is_empty() {
            self.clipboard.refuse("nothing selected");
        } else {
            self.clipboard.pending = Some(PendingCopy::Entries(rows, all));
        }
    }

    /// Requests a copy of a summary.
    pub(super) fn copy_summary(&mut self) {
        let said = self.heads();
        let filter = self.tally().filter().clone();
        self.clipboard.pending =
            Some(PendingCopy::Counting(Box::new(SummaryBuilder::new(filter, said))));
    }

    /// Entries of the selection in the focused pane (the newest if there are too many), and their
    /// total number.
    fn copy_targets(&self) -> (Vec<RowId>, usize) {
        let one = |row: Option<RowId>| (Vec::from_iter(row), usize::from(row.is_some()));
        match (self.view, self.focus()) {
            (View::Connections, Pane::Connections) => match self.selected_connection() {
                Some((id, _)) => self.of_connection(id),
                None => one(None),
            },
            (View::Messages, _) => {
                let rows = self.selected_message().into_iter();
                let rows = rows.flat_map(|message| self.model.index.rows_of(message));
                newest(rows.filter(|row| self.is_shown(*row)).collect(), true)
            }
            (_, Pane::Times) => one(None),
            (View::Domains | View::Activity, pane) => {
                self.table(pane).map_or(one(None), |table| self.of_group(table))
            }
            _ => one(self.selected_entry()),
        }
    }

    fn is_shown(&self, row: RowId) -> bool {
        (row.0 as usize) < self.model.rows()
    }

    /// Entries from the open to the close of a connection. The pseudo-connection row copies the
    /// listed entries.
    fn of_connection(&self, id: ConnectionId) -> (Vec<RowId>, usize) {
        if id.is_real() {
            let rows = self.model.index.connection_rows(id, None);
            return newest(rows.filter(|row| self.is_shown(*row)).collect(), false);
        }
        newest(self.deliveries().to_vec(), false)
    }

    fn of_group(&self, table: &GroupList) -> (Vec<RowId>, usize) {
        let Some(id) = table.selected() else { return (Vec::new(), 0) };
        let groups = table.groups();
        let all = groups.get(id).map_or(0, |group| group.counts.entries as usize);
        (groups.newest(self.tally().sieve(), &self.model.index, id, MOST_COPIED), all)
    }

    /// Counts the next slice of a pending summary.
    pub(super) fn go_on_copying(&mut self) {
        let Some(PendingCopy::Counting(counting)) = &mut self.clipboard.pending else { return };
        let tally = self.model.tally();
        if counting.is_of_another(tally.filter()) {
            self.clipboard.refuse("the filter changed: nothing copied");
        } else if let Some(summary) = counting.advance(tally, &self.model.index) {
            self.clipboard.pending = Some(PendingCopy::Summary(Box::new(summary)));
        }
    }

    /// Restarts a pending summary: entries that it counted are about to be evicted.
    pub(super) fn recount_copy(&mut self) {
        if let Some(PendingCopy::Counting(counting)) = &mut self.clipboard.pending {
            counting.restart();
        }
    }

    /// Whether a summary is still being counted.
    pub(super) fn is_counting_copy(&self) -> bool {
        matches!(self.clipboard.pending, Some(PendingCopy::Counting(_)))
    }

    /// Entries whose texts the pending copy needs; `None` if no copy is pending.
    pub fn to_copy(&self) -> Option<&[RowId]> {
        match self.clipboard.pending.as_ref()? {
            PendingCopy::Entries(rows, _) => Some(rows),
            PendingCopy::Counting(_) => None,
            PendingCopy::Summary(summary) => Some(&summary.samples),
        }
    }

    /// Builds the copy from these texts (`None`: the entry is no longer in the log). Returns the
    /// text for the clipboard, without a final newline.
    pub fn copied(&mut self, texts: &[Option<EntryText>]) -> Option<String> {
        let shown: Vec<_> =
            texts.iter().map(|it| it.as_ref().map(|text| self.shown(text))).collect();
        let lines: Vec<String> = shown.iter().flatten().map(|it| truncate_text(&it.text)).collect();
        let (text, note) = match self.clipboard.pending.take()? {
            PendingCopy::Entries(_, all) => joined(&lines, all, texts.len()),
            PendingCopy::Counting(_) => return None,
            PendingCopy::Summary(mut summary) => {
                if let Some(redactor) = self.redactor() {
                    summary.hide(redactor, &shown);
                }
                let text = summary.text(lines);
                let note = format!("copied a summary ({})", labels::bytes(text.len() as u64));
                (Some(text), (note, Severity::Good))
            }
        };
        self.clipboard.note = Some(note);
        text
    }

    /// Notice of the last copy or saved file until the next key, or progress of a file being saved.
    pub fn notice(&self) -> Option<(Cow<'_, str>, Severity)> {
        let note = self.clipboard.note.as_ref();
        note.map(|(words, tone)| (Cow::Borrowed(words.as_str()), *tone))
            .or_else(|| Some((self.saving_progress()?, Severity::Warning)))
    }
}

/// The newest of these rows in order of arrival, and their total number.
fn newest(mut rows: Vec<RowId>, backwards: bool) -> (Vec<RowId>, usize) {
    let all = rows.len();
    if backwards {
        rows.reverse();
    }
    (rows.split_off(all.saturating_sub(MOST_COPIED)), all)
}

/// As many of the newest entries as fit, with the notice; `read` of the `all` selected entries were
/// looked up.
fn joined(lines: &[String], all: usize, read: usize) -> (Option<String>, (String, Severity)) {
    let gone = read - lines.len();
    let mut room = LONGEST_COPY + 1;
    let fitting = lines.iter().rev().take_while(|line| {
        let fits = line.len() < room;
        room = room.saturating_sub(line.len() + 1);
        fits
    });
    let kept = fitting.count();
    let left = lines.get(lines.len() - kept..).unwrap_or_default();
    let limit = labels::bytes(LONGEST_COPY as u64);
    match (lines.last(), kept) {
        (None, _) => {
            let why = "the entry is no longer in the log file";
            return (None, (why.to_owned(), Severity::Warning));
        }
        (Some(line), 0) => {
            let size = labels::bytes(line.len() as u64);
            let why = format!("entry too large: {size}, limit {limit}");
            return (None, (why, Severity::Warning));
        }
        _ => {}
    }
    let text = left.join("\n");
    let size = labels::bytes(text.len() as u64);
    let entries = if all == 1 { "entry" } else { "entries" };
    let of = if kept + gone < all {
        format!("the newest {} of {}", number(kept), number(all))
    } else {
        number(kept)
    };
    let gone = match gone {
        0 => String::new(),
        gone => format!("; {} no longer in the log", number(gone)),
    };
    let note = format!("copied {of} {entries} ({size}){gone}");
    let tone = if kept < all { Severity::Warning } else { Severity::Good };
    (Some(text), (note, tone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(lengths: &[usize], all: usize, read: usize) -> (Option<usize>, String) {
        let lines: Vec<_> = lengths.iter().map(|&length| "x".repeat(length)).collect();
        let (text, (note, _)) = joined(&lines, all, read);
        (text.map(|text| text.len()), note)
    }

    #[test]
    fn what_is_copied_and_what_is_not_is_told() {
        for (lengths, all, read, length, note) in [
            (&[9][..], 1, 1, Some(9), "copied 1 entry (9 bytes)"),
            (&[9, 5], 2, 2, Some(15), "copied 2 entries (15 bytes)"),
            (&[9, 5], 3, 3, Some(15), "copied 2 entries (15 bytes); 1 no longer in the log"),
            (&[9, 5], 1_234, 2, Some(15), "copied the newest 2 of 1,234 entries (15 bytes)"),
            (&[LONGEST_COPY], 1, 1, Some(LONGEST_COPY), "copied 1 entry (65 kB)"),
            (&[LONGEST_COPY, 7], 2, 2, Some(7), "copied the newest 1 of 2 entries (7 bytes)"),
            (&[LONGEST_COPY - 8, 7], 2, 2, Some(LONGEST_COPY), "copied 2 entries (65 kB)"),
            (&[LONGEST_COPY - 7, 7], 2, 2, Some(7), "copied the newest 1 of 2 entries (7 bytes)"),
            (&[LONGEST_COPY + 1], 1, 1, None, "entry too large: 65 kB, limit 65 kB"),
            (&[], 2, 2, None, "the entry is no longer in the log file"),
        ] {
            assert_eq!(copied(lengths, all, read), (length, note.to_owned()));
        }
    }
}
