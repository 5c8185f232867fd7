//! What somebody chose once and for all: the configuration file, and what the environment and the
//! command line put over it.
//!
//! The command line counts more than the environment, the environment more than the file, and the
//! file more than what the program does by itself. All of it is of the screen: what prints obeys its
//! command line alone, so that a script does everywhere the same. Nothing in it is ever executed.

pub mod file;
mod text;

use crate::cli::{Cli, ColorChoice, ThemeName};
use crate::tui::app::Settings;
use crate::tui::theme::StyleOverrides;
use std::path::{Path, PathBuf};

/// The documented file of defaults: every setting is in it, behind a `#`.
pub const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// A file that is not obeyed, and why.
pub type Ignored = (PathBuf, &'static str);

/// What holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The filter to begin with.
    pub filter: String,
    /// Which colours suit the terminal.
    pub theme: ThemeName,
    /// Whether to use colours.
    pub color: ColorChoice,
    /// Whether to take the mouse.
    pub mouse: bool,
    /// Bytes of memory to keep within, if not the usual part of the machine's.
    pub max_memory: Option<u64>,
    /// Whether to begin where the last session ended.
    pub restore: bool,
    /// Other looks for kinds of text.
    pub colors: StyleOverrides,
    /// What the state of the screen has to know.
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            filter: String::new(),
            theme: ThemeName::Auto,
            color: ColorChoice::Auto,
            mouse: true,
            max_memory: None,
            restore: false,
            colors: StyleOverrides::default(),
            settings: Settings::default(),
        }
    }
}

impl Config {
    /// Reads the file that the command line names, or else that of the user if there is one, and puts
    /// the environment and the command line over it. A file of the user that others could have written
    /// is left out; the second value says which and why.
    ///
    /// # Errors
    /// The path, the line if it is about one, and what is wrong there.
    pub fn read(cli: &Cli) -> Result<(Self, Option<Ignored>), String> {
        let (config, ignored) = match (&cli.config, file::of_user()) {
            _ if cli.no_config => (Self::default(), None),
            (Some(path), _) => (Self::of(path, &file::describe_path(path)?)?, None),
            (None, Some(path)) => match file::usual(&path)? {
                file::Usual::Text(text) => (Self::of(&path, &text)?, None),
                file::Usual::Missing => (Self::default(), None),
                file::Usual::Unsafe(why) => (Self::default(), Some((path, why))),
            },
            (None, None) => (Self::default(), None),
        };
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Ok((config.override_with(no_color, cli), ignored))
    }

    fn of(path: &Path, text: &str) -> Result<Self, String> {
        text::parse(text).map_err(|wrong| file::complaint(path, &wrong.to_string()))
    }

    /// This under the environment and the command line.
    fn override_with(self, no_color: bool, cli: &Cli) -> Self {
        let environment = no_color.then_some(ColorChoice::Never);
        Self {
            theme: cli.theme.unwrap_or(self.theme),
            color: cli.color.or(environment).unwrap_or(self.color),
            mouse: cli.mouse || self.mouse && !cli.no_mouse,
            // Filters name whom somebody looked for.
            restore: cli.hide.redact.is_none() && (cli.restore || self.restore && !cli.no_session),
            max_memory: cli.max_memory.or(self.max_memory),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn cli(flags: &[&str]) -> Cli {
        let arguments = ["mtatop"].iter().chain(flags).chain(&["log"]).map(OsString::from);
        Cli::read(arguments).unwrap()
    }

    /// Every line behind a `#` and no blank, without the `#`.
    fn uncommented() -> String {
        let is_setting = |line: &str| !line.starts_with([' ', '#']) && !line.is_empty();
        let bare = |line: &'static str| line.strip_prefix('#').filter(|rest| is_setting(rest));
        DEFAULTS
            .lines()
            .map(|line| bare(line).unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    #[test]
    fn the_file_of_defaults_says_what_holds_without_it() {
        assert_eq!(text::parse(DEFAULTS).unwrap(), Config::default());
        let text = uncommented();
        assert_eq!(text::parse(&text).unwrap(), Config::default());
        let unknown = text::parse("x = 1").unwrap_err().to_string();
        for name in unknown.split_once("there are ").unwrap().1.split(", ") {
            let (line, table) = (format!("{name} ="), format!("[{name}]"));
            assert!(text.lines().any(|l| l.starts_with(&line) || l == table), "no {name} in it");
        }
    }

    #[test]
    fn the_command_line_counts_most_then_the_environment_then_the_file() {
        let file = Config {
            theme: ThemeName::Light,
            color: ColorChoice::Always,
            mouse: false,
            max_memory: Some(100_000_000),
            ..Config::default()
        };
        let under = |no_color, flags: &[&str]| file.clone().override_with(no_color, &cli(flags));
        assert_eq!(under(false, &[]), file);
        assert_eq!(under(true, &[]), Config { color: ColorChoice::Never, ..file.clone() });
        let session = Config { restore: true, ..file.clone() };
        assert!(
            session.clone().override_with(false, &cli(&[])).restore
                && under(false, &["--restore"]).restore
        );
        assert!(!session.override_with(false, &cli(&["--no-session"])).restore);
        let flags = ["--theme=dark", "--color=auto", "--mouse", "--max-memory=60M"];
        let all = Config {
            theme: ThemeName::Dark,
            color: ColorChoice::Auto,
            mouse: true,
            max_memory: Some(60_000_000),
            ..Config::default()
        };
        assert_eq!(under(true, &flags), all);
        let mouse = Config { mouse: true, ..file.clone() };
        assert!(!mouse.override_with(false, &cli(&["--no-mouse"])).mouse);
    }
}
