//! Report as one JSON object, as described in `export-schema`.

use super::counts::{ReportCounts, ReportTotals, iso};
use super::groups::{OTHERS, ReportGroup};
use super::{ReportSummary, key};
use crate::log::entry::Moment;
use crate::text::escape::json;
use std::io::{self, Write};

/// Writes the object with the groups in table order, worst last.
pub(super) fn write(summary: &ReportSummary, out: &mut dyn Write) -> io::Result<()> {
    let totals = &summary.totals;
    write!(out, "{{\"entries\": {}, \"unparsed\": {}, ", totals.entries, totals.unparsed)?;
    if let Some((first, last)) = &totals.span {
        let time = |moment: &Moment| json(iso(moment, 'T').as_bytes());
        write!(out, "\"first\": {}, \"last\": {}, ", time(first), time(last))?;
    }
    write!(out, "\"actions\": {{{}}}, ", actions(totals))?;
    let connections = totals.connections;
    write!(
        out,
        "\"connections\": {{\"opened\": {}, \"closed\": {}, \"failed\": {}, \"rejected\": {}, \"open\": {}}}, ",
        connections.opened,
        connections.closed,
        connections.failed,
        connections.rejected,
        connections.open
    )?;
    write!(out, "\"groups\": [")?;
    let clients = key::are_clients(summary.by);
    let mut between = "\n";
    if let Some(others) = summary.groups.others() {
        write!(
            out,
            "{between}{}",
            object(OTHERS.as_bytes(), others, clients, ", \"others\": true")
        )?;
        between = ",\n";
    }
    for (key, group, _) in summary.groups.sorted() {
        write!(out, "{between}{}", object(key, group, clients, ""))?;
        between = ",\n";
    }
    writeln!(out, "]}}")
}

fn actions(totals: &ReportTotals) -> String {
    let member =
        |(letter, count): (char, u64)| format!("{}: {count}", json(letter.to_string().as_bytes()));
    totals.letters().map(member).collect::<Vec<_>>().join(", ")
}

fn object(key: &[u8], group: &ReportGroup, clients: bool, more: &str) -> String {
    let counts = group.counts;
    let ReportCounts { refused, unauthenticated, .. } = counts;
    let of_clients = if clients {
        format!("\"refused\": {refused}, \"unauthenticated\": {unauthenticated}, ")
    } else {
        String::new()
    };
    let codes: Vec<String> =
        group.codes.iter().map(|(code, times)| format!("\"{code}\": {times}")).collect();
    format!(
        "{{\"key\": {}, \"enqueued\": {}, \"delivered\": {}, \"deferred\": {}, \"failed\": {}, \
         \"rejected\": {}, {of_clients}\"responses\": {{{}}}{more}}}",
        json(key),
        counts.enqueued,
        counts.delivered,
        counts.deferred,
        counts.failed,
        counts.rejected,
        codes.join(", ")
    )
}
