//! Logs of hostile sizes: whatever their shape, the whole program reads them in bounded memory and
//! counts what it can't read, and a screen stays usable meanwhile.
//!
//! Files are sparse where only their length matters. Memory is held down from outside, so that a
//! program that keeps too much fails to get it.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::pty::Pty;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mtatop");
const ENTRY: &str = "19-Jan-1998 19:16:57.64 l tcp_local E 1 adam@a.org rfc822;b@b.org b@b.org\n";
/// What a program may have in addresses, in KiB: threads and libraries are far below.
const ADDRESSES: u64 = 256 << 10;

/// A log in a folder of its own.
struct Log {
    _room: tempfile::TempDir,
    path: PathBuf,
}

impl Log {
    fn with(bytes: impl AsRef<[u8]>) -> Self {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("mail.log_current");
        fs::write(&path, bytes).unwrap();
        Self { _room: room, path }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn file(&self) -> File {
        OpenOptions::new().append(true).open(&self.path).unwrap()
    }

    /// A hole at the end, and these bytes behind it.
    fn add_hole(&self, size: u64, behind: &str) {
        let mut file = OpenOptions::new().write(true).open(&self.path).unwrap();
        let end = file.metadata().unwrap().len() + size;
        file.set_len(end).unwrap();
        file.seek(SeekFrom::Start(end)).unwrap();
        file.write_all(behind.as_bytes()).unwrap();
    }

    fn screen(&self) -> Pty {
        Pty::spawn(Path::new(PROGRAM), &[self.name()], (100, 30), &[])
    }

    /// A command on this log, with no more memory than [`ADDRESSES`].
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        let script = format!("ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, PROGRAM]).args(arguments).arg(&self.path);
        command.stdin(Stdio::null());
        command
    }

    /// The exit code, the objects that are exported, and what is said beside them.
    fn exported(&self) -> (Option<i32>, Vec<Value>, String) {
        let Output { status, stdout, stderr } =
            self.command(&["export", "entries"]).output().unwrap();
        let lines = stdout.split_inclusive(|&b| b == b'\n');
        let objects = lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
        (status.code(), objects, String::from_utf8(stderr).unwrap())
    }
}

fn kinds(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["kind"].as_str().unwrap()).collect()
}

/// The most memory that a running program held, in bytes.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

fn quit(mut pty: Pty) {
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn of_a_line_of_100_mb_64_kib_are_kept() {
    const LONG: usize = 100_000_000;
    let log = Log::with(format!("{ENTRY}{}\n{ENTRY}", "x".repeat(LONG)));
    let (code, objects, said) = log.exported();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(kinds(&objects), ["message", "unparsed", "message"]);
    assert_eq!(objects[1]["text"].as_str().unwrap().len(), 64 * 1024);
    assert_eq!((&objects[2]["line"], &objects[2]["offset"]), (&3.into(), &(LONG + 75).into()));
    assert!(said.ends_with("mail.log_current: an entry longer than 64 KiB was cut\n"), "{said}");
}

/// What a machine that crashed leaves: each hole is before the entry that was written next.
#[test]
fn holes_cost_nothing() {
    for size in [1_000, 100_000] {
        let log = Log::with("");
        for _ in 0..50 {
            log.add_hole(size, ENTRY);
        }
        log.add_hole(0, ENTRY);
        let (_, objects, said) = log.exported();
        assert_eq!((kinds(&objects), &*said), (vec!["message"; 51], ""));
        let last = &objects[50];
        let offset = 50 * (size + ENTRY.len() as u64);
        assert_eq!((&last["line"], &last["offset"]), (&51.into(), &offset.into()));
    }
}

#[test]
fn behind_100_gb_of_nothing_the_next_entry_is_read_at_once() {
    let log = Log::with(ENTRY);
    log.add_hole(100_000_000_000, ENTRY);
    let pty = log.screen();
    pty.wait_for(" 2 entries");
    assert!(peak(pty.pid()) < 64 << 20);
    // And so it is after a truncation.
    log.file().set_len(0).unwrap();
    log.add_hole(100_000_000_000, &ENTRY.replace("adam", "carl").repeat(3));
    pty.wait_for(" 5 entries");
    quit(pty);
}

#[test]
fn a_log_that_grows_while_it_is_read_loses_nothing() {
    const ENTRIES: usize = 20_000;
    let (log, whole) = (Log::with(""), ENTRY.repeat(ENTRIES));
    let pty = log.screen();
    pty.wait_for("no entries yet");
    let mut file = log.file();
    // No multiple of the length of an entry: each piece ends inside one.
    for piece in whole.as_bytes().chunks(4_099) {
        file.write_all(piece).unwrap();
    }
    pty.wait_for(" 20,000 entries");
    assert!(!pty.wait_for("following").contains("unparsed"));
    quit(pty);
}

#[test]
fn what_is_exported_of_a_growing_log_is_its_beginning() {
    const PIECE: usize = 100;
    let log = Log::with(ENTRY.repeat(20_000));
    let mut command = log.command(&["export", "entries", "--format", "raw"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap());
    let (mut first, mut rest) = (String::new(), String::new());
    // It is reading: more than a pipe holds is still to come.
    printed.read_line(&mut first).unwrap();
    log.file().write_all(ENTRY.repeat(PIECE).as_bytes()).unwrap();
    printed.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    let lines = rest.lines().count() + 1;
    assert!(lines == 20_000 || lines == 20_000 + PIECE, "{lines}");
    assert_eq!(first, ENTRY);
    assert!(rest.split_inclusive('\n').all(|line| line == ENTRY));
}

#[test]
fn every_short_line_of_junk_is_counted() {
    let log = Log::with(format!("{ENTRY}{}{ENTRY}", "x\n".repeat(100_000)));
    let Output { status, stdout, .. } = log.command(&["report"]).output().unwrap();
    let report = String::from_utf8(stdout).unwrap();
    assert!(status.success());
    assert!(report.contains("100,002 entries, 100,000 of them unparsed"), "{report}");
    let pty = log.screen();
    pty.wait_for("100,002 entries");
    pty.wait_for("unparsed 100,000");
    assert!(peak(pty.pid()) < 128 << 20);
    quit(pty);
}

/// Whatever a stranger can make up anew each time: names of hosts, ids, domains.
#[test]
fn names_that_never_come_again_are_all_told_apart() {
    const NAMES: u32 = 20_000;
    let mut log = String::new();
    for name in 0..NAMES {
        let (ip, port) = (std::net::Ipv4Addr::from(0x0A00_0000 + name), 1024 + name % 60_000);
        let time = format!("19-Jan-1998 19:{:02}:{:02}.00", name / 1_000, name / 20 % 50);
        let host = format!("h{name:x}.example");
        writeln!(
            log,
            "{time} {name:x}.1.0 tcp_local + O TCP|10.0.0.1|25|{ip}|{port} SMTP/{host}/{host}"
        )
        .unwrap();
        writeln!(log, "{time} {name:x}.1.1 tcp_local l E 1 a@{host} rfc822;b@{host} b@{host} /q/l/ZZ{name:x}.00 <{name:x}@{host}> {host} ({host} [{ip}])").unwrap();
    }
    let log = Log::with(log);
    let pty = log.screen();
    pty.wait_for("40,000 entries");
    pty.wait_for("20000 open");
    assert!(peak(pty.pid()) < 128 << 20);
    quit(pty);
    let report = log.command(&["report", "--by", "domain", "--format", "csv"]).output().unwrap();
    assert!(report.status.success());
    let lines = BufReader::new(&report.stdout[..]).lines().map(Result::unwrap);
    assert_eq!(lines.filter(|line| line.ends_with(".example,1,0,0,0,0,,")).count(), 20_000);
}
