//! Configuration: built-in defaults, configuration file, environment and command line.
//!
//! Precedence: command line, environment, file, defaults. Configuration applies to the screen only:
//! commands that print obey their command line alone, so that scripts behave the same everywhere.
//! Nothing in the file is executed.

pub mod file;
mod text;

use self::file::FileError;
use crate::cli::{Cli, ColorChoice, ThemeName};
use crate::tui::app::Settings;
use crate::tui::theme::StyleOverrides;
use std::path::{Path, PathBuf};

/// Documented file of defaults: every setting, commented out.
pub const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// An ignored file and the reason.
pub type Ignored = (PathBuf, &'static str);

/// Effective configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Initial filter.
    pub filter: String,
    /// Palette.
    pub theme: ThemeName,
    /// Colour mode.
    pub color: ColorChoice,
    /// Whether to capture the mouse.
    pub mouse: bool,
    /// Memory limit in bytes, if set.
    pub max_memory: Option<u64>,
    /// Whether to restore the last session.
    pub restore: bool,
    /// Style overrides of the theme.
    pub colors: StyleOverrides,
    /// Settings of the screen.
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
    /// Loads the file named on the command line, or else the user's file if it exists, and applies
    /// environment and command line. A user's file that others could have written is ignored and
    /// returned as the second value.
    ///
    /// # Errors
    /// When a file cannot be read, or has an invalid setting.
    pub fn read(cli: &Cli) -> Result<(Self, Option<Ignored>), FileError> {
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

    fn of(path: &Path, text: &str) -> Result<Self, FileError> {
        text::parse(text).map_err(|wrong| FileError::new(path, &wrong.to_string()))
    }

    /// Applies environment and command line.
    fn override_with(self, no_color: bool, cli: &Cli) -> Self {
        let environment = no_color.then_some(ColorChoice::Never);
        Self {
            theme: cli.theme.unwrap_or(self.theme),
            color: cli.color.or(environment).unwrap_or(self.color),
            mouse: cli.mouse || self.mouse && !cli.no_mouse,
            // Filters hold personal data.
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

    /// Uncomments every line that is commented out without a blank after the `#`.
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
        for name in unknown.split_once("keys: ").unwrap().1.split(", ") {
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
