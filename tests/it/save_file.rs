//! The entries under the filter in a file: which bytes, and what becomes of it if anything fails.

use crate::architecture::names;
use crate::clipboard::simulated;
use crate::e2e::{Log, check_restored, check_sequences, mtatop, quit};
use crate::harness::Opened;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes what is under the filter to this file, and says what was said of it.
fn saved(opened: &mut Opened, path: &Path) -> String {
    opened.press("w<c-u>");
    opened.paste(path.to_str().unwrap());
    opened.press("<enter>");
    opened.app.notice().map(|(words, _)| words.into_owned()).unwrap_or_default()
}

#[test]
fn w_writes_the_bytes_that_an_export_prints() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("mail.log_current");
    // More than a block, with line ends of both kinds, no entry, blank lines, and no end at last.
    let mut log: String = simulated(20_000).replace(" D 1 ", " D 1 \r\n");
    log += "\n\nno entry \u{1b}[2J\r\n\nthe last one, without an end";
    fs::write(&path, &log).unwrap();
    let filters =
        ["", "outcome:deferred|failed", "nordpost.example", "greylist", "\"no entry\"", "\"last\""];
    for (at, filter) in filters.iter().enumerate() {
        let out = room.path().join(format!("out-{at}"));
        let mut opened = Opened::new(log.as_bytes(), filter);
        // What has no end is no entry before it has one, or nothing follows any more.
        opened.append(b"\n");
        let said = saved(&mut opened, &out);
        let arguments = ["export", "entries", "--format", "raw", "--filter", filter];
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        let exported = command.args(arguments).arg(&path).output().unwrap().stdout;
        let written = fs::read(&out).unwrap();
        let last = [exported.as_slice(), b"\n"].concat();
        assert!(
            !written.is_empty() && (written == exported || written == last),
            "{filter}: {said}"
        );
        let count = opened.app.tally().totals().counts.entries;
        let words = format!("wrote {} ", mtatop::tui::app::labels::entries(count));
        assert!(said.starts_with(&words) && said.ends_with(out.to_str().unwrap()), "{said}");
    }
}

#[test]
fn the_name_comes_from_the_time_and_is_asked_for() {
    let mut opened = Opened::new(simulated(50).as_bytes(), "");
    opened.press("w");
    let screen = opened.screen(100, 24);
    assert!(screen.contains("\nwrite 50 entries to mtatop-19700101-0000.log\n"), "{screen}");
    assert!(screen.lines().last().unwrap().starts_with("Enter write  Esc cancel"), "{screen}");
    // Characters are typed, whatever they mean elsewhere.
    opened.press("q/y<backspace>");
    assert!(opened.screen(100, 24).contains("0000.logq/\n"));
    opened.press("<esc>");
    assert!(opened.app.naming().is_none() && opened.app.next_order().is_none());
    opened.press("w<c-u><enter>");
    assert_eq!(opened.app.notice().unwrap().0, "no file name given");
    let mut opened = Opened::new(b"", "");
    opened.press("w");
    assert_eq!(opened.app.notice().unwrap().0, "no entries match this filter: nothing to write");
}

#[test]
fn f25_what_cannot_be_written_is_told_and_leaves_nothing() {
    let room = tempfile::tempdir().unwrap();
    let mut opened = Opened::new(simulated(50).as_bytes(), "");
    let there = room.path().join("there");
    fs::write(&there, "theirs").unwrap();
    let nowhere = room.path().join("no").join("where");
    for (path, why) in [(&there, "exists already"), (&nowhere, "No such file or directory")] {
        let said = saved(&mut opened, path);
        let expected = format!("cannot write {}: {why}", path.display());
        assert_eq!(said, expected);
    }
    assert_eq!(
        (names(room.path()), fs::read(&there).unwrap()),
        (vec!["there".into()], b"theirs".into())
    );
    assert!(opened.screen(120, 24).contains("No such file or directory"));
    // The list of events has it, too.
    opened.press("!");
    assert!(opened.screen(120, 24).contains("there cannot be written: exists already"));
}

#[test]
fn what_held_when_it_was_named_is_written_and_no_more() {
    let room = tempfile::tempdir().unwrap();
    let log = simulated(300);
    let mut opened = Opened::new(log.as_bytes(), "");
    let out = room.path().join("out");
    // It grows, and another filter is set, before anything is written.
    for c in ["w", "<c-u>"] {
        opened.press(c);
    }
    opened.paste(out.to_str().unwrap());
    let enter = crossterm::event::KeyCode::Enter.into();
    opened.app.update(mtatop::tui::app::Msg::Key(enter));
    opened.append(simulated(310).split_at(log.len()).1.as_bytes());
    opened.press("/nothing<enter>");
    assert_eq!(fs::read_to_string(&out).unwrap(), log);
    // Of what is gone from the log it says so.
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.cut(log.len() / 2);
    let said = saved(&mut opened, &room.path().join("half"));
    assert!(said.contains(" entries skipped (no longer in the log)"), "{said}");
    let half = fs::read_to_string(room.path().join("half")).unwrap();
    assert!(log.starts_with(&half) && half.len() > log.len() / 3);
}

#[test]
fn a_file_is_written_from_the_screen_and_given_up_with_it() {
    let (log, room) = (Log::new(), tempfile::tempdir().unwrap());
    log.append(simulated(40_000));
    let mut pty = mtatop(&[log.name()]);
    pty.wait_for("40,000 entries");
    let out = room.path().join("out");
    pty.press(&format!("w\x15{}\r", out.display()));
    pty.wait_for("wrote 40,000 entries (");
    assert_eq!(fs::read(&out).unwrap(), fs::read(&log.path).unwrap());
    check_sequences(&pty.raw());
    quit(pty);
    // These keys come at once: the end comes before the file is whole.
    let mut pty = mtatop(&[log.name()]);
    pty.wait_for("40,000 entries");
    pty.press(&format!("w\x15{}\rq", room.path().join("late").display()));
    assert_eq!(pty.wait_exit().exit_code(), 0);
    let told = "late: incomplete; discarded";
    pty.wait_until(|screen| screen.contents().replace('\n', "").contains(told));
    assert_eq!(names(room.path()), ["out"]);
    assert_eq!(names(log.path.parent().unwrap()), ["mail.log_current"]);
}

#[test]
fn a_quiet_log_ends_it_if_that_is_asked_for() {
    let log = Log::new();
    log.append(simulated(100));
    let mut pty = mtatop(&["--exit-after-idle", "1", log.name()]);
    pty.wait_for("100 entries");
    log.append("no entry\n");
    pty.wait_for("101 entries");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    check_restored(&pty);
}
