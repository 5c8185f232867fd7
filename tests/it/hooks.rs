//! What is there for whoever watches over the program: the status file.

use crate::e2e::{Log, SIZE, opened, quit, wait_for_all};
use crate::pty::Pty;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn status_of(file: &Path) -> Value {
    let bytes = fs::read(file).unwrap();
    // It is never seen half-written.
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {bytes:?}"))
}

#[track_caller]
fn wait_for(file: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if file.exists() && wanted(&status_of(file)) {
            return status_of(file);
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    panic!("not in time: {}", status_of(file));
}

/// A log, and a place for the status beside it.
fn watched() -> (Log, PathBuf) {
    let log = Log::new();
    log.append(opened("first.example"));
    log.append("19-Feb-1998 10:52:10.79 no entry\n");
    let file = log.path.with_file_name("status.json");
    (log, file)
}

#[test]
fn the_screen_keeps_a_status_file() {
    let (log, file) = watched();
    let arguments = ["--status-file", file.to_str().unwrap(), log.name()];
    let mut pty = Pty::spawn(Path::new(env!("CARGO_BIN_EXE_mtatop")), &arguments, SIZE, &[]);
    let status = wait_for(&file, |status| status["entries"] == 2 && status["unparsed"] == 1);
    assert_eq!(status["bytes"], fs::metadata(&log.path).unwrap().len());
    assert_eq!((&status["behind_bytes"], &status["lag_ms"]), (&0.into(), &0.into()));
    for name in ["rss_bytes", "fds"] {
        assert_eq!(status[name].is_u64(), cfg!(target_os = "linux"), "{name}");
    }
    fs::rename(&log.path, log.path.with_file_name("mail.log_yesterday")).unwrap();
    log.append(opened("second.example"));
    wait_for(&file, |status| status["entries"] == 3 && status["rolls"] == 1);
    fs::write(&log.path, "").unwrap();
    wait_for(&file, |status| status["truncations"] == 1);
    pty.press("!");
    wait_for_all(&pty, &["rotated; still reading the old file", "truncated at "]);
    pty.press("!");
    quit(pty);
}

#[test]
fn a_frozen_screen_goes_on_to_count_for_the_status_file() {
    let (log, file) = watched();
    let arguments = ["--status-file", file.to_str().unwrap(), log.name()];
    let mut pty = Pty::spawn(Path::new(env!("CARGO_BIN_EXE_mtatop")), &arguments, SIZE, &[]);
    wait_for(&file, |status| status["entries"] == 2);
    pty.press(" ");
    pty.wait_for("frozen");
    log.append("no entry\n");
    wait_for(&file, |status| status["entries"] == 3 && status["unparsed"] == 2);
    quit(pty);
}

#[test]
fn an_export_that_follows_keeps_a_status_file() {
    let (log, file) = watched();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    command.args(["export", "entries", "--follow", "--exit-after-idle", "1", "--format", "raw"]);
    command.arg("--status-file").arg(&file).arg(&log.path);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    wait_for(&file, |status| status["entries"] == 2);
    log.append(opened("second.example"));
    let status = wait_for(&file, |status| status["entries"] == 3);
    assert_eq!((&status["unparsed"], &status["catch_ups"]), (&1.into(), &0.into()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    // The exact bytes, in their order.
    assert_eq!(output.stdout, fs::read(&log.path).unwrap());
    // Nothing is left of how it was written.
    let names = fs::read_dir(log.path.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 2);
}

#[test]
fn a_log_is_no_status_file() {
    let (log, _) = watched();
    let before = fs::read(&log.path).unwrap();
    for command in [&["export", "entries", "--follow"][..], &[]] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        program.args(command).arg("--status-file").arg(&log.path).arg(&log.path);
        let output = program.output().unwrap();
        assert!(!output.status.success());
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
        assert_eq!(fs::read(&log.path).unwrap(), before);
    }
}
