//! Check results as text of 80 columns.

use super::clock::format_duration;
use super::file_report::FileReport;
use super::questions::Unanswered;
use crate::log::entry::Time;
use crate::text::sanitize::escape;
use crate::text::table::{clip, wrap};
use crate::text::units::number;
use std::io::{self, Write};

const WIDTH: usize = 80;
/// Column of the values.
const INDENT: usize = 14;

/// Prints one file.
pub(super) fn file(facts: &FileReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", escape(facts.path.as_bytes()))?;
    let mut line =
        |label: &str, value: &str| writeln!(out, "  {label:<12}{}", wrap(value, WIDTH, INDENT));
    if facts.entries() == 0 {
        let nothing = facts.unparsed.count() + facts.left_out == 0;
        line("entries", if nothing { "none: nothing was read of it" } else { "none" })?;
    } else {
        line("format", &format(facts))?;
        line("product", &facts.product.words())?;
        for (ground, first) in facts.product.grounds() {
            line("", &format!("- {ground} (line {})", number(first)))?;
        }
        line("entries", &entries(facts))?;
        line("actions", &actions(facts))?;
        line("time", &time(facts))?;
        line("logged", &names(facts, true))?;
        line("not seen", &names(facts, false))?;
    }
    for note in notes(facts) {
        line("note", &note)?;
    }
    unparsed(facts, out)
}

/// Prints the questions that all files together leave unanswered.
pub(super) fn questions(unanswered: &[Unanswered], out: &mut dyn Write) -> io::Result<()> {
    if unanswered.is_empty() {
        return writeln!(out, "Every question that mtatop answers has what it needs.");
    }
    writeln!(out, "Questions without a full answer, and what to switch on:")?;
    let mut before = 0;
    for Unanswered { number, question, missing, option } in unanswered {
        if before != *number {
            writeln!(out, "  {number:>2}  {question}")?;
        }
        before = *number;
        writeln!(out, "      {}", wrap(&format!("{option}: {missing}"), WIDTH, 6))?;
    }
    Ok(())
}

fn format(facts: &FileReport) -> String {
    let formats = facts.formats();
    let several = formats.len() > 1;
    let named = formats.iter().map(|&(written, count)| {
        let count = if several { format!(" in {} entries", number(count)) } else { String::new() };
        format!("{written}{count}")
    });
    let form = if facts.folded > 0 { "folded over lines" } else { "one entry a line" };
    format!("{}, {form}", named.collect::<Vec<_>>().join("; "))
}

fn entries(facts: &FileReport) -> String {
    let kinds = facts.kinds.iter().zip(["message", "connection", "header"]);
    let kinds = kinds.filter(|(count, _)| **count > 0);
    let kinds: Vec<String> =
        kinds.map(|(count, kind)| format!("{} {kind}", number(*count))).collect();
    format!("{}: {}", number(facts.entries()), kinds.join(", "))
}

fn actions(facts: &FileReport) -> String {
    let letters = ('\0'..='\u{ff}').zip(facts.actions).filter(|&(_, count)| count > 0);
    let counts = letters.map(|(letter, count)| {
        format!("{} {}", escape(letter.to_string().as_bytes()), number(count))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

fn time(facts: &FileReport) -> String {
    let Some((first, last)) = facts.clock.span() else { return "none".to_owned() };
    format!("{} to {} ({})", date(first), date(last), format_duration(last.since(first)))
}

/// Date and time of day.
pub(super) fn date(time: Time) -> String {
    let calendar = time.calendar();
    calendar.map_or_else(|| "?".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn names(facts: &FileReport, seen: bool) -> String {
    let names = facts.options.names(seen);
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Anomalies, one sentence each.
pub(super) fn notes(facts: &FileReport) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(jump) = facts.clock.back() {
        notes.push(format!(
            "the clock goes back {} at line {}",
            format_duration(jump.by),
            number(jump.line)
        ));
    }
    if let Some(jump) = facts.clock.silence() {
        let (by, line) = (format_duration(jump.by), number(jump.line));
        notes.push(format!("the longest silence is {by}, before line {line}"));
    }
    for (code, count, line) in &facts.strange {
        let (count, line) = (counted(*count, "time", "times"), number(*line));
        notes.push(format!("the code {code} is in no document: {count}, first on line {line}"));
    }
    let bytes = facts.bytes;
    for (count, what) in [
        (bytes.utf8, "characters beyond ASCII, in UTF-8"),
        (bytes.not_utf8, "bytes that are no UTF-8, perhaps Latin-1"),
        (bytes.controls, "control characters"),
        (bytes.nuls, "NUL bytes"),
        (bytes.cut, "more than 64 KiB, of which the rest is passed over"),
    ] {
        if count > 0 {
            notes.push(format!("{} with {what}", counted(count, "line", "lines")));
        }
    }
    if facts.left_out > 0 {
        notes.push(format!("{} of other domains", counted(facts.left_out, "entry", "entries")));
    }
    notes.extend(bytes.crlf.then(|| "lines end in CR LF".to_owned()));
    notes
}

fn unparsed(facts: &FileReport, out: &mut dyn Write) -> io::Result<()> {
    let path = escape(facts.path.as_bytes());
    for reason in facts.unparsed.reasons() {
        let count = counted(reason.count, "line is no entry", "lines are no entries");
        writeln!(out, "  {:<12}{count}: {}", "unparsed", reason.flaw)?;
        for (line, text) in &reason.examples {
            let place = format!("{path}:{line}: ");
            let room = (WIDTH - INDENT).saturating_sub(place.len()).max(40);
            writeln!(out, "  {:<12}{place}{}", "", clip(text, room))?;
        }
    }
    Ok(())
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}
