//! The `mtatop` program: flags in, exit code out.

use mtatop::cli::simulate::Simulate;
use mtatop::cli::{Cli, CliCommand, EXIT_FAILURE, EXIT_USAGE, EarlyExit};
use mtatop::commands::{check, export, report, trace};
use mtatop::help::limits;
use mtatop::simulate::Unwritten;
use mtatop::text::sanitize::escape;
use mtatop::{help, simulate, tui};
use std::fs::{self, File};
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

/// Prints a simulated log, and the truth beside it where one was asked for.
fn simulated(flags: &Simulate) -> (u8, Vec<String>) {
    let format = simulate::Format::new(flags.written.log_format).unwrap_or_default();
    let mut options = simulate::Options::default();
    for (name, value) in flags.written.options() {
        options.set(name, value);
    }
    let written = simulate::Written { format, options, odd: flags.odd };
    let scenario = simulate::Scenario::of(flags.profile, flags.seed);
    let (entries, mut out) = (flags.entries, io::stdout().lock());
    let Some(path) = &flags.truth else {
        return printed(simulate::print_as(written, entries, scenario, &mut out));
    };
    let failed = |error: io::Error| {
        (EXIT_FAILURE, vec![format!("{}: {error}", escape(path.as_os_str().as_encoded_bytes()))])
    };
    let discard = || {
        // A device stays, and a link. Nobody is left to tell if this fails.
        if path.symlink_metadata().is_ok_and(|known| known.is_file()) {
            let _ = fs::remove_file(path);
        }
    };
    let mut file = match File::create(path) {
        Ok(file) => file,
        Err(error) => return failed(error),
    };
    match simulate::print_with_truth(written, entries, scenario, &mut out, &mut file) {
        Ok(()) => (0, Vec::new()),
        // A reader of the log that had enough has the truth of more than it took.
        Err(Unwritten::Log(error)) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                discard();
            }
            printed(Err(error))
        }
        Err(Unwritten::Truth(error)) => {
            discard();
            failed(error)
        }
    }
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
