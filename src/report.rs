//! `mtatop report`: what became of the mail, in groups.

use crate::cli::report::Report;
use crate::headless::{self, Log, Outcome, Until, Work};
use std::io;

/// Prints what was asked for.
pub fn run(report: &Report) -> Outcome {
    headless::run(&report.input, Until::End, &mut Nothing)
}

struct Nothing;

impl Work for Nothing {
    fn finish(&mut self, _log: &Log) -> io::Result<u8> {
        Ok(0)
    }
}
