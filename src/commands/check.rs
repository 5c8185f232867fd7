//! `mtatop check`: log format, detected options, and questions the log cannot answer.
//!
//! Reports what the entries prove and no more: an option without traces is "not seen", and a
//! product that cannot be determined is given as all candidates.

mod clock;
mod damage;
mod file_report;
mod json;
mod options;
mod product;
mod questions;
mod text_output;

pub use clock::{ClockCheck, Jump};
pub use damage::{Bytes, Unparsed, UnparsedReason};
pub use file_report::FileReport;
pub use options::{LogOption, OptionEvidence};
pub use product::VersionEvidence;
pub use questions::{ResponseCoverage, Unanswered, unanswered};

use crate::cli::Exit;
use crate::cli::check::{Check, CheckFormat};
use crate::commands::runner;
use crate::commands::runner::{EntryConsumer, EntryVisitor, LoadedLog, StopWhen};
use crate::input::reader::LocatedEntry;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Prints what was asked for.
pub fn run(check: &Check) -> Exit {
    let given = check.input.files.clone();
    let mut checking = Checking {
        format: check.format,
        paths: given,
        files: Vec::new(),
        file_by_source: Vec::new(),
    };
    runner::run(&check.input, StopWhen::End, &mut checking)
}

/// Check in progress.
struct Checking {
    format: CheckFormat,
    /// Files as given.
    paths: Vec<PathBuf>,
    /// Facts of each opened file.
    files: Vec<FileReport>,
    /// Index into the facts, by source.
    file_by_source: Vec<Option<usize>>,
}

impl Checking {
    /// Report of the file of a source.
    fn file_report(&mut self, source: u16, log: &LoadedLog) -> Option<&mut FileReport> {
        let number = usize::from(source);
        if self.file_by_source.len() <= number {
            self.file_by_source.resize(number + 1, None);
        }
        let known = self.file_by_source.get_mut(number)?;
        if known.is_none() {
            let path = log.texts.path(source).map(Path::to_string_lossy).unwrap_or_default();
            let same = self.files.iter().position(|facts| facts.path == path);
            *known = Some(same.unwrap_or(self.files.len()));
            if same.is_none() {
                self.files.push(FileReport::new(path.into_owned()));
            }
        }
        self.files.get_mut((*known)?)
    }

    /// Files without entries: empty, unreadable, or skipped as duplicates. The reader reports
    /// which.
    fn add_empty(&mut self) {
        for given in &self.paths {
            let path = given.to_string_lossy();
            // A folder or glob stands for other files.
            let stands = |facts: &FileReport| Path::new(&facts.path).starts_with(given);
            let pattern = path.contains(['*', '?', '[']) && !self.files.is_empty();
            if !pattern && !self.files.iter().any(stands) {
                self.files.push(FileReport::new(path.into_owned()));
            }
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (mut options, mut told) = (OptionEvidence::default(), ResponseCoverage::default());
        for facts in &self.files {
            options.join(&facts.options);
            told.join(facts.responses);
        }
        let entries: u64 = self.files.iter().map(FileReport::entries).sum();
        let unanswered = if entries == 0 { Vec::new() } else { unanswered(&options, told) };
        if self.format == CheckFormat::Json {
            return json::write(&self.files, &unanswered, out);
        }
        for facts in &self.files {
            text_output::file(facts, out)?;
            writeln!(out)?;
        }
        if entries > 0 { text_output::questions(&unanswered, out) } else { Ok(()) }
    }
}

/// Inspects entries where they are parsed.
struct CheckVisitor {
    /// Redaction is on: no text of the log may be shown.
    hides: bool,
}

impl EntryVisitor for CheckVisitor {
    /// By source.
    type Output = Vec<(u16, FileReport)>;

    fn begin(&self) -> Self::Output {
        Vec::new()
    }

    fn entry(&self, found: &LocatedEntry<'_>, wanted: bool, files: &mut Self::Output) {
        let number = found.location.source;
        let known = files.iter().rposition(|(known, _)| *known == number);
        let at = known.unwrap_or_else(|| {
            files.push((number, FileReport::new(String::new())));
            files.len() - 1
        });
        let Some((_, report)) = files.get_mut(at) else { return };
        // Unparsed lines match few filters, but are essential to a check.
        if found.entry.is_ok() && !wanted {
            report.left_out += 1;
        } else {
            report.add(found, self.hides);
        }
    }

    fn looks_for(&self) -> bool {
        true
    }
}

impl EntryConsumer for Checking {
    type Visitor = CheckVisitor;

    fn visitor(&self, log: &LoadedLog) -> CheckVisitor {
        CheckVisitor { hides: log.redactor.is_some() }
    }

    fn wants_index(&self) -> bool {
        false
    }

    fn take(
        &mut self,
        files: Vec<(u16, FileReport)>,
        _rows: Range<u32>,
        log: &mut LoadedLog,
    ) -> io::Result<()> {
        for (source, report) in files {
            if let Some(known) = self.file_report(source, log) {
                known.join(report);
            }
        }
        Ok(())
    }

    fn finish(&mut self, _log: &LoadedLog) -> io::Result<u8> {
        self.add_empty();
        // Same order as their entries.
        let given = |facts: &FileReport| {
            let path = Path::new(&facts.path);
            self.paths.iter().position(|given| path.starts_with(given)).unwrap_or(usize::MAX)
        };
        self.files.sort_by_cached_key(|facts| (given(facts), facts.path.clone()));
        let mut out = BufWriter::new(io::stdout().lock());
        self.write(&mut out)?;
        out.flush()?;
        let is_log = |facts: &FileReport| facts.entries() + facts.left_out > 0;
        let is_none = |facts: &FileReport| !is_log(facts) && facts.unparsed.count() > 0;
        let failed = self.files.iter().any(is_none) || !self.files.iter().any(is_log);
        Ok(if failed { Exit::FAILURE } else { 0 })
    }
}
