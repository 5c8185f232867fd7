//! Records on their way out, in the format that was asked for.
//!
//! Knows no field by name and no entry. Gathers records, so that a system call carries many.

use super::{Csv, Fields, json};
use crate::cli::export::Format;
use crate::headless::Log;
use crate::output::Output;
use std::io;
use std::path::Path;

/// Bytes that are gathered before they are written.
const ENOUGH: usize = 64 * 1024;

/// Writes records.
pub struct Printer {
    output: Output,
    sheet: Sheet,
    bytes: Vec<u8>,
}

enum Sheet {
    Lines,
    Table(Csv),
}

impl Printer {
    /// A printer of records with these columns, if it is to be a table.
    pub fn new(output: Output, format: Format, columns: &'static [&'static str]) -> Self {
        let mut bytes = Vec::with_capacity(ENOUGH * 2);
        let sheet = match format {
            Format::Csv => {
                let csv = Csv::new(columns);
                csv.head(&mut bytes);
                Sheet::Table(csv)
            }
            Format::Ndjson | Format::Raw => Sheet::Lines,
        };
        Self { output, sheet, bytes }
    }

    /// Whether a person reads it as it comes.
    pub fn is_terminal(&self) -> bool {
        self.output.is_terminal()
    }

    /// Writes a record.
    ///
    /// # Errors
    /// What the output says.
    pub fn record(&mut self, members: &mut dyn FnMut(&mut dyn Fields)) -> io::Result<()> {
        match &mut self.sheet {
            Sheet::Lines => json::record(&mut self.bytes, members),
            Sheet::Table(csv) => csv.record(&mut self.bytes, members),
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
    pub fn finish(&mut self, log: &Log) -> io::Result<()> {
        self.flush()?;
        let inputs = (0..).map_while(|source| log.originals.path(source));
        self.output.finish(inputs.collect::<Vec<&Path>>())
    }
}
