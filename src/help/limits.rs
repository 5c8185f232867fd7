//! The limits that a user can meet, in one table.
//!
//! Each is a constant of the module that it limits; the table is printed from these constants, so that no
//! number is written twice.
//!
//! ```
//! assert!(mtatop::help::limits::table().contains("64 KiB  of an entry are kept"));
//! ```

use crate::commands::{self, report, runner};
use crate::input::{follow, source};
use crate::log::splitter;
use crate::text::units;
use crate::tui::app::{Settings, clipboard};
use crate::tui::layout;
use crate::{cli, filter, tui};
use std::fmt::{self, Write as _};
use std::time::Duration;

/// One limit.
#[derive(Clone, Copy, Debug)]
struct Limit {
    value: LimitValue,
    /// Subject of the limit.
    words: &'static str,
}

/// An amount with its unit.
#[derive(Clone, Copy, Debug)]
enum LimitValue {
    Bytes(u64),
    Time(Duration),
    Count(u64),
    Cells(u16, u16),
    /// One nth.
    Fraction(u64),
}

/// The table, a line for each limit.
pub fn table() -> String {
    let mut text = String::new();
    for limit in limits() {
        let _ = writeln!(text, "  {:>9}  {}", limit.value, limit.words);
    }
    text
}

fn limits() -> Vec<Limit> {
    let (width, height) = layout::MIN_SIZE;
    vec![
        bytes(splitter::LONGEST_ENTRY, "of an entry are kept; the rest is counted and skipped"),
        count(splitter::MOST_LINES, "lines that an entry may be folded over"),
        count(runner::PROBE_LINES, "lines probed before a file is rejected as not a log"),
        time(follow::DRAIN_QUIET, "without growth end the reading of a rotated file"),
        bytes(source::MAX_EXPANDED_BYTES, "of decompressed data, then the ratio must be at most"),
        count(source::MAX_EXPANSION_RATIO, "to 1, or decompression stops"),
        millis(Settings::default().stall, "of silence mark a connection STALL? (setting: stall)"),
        count(report::MOST_GROUPS, "groups of a report; the rest is (others)"),
        count(commands::trace::MAX_FULL_TRACES, "full traces; more messages are one line each"),
        bytes(filter::REGEX_SIZE_LIMIT, "size of a compiled regular expression"),
        count(clipboard::MOST_COPIED, "entries are copied, at most"),
        bytes(clipboard::LONGEST_COPY, "of text"),
        Limit {
            value: LimitValue::Fraction(whole(tui::DEFAULT_MEMORY_DIVISOR)),
            words: "of RAM is the default of --max-memory",
        },
        bytes(cli::MIN_MEMORY, "is the minimum of --max-memory"),
        Limit { value: LimitValue::Cells(width, height), words: "is the smallest terminal" },
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
            Self::Fraction(parts) => format!("1/{parts}"),
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
    fn the_table_has_the_values_of_the_constants() {
        let table = table();
        for line in [
            "64 KiB  of an entry",
            "1,000  lines probed",
            "5 s  without growth",
            "40x8  is",
            "1 GiB  of decompressed",
        ] {
            assert!(table.contains(line), "{line}");
        }
    }
}
