//! `mtatop check`: what it finds in logs, and in what is none.

use crate::golden;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs it in a folder; gives the exit code, what it prints, and its complaints.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    command.arg("check").args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Checks one file of these bytes.
fn check_bytes(bytes: &[u8]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail.log"), bytes).unwrap();
    check(folder.path(), &["mail.log"])
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn documented_logs() {
    let folder = root().join("tests/data");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            let stem = name.strip_suffix(".log");
            stem.is_some_and(|stem| !stem.ends_with(".unfolded"))
        })
        .collect();
    names.sort();
    let mut all = String::new();
    for name in &names {
        let (code, text, complaints) = check(&folder, &[name]);
        assert_eq!((code, &*complaints), (0, ""), "{name}: {text}");
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{name}");
        all.extend(["$ mtatop check ", name, "\n", &text, "\n"]);
    }
    golden::check(&root().join("tests/it/snapshots/check.txt"), &all);
}

#[test]
fn several_files_answer_together() {
    let folder = root().join("tests/data");
    let connections = "sjsms2005q4-21-10-inbound-connection.log";
    let ids = "sjsms2005q4-21-02-optional-fields.log";
    let (code, text, _) = check(&folder, &[connections, ids]);
    assert_eq!(code, 0);
    for path in [connections, ids] {
        assert!(text.lines().any(|line| line == path), "{text}");
    }
    let (_, questions) = text.split_once("Questions").unwrap();
    assert!(questions.contains("LOG_PROCESS=1") && !questions.contains("LOG_MESSAGE_ID"), "{text}");
}

#[test]
fn what_is_no_log_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    for (name, bytes) in
        [("empty", &b""[..]), ("junk", b"one\ntwo\n\x1b[2J\xff\n"), ("binary", &binary)]
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (code, text, complaints) = check(folder.path(), &[name]);
        assert_eq!(code, 1, "{name}: {text}");
        assert!(text.starts_with(&format!("{name}\n  entries     none")), "{text}");
        let harmless = |c: char| c == '\n' || !c.is_control();
        assert!(text.chars().all(harmless) && complaints.chars().all(harmless), "{text:?}");
    }
    let (_, text, _) = check(folder.path(), &["junk"]);
    assert!(text.contains("3 lines are no entries: no time stamp"), "{text}");
    assert!(text.contains(r"junk:3: \x1b[2J\xff"), "{text}");
}

#[test]
fn a_file_without_entries_is_named_beside_others() {
    let folder = tempfile::tempdir().unwrap();
    let log = "16-Feb-2007 14:54:13.72 l tcp_local E 1 a@x.org rfc822;b@y.org b@y.org\n";
    for (name, bytes) in [("mail.log", log), ("empty", ""), ("junk", "junk\n")] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (_, text, _) = check(folder.path(), &["mail.log", "empty"]);
    assert!(text.starts_with("mail.log\n  format"), "{text}");
    assert!(text.contains("\nempty\n  entries     none: nothing was read of it\n"), "{text}");
    let (code, text, _) = check(folder.path(), &["mail.log", "junk"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("\njunk\n  entries     none\n  unparsed    1 line is no entry"),
        "{text}"
    );
}

#[test]
fn damage_is_counted_and_shown() {
    let (code, text, _) = check_bytes(
        b"16-Feb-2007 14:54:13.72 tcp_local    ims-ms       EEX 1 a@x.org rfc822;b@y.org b@ims-ms-daemon\r\n\
          16-Feb-2007 12:54:13.72 tcp_local    ims-ms       G 1 Gr\xf6\xdfe@x.org rfc822;b@y.org b@ims-ms-daemon\r\n\
          16-Feb-2007 18:54:13.72 tcp_local    ims-ms       E x\r\n\
          16-Feb-2007 18:54:13.72 tcp_local    ims-ms       E 1 a\0@x.org rfc822;b@y.org b@ims-ms-daemon\r\n",
    );
    assert_eq!(code, 0);
    for expected in [
        "the code EEX is in no document: 1 time, first on line 1",
        "the code G is in no document: 1 time, first on line 2",
        "the clock goes back 2 h 0 min at line 2",
        "the longest silence is 6 h 0 min, before line 4",
        "1 line with bytes that are no UTF-8",
        "lines end in CR LF",
        "1 line is no entry: no size after the action code",
        "mail.log:3: 16-Feb-2007",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn scripts_get_the_same_as_json() {
    let folder = root().join("tests/data");
    let name = "sjsms2005q4-21-09-outbound-connection.log";
    let (code, text, _) = check(&folder, &[name, "--format", "json"]);
    let found: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let at = |pointer: &str| found.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!((code, at("/files/0/file"), at("/files/0/entries")), (0, name.into(), 10.into()));
    assert_eq!(at("/files/0/folded"), true);
    assert_eq!(at("/files/0/first"), "1998-02-19T10:52:05");
    assert_eq!(at("/files/0/actions/O"), 2);
    let options = at("/files/0/options");
    assert!(options.as_array().unwrap().contains(&"LOG_CONNECTION=3".into()), "{options}");
    assert_eq!(at("/unanswered/0/number"), 7);
}

#[test]
fn a_domain_leaves_its_entries_and_all_damage() {
    let folder = tempfile::tempdir().unwrap();
    let log = "16-Feb-2007 14:54:13.72 l tcp_local E 1 a@x.org rfc822;b@y.org b@y.org\n\
               16-Feb-2007 14:54:14.72 l tcp_local E 1 a@x.org rfc822;b@z.org b@z.org\n\
               16-Feb-2007 14:54:15.72 l tcp_local E 1 a@x.org rfc822;b@z.org b@z.org\n\
               junk\n";
    std::fs::write(folder.path().join("mail.log"), log).unwrap();
    let (code, text, _) = check(folder.path(), &["mail.log", "--domain", "none.org"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("  entries     none\n  note        3 entries of other domains\n"),
        "{text}"
    );
    let (code, text, _) = check(folder.path(), &["mail.log", "--domain", "y.org"]);
    assert_eq!(code, 0);
    assert!(
        text.contains("  entries     1: 1 message\n") && text.contains("1 line is no entry"),
        "{text}"
    );
}
