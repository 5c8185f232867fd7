//! `mtatop export`: what the log holds, an object a line.

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
