//! README and manual print what the program prints, and point to what is there.

use crate::golden;
use clap::CommandFactory;
use mtatop::cli::Cli;
use mtatop::filter;
use mtatop::help::limits;
use mtatop::simulate;
use mtatop::tui::keymap;
use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

fn manual() -> String {
    fs::read_to_string(root().join("assets/manual.md")).unwrap()
}

/// The text with other contents between `<!-- name -->` and `<!-- /name -->`.
fn with_block(text: &str, name: &str, contents: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts.unwrap_or_else(|| panic!("manual.md: no block {name}"));
    format!("{before}{begin}{contents}{end}{after}")
}

/// What `mtatop -h` prints on a terminal of 80 columns.
fn help() -> String {
    let help = Cli::command().term_width(80).render_help().to_string();
    format!("```text\n$ mtatop -h\n{}\n```\n", help.trim_end())
}

#[test]
fn keys_flags_and_examples_are_those_of_the_program() {
    let text = with_block(&manual(), "keys", &keymap::markdown());
    let text = with_block(&text, "filter", &filter::markdown());
    let text = with_block(&text, "screen", &fenced(&printed(&["help", "screen"], "E D Q R J")));
    let text = with_block(&text, "limits", &fenced(&limits::table()));
    let text = with_block(&text, "help", &help());
    let text = with_block(&text, "report", &report());
    let check = printed_in(root(), &["check", "assets/outbound-connection.log"]);
    let text = with_block(&text, "check", &fenced(&check));
    golden::check(&root().join("assets/manual.md"), &text);
}

/// What a command prints from the line on that begins so.
fn printed(arguments: &[&str], begin: &str) -> String {
    let text = printed_in(root(), arguments);
    let at = text.find(begin).unwrap_or_else(|| panic!("{text}"));
    text.split_at(at).1.to_owned()
}

fn fenced(text: &str) -> String {
    format!("```text\n{}\n```\n", text.trim_end())
}

/// What a command prints in this folder, as one types it.
fn printed_in(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    format!("$ mtatop {}\n{}", arguments.join(" "), String::from_utf8(output.stdout).unwrap())
}

/// The beginning and the end of a report on a simulated log.
fn report() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Vec::new();
    simulate::print(20_000, 7, &mut log).unwrap();
    fs::write(folder.path().join("sample.log"), log).unwrap();
    let text = printed_in(folder.path(), &["report", "--by", "remote-host", "sample.log"]);
    let lines: Vec<&str> = text.lines().collect();
    let (head, rows) = lines.split_at(6);
    let last = rows.split_at(rows.len() - 8).1;
    let shown = [head, &["…"], last].concat();
    format!("```text\n{}\n```\n", shown.join("\n"))
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

#[test]
fn it_is_short_and_leaves_the_reference_to_the_manual() {
    let lines = readme().lines().count();
    assert!(lines <= 220, "README.md has {lines} lines");
    assert!(readme().contains("(assets/manual.md)"));
}

/// Each section of the manual can be read without a browser.
#[test]
fn every_section_of_the_manual_is_a_help_topic() {
    for heading in manual().lines().filter_map(|line| line.strip_prefix("## ")) {
        let topic = if heading == "flags" { Vec::new() } else { vec![heading] };
        let text = printed_in(root(), &[&["help"][..], &topic].concat());
        assert!(text.lines().count() > 5, "{heading}: {text}");
    }
}
