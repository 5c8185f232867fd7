//! Man pages in roff.

use super::{UnknownTopic, command, keys, section};
use crate::help::limits;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// FILES section.
const FILES: &[(&str, &str)] =
    &[("~/.config/mtatop/config.toml", "configuration ($XDG_CONFIG_HOME replaces ~/.config)")];

/// ENVIRONMENT section.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "no colours, unless overridden by --color"),
    ("COLORFGBG", "light or dark background"),
    ("COLORTERM, TERM", "number of colours"),
    ("XDG_CONFIG_HOME", "configuration directory instead of ~/.config"),
];

/// EXIT STATUS section.
const EXIT: &[(&str, &str)] = &[
    ("0", "success (including SIGPIPE)"),
    ("1", "error"),
    ("2", "usage, configuration or terminal error"),
    ("3", "a group matches report --fail-if"),
    ("101", "internal error of mtatop"),
    ("129, 130, 143", "terminal lost, interrupted or terminated by a signal"),
];

/// Page of a command, or of the whole program.
///
/// # Errors
/// When there is no such command.
pub fn page(of: Option<&str>) -> Result<Vec<u8>, UnknownTopic> {
    let page = Man::new(command(of.as_slice())?);
    let mut text = Vec::new();
    let rendered = match of {
        Some(_) => page.render(&mut text),
        None => whole(&page, &mut text),
    };
    debug_assert!(rendered.is_ok(), "a vector takes all that is written to it");
    Ok(in_ascii(&text))
}

/// Writes characters in the portable roff notation.
fn in_ascii(text: &[u8]) -> Vec<u8> {
    let code = |c: char| {
        if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) }
    };
    String::from_utf8_lossy(text).chars().map(code).collect::<String>().into_bytes()
}

fn whole(page: &Man, text: &mut Vec<u8>) -> io::Result<()> {
    page.render_title(text)?;
    page.render_name_section(text)?;
    page.render_synopsis_section(text)?;
    page.render_description_section(text)?;
    page.render_options_section(text)?;
    page.render_subcommands_section(text)?;
    verbatim("KEYS", &keys()).to_writer(text)?;
    verbatim("FILTERS", &section("A filter")).to_writer(text)?;
    verbatim("SCREEN", &section("What is shown")).to_writer(text)?;
    verbatim("LIMITS", &limits::table()).to_writer(text)?;
    listed("FILES", FILES).to_writer(text)?;
    listed("ENVIRONMENT", ENVIRONMENT).to_writer(text)?;
    listed("EXIT STATUS", EXIT).to_writer(text)?;
    page.render_version_section(text)
}

/// Preformatted lines.
fn verbatim(heading: &str, lines: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]).control("nf", []);
    for line in lines.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

/// Definition list.
fn listed(heading: &str, items: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    for (word, means) in items {
        roff.control("TP", []).text([bold(*word)]).text([roman(*means)]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_page_names_every_flag_and_command() {
        let text = String::from_utf8(page(None).unwrap()).unwrap().replace('\\', "");
        for argument in Cli::command().get_arguments() {
            let Some(flag) = argument.get_long() else { continue };
            assert!(text.contains(&format!("--{flag}")), "{flag}");
        }
        for command in Cli::command().get_subcommands() {
            assert!(text.contains(&format!("mtatop-{}(1)", command.get_name())));
        }
        for heading in ["NAME", "SYNOPSIS", "KEYS", "FILTERS", "FILES", "ENVIRONMENT"] {
            assert!(text.contains(&format!(".SH {heading}")), "{heading}");
        }
    }

    #[test]
    fn every_character_is_one_that_roff_knows() {
        let text = page(None).unwrap();
        assert!(text.is_ascii());
        assert!(String::from_utf8(text).unwrap().contains("\\[u2192]"), "the arrow of HOST → MX");
    }

    #[test]
    fn a_command_has_a_page_of_its_own() {
        let text = String::from_utf8(page(Some("report")).unwrap()).unwrap();
        assert!(text.contains(".TH mtatop-report 1") && text.contains("fail"), "{text}");
        assert!(page(Some("none")).unwrap_err().to_string().starts_with("no help topic \"none\""));
    }
}
