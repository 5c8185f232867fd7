//! Report as lines: text table, Markdown, CSV.

use super::counts::{ReportCounts, ReportTotals, iso};
use super::groups::{MOST_GROUPS, OTHERS, ReportGroup};
use super::{ReportKey, ReportSummary, key};
use crate::text::escape;
use crate::text::sanitize;
use crate::text::table::{Column, Table, markdown_line};
use crate::text::units::{number, tenths};
use std::io::{self, Write};

/// Maximum number of files named in the heading.
const NAMED: usize = 3;

/// Text table fitted to a width; `None` for unlimited lines.
pub(super) fn table(
    summary: &ReportSummary,
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
    let rows = ReportRows::new(summary);
    let mut table = Table::new(columns(summary.by));
    rows.each(&mut |cells| {
        table.measure(&row(cells, sanitize::escape));
        Ok(())
    })?;
    table.fit_to(line);
    writeln!(out, "\n{}", table.head())?;
    rows.each(&mut |cells| writeln!(out, "{}", table.line(&row(cells, sanitize::escape))))?;
    notes(summary, &mut |note| writeln!(out, "\n{note}"))
}

/// Markdown table with the heading as a list.
pub(super) fn markdown(summary: &ReportSummary, out: &mut dyn Write) -> io::Result<()> {
    for head in head(summary, escape::markdown) {
        writeln!(out, "- {head}")?;
    }
    writeln!(out, "\n{}", Table::new(columns(summary.by)).markdown_head())?;
    ReportRows::new(summary)
        .each(&mut |cells| writeln!(out, "{}", markdown_line(&row(cells, escape::markdown))))?;
    notes(summary, &mut |note| writeln!(out, "\n{note}"))
}

/// CSV with a header row, numbers unformatted.
pub(super) fn csv(summary: &ReportSummary, out: &mut dyn Write) -> io::Result<()> {
    let (key, clients) = (key_name(summary.by), key::are_clients(summary.by));
    let end = "\r\n";
    let of_clients = if clients { ",refused,unauthenticated" } else { "" };
    write!(
        out,
        "{key},enqueued,delivered,deferred,failed,rejected{of_clients},fail_percent,top_response{end}"
    )?;
    let mut line = |key: &[u8], group: &ReportGroup, said: &[u8]| {
        let counts = counts_of(&group.counts, clients).map(|count| format!(",{count}"));
        let (key, said) = (escape::csv(key), escape::csv(said));
        let share = group.counts.failed_of_1000().map_or(String::new(), tenths);
        write!(out, "{key}{},{share},{said}{end}", counts.collect::<String>())
    };
    if let Some(others) = summary.groups.others() {
        line(OTHERS.as_bytes(), others, b"")?;
    }
    summary.groups.sorted().into_iter().try_for_each(|(key, group, said)| line(key, group, said))
}

/// Heading of a grouping.
pub(super) fn key_name(by: ReportKey) -> &'static str {
    match by {
        ReportKey::Domain => "domain",
        ReportKey::OrgDomain => "org domain",
        ReportKey::Channel => "channel",
        ReportKey::RemoteHost => "remote host",
        ReportKey::Response => "response",
        ReportKey::Process => "process",
        ReportKey::ConnectingIp => "connecting ip",
        ReportKey::Sender => "sender",
        ReportKey::User => "user",
    }
}

fn columns(by: ReportKey) -> Vec<Column> {
    let mut columns = vec![Column::text(key_name(by))];
    columns.extend([
        Column::number("enqueued", "E"),
        Column::number("delivered", "D"),
        Column::number("deferred", "Q"),
        Column::number("failed", "R"),
        Column::number("rejected", "J"),
    ]);
    if key::are_clients(by) {
        columns.extend([Column::number("refused", "X"), Column::number("auth failed", "U")]);
    }
    columns.push(Column::number("fail %", "%"));
    // In a report by response it would repeat the key.
    columns.extend((by != ReportKey::Response).then(|| Column::text("top response to failures")));
    columns
}

/// Columns in order.
fn counts_of(counts: &ReportCounts, clients: bool) -> impl Iterator<Item = u64> + use<> {
    let ReportCounts { enqueued, delivered, deferred, failed, rejected, refused, unauthenticated } =
        *counts;
    let of_clients = clients.then_some([refused, unauthenticated]);
    let all = [enqueued, delivered, deferred, failed, rejected];
    all.into_iter().chain(of_clients.into_iter().flatten())
}

/// Cells of a row: label, counts, and most frequent response if the report has that column.
struct ReportRow<'a> {
    label: &'a [u8],
    counts: &'a ReportCounts,
    clients: bool,
    response: Option<&'a [u8]>,
}

fn row(row: &ReportRow<'_>, cell: fn(&[u8]) -> String) -> Vec<String> {
    let &ReportRow { label, counts, clients, response: said } = row;
    let count = |count: u64| if count == 0 { "-".to_owned() } else { number(count) };
    let mut row = vec![cell(label)];
    row.extend(counts_of(counts, clients).map(count));
    row.push(match counts.failed_of_1000() {
        None => "-".to_owned(),
        Some(0) if counts.attempts().0 > 0 => "<0.1".to_owned(),
        Some(share) => tenths(share),
    });
    row.extend(said.map(cell));
    row
}

/// Rows of a table: `(others)` first, worst last, then the total.
struct ReportRows<'a> {
    summary: &'a ReportSummary,
    sorted: Vec<(&'a [u8], &'a ReportGroup, &'a [u8])>,
}

/// Callback for a row.
type Take<'t> = dyn FnMut(&ReportRow<'_>) -> io::Result<()> + 't;

impl<'a> ReportRows<'a> {
    fn new(summary: &'a ReportSummary) -> Self {
        Self { summary, sorted: summary.groups.sorted() }
    }

    fn each(&self, take: &mut Take<'_>) -> io::Result<()> {
        let by = self.summary.by;
        let mut total = ReportCounts::default();
        let mut take = |label: &[u8], counts: &ReportCounts, said: &[u8]| {
            let said = Some(said).filter(|_| by != ReportKey::Response);
            take(&ReportRow { label, counts, clients: key::are_clients(by), response: said })
        };
        if let Some(others) = self.summary.groups.others() {
            total.add_all(&others.counts);
            take(OTHERS.as_bytes(), &others.counts, b"")?;
        }
        for &(key, group, text) in &self.sorted {
            total.add_all(&group.counts);
            take(label(key), &group.counts, text)?;
        }
        take(b"total", &total, b"")
    }
}

/// Label of a key; the empty key is that of entries without a value.
pub(super) fn label(key: &[u8]) -> &[u8] {
    if key.is_empty() { b"(none)" } else { key }
}

/// Files, time range, and totals outside the groups.
fn head(summary: &ReportSummary, cell: fn(&[u8]) -> String) -> Vec<String> {
    let mut names: Vec<String> =
        summary.files.iter().take(NAMED).map(|file| cell(file.as_bytes())).collect();
    if let Some(more @ 1..) = summary.files.len().checked_sub(NAMED) {
        names.push(format!("{} more", number(more)));
    }
    let mut lines = vec![names.join(", ")];
    if !summary.filter.is_empty() {
        lines.push(format!("filter: {}", cell(summary.filter.as_bytes())));
    }
    let totals = &summary.totals;
    let unparsed = match totals.unparsed {
        0 => String::new(),
        some => format!(", {} of them unparsed", number(some)),
    };
    lines.push(format!("{}{} entries{unparsed}", span(totals), number(totals.entries)));
    let connections = totals.connections;
    let counts = [
        (connections.opened, "opened"),
        (connections.closed, "closed"),
        (connections.failed, "failed"),
        (connections.rejected, "rejected"),
        (connections.open, "open at the end"),
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

fn span(totals: &ReportTotals) -> String {
    match &totals.span {
        Some((first, last)) if first != last => {
            format!("{} to {}, ", iso(first, ' '), iso(last, ' '))
        }
        Some((first, _)) => format!("{}, ", iso(first, ' ')),
        None => String::new(),
    }
}

fn notes(
    summary: &ReportSummary,
    note: &mut dyn FnMut(String) -> io::Result<()>,
) -> io::Result<()> {
    if summary.groups.others().is_some() {
        note(format!("{OTHERS}: groups beyond the limit of {}.", number(MOST_GROUPS)))?;
    }
    if summary.groups.uncounted_responses() > 0 {
        let untold = number(summary.groups.uncounted_responses());
        note(format!("Response table full: {untold} failures not included."))?;
    }
    Ok(())
}
