//! `mtatop report`: what it prints, that it counts what the screen counts, and how it ends.

use crate::golden;
use crate::harness::{Opened, data};
use crate::pty::Pty;
use mtatop::index::ConnectionState;
use mtatop::simulate;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const KEYS: [&str; 8] =
    ["domain", "channel", "remote-host", "response", "process", "connecting-ip", "sender", "user"];
/// Those of which each recipient is in one group; `parity` compares the groups of all.
const WHOLE: [&str; 5] = ["domain", "channel", "process", "sender", "user"];

/// One of each kind of count, and what strangers may write.
const LOG: &str = "\
05-Jun-2019 09:00:00.00 host 1f.0.0 tcp_local    +            O TCP|10.0.0.1|25|192.0.2.7|1244 SMTP\n\
05-Jun-2019 09:00:01.00 host 1f.0.1 tcp_local    l            E 2 a@x.org rfc822;b@One.example b@One.example <1@x.org> mail.x.org (mail.x.org [192.0.2.7])\n\
05-Jun-2019 09:00:02.00 host 1f.0.1 tcp_local    tcp_local    E 2 a@x.org rfc822;c@two.example c@two.example <1@x.org> mail.x.org (mail.x.org [192.0.2.7])\n\
05-Jun-2019 09:00:03.00 host 2e.1.1 tcp_local                 Q 0 a@x.org rfc822;c@two.example c@two.example <1@x.org> TCP active open: Failed connect() 192.0.2.9:25  Error: no route to host\n\
05-Jun-2019 09:00:04.00 host 2e.1.1 tcp_local                 D 2 a@x.org rfc822;d@two.example d@two.example <1@x.org> dns;MX.two.example smtp;250 2.1.5 d@two.example OK\n\
05-Jun-2019 09:00:05.00 host 2e.1.2 tcp_local                 R 2 a@x.org rfc822;e@two.example e@two.example <1@x.org> dns;mx.two.example smtp;550 5.1.1 <e@two.example>: unknown\n\
this is no entry\n\
05-Jun-2019 09:00:06.00 host 1f.0.1 tcp_local                 J 0 a@x.org rfc822;f@=cmd|calc.example f@=cmd|calc.example 550 5.7.1 Relaying not permitted: f@x\n\
05-Jun-2019 09:00:07.00 host 1f.0.1 tcp_local                 J 0 a@x.org rfc822;f@\u{1b}[2J\u{202e}.example f@\u{1b}[2J\u{202e}.example 550 5.7.1 Relaying not permitted: f@x\n\
05-Jun-2019 09:00:08.00 host 3a.1.1 l                         D 2 a@x.org rfc822;b@one.example b <1@x.org>\n";

/// A folder of its own, with these files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// What it prints; it must succeed without complaints.
    #[track_caller]
    fn report(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["report"], arguments].concat());
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), &*complaints), (Some(0), ""), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.report(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

fn simulated(entries: usize, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    simulate::print(entries, seed, &mut log).unwrap();
    log
}

fn check_golden(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    golden::check(&folder.join(name), text);
}

#[test]
fn what_it_prints() {
    let outbound = data("sjsms2005q4-21-09-outbound-connection.log");
    let folder = Folder::new(&[
        ("mail.log_current", LOG.as_bytes()),
        ("outbound.log", &outbound),
        ("simulated.log", &simulated(2_000, 1)),
    ]);
    for format in ["table", "markdown", "json", "csv"] {
        let mut text = String::new();
        for by in KEYS {
            let said = folder.report(&["mail.log_current", "--by", by, "--format", format]);
            text.extend(["== ", by, "\n", &said.replace('\r', "")]);
        }
        check_golden(&format!("report-{format}.txt"), &text);
    }
    let mut tables = folder.report(&["outbound.log"]);
    tables += &folder.report(&["simulated.log", "--by", "channel"]);
    tables += &folder.report(&["simulated.log", "--by", "response"]);
    check_golden("report-samples.txt", &tables);
}

/// The sum of one count over the groups.
fn sum(report: &Value, count: &str) -> u64 {
    let groups = report.get("groups").and_then(Value::as_array).unwrap();
    groups.iter().map(|group| group.get(count).and_then(Value::as_u64).unwrap()).sum()
}

const FILTERS: [&str; 12] = [
    "",
    "domain:bigmail.example",
    "example",
    "none.test",
    "-outcome:enqueued|relayed",
    "code:4xx",
    "-code:2xx from:@bigmail.example",
    "from:<>|root",
    "host:mx* -channel:ims-ms",
    "since:1m until:5s",
    "\"rfc822\" -action:D",
    "size:>3 response:[Gg]reylist",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn it_counts_what_the_screen_counts(
        seed in 0_u64..1_000,
        entries in 1_usize..2_500,
        filter in proptest::sample::select(&FILTERS[..]),
    ) {
        let mut log = simulated(entries, seed);
        log.extend_from_slice(LOG.as_bytes());
        let opened = Opened::new(&log, filter);
        let tally = opened.app.tally();
        let (totals, counts) = (tally.totals(), tally.totals().counts);
        let state = |id| opened.app.index().connection(id).map(|connection| connection.state);
        let open = tally.connections().iter().copied().filter(|&id| state(id) == Some(ConnectionState::Open)).count();
        let folder = Folder::new(&[("mail.log", &log)]);
        for by in KEYS {
            let mut arguments = vec!["mail.log", "--by", by];
            if !filter.is_empty() {
                arguments.extend(["--filter", filter]);
            }
            let report = folder.json(&arguments);
            let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
            prop_assert_eq!(number("/entries"), u64::from(counts.entries));
            prop_assert_eq!(number("/unparsed"), u64::from(totals.unparsed));
            prop_assert_eq!(number("/connections/open"), open as u64);
            if !WHOLE.contains(&by) {
                continue;
            }
            for (name, count) in [
                ("enqueued", counts.enqueued),
                ("delivered", counts.delivered),
                ("deferred", counts.deferred),
                ("failed", counts.failed),
                ("rejected", counts.rejected),
            ] {
                prop_assert_eq!(sum(&report, name), u64::from(count), "{} by {}", name, by);
            }
        }
    }
}

#[test]
fn the_last_row_is_the_worst_and_below_it_stands_the_total() {
    let folder = Folder::new(&[("mail.log", LOG.as_bytes())]);
    let table = folder.report(&["mail.log"]);
    let words = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let last: Vec<String> = table.lines().rev().take(2).map(words).collect();
    assert_eq!(last, ["total", "two.example"]);
    let table = folder.report(&["mail.log", "--by", "response"]);
    assert!(table.contains("\nTCP active open: Failed connect() *:25 Error: no route to host "));
}

#[test]
fn no_key_acts_on_the_reader() {
    let folder = Folder::new(&[("mail.log", LOG.as_bytes())]);
    for format in ["table", "markdown", "csv", "json"] {
        let text = folder.report(&["mail.log", "--format", format]);
        let harmless = |c: char| matches!(c, '\n' | '\r') || !c.is_control() && c != '\u{202e}';
        assert!(text.chars().all(harmless), "{format}: {text:?}");
    }
    let csv = folder.report(&["mail.log", "--format", "csv"]);
    assert!(csv.lines().any(|line| line.starts_with("'=cmd|calc.example,")), "{csv}");
    let markdown = folder.report(&["mail.log", "--format", "markdown"]);
    let row = markdown.lines().find(|line| line.contains("calc")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 9, "{row}");
    let json = folder.json(&["mail.log"]);
    let keys = json.get("groups").and_then(Value::as_array).unwrap().iter();
    let keys: Vec<&str> = keys.filter_map(|group| group.get("key")?.as_str()).collect();
    assert!(keys.contains(&"\u{1b}[2j\u{202e}.example"), "{keys:?}");
}

#[test]
fn times_and_codes_are_as_in_the_schema() {
    let folder = Folder::new(&[("mail.log", LOG.as_bytes())]);
    let report = folder.json(&["mail.log"]);
    let at = |pointer: &str| report.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/first"), "2019-06-05T09:00:00.00");
    assert_eq!(at("/last"), "2019-06-05T09:00:08.00");
    assert_eq!(at("/actions/J"), 2);
    assert_eq!((at("/connections/opened"), at("/connections/open")), (1.into(), 1.into()));
    let groups = report.get("groups").and_then(Value::as_array).unwrap();
    let two = groups.last().unwrap();
    assert_eq!(two.get("key").unwrap(), "two.example");
    assert_eq!(two.get("responses").unwrap(), &serde_json::json!({"250": 1, "550": 1}));
}

#[test]
fn it_ends_with_3_when_what_is_asked_for_holds() {
    let folder = Folder::new(&[("mail.log", LOG.as_bytes())]);
    let run = |condition: &str| {
        let output = folder.run(&["report", "mail.log", "--fail-if", condition]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.lines().all(|line| line.starts_with("mtatop: --fail-if '")), "{said}");
        assert!(!output.stdout.is_empty());
        (output.status.code().unwrap(), said)
    };
    for (condition, code) in [
        ("failed>0", 3),
        ("failed>1", 0),
        ("fail%>66 deferred>0", 3),
        ("fail%>67", 0),
        ("failed>1 | rejected>0", 3),
        ("unparsed>0", 3),
        ("unparsed>1", 0),
        ("open>=1 failed=1", 3),
        ("entries<10", 0),
    ] {
        let (actual, said) = run(condition);
        assert_eq!((actual, said.is_empty()), (code, code == 0), "{condition}: {said}");
    }
    let (_, said) = run("failed>0");
    assert_eq!(said.lines().count(), 1);
    assert!(said.contains("'failed>0' holds for two.example: "), "{said}");
    let (_, said) = run("rejected>0");
    assert!(said.contains(r"\x1b[2j\u{202e}.example"), "{said}");
}

#[test]
fn the_groups_it_holds_for_are_named_up_to_a_number() {
    let lines = (0..50).map(|n| {
        format!("05-Jun-2019 09:00:05.00 tcp_local R 2 a@x.org rfc822;e@d{n}.org e@d{n}.org smtp;550 no\n")
    });
    let folder = Folder::new(&[("mail.log", lines.collect::<String>().as_bytes())]);
    let output = folder.run(&["report", "mail.log", "--fail-if", "failed>0"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(3), 21));
    assert!(said.ends_with("holds for 30 more\n"), "{said}");
}

#[test]
fn a_condition_that_makes_no_sense_is_refused_before_anything_is_read() {
    let folder = Folder::new(&[]);
    for (condition, place) in [
        ("faild>1", "character 1: "),
        ("failed>", "character 8: "),
        ("x\u{1b}[2J>1", "character 1: "),
    ] {
        let Output { status, stdout, stderr } =
            folder.run(&["report", "mail.log", "--fail-if", condition]);
        let line = String::from_utf8(stderr).unwrap();
        assert_eq!((status.code(), &*stdout), (Some(2), &b""[..]), "{line}");
        assert!(line.starts_with("mtatop: --fail-if '") && line.contains(place), "{line}");
        assert_eq!((line.lines().count(), line.contains('\u{1b}')), (1, false), "{line}");
    }
}

#[test]
fn an_unreadable_file_is_a_failure_even_when_the_condition_holds() {
    let folder = Folder::new(&[("mail.log", LOG.as_bytes())]);
    let output = folder.run(&["report", "mail.log", "gone.log", "--fail-if", "failed>0"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("mtatop: gone.log: ") && said.contains("holds for two.example"),
        "{said}"
    );
}

#[test]
fn several_files_are_one_report() {
    let half = LOG.find("this is no entry").unwrap();
    let (one, two) = LOG.as_bytes().split_at(half);
    let folder = Folder::new(&[("whole", LOG.as_bytes()), ("one", one), ("two", two)]);
    let groups = |files: &[&str]| folder.json(files).get("groups").cloned();
    assert_eq!(groups(&["one", "two"]), groups(&["whole"]));
    let head = folder.report(&["one", "two"]);
    assert_eq!(head.lines().next(), Some("one, two"));
}

#[test]
fn on_a_terminal_lines_are_no_wider_than_it() {
    let long = format!(
        "{LOG}05-Jun-2019 09:00:05.00 tcp_local R 2 a@x.org rfc822;e@{0}.org e@{0}.org smtp;550 no\n",
        "x".repeat(200)
    );
    let folder = Folder::new(&[("mail.log", long.as_bytes())]);
    let path = folder.0.path().join("mail.log");
    let program = Path::new(env!("CARGO_BIN_EXE_mtatop"));
    let arguments = ["report", path.to_str().unwrap()];
    let mut pty = Pty::spawn(program, &arguments, (80, 30), &[]);
    assert!(pty.wait_exit().success());
    let screen = pty.wait_for("total");
    let row = screen.lines().find(|line| line.contains("xxx…"));
    let row = row.unwrap_or_else(|| panic!("{screen}"));
    // What is right of the key is still there.
    assert!(row.trim_end().ends_with("550 no"), "{screen}");
}
