//! `mtatop trace`: the story of messages.

use crate::cli::trace::Trace;
use crate::headless::{self, Log, Outcome, Until, Work};
use std::io;

/// Prints what was asked for.
pub fn run(trace: &Trace) -> Outcome {
    headless::run(&trace.input, Until::End, &mut Nothing)
}

struct Nothing;

impl Work for Nothing {
    fn finish(&mut self, _log: &Log) -> io::Result<u8> {
        Ok(0)
    }
}
