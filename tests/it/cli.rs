//! The program without a terminal: what it prints, and the code it ends with.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

fn mtatop(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    command.args(arguments).stdin(Stdio::null()).env("TERM", "xterm-256color");
    command
}

fn run(arguments: &[&str]) -> Output {
    mtatop(arguments).output().unwrap()
}

/// It refuses with code 2 and one line, in which these words stand.
#[track_caller]
fn check_refusal(arguments: &[&str], words: &str) {
    let Output { status, stdout, stderr } = run(arguments);
    let line = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), &*stdout), (Some(2), &b""[..]), "{arguments:?}: {line}");
    assert!(line.starts_with("mtatop: ") && line.contains(words), "{line}");
    assert_eq!((line.lines().count(), line.ends_with('\n')), (1, true), "{line}");
}

#[test]
fn f30_without_a_terminal_it_says_so() {
    check_refusal(&["some.log"], "stdout is not a terminal");
    check_refusal(&["--demo"], "stdout is not a terminal");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    check_refusal(&[], "no log file given");
    check_refusal(&["--no-such-flag"], "--no-such-flag");
    check_refusal(&["--demo", "some.log"], "--demo");
    check_refusal(&["--color", "sometimes", "some.log"], "sometimes");
    check_refusal(&["simulate", "--entries", "many"], "many");
    check_refusal(&["export", "entries"], "not provided: <FILE>...; see");
    check_refusal(&["trace"], "not provided: <WHAT>, <FILE>...; see");
    check_refusal(
        &["report", "--by", "x", "some.log"],
        "'--by <KEY>': there are domain, org-domain, channel, ",
    );
}

#[test]
fn a_domain_that_is_none_is_refused() {
    check_refusal(&["--domain", "", "some.log"], "--domain");
    check_refusal(&["--domain", "/(/", "some.log"], "--domain");
}

#[test]
fn a_filter_that_is_none_is_refused_where_it_goes_wrong() {
    for (arguments, words) in [
        (&["--filter", "y.org cod:421", "some.log"][..], "--filter 'y.org cod:421': character 7:"),
        (&["report", "--filter", "text:(", "some.log"], "character 6: unclosed group"),
        (&["trace", "x", "--since", "soon", "some.log"], "--since 'soon': character 1: a time is"),
        (&["check", "--until", "1h 2h", "some.log"], "--until '1h 2h': character 3: one value"),
        (&["report", "--filter", "conn:1", "some.log"], "conn: is known to trace and export"),
        (&["export", "entries", "--filter", "conn:1", "some.log"], "conn: is known to"),
    ] {
        check_refusal(arguments, words);
    }
}

#[test]
fn no_byte_of_the_command_line_acts_on_the_terminal() {
    for arguments in [
        &["--x\x1b[2J\u{9b}2J\u{202e}"][..],
        &["--color", "\x1b[2J\u{202e}", "some.log"],
        &["--domain", "/(\x1b[2J\u{202e}/", "some.log"],
        &["--filter", "x\x1b[2J\n\u{202e}:y", "some.log"],
        &["report", "--since", "\x1b]0;x\x07", "some.log"],
        &["simulate", "--seed", "\x1b]0;x\x07\n\n"],
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        let line = said.strip_suffix('\n').unwrap();
        assert_eq!(output.status.code(), Some(2));
        let harmless = |c: char| !c.is_control() && c != '\u{202e}';
        assert!(line.chars().all(harmless), "{line:?}");
    }
}

#[test]
fn help_and_version_are_for_standard_output() {
    for (flag, word) in [("--help", "Usage: mtatop"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let Output { status, stdout, stderr } = run(&[flag]);
        assert!(String::from_utf8(stdout).unwrap().contains(word), "{flag}");
        assert_eq!((status.code(), &*stderr), (Some(0), &b""[..]), "{flag}");
    }
}

#[test]
fn a_seed_gives_the_same_log_each_time() {
    let simulate = |seed| {
        let Output { status, stdout, .. } = run(&["simulate", "--entries", "5", "--seed", seed]);
        assert!(status.success());
        String::from_utf8(stdout).unwrap()
    };
    let log = simulate("1");
    assert_eq!(log.lines().count(), 5);
    assert!(log.ends_with('\n'));
    assert_eq!(simulate("1"), log);
    assert_ne!(simulate("2"), log);
}

#[test]
fn a_simulated_log_is_written_as_its_options_say() {
    let Output { status, stdout, .. } = run(&[
        "simulate",
        "--entries=50",
        "--odd",
        "--log-format=4",
        "--log-option=LOG_NODE=1",
        "--log-option=LOG_PROCESS=0",
        "--profile=relay",
    ]);
    assert!(status.success());
    let log = String::from_utf8(stdout).unwrap();
    assert_eq!(log.lines().count(), 50);
    for entry in log.lines() {
        assert!(entry.contains(" no=\"mta1\" sc=") && !entry.contains(" pi="), "{entry}");
    }
    check_refusal(&["simulate", "--log-format", "7"], "--log-format");
    check_refusal(&["simulate", "--log-option", "LOG_MOOD=1"], "LOG_MOOD");
    check_refusal(&["simulate", "--profile", "list"], "--profile");
}

#[test]
fn f35_a_reader_that_had_enough_is_no_failure() {
    let mut child = mtatop(&["simulate", "--entries", "20000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'));
    // The pipe is closed by now, long before all was written.
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!((status.code(), &*stderr), (Some(0), &b""[..]));
}
