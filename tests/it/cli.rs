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
    check_refusal(&["some.log"], "standard output is no terminal");
    check_refusal(&["--demo"], "standard output is no terminal");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    check_refusal(&[], "no log file named");
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
fn a_simulated_log_has_its_truth_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("truth.ndjson");
    let truth = path.to_str().unwrap();
    let Output { status, stdout, .. } =
        run(&["simulate", "--entries", "50", "--odd", "--log-format", "4", "--truth", truth]);
    assert!(status.success());
    let log = String::from_utf8(stdout).unwrap();
    let truth = std::fs::read_to_string(path).unwrap();
    assert_eq!((log.lines().count(), truth.lines().count()), (50, 50));
    for (entry, truth) in log.lines().zip(truth.lines()) {
        let truth: serde_json::Value = serde_json::from_str(truth).unwrap();
        let time = truth["time"].as_str().unwrap();
        assert!(entry.contains(&format!(" ts=\"{time}\" ")), "{entry}");
    }
    check_refusal(&["simulate", "--log-format", "7"], "--log-format");
    let nowhere = folder.path().join("no/such/folder");
    let Output { status, stdout, stderr } =
        run(&["simulate", "--truth", nowhere.to_str().unwrap()]);
    assert_eq!((status.code(), stdout), (Some(1), Vec::new()));
    assert_eq!(String::from_utf8(stderr).unwrap().lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn f25_of_a_truth_that_cannot_be_whole_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth.ndjson");
    // As on a full disk, but for the reason: no file may grow beyond so many blocks.
    let script = r#"trap "" XFSZ; ulimit -f 64; exec "$0" simulate --truth "$1""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_mtatop"), truth.to_str().unwrap()]);
    let Output { status, stderr, .. } = command.stdout(Stdio::null()).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(said.contains("truth.ndjson: File too large"), "{said}");
    assert_eq!((status.code(), truth.exists()), (Some(1), false));
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
