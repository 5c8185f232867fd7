//! `mtatop check`: how a log is written, and what it cannot answer.

use crate::cli::check::Check;
use crate::headless::{self, Log, Outcome, Until, Work};
use std::io;

/// Prints what was asked for.
pub fn run(check: &Check) -> Outcome {
    headless::run(&check.input, Until::End, &mut Nothing)
}

struct Nothing;

impl Work for Nothing {
    fn finish(&mut self, _log: &Log) -> io::Result<u8> {
        Ok(0)
    }
}
