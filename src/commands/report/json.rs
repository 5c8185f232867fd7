//! Report as one JSON object, as described in `export-schema`.

use super::text_output::iso;
use super::{ReportRow, ReportSummary};
use crate::log::entry::Moment;
use crate::stats::{ConnectionCounts, Group, LogSummary};
use crate::text::escape::json;
use std::io::{self, Write};

/// Writes the object. The groups come in the order of the table, the worst last.
pub(super) fn write(summary: &ReportSummary<'_>, out: &mut dyn Write) -> io::Result<()> {
    let LogSummary { entries, unparsed, span, connections, .. } = summary.log;
    write!(out, "{{\"entries\": {entries}, \"unparsed\": {unparsed}, ")?;
    if let Some((first, last)) = span {
        let time = |moment: &Moment| json(iso(moment, 'T').as_bytes());
        write!(out, "\"first\": {}, \"last\": {}, ", time(first), time(last))?;
    }
    write!(out, "\"actions\": {{{}}}, ", actions(summary.log))?;
    let ConnectionCounts { opened, closed, failed, rejected } = connections;
    let open = summary.totals.open;
    write!(
        out,
        "\"connections\": {{\"opened\": {opened}, \"closed\": {closed}, \"failed\": {failed}, \"rejected\": {rejected}, \"open\": {open}}}, "
    )?;
    write!(out, "\"groups\": [")?;
    let clients = summary.by.are_clients();
    let mut between = "\n";
    if let Some(others) = &summary.others {
        write!(out, "{between}{}", object(others, clients, ", \"others\": true"))?;
        between = ",\n";
    }
    for row in &summary.groups {
        write!(out, "{between}{}", object(row, clients, ""))?;
        between = ",\n";
    }
    writeln!(out, "]}}")
}

fn actions(log: &LogSummary) -> String {
    let member =
        |(letter, count): (char, u64)| format!("{}: {count}", json(letter.to_string().as_bytes()));
    log.actions().map(member).collect::<Vec<_>>().join(", ")
}

fn object(row: &ReportRow<'_>, clients: bool, more: &str) -> String {
    let &Group { counts, refused, unauthenticated, .. } = row.group;
    let of_clients = if clients {
        format!("\"refused\": {refused}, \"unauthenticated\": {unauthenticated}, ")
    } else {
        String::new()
    };
    let codes: Vec<String> =
        row.codes.iter().map(|(code, times)| format!("\"{code}\": {times}")).collect();
    format!(
        "{{\"key\": {}, \"enqueued\": {}, \"delivered\": {}, \"deferred\": {}, \"failed\": {}, \
         \"rejected\": {}, {of_clients}\"responses\": {{{}}}{more}}}",
        json(row.key),
        counts.enqueued,
        counts.delivered,
        counts.deferred,
        counts.failed,
        counts.rejected,
        codes.join(", ")
    )
}
