//! Flags and commands: their only definition.

pub mod check;
mod conditions;
mod exit;
pub mod export;
pub mod help;
mod input;
pub mod redact;
pub mod report;
pub mod simulate;
pub mod trace;

pub use conditions::FilterArgs;
pub use exit::Exit;
pub use input::InputArgs;
pub use redact::Redact;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use thiserror::Error;

/// Follow the MTA log of Sun Java System Messaging Server in the terminal: connections, deliveries
/// and SMTP responses.
#[derive(Debug, Parser)]
#[command(
    name = "mtatop",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    arg_required_else_help = false
)]
#[command(
    after_help = "Press ? in the program for its keys. mtatop waits for a file that does not exist yet. Topics of \
                  mtatop help: files, screen, keys, filter, evidence, redaction, config, options, limits."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Cli {
    /// Log files to follow, merged by time; a directory means its mail.log* and connection.log*,
    /// and - standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show live traffic of the built-in simulator; no file needed
    #[arg(long, conflicts_with = "files")]
    pub demo: bool,
    /// Entry conditions.
    #[command(flatten)]
    pub conditions: FilterArgs,
    /// Redaction.
    #[command(flatten)]
    pub hide: Redact,
    /// Use colours [default: auto, honours `NO_COLOR`]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Colour theme [default: auto, from `COLORFGBG`, else dark]; ascii for fonts without box drawing
    #[arg(long, value_enum, value_name = "THEME")]
    pub theme: Option<ThemeName>,
    /// Do not capture the mouse
    #[arg(long, overrides_with = "mouse")]
    pub no_mouse: bool,
    /// Capture the mouse, whatever the configuration says
    #[arg(long, hide_short_help = true)]
    pub mouse: bool,
    /// Memory limit (200M, 2G) [default: a quarter of RAM]; older entries are evicted
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_memory: Option<u64>,
    /// Write reader progress to FILE as JSON
    #[arg(long, value_name = "FILE")]
    pub status_file: Option<PathBuf>,
    /// Exit after S seconds without new entries
    #[arg(long, value_name = "S", hide_short_help = true)]
    pub exit_after_idle: Option<u64>,
    /// Read this configuration instead of ~/.config/mtatop/config.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
    /// Restore the filter and view of the last session with this flag
    #[arg(long, overrides_with = "no_session")]
    pub restore: bool,
    /// Neither read nor write the session file, whatever the configuration says
    #[arg(long, hide_short_help = true)]
    pub no_session: bool,
    /// Print built-in limits
    #[arg(long)]
    pub limits: bool,
    /// Command instead of the screen.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// Commands that need no screen.
#[derive(Clone, Debug, Subcommand)]
pub enum CliCommand {
    /// Report the log's format and missing log options
    Check(check::Check),
    /// Export entries, connections, deliveries or messages
    Export(export::Export),
    /// Summarize delivery outcomes by group
    Report(report::Report),
    /// Trace messages
    Trace(trace::Trace),
    /// Print the log of a simulated site; the same seed gives the same log
    Simulate(simulate::Simulate),
    /// Help on a command, or on keys, filter, screen, config or limits
    Help(help::Help),
    /// Generate shell completions
    Completions(help::Completions),
    /// Print the manual page (roff)
    Man(help::Man),
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// Unless the environment disables them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Palette for the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// From the environment, else dark.
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// The terminal's own sixteen colours.
    #[value(name = "16")]
    Sixteen,
    /// No colours.
    Mono,
    /// No colours, ASCII only.
    Ascii,
}

/// Output that replaces a run of the program.
#[derive(Debug, PartialEq, Eq)]
pub enum EarlyExit {
    /// Help or version, for stdout.
    Help(String),
    /// Usage error in one line.
    Usage(String),
}

impl Cli {
    /// Parses the command line.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, EarlyExit> {
        let cli = Self::try_parse_from(arguments).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                EarlyExit::Help(error.to_string())
            }
            _ => EarlyExit::Usage(on_one_line(&error)),
        })?;
        if cli.command.is_none() && cli.files.is_empty() && !cli.demo && !cli.limits {
            return Err(EarlyExit::Usage("no log file given (try --demo)".to_owned()));
        }
        Ok(cli)
    }
}

/// Smallest memory limit: the program itself uses half of it.
pub const MIN_MEMORY: u64 = 50_000_000;

/// Why a text is not a memory size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SizeError {
    /// It does not start with a digit.
    #[error("invalid size: it starts with a number, such as 200M")]
    NoNumber,
    /// Something else than a unit follows.
    #[error("invalid size: a number with K, M or G, such as 200M")]
    Unit,
    /// Below [`MIN_MEMORY`].
    #[error("minimum is 50M")]
    TooSmall,
    /// Beyond 64 bits.
    #[error("value too large")]
    TooLarge,
}

/// Bytes, as a number with a unit behind it.
///
/// # Errors
/// When it is not a size, or too small or too large.
pub fn size(text: &str) -> Result<u64, SizeError> {
    let (digits, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "T" | "TB" => 1_000_000_000_000,
        _ => return Err(SizeError::Unit),
    };
    match digits.parse::<u64>().map(|number| number.checked_mul(unit)) {
        Ok(Some(size)) if size < MIN_MEMORY => Err(SizeError::TooSmall),
        Ok(Some(size)) => Ok(size),
        _ if digits.is_empty() => Err(SizeError::NoNumber),
        _ => Err(SizeError::TooLarge),
    }
}

/// First line of a clap error without the leading `error:`, joined with its subject: clap lists
/// missing arguments and valid values on separate lines.
fn on_one_line(error: &clap::Error) -> String {
    let complaint = error.to_string();
    let line = complaint.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line).trim_end_matches(':');
    let listed = |kind| match error.get(kind) {
        Some(ContextValue::Strings(names)) if !names.is_empty() => Some(names.join(", ")),
        _ => None,
    };
    let missing = (error.kind() == ErrorKind::MissingRequiredArgument)
        .then(|| listed(ContextKind::InvalidArg))
        .flatten();
    let known = listed(ContextKind::ValidValue).map(|names| format!("there are {names}"));
    let parts: Vec<String> = std::iter::once(line.to_owned()).chain(missing).chain(known).collect();
    format!("{}; see mtatop --help", parts.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Cli, EarlyExit> {
        Cli::read(std::iter::once("mtatop").chain(arguments.iter().copied()).map(OsString::from))
    }

    #[test]
    fn complaints_are_one_line() {
        for arguments in
            [&["--no-such-flag"][..], &[], &["--demo", "file"], &["simulate", "--entries", "x"]]
        {
            let Err(EarlyExit::Usage(line)) = read(arguments) else { panic!("{arguments:?}") };
            assert_eq!(line.lines().count(), 1, "{line}");
        }
    }

    #[test]
    fn sizes_have_units_and_complaints_say_what_is_wrong() {
        for (text, bytes) in [
            ("200M", 200_000_000),
            ("2g", 2_000_000_000),
            ("50000000", MIN_MEMORY),
            ("50000kb", MIN_MEMORY),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for (text, word) in [
            ("", "starts"),
            ("M", "starts"),
            ("2 G", "such as"),
            ("1.5G", "such as"),
            ("-1G", "such as"),
            ("49M", "minimum"),
            ("99999999999999999999", "too large"),
            ("99999999T", "too large"),
        ] {
            let complaint = size(text).unwrap_err().to_string();
            assert!(complaint.contains(word), "{text}: {complaint}");
            assert!(read(&["--max-memory", text, "file"]).is_err());
        }
        assert_eq!(read(&["--max-memory=2G", "file"]).unwrap().max_memory, Some(2_000_000_000));
    }

    #[test]
    fn domains_may_be_given_again() {
        let cli = read(&["--domain", "a.org", "--domain", "b.org", "one", "two"]).unwrap();
        assert_eq!((cli.conditions.domain.len(), cli.files.len()), (2, 2));
        assert!(matches!(
            read(&["simulate"]).unwrap().command,
            Some(CliCommand::Simulate(simulate::Simulate {
                entries: 1_000,
                seed: 1,
                odd: false,
                ..
            }))
        ));
    }
}
