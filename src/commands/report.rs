//! `mtatop report`: delivery outcomes by group.
//!
//! Counts with the same code as the screen ([`Tally`], [`Groups`]), on the same index, and evicts rows
//! as soon as they are counted, so that a report of a year needs little more memory than one of a day:
//! memory grows with groups, which are bounded, with connections, and with distinct texts.

mod condition;
mod json;
mod text_output;

pub use crate::stats::MOST_GROUPS;
pub use condition::{Condition, ConditionError};

use crate::cli::Exit;
use crate::cli::report::{EXIT_CONDITION_MET, Report, ReportFormat};
use crate::commands::runner;
use crate::commands::runner::{EntryConsumer, EntryVisitor, LoadedLog, StopWhen};
use crate::filter::combine_args;
use crate::index::Connection;
use crate::input::reader::LocatedEntry;
use crate::stats::{Counts, Group, GroupBy, GroupId, Groups, LogSummary, RowNames, Tally};
use crate::text::sanitize::escape;
use crate::text::table;
use crate::text::units::number;
use std::io::{self, BufWriter, Write};
use std::ops::Range;

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
        by: report.by,
        files: report.input.files.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        filter: combine_args(&report.input.conditions.given()).unwrap_or_default(),
        log: LogSummary::default(),
        tally: Tally::default(),
        groups: Groups::limited(report.by, MOST_GROUPS),
        format: report.format,
        condition,
        holds: Vec::new(),
    };
    let mut exit = runner::run(&report.input, StopWhen::End, &mut reporting);
    let asked = table::clip(&escape(report.fail_if.as_deref().unwrap_or_default().as_bytes()), 60);
    exit.notes.extend(reporting.holds.iter().map(|line| format!("--fail-if '{asked}' {line}")));
    exit
}

/// Total counts.
#[derive(Clone, Debug, Default)]
pub struct ReportTotals {
    /// Number of entries.
    pub entries: u64,
    /// Number of unparsed texts.
    pub unparsed: u64,
    /// Number of open connections.
    pub open: u64,
    /// By outcome.
    pub counts: Counts,
}

/// Content of a report.
struct ReportSummary<'a> {
    by: GroupBy,
    /// Files as given.
    files: &'a [String],
    /// Filter as text.
    filter: String,
    log: &'a LogSummary,
    totals: ReportTotals,
    others: Option<ReportRow<'a>>,
    /// The group without a key first, the worst last.
    groups: Vec<ReportRow<'a>>,
    /// Failures whose response exceeded the table.
    uncounted_responses: u64,
}

/// One group.
#[derive(Clone, Copy)]
struct ReportRow<'a> {
    key: &'a [u8],
    group: &'a Group,
    codes: &'a [(u16, u32)],
    /// Most frequent response to its failures; empty in a report by response.
    top_response: &'a [u8],
}

/// Label of the group for keys beyond the maximum.
const OTHERS: &str = "(others)";

impl<'a> ReportSummary<'a> {
    fn new(report: &'a Reporting, log: &'a LoadedLog) -> Self {
        let Reporting { by, files, tally, groups, .. } = report;
        let filter = match &log.redactor {
            Some(redactor) => redactor.filter(&report.filter),
            None => report.filter.clone(),
        };
        let is_open = |id| log.index.connection(id).is_some_and(Connection::is_open);
        let open = tally.connections().iter().filter(|&&id| is_open(id)).count() as u64;
        let LogSummary { entries, unparsed, .. } = report.log;
        let totals = ReportTotals { entries, unparsed, open, counts: tally.totals().counts };
        let others = groups.others().map(|group| ReportRow {
            key: OTHERS.as_bytes(),
            group,
            codes: groups.codes(None),
            top_response: b"",
        });
        let mut summary = Self {
            by: *by,
            files,
            filter,
            log: &report.log,
            totals,
            others,
            groups: sorted(groups, log),
            uncounted_responses: groups.uncounted_responses(),
        };
        if *by == GroupBy::Response {
            summary.groups.iter_mut().for_each(|row| row.top_response = b"");
            summary.uncounted_responses = 0;
        }
        summary
    }

    /// Groups in print order.
    fn rows(&self) -> impl Iterator<Item = &ReportRow<'a>> {
        self.others.iter().chain(&self.groups)
    }

    /// Writes it; as a table for lines of so many cells, if that is limited.
    fn write(
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

    /// One line for each thing that the condition holds for, the worst first, and no more than a
    /// person reads.
    fn holding(&self, condition: &Condition) -> Vec<String> {
        let mut lines = Vec::new();
        let mut more = 0_u64;
        if condition.holds_for_totals(&self.totals) {
            lines.push(format!("holds for the whole log: {}", self.whole()));
        }
        for ReportRow { key, group, .. } in self.groups.iter().rev().chain(&self.others) {
            if !condition.holds_for(&group.counts) {
                continue;
            }
            if lines.len() < NAMED {
                let label = table::clip(&escape(text_output::label(key)), 120);
                lines.push(format!("holds for {label}: {}", words(&group.counts)));
            } else {
                more += 1;
            }
        }
        lines.extend((more > 0).then(|| format!("holds for {} more", number(more))));
        lines
    }

    fn whole(&self) -> String {
        let ReportTotals { entries, unparsed, open, counts } = &self.totals;
        let [entries, unparsed, open] = [*entries, *unparsed, *open].map(number);
        format!("{entries} entries, {unparsed} unparsed, {open} open, {}", words(counts))
    }
}

/// Groups, worst last: by number of failures of all kinds, then by number of recipients.
fn sorted<'a>(groups: &'a Groups, log: &'a LoadedLog) -> Vec<ReportRow<'a>> {
    let top = groups.top_responses();
    let row = |(id, group): (GroupId, &'a Group)| ReportRow {
        key: groups.label(&log.index, group),
        group,
        codes: groups.codes(Some(id)),
        top_response: top.get(id.0 as usize).copied().unwrap_or_default(),
    };
    let mut rows: Vec<ReportRow<'a>> = groups.iter().map(row).collect();
    rows.sort_by_key(|row| (!row.key.is_empty(), row.group.problems(), row.group.total(), row.key));
    rows
}

fn words(counts: &Counts) -> String {
    let Counts { enqueued, delivered, deferred, failed, rejected, .. } = *counts;
    let [enqueued, delivered, deferred, failed, rejected] =
        [enqueued, delivered, deferred, failed, rejected].map(number);
    format!(
        "{enqueued} enqueued, {delivered} delivered, {deferred} deferred, {failed} failed, \
         {rejected} rejected"
    )
}

/// Report in progress.
struct Reporting {
    by: GroupBy,
    /// Files as given.
    files: Vec<String>,
    /// Filter as given.
    filter: String,
    log: LogSummary,
    tally: Tally,
    groups: Groups,
    format: ReportFormat,
    condition: Option<Condition>,
    holds: Vec<String>,
}

/// Counts that need no index.
struct ReportVisitor {
    by: GroupBy,
}

/// Counts of the entries of a job.
#[derive(Default)]
struct ReportPart {
    log: LogSummary,
    /// Processes of the entries, for a report by process.
    processes: RowNames,
    /// Reused buffer.
    name: Vec<u8>,
}

impl ReportPart {
    fn name_process(&mut self, found: &LocatedEntry<'_>) {
        self.name.clear();
        if let Ok(entry) = &found.entry
            && let Some(process) = entry.process
        {
            // Ids of processes of two nodes have nothing to do with each other.
            if let Some(node) = entry.node {
                self.name.extend_from_slice(node);
                self.name.push(b' ');
            }
            self.name.extend_from_slice(process.pid);
        }
        self.processes.push(&self.name);
    }
}

impl EntryVisitor for ReportVisitor {
    type Output = ReportPart;

    fn begin(&self) -> ReportPart {
        ReportPart::default()
    }

    fn entry(&self, found: &LocatedEntry<'_>, wanted: bool, part: &mut ReportPart) {
        if wanted {
            part.log.add(found.entry.as_ref().ok());
        }
        if self.by == GroupBy::Process {
            part.name_process(found);
        }
    }

    fn indexes_hidden(&self) -> bool {
        true
    }
}

impl EntryConsumer for Reporting {
    type Visitor = ReportVisitor;

    fn visitor(&self, _log: &LoadedLog) -> ReportVisitor {
        ReportVisitor { by: self.by }
    }

    fn knows_connections(&self) -> bool {
        false
    }

    fn take(&mut self, part: ReportPart, rows: Range<u32>, log: &mut LoadedLog) -> io::Result<()> {
        self.log.join(&part.log);
        if self.by == GroupBy::Process {
            self.groups.name_rows(&part.processes);
        }
        let end = rows.end as usize;
        if !log.filter.is_empty() {
            self.tally.decide(log.remaining(rows));
        }
        self.tally.extend(&log.index, end);
        self.groups.extend_by(self.tally.sieve(), &log.index, end, usize::MAX);
        log.evict_rows();
        Ok(())
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        let summary = ReportSummary::new(self, log);
        let mut out = BufWriter::new(io::stdout().lock());
        summary.write(self.format, table::terminal_width(), &mut out)?;
        out.flush()?;
        let holds = self.condition.as_ref().map(|given| summary.holding(given));
        self.holds = holds.unwrap_or_default();
        Ok(if self.holds.is_empty() { 0 } else { EXIT_CONDITION_MET })
    }
}
