//! Buffered output of records in the requested format.
//!
//! Knows neither fields nor entries. Workers encode; the output is buffered to save system calls.

use super::{Csv, FieldWriter, json};
use crate::cli::export::ExportFormat;
use crate::commands::runner::LoadedLog;
use crate::output::atomic_file::Output;
use std::io;
use std::path::Path;

/// Buffer size in bytes.
const ENOUGH: usize = 64 * 1024;

/// Encoder of records.
pub struct RecordEncoder {
    format: RecordFormat,
    bytes: Vec<u8>,
}

enum RecordFormat {
    Lines,
    Table(Csv),
}

impl RecordEncoder {
    /// An encoder with these columns, for tables.
    pub fn new(format: ExportFormat, columns: &'static [&'static str]) -> Self {
        let format = match format {
            ExportFormat::Csv => RecordFormat::Table(Csv::new(columns)),
            ExportFormat::Ndjson | ExportFormat::Raw => RecordFormat::Lines,
        };
        Self { format, bytes: Vec::new() }
    }

    /// Encodes a record.
    pub fn record(&mut self, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        match &mut self.format {
            RecordFormat::Lines => json::record(&mut self.bytes, members),
            RecordFormat::Table(csv) => csv.record(&mut self.bytes, members),
        }
    }

    /// Encodes the first fields of a record, which stays open; the columns are theirs.
    pub fn begin_record(&mut self, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        match &mut self.format {
            RecordFormat::Lines => json::begin_record(&mut self.bytes, members),
            RecordFormat::Table(csv) => csv.begin_record(&mut self.bytes, members),
        }
    }

    /// Encodes the last fields of an open record; the columns are theirs.
    pub fn end_record(&mut self, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        match &mut self.format {
            RecordFormat::Lines => json::end_record(&mut self.bytes, members),
            RecordFormat::Table(csv) => csv.end_record(&mut self.bytes, members),
        }
    }

    /// Adds bytes unchanged.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The encoded bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Printer of records.
pub struct RecordWriter {
    output: Output,
    encoder: RecordEncoder,
}

impl RecordWriter {
    /// A printer with these columns, for tables.
    pub fn new(output: Output, format: ExportFormat, columns: &'static [&'static str]) -> Self {
        let mut encoder = RecordEncoder::new(format, columns);
        if let RecordFormat::Table(csv) = &encoder.format {
            csv.head(&mut encoder.bytes);
        }
        Self { output, encoder }
    }

    /// Whether output goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        self.output.is_terminal()
    }

    /// Prints a record.
    ///
    /// # Errors
    /// If the output fails.
    pub fn record(&mut self, members: &mut dyn FnMut(&mut dyn FieldWriter)) -> io::Result<()> {
        self.encoder.record(members);
        self.flush_if_enough()
    }

    /// Prints bytes unchanged.
    ///
    /// # Errors
    /// If the output fails.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= ENOUGH {
            self.flush()?;
            return self.output.write(bytes);
        }
        self.encoder.raw(bytes);
        self.flush_if_enough()
    }

    fn flush_if_enough(&mut self) -> io::Result<()> {
        if self.encoder.bytes.len() < ENOUGH { Ok(()) } else { self.flush() }
    }

    /// Flushes the buffer, and detects a closed pipe.
    ///
    /// # Errors
    /// If the output fails.
    pub fn flush(&mut self) -> io::Result<()> {
        let bytes = &mut self.encoder.bytes;
        if bytes.is_empty() {
            return self.output.check();
        }
        let written = self.output.write(bytes);
        bytes.clear();
        written
    }

    /// Finishes the output of this log.
    ///
    /// # Errors
    /// If the output fails.
    pub fn finish(&mut self, log: &LoadedLog) -> io::Result<()> {
        self.flush()?;
        let inputs = (0..).map_while(|source| log.texts.path(source));
        self.output.finish(inputs.collect::<Vec<&Path>>())
    }
}
