//! `mtatop trace`: stories of the documented samples and of a simulated log.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::golden;
use mtatop::simulate;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What it prints on 80 columns, what it complains of, and its exit code.
fn trace(arguments: &[&str]) -> (String, String, Option<i32>) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_mtatop"))
        .arg("trace")
        .args(arguments)
        .stdin(Stdio::null())
        .env("COLUMNS", "80")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap(), status.code())
}

/// A log in a file of its own.
fn log(lines: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), lines).unwrap();
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

/// Compares with `tests/it/snapshots/trace-NAME.txt`.
#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    let (told, complaints, code) = trace(arguments);
    assert_eq!((&*complaints, code), ("", Some(0)));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    golden::check(&root.join(format!("tests/it/snapshots/trace-{name}.txt")), &told);
    for line in told.lines() {
        assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{line:?}");
    }
}

fn data(name: &str) -> String {
    format!("tests/data/{name}.log")
}

/// Two attempts that failed for now and one that did not; a bounce of another message.
const RETRIES: &str = "\
16-Feb-2007 23:50:00.00 a.1.1 tcp_intranet tcp_local    EE 2 ann@x.org rfc822;bob@y.org bob@y.org q/tcp_local/ZZf0s.00 <1@x.org> mailsrv pc1 ([10.0.0.7])
16-Feb-2007 23:50:05.00 b.1.1 tcp_local                  Q 0 ann@x.org rfc822;bob@y.org bob@y.org q/tcp_local/ZZf0s.00 <1@x.org> mailsrv  TCP active open: Failed connect() 192.0.2.1:25  Error: no route to host
17-Feb-2007 00:20:05.00 b.1.2 tcp_local                  Q 2 ann@x.org rfc822;bob@y.org bob@y.org q/tcp_local/ZYf0s.00 <1@x.org> mailsrv mx.y.org dns;mx.y.org (TCP|10.0.0.1|5001|192.0.2.1|25) (mx.y.org ESMTP) smtp;450 4.2.0 Greylisted, please come back in a while, and when you do, be so kind as to use the same address
17-Feb-2007 02:20:05.50 b.1.3 tcp_local                  D 2 ann@x.org rfc822;bob@y.org bob@y.org q/tcp_local/ZXf0s.01 <1@x.org> mailsrv mx.y.org dns;mx.y.org (TCP|10.0.0.1|5002|192.0.2.1|25) (mx.y.org ESMTP) smtp;250 2.1.5 ok
17-Feb-2007 03:00:00.00 a.1.2 tcp_intranet tcp_local    EE 2 ann@x.org rfc822;team@x.org nobody@y.org q/tcp_local/ZZg1.00 <2@x.org> mailsrv pc1 ([10.0.0.7])
17-Feb-2007 03:00:00.00 a.1.2 > Subject: the plan
17-Feb-2007 03:00:02.00 b.1.4 tcp_local                  R 2 ann@x.org rfc822;team@x.org nobody@y.org q/tcp_local/ZZg1.00 <2@x.org> mailsrv mx.y.org dns;mx.y.org (TCP|10.0.0.1|5003|192.0.2.1|25) (mx.y.org ESMTP) smtp;550 5.1.1 No such user
17-Feb-2007 03:00:02.01 b.1.4 tcp_local    process      E 3  rfc822;ann@x.org ann@x.org q/process/ZZp1.00 <3@x.org>,<2@x.org> mailsrv 
17-Feb-2007 03:00:02.50 c.1 process      ims-ms       E 3  rfc822;ann@x.org ann@ims-ms-daemon q/ims-ms/ZZp2.00 <3@x.org> mailsrv 
17-Feb-2007 03:00:02.55 c.1 process                   D 3  rfc822;ann@x.org ann@x.org q/process/ZZp1.00 <3@x.org> mailsrv 
17-Feb-2007 03:00:03.00 d.1.1 ims-ms                    D 3  rfc822;ann@x.org ann@ims-ms-daemon q/ims-ms/ZZp2.00 <3@x.org> mailsrv 
";

#[test]
fn the_documented_stories() {
    let conversion = data("sjsms2005q4-21-08-conversion.unfolded");
    check("conversion", &["bert@sesta.com", &conversion]);
    let outbound = data("sjsms2005q4-21-09-outbound-connection");
    check("outbound", &["01itrf7bdhs6000fcn@sesta.com", &outbound]);
    let inbound = data("sjsms2005q4-21-10-inbound-connection.unfolded");
    check("inbound", &["@siroe.com", &inbound]);
}

#[test]
fn retries_waits_and_bounces() {
    let log = log(RETRIES);
    check("retries", &["bob@y.org", path(&log)]);
    check("bounce", &["2@x.org", path(&log)]);
}

#[test]
fn recipients_whom_the_same_happened_to_are_told_once() {
    let mut lines = Vec::new();
    for (clock, rest) in [
        ("00.00", "tcp_local conversion E 1 a@x.org rfc822;all@y.org {}@y.org q/ZZ1.00 <1@x.org>"),
        (
            "01.00",
            "conversion ims-ms E 1 a@x.org rfc822;all@y.org {}@ims-ms-daemon q/ZZ2.00 <1@x.org>",
        ),
        ("01.10", "conversion D 1 a@x.org rfc822;all@y.org {}@y.org q/ZZ1.00 <1@x.org>"),
        ("01.20", "ims-ms D 1 a@x.org rfc822;all@y.org {}@ims-ms-daemon q/ZZ2.00 <1@x.org>"),
    ] {
        for to in ["ann", "bob", "carol"] {
            let busy = to == "bob" && clock == "01.20";
            let rest = if busy { rest.replace(" D ", " Q ") } else { rest.to_owned() };
            let rest = rest.replace("{}", to);
            lines.push(format!("16-Feb-2007 23:50:{clock} {rest}"));
        }
    }
    let held = "tcp_submit tcp_local E 1 a@x.org rfc822;b@z.org b@z.org q/ZZ3.HELD <2@x.org>\n";
    lines.push(format!("17-Feb-2007 00:10:00.00 {held}"));
    let log = log(&lines.join("\n"));
    check("list", &["1@x.org", path(&log)]);
    let (told, ..) = trace(&["2@x.org", path(&log)]);
    assert!(told.contains("enqueued, tcp_submit to tcp_local, held\n"), "{told}");
}

/// Messages of each state, from a log that is written in each format.
#[test]
fn stories_are_the_same_in_every_format() {
    let formats = ["1", "2", "3", "4", "5", "6"];
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        command.args(arguments).current_dir(folder.path()).env("COLUMNS", "80");
        String::from_utf8(command.stdin(Stdio::null()).output().unwrap().stdout).unwrap()
    };
    for format in formats {
        let log = run(&["simulate", "--entries", "6000", "--log-format", format]);
        fs::write(folder.path().join(format), log).unwrap();
    }
    let messages = run(&["export", "messages", "1"]);
    let mut asked = vec!["trace".to_owned()];
    for state in ["delivered", "relayed", "queued", "deferred", "failed"] {
        let state = format!("\"state\":\"{state}\"");
        for message in messages.lines().filter(|message| message.contains(&state)).take(3) {
            let message: serde_json::Value = serde_json::from_str(message).unwrap();
            if asked.len() > 1 {
                asked.push("-e".to_owned());
            }
            asked.push(message["message_id"].as_str().unwrap().to_owned());
        }
    }
    let told = |format| {
        let mut asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        asked.insert(2, format);
        run(&asked)
    };
    let expected = told("1");
    assert!(expected.lines().count() > 100, "{expected}");
    for format in formats {
        same(format, &run(&["export", "messages", format]), &messages);
        same(format, &told(format), &expected);
    }
}

/// Compares line by line: so much text would drown the difference.
#[track_caller]
fn same(format: &str, told: &str, expected: &str) {
    for (told, expected) in told.lines().zip(expected.lines()) {
        assert_eq!(told, expected, "LOG_FORMAT={format}");
    }
    assert_eq!(told.lines().count(), expected.lines().count(), "LOG_FORMAT={format}");
}

#[test]
fn an_id_a_file_and_an_address_lead_to_the_same_story() {
    let log = log(RETRIES);
    let (told, ..) = trace(&["<1@x.org>", path(&log)]);
    assert!(told.contains("bob@y.org: relayed, 3 attempts"), "{told}");
    for what in ["1@X.ORG", "ZXf0s.01", "f0s", "/q/ZZf0s.HELD", "bob@", "BOB@Y.ORG"] {
        assert_eq!(trace(&[what, path(&log)]).0, told, "{what}");
    }
    // The domain is that of both recipients, and what is asked for twice is told once.
    let both = trace(&["@y.org", path(&log)]).0;
    assert_eq!(trace(&["1@x.org", path(&log), "-e", "nobody@y.org"]).0, both);
    assert!(both.starts_with(&told) && both.len() > told.len());
    assert_eq!(trace(&["ann@x.org", "--domain", "y.org", path(&log)]).0, both);
}

#[test]
fn nothing_found_is_said() {
    let log = log(RETRIES);
    let (told, complaints, code) = trace(&["no\u{1b}body@x.org", path(&log)]);
    assert_eq!((&*told, code), ("", Some(1)));
    assert_eq!(complaints, "mtatop: nothing in these files mentions no\\x1bbody@x.org\n");
    let (told, complaints, code) = trace(&["ann", "-e", "ben", path(&log)]);
    assert!(told.contains("ann@x.org"));
    assert_eq!((&*complaints, code), ("mtatop: nothing in these files mentions ben\n", Some(1)));
    assert_eq!(trace(&["", path(&log)]).2, Some(2));
}

#[test]
fn what_is_remarked_on_a_file_is_no_failure() {
    let log = log(RETRIES.trim_end());
    let (told, complaints, code) = trace(&["ann", path(&log)]);
    assert!(told.contains("ann@x.org"));
    let remark = "the last line has no end, and may not be whole";
    assert_eq!((complaints, code), (format!("mtatop: {}: {remark}\n", path(&log)), Some(0)));
}

#[test]
fn of_many_messages_each_is_a_line() {
    let mut lines = Vec::new();
    simulate::print(3_000, 7, &mut lines).unwrap();
    let log = log(std::str::from_utf8(&lines).unwrap());
    let (told, _, code) = trace(&["@elbe.example", path(&log)]);
    let stories: Vec<&str> = told.lines().take_while(|line| !line.is_empty()).collect();
    assert!(code == Some(0) && stories.len() > 100, "{told}");
    let end = format!("\n\n{} messages, newest last.", stories.len());
    assert!(told.contains(&end), "{told}");
    for line in stories {
        assert!(line.starts_with("2007-02-1") && line.ends_with('>'), "{line}");
    }
}

#[test]
fn what_strangers_write_does_not_act() {
    let hostile = RETRIES
        .replace("Greylisted", "\u{1b}[2J\u{202e}Grey\u{7}")
        .replace("the plan", "\u{9b}31m")
        .replace("mx.y.org dns", "mx\u{1b}]0;x.org dns");
    let log = log(&hostile);
    let (told, ..) = trace(&["ann@x.org", path(&log)]);
    assert!(told.contains("\\x1b[2J\\u{202e}Grey\\x07"), "{told}");
    assert!(told.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{told:?}");
}

#[test]
fn text_that_is_no_entry_is_not_passed_over_in_silence() {
    let log = log(&format!("{RETRIES}17-Feb-2007 04:00:00.00 bob@y.org damaged\n"));
    let (told, ..) = trace(&["bob@y.org", path(&log)]);
    assert!(told.ends_with("\n\nIt also occurs in 1 unparsed line.\n"), "{told}");
}
