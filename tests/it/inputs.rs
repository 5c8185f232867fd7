//! What can be named on the command line: several files, directories, patterns, packed files, pipes.

use crate::pty::Pty;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mtatop");

/// A connection to a host: one entry.
fn opened(host: &str, second: usize) -> String {
    let port = 1024 + host.bytes().map(u16::from).sum::<u16>();
    format!(
        "19-Feb-1998 10:52:{second:02}.79 {port:x}.2.0 tcp_local - O TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{host}/{host}\n"
    )
}

/// A directory with such files.
fn room(files: &[(&str, String)]) -> TempDir {
    let room = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(room.path().join(name), text).unwrap();
    }
    room
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap()
}

fn on_screen(arguments: &[&str]) -> Pty {
    Pty::spawn(Path::new(PROGRAM), arguments, (120, 40), &[])
}

#[track_caller]
fn quit(mut pty: Pty) {
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

/// Runs a command with these bytes for standard input: its exit code, and what it complains about.
fn complaints(arguments: &[&str], stdin: &[u8]) -> (Option<i32>, String) {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn f34_a_log_comes_through_standard_input_and_keys_from_the_terminal() {
    let room = room(&[("log", opened("one.example", 1) + &opened("two.example", 2))]);
    let script = format!("cat {} | {PROGRAM} -", text(room.path().join("log")));
    let mut pty = Pty::spawn(Path::new("/bin/sh"), &["-c", &script], (120, 40), &[]);
    pty.wait_for("read to its end");
    pty.wait_for("2 entries");
    pty.press("/two.example\r");
    pty.wait_for("filter two.example");
    pty.wait_until(|screen| !screen.contents().contains("one.example"));
    quit(pty);
}

#[test]
fn a_named_pipe_is_read_as_it_is_written() {
    let room = tempfile::tempdir().unwrap();
    let fifo = text(room.path().join("fifo"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let pty = on_screen(&[&fifo]);
    let mut writer = OpenOptions::new().write(true).open(&fifo).unwrap();
    for (second, host) in ["one.example", "two.example", "three.example"].iter().enumerate() {
        writer.write_all(opened(host, second).as_bytes()).unwrap();
        pty.wait_for(host);
    }
    pty.wait_for("following");
    drop(writer);
    pty.wait_for("read to its end");
    quit(pty);
}

#[test]
fn a_directory_is_followed_through_the_night() {
    let hosts = ["older.example", "yesterday.example", "current.example"];
    let names = ["mail.log", "mail.log_yesterday", "mail.log_current"];
    let [older, yesterday, current] = [0, 1, 2].map(|at| opened(hosts[at], at));
    let room = room(&[(names[0], older), (names[1], yesterday.clone()), (names[2], current)]);
    fs::write(room.path().join("mail.log.1.gz"), gzip(&opened("packed.example", 0))).unwrap();
    let pty = on_screen(&[room.path().to_str().unwrap()]);
    hosts.iter().chain(&["packed.example", "4 entries"]).for_each(|word| {
        pty.wait_for(word);
    });
    let [older, yesterday_path, current] = names.map(|name| room.path().join(name));
    OpenOptions::new().append(true).open(older).unwrap().write_all(yesterday.as_bytes()).unwrap();
    fs::rename(&current, yesterday_path).unwrap();
    fs::write(&current, opened("new.example", 9)).unwrap();
    pty.wait_for("new.example");
    pty.wait_for("5 entries");
    quit(pty);
}

#[test]
fn what_is_wrong_with_an_input_is_said_and_the_others_are_read() {
    let room = room(&[("mail.log", opened("one.example", 1))]);
    let [log, none, cut] = ["mail.log", "none", "cut.gz"].map(|name| text(room.path().join(name)));
    let packed = gzip(&opened("one.example", 1));
    fs::write(&cut, &packed[..packed.len() - 9]).unwrap();
    let length = opened("one.example", 1).len();
    let bare = text(room.path().join("bare"));
    fs::create_dir(&bare).unwrap();
    for (wrong, words) in [
        (none.clone(), "no such file".to_owned()),
        (format!("{none}*"), "no file matches the pattern".to_owned()),
        (bare, "holds no mail.log* and no connection.log*".to_owned()),
        (cut, format!("gzip data truncated after {length} bytes")),
        ("/dev/null".to_owned(), "is not a regular file".to_owned()),
    ] {
        let wanted = (Some(1), format!("mtatop: {wrong}: {words}\n"));
        assert_eq!(complaints(&["check", &log, &wrong], b""), wanted);
    }
}

#[test]
fn standard_input_may_be_packed_and_damaged() {
    let packed = gzip(&opened("one.example", 1));
    assert_eq!(complaints(&["check", "-"], &packed), (Some(0), String::new()));
    let (code, said) = complaints(&["check", "-"], &packed[..30]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("mtatop: -: gzip data truncated after"), "{said}");
}

#[test]
fn what_was_left_out_is_said_but_no_failure() {
    let (one, two) = (opened("one.example", 1), opened("two.example", 2));
    let room = room(&[("mail.log", one + &two), ("mail.log_yesterday", two)]);
    let [older, yesterday] =
        ["mail.log", "mail.log_yesterday"].map(|name| text(room.path().join(name)));
    let line = format!("mtatop: {yesterday}: stands in {older} as well; read once\n");
    assert_eq!(complaints(&["check", room.path().to_str().unwrap()], b""), (Some(0), line));
}

#[test]
fn a_name_in_a_complaint_does_not_act_on_the_terminal() {
    let room = room(&[]);
    let name = text(room.path().join("mail.log\u{1b}[2J\u{202e}"));
    fs::write(&name, opened("one.example", 1)).unwrap();
    let link = text(room.path().join("mail.log"));
    fs::hard_link(&name, link).unwrap();
    let (code, said) = complaints(&["check", room.path().to_str().unwrap()], b"");
    assert_eq!(code, Some(0));
    let harmless = |c: char| !c.is_control() && c != '\u{202e}';
    assert!(said.trim_end().chars().all(harmless) && said.contains("is the same file"), "{said:?}");
}
