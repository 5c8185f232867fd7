//! Help of the program: topics, shell completions and man pages.
//!
//! Generated from the flag definitions, the keymap, the on-screen help and the file of defaults.

pub mod limits;
mod page;

use crate::cli::{Cli, CliCommand, Exit};
use crate::text::sanitize::escape;
use crate::text::table::wrap;
use crate::tui::app::Settings;
use crate::tui::app::help::{HelpLine, lines};
use crate::tui::config::DEFAULTS;
use crate::tui::keymap::{BINDINGS, Binding, Mode};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::io::{self, Write};
use thiserror::Error;

pub use page::page;

/// The manual: its sections are the help topics, its marked blocks are printed by the program.
const MANUAL: &str = include_str!("../assets/manual.md");

/// Topics beside the commands.
const TOPICS: [&str; 9] =
    ["files", "screen", "keys", "filter", "evidence", "redaction", "config", "options", "limits"];

/// Columns of a topic: a terminal has at least as many.
const WIDTH: usize = 80;

/// No topic or command has this name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no help topic {name:?}; topics: {known}")]
pub struct UnknownTopic {
    name: String,
    /// All topics and commands.
    known: String,
}

/// Prints what a command asks for that is about the program itself.
pub fn run(about: &CliCommand) -> Exit {
    match about {
        CliCommand::Completions(wanted) => print(Ok(completions(wanted.shell))),
        CliCommand::Man(man) => print(page(man.of.as_deref())),
        CliCommand::Help(wanted) => print(help(&wanted.of).map(String::into_bytes)),
        _ => print(help(&[]).map(String::into_bytes)),
    }
}

/// Prints the limits.
pub fn print_limits() -> Exit {
    print(Ok(limits::table().into_bytes()))
}

fn print(text: Result<Vec<u8>, UnknownTopic>) -> Exit {
    match text {
        Ok(text) => io::stdout().write_all(&text).into(),
        Err(unknown) => Exit::usage(escape(unknown.to_string().as_bytes())),
    }
}

/// The help on a topic or a command; without one, on the whole program.
///
/// # Errors
/// When there is no such topic.
pub fn help(of: &[String]) -> Result<String, UnknownTopic> {
    match of.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["config"] => Ok(DEFAULTS.to_owned()),
        ["limits"] => Ok(limits::table()),
        [name] if TOPICS.contains(name) => Ok(topic(name)),
        names => {
            let flags = command(names)?.render_long_help().to_string();
            let prose = names.last().map_or(String::new(), |name| topic(name));
            Ok(if prose.is_empty() { flags } else { format!("{}\n\n{prose}", flags.trim_end()) })
        }
    }
}

/// A section of the manual for a terminal: wrapped, its tables as lines, its blocks as the program has
/// them.
fn topic(name: &str) -> String {
    let heading = format!("\n## {name}\n");
    let section = MANUAL.split_once(&*heading).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let (mut text, mut paragraph) = (String::new(), String::new());
    let (mut block, mut fenced) = (None, false);
    for line in section.lines() {
        let mark = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(mark) = mark {
            block = (!mark.starts_with('/')).then(|| generated(mark)).flatten();
            text.extend(block.iter().map(String::as_str));
        } else if block.is_none() && line.starts_with("```") {
            fenced = !fenced;
        } else if block.is_none() && fenced {
            text.extend(["    ", line, "\n"]);
        } else if block.is_none() {
            push_line(line, &mut paragraph, &mut text);
        }
    }
    push_line("", &mut paragraph, &mut text);
    text.trim().to_owned() + if text.is_empty() { "" } else { "\n" }
}

/// Generated text of a block of the manual, where it differs from the Markdown.
fn generated(block: &str) -> Option<String> {
    match block {
        "keys" => Some(keys()),
        "filter" => Some(section("A filter")),
        "screen" => Some(section("What is shown")),
        _ => None,
    }
}

/// Takes a line of Markdown; a paragraph is wrapped when it ends.
fn push_line(line: &str, paragraph: &mut String, text: &mut String) {
    let is_row = line.starts_with('|');
    let begins = line.is_empty() || is_row || line.starts_with("- ") || line.starts_with("    ");
    if begins && !paragraph.is_empty() {
        let indent = if paragraph.starts_with("- ") { 2 } else { 0 };
        *text += &wrap(paragraph, WIDTH, indent);
        text.push('\n');
        paragraph.clear();
    }
    if is_row {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if !line.starts_with("| ---") {
            *text += &wrap(&cells.join(": "), WIDTH, 4);
            text.push('\n');
        }
    } else if line.is_empty() || line.starts_with("    ") {
        *text += line;
        text.push('\n');
    } else {
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        *paragraph += line.trim_start();
    }
}

/// Completion script of a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mtatop", &mut script);
    script
}

/// A command by its names, from the outermost.
fn command(names: &[&str]) -> Result<clap::Command, UnknownTopic> {
    let mut command = Cli::command();
    command.build();
    for name in names {
        let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        let known = TOPICS.into_iter().chain(known).collect::<Vec<_>>().join(", ");
        let inner = command.find_subcommand(name).cloned();
        command = inner.ok_or_else(|| UnknownTopic { name: (*name).to_owned(), known })?;
    }
    Ok(command)
}

/// Key table.
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

/// Lines of the on-screen help under a heading.
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

    fn on(of: &[&str]) -> Result<String, UnknownTopic> {
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
        let said = on(&["mail"]).unwrap_err().to_string();
        assert!(said.starts_with("no help topic \"mail\"; topics: files, screen, "), "{said}");
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
        for line in TOPICS
            .map(|topic| if topic == "config" { "limits" } else { topic })
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
