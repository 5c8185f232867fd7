//! Summary of the current view as text for a ticket.
//!
//! ```text
//! mtatop: mail.log_current, as of 2007-02-16 10:52:04
//! filter:   outcome:deferred
//! window:   last 15m
//! entries:  345 of 100,000, 2007-02-16 10:40:01 to 2007-02-16 10:52:03
//! counts:   0 enqueued, 0 delivered, 345 deferred, 0 failed, 0 rejected; 100.0 % of attempts failed
//!
//! domain       delivered  deferred  failed  rejected  fail %  first                last
//! big.example          -       340       -         -   100.0  2007-02-16 10:40:01  2007-02-16 10:52:03
//! ```
//! Knows neither the clock nor the clipboard. All text passes [`truncate_text`].

use super::{LONGEST_COPY, truncate_text};
use crate::index::RowId;
use crate::log::entry::Time;
use crate::log::parse::EntryText;
use crate::log::redact::Redactor;
use crate::stats::{Counts, GroupBy, Totals};
use crate::text::table::{Column, Table};
use crate::text::units::{number, tenths};
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::format_stamp;
use crate::tui::app::redaction::answer_to;
use std::borrow::Cow;

/// State at the time of the request.
#[derive(Clone, Debug, Default)]
pub(super) struct SummaryHeader {
    /// File names.
    name: Vec<u8>,
    /// Time of the summary.
    now: Option<Time>,
    filter: String,
    window: String,
    /// Entries of the whole log.
    all: u32,
    /// Counts since the mark, in one line.
    mark: Option<String>,
}

/// One group of the summary.
pub(super) struct SummaryRow {
    pub(super) label: Vec<u8>,
    pub(super) counts: Counts,
    pub(super) first: Time,
    pub(super) last: Time,
}

/// Content of a summary.
pub(super) struct IncidentSummary {
    pub(super) heads: SummaryHeader,
    pub(super) totals: Totals,
    /// Times of the first and the last entry.
    pub(super) span: Option<(Time, Time)>,
    /// Worst groups, and the number of all groups.
    pub(super) domains: (Vec<SummaryRow>, usize),
    pub(super) responses: (Vec<SummaryRow>, usize),
    /// Sample entries.
    pub(super) samples: Vec<RowId>,
}

impl App {
    /// Captures the state in force.
    pub(super) fn heads(&self) -> SummaryHeader {
        let window = self.tally().window();
        let window = match self.span() {
            Some(span) => format!("{span}, from {}", format_stamp(window.since)),
            None if window.is_all() => "all of the log".to_owned(),
            None => {
                let ends = [("from ", window.since), ("before ", window.until)];
                let told = ends.map(|(word, time)| time.calendar().map(|_| (word, time)));
                let told: Vec<String> = told
                    .iter()
                    .flatten()
                    .map(|(word, it)| format!("{word}{}", format_stamp(*it)))
                    .collect();
                told.join(", ")
            }
        };
        let since = self.mark().map(|mark| {
            let (Counts { delivered, deferred, failed, .. }, backlog) = self.tally().since_mark();
            let [d, q, r] = [delivered, deferred, failed].map(number);
            let recovered = number(backlog.recovered);
            let change = labels::change(backlog.change, u16::MAX);
            let counts = format!("{d} delivered, {q} deferred, {r} failed, {recovered} recovered");
            format!("{counts}, backlog {change}, since {}", format_stamp(mark.at))
        });
        SummaryHeader {
            name: self.reader.name.clone(),
            now: Some(self.now()),
            filter: self.shown_filter().into_owned(),
            window,
            all: self.total_tally().totals().counts.entries,
            mark: since,
        }
    }
}

impl IncidentSummary {
    /// The same with pseudonyms, given redacted samples; other responses are reduced to their
    /// codes.
    pub(super) fn hide(&mut self, redactor: &Redactor, samples: &[Option<Cow<'_, EntryText>>]) {
        for row in &mut self.domains.0 {
            row.label = redactor.domain(&row.label);
        }
        let samples = samples.iter().map(Option::as_deref).chain(std::iter::repeat(None));
        for (row, sample) in self.responses.0.iter_mut().zip(samples) {
            let told = sample.and_then(answer_to);
            row.label = told.unwrap_or_else(|| redactor.codes(&row.label));
        }
    }

    /// The text, with as many sample entries as fit.
    pub(super) fn text(&self, quoted: Vec<String>) -> String {
        let mut lines = self.head();
        lines.extend(domains(&self.domains));
        lines.extend(responses(&self.responses));
        let mut text = lines.join("\n");
        let (mut headed, mut left_out) = (false, 0_u64);
        for line in quoted {
            let head = if headed { "\n" } else { "\n\nentries, as they were logged:\n" };
            if text.len() + head.len() + line.len() > LONGEST_COPY - 100 {
                left_out += 1;
                continue;
            }
            headed = true;
            text.extend([head, &line]);
        }
        if left_out > 0 {
            let more = number(left_out);
            text.extend(["\n\n", &more, " more would be too long for a clipboard"]);
        }
        text
    }

    fn head(&self) -> Vec<String> {
        let SummaryHeader { name, now, filter, window, all, mark } = &self.heads;
        let Counts { entries, enqueued, delivered, deferred, failed, rejected } =
            self.totals.counts;
        let filter =
            if filter.is_empty() { "none".to_owned() } else { truncate_text(filter.as_bytes()) };
        let span = self.span.map_or(String::new(), |(first, last)| {
            format!(", {} to {}", format_stamp(first), format_stamp(last))
        });
        let unparsed = match self.totals.unparsed {
            0 => String::new(),
            some => format!(", {} of them unparsed", number(some)),
        };
        let counts = [
            (enqueued, "enqueued"),
            (delivered, "delivered"),
            (deferred, "deferred"),
            (failed, "failed"),
            (rejected, "rejected"),
        ];
        let counts = counts.map(|(count, what)| format!("{} {what}", number(count))).join(", ");
        let share = self.totals.counts.failed_of_1000();
        let share = share.map_or(String::new(), |share| {
            format!("; {} % of attempts failed", tenths(share.into()))
        });
        let now = now.map_or(String::new(), format_stamp);
        let mut lines = vec![
            format!("mtatop: {}, as of {now}", truncate_text(name)),
            format!("filter:   {filter}"),
            format!("window:   {window}"),
            format!("entries:  {} of {}{span}{unparsed}", number(entries), number(*all)),
            format!("counts:   {counts}{share}"),
        ];
        lines.extend(mark.as_ref().map(|mark| format!("mark:     {mark}")));
        lines
    }
}

fn domains((rows, all): &(Vec<SummaryRow>, usize)) -> Vec<String> {
    let columns = vec![
        Column::text("recipient domain"),
        Column::number("delivered", "D"),
        Column::number("deferred", "Q"),
        Column::number("failed", "R"),
        Column::number("rejected", "J"),
        Column::number("fail %", "%"),
        Column::text("first"),
        Column::text("last"),
    ];
    let cells = |row: &SummaryRow| {
        let Counts { delivered, deferred, failed, rejected, .. } = row.counts;
        let mut cells = vec![label(GroupBy::Domain, &row.label)];
        cells.extend([delivered, deferred, failed, rejected].map(count));
        let share = row.counts.failed_of_1000();
        cells.push(share.map_or("-".to_owned(), |share| tenths(share.into())));
        cells.extend([row.first, row.last].map(format_stamp));
        cells
    };
    table(columns, rows, *all, cells)
}

/// The response is the last column, at its full length.
fn responses((rows, all): &(Vec<SummaryRow>, usize)) -> Vec<String> {
    let columns = vec![
        Column::number("entries", "n"),
        Column::number("deferred", "Q"),
        Column::number("failed", "R"),
        Column::number("rejected", "J"),
        Column::text("first"),
        Column::text("last"),
        Column::text("response"),
    ];
    let cells = |row: &SummaryRow| {
        let Counts { entries, deferred, failed, rejected, .. } = row.counts;
        let mut cells: Vec<String> = [entries, deferred, failed, rejected].map(count).into();
        cells.extend([row.first, row.last].map(format_stamp));
        cells.push(label(GroupBy::Response, &row.label));
        cells
    };
    table(columns, rows, *all, cells)
}

fn table(
    columns: Vec<Column>,
    rows: &[SummaryRow],
    all: usize,
    cells: impl Fn(&SummaryRow) -> Vec<String>,
) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let is_bad = rows.iter().any(|row| row.counts.bad() > 0);
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let mut table = Table::new(columns);
    for row in &rows {
        table.measure(row);
    }
    table.fit_to(None);
    let mut lines = vec![String::new(), table.head()];
    lines.extend(rows.iter().map(|row| table.line(row)));
    if let Some(more @ 1..) = all.checked_sub(rows.len()) {
        let what = if is_bad { " with failures" } else { "" };
        lines.push(format!("and {} more{what}", number(more)));
    }
    lines
}

fn label(by: GroupBy, text: &[u8]) -> String {
    if text.is_empty() { labels::none_of(by).to_owned() } else { truncate_text(text) }
}

fn count(count: u32) -> String {
    if count == 0 { "-".to_owned() } else { number(count) }
}
