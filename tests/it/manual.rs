//! What the program tells about itself, as those read it for whom it is made.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn mtatop(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mtatop")).args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> Vec<u8> {
    let Output { status, stdout, stderr } = mtatop(arguments);
    assert_eq!((status.code(), &*stderr), (Some(0), &b""[..]), "{arguments:?}");
    stdout
}

/// What a program says of this text, if the program is there.
fn fed(program: &str, arguments: &[&str], text: &[u8]) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(&text));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    Some(output)
}

#[test]
fn shells_read_their_scripts() {
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = printed(&["completions", shell]);
        assert!(String::from_utf8_lossy(&script).contains("max-memory"));
        if let Some(output) = fed(shell, &[check], &script) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
        }
    }
}

#[test]
fn the_page_is_read_without_a_warning() {
    for arguments in [&["man"][..], &["man", "report"], &["man", "export"]] {
        let page = printed(arguments);
        if let Some(output) = fed("groff", &["-man", "-Tutf8", "-ww"], &page) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
            assert!(!output.stdout.is_empty());
        }
    }
}

#[test]
fn limits_are_a_flag_and_a_topic() {
    let table = printed(&["--limits"]);
    assert_eq!(table, printed(&["help", "limits"]));
    assert!(String::from_utf8(table).unwrap().contains("64 KiB  of an entry are kept"));
}

#[test]
fn what_there_is_no_help_on_is_refused_in_one_line() {
    for arguments in [["help", "mail\x1b[2J"], ["man", "mail\x1b[2J"]] {
        let Output { status, stdout, stderr } = mtatop(&arguments);
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!((status.code(), &*stdout), (Some(2), &b""[..]));
        assert!(said.starts_with("mtatop: no help topic") && !said.contains('\x1b'), "{said}");
        assert_eq!(said.lines().count(), 1);
    }
}
