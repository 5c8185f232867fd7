//! The entries under the filter, on their way into a file: how it is called, what is still to be
//! written, and what came of it.
//!
//! What is written is what held when its name was confirmed, whatever the filter becomes meanwhile.

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

/// Blocks that are written, or wait for it, at a time: enough that the writer never waits for a
/// drawing.
const UNDER_WAY: usize = 4;
/// Rows of a block: less than a millisecond.
const BLOCK: usize = 16 * 1024;

/// A file that is named or written.
#[derive(Default)]
pub(super) struct SaveState {
    /// The name, while it is typed.
    naming: Option<Input>,
    file: Option<PendingSave>,
    /// Names of files that are there, of this session.
    saved: Vec<String>,
}

/// One that is being written.
struct PendingSave {
    name: String,
    filter: Filter,
    /// Who makes pseudonyms, if names were hidden when it was named.
    redactor: Option<Redactor>,
    /// What is to be written; `None` until all of it was searched.
    snapshot: Option<SaveSnapshot>,
    under_way: usize,
    /// Entries that left the memory before they were written.
    remaining: usize,
}

/// What held at one moment.
struct SaveSnapshot {
    filter: RowFilter,
    rows: Range<usize>,
    first: usize,
    started: bool,
    finished: bool,
}

impl SaveState {
    /// Whether a name is typed.
    pub(super) fn is_naming(&self) -> bool {
        self.naming.is_some()
    }

    /// Puts the prompt away; true if there was one.
    pub(super) fn leave_off_naming(&mut self) -> bool {
        self.naming.take().is_some()
    }

    pub(super) fn edit(&mut self, request: InputRequest) {
        if let Some(name) = &mut self.naming {
            name.handle(request);
        }
    }

    /// Rows before `end` are about to leave: those that are still to be written are counted.
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

    /// The next block.
    fn block(&mut self, index: &Index) -> SaveRequest {
        let end = self.rows.end.min(self.rows.start + BLOCK);
        let rows = self.filter.remaining(index, self.rows.start..end);
        self.rows.start = end;
        let place = |row: RowId| index.rows().place(row);
        SaveRequest::Entries(rows.into_iter().filter_map(place).collect())
    }
}

impl App {
    /// Asks for the name of a file.
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

    /// From the time alone: no text of the log becomes a name.
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

    /// Has the entries under the filter written to the file that was named.
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

    /// Takes hold of what is to be written, once all of it was searched.
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

    /// What the writer is to do next; `None` if there is nothing, or enough is under way.
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

    /// Takes what the writer tells.
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

    /// `why` begins with the name of the file, as far as the writer came to know it.
    fn saving_failed(&mut self, why: &str) {
        let Some(file) = self.save.file.take() else { return };
        let name = escape(file.name.as_bytes());
        let why = why.strip_prefix(&*name).map_or(why, |rest| rest.trim_start_matches([':', ' ']));
        let note = format!("cannot write {name}: {why}");
        self.clipboard.notify(note, Severity::Error);
        let happened = format!("cannot be written: {why}");
        self.events.record(self.wall, file.name.into_bytes(), happened.as_bytes());
    }

    /// The name of a file, while it is typed, and what of it stands before the cursor.
    pub fn naming(&self) -> Option<(&str, &str)> {
        self.save.naming.as_ref().map(|input| (input.value(), before_cursor(input)))
    }

    /// The file that is being written, and how much of it is, in percent.
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

    /// The file that would be left off if the program ended now.
    pub fn unsaved(&self) -> Option<String> {
        self.save.file.as_ref().map(|file| escape(file.name.as_bytes()))
    }
}
