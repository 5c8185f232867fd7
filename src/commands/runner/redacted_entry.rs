//! Entries with pseudonyms, for works that print them.

use crate::cli::Redact;
use crate::input::reader::LocatedEntry;
use crate::log::parse;
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::Redactor;
use std::io::{self, Write};
use std::panic;

/// Who hides what is to be hidden, if anything is. From here on the words of a panic, which may hold
/// text of the log, are not told either.
pub(super) fn redactor(asked: Redact) -> Option<Redactor> {
    let level = asked.redact?;
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "mtatop: internal error{}", place.unwrap_or_default());
    }));
    Some(Redactor::new(level))
}

/// The text of an entry with pseudonyms, on one line.
pub(super) struct Hidden {
    /// With the line end, if there is one.
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

    /// The entry that it is, where the other one was found.
    pub(super) fn located<'a>(
        &'a self,
        found: &LocatedEntry<'_>,
        scratch: &'a mut Scratch,
    ) -> LocatedEntry<'a> {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        let entry = parse::entry(text, found.profile, scratch);
        let &LocatedEntry { location: place, line, length, cut, profile, .. } = found;
        LocatedEntry {
            location: place,
            line,
            length,
            cut,
            bytes: &self.bytes,
            text,
            profile,
            entry,
        }
    }
}
