//! The `mtatop` program: flags in, exit status out.

use mtatop::cli::{Cli, CliCommand, EarlyExit, Exit};
use mtatop::commands::{check, export, report, simulate, trace};
use mtatop::text::sanitize::escape;
use mtatop::{help, tui};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match Cli::read(std::env::args_os()) {
        Ok(cli) => match &cli.command {
            Some(CliCommand::Check(check)) => check::run(check),
            Some(CliCommand::Export(export)) => export::run(export),
            Some(CliCommand::Report(report)) => report::run(report),
            Some(CliCommand::Trace(trace)) => trace::run(trace),
            Some(CliCommand::Simulate(flags)) => simulate::run(flags),
            Some(about) => help::run(about),
            None if cli.limits => help::print_limits(),
            None => tui::run(&cli),
        },
        Err(EarlyExit::Help(text)) => io::stdout().write_all(text.as_bytes()).into(),
        // It repeats what was given, which may come from anywhere.
        Err(EarlyExit::Usage(line)) => Exit::usage(escape(line.as_bytes())),
    };
    // Nobody is left to tell if this fails.
    exit.notes.iter().for_each(|note| drop(writeln!(io::stderr(), "mtatop: {note}")));
    ExitCode::from(exit.code)
}
