//! The `mtatop` program: flags in, exit code out.

use mtatop::cli::{Cli, Command, FAILED, Said, USAGE};
use mtatop::show::plain;
use mtatop::{check, export, report, simulate, trace, tui};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (code, lines) = match Cli::read(std::env::args_os()) {
        Ok(cli) => match &cli.command {
            Some(Command::Check(check)) => check::run(check),
            Some(Command::Export(export)) => export::run(export),
            Some(Command::Report(report)) => report::run(report),
            Some(Command::Trace(trace)) => trace::run(trace),
            Some(Command::Simulate(simulate)) => {
                let mut out = io::stdout().lock();
                printed(simulate::print(simulate.entries, simulate.seed, &mut out))
            }
            None => tui::run(&cli),
        },
        Err(Said::Asked(text)) => printed(io::stdout().write_all(text.as_bytes())),
        // It repeats what was given, which may come from anywhere.
        Err(Said::Wrong(line)) => (USAGE, vec![plain(line.as_bytes())]),
    };
    for line in lines {
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "mtatop: {line}");
    }
    ExitCode::from(code)
}

/// A reader that had enough closes the pipe: that is no failure.
fn printed(result: io::Result<()>) -> (u8, Vec<String>) {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            (FAILED, vec![format!("standard output: {error}")])
        }
        _ => (0, Vec::new()),
    }
}
