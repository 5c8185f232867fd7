//! Buffered output of records in the requested format.
//!
//! Knows neither fields nor entries. Buffers records to save system calls.

use super::{Csv, FieldWriter, json};
use crate::cli::export::ExportFormat;
use crate::commands::runner::LoadedLog;
use crate::output::atomic_file::Output;
use std::io;
use std::path::Path;

/// Buffer size in bytes.
const ENOUGH: usize = 64 * 1024;

/// Printer of records.
pub struct RecordWriter {
    output: Output,
    format: RecordFormat,
    bytes: Vec<u8>,
}

enum RecordFormat {
    Lines,
    Table(Csv),
}

impl RecordWriter {
    /// A printer with these columns, for tables.
    pub fn new(output: Output, format: ExportFormat, columns: &'static [&'static str]) -> Self {
        let mut bytes = Vec::with_capacity(ENOUGH * 2);
        let format = match format {
            ExportFormat::Csv => {
                let csv = Csv::new(columns);
                csv.head(&mut bytes);
                RecordFormat::Table(csv)
            }
            ExportFormat::Ndjson | ExportFormat::Raw => RecordFormat::Lines,
        };
        Self { output, format, bytes }
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
        match &mut self.format {
            RecordFormat::Lines => json::record(&mut self.bytes, members),
            RecordFormat::Table(csv) => csv.record(&mut self.bytes, members),
        }
        self.flush_if_enough()
    }

    /// Prints bytes unchanged.
    ///
    /// # Errors
    /// If the output fails.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        self.flush_if_enough()
    }

    fn flush_if_enough(&mut self) -> io::Result<()> {
        if self.bytes.len() < ENOUGH { Ok(()) } else { self.flush() }
    }

    /// Flushes the buffer, and detects a closed pipe.
    ///
    /// # Errors
    /// If the output fails.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return self.output.check();
        }
        let written = self.output.write(&self.bytes);
        self.bytes.clear();
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
