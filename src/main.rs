//! The `mtatop` program: flags in, exit code out.

use mtatop::cli::{Cli, Command, FAILED, Said, USAGE};
use mtatop::show::plain;
use mtatop::{simulate, tui};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (code, line) = match Cli::read(std::env::args_os()) {
        Ok(cli) => match cli.command {
            Some(Command::Simulate { entries, seed }) => {
                printed(simulate::print(entries, seed, &mut io::stdout().lock()))
            }
            None => tui::run(&cli),
        },
        Err(Said::Asked(text)) => printed(io::stdout().write_all(text.as_bytes())),
        // It repeats what was given, which may come from anywhere.
        Err(Said::Wrong(line)) => (USAGE, plain(line.as_bytes())),
    };
    if !line.is_empty() {
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "mtatop: {line}");
    }
    ExitCode::from(code)
}

/// A reader that had enough closes the pipe: that is no failure.
fn printed(result: io::Result<()>) -> (u8, String) {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            (FAILED, format!("standard output: {error}"))
        }
        _ => (0, String::new()),
    }
}
