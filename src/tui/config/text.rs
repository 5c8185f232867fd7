//! Parser of the configuration file; errors have a line number.

use super::Config;
use crate::cli::{self, ColorChoice, ThemeName};
use crate::filter::Filter;
use crate::tui::app::Settings;
use crate::tui::keymap::Keymap;
use clap::ValueEnum;
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;
use toml::Spanned;

/// File format.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct ConfigText {
    filter: Option<Spanned<String>>,
    theme: Option<Spanned<String>>,
    color: Option<Spanned<String>>,
    mouse: Option<bool>,
    restore: Option<bool>,
    max_memory: Option<Spanned<String>>,
    stall: Option<Spanned<String>>,
    keys: BTreeMap<String, Spanned<KeyList>>,
    colors: BTreeMap<String, Spanned<String>>,
}

/// One key or a list of keys.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a key has to be a string, or a list of strings")]
enum KeyList {
    One(String),
    Several(Vec<String>),
}

impl KeyList {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("line {line}: {why}")]
pub(super) struct ConfigError {
    /// Line number, from 1.
    line: usize,
    why: String,
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Result<Config, ConfigError> {
    let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let written: ConfigText = toml::from_str(text).map_err(|error| ConfigError {
        line: error.span().map_or(1, |span| line(span.start)),
        why: simplify_message(error.message()),
    })?;
    let wrong = |at: usize, why: String| ConfigError { line: line(at), why };
    let default = Config::default();
    let mut config = Config {
        mouse: written.mouse.unwrap_or(default.mouse),
        restore: written.restore.unwrap_or(default.restore),
        ..default
    };
    if let Some(filter) = written.filter {
        let checked = Filter::parse(filter.get_ref());
        checked.map_err(|why| wrong(filter.span().start, format!("filter: {why}")))?;
        config.filter = filter.into_inner();
    }
    if let Some(theme) = written.theme {
        config.theme =
            parse_name::<ThemeName>(&theme).map_err(|why| wrong(theme.span().start, why))?;
    }
    if let Some(color) = written.color {
        config.color =
            parse_name::<ColorChoice>(&color).map_err(|why| wrong(color.span().start, why))?;
    }
    if let Some(size) = written.max_memory.filter(|size| size.get_ref() != "auto") {
        let bytes =
            cli::size(size.get_ref()).map_err(|why| wrong(size.span().start, why.to_string()))?;
        config.max_memory = Some(bytes);
    }
    if let Some(stall) = written.stall {
        let millis = duration(stall.get_ref()).map_err(|why| wrong(stall.span().start, why))?;
        config.settings.stall = millis;
    }
    for (kind, look) in &written.colors {
        let chosen = config.colors.choose(kind, look.get_ref());
        chosen.map_err(|why| wrong(look.span().start, why.to_string()))?;
    }
    let keys: Vec<_> =
        written.keys.iter().map(|(name, keys)| (&**name, keys.get_ref().names())).collect();
    let keymap = Keymap::changed(&keys).map_err(|(at, why)| {
        wrong(written.keys.values().nth(at).map_or(0, |keys| keys.span().start), why)
    })?;
    config.settings = Settings { keymap, ..config.settings };
    Ok(config)
}

/// Parses a value by the names of the matching flag.
fn parse_name<T: ValueEnum>(name: &Spanned<String>) -> Result<T, String> {
    let name = name.get_ref();
    T::from_str(name, false).map_err(|_| {
        let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        format!("unknown value {name:?}; values: {}", known.join(", "))
    })
}

/// Parses a whole number of seconds, minutes or hours into milliseconds.
fn duration(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.strip_prefix(digits) {
        Some("s") => 1_000,
        Some("m") => 60_000,
        Some("h") => 3_600_000,
        _ => 0,
    };
    match digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(millis) if millis > 0 => Ok(millis),
        _ => Err(format!("invalid duration {text:?} (examples: 90s, 5m, 1h)")),
    }
}

/// Rephrases an error of the TOML parser.
fn simplify_message(message: &str) -> String {
    let parts =
        message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected "));
    match parts {
        Some((name, known)) => {
            let known = known.trim_start_matches("one of ").replace('`', "");
            format!("unknown key {name:?}; keys: {known}")
        }
        None => message.lines().collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::{Command, Mode};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn said(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_holds() {
        let text = "filter = 'a.example'\ntheme = \"light\"\ncolor = \"never\"\nmouse = false\n\
                    max-memory = \"2G\"\nstall = \"5m\"\n[keys]\nquit = \"Q\"\nsort = [\"S\", \"F2\"]\n";
        let config = parse(text).unwrap();
        assert_eq!(config.filter, "a.example");
        assert_eq!((config.theme, config.color), (ThemeName::Light, ColorChoice::Never));
        assert_eq!((config.mouse, config.max_memory), (false, Some(2_000_000_000)));
        assert_eq!(config.settings.stall, 300_000);
        let keymap = config.settings.keymap;
        assert_eq!(keymap.key_for(Mode::Browse, Command::Quit), "Q");
        assert_eq!(keymap.key_for(Mode::Browse, Command::Sort), "S");
        assert_eq!(keymap.key_for(Mode::Browse, Command::Zoom), "z");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, words) in [
            (
                "mouse = true\n\ncolour = 1\n",
                "line 3: unknown key \"colour\"; keys: filter, theme, color",
            ),
            ("theme = 'blue'", "line 1: unknown value \"blue\"; values: auto, dark, light"),
            ("\ncolor = 'red'", "line 2: unknown value \"red\"; values: auto, always, never"),
            ("filter = 'code:x'", "line 1: filter: "),
            ("mouse = 'yes'", "line 1: invalid type: string \"yes\", expected a boolean"),
            ("max-memory = '1M'", "line 1: minimum is 50M"),
            ("stall = '1 week'", "line 1: invalid duration \"1 week\" (examples: 90s, 5m, 1h)"),
            ("stall = '0s'", "line 1: invalid duration \"0s\""),
            (
                "[keys]\nzoom = 'Z'\nquti = 'q'\n",
                "line 3: no command is called \"quti\"; there are",
            ),
            ("[keys]\nzoom = 'Z'\n\nquit = ['qq']\n", "line 4: no key is called \"qq\""),
            ("[keys]\nzoom = 'q'\n", "line 2: key q is bound to both zoom and quit"),
            ("[keys]\nzoom = 1\n", "line 2: a key has to be a string, or a list of strings"),
            ("[colors]\n\ngood = 'grun'", "line 3: unknown look \"grun\"; looks are such as red"),
            ("[colors]\ngood = 5", "line 2: invalid type: integer `5`, expected a string"),
            ("[colors]\ngut = 'green'", "line 2: unknown style \"gut\"; styles: plain, dim"),
            ("mouse = \n", "line 1: "),
            ("[keys\nzoom = 1\n", "line 1: "),
            ("mouse = true\nmouse = true\n", "line 2: duplicate key"),
        ] {
            let said = said(text);
            assert!(said.starts_with(words), "{text:?}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    proptest! {
        /// Any text parses, or gives an error with a line number.
        #[test]
        fn no_text_panics(
            lines in vec(
                prop_oneof![
                    any::<String>(),
                    "(filter|theme|color|stall|max-memory|quit|good|x) = [\"'\\[]?.{0,12}[\"'\\]]?",
                    Just("[keys]".to_owned()),
                    Just("[colors]".to_owned()),
                ],
                0..6,
            )
        ) {
            if let Err(wrong) = parse(&lines.join("\n")) {
                prop_assert!(wrong.line >= 1 && wrong.line <= lines.join("\n").lines().count().max(1) + 1);
                prop_assert!(!wrong.why.is_empty());
            }
        }
    }

    #[test]
    fn no_depth_overflows_the_stack() {
        for deep in ["[", "{a=", "a."] {
            assert!(parse(&format!("keys = {}", deep.repeat(60_000))).is_err(), "{deep}");
            assert!(parse(&deep.repeat(60_000)).is_err(), "{deep}");
            assert!(parse(&format!("{}a = 1", deep.repeat(60_000))).is_err(), "{deep}");
        }
    }

    #[test]
    fn times_are_whole_and_have_a_unit() {
        assert_eq!(["90s", "5m", "1h"].map(duration), [Ok(90_000), Ok(300_000), Ok(3_600_000)]);
        for text in
            ["", "s", "5", "1.5h", "-1s", "5 m", "99999999999999999999s", "9999999999999999h"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
