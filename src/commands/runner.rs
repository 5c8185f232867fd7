//! Runs a command without a screen: reads all files to the end, or follows them, on all cores.
//!
//! An [`EntryVisitor`] processes entries on the worker that parsed them, a job at a time; an
//! [`EntryConsumer`] takes the results in log order. Knows no command: what is printed, and where, is
//! for the consumers to know.

mod in_order;
mod input_errors;
mod interrupt;
mod loaded_log;
mod progress;
mod redacted_entry;
mod visit;

use crate::cli::{Exit, InputArgs};
use crate::filter::{self, Filter};
use crate::input::reader;
use crate::input::reader::{
    LocatedEntry, POLL, Pool, Reader, ReaderEvent, ReaderMessage, WorkerPriority,
};
use crate::input::source::Disk;
use crate::output::status_file::{ReaderProgress, StatusFile};
use crate::text::sanitize::escape;
pub use in_order::map_in_order;
use input_errors::InputErrors;
pub use input_errors::PROBE_LINES;
use interrupt::Interrupt;
pub use loaded_log::LoadedLog;
use progress::Progress;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use visit::{Visited, Visits};

/// Exit code, and the lines that say what is wrong.
pub type ExitReport = (u8, Vec<String>);

/// Visitor of entries on the workers that parse them: one per command.
pub trait EntryVisitor: Send + Sync + 'static {
    /// Result for the entries of one job.
    type Output: Send + 'static;

    /// Empty result.
    fn begin(&self) -> Self::Output;

    /// Handles the next entry; `wanted` as far as the entry alone decides.
    fn entry(&self, found: &LocatedEntry<'_>, wanted: bool, output: &mut Self::Output);

    /// Whether it needs unredacted entries, and redacts its output itself.
    fn looks_for(&self) -> bool {
        false
    }

    /// Whether redacted entries are indexed: for commands that print texts of the index.
    fn indexes_hidden(&self) -> bool {
        false
    }
}

/// For commands that need only the index.
pub struct NoVisitor;

impl EntryVisitor for NoVisitor {
    type Output = ();

    fn begin(&self) {}

    fn entry(&self, _found: &LocatedEntry<'_>, _wanted: bool, _output: &mut ()) {}
}

/// Consumer of a log: one per command.
pub trait EntryConsumer {
    /// Visitor of its entries.
    type Visitor: EntryVisitor;

    /// A visitor for this log.
    fn visitor(&self, log: &LoadedLog) -> Self::Visitor;

    /// Whether entries are indexed; otherwise the index stays empty.
    fn wants_index(&self) -> bool {
        true
    }

    /// Whether a filter may select connections by number.
    fn knows_connections(&self) -> bool {
        self.wants_index()
    }

    /// Whether output appears on the terminal while the log is being read.
    fn prints_to_terminal(&self) -> bool {
        false
    }

    /// Takes the result of the next job, and its rows of the index, if it is wanted.
    ///
    /// # Errors
    /// If the output fails.
    fn take(
        &mut self,
        visited: <Self::Visitor as EntryVisitor>::Output,
        rows: Range<u32>,
        log: &mut LoadedLog,
    ) -> io::Result<()>;

    /// Handles a pause of the input by flushing the output.
    ///
    /// # Errors
    /// If the output fails.
    fn pause(&mut self, _log: &LoadedLog) -> io::Result<()> {
        Ok(())
    }

    /// Finishes after the last entry. Returns the exit status unless an input failed.
    ///
    /// # Errors
    /// If the output fails.
    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8>;
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
pub fn run<C: EntryConsumer>(input: &InputArgs, until: StopWhen, work: &mut C) -> Exit {
    run_watched(input, until, None, work)
}

/// The same, with a status file.
pub fn run_watched<C: EntryConsumer>(
    input: &InputArgs,
    until: StopWhen,
    status_file: Option<StatusFile>,
    work: &mut C,
) -> Exit {
    let filter = match filter(input, work.knows_connections()) {
        Ok(filter) => filter,
        Err(outcome) => return outcome,
    };
    let log = LoadedLog::new(filter, input);
    let interrupt = match interrupt(until) {
        Ok(interrupt) => interrupt,
        Err(outcome) => return outcome,
    };
    let mut session = match LoadRun::new(input, until, log, work) {
        Ok(session) => LoadRun { status_file, ..session },
        Err(error) => return Exit::failure(format!("threads: {error}")),
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

struct LoadRun<V: EntryVisitor> {
    reader: Reader,
    pool: Pool<Visits<V>>,
    log: LoadedLog,
    errors: InputErrors,
    progress: Progress,
    stop_when: StopWhen,
    status: ReaderProgress,
    status_file: Option<StatusFile>,
}

impl<V: EntryVisitor> LoadRun<V> {
    fn new<C: EntryConsumer<Visitor = V>>(
        input: &InputArgs,
        until: StopWhen,
        log: LoadedLog,
        work: &C,
    ) -> io::Result<Self> {
        let reader = Reader::new(Arc::new(Disk), input.files.iter().cloned());
        let visits = Visits::new(work.visitor(&log), &log, work.wants_index());
        Ok(Self {
            reader: reader.once(until == StopWhen::End),
            pool: Pool::new(visits, reader::cores(), WorkerPriority::Normal)?,
            log,
            errors: InputErrors::default(),
            progress: Progress::new(until == StopWhen::End && !work.prints_to_terminal()),
            stop_when: until,
            status: ReaderProgress::default(),
            status_file: None,
        })
    }

    fn exit_report(&self, code: u8) -> Exit {
        let mut exit = self.errors.exit_report(code, &self.log.texts);
        if self.stop_when != StopWhen::End {
            exit.notes.extend(self.errors.unfinished());
        }
        exit
    }

    fn run<C: EntryConsumer<Visitor = V>>(
        &mut self,
        interrupt: &Interrupt,
        work: &mut C,
    ) -> io::Result<u8> {
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
            work.pause(&self.log)?;
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
    fn round<C: EntryConsumer<Visitor = V>>(
        &mut self,
        now: Duration,
        work: &mut C,
    ) -> io::Result<bool> {
        let Self { reader, pool, log, errors, progress, status, .. } = self;
        let mut result = Ok(());
        let mut take = |message: ReaderMessage<Visited<V::Output>>| match message {
            ReaderMessage::News(news) => {
                log.texts.observe(&news);
                status.observe(&news);
                if let ReaderEvent::Status(files) = news {
                    errors.status = files;
                }
            }
            ReaderMessage::Batch(visited) => {
                status.entries += visited.entries;
                status.unparsed += visited.unparsed;
                errors.join(visited.notes);
                log.wanted.extend(visited.wanted);
                let first = log.index.rows().next_id();
                if let Some(batch) = visited.batch {
                    log.index.absorb(&batch);
                }
                let rows = first.0..log.index.rows().next_id().0;
                if result.is_ok() {
                    result = work.take(visited.output, rows, log);
                }
            }
        };
        let found = pool.round(reader, now, &mut take);
        progress.entries = status.entries;
        result?;
        // The panic was reported by its thread.
        found.map_err(|_| in_order::ended_early())
    }
}

/// Whether the idle time limit is reached.
fn is_over(until: StopWhen, idle: Duration) -> bool {
    match until {
        StopWhen::End => true,
        StopWhen::Idle(longest) => longest.is_some_and(|longest| idle >= longest),
    }
}
