//! The README says what the program says, and names what is there.

use crate::golden;
use clap::CommandFactory;
use mtatop::cli::Cli;
use mtatop::keymap;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The text with other contents between `<!-- name -->` and `<!-- /name -->`.
fn with_block(text: &str, name: &str, contents: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts.unwrap_or_else(|| panic!("README.md: no block {name}"));
    format!("{before}{begin}{contents}{end}{after}")
}

/// What `mtatop -h` prints on a terminal of 80 columns.
fn help() -> String {
    let help = Cli::command().term_width(80).render_help().to_string();
    format!("```text\n$ mtatop -h\n{}\n```\n", help.trim_end())
}

#[test]
fn keys_and_flags_are_those_of_the_program() {
    let text = with_block(&readme(), "keys", &keymap::markdown());
    let text = with_block(&text, "help", &help());
    golden::check(&root().join("README.md"), &text);
}

#[test]
fn what_it_points_to_exists() {
    let text = readme();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let files: Vec<&str> =
        targets.filter(|target| !target.is_empty() && !target.starts_with("http")).collect();
    assert!(files.iter().any(|file| file.starts_with("screenshots/")), "no picture");
    for file in files {
        assert!(root().join(file).exists(), "README.md points to {file}, which is not there");
    }
}

#[test]
fn it_can_be_set_up_with_two_commands() {
    let text = readme();
    for command in ["cargo run --release -- --demo", "cargo test"] {
        assert!(text.lines().any(|line| line == command), "README.md: no line `{command}`");
    }
}
