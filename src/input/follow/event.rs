//! What happened to a log, in words for a list of events, and how often.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::{FollowState, IoReason};

/// Something that happened to a log.
///
/// Its text goes on where the path ends, as in `mail.log_current rolled; …`. It holds no time: who
/// polls knows it. Names and path are for the caller to show: they can hold characters that must not
/// reach a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowEvent {
    /// Another file took its place; the old one is read on for a while.
    Rolled,
    /// The directory it is in was replaced by another one.
    DirectoryReplaced,
    /// It was truncated, or filled with other content, and is read from its first byte again.
    Truncated {
        /// Bytes it had when last looked at.
        had: u64,
        /// How many of them were not read, and are lost.
        unread: u64,
        /// How long before it was last looked at.
        before: Duration,
        /// It was rolled before: this is the old file.
        is_old: bool,
    },
    /// It cannot be followed now.
    Problem(FollowState),
    /// It can be followed again, and what was wrong.
    Recovered(FollowState),
    /// Files that nobody saw, because the program was stopped during several rolls, were found and
    /// read first.
    CaughtUp {
        /// How many files there were at least.
        files: u32,
        /// No more than these, as far as can be known.
        is_all: bool,
        /// Where they were found, by the names of files beside the log.
        from: Vec<PathBuf>,
        /// How many lines they had.
        entries: u64,
    },
    /// There may be entries that nobody saw and that are not found any more.
    RollMissed {
        /// Where they should be, by the name of a file beside the log.
        name: PathBuf,
        /// Why it cannot be read; `None` if it holds other things.
        reason: Option<IoReason>,
    },
    /// A hole was passed over, as a truncation leaves it under a writer that goes on where it was.
    SkippedNul {
        /// So many NUL bytes.
        bytes: u64,
    },
    /// Of a long line only the beginning was kept.
    CutLine {
        /// Bytes it had.
        bytes: u64,
        /// Bytes that were kept.
        kept: u64,
    },
    /// An old file could not be read to its end, and was let go.
    DrainAbandoned(IoReason),
}

impl fmt::Display for FollowEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolled => out.write_str("rotated; still reading the old file (5 s)"),
            Self::DirectoryReplaced => out.write_str("log directory replaced"),
            Self::Truncated { had, unread, before, is_old } => {
                let which = if *is_old { "truncated after rotation" } else { "truncated" };
                write!(out, "{which} at {} bytes; ", grouped(*had))?;
                match unread {
                    0 => write!(out, "all read {} before", ElapsedTime(*before)),
                    _ => write!(out, "{} bytes were not read and are lost", grouped(*unread)),
                }
            }
            Self::Problem(state) => state.fmt(out),
            Self::Recovered(FollowState::Deleted) => out.write_str("is back"),
            Self::Recovered(_) => out.write_str("readable again"),
            Self::CaughtUp { files, is_all, from, entries } => {
                let rolls = if *files == 1 { "rotation" } else { "rotations" };
                let more = if *is_all { "" } else { " or more" };
                write!(out, "caught up {files}{more} missed {rolls} from {}", Names(from))?;
                let noun = if *entries == 1 { "entry" } else { "entries" };
                write!(out, " ({} {noun})", grouped(*entries))
            }
            Self::RollMissed { name, reason: None } => {
                write!(
                    out,
                    "rotated while not watched; missed entries are not in {}",
                    name.display()
                )
            }
            Self::RollMissed { name, reason: Some(reason) } => {
                write!(out, "rotated while not watched; cannot read {}: {reason}", name.display())
            }
            Self::SkippedNul { bytes } => write!(out, "skipped {} of NUL bytes", Size(*bytes)),
            Self::CutLine { bytes, kept } => {
                write!(out, "line of {} cut to {} KiB", Size(*bytes), kept / 1024)
            }
            Self::DrainAbandoned(reason) => {
                write!(out, "rotated; rest of the old file not read: {reason}")
            }
        }
    }
}

/// How often things happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Other files that took the place of a log, also those nobody saw but which were found.
    pub rolls: u64,
    /// Truncations.
    pub truncations: u64,
    /// Times that files were found which nobody saw.
    pub catch_ups: u64,
    /// NUL bytes that were passed over.
    pub skipped_nul_bytes: u64,
    /// Lines of which only the beginning was kept.
    pub cut_lines: u64,
}

impl Counters {
    /// Counts one more event.
    pub fn count(&mut self, event: &FollowEvent) {
        match event {
            FollowEvent::Rolled | FollowEvent::DirectoryReplaced => self.rolls += 1,
            FollowEvent::Truncated { .. } => self.truncations += 1,
            FollowEvent::CaughtUp { files, .. } => {
                self.catch_ups += 1;
                self.rolls += u64::from(*files);
            }
            FollowEvent::SkippedNul { bytes } => self.skipped_nul_bytes += bytes,
            FollowEvent::CutLine { .. } => self.cut_lines += 1,
            FollowEvent::Problem(_)
            | FollowEvent::Recovered(_)
            | FollowEvent::RollMissed { .. }
            | FollowEvent::DrainAbandoned(_) => {}
        }
    }
}

/// With commas, as in 12,345.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in their largest unit, with one digit behind the point.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
        match UNITS.iter().find(|(_, unit)| self.0 >= *unit) {
            Some((name, unit)) => {
                write!(out, "{}.{} {name}", grouped(self.0 / unit), self.0 % unit * 10 / unit)
            }
            None => write!(out, "{} bytes", self.0),
        }
    }
}

/// A time in milliseconds, or from a second on in seconds.
struct ElapsedTime(Duration);

impl fmt::Display for ElapsedTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            0 => write!(out, "{} ms", self.0.as_millis()),
            seconds => write!(out, "{}.{} s", grouped(seconds), self.0.subsec_millis() / 100),
        }
    }
}

struct Names<'a>(&'a [PathBuf]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let before = if at == 0 { "" } else { ", " };
            write!(out, "{before}{}", name.display())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn events_read_on_after_the_path() {
        let truncated = FollowEvent::Truncated {
            had: 12_345_678,
            unread: 0,
            before: Duration::from_millis(80),
            is_old: false,
        };
        let behind = FollowEvent::Truncated {
            had: 999,
            unread: 3,
            before: Duration::from_millis(1_250),
            is_old: true,
        };
        let names = vec![PathBuf::from("mail.log_yesterday"), PathBuf::from("mail.log")];
        let caught_up =
            FollowEvent::CaughtUp { files: 2, is_all: false, from: names.clone(), entries: 12_345 };
        let one =
            FollowEvent::CaughtUp { files: 1, is_all: true, from: names[..1].to_vec(), entries: 1 };
        let denied = IoReason::of(&io::ErrorKind::PermissionDenied.into());
        let missed = |reason| FollowEvent::RollMissed { name: PathBuf::from("mail.log"), reason };
        for (event, text) in [
            (FollowEvent::Rolled, "rotated; still reading the old file (5 s)"),
            (FollowEvent::DirectoryReplaced, "log directory replaced"),
            (truncated, "truncated at 12,345,678 bytes; all read 80 ms before"),
            (behind, "truncated after rotation at 999 bytes; 3 bytes were not read and are lost"),
            (FollowEvent::Problem(FollowState::Deleted), "deleted; waiting"),
            (FollowEvent::Recovered(FollowState::Deleted), "is back"),
            (FollowEvent::Recovered(FollowState::Waiting(denied)), "readable again"),
            (
                caught_up,
                "caught up 2 or more missed rotations from mail.log_yesterday, mail.log (12,345 entries)",
            ),
            (one, "caught up 1 missed rotation from mail.log_yesterday (1 entry)"),
            (missed(None), "rotated while not watched; missed entries are not in mail.log"),
            (
                missed(Some(denied)),
                "rotated while not watched; cannot read mail.log: permission denied",
            ),
            (FollowEvent::SkippedNul { bytes: 1_234_567_890 }, "skipped 1.2 GB of NUL bytes"),
            (FollowEvent::SkippedNul { bytes: 64 }, "skipped 64 bytes of NUL bytes"),
            (
                FollowEvent::CutLine { bytes: 10_000_000, kept: 65_536 },
                "line of 10.0 MB cut to 64 KiB",
            ),
            (
                FollowEvent::DrainAbandoned(denied),
                "rotated; rest of the old file not read: permission denied",
            ),
        ] {
            assert_eq!(event.to_string(), text);
        }
    }

    #[test]
    fn counters_add_up() {
        let mut counters = Counters::default();
        for event in [
            FollowEvent::Rolled,
            FollowEvent::CaughtUp { files: 2, is_all: true, from: Vec::new(), entries: 7 },
            FollowEvent::SkippedNul { bytes: 100 },
            FollowEvent::SkippedNul { bytes: 11 },
            FollowEvent::CutLine { bytes: 100_000, kept: 65_536 },
            FollowEvent::Problem(FollowState::Deleted),
        ] {
            counters.count(&event);
        }
        let expected = Counters {
            rolls: 3,
            truncations: 0,
            catch_ups: 1,
            skipped_nul_bytes: 111,
            cut_lines: 1,
        };
        assert_eq!(counters, expected);
    }
}
