//! Runs a command without a screen: reads all files to the end, or follows them, and passes the
//! entries to an [`EntryConsumer`].
//!
//! Knows no command: what is printed, and where, is for the works to know.

mod input_errors;
mod interrupt;
mod progress;
mod redacted_entry;

use crate::cli::{Exit, InputArgs};
use crate::filter::{self, Filter};
use crate::index::{Batch, Index, RowId};
use crate::input::reader;
use crate::input::reader::{Listener, LocatedEntry, POLL, Reader, ReaderEvent, TextStore};
use crate::input::source::Disk;
use crate::log::entry::{Time, Window};
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::Redactor;
use crate::output::status_file::{ReaderProgress, StatusFile};
use crate::text::sanitize::escape;
use input_errors::InputErrors;
pub use input_errors::PROBE_LINES;
use interrupt::Interrupt;
use progress::Progress;
use redacted_entry::{Hidden, redactor};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Consumer of the entries of a log: one per command.
pub trait EntryConsumer {
    /// Whether entries are indexed; otherwise the index stays empty.
    fn wants_index(&self) -> bool {
        true
    }

    /// Whether output appears on the terminal while the log is being read.
    fn prints_to_terminal(&self) -> bool {
        false
    }

    /// Whether it needs unredacted entries, and redacts its output itself.
    fn looks_for(&self) -> bool {
        false
    }

    /// Handles the next entry; `wanted` as far as the entry alone decides.
    ///
    /// # Errors
    /// If the output fails.
    fn entry(
        &mut self,
        _found: &LocatedEntry<'_>,
        _wanted: bool,
        _log: &LoadedLog,
    ) -> io::Result<()> {
        Ok(())
    }

    /// Handles rows added to the index.
    ///
    /// # Errors
    /// If the output fails.
    fn absorbed(&mut self, _rows: Range<u32>, _log: &LoadedLog) -> io::Result<()> {
        Ok(())
    }

    /// Handles a pause of the input by flushing the output.
    ///
    /// # Errors
    /// If the output fails.
    fn pause(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Finishes after the last entry. Returns the exit status unless an input failed.
    ///
    /// # Errors
    /// If the output fails.
    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8>;
}

/// Log as read so far.
pub struct LoadedLog {
    /// Index, if the command needs one.
    pub index: Index,
    /// Texts of the entries, and paths of the files.
    pub texts: TextStore,
    /// Filter and its reference time.
    pub filter: Filter,
    /// See [`Filter::window`].
    pub window: Window,
    /// Redactor of the output.
    pub redactor: Option<Redactor>,
    /// By row: whether it matches; only for a non-empty filter.
    wanted: Vec<bool>,
    /// Time of the last entry that has one.
    time: Time,
}

impl LoadedLog {
    /// Empty log of these files.
    fn new(filter: Filter, input: &InputArgs) -> Self {
        let files = &input.files;
        let window = filter.window(now(&filter, files));
        let (index, texts) = (Index::default(), TextStore::default());
        let (redactor, wanted) = (redactor(input.hide), Vec::new());
        Self { index, texts, filter, window, redactor, wanted, time: Time::default() }
    }

    /// Whether an entry matches as far as it alone decides. An entry without a time takes that of
    /// the preceding one.
    fn wants(&mut self, found: &LocatedEntry<'_>) -> bool {
        let entry = found.entry.as_ref().ok();
        self.time = entry.map_or(self.time, |entry| entry.time);
        self.window.contains(self.time) && self.filter.matches(entry, found.text)
    }

    /// Whether a row of the index matches.
    pub fn leaves(&self, row: RowId) -> bool {
        let wanted = || self.wanted.get(row.0 as usize).copied().unwrap_or_default();
        let connection = self.index.rows().connection(row);
        self.filter.is_empty() || wanted() && self.filter.leaves_connection(connection)
    }

    /// Redacted text of an entry; `None` if its bytes are gone.
    pub fn original(&self, row: RowId) -> Option<EntryText> {
        let (place, length) = self.index.rows().place(row)?;
        let original = self.texts.read(place, length)?;
        Some(match &self.redactor {
            Some(redactor) => redactor.shown(&original),
            None => original,
        })
    }
}

/// When to stop reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopWhen {
    /// At the end of all files.
    End,
    /// Never, or after this time without new entries.
    Idle(Option<Duration>),
}

/// Filter of the command line, for a command with or without an index.
///
/// # Errors
/// If the filter is invalid: the exit of the command.
pub fn filter(input: &InputArgs, indexed: bool) -> Result<Filter, Exit> {
    let wrong = |what: &str| Exit::usage(escape(what.as_bytes()));
    let text =
        filter::combine_args(&input.conditions.given()).map_err(|what| wrong(&what.to_string()))?;
    match Filter::parse(&text) {
        Ok(filter) if filter.asks_for_connections() && !indexed => Err(wrong(
            "conn: is known to trace and export connections, deliveries and messages only",
        )),
        Ok(filter) => Ok(filter),
        Err(error) => Err(wrong(&error.to_string())),
    }
}

/// Reference time of a filter over these files, if it needs one.
#[expect(clippy::disallowed_methods, reason = "a time that is so long ago is counted from now")]
fn now(filter: &Filter, files: &[PathBuf]) -> Time {
    if !filter.is_relative() {
        return Time::default();
    }
    let wall = chrono::Local::now().naive_local().into();
    reader::newest(&Disk, files).map_or(wall, |newest| newest.now(wall))
}

/// From here on a signal ends the command in order: for commands that need cleanup before they
/// [`run`], which also calls it.
///
/// # Errors
/// If the handlers cannot be installed: the exit of the command.
pub fn catch_signals(until: StopWhen) -> Result<(), Exit> {
    interrupt(until).map(|_| ())
}

fn interrupt(until: StopWhen) -> Result<&'static Interrupt, Exit> {
    let caught = Interrupt::catch(until != StopWhen::End);
    caught.map_err(|error| Exit::failure(format!("signals: {error}")))
}

/// Reads the files of the command line, and has the work done on them.
pub fn run(input: &InputArgs, until: StopWhen, work: &mut dyn EntryConsumer) -> Exit {
    run_watched(input, until, None, work)
}

/// The same, with a status file.
pub fn run_watched(
    input: &InputArgs,
    until: StopWhen,
    status_file: Option<StatusFile>,
    work: &mut dyn EntryConsumer,
) -> Exit {
    let filter = match filter(input, work.wants_index()) {
        Ok(filter) => filter,
        Err(outcome) => return outcome,
    };
    let reader = Reader::new(Arc::new(Disk), input.files.iter().cloned());
    let reader = reader.once(until == StopWhen::End);
    let log = LoadedLog::new(filter, input);
    let complaints = InputErrors::default();
    let progress = Progress::new(until == StopWhen::End && !work.prints_to_terminal());
    let status = ReaderProgress::default();
    let mut session = LoadRun {
        reader,
        log,
        errors: complaints,
        progress,
        stop_when: until,
        status,
        status_file,
    };
    let interrupt = match interrupt(until) {
        Ok(interrupt) => interrupt,
        Err(outcome) => return outcome,
    };
    let result = session.run(interrupt, work);
    session.progress.end();
    match (result, interrupt.code()) {
        (Ok(code), None) => session.exit_report(code),
        (Ok(_), Some(code)) => Exit { code, ..session.exit_report(code) },
        // A closed pipe is not an error.
        (Err(error), _) if error.kind() == io::ErrorKind::BrokenPipe => Exit::default(),
        (Err(error), _) => Exit::failure(unwritten(&error)),
    }
}

/// Message for failed output. A plain system error concerns stdout, since commands that write
/// elsewhere name the place.
fn unwritten(error: &io::Error) -> String {
    let text = error.to_string();
    if error.raw_os_error().is_none() {
        return text;
    }
    format!("standard output: {}", text.split(" (os error").next().unwrap_or_default())
}

struct LoadRun {
    reader: Reader,
    log: LoadedLog,
    errors: InputErrors,
    progress: Progress,
    stop_when: StopWhen,
    status: ReaderProgress,
    status_file: Option<StatusFile>,
}

impl LoadRun {
    fn exit_report(&self, code: u8) -> Exit {
        let mut exit = self.errors.exit_report(code, &self.log.texts);
        if self.stop_when != StopWhen::End {
            exit.notes.extend(self.errors.unfinished());
        }
        exit
    }

    fn run(&mut self, interrupt: &Interrupt, work: &mut dyn EntryConsumer) -> io::Result<u8> {
        let start = Instant::now();
        let mut newest = start;
        while interrupt.code().is_none() {
            let found = self.round(start.elapsed(), work)?;
            self.report_progress(start.elapsed());
            if found {
                newest = Instant::now();
                self.progress.draw(start.elapsed(), &self.errors.status);
                continue;
            }
            work.pause()?;
            if is_over(self.stop_when, newest.elapsed()) || self.reader.is_over() {
                break;
            }
            thread::sleep(POLL);
        }
        if let Some(file) = &mut self.status_file {
            file.end(start.elapsed(), &self.status);
        }
        match interrupt.code() {
            // Incomplete output is useless; followed output is complete at any time.
            Some(code) if self.stop_when == StopWhen::End => Ok(code),
            _ => {
                self.progress.end();
                work.finish(&self.log)
            }
        }
    }

    fn report_progress(&mut self, now: Duration) {
        if let Some(file) = &mut self.status_file {
            file.write(now, &self.status);
        }
    }

    /// Reads the next batch. False if there was nothing new.
    fn round(&mut self, now: Duration, work: &mut dyn EntryConsumer) -> io::Result<bool> {
        let batch = work.wants_index().then(|| Batch::new(self.log.index.keys()));
        let Self { reader, log, errors: complaints, progress, status, .. } = self;
        let mut feeding = Feeding { log, errors: complaints, status, work, batch, result: Ok(()) };
        let found = reader.poll(now, &mut feeding);
        let Feeding { batch, result, .. } = feeding;
        progress.entries = status.entries;
        result?;
        if let Some(batch) = batch {
            let before = self.log.index.rows().next_id();
            self.log.index.absorb(&batch);
            work.absorbed(before.0..self.log.index.rows().next_id().0, &self.log)?;
        }
        Ok(found)
    }
}

/// Whether the idle time limit is reached.
fn is_over(until: StopWhen, idle: Duration) -> bool {
    match until {
        StopWhen::End => true,
        StopWhen::Idle(longest) => longest.is_some_and(|longest| idle >= longest),
    }
}

/// Passes each entry to the command, and to the batch of the index.
struct Feeding<'a> {
    log: &'a mut LoadedLog,
    errors: &'a mut InputErrors,
    status: &'a mut ReaderProgress,
    work: &'a mut dyn EntryConsumer,
    batch: Option<Batch>,
    result: io::Result<()>,
}

impl Feeding<'_> {
    fn dispatch(&mut self, found: &LocatedEntry<'_>, wanted: bool) {
        self.errors.observe(found);
        if self.result.is_ok() {
            self.result = self.work.entry(found, wanted, self.log);
        }
    }

    /// Passes on a redacted entry.
    fn hand_on_hidden(&mut self, found: &LocatedEntry<'_>, wanted: bool) {
        let Some(redactor) = &self.log.redactor else { return };
        let mut scratch = Scratch::default();
        let hidden = Hidden::new(redactor, found);
        let hidden = hidden.located(found, &mut scratch);
        if !self.work.looks_for() {
            return self.dispatch(&hidden, wanted);
        }
        self.errors.observe(&hidden);
        if self.result.is_ok() {
            self.result = self.work.entry(found, wanted, self.log);
        }
    }
}

impl Listener for Feeding<'_> {
    fn on_event(&mut self, news: ReaderEvent) {
        self.log.texts.observe(&news);
        self.status.observe(&news);
        if let ReaderEvent::Status(files) = news {
            self.errors.status = files;
        }
    }

    fn entry(&mut self, found: &LocatedEntry<'_>) {
        self.status.entries += 1;
        self.status.unparsed += u64::from(found.entry.is_err());
        let wanted = self.log.wants(found);
        if self.log.redactor.is_none() {
            self.dispatch(found, wanted);
        } else {
            self.hand_on_hidden(found, wanted);
        }
        if let Some(batch) = &mut self.batch {
            if !self.log.filter.is_empty() {
                self.log.wanted.push(wanted);
            }
            batch.push(found.location, found.length, &found.entry);
        }
    }
}
