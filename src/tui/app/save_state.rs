//! Saving the matching entries to a file: name prompt, remaining blocks and outcome.
//!
//! The entries written are those that matched when the name was confirmed; later changes of the
//! filter do not matter.

use super::App;
use super::labels::{self, Severity};
use super::log_model::LogModel;
use super::prompt::before_cursor;
use crate::filter::{Filter, RowFilter};
use crate::index::{Index, RowId};
use crate::log::redact::Redactor;
use crate::stats::Tally;
use crate::text::sanitize::escape;
use crate::text::units::number;
use crate::tui::workers::save::{SaveEvent, SaveRequest, SaveSummary};
use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use tui_input::{Input, InputRequest};

/// Blocks in flight to the writer: enough that it never waits for a drawing.
const UNDER_WAY: usize = 4;
/// Rows per block: less than a millisecond.
const BLOCK: usize = 16 * 1024;

/// A file being named or written.
#[derive(Default)]
pub(super) struct SaveState {
    /// Name prompt.
    naming: Option<Input>,
    file: Option<PendingSave>,
    /// Names of existing files written in this session.
    saved: Vec<String>,
}

/// A file being written.
struct PendingSave {
    name: String,
    filter: Filter,
    /// Redactor, if redaction was on when the file was named.
    redactor: Option<Redactor>,
    /// Entries to write; `None` until the text search is complete.
    snapshot: Option<SaveSnapshot>,
    under_way: usize,
    /// Entries evicted before they were written.
    remaining: usize,
}

/// Rows and filter captured at one moment.
struct SaveSnapshot {
    filter: RowFilter,
    rows: Range<usize>,
    first: usize,
    started: bool,
    finished: bool,
}

impl SaveState {
    /// Whether the name prompt is open.
    pub(super) fn is_naming(&self) -> bool {
        self.naming.is_some()
    }

    /// Closes the prompt; true if it was open.
    pub(super) fn leave_off_naming(&mut self) -> bool {
        self.naming.take().is_some()
    }

    pub(super) fn edit(&mut self, request: InputRequest) {
        if let Some(name) = &mut self.naming {
            name.handle(request);
        }
    }

    /// Counts unwritten rows before `end`, which are about to be evicted.
    pub(super) fn evict(&mut self, known: &LogModel, end: usize) {
        let Some(file) = &mut self.file else { return };
        let Some(held) = &mut file.snapshot else { return };
        let leaving = held.rows.start..end.min(held.rows.end);
        if !leaving.is_empty() {
            file.remaining += held.filter.remaining(&known.index, leaving.clone()).len();
            held.rows.start = leaving.end;
        }
    }
}

impl SaveSnapshot {
    fn new(tally: &Tally, index: &Index) -> Self {
        let first = index.rows().first().0 as usize;
        let rows = first..tally.rows();
        Self { filter: tally.sieve().clone(), rows, first, started: false, finished: false }
    }

    /// Next block.
    fn block(&mut self, index: &Index) -> SaveRequest {
        let end = self.rows.end.min(self.rows.start + BLOCK);
        let rows = self.filter.remaining(index, self.rows.start..end);
        self.rows.start = end;
        let place = |row: RowId| index.rows().place(row);
        SaveRequest::Entries(rows.into_iter().filter_map(place).collect())
    }
}

impl App {
    /// Opens the name prompt.
    pub(super) fn name_file(&mut self) {
        if let Some(file) = &self.save.file {
            let why = format!("still writing {}", escape(file.name.as_bytes()));
            return self.clipboard.notify(why, Severity::Warning);
        }
        if self.tally().totals().counts.entries == 0 {
            let why = "no entries match this filter: nothing to write".to_owned();
            return self.clipboard.notify(why, Severity::Warning);
        }
        self.save.naming = Some(Input::new(self.usual_name()));
    }

    /// Default name, made of the time alone: no text of the log gets into a file name.
    fn usual_name(&self) -> String {
        let time = self.now().calendar();
        let time = time.map_or(String::new(), |it| it.format("-%Y%m%d-%H%M").to_string());
        let name = |number: usize| match number {
            1 => format!("mtatop{time}.log"),
            number => format!("mtatop{time}-{number}.log"),
        };
        let saved = &self.save.saved;
        let mut names = (1..=saved.len() + 1).map(name);
        names.find(|name| !saved.contains(name)).unwrap_or_default()
    }

    /// Starts writing the matching entries to the named file.
    pub(super) fn save(&mut self) {
        let Some(input) = self.save.naming.take() else { return };
        let name = input.value().trim().to_owned();
        if name.is_empty() {
            return self.clipboard.notify("no file name given".to_owned(), Severity::Warning);
        }
        let filter = self.tally().filter().clone();
        let redactor = self.redactor().cloned();
        self.save.file = Some(PendingSave {
            name,
            filter,
            redactor,
            snapshot: None,
            under_way: 0,
            remaining: 0,
        });
        self.hold_for_saving();
    }

    /// Captures the rows to write once the text search is complete.
    pub(super) fn hold_for_saving(&mut self) {
        let Some(file) = self.save.file.as_mut().filter(|file| file.snapshot.is_none()) else {
            return;
        };
        let tally = self.model.tally();
        if *tally.filter() != file.filter {
            let why = "the filter changed before the search was complete".to_owned();
            self.saving_failed(&why);
        } else if tally.remaining() == 0 && tally.searched().is_none() {
            file.snapshot = Some(SaveSnapshot::new(tally, &self.model.index));
        }
    }

    /// Next command for the writer; `None` if there is none, or enough blocks are in flight.
    pub fn next_order(&mut self) -> Option<SaveRequest> {
        let file = self.save.file.as_mut()?;
        let held = file.snapshot.as_mut()?;
        if !std::mem::replace(&mut held.started, true) {
            return Some(SaveRequest::Begin(PathBuf::from(&file.name), file.redactor.clone()));
        }
        if held.finished || file.under_way >= UNDER_WAY {
            return None;
        }
        if held.rows.is_empty() {
            held.finished = true;
            return Some(SaveRequest::Finish);
        }
        file.under_way += 1;
        Some(held.block(&self.model.index))
    }

    /// Handles an event of the writer.
    pub(super) fn on_event(&mut self, told: SaveEvent) {
        match told {
            SaveEvent::Written => {
                if let Some(file) = &mut self.save.file {
                    file.under_way = file.under_way.saturating_sub(1);
                }
            }
            SaveEvent::Saved(saved) => self.saved(saved),
            SaveEvent::Failed(why) => self.saving_failed(&why),
        }
    }

    fn saved(&mut self, SaveSummary { entries, bytes, missing: gone }: SaveSummary) {
        let Some(file) = self.save.file.take() else { return };
        let noun = if entries == 1 { "entry" } else { "entries" };
        let lost = match gone + file.remaining as u64 {
            0 => String::new(),
            lost => format!("; {} entries skipped (no longer in the log)", number(lost)),
        };
        let what = format!("{} {noun} ({})", number(entries), labels::bytes(bytes));
        let note = format!("wrote {what} to {}{lost}", escape(file.name.as_bytes()));
        let tone = if lost.is_empty() { Severity::Good } else { Severity::Warning };
        self.clipboard.notify(note, tone);
        let happened = format!("written: {what}{lost}");
        self.events.record(self.wall, file.name.clone().into_bytes(), happened.as_bytes());
        self.save.saved.push(file.name);
    }

    /// `why` starts with the file name as far as the writer resolved it.
    fn saving_failed(&mut self, why: &str) {
        let Some(file) = self.save.file.take() else { return };
        let name = escape(file.name.as_bytes());
        let why = why.strip_prefix(&*name).map_or(why, |rest| rest.trim_start_matches([':', ' ']));
        let note = format!("cannot write {name}: {why}");
        self.clipboard.notify(note, Severity::Error);
        let happened = format!("cannot be written: {why}");
        self.events.record(self.wall, file.name.into_bytes(), happened.as_bytes());
    }

    /// Text of the name prompt, and its part before the cursor.
    pub fn naming(&self) -> Option<(&str, &str)> {
        self.save.naming.as_ref().map(|input| (input.value(), before_cursor(input)))
    }

    /// Name of the file being written, and progress in percent.
    pub(super) fn saving_progress(&self) -> Option<Cow<'_, str>> {
        let file = self.save.file.as_ref()?;
        let name = escape(file.name.as_bytes());
        let percent = file.snapshot.as_ref().map(|held| {
            let all = (held.rows.end - held.first).max(1);
            held.rows.start.saturating_sub(held.first) * 100 / all
        });
        Some(match percent {
            Some(percent) => format!("writing {name}: {percent} %").into(),
            None => format!("writing {name} when the search is complete").into(),
        })
    }

    /// Name of the file that quitting now would abort.
    pub fn unsaved(&self) -> Option<String> {
        self.save.file.as_ref().map(|file| escape(file.name.as_bytes()))
    }
}
