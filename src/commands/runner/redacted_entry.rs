//! Redacted entries for commands that print them.

use crate::cli::Redact;
use crate::input::reader::LocatedEntry;
use crate::log::parse;
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::Redactor;
use std::io::{self, Write};
use std::panic;

/// Redactor of the command line, if requested. From here on panic messages are suppressed too,
/// since they may hold text of the log.
pub(super) fn redactor(asked: Redact) -> Option<Redactor> {
    let level = asked.redact?;
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        // An error here cannot be reported anywhere.
        let _ = writeln!(io::stderr(), "mtatop: internal error{}", place.unwrap_or_default());
    }));
    Some(Redactor::new(level))
}

/// Redacted text of an entry on one line.
pub(super) struct Hidden {
    /// Including the line end, if any.
    bytes: Vec<u8>,
    length: usize,
}

impl Hidden {
    pub(super) fn new(redactor: &Redactor, found: &LocatedEntry<'_>) -> Self {
        let original = EntryText { text: found.text.to_vec(), profile: found.profile };
        let EntryText { text: mut bytes, .. } = redactor.shown(&original);
        let length = bytes.len();
        bytes.extend(found.bytes.ends_with(b"\n").then_some(b'\n'));
        Self { bytes, length }
    }

    /// The entry at the position of the original.
    pub(super) fn located<'a>(
        &'a self,
        found: &LocatedEntry<'a>,
        scratch: &'a mut Scratch,
    ) -> LocatedEntry<'a> {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        let entry = parse::entry(text, found.profile, scratch);
        let &LocatedEntry { location, path, line, length, cut, profile, time, .. } = found;
        LocatedEntry {
            location,
            path,
            line,
            length,
            cut,
            bytes: &self.bytes,
            text,
            profile,
            time,
            entry,
        }
    }
}
