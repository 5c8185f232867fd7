//! Evidence for a ticket: what is copied, and how it reaches the clipboard.

use crate::e2e::{Log, check_sequences, documented, mtatop, wait_for_all};
use crate::harness::{Opened, data};
use crate::pty::Pty;
use mtatop::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, Simulator};
use mtatop::text::sanitize::escape;
use std::process::Command;

fn outbound() -> (Vec<String>, Opened) {
    let log = data("sjsms2005q4-21-09-outbound-connection.unfolded.log");
    let text = String::from_utf8(log.clone()).unwrap();
    let entries = text.lines().filter(|line| !line.is_empty());
    (entries.map(|line| escape(line.as_bytes())).collect(), Opened::new(&log, ""))
}

pub(crate) fn simulated(entries: usize) -> String {
    let scenario = Scenario::batch(7, chrono::NaiveDateTime::default());
    let written = LogStyle { format: MtaFormat::Text, options: MtaOptions::default(), odd: false };
    let lines = Simulator::with_style(scenario, written).take(entries);
    lines.flat_map(|line| [line.text, "\n".to_owned()]).collect()
}

/// What came on the clipboard by these keys, and what was said of it.
fn copied(opened: &mut Opened, keys: &str) -> (Option<String>, String) {
    opened.copied = None;
    opened.press(keys);
    let said = opened.app.notice().map(|(words, _)| words.into_owned());
    (opened.copied.take(), said.unwrap_or_default())
}

#[test]
fn y_copies_the_entries_of_what_is_selected() {
    let (entries, mut opened) = outbound();
    // The connection, from its O to its C.
    let (text, said) = copied(&mut opened, "gjy");
    let text = text.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.first().unwrap().contains(" O TCP|") && lines.last().unwrap().contains(" C TCP|")
    );
    assert!(lines.iter().all(|&line| entries.iter().any(|entry| entry == line)), "{text}");
    assert!(!text.ends_with('\n'));
    assert!(said.starts_with(&format!("copied {} entries (", lines.len())), "{said}");
    // A delivery.
    let (text, said) = copied(&mut opened, "<tab>y");
    assert!(text.unwrap().contains(" D ") && said.starts_with("copied 1 entry ("), "{said}");
    // Of a message all, in the order of the log.
    let (text, _) = copied(&mut opened, "3gy");
    let text = text.unwrap();
    let places: Vec<_> =
        text.lines().map(|line| entries.iter().position(|entry| entry == line)).collect();
    assert!(places.len() > 1 && places.is_sorted() && places.iter().all(Option::is_some));
    // An entry of the log.
    let (text, _) = copied(&mut opened, "5gjy");
    assert_eq!(text.as_ref(), entries.get(1));
    // All of a domain.
    let (text, _) = copied(&mut opened, "2y");
    let text = text.unwrap();
    assert!(text.lines().all(|line| line.contains("@host")), "{text}");
}

#[test]
fn a_group_is_copied_as_its_newest_entries() {
    let log = simulated(6_000);
    let mut opened = Opened::new(log.as_bytes(), "");
    // Sorted by what was delivered, the largest domain comes first.
    let (text, said) = copied(&mut opened, "2sssgy");
    let text = text.unwrap();
    let domain =
        opened.screen(120, 40).lines().nth(5).unwrap().split(' ').next().unwrap().to_owned();
    let of_it = |line: &&str| {
        let to = line.split("rfc822;").nth(1).and_then(|rest| rest.split(' ').next());
        to.is_some_and(|to| to.ends_with(&format!("@{domain}")))
    };
    assert!(said.starts_with("copied the newest 100 of "), "{said}");
    assert_eq!(text.lines().count(), 100);
    assert!(text.lines().all(|line| line.contains(&format!("@{domain}"))), "{domain}: {text}");
    assert_eq!(text.lines().last(), log.lines().rfind(of_it), "{domain}");
}

#[test]
fn nothing_to_copy_is_said_and_read_until_the_next_key() {
    let mut opened = Opened::new(b"", "");
    let (text, said) = copied(&mut opened, "y");
    assert_eq!((text, &*said), (None, "nothing selected"));
    assert!(opened.screen(80, 24).lines().last().unwrap().starts_with("nothing selected"));
    opened.press("j");
    assert!(opened.screen(80, 24).lines().last().unwrap().starts_with("/ filter"));
    let (entries, mut opened) = outbound();
    opened.cut(entries[0].len() - 10);
    let (text, said) = copied(&mut opened, "5Gy");
    assert_eq!((text, &*said), (None, "the entry is no longer in the log file"));
}

/// The lines of a summary below the one that begins so, up to the next blank one.
fn table<'a>(summary: &'a str, begins: &str) -> Vec<&'a str> {
    let below = summary.lines().skip_while(|line| !line.starts_with(begins)).skip(1);
    below.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_summary_counts_what_a_report_counts() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("mail.log_current");
    let log = simulated(8_000);
    std::fs::write(&path, &log).unwrap();
    for filter in [
        "",
        "outcome:deferred|failed",
        "nordpost.example",
        "greylist",
        "since:1970-01-01T00:01",
        "\"ZZ\"",
    ] {
        let mut opened = Opened::new(log.as_bytes(), filter);
        let (text, said) = copied(&mut opened, "Y");
        let text = text.unwrap();
        assert!(said.starts_with("copied a summary ("), "{said}");
        assert!(text.lines().count() <= 60 && !text.ends_with('\n'), "{text}");
        let report = |by: &str| {
            let arguments = ["report", "--filter", filter, "--by", by, "--format", "json"];
            let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
            let output = command.args(arguments).arg(&path).output().unwrap();
            serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
        };
        let by_domain = report("domain");
        compare(&text, &by_domain, filter);
        let domains = table(&text, "recipient domain");
        for line in domains.iter().filter(|line| !line.starts_with("and ")) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let told = by_domain["groups"].as_array().unwrap();
            let told =
                told.iter().find(|it| it["key"] == cells[0]).unwrap_or_else(|| panic!("{line}"));
            for (cell, key) in
                cells[1..].iter().zip(["delivered", "deferred", "failed", "rejected"])
            {
                let count = cell.replace(',', "").parse().unwrap_or(0);
                assert_eq!(told[key].as_u64(), Some(count), "{filter}: {line}");
            }
        }
        // What is quoted stands in the log.
        let quoted = table(&text, "entries, as they were logged:");
        assert!(!quoted.is_empty() && quoted.iter().all(|line| log.contains(line)), "{text}");
    }
}

/// The line of counts against the totals of a report.
fn compare(text: &str, report: &serde_json::Value, filter: &str) {
    let counts = text.lines().find(|line| line.starts_with("counts:")).unwrap();
    for key in ["enqueued", "delivered", "deferred", "failed", "rejected"] {
        let groups = report["groups"].as_array().unwrap().iter();
        let total: u64 = groups.filter_map(|group| group[key].as_u64()).sum();
        let told = format!(" {} {key}", mtatop::text::units::number(total));
        assert!(counts.contains(&told), "{filter}: {counts}: {told}");
    }
}

#[test]
fn a_summary_looks_so() {
    let (_, mut opened) = outbound();
    let (text, _) = copied(&mut opened, "Y");
    insta::assert_snapshot!(text.unwrap());
}

#[test]
fn what_was_counted_when_the_filter_changes_is_not_copied() {
    let log = simulated(500);
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.searches = false;
    opened.press("/\"ZZ\"<enter>");
    // It would wait for the search, which nobody makes.
    for key in ['Y', '\u{1b}'] {
        let code = if key == 'Y' {
            crossterm::event::KeyCode::Char('Y')
        } else {
            crossterm::event::KeyCode::Esc
        };
        let event = crossterm::event::KeyEvent::new(code, crossterm::event::KeyModifiers::NONE);
        opened.app.update(mtatop::tui::app::Msg::Key(event));
        opened.app.refresh();
    }
    assert_eq!(opened.copied, None);
    let said = opened.app.notice().unwrap().0;
    assert_eq!(said, "the filter changed: nothing copied");
}

/// What the program sent to the terminal without what it sent to the clipboard, and that.
pub(crate) fn clipboard(raw: &[u8]) -> (Vec<u8>, Vec<String>) {
    const BEGIN: &[u8] = b"\x1b]52;c;";
    const END: &[u8] = b"\x1b\\";
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|it| it == what);
    let (mut rest, mut others, mut copies) = (raw, Vec::new(), Vec::new());
    while let Some(at) = find(rest, BEGIN) {
        others.extend(&rest[..at]);
        rest = &rest[at + BEGIN.len()..];
        let end = find(rest, END).expect("the end of the sequence");
        copies.push(String::from_utf8(decoded(&rest[..end])).unwrap());
        rest = &rest[end + END.len()..];
    }
    others.extend(rest);
    (others, copies)
}

/// Bytes from base64.
fn decoded(text: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
    let number = |c: &u8| {
        let mut numbered = (0_u32..).zip(LETTERS);
        numbered.find(|(_, letter)| *letter == c).expect("base64").0
    };
    let bytes = text.chunks(4).flat_map(|chunk| {
        let bits = chunk.iter().fold(0, |bits, c| bits << 6 | number(c)) << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    });
    bytes.collect()
}

#[track_caller]
fn copies_of(pty: &Pty, count: usize) -> Vec<String> {
    pty.wait_for("copied ");
    let (others, copies) = clipboard(&pty.raw());
    check_sequences(&others);
    assert_eq!(copies.len(), count);
    copies
}

#[test]
fn a_copy_reaches_the_clipboard_of_the_terminal() {
    let mut pty = mtatop(&[&documented(".unfolded")]);
    pty.wait_for("10 entries");
    pty.press("5");
    pty.wait_for("10 ━");
    pty.press("gy");
    pty.wait_for("copied 1 entry (");
    let log = std::fs::read_to_string(documented(".unfolded")).unwrap();
    let first = log.lines().find(|line| !line.is_empty()).unwrap();
    assert_eq!(copies_of(&pty, 1), [first]);
    pty.press("Y");
    pty.wait_for("copied a summary (");
    assert!(copies_of(&pty, 2)[1].starts_with("mtatop: "));
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn i2_what_is_copied_holds_nothing_that_acts() {
    let bad: [&[u8]; 6] = [
        b"\x1b]52;c;cHduCg==\x07",
        b"\x1b[31m\x9b2J\x07\r",
        "\u{202e}gpj\u{2066}".as_bytes(),
        b"\\x1b \\n $(id)",
        b"\xff\xfe\x00",
        "\u{85}\u{2028}\u{200b}".as_bytes(),
    ];
    let log = Log::new();
    let mut entries = Vec::new();
    for bad in bad {
        let entry =
            [b"19-Feb-1998 10:52:10.79 tcp_local D 1 ", bad, b"@a.example rfc822;b@", bad].concat();
        let entry = [&entry, &b".example b@x.example"[..]].concat();
        entries.push(escape(&entry));
        log.append([&entry, &b"\n"[..]].concat());
    }
    let mut pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &[" 6 entries"]);
    for keys in ["5gy", "jy", "jy", "jy", "jy", "jy", "Y", "2y"] {
        pty.press(keys);
    }
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    let (others, copies) = clipboard(&pty.raw());
    check_sequences(&others);
    assert_eq!(copies.len(), 8);
    assert_eq!(copies[..6], entries);
    for copy in &copies {
        assert!(copy.lines().all(|line| plain_again(line) && !line.contains('\r')), "{copy}");
    }
}

/// Whether nothing of a text would be escaped but what begins an escape.
fn plain_again(line: &str) -> bool {
    escape(line.as_bytes()).replace("\\\\", "\\") == line
}
