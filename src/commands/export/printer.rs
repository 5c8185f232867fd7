//! Records on their way out, in the format that was asked for.
//!
//! Knows no field by name and no entry. Gathers records, so that a system call carries many.

use super::{Csv, FieldWriter, json};
use crate::cli::export::ExportFormat;
use crate::commands::runner::LoadedLog;
use crate::output::atomic_file::Output;
use std::io;
use std::path::Path;

/// Bytes that are gathered before they are written.
const ENOUGH: usize = 64 * 1024;

/// Writes records.
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
    /// A printer of records with these columns, if it is to be a table.
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

    /// Whether a person reads it as it comes.
    pub fn is_terminal(&self) -> bool {
        self.output.is_terminal()
    }

    /// Writes a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn record(&mut self, members: &mut dyn FnMut(&mut dyn FieldWriter)) -> io::Result<()> {
        match &mut self.format {
            RecordFormat::Lines => json::record(&mut self.bytes, members),
            RecordFormat::Table(csv) => csv.record(&mut self.bytes, members),
        }
        self.flush_if_enough()
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// What the output says.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        self.flush_if_enough()
    }

    fn flush_if_enough(&mut self) -> io::Result<()> {
        if self.bytes.len() < ENOUGH { Ok(()) } else { self.flush() }
    }

    /// Lets go of what was gathered, and notices if nobody reads on.
    ///
    /// # Errors
    /// What the output says.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return self.output.check();
        }
        let written = self.output.write(&self.bytes);
        self.bytes.clear();
        written
    }

    /// All records were written, of this log.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(&mut self, log: &LoadedLog) -> io::Result<()> {
        self.flush()?;
        let inputs = (0..).map_while(|source| log.texts.path(source));
        self.output.finish(inputs.collect::<Vec<&Path>>())
    }
}
