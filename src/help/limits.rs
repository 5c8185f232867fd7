//! All bounds that the program goes by, in one table.
//!
//! Each stands where it holds, as a constant of its room; here is only gathered what they are and what they are for, so
//! that none can be written twice. Knows nothing of flags or of what printing takes.
//!
//! ```
//! assert!(mtatop::help::limits::table().contains("64 KiB  of an entry are kept"));
//! ```

use crate::commands::{self, check, report, runner};
use crate::input::{follow, reader, source};
use crate::log::{parse, response_template, splitter};
use crate::output::status_file;
use crate::text::{sanitize, table, units};
use crate::tui::app;
use crate::tui::app::{Settings, clipboard, file_events, message, messages};
use crate::tui::{config, layout, session_file};
use crate::{cli, filter, index, trace, tui};
use std::fmt::{self, Write as _};
use std::time::Duration;

/// One bound.
#[derive(Clone, Copy, Debug)]
struct Limit {
    value: LimitValue,
    /// What there is so much of, and what for.
    words: &'static str,
}

/// How much of something.
#[derive(Clone, Copy, Debug)]
enum LimitValue {
    Bytes(u64),
    Time(Duration),
    Count(u64),
    Cells(u16, u16),
}

/// The table: under headings, a line for each bound.
pub fn table() -> String {
    let mut text = String::new();
    for (heading, limits) in sections() {
        let lines = limits.iter().map(|limit| format!("  {:>9}  {}\n", limit.value, limit.words));
        let _ = write!(text, "{heading}\n{}\n", lines.collect::<String>());
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn sections() -> [(&'static str, Vec<Limit>); 6] {
    [
        ("Reading", reading()),
        ("What waits between the threads", waiting()),
        ("Packed files", packed()),
        ("What is understood of an entry", understood()),
        ("The screen", screen()),
        ("Filters, reports and files of its own", beside()),
    ]
}

fn reading() -> Vec<Limit> {
    vec![
        bytes(splitter::LONGEST_ENTRY, "of an entry are kept; the rest is counted and passed over"),
        count(splitter::MOST_LINES, "lines that an entry may be folded over"),
        time(reader::POLL, "between two looks at the files"),
        bytes(follow::BUFFER_LIMIT, "of a followed file are taken at once"),
        bytes(follow::OVERLAP, "before the place to go on from must be what they were"),
        bytes(follow::HOLE, "of NUL in a row are a hole, and passed over"),
        time(follow::DRAIN_QUIET, "without growth, and a file that was rolled is over"),
        time(follow::DRAIN_LONGEST, "after the roll it is over in any case"),
        time(follow::MAX_POLL_GAP, "of these count between two looks: it may have been stopped"),
        count(follow::DRAIN_FILES, "rolled files are read beside the new one"),
        count(follow::FINISHED_KEPT, "files that were read to their end are held"),
        count(follow::MARKS, "files that were let go are remembered"),
        time(follow::MIN_RETRY_DELAY, "after an error a file is tried again, then twice as late"),
        time(follow::MAX_RETRY_DELAY, "at most between two tries"),
        count(runner::PROBE_LINES, "lines without an entry, and a file is called no log"),
        millis(index::CLOSE_GRACE_MS, "after its end a connection still takes entries"),
        millis(index::PORT_REUSE_MS, "of silence, and the same ports are another connection"),
        millis(index::PID_REUSE_MS, "of silence, and so is the same process and thread"),
    ]
}

fn waiting() -> Vec<Limit> {
    vec![
        count(reader::BATCH, "entries in a batch"),
        bytes(reader::BATCH_BYTES, "of text in a batch, about"),
        count(tui::BATCHES, "batches wait for the screen; then the reader waits"),
        count(reader::WORKERS, "parsers, on a machine of so many cores"),
        bytes(reader::CHUNK, "of a pipe are taken at once"),
        count(reader::CHUNKS, "such pieces wait for the reader"),
    ]
}

fn packed() -> Vec<Limit> {
    vec![
        bytes(source::MAX_EXPANDED_BYTES, "unpacked, and from there on"),
        count(
            source::MAX_EXPANSION_RATIO,
            "times its size; a file that gives more is read no further",
        ),
        bytes(source::WINDOW, "that the window of a packed file may take"),
    ]
}

fn understood() -> Vec<Limit> {
    vec![
        count(parse::MOST_VALUES, "values, XML attributes or JSON members; more are no entry"),
        count(parse::MOST_LEVELS, "levels of JSON; deeper ones are kept as they stand"),
        bytes(parse::LONGEST_NAME, "in the name of an XML attribute"),
        bytes(parse::LONGEST_REFERENCE, "in an XML reference such as &#x10FFFF;"),
        bytes(parse::LONGEST_PREFIX, "before the entry, as of grep or syslog, are looked at"),
        bytes(parse::LONGEST_TYPE, "in the type of an address, as rfc822;"),
        bytes(parse::LONGEST_GROUP, "in the parentheses of a client's name and address"),
        count(parse::MOST_WORDS, "words of an SMTP command are looked at"),
        count(parse::MAX_CANDIDATES, "ways to read an entry; of one with more nothing is learned"),
        bytes(
            response_template::LONGEST,
            "of an answer are looked at for what its like have in common",
        ),
        count(trace::MAX_HOPS, "channels that a recipient is followed through"),
        count(trace::MOST_IDS, "messages that a story follows when ids change"),
    ]
}

fn screen() -> Vec<Limit> {
    let (width, height) = layout::MIN_SIZE;
    vec![
        Limit { value: LimitValue::Cells(width, height), words: "is the smallest terminal" },
        time(tui::MIN_FRAME_INTERVAL, "between two drawings, but after a key"),
        time(tui::ABSORB_BUDGET, "for new entries between two looks at the keys"),
        millis(Settings::default().stall, "of silence mark a connection STALL?; stall in the file"),
        count(sanitize::MAX_COMBINING_MARKS, "marks on a letter; more are escaped"),
        count(file_events::MOST_EVENTS, "events of the files are kept"),
        count(app::MOST_FILTERS, "earlier filters are kept"),
        count(app::CACHED_SEARCHES, "filters whose findings in the files are kept"),
        count(app::MOST_COMPLETIONS, "completions are offered"),
        count(app::group_list::MAX_GROUPS_LISTED, "groups are listed"),
        count(messages::SUMMARY_ENTRIES, "entries of a listed message are read"),
        count(messages::MAX_TRACE_ENTRIES, "entries of the selected message are told"),
        count(message::HISTORY, "entries of its message stand below a selected entry"),
        count(clipboard::MOST_COPIED, "entries are copied, and"),
        bytes(clipboard::LONGEST_COPY, "of text"),
        count(app::MOST_TEXTS, "texts of entries are held for the screen"),
        count(
            tui::DEFAULT_MEMORY_DIVISOR,
            "parts has the memory; one is taken, unless --max-memory says more",
        ),
        bytes(cli::MIN_MEMORY, "are the least that --max-memory may say"),
    ]
}

fn beside() -> Vec<Limit> {
    vec![
        bytes(filter::REGEX_SIZE_LIMIT, "that a regular expression may take"),
        bytes(filter::REGEX_DFA_SIZE_LIMIT, "of its states while it runs"),
        count(filter::MAX_ROW_TERMS, "terms of a filter that rows decide"),
        count(report::MOST_GROUPS, "groups of a report; the rest is (others)"),
        bytes(report::LONGEST_TEXT, "of a text that a report groups by"),
        bytes(report::MOST_BYTES, "of all such texts"),
        count(
            commands::trace::MAX_FULL_TRACES,
            "stories are told whole; of more, each is one line",
        ),
        count(check::LONGEST_EXAMPLE, "cells of what check shows as no entry"),
        count(table::WIDEST, "cells of a text that columns are aligned for"),
        bytes(config::file::LONGEST_FILE, "of a configuration"),
        bytes(app::MAX_SAVED_FILTER, "of a filter that --restore keeps"),
        time(session_file::WRITE_INTERVAL, "between two writings of what it keeps"),
        time(status_file::PACE, "between two writings of --status-file"),
    ]
}

fn bytes(value: impl TryInto<u64>, words: &'static str) -> Limit {
    Limit { value: LimitValue::Bytes(whole(value)), words }
}

fn count(value: impl TryInto<u64>, words: &'static str) -> Limit {
    Limit { value: LimitValue::Count(whole(value)), words }
}

fn millis(value: u64, words: &'static str) -> Limit {
    time(Duration::from_millis(value), words)
}

fn time(value: Duration, words: &'static str) -> Limit {
    Limit { value: LimitValue::Time(value), words }
}

/// None is beyond it on any machine there is.
fn whole(value: impl TryInto<u64>) -> u64 {
    value.try_into().unwrap_or(u64::MAX)
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match *self {
            Self::Bytes(bytes) => {
                let (by, unit) = largest(
                    bytes,
                    &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1_000_000, "MB")],
                )
                .unwrap_or((1, "bytes"));
                format!("{} {unit}", bytes / by)
            }
            Self::Time(time) => {
                let millis = whole(time.as_millis());
                let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
                let (by, unit) = largest(millis, &units).unwrap_or((1, "ms"));
                format!("{} {unit}", millis / by)
            }
            Self::Count(count) => units::number(usize::try_from(count).unwrap_or(usize::MAX)),
            Self::Cells(width, height) => format!("{width}x{height}"),
        })
    }
}

/// The largest unit that divides a value, and is not more.
fn largest(value: u64, units: &[(u64, &'static str)]) -> Option<(u64, &'static str)> {
    units.iter().copied().find(|(unit, _)| value >= *unit && value.is_multiple_of(*unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_the_largest_unit_that_is_exact() {
        let bytes = |bytes| LimitValue::Bytes(bytes).to_string();
        assert_eq!(
            [1 << 30, 160 << 20, 1_536, 50_000_000, 64, 1_000].map(bytes),
            ["1 GiB", "160 MiB", "1536 bytes", "50 MB", "64 bytes", "1000 bytes"]
        );
        let time = |millis| LimitValue::Time(Duration::from_millis(millis)).to_string();
        assert_eq!(
            [33, 1_500, 5_000, 60_000, 7_200_000].map(time),
            ["33 ms", "1500 ms", "5 s", "1 min", "2 h"]
        );
    }

    #[test]
    fn it_says_what_the_program_goes_by() {
        let table = table();
        for line in [
            "64 KiB  of an entry",
            "50 ms  between",
            "5 s  without growth",
            "40x8  is",
            "1 GiB  unpacked",
        ] {
            assert!(table.contains(line), "{line}");
        }
    }
}
