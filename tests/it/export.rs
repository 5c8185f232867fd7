//! `mtatop export`: what comes out is what the log says, whole or not at all.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::pty::Pty;
use mtatop::simulate;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mtatop");

fn export(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("export").args(arguments).stdin(Stdio::null());
    command
}

/// What it prints, when all goes well.
#[track_caller]
fn printed(arguments: &[&str]) -> Vec<u8> {
    let Output { status, stdout, stderr } = export(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), &*said), (Some(0), ""), "{arguments:?}");
    stdout
}

fn objects(lines: &[u8]) -> Vec<Value> {
    let lines = lines.split_inclusive(|&b| b == b'\n');
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// A directory with a log in it.
struct Room {
    folder: tempfile::TempDir,
    log: PathBuf,
}

impl Room {
    fn with(log: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail.log");
        fs::write(&path, log).unwrap();
        Self { folder, log: path }
    }

    fn simulated(entries: usize, seed: u64) -> Self {
        let mut log = Vec::new();
        simulate::print(entries, seed, &mut log).unwrap();
        Self::with(log)
    }

    fn log(&self) -> &str {
        self.log.to_str().unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).into_os_string().into_string().unwrap()
    }

    fn append(&self, bytes: &[u8]) {
        OpenOptions::new().append(true).open(&self.log).unwrap().write_all(bytes).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

const ENTRY: &str = "19-Jan-1998 19:16:57.64 l tcp_local E 1 adam@a.org rfc822;b@b.org b@b.org\n";

#[test]
fn documented_entries_are_exported_as_documented() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut compared = 0;
    for file in fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        let name = path.to_str().unwrap();
        let Some(stem) = name.strip_suffix(".log") else { continue };
        let golden = format!("{}.entries.ndjson", stem.trim_end_matches(".unfolded"));
        let text = fs::read(&path).unwrap();
        let mut found = objects(&printed(&["entries", name]));
        for entry in &mut found {
            let members = entry.as_object_mut().unwrap();
            members.remove("domain");
            assert_eq!(members.remove("file"), Some(name.into()));
            let offset = members.remove("offset").unwrap().as_u64().unwrap();
            let before = &text[..usize::try_from(offset).unwrap()];
            let line = 1 + memchr::memchr_iter(b'\n', before).count();
            assert_eq!(members.remove("line"), Some(line.into()), "{name}");
            assert!(before.is_empty() || before.ends_with(b"\n"), "{name}: {offset}");
        }
        assert_eq!(found, objects(&fs::read(golden).unwrap()), "{name}");
        compared += found.len();
    }
    assert!(compared >= 40, "{compared} entries compared");
}

#[test]
fn raw_entries_are_the_bytes_of_the_file() {
    let room = Room::simulated(3_000, 1);
    assert_eq!(printed(&["entries", "--format", "raw", room.log()]), fs::read(&room.log).unwrap());
    // Enough of a log that a line which is no entry continues none.
    let log = ENTRY.repeat(4);
    let odd =
        Room::with([log.as_bytes(), b"junk \xff\x1b\n\r\n", ENTRY.as_bytes(), b"x\r\n"].concat());
    let expected = [log.as_bytes(), b"junk \xff\x1b\n", ENTRY.as_bytes(), b"x\r\n"].concat();
    assert_eq!(printed(&["entries", "--format", "raw", odd.log()]), expected);
}

#[test]
fn several_files_are_merged_by_time() {
    let (one, two) = (Room::with(ENTRY), Room::with(ENTRY.replace("19:16", "19:15")));
    let found = objects(&printed(&["entries", one.log(), two.log()]));
    let files: Vec<_> = found.iter().map(|entry| entry["file"].as_str().unwrap()).collect();
    assert_eq!(files, [two.log(), one.log()]);
}

#[test]
fn a_table_has_a_head_and_a_row_an_entry() {
    let room = Room::with(ENTRY.replace("adam@a.org", "=1+1@a.org"));
    let text = String::from_utf8(printed(&["entries", "--format", "csv", room.log()])).unwrap();
    let lines: Vec<Vec<&str>> =
        text.split_terminator("\r\n").map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].len(), lines[1].len());
    let cell = |name| lines[1][lines[0].iter().position(|column| *column == name).unwrap()];
    assert_eq!((cell("kind"), cell("line"), cell("size")), ("message", "1", "1"));
    assert_eq!(cell("envelope_from"), "'=1+1@a.org");
    assert_eq!(cell("transport.remote_ip"), "");
    let connections = printed(&["connections", "--format", "csv", room.log()]);
    assert!(connections.starts_with(b"id,file,direction,channel,"));
}

#[test]
fn only_entries_have_bytes_of_their_own() {
    let room = Room::with(ENTRY);
    for what in ["connections", "deliveries", "messages"] {
        let Output { status, stderr, .. } =
            export(&[what, "--format", "raw", room.log()]).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!((status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains("--format raw"), "{said}");
    }
}

#[test]
fn whatever_a_stranger_sends_is_one_line_that_acts_on_nothing() {
    let hostile = b"a\x1b[2J\x07\x00\xc2\x9b\xe2\x80\xae\xff\x7f\xe2\x80\xa8\"\\@b.org";
    let entry =
        [&b"19-Jan-1998 19:16:57.64 l tcp_local E 1 "[..], hostile, b" rfc822;b@b.org b@b.org\n"]
            .concat();
    let room = Room::with([&entry[..], ENTRY.repeat(4).as_bytes(), hostile, b"\n"].concat());
    for format in ["ndjson", "csv"] {
        let text =
            String::from_utf8(printed(&["entries", "--format", format, room.log()])).unwrap();
        let ends = if format == "csv" { "\r\n" } else { "\n" };
        let lines: Vec<&str> = text.split_terminator(ends).collect();
        assert_eq!(lines.len(), 6 + usize::from(format == "csv"), "{text}");
        let acts = |c: char| c.is_control() || ['\u{202e}', '\u{2028}'].contains(&c);
        assert!(!lines.iter().any(|line| line.contains(acts)), "{text}");
    }
    let found = objects(&printed(&["entries", room.log()]));
    assert_eq!(found[0]["envelope_from"], String::from_utf8_lossy(hostile).as_ref());
    assert_eq!((&found[5]["kind"], &found[5]["line"]), (&"unparsed".into(), &6.into()));
    assert_eq!(found[5]["text"], String::from_utf8_lossy(hostile).as_ref());
}

#[test]
fn on_a_terminal_raw_bytes_are_shown_and_not_obeyed() {
    let room = Room::with(b"\x1b[31mred\x1b]0;title\x07\n");
    let mut pty = Pty::spawn(
        Path::new(PROGRAM),
        &["export", "entries", "--format", "raw", room.log()],
        (100, 10),
        &[],
    );
    pty.wait_exit();
    let seen = String::from_utf8(pty.raw()).unwrap();
    assert!(seen.starts_with("\\x1b[31mred\\x1b]0;title\\x07\r\n"), "{seen:?}");
    assert!(!seen.contains('\x1b'), "{seen:?}");
}

#[test]
fn a_filter_leaves_what_the_counts_count() {
    let room = Room::simulated(4_000, 5);
    let domain = "bigmail.example";
    let inside = |address: &Value| {
        let host = address.as_str().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        host == domain || host.ends_with(&format!(".{domain}"))
    };
    let wanted = |entry: &Value| match entry["kind"].as_str().unwrap() {
        "message" => inside(&entry["original_to"]) || inside(&entry["active_to"]),
        "connection" => inside(&entry["application"]["initial_host"]),
        _ => false,
    };
    let all = objects(&printed(&["entries", room.log()]));
    assert_eq!(all.len(), 4_000);
    let expected: Vec<Value> = all.into_iter().filter(wanted).collect();
    assert!(expected.len() > 50, "{} entries left", expected.len());
    let left = objects(&printed(&["entries", "--domain", domain, room.log()]));
    assert_eq!(left, expected);
    let delivered: u64 = objects(&printed(&["connections", "--domain", domain, room.log()]))
        .iter()
        .map(|connection| connection["delivered"].as_u64().unwrap())
        .sum();
    let dequeued = expected.iter().filter(|entry| {
        entry["action"] == "D" && entry["source_channel"].as_str().unwrap().starts_with("tcp_")
    });
    assert_eq!(delivered, dequeued.count() as u64);
}

#[test]
fn the_same_filter_leaves_the_same_in_every_export() {
    let room = Room::simulated(4_000, 5);
    let filter =
        ["--filter", "outcome:relayed code:250 -host:mx1.bigmail.example", "--since", "20s"];
    let export = |what: &str| objects(&printed(&[&[what], &filter[..], &[room.log()]].concat()));
    let entries = export("entries");
    assert!(entries.len() > 50, "{}", entries.len());
    for entry in &entries {
        assert_eq!((&entry["action"], &entry["response"]["code"]), (&"D".into(), &250.into()));
        assert_ne!(entry["remote_mta"]["host"], "mx1.bigmail.example");
    }
    let deliveries = export("deliveries");
    assert_eq!(deliveries.len(), entries.len());
    assert!(deliveries.iter().all(|delivery| delivery["outcome"] == "relayed"));
    let connections = export("connections");
    let relayed = |connection: &Value| connection["delivered"].as_u64().unwrap();
    assert_eq!(connections.iter().map(relayed).sum::<u64>(), entries.len() as u64);
    let recipients = export("messages")
        .iter()
        .map(|message| message["recipients"].as_array().unwrap().len())
        .sum::<usize>();
    assert_eq!(recipients, entries.len());
    let id = &connections[3]["id"];
    let conn = ["--filter", &format!("conn:{id}")];
    let one = objects(&printed(&[&["connections"], &conn[..], &[room.log()]].concat()));
    assert_eq!((one.len(), &one[0]["id"]), (1, id));
    let over = objects(&printed(&[&["deliveries"], &conn[..], &[room.log()]].concat()));
    assert!(!over.is_empty() && over.iter().all(|delivery| delivery["connection"] == *id));
}

/// Connections of a log by their process, counted again from the entries: those that were opened,
/// in order, with the times of their end and their counts of E, D, Q, R, J.
fn recounted(entries: &[Value]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut by_process: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let process = entry["process"].as_str().unwrap();
        let thread = process.rsplit_once('.').unwrap().0.to_owned();
        let action = entry["action"].as_str().unwrap();
        if action == "O" {
            by_process.insert(thread.clone(), all.len());
            all.push(serde_json::json!({
                "process": thread, "opened": entry["time"], "state": "open",
                "channel": entry["source_channel"], "direction": entry["direction"],
                "transport": entry["transport"],
                "enqueued": 0, "delivered": 0, "deferred": 0, "failed": 0, "rejected": 0,
            }));
            continue;
        }
        let Some(connection) = by_process.get(&thread).map(|&at| &mut all[at]) else { continue };
        let count = match action {
            "C" => {
                connection["state"] = "closed".into();
                connection["closed"] = entry["time"].clone();
                continue;
            }
            "E" => "enqueued",
            "D" => "delivered",
            "Q" => "deferred",
            "R" => "failed",
            "J" => "rejected",
            _ => continue,
        };
        let counted = connection[count].as_u64().unwrap();
        connection[count] = (counted + 1).into();
    }
    all
}

#[test]
fn connections_are_those_of_the_entries() {
    let room = Room::simulated(5_000, 9);
    let expected = recounted(&objects(&printed(&["entries", room.log()])));
    let found = objects(&printed(&["connections", room.log()]));
    let numbers: Vec<u64> =
        found.iter().map(|connection| connection["id"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "each has a number of its own");
    let opened = found.iter().filter(|connection| connection.get("opened").is_some());
    let mut compared = 0;
    for (connection, expected) in opened.zip(&expected) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(connection.get(name), Some(value), "{name} of {connection}");
        }
        assert_eq!(connection.get("closed").is_some(), connection["state"] != "open");
        assert_eq!(connection["file"], room.log());
        compared += 1;
    }
    assert!(compared == expected.len() && compared > 300, "{compared} connections");
}

#[test]
fn a_connection_says_what_became_of_it() {
    let log = "\
19-Feb-1998 10:52:10.10 1f.2.0 tcp_local - O TCP|10.0.0.1|1|10.0.0.2|25 SMTP/a.org/mx.a.org
19-Feb-1998 10:52:11.20 1f.2.1 tcp_local - C TCP|10.0.0.1|1|10.0.0.2|25 SMTP/a.org/mx.a.org/TLS-128-RC4 idle too long
19-Feb-1998 10:52:12.30 1f.3.0 tcp_local - Y SMTP/b.org/b.org
19-Feb-1998 10:52:13.40 1f.4.0 tcp_local + X TCP|10.0.0.1|25|10.0.0.3|9 SMTP go away
19-Feb-1998 10:52:14.50 1f.5.0 tcp_local + O TCP|10.0.0.1|25|10.0.0.4|9 SMTP
19-Feb-1998 10:52:15.60 1f.5.1 tcp_local + O TCP|10.0.0.1|25|10.0.0.5|9 SMTP
";
    let room = Room::with(log);
    let found = objects(&printed(&["connections", room.log()]));
    let of = |at: usize, name: &str| found[at].get(name).and_then(Value::as_str);
    let states: Vec<_> = (0..found.len()).map(|at| of(at, "state").unwrap()).collect();
    assert_eq!(states, ["closed", "failed", "rejected", "closed", "open"]);
    assert_eq!(of(0, "closed"), Some("1998-02-19T10:52:11.20"));
    assert_eq!((of(0, "reason"), of(0, "process")), (Some("idle too long"), Some("1f.2")));
    assert_eq!(found[0]["application"]["tls"], "TLS-128-RC4");
    assert_eq!((of(1, "opened"), of(1, "closed")), (None, Some("1998-02-19T10:52:12.30")));
    assert_eq!((of(2, "reason"), of(2, "direction")), (Some("go away"), Some("inbound")));
    // Its thread went on, but nobody logged when it was over.
    assert_eq!((of(3, "opened"), of(3, "closed")), (Some("1998-02-19T10:52:14.50"), None));
}

/// A running export, its lines read as they come.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            export(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Waits for the next line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// All the rest, and how it ended.
    fn end(mut self) -> (String, Option<i32>, String) {
        let (mut rest, mut said) = (String::new(), String::new());
        self.lines.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (rest, self.child.wait().unwrap().code(), said)
    }
}

#[test]
fn what_is_followed_comes_while_the_log_grows() {
    let room = Room::with(ENTRY);
    let mut running = Running::start(&[
        "entries",
        "--format",
        "raw",
        "--follow",
        "--exit-after-idle",
        "1",
        room.log(),
    ]);
    assert_eq!(running.line(), ENTRY);
    for second in ["01", "02"] {
        let entry = ENTRY.replace(":57", &format!(":{second}"));
        room.append(entry.as_bytes());
        assert_eq!(running.line(), entry);
    }
    assert_eq!(running.end(), (String::new(), Some(0), String::new()));
}

#[test]
fn a_signal_ends_following_with_all_that_was_found() {
    let open =
        "19-Feb-1998 10:52:10.10 1f.2.0 tcp_local - O TCP|10.0.0.1|1|10.0.0.2|25 SMTP/a.org/b\n";
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let room = Room::with(ENTRY);
        let mut running = Running::start(&["entries", "--follow", room.log()]);
        assert!(running.line().contains("adam@a.org"));
        running.signal(signal);
        assert_eq!(running.end(), (String::new(), Some(code), String::new()));
        // One that is over by the log's clock is printed at once, the open one at the end.
        let over = open.replace("1f.2.0", "1f.9.0").replace(" O ", " X ").replace("|1|", "|2|");
        let later = ENTRY.replace("19-Jan", "20-Feb");
        let room = Room::with([open, &*over, &*later].concat());
        let mut running = Running::start(&["connections", "--follow", room.log()]);
        assert!(running.line().contains("rejected"));
        running.signal(signal);
        let (rest, ended, said) = running.end();
        assert_eq!((ended, &*said), (Some(code), ""));
        assert_eq!(
            (rest.lines().count(), rest.contains("\"state\":\"open\"")),
            (1, true),
            "{rest}"
        );
    }
}

#[test]
fn a_file_is_there_when_it_is_whole() {
    let room = Room::simulated(2_000, 3);
    let path = room.path("entries.ndjson");
    assert_eq!(printed(&["entries", "--output", &path, room.log()]), b"");
    assert_eq!(fs::read(&path).unwrap(), printed(&["entries", room.log()]));
    assert_eq!(room.names(), ["entries.ndjson", "mail.log"]);
    let output = export(&["entries", "--output", room.log(), room.log()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().ends_with("is one of the files to read\n"));
    let output = export(&["entries", "--domain", "(", "--output", &path, room.log()]).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
    assert_eq!(fs::read(&path).unwrap(), printed(&["entries", room.log()]));
}

#[test]
fn a_file_that_is_followed_grows() {
    let room = Room::with(ENTRY);
    let path = room.path("out");
    let arguments = ["entries", "--format", "raw", "--follow", "--exit-after-idle", "1"];
    let output = export(&arguments).args(["--output", &path, room.log()]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(fs::read_to_string(&path).unwrap(), ENTRY);
    assert_eq!(room.names(), ["mail.log", "out"]);
}

#[test]
fn f25_of_a_file_that_cannot_be_whole_nothing_is_left() {
    let room = Room::simulated(2_000, 3);
    let path = room.path("out");
    fs::write(&path, "before").unwrap();
    // As on a full disk, but for the reason: no file may grow beyond so many blocks.
    let script = r#"trap "" XFSZ; ulimit -f 64; exec "$0" export entries --output "$1" "$2""#;
    let output =
        Command::new("/bin/sh").args(["-c", script, PROGRAM, &path, room.log()]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said, format!("mtatop: {path}: File too large\n"));
    assert_eq!(room.names(), ["mail.log", "out"]);
    assert_eq!(fs::read(&path).unwrap(), b"before");
}

#[test]
fn f32_a_signal_leaves_nothing_half_written() {
    let room = Room::simulated(20_000, 3);
    let path = room.path("out");
    let running = Running::start(&["entries", "--output", &path, room.log()]);
    while room.names().len() < 2 {
        std::thread::yield_now();
    }
    running.signal("TERM");
    let (_, code, said) = running.end();
    assert_eq!(said, "");
    // It may have been done already.
    if code == Some(0) {
        assert_eq!(fs::read(&path).unwrap(), printed(&["entries", room.log()]));
    } else {
        assert_eq!(code, Some(143));
        assert_eq!(room.names(), ["mail.log"]);
    }
}

/// `MTATOP_ENDS=200` tries more of them.
#[test]
fn f25_at_whatever_moment_it_ends_there_is_a_whole_file_or_none() {
    let ends = std::env::var("MTATOP_ENDS").ok().and_then(|count| count.parse().ok()).unwrap_or(8);
    let room = Room::simulated(5_000, 3);
    let (path, whole) = (room.path("out"), printed(&["entries", room.log()]));
    let mut unfinished = 0;
    for round in 0..ends {
        let before = room.names().len();
        let running = Running::start(&["entries", "--output", &path, room.log()]);
        let waited = fastrand::Rng::with_seed(round).u64(0..150);
        std::thread::park_timeout(std::time::Duration::from_millis(waited));
        let signal = if round % 2 == 0 { "KILL" } else { "TERM" };
        running.signal(signal);
        running.end();
        match fs::read(&path) {
            Ok(bytes) => {
                assert!(bytes == whole, "{signal}: {} bytes of {}", bytes.len(), whole.len());
                fs::remove_file(&path).unwrap();
            }
            Err(_) => unfinished += 1,
        }
        // Only who is killed can't tidy up.
        let left = room.names().len();
        assert!(left == before || signal == "KILL" && left == before + 1, "{signal}: {left}");
    }
    assert!(unfinished > 0, "none ended before it was done");
    // What killed ones left is not in the way.
    assert_eq!(Running::start(&["entries", "--output", &path, room.log()]).end().1, Some(0));
    assert!(fs::read(&path).unwrap() == whole);
}

#[cfg(target_os = "linux")]
#[test]
fn f25_a_full_disk_is_named() {
    let room = Room::with(ENTRY);
    for format in ["ndjson", "csv", "raw"] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = export(&["entries", "--format", format, room.log()]);
        let Output { status, stderr, .. } = command.stdout(full).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{said}");
        assert_eq!(said, "mtatop: standard output: No space left on device\n");
    }
    for arguments in [&["check"][..], &["report"], &["trace", "adam@a.org"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(PROGRAM);
        let output = command.args(arguments).arg(room.log()).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "mtatop: standard output: No space left on device\n");
        assert_eq!(output.status.code(), Some(1));
    }
    let output = export(&["entries", "--output", "/dev/full", room.log()]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*said),
        (Some(1), "mtatop: /dev/full: No space left on device\n")
    );
}

#[test]
fn f35_a_closed_pipe_is_no_failure() {
    let room = Room::simulated(20_000, 3);
    for arguments in [&["entries"][..], &["connections"], &["messages"], &["entries", "--follow"]] {
        let mut running = Running::start(&[arguments, &[room.log()]].concat());
        assert!(running.line().ends_with('\n'));
        let Running { mut child, lines } = running;
        drop(lines);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), &*said), (Some(0), ""));
    }
}

#[test]
fn each_file_has_its_own_complaint_and_the_others_are_read() {
    let room = Room::with(ENTRY);
    let (text, missing, empty) = (room.path("passwd"), room.path("missing"), room.path("empty"));
    fs::write(&text, b"root:\x1b[2Jx:0\nbin:x:1\n").unwrap();
    File::create(&empty).unwrap();
    let folder = room.folder.path().to_str().unwrap();
    let output = export(&["entries", &text, room.log(), &missing, &empty]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(
        lines,
        [
            format!("mtatop: {folder}/missing: no such file"),
            format!(
                "mtatop: {folder}/passwd: no MTA log entry in the first 1,000 lines \
                 (first: root:\\x1b[2Jx:0)"
            ),
        ]
    );
    let kinds: Vec<Value> =
        objects(&output.stdout).iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["unparsed", "unparsed", "message"]);
    // What is no entry at the beginning does not make a log strange, nor does an empty file.
    let damaged = Room::with(format!("{}{ENTRY}", "junk\n".repeat(900)));
    assert_eq!(objects(&printed(&["entries", damaged.log(), &empty])).len(), 901);
    let strange = Room::with(format!("{}{ENTRY}", "junk\n".repeat(1_000)));
    let output = export(&["entries", strange.log()]).output().unwrap();
    assert_eq!((output.status.code(), objects(&output.stdout).len()), (Some(1), 1_001));
}

#[test]
fn f13_a_last_line_without_an_end_is_an_entry_and_told() {
    let room = Room::with(format!("{ENTRY}{}", ENTRY.trim_end()));
    for (format, length) in [("ndjson", 2), ("raw", 2), ("csv", 3)] {
        let output = export(&["entries", "--format", format, room.log()]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let expected =
            format!("mtatop: {}: the last line has no end, and may not be whole\n", room.log());
        assert_eq!((output.status.code(), said), (Some(0), expected));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), length, "{text}");
    }
    // The end that it lacks is given only where something follows.
    let other = Room::with(ENTRY.replace(":57", ":59"));
    let output = export(&["entries", "--format", "raw", room.log(), other.log()]).output().unwrap();
    let expected = format!("{ENTRY}{ENTRY}{}", ENTRY.replace(":57", ":59"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    // What is followed may get it yet.
    let arguments = ["entries", "--follow", "--exit-after-idle", "0", room.log()];
    let output = export(&arguments).output().unwrap();
    let left = ENTRY.trim_end().len();
    let said = format!("{}: {left} bytes of a last line that has no end were left out", room.log());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("mtatop: {said}\n"));
    assert_eq!((output.status.code(), objects(&output.stdout).len()), (Some(0), 1));
}

#[test]
fn what_is_cut_is_told() {
    let room = Room::with(format!("{ENTRY}{}\n{ENTRY}", "x".repeat(100_000)));
    let output = export(&["entries", room.log()]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, format!("mtatop: {}: an entry longer than 64 KiB was cut\n", room.log()));
    assert_eq!((output.status.code(), objects(&output.stdout).len()), (Some(0), 3));
}
