//! `mtatop report`: delivery outcomes by group.
//!
//! Entries are counted as they are read and not stored, so a report of a year needs no more memory
//! than one of a day: memory grows with groups, which are bounded, and with connections. Counts
//! equal those of the screen ([`Tally`](crate::stats::Tally)).

mod condition;
mod counts;
mod groups;
mod interned;
mod json;
mod key;
mod open;
mod text_output;

pub use condition::{Condition, ConditionError};
pub use counts::{ConnectionCounts, ReportCounts, ReportTotals};
pub use groups::{MOST_GROUPS, ReportGroup, ReportGroups};

use crate::cli::Exit;
use crate::cli::report::{EXIT_CONDITION_MET, Report, ReportFormat, ReportKey};
use crate::commands::runner;
use crate::commands::runner::{EntryConsumer, LoadedLog, StopWhen};
use crate::filter::combine_args;
use crate::index::EntryKind;
use crate::input::reader::LocatedEntry;
use crate::log::entry::{Body, Entry, Outcome as Ended};
use crate::log::response_template;
use crate::text::sanitize::escape;
use crate::text::table;
use crate::text::units::number;
use open::OpenConnections;
use std::io::{self, BufWriter, Write};

/// Maximum number of matching groups that are named.
const NAMED: usize = 20;

/// Prints what was asked for.
pub fn run(report: &Report) -> Exit {
    let condition = match report.fail_if.as_deref().map(Condition::parse).transpose() {
        Ok(condition) => condition,
        Err(ConditionError { at, what }) => {
            let text = escape(report.fail_if.as_deref().unwrap_or_default().as_bytes());
            return Exit::usage(format!("--fail-if '{text}': character {}: {what}", at + 1));
        }
    };
    let mut reporting = Reporting {
        summary: ReportSummary::new(report),
        open: OpenConnections::default(),
        format: report.format,
        condition,
        holds: Vec::new(),
    };
    let mut exit = runner::run(&report.input, StopWhen::End, &mut reporting);
    let asked = table::clip(&escape(report.fail_if.as_deref().unwrap_or_default().as_bytes()), 60);
    exit.notes.extend(reporting.holds.iter().map(|line| format!("--fail-if '{asked}' {line}")));
    exit
}

/// Content of a report.
pub struct ReportSummary {
    by: ReportKey,
    /// Files as given.
    files: Vec<String>,
    /// Filter as text.
    filter: String,
    /// Total counts.
    pub totals: ReportTotals,
    /// Counts by group.
    pub groups: ReportGroups,
    key: Vec<u8>,
    text: Vec<u8>,
}

impl ReportSummary {
    /// Empty report.
    pub fn new(report: &Report) -> Self {
        let name = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
        Self {
            by: report.by,
            files: report.input.files.iter().map(name).collect(),
            filter: combine_args(&report.input.conditions.given()).unwrap_or_default(),
            totals: ReportTotals::default(),
            groups: ReportGroups::default(),
            key: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Counts an entry or an unparsed text.
    pub fn add(&mut self, entry: Option<&Entry<'_>>) {
        self.totals.add(entry);
        if let Some(entry) = entry {
            self.group(entry, EntryKind::of(entry));
        }
    }

    fn group(&mut self, entry: &Entry<'_>, kind: EntryKind) {
        if !key::is_grouped(self.by, kind) {
            return;
        }
        key::key(self.by, entry, &mut self.key);
        self.text.clear();
        if is_bad(kind) && self.by != ReportKey::Response {
            response_template::of_entry(entry, &mut self.text);
        }
        let code = match &entry.body {
            Body::Message(message) => response_template::code(message),
            Body::Connection(_) | Body::Header(_) => None,
        };
        self.groups.add(&self.key, kind, code, &self.text);
    }

    /// Writes the report; a table is fitted to the width, if given.
    ///
    /// # Errors
    /// If the output fails.
    pub fn write(
        &self,
        format: ReportFormat,
        line: Option<usize>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            ReportFormat::Table => text_output::table(self, line, out),
            ReportFormat::Markdown => text_output::markdown(self, out),
            ReportFormat::Csv => text_output::csv(self, out),
            ReportFormat::Json => json::write(self, out),
        }
    }

    /// One line per match of the condition, worst first, up to a readable number.
    pub fn holding(&self, condition: &Condition) -> Vec<String> {
        let mut lines = Vec::new();
        let mut more = 0_u64;
        if condition.holds_for_totals(&self.totals) {
            lines.push(format!("holds for the whole log: {}", self.whole()));
        }
        let sorted = self.groups.sorted();
        let groups = sorted.iter().rev().map(|&(key, group, _)| (text_output::label(key), group));
        let others = self.groups.others().map(|others| (groups::OTHERS.as_bytes(), others));
        for (label, group) in groups.chain(others) {
            if !condition.holds_for(&group.counts) {
                continue;
            }
            if lines.len() < NAMED {
                let label = table::clip(&escape(label), 120);
                lines.push(format!("holds for {label}: {}", words(&group.counts)));
            } else {
                more += 1;
            }
        }
        lines.extend((more > 0).then(|| format!("holds for {} more", number(more))));
        lines
    }

    fn whole(&self) -> String {
        let ReportTotals { entries, unparsed, connections, .. } = &self.totals;
        let [entries, unparsed, open] = [*entries, *unparsed, connections.open].map(number);
        format!(
            "{entries} entries, {unparsed} unparsed, {open} open, {}",
            words(&self.totals.counts)
        )
    }
}

/// Whether an entry kind is a failure.
fn is_bad(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::Attempt(Ended::Deferred | Ended::Failed)
            | EntryKind::RecipientRejected
            | EntryKind::ConnectionRejected
            | EntryKind::Unauthenticated
    )
}

fn words(counts: &ReportCounts) -> String {
    let ReportCounts { enqueued, delivered, deferred, failed, rejected, .. } = *counts;
    let [enqueued, delivered, deferred, failed, rejected] =
        [enqueued, delivered, deferred, failed, rejected].map(number);
    format!(
        "{enqueued} enqueued, {delivered} delivered, {deferred} deferred, {failed} failed, \
         {rejected} rejected"
    )
}

/// Report in progress.
struct Reporting {
    summary: ReportSummary,
    open: OpenConnections,
    format: ReportFormat,
    condition: Option<Condition>,
    holds: Vec<String>,
}

impl EntryConsumer for Reporting {
    fn wants_index(&self) -> bool {
        false
    }

    fn entry(&mut self, found: &LocatedEntry<'_>, wanted: bool, log: &LoadedLog) -> io::Result<()> {
        let entry = found.entry.as_ref().ok();
        if wanted {
            self.summary.add(entry);
        }
        // Without a filter, connection entries alone show which connections are open; with one,
        // deliveries are needed to attribute them.
        let connection = entry.is_some_and(|entry| matches!(entry.body, Body::Connection(_)));
        if connection || !log.filter.is_empty() {
            self.open.push(found, wanted);
        }
        Ok(())
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        if let Some(redactor) = &log.redactor {
            self.summary.filter = redactor.filter(&self.summary.filter);
        }
        self.summary.totals.connections.open = self.open.count();
        let mut out = BufWriter::new(io::stdout().lock());
        self.summary.write(self.format, table::terminal_width(), &mut out)?;
        out.flush()?;
        self.holds =
            self.condition.as_ref().map_or(Vec::new(), |given| self.summary.holding(given));
        Ok(if self.holds.is_empty() { 0 } else { EXIT_CONDITION_MET })
    }
}
