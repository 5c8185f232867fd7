//! Report as lines: text table, Markdown, CSV.

use super::{MOST_GROUPS, OTHERS, ReportRow, ReportSummary};
use crate::log::entry::Moment;
use crate::stats::{Counts, Group, GroupBy, LogSummary};
use crate::text::escape;
use crate::text::sanitize;
use crate::text::table::{Column, Table, markdown_line};
use crate::text::units::{number, tenths};
use std::io::{self, Write};

/// Maximum number of files named in the heading.
const NAMED: usize = 3;

/// Text table fitted to a width; `None` for unlimited lines.
pub(super) fn table(
    summary: &ReportSummary<'_>,
    line: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for head in head(summary, sanitize::escape) {
        writeln!(
            out,
            "{}",
            line.map_or(head.clone(), |line| crate::text::table::wrap(&head, line, 2))
        )?;
    }
    let mut table = Table::new(columns(summary.by));
    cells(summary, sanitize::escape, &mut |cells| {
        table.measure(&cells);
        Ok(())
    })?;
    table.fit_to(line);
    writeln!(out, "\n{}", table.head())?;
    cells(summary, sanitize::escape, &mut |cells| writeln!(out, "{}", table.line(&cells)))?;
    notes(summary, &mut |note| writeln!(out, "\n{note}"))
}

/// The table in Markdown, with the head as a list.
pub(super) fn markdown(summary: &ReportSummary<'_>, out: &mut dyn Write) -> io::Result<()> {
    for head in head(summary, escape::markdown) {
        writeln!(out, "- {head}")?;
    }
    writeln!(out, "\n{}", Table::new(columns(summary.by)).markdown_head())?;
    cells(summary, escape::markdown, &mut |cells| writeln!(out, "{}", markdown_line(&cells)))?;
    notes(summary, &mut |note| writeln!(out, "\n{note}"))
}

/// One line a group with a head line, numbers as they are.
pub(super) fn csv(summary: &ReportSummary<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (key, clients) = (key_name(summary.by), summary.by.are_clients());
    let end = "\r\n";
    let of_clients = if clients { ",refused,unauthenticated" } else { "" };
    write!(
        out,
        "{key},enqueued,delivered,deferred,failed,rejected{of_clients},fail_percent,top_response{end}"
    )?;
    for ReportRow { key, group, top_response, .. } in summary.rows() {
        let counts = numbers(RowCounts::of(group), clients).map(|count| format!(",{count}"));
        let (key, said) = (escape::csv(key), escape::csv(top_response));
        let share =
            group.counts.failed_of_1000().map_or(String::new(), |share| tenths(share.into()));
        write!(out, "{key}{},{share},{said}{end}", counts.collect::<String>())?;
    }
    Ok(())
}

/// What a group is called in a head.
fn key_name(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Domain => "domain",
        GroupBy::OrgDomain => "org domain",
        GroupBy::Channel => "channel",
        GroupBy::Host => "remote host",
        GroupBy::Response => "response",
        GroupBy::Process => "process",
        GroupBy::ConnectingIp => "connecting ip",
        GroupBy::Sender => "sender",
        GroupBy::User => "user",
        GroupBy::LocalIp => "local ip",
        GroupBy::RemoteIp => "remote ip",
        GroupBy::Connection => "connection",
    }
}

fn columns(by: GroupBy) -> Vec<Column> {
    let mut columns = vec![Column::text(key_name(by))];
    columns.extend([
        Column::number("enqueued", "E"),
        Column::number("delivered", "D"),
        Column::number("deferred", "Q"),
        Column::number("failed", "R"),
        Column::number("rejected", "J"),
    ]);
    if by.are_clients() {
        columns.extend([Column::number("refused", "X"), Column::number("auth failed", "U")]);
    }
    columns.push(Column::number("fail %", "%"));
    // The response of a response would be itself.
    columns.extend((by != GroupBy::Response).then(|| Column::text("top response to failures")));
    columns
}

/// What is counted of a row of the table.
#[derive(Clone, Copy, Default)]
struct RowCounts {
    counts: Counts,
    refused: u32,
    unauthenticated: u32,
}

impl RowCounts {
    fn of(group: &Group) -> Self {
        let &Group { counts, refused, unauthenticated, .. } = group;
        Self { counts, refused, unauthenticated }
    }

    fn add(&mut self, other: Self) {
        self.counts.add(&other.counts);
        self.refused += other.refused;
        self.unauthenticated += other.unauthenticated;
    }
}

/// In the order of the columns.
fn numbers(row: RowCounts, clients: bool) -> impl Iterator<Item = u32> {
    let Counts { enqueued, delivered, deferred, failed, rejected, .. } = row.counts;
    let of_clients = clients.then_some([row.refused, row.unauthenticated]);
    let all = [enqueued, delivered, deferred, failed, rejected];
    all.into_iter().chain(of_clients.into_iter().flatten())
}

/// The cells of each row: the others first, the worst last, and below it what they are together.
fn cells(
    summary: &ReportSummary<'_>,
    cell: fn(&[u8]) -> String,
    take: &mut dyn FnMut(Vec<String>) -> io::Result<()>,
) -> io::Result<()> {
    let mut total = RowCounts::default();
    let cells_of = |label: &[u8], row: RowCounts, response: &[u8]| {
        let count = |count: u32| if count == 0 { "-".to_owned() } else { number(count) };
        let mut cells = vec![cell(label)];
        cells.extend(numbers(row, summary.by.are_clients()).map(count));
        cells.push(match row.counts.failed_of_1000() {
            None => "-".to_owned(),
            Some(0) if row.counts.attempts().0 > 0 => "<0.1".to_owned(),
            Some(share) => tenths(share.into()),
        });
        cells.extend((summary.by != GroupBy::Response).then(|| cell(response)));
        cells
    };
    for ReportRow { key, group, top_response, .. } in summary.rows() {
        let counts = RowCounts::of(group);
        total.add(counts);
        take(cells_of(label(key), counts, top_response))?;
    }
    take(cells_of(b"total", total, b""))
}

/// Label of a key; the empty key is that of entries without a value.
pub(super) fn label(key: &[u8]) -> &[u8] {
    if key.is_empty() { b"(none)" } else { key }
}

/// Files, span, and what the groups do not say.
fn head(summary: &ReportSummary<'_>, cell: fn(&[u8]) -> String) -> Vec<String> {
    let mut names: Vec<String> =
        summary.files.iter().take(NAMED).map(|file| cell(file.as_bytes())).collect();
    if let Some(more @ 1..) = summary.files.len().checked_sub(NAMED) {
        names.push(format!("{} more", number(more)));
    }
    let mut lines = vec![names.join(", ")];
    if !summary.filter.is_empty() {
        lines.push(format!("filter: {}", cell(summary.filter.as_bytes())));
    }
    let log = summary.log;
    let unparsed = match log.unparsed {
        0 => String::new(),
        some => format!(", {} of them unparsed", number(some)),
    };
    lines.push(format!("{}{} entries{unparsed}", span(log), number(log.entries)));
    let connections = log.connections;
    let counts = [
        (connections.opened, "opened"),
        (connections.closed, "closed"),
        (connections.failed, "failed"),
        (connections.rejected, "rejected"),
        (summary.totals.open, "open at the end"),
    ];
    let told = counts.iter().any(|&(count, _)| count > 0);
    let counts = counts.map(|(count, what)| format!("{} {what}", number(count))).join(", ");
    lines.push(if told {
        format!("connections: {counts}")
    } else {
        "no connections logged".into()
    });
    lines
}

fn span(log: &LogSummary) -> String {
    match &log.span {
        Some((first, last)) if first != last => {
            format!("{} to {}, ", iso(first, ' '), iso(last, ' '))
        }
        Some((first, _)) => format!("{}, ", iso(first, ' ')),
        None => String::new(),
    }
}

/// ISO 8601 with this between date and time.
pub(super) fn iso(moment: &Moment, between: char) -> String {
    let Some(calendar) = moment.time.calendar() else { return String::new() };
    let [fraction, zone] =
        [moment.stamp().fraction, moment.stamp().zone].map(String::from_utf8_lossy);
    let point = if fraction.is_empty() { "" } else { "." };
    let (date, time) = (calendar.format("%Y-%m-%d"), calendar.format("%H:%M:%S"));
    format!("{date}{between}{time}{point}{fraction}{zone}")
}

fn notes(
    summary: &ReportSummary<'_>,
    note: &mut dyn FnMut(String) -> io::Result<()>,
) -> io::Result<()> {
    if summary.others.is_some() {
        note(format!("{OTHERS}: groups beyond the limit of {}.", number(MOST_GROUPS)))?;
    }
    if summary.uncounted_responses > 0 {
        let untold = number(summary.uncounted_responses);
        note(format!("Response table full: {untold} failures not included."))?;
    }
    Ok(())
}
