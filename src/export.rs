//! `mtatop export`: what the log holds, an object a line.

pub mod fields;
pub mod json;

mod csv;

pub use csv::Csv;
pub use fields::Fields;

use crate::cli::export::Export;
use crate::headless::{self, Log, Outcome, Until, Work};
use std::io;

/// Prints what was asked for.
pub fn run(export: &Export) -> Outcome {
    headless::run(&export.input, Until::End, &mut Nothing)
}

struct Nothing;

impl Work for Nothing {
    fn finish(&mut self, _log: &Log) -> io::Result<u8> {
        Ok(0)
    }
}
