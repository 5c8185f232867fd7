//! What the program tells about itself: help by topic, completions for shells, and the manual page.
//!
//! All of it is made of what the program goes by: the flags, the keys, the help of the screen and the
//! file of defaults.

pub mod limits;
mod page;

use crate::cli::Cli;
use crate::tui::app::Settings;
use crate::tui::app::help::{HelpLine, lines};
use crate::tui::config::DEFAULTS;
use crate::tui::keymap::{BINDINGS, Binding, Mode};
use clap::CommandFactory as _;
use clap_complete::Shell;

pub use page::page;

/// Topics beside the commands.
const TOPICS: [&str; 5] = ["keys", "filter", "screen", "config", "limits"];

/// The help on a topic or a command; of nothing, on the whole program.
///
/// # Errors
/// That there is no such thing, and what there is.
pub fn help(of: &[String]) -> Result<String, String> {
    match of.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["keys"] => Ok(keys()),
        ["filter"] => Ok(section("A filter")),
        ["screen"] => Ok(section("What is shown")),
        ["config"] => Ok(DEFAULTS.to_owned()),
        ["limits"] => Ok(limits::table()),
        names => command(names).map(|mut command| command.render_long_help().to_string()),
    }
}

/// The script by which a shell completes.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mtatop", &mut script);
    script
}

/// A command by its names, from the outermost.
fn command(names: &[&str]) -> Result<clap::Command, String> {
    let mut command = Cli::command();
    command.build();
    for name in names {
        let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        let known = TOPICS.into_iter().chain(known).collect::<Vec<_>>().join(", ");
        let inner = command.find_subcommand(name).cloned();
        command = inner.ok_or_else(|| format!("no help topic {name:?}; topics: {known}"))?;
    }
    Ok(command)
}

/// Each key, and what it does.
fn keys() -> String {
    let line = |binding: &Binding| format!("  {:<12} {}\n", binding.label, binding.help);
    let mut text = String::new();
    for mode in [Mode::Browse, Mode::Prompt, Mode::Name, Mode::Help] {
        text.extend([mode.heading(), "\n"]);
        text.extend(BINDINGS.iter().filter(|binding| binding.mode == mode).map(line));
        text.push('\n');
    }
    text + "Keys can be changed: see mtatop help config for the command names.\n"
}

/// What the help of the screen has under a heading.
fn section(heading: &str) -> String {
    let lines = lines(&Settings::default());
    let under =
        lines.iter().skip_while(|line| !matches!(line, HelpLine::Heading(it) if *it == heading));
    let under = under.skip(1).take_while(|line| !matches!(line, HelpLine::Heading(_)));
    under.map(|line| format_line(line) + "\n").collect::<String>().trim_end().to_owned() + "\n"
}

fn format_line(line: &HelpLine) -> String {
    match line {
        HelpLine::Heading(words) => (*words).to_owned(),
        HelpLine::Key(label, does) => format!("{label:<12} {does}"),
        HelpLine::Escape(sign, words) => format!("{sign}{words}"),
        HelpLine::Said(words, said) => {
            said.pieces().fold(words.clone(), |all, piece| all + piece.text)
        }
        HelpLine::Words(words) => words.clone().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(of: &[&str]) -> Result<String, String> {
        help(&of.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn every_topic_and_every_command_has_help() {
        for topic in TOPICS {
            assert!(on(&[topic]).unwrap().lines().count() > 3, "{topic}");
        }
        let program = on(&[]).unwrap();
        for command in Cli::command().get_subcommands() {
            let help = on(&[command.get_name()]).unwrap();
            assert!(help.contains(&format!("Usage: mtatop {}", command.get_name())), "{help}");
            assert!(program.contains(command.get_name()));
        }
        assert!(on(&["filter"]).unwrap().contains("this domain and its subdomains"));
        assert!(on(&["screen"]).unwrap().contains("STALL?"));
    }

    #[test]
    fn the_help_names_its_topics() {
        let help = on(&[]).unwrap();
        for topic in TOPICS {
            assert!(help.contains(topic), "{topic}");
        }
        let said = on(&["mail"]).unwrap_err();
        assert!(said.starts_with("no help topic \"mail\"; topics: keys, filter, "), "{said}");
    }

    #[test]
    fn every_key_is_under_keys_and_every_name_under_config() {
        let (keys, config) = (on(&["keys"]).unwrap(), on(&["config"]).unwrap());
        for binding in BINDINGS {
            assert!(keys.contains(&format!("  {:<12} {}\n", binding.label, binding.help)));
            assert!(config.contains(&format!("\n#{} = [", binding.name())), "{}", binding.label);
        }
    }

    #[test]
    fn topics_fit_a_terminal_of_80_columns() {
        for line in ["keys", "filter", "screen", "limits"]
            .map(|topic| on(&[topic]).unwrap())
            .join("")
            .lines()
        {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn every_shell_completes_every_flag() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = String::from_utf8(completions(shell)).unwrap();
            for argument in Cli::command().get_arguments() {
                let Some(flag) = argument.get_long() else { continue };
                assert!(script.contains(flag), "{shell}: {flag}");
            }
        }
    }
}
