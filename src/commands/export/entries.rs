//! `mtatop export entries`: each entry as it is read, without an index.

use super::{RecordEncoder, RecordWriter, fields};
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, EntryVisitor, LoadedLog};
use crate::input::reader::LocatedEntry;
use crate::output::atomic_file::Output;
use crate::text::sanitize::escape;
use std::io;
use std::ops::Range;

/// Printer of entries.
pub(super) struct Entries {
    printer: RecordWriter,
    format: ExportFormat,
    /// The last printed entry had no line end.
    unended: bool,
}

/// Encoder of entries.
pub(super) struct EntryEncoder {
    format: ExportFormat,
    /// Output goes to a terminal.
    is_terminal: bool,
}

/// Encoded entries of a job.
pub(super) struct EncodedEntries {
    encoder: RecordEncoder,
    /// The last entry had no line end.
    unended: bool,
}

impl EntryEncoder {
    /// Writes the bytes of the file. A missing final line end is added only if another entry
    /// follows.
    fn raw(&self, found: &LocatedEntry<'_>, made: &mut EncodedEntries) {
        if made.unended {
            made.encoder.raw(b"\n");
        }
        if self.is_terminal {
            made.encoder.raw(escape(found.text).as_bytes());
        } else {
            made.encoder.raw(found.bytes);
        }
        made.unended = self.is_terminal || !found.bytes.ends_with(b"\n");
    }
}

impl EntryVisitor for EntryEncoder {
    type Output = EncodedEntries;

    fn begin(&self) -> EncodedEntries {
        let encoder = RecordEncoder::new(self.format, fields::ENTRY);
        EncodedEntries { encoder, unended: false }
    }

    fn entry(&self, found: &LocatedEntry<'_>, wanted: bool, made: &mut EncodedEntries) {
        if !wanted {
            return;
        }
        if self.format == ExportFormat::Raw {
            return self.raw(found, made);
        }
        made.encoder.record(&mut |out| fields::located(found, out));
    }
}

impl Entries {
    pub(super) fn new(output: Output, format: ExportFormat) -> Self {
        let printer = RecordWriter::new(output, format, fields::ENTRY);
        Self { printer, format, unended: false }
    }
}

impl EntryConsumer for Entries {
    type Visitor = EntryEncoder;

    fn visitor(&self, _log: &LoadedLog) -> EntryEncoder {
        EntryEncoder { format: self.format, is_terminal: self.printer.is_terminal() }
    }

    fn wants_index(&self) -> bool {
        false
    }

    fn prints_to_terminal(&self) -> bool {
        self.printer.is_terminal()
    }

    fn take(
        &mut self,
        made: EncodedEntries,
        _rows: Range<u32>,
        _log: &mut LoadedLog,
    ) -> io::Result<()> {
        let bytes = made.encoder.bytes();
        if bytes.is_empty() {
            return Ok(());
        }
        if std::mem::replace(&mut self.unended, made.unended) {
            self.printer.raw(b"\n")?;
        }
        self.printer.raw(bytes)
    }

    fn pause(&mut self, _log: &LoadedLog) -> io::Result<()> {
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
