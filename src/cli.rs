//! Flags and commands: the only definition of them.

pub mod check;
mod conditions;
pub mod export;
pub mod help;
mod input;
pub mod redact;
pub mod report;
pub mod simulate;
pub mod trace;

pub use conditions::FilterArgs;
pub use input::InputArgs;
pub use redact::Redact;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Exit code: something went wrong.
pub const EXIT_FAILURE: u8 = 1;
/// Exit code: the command line makes no sense.
pub const EXIT_USAGE: u8 = 2;

/// Follow the MTA log of Sun Java System Messaging Server in the terminal: connections, their
/// deliveries, and what the remote servers said.
#[derive(Debug, Parser)]
#[command(
    name = "mtatop",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    arg_required_else_help = false
)]
#[command(
    after_help = "Press ? in the program for its keys. A file that is not there yet is waited for. mtatop \
                  help tells more of keys, filter, screen, config and limits."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Cli {
    /// Log files to follow, merged by time; a directory means its mail.log* and connection.log*,
    /// and - standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show the built-in simulator as live traffic: no file needed
    #[arg(long, conflicts_with = "files")]
    pub demo: bool,
    /// Which entries.
    #[command(flatten)]
    pub conditions: FilterArgs,
    /// What is hidden of them.
    #[command(flatten)]
    pub hide: Redact,
    /// Whether to use colours; auto, the default, obeys `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// What suits the terminal; auto, the default, asks `COLORFGBG` for its ground, else takes
    /// dark; ascii is for fonts without lines and arrows
    #[arg(long, value_enum, value_name = "THEME")]
    pub theme: Option<ThemeName>,
    /// Leave the mouse to the terminal
    #[arg(long, overrides_with = "mouse")]
    pub no_mouse: bool,
    /// Take the mouse, whatever the configuration says
    #[arg(long, hide_short_help = true)]
    pub mouse: bool,
    /// Memory to keep within, such as 200M or 2G: of a larger log only the newest entries are held;
    /// by default a quarter of the machine's
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_memory: Option<u64>,
    /// Keep a JSON object in this file that says how far the reading is
    #[arg(long, value_name = "FILE")]
    pub status_file: Option<PathBuf>,
    /// End after so many seconds in which nothing was new
    #[arg(long, value_name = "S", hide_short_help = true)]
    pub exit_after_idle: Option<u64>,
    /// Read this configuration instead of ~/.config/mtatop/config.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
    /// Begin with the filter and the view that the last session with this flag ended with
    #[arg(long, overrides_with = "no_session")]
    pub restore: bool,
    /// Neither read nor write what a session leaves, whatever the configuration says
    #[arg(long, hide_short_help = true)]
    pub no_session: bool,
    /// Print all bounds that the program goes by
    #[arg(long)]
    pub limits: bool,
    /// Something else than following
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// What can be done without a screen.
#[derive(Clone, Debug, Subcommand)]
pub enum CliCommand {
    /// Say how a log is written, and what it cannot answer
    Check(check::Check),
    /// Print what the log holds, one object a line
    Export(export::Export),
    /// Count what became of the mail, in groups
    Report(report::Report),
    /// Tell the story of messages
    Trace(trace::Trace),
    /// Print the log of a simulated site; the same seed gives the same log
    Simulate(simulate::Simulate),
    /// Tell more: of a command, or of keys, filter, screen, config or limits
    Help(help::Help),
    /// Print the script by which a shell completes
    Completions(help::Completions),
    /// Print the manual page, in roff
    Man(help::Man),
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// If the environment does not forbid it.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// Which colours suit the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// Told by the environment, else dark.
    Auto,
    /// For a dark ground.
    Dark,
    /// For a light ground.
    Light,
    /// In the sixteen colours of the terminal's own palette.
    #[value(name = "16")]
    Sixteen,
    /// Without colours.
    Mono,
    /// Without colours, and without characters that a font may lack.
    Ascii,
}

/// What to print instead of going on.
#[derive(Debug, PartialEq, Eq)]
pub enum EarlyExit {
    /// Help or version, for standard output.
    Help(String),
    /// One line that says what is wrong with the command line.
    Usage(String),
}

impl Cli {
    /// Reads the command line.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, EarlyExit> {
        let cli = Self::try_parse_from(arguments).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                EarlyExit::Help(error.to_string())
            }
            _ => EarlyExit::Usage(on_one_line(&error)),
        })?;
        if cli.command.is_none() && cli.files.is_empty() && !cli.demo && !cli.limits {
            return Err(EarlyExit::Usage("no log file named; mtatop --demo needs none".to_owned()));
        }
        Ok(cli)
    }
}

/// The least that can be asked for: the program itself takes half of it.
pub const MIN_MEMORY: u64 = 50_000_000;

/// Bytes, as a number with a unit behind it.
///
/// # Errors
/// What is wrong with it.
pub fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "T" | "TB" => 1_000_000_000_000,
        _ => return Err("a size is a number with K, M or G behind it, such as 200M".to_owned()),
    };
    match digits.parse::<u64>().map(|number| number.checked_mul(unit)) {
        Ok(Some(size)) if size < MIN_MEMORY => {
            Err("the least that the program needs is 50M".to_owned())
        }
        Ok(Some(size)) => Ok(size),
        _ if digits.is_empty() => Err("a size begins with a number, such as 200M".to_owned()),
        _ => Err("no machine has so much".to_owned()),
    }
}

/// The first line of a complaint, without the word that begins it, and what it is about: clap lists
/// the arguments that are missing, and the values there are, on lines of their own.
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
            ("", "begins"),
            ("M", "begins"),
            ("2 G", "such as"),
            ("1.5G", "such as"),
            ("-1G", "such as"),
            ("49M", "least"),
            ("99999999999999999999", "so much"),
            ("99999999T", "so much"),
        ] {
            let complaint = size(text).unwrap_err();
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
