//! `mtatop simulate`: the log of a simulated site, on standard output.

use crate::cli::Exit;
use crate::cli::simulate::Simulate;
use crate::simulate::{self, Scenario};
use std::io;

/// Prints a simulated log.
pub fn run(flags: &Simulate) -> Exit {
    let scenario = Scenario::of(flags.profile, flags.seed);
    let (style, mut out) = (flags.log_style(), io::stdout().lock());
    simulate::write_log(scenario, style, flags.entries, &mut out).into()
}
