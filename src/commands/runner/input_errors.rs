//! Errors of the input files, collected while reading and reported at the end.

use crate::cli::Exit;
use crate::input::reader::{FileStatus, LocatedEntry, TextStore};
use crate::text::sanitize::escape;
use crate::text::units::number;
use std::path::Path;

/// Number of lines in which an entry must be found.
pub const PROBE_LINES: u64 = 1_000;
/// Maximum characters of a first line in an error message.
const TOLD: usize = 60;

/// Errors so far.
#[derive(Default)]
pub(super) struct InputErrors {
    /// Reader progress by file.
    pub(super) status: Vec<FileStatus>,
    /// State by source number.
    sources: Vec<SourceNotes>,
}

/// State of an opened file, or of a part of it.
#[derive(Default)]
pub(super) struct SourceNotes {
    /// First text if unparsed; `None` before it, and once an entry was found.
    first: Option<String>,
    /// An entry was found in time, or is no longer expected.
    settled: bool,
    /// No entry was found where one must be.
    unknown: bool,
    /// Truncated entries.
    cut: u64,
    /// The last line had no end.
    unended: bool,
}

impl InputErrors {
    /// Adds the notes of the next entries.
    pub(super) fn join(&mut self, notes: Vec<(u16, SourceNotes)>) {
        for (number, notes) in notes {
            let number = usize::from(number);
            if self.sources.len() <= number {
                self.sources.resize_with(number + 1, SourceNotes::default);
            }
            if let Some(source) = self.sources.get_mut(number) {
                source.join(notes);
            }
        }
    }

    /// A file that is unreadable or holds no entry fails the command, whatever the other files
    /// hold.
    pub(super) fn exit_report(&self, code: u8, originals: &TextStore) -> Exit {
        let unread = self.status.iter().filter_map(|file| Some(file_note(file, &file.failure()?)));
        let unknown = (0..).zip(&self.sources).filter_map(|(number, source)| {
            let first = source.first.as_ref().filter(|_| source.is_unknown())?;
            let path = shown(originals.path(number)?);
            Some(format!("{path}: no MTA log entry in the first 1,000 lines (first: {first})"))
        });
        let mut lines: Vec<String> = unread.chain(unknown).collect();
        let code = if lines.is_empty() { code } else { Exit::FAILURE };
        let left_out = self.status.iter().filter(|file| file.failure().is_none());
        lines.extend(left_out.filter_map(|file| Some(file_note(file, &file.remark()?))));
        for (number, source) in (0..).zip(&self.sources) {
            let path = originals.path(number).map(shown).unwrap_or_default();
            lines.extend(source.remarks().map(|remark| format!("{path}: {remark}")));
        }
        Exit { code, notes: lines }
    }

    /// Pending ends of followed files, which may still be completed.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = String> {
        self.status.iter().filter(|file| file.partial > 0).map(|file| {
            let bytes = if file.partial == 1 { "byte" } else { "bytes" };
            let line = "of a last line that has no end were left out";
            file_note(file, &format!("{} {bytes} {line}", number(file.partial)))
        })
    }
}

fn file_note(file: &FileStatus, said: &str) -> String {
    format!("{}: {}", shown(&file.path), escape(said.as_bytes()))
}

impl SourceNotes {
    /// Records the next entry.
    pub(super) fn observe(&mut self, found: &LocatedEntry<'_>) {
        self.cut += u64::from(found.cut);
        self.unended |= !found.cut && !found.bytes.ends_with(b"\n");
        if !self.settled {
            self.try_entry(found);
        }
    }

    /// Adds the notes of the following part.
    fn join(&mut self, behind: Self) {
        self.cut += behind.cut;
        self.unended |= behind.unended;
        if self.settled {
            return;
        }
        (self.settled, self.unknown) = (behind.settled, behind.unknown);
        let is_log = behind.settled && !behind.unknown;
        self.first = self.first.take().or(behind.first).filter(|_| !is_log);
    }

    fn try_entry(&mut self, found: &LocatedEntry<'_>) {
        if found.line > PROBE_LINES {
            (self.settled, self.unknown) = (true, true);
        } else if found.entry.is_ok() {
            (self.settled, self.first) = (true, None);
        } else if self.first.is_none() {
            self.first = Some(clipped(found.text));
        }
    }

    /// Warnings that are not failures.
    fn remarks(&self) -> impl Iterator<Item = String> {
        let cut = match self.cut {
            0 => None,
            1 => Some("an entry longer than 64 KiB was cut".to_owned()),
            cut => Some(format!("{} entries longer than 64 KiB were cut", number(cut))),
        };
        let unended = "the last line has no end, and may not be whole";
        cut.into_iter().chain(self.unended.then(|| unended.to_owned()))
    }

    /// A file of fewer lines without an entry.
    fn is_unknown(&self) -> bool {
        self.unknown || !self.settled
    }
}

/// Start of a text, escaped for the terminal.
fn clipped(text: &[u8]) -> String {
    // Also cut before escaping, since it may be long.
    let whole = escape(text.get(..TOLD * 4).unwrap_or(text));
    let mut clipped: String = whole.chars().take(TOLD).collect();
    if clipped.len() < whole.len() {
        clipped.push('…');
    }
    clipped
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_is_clipped_and_fit_for_a_terminal() {
        assert_eq!(clipped(b"\x1b[2J short"), r"\x1b[2J short");
        assert_eq!(clipped(&b"x".repeat(TOLD)), "x".repeat(TOLD));
        assert_eq!(clipped(&b"x".repeat(100_000)), "x".repeat(TOLD) + "…");
        assert_eq!(clipped(&[0xff; 100]).chars().count(), TOLD + 1);
    }
}
