//! The `mtatop` program: flags in, exit code out.

use mtatop::cli::simulate::Simulate;
use mtatop::cli::{Cli, CliCommand, EXIT_FAILURE, EXIT_USAGE, EarlyExit};
use mtatop::commands::{check, export, report, trace};
use mtatop::help::limits;
use mtatop::simulate::Scenario;
use mtatop::text::sanitize::escape;
use mtatop::{help, simulate, tui};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (code, lines) = match Cli::read(std::env::args_os()) {
        Ok(cli) => match &cli.command {
            Some(CliCommand::Check(check)) => check::run(check),
            Some(CliCommand::Export(export)) => export::run(export),
            Some(CliCommand::Report(report)) => report::run(report),
            Some(CliCommand::Trace(trace)) => trace::run(trace),
            Some(CliCommand::Simulate(flags)) => simulated(flags),
            Some(CliCommand::Help(help)) => told(help::help(&help.of).map(String::into_bytes)),
            Some(CliCommand::Completions(wanted)) => told(Ok(help::completions(wanted.shell))),
            Some(CliCommand::Man(man)) => told(help::page(man.of.as_deref())),
            None if cli.limits => told(Ok(limits::table().into_bytes())),
            None => tui::run(&cli),
        },
        Err(EarlyExit::Help(text)) => printed(io::stdout().write_all(text.as_bytes())),
        // It repeats what was given, which may come from anywhere.
        Err(EarlyExit::Usage(line)) => (EXIT_USAGE, vec![escape(line.as_bytes())]),
    };
    for line in lines {
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "mtatop: {line}");
    }
    ExitCode::from(code)
}

/// Prints what the program tells about itself, if there is such a thing.
fn told(text: Result<Vec<u8>, String>) -> (u8, Vec<String>) {
    match text {
        Ok(text) => printed(io::stdout().write_all(&text)),
        Err(wrong) => (EXIT_USAGE, vec![escape(wrong.as_bytes())]),
    }
}

/// Prints a simulated log.
fn simulated(flags: &Simulate) -> (u8, Vec<String>) {
    let scenario = Scenario::of(flags.profile, flags.seed);
    printed(simulate::write_log(
        scenario,
        flags.log_style(),
        flags.entries,
        &mut io::stdout().lock(),
    ))
}

/// A reader that had enough closes the pipe: that is no failure.
fn printed(result: io::Result<()>) -> (u8, Vec<String>) {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            (EXIT_FAILURE, vec![format!("standard output: {error}")])
        }
        _ => (0, Vec::new()),
    }
}
