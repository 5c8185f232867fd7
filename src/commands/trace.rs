//! `mtatop trace`: history of messages.
//!
//! One pass finds the messages that mention a search term; then the trace of each is printed,
//! newest last. Knows neither grammar nor files: entries arrive parsed, and are read again for
//! printing.

mod printer;
mod subject;

use crate::cli::Exit;
use crate::cli::trace::Trace;
use crate::commands::runner;
use crate::commands::runner::{EntryConsumer, EntryVisitor, LoadedLog, StopWhen};
use crate::index::{MessageId, RowId};
use crate::input::reader::LocatedEntry;
use crate::text::sanitize::escape;
use crate::text::units::number;
use crate::trace;
use printer::TracePrinter;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::sync::Arc;
use subject::{MatchKind, TraceSubject};

/// Maximum number of messages printed in full; beyond it each is one line.
pub const MAX_FULL_TRACES: usize = 36;

/// Prints what was asked for.
pub fn run(trace: &Trace) -> Exit {
    let names = std::iter::once(&trace.what).chain(&trace.also);
    let Some(subjects) = names.map(|name| TraceSubject::new(name)).collect::<Option<Vec<_>>>()
    else {
        return Exit::usage("empty search term");
    };
    let matches = subjects.iter().map(|_| TraceMatches::default()).collect();
    let mut tracing = Tracing { subjects: Arc::new(subjects), matches, missing: Vec::new() };
    let mut exit = runner::run(&trace.input, StopWhen::End, &mut tracing);
    // Warnings about the files do not fail the search.
    if !tracing.missing.is_empty() {
        exit.code = Exit::FAILURE;
    }
    exit.notes.append(&mut tracing.missing);
    exit
}

struct Tracing {
    subjects: Arc<Vec<TraceSubject>>,
    /// By search term.
    matches: Vec<TraceMatches>,
    missing: Vec<String>,
}

/// Searches entries for the terms.
struct SubjectSearch(Arc<Vec<TraceSubject>>);

/// Mentions in the entries of a job.
#[derive(Default)]
struct Mentions {
    /// Position of the entry, search term, kind.
    entries: Vec<(u32, usize, MatchKind)>,
    /// Search terms found in unparsed lines.
    unparsed: Vec<usize>,
    /// Number of entries.
    seen: u32,
}

impl EntryVisitor for SubjectSearch {
    type Output = Mentions;

    fn begin(&self) -> Mentions {
        Mentions::default()
    }

    fn entry(&self, found: &LocatedEntry<'_>, _wanted: bool, mentions: &mut Mentions) {
        for (at, subject) in self.0.iter().enumerate() {
            match &found.entry {
                Ok(entry) => {
                    let mentioned = subject.mentioned(entry);
                    let place = |kind| (mentions.seen, at, kind);
                    mentions.entries.extend(mentioned.map(place));
                }
                Err(_) if subject.occurs_in(found.text) => mentions.unparsed.push(at),
                Err(_) => {}
            }
        }
        mentions.seen += 1;
    }

    fn looks_for(&self) -> bool {
        true
    }
}

/// Mentions of a search term.
#[derive(Default)]
struct TraceMatches {
    /// By message, one byte each.
    messages: Vec<Option<MatchKind>>,
    /// Entries without a message.
    alone: Vec<(RowId, MatchKind)>,
    /// Unparsed lines.
    unparsed: u64,
}

impl EntryConsumer for Tracing {
    type Visitor = SubjectSearch;

    fn visitor(&self, _log: &LoadedLog) -> SubjectSearch {
        SubjectSearch(Arc::clone(&self.subjects))
    }

    fn take(
        &mut self,
        mentions: Mentions,
        rows: Range<u32>,
        log: &mut LoadedLog,
    ) -> io::Result<()> {
        for (at, subject, kind) in mentions.entries {
            let row = RowId(rows.start.saturating_add(at));
            if let Some(matches) = self.matches.get_mut(subject)
                && log.leaves(row)
            {
                matches.add(row, log.index.rows().message(row), kind);
            }
        }
        for subject in mentions.unparsed {
            self.matches.get_mut(subject).into_iter().for_each(|matches| matches.unparsed += 1);
        }
        Ok(())
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        let (mut messages, mut alone, mut unparsed) = (BTreeSet::new(), BTreeSet::new(), 0);
        for (asked, found) in self.subjects.iter().zip(&self.matches) {
            if found.is_empty() {
                let what = match log.redactor {
                    Some(_) => "what was asked for".to_owned(),
                    None => escape(asked.as_text().as_bytes()),
                };
                self.missing.push(format!("nothing in these files mentions {what}"));
            }
            let least = found.weakest_match();
            messages
                .extend(found.messages(least).map(|message| trace::origin(&log.index, message)));
            alone.extend(found.unattributed_rows(least));
            unparsed += found.unparsed;
        }
        let read = |row| log.original(row);
        let mut printer = TracePrinter::new(log, &read, width(), io::stdout().lock());
        printer.messages(newest_last(log, messages), MAX_FULL_TRACES)?;
        printer.print_entries(&alone.into_iter().collect::<Vec<_>>())?;
        if unparsed > 0 {
            let lines = if unparsed == 1 { "line" } else { "lines" };
            printer
                .print_note(&format!("It also occurs in {} unparsed {lines}.", number(unparsed)))?;
        }
        printer.out.flush()?;
        Ok(0)
    }
}

impl TraceMatches {
    fn add(&mut self, row: RowId, message: Option<MessageId>, mention: MatchKind) {
        let Some(message) = message else {
            self.alone.push((row, mention));
            return;
        };
        if self.messages.len() <= message.at() {
            self.messages.resize(message.at() + 1, None);
        }
        if let Some(known) = self.messages.get_mut(message.at()) {
            *known = (*known).max(Some(mention));
        }
    }

    fn is_empty(&self) -> bool {
        self.unparsed == 0 && self.best().is_none()
    }

    fn best(&self) -> Option<MatchKind> {
        let messages = self.messages.iter().copied().flatten();
        messages.chain(self.alone.iter().map(|&(_, mention)| mention)).max()
    }

    /// Exact matches exclude matches by substring.
    fn weakest_match(&self) -> MatchKind {
        self.best().unwrap_or(MatchKind::Part)
    }

    fn messages(&self, least: MatchKind) -> impl Iterator<Item = MessageId> + '_ {
        let numbered = self.messages.iter().enumerate();
        numbered
            .filter(move |(_, mention)| **mention >= Some(least))
            .filter_map(|(at, _)| MessageId::new(at))
    }

    fn unattributed_rows(&self, least: MatchKind) -> impl Iterator<Item = RowId> + '_ {
        self.alone.iter().filter(move |(_, mention)| *mention >= least).map(|&(row, _)| row)
    }
}

fn newest_last(log: &LoadedLog, messages: BTreeSet<MessageId>) -> Vec<MessageId> {
    let mut messages: Vec<MessageId> = messages.into_iter().collect();
    messages.sort_by_key(|&message| log.index.rows_of(message).next());
    messages
}

/// Width of the terminal, else `COLUMNS`, else 80.
fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.map(|(width, _)| usize::from(width.0)).or_else(asked).unwrap_or(80)
}
