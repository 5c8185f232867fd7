//! `mtatop export entries`: each entry as it is read, without an index.

use super::{RecordWriter, fields};
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, LoadedLog};
use crate::input::reader::LocatedEntry;
use crate::output::atomic_file::Output;
use crate::text::sanitize::escape;
use std::io;
use std::path::Path;

/// Printer of entries.
pub(super) struct Entries {
    printer: RecordWriter,
    raw: bool,
    /// The last printed entry had no line end.
    unended: bool,
}

impl Entries {
    pub(super) fn new(output: Output, format: ExportFormat) -> Self {
        let printer = RecordWriter::new(output, format, fields::ENTRY);
        Self { printer, raw: format == ExportFormat::Raw, unended: false }
    }

    /// Writes the bytes of the file. A missing final line end is added only if another entry
    /// follows.
    fn raw(&mut self, found: &LocatedEntry<'_>) -> io::Result<()> {
        if self.unended {
            self.printer.raw(b"\n")?;
        }
        self.unended = !found.bytes.ends_with(b"\n");
        if !self.printer.is_terminal() {
            return self.printer.raw(found.bytes);
        }
        self.printer.raw(escape(found.text).as_bytes())?;
        self.unended = true;
        Ok(())
    }
}

impl EntryConsumer for Entries {
    fn wants_index(&self) -> bool {
        false
    }

    fn prints_to_terminal(&self) -> bool {
        self.printer.is_terminal()
    }

    fn entry(&mut self, found: &LocatedEntry<'_>, wanted: bool, log: &LoadedLog) -> io::Result<()> {
        if !wanted {
            return Ok(());
        }
        if self.raw {
            return self.raw(found);
        }
        let file = log.texts.path(found.location.source).unwrap_or(Path::new(""));
        self.printer.record(&mut |out| fields::located(found, file, out))
    }

    fn pause(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        if self.unended && self.printer.is_terminal() {
            self.printer.raw(b"\n")?;
        }
        self.printer.finish(log)?;
        Ok(0)
    }
}
