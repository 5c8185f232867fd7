//! Pseudonyms instead of names: of ten thousand secrets in every kind of field of a log, none comes
//! out, whichever way.

use crate::harness::Opened;
use mtatop::log::redact::RedactLevel;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mtatop");

/// How a planted log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Xml,
    Json,
}

const FORMATS: [Format; 3] = [Format::Text, Format::Xml, Format::Json];

/// What every planted word begins with; nothing else in a log or in the program does.
const MARK: &str = "qz";
/// The networks of all planted addresses.
const NETWORKS: [&str; 2] = ["198.18.", "2001:db9:"];

/// Makes words and addresses that never come twice, and counts them.
#[derive(Default)]
struct Planter {
    count: u32,
}

impl Planter {
    /// Letters only, so that nothing but its place tells what it is.
    fn word(&mut self) -> String {
        self.count += 1;
        let letters = (0..5).map(|at| {
            let digit = self.count / 26_u32.pow(at) % 26;
            char::from(b'a' + u8::try_from(digit).unwrap())
        });
        MARK.chars().chain(letters).collect()
    }

    fn ip(&mut self) -> String {
        self.count += 1;
        if self.count.is_multiple_of(7) {
            return format!("{}{:x}::{:x}", NETWORKS[1], self.count / 1_000, self.count % 1_000);
        }
        format!("{}{}.{}", NETWORKS[0], self.count / 250 % 250, self.count % 250)
    }
}

/// The fields of an entry under their names in XML; the first tells of what kind it is.
type Fields = Vec<(&'static str, String)>;

/// Rounds of entries of every kind, and how many secrets are in them.
fn planted(format: Format, rounds: u32) -> (String, u32) {
    let mut planter = Planter::default();
    let mut log = String::new();
    for round in 0..rounds {
        for fields in round_of(&mut planter, round) {
            written(format, &fields, &mut log);
            log.push('\n');
        }
        let (word, ip) = (planter.word(), planter.ip());
        writeln!(log, "torn {word} <{word}@a.example> {ip} rest of an entry").unwrap();
    }
    (log, planter.count)
}

/// One of each kind.
fn round_of(planter: &mut Planter, round: u32) -> Vec<Fields> {
    let mut word = || planter.word();
    let time = format!("2007-02-16T10:{:02}:{:02}.00", round / 60 % 60, round % 60);
    let (from, to, file, id, user) = (word(), word(), word(), word(), word());
    let (helo, rdns, host, path, node) = (word(), word(), word(), word(), word());
    let (vrfy, subject, more, quoted, extra) = (word(), word(), word(), word(), word());
    let mut ip = || planter.ip();
    let (us, them, ours, theirs) = (ip(), ip(), ip(), ip());
    let process = format!("{:x}.1", 0x1000 + round);
    let head = |kind, code: &str, sequence: u32| {
        vec![
            ("", String::from(kind)),
            ("ts", time.clone()),
            ("no", node.clone()),
            ("pi", format!("{process}.{sequence}")),
            ("sc", "tcp_local".to_owned()),
            ("ac", code.to_owned()),
        ]
    };
    let message = |code, sequence, destination: &str| {
        let mut fields = head("en", code, sequence);
        fields.insert(5, ("dc", destination.to_owned()));
        fields.extend([
            ("sz", "3".to_owned()),
            ("so", format!("{from}@a.example")),
            ("od", format!("rfc822;{to}@b.example")),
            ("de", format!("{to}@b.example")),
            ("fi", format!("/q/{path}/ZZf0{file}.00")),
            ("ei", format!("<{id}@{more}.a.example>")),
            ("mi", format!("<{id}{id}@{host}.a.example>")),
            ("us", format!("*{user}")),
        ]);
        fields
    };
    let inbound = format!("TCP|{us}|25|{them}|31430");
    let outbound = format!("TCP|{ours}|34104|{theirs}|25");
    let mut opened = head("co", "O", 0);
    opened.extend([
        ("dr", "+".to_owned()),
        ("tr", inbound.clone()),
        ("ap", format!("SMTP/{helo}.pc.c.example/{rdns}.dip.c.example")),
    ]);
    let mut enqueued = message("E", 1, "tcp_local");
    enqueued.extend([
        ("ss", format!("{helo}.pc.c.example ({rdns}.dip.c.example [{them}])")),
        ("tr", inbound.clone()),
        ("ap", "SMTP".to_owned()),
    ]);
    let answer = format!(
        "550 5.1.1 User {to} unknown, {to} left us; <{to}@b.example> from {them} ({helo}) '{quoted}', see \
         https://b.example/{vrfy}?u={vrfy}"
    );
    let mut failed = message("R", 2, "");
    failed.extend([
        ("ss", "mx.b.example".to_owned()),
        ("di", format!("dns;mx.b.example ({outbound}) ({vrfy}.in.b.example ESMTP) smtp;{answer}")),
        ("tr", outbound.clone()),
        ("ap", "SMTP/b.example/mx.b.example".to_owned()),
    ]);
    let mut rejected = head("en", "J", 3);
    rejected.insert(5, ("dc", String::new()));
    rejected.extend([
        ("sz", "0".to_owned()),
        ("so", format!("{from}@a.example")),
        ("od", "rfc822;".to_owned()),
        ("de", format!("{more}@b.example")),
        ("ss", format!("{helo} ([{them}])")),
        ("di", format!("550 5.7.1 Relaying not permitted: {more} is not here for account {vrfy}")),
        ("tr", inbound.clone()),
        ("ap", "SMTP".to_owned()),
    ]);
    let mut login = head("co", "U", 4);
    login.extend([
        ("dr", "+".to_owned()),
        ("tr", inbound),
        ("ap", "SMTP".to_owned()),
        ("mi", format!("Authentication failed for user {extra}")),
        ("us", extra.clone()),
        ("di", "535 5.7.8 Bad username or password".to_owned()),
    ]);
    let mut unreached = head("co", "Y", 5);
    unreached.extend([
        ("dr", "-".to_owned()),
        ("tr", outbound),
        ("ap", "SMTP/b.example/mx.b.example".to_owned()),
        ("di", format!("TCP active open: Failed connect() {theirs}:25  Error: {theirs} is down")),
    ]);
    let mut header = vec![("", "he".to_owned()), ("ts", time.clone())];
    header.extend([("no", node.clone()), ("pi", format!("{process}.1"))]);
    header.push(("va", format!("Subject: {subject} and <{subject}@c.example>")));
    let mut all = vec![opened, enqueued, header, failed, rejected, login, unreached];
    // What no document names.
    for fields in &mut all {
        fields.push(("zz", extra.clone()));
    }
    all
}

fn written(format: Format, fields: &Fields, log: &mut String) {
    let get = |wanted: &str| fields.iter().find(|(name, _)| *name == wanted).map(|(_, it)| &**it);
    match format {
        Format::Text => text(&get, log),
        Format::Xml => {
            write!(log, "<{}", get("").unwrap()).unwrap();
            for (name, value) in fields.iter().skip(1) {
                let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                write!(log, " {name}=\"{}\"", value.replace('\'', "&apos;")).unwrap();
            }
            log.push_str("/>");
        }
        Format::Json => {
            let members = fields.iter().skip(1).map(|(name, value)| {
                let value = serde_json::to_string(value).unwrap();
                format!("\"{name}\":{}", value.replace('<', "\\u003c").replace('/', "\\/"))
            });
            write!(log, "{{{}}}", members.collect::<Vec<_>>().join(",")).unwrap();
        }
    }
}

/// Without names of fields, and without the fields that text would not have.
fn text<'a>(get: &dyn Fn(&str) -> Option<&'a str>, log: &mut String) {
    let clock = get("ts").unwrap().split_once('T').unwrap().1;
    let [no, pi] = ["no", "pi"].map(|name| get(name).unwrap());
    write!(log, "16-Feb-2007 {clock} {no} {pi} ").unwrap();
    let parts: &[&str] = match get("") {
        Some("he") => return write!(log, "> {}", get("va").unwrap()).unwrap(),
        Some("co") => &["sc", "dr", "ac", "tr", "ap", "mi", "us", "di"],
        _ => &["sc", "dc", "ac", "sz", "so", "od", "de", "fi", "ei", "mi", "us", "ss", "di"],
    };
    for name in parts {
        match (get(name), *name) {
            (Some(""), "dc") | (None, "fi" | "ei" | "mi" | "us") => log.push(' '),
            (Some("+" | "-"), _) => write!(log, "{}            ", get("dr").unwrap()).unwrap(),
            (Some(value), _) => write!(log, "{value} ").unwrap(),
            (None, _) => {}
        }
    }
    log.truncate(log.trim_end().len());
}

/// Nothing that was planted is in it; if nothing at all is shown, no domain either.
#[track_caller]
fn check(shown: &str, how: RedactLevel, what: &str) {
    let lower = shown.to_ascii_lowercase();
    let domains: &[&str] = if how == RedactLevel::All { &[".example"] } else { &[] };
    for secret in NETWORKS.iter().chain(domains).chain([&MARK]) {
        // A pseudonym may end in the numbers of a network.
        let is_one = |at: &usize| {
            !lower.get(..*at).unwrap().ends_with(|c: char| c == '.' || c.is_ascii_digit())
        };
        let found = lower
            .match_indices(secret)
            .map(|(at, _)| at)
            .find(|at| *secret != NETWORKS[0] || is_one(at));
        if let Some(at) = found {
            let line = lower.get(..at).unwrap().lines().count().saturating_sub(1);
            panic!(
                "{what} shows {secret}:\n{}",
                lower.lines().skip(line).take(2).collect::<String>()
            );
        }
    }
}

fn option(how: RedactLevel) -> &'static str {
    if how == RedactLevel::All { "--redact=all" } else { "--redact" }
}

/// What it prints, wherever.
fn printed(arguments: &[&str]) -> String {
    let mut command = Command::new(PROGRAM);
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{arguments:?}");
    let all = [output.stdout, output.stderr].concat();
    String::from_utf8(all).unwrap()
}

fn file(folder: &Path, format: Format, rounds: u32) -> String {
    let (log, _) = planted(format, rounds);
    let path = folder.join("mail.log");
    std::fs::write(&path, log).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
fn ten_thousand_secrets_are_planted_and_stand_in_what_is_not_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let counted: u32 = FORMATS.map(|format| planted(format, 160).1).iter().sum();
    assert!(counted >= 10_000, "{counted}");
    for format in FORMATS {
        let log = file(folder.path(), format, 3);
        let plain = printed(&["export", "entries", &log]);
        assert!(plain.matches(MARK).count() > 100, "{plain}");
        let kinds = plain.matches(r#""kind":"unparsed""#).count();
        assert_eq!(kinds, 3, "{format:?}: all but the torn ones are entries\n{plain}");
    }
}

#[test]
fn no_command_prints_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let log = &*file(folder.path(), format, 160);
        for how in [RedactLevel::People, RedactLevel::All] {
            let check = |arguments: &[&str]| {
                let arguments = [arguments, &[option(how), log]].concat();
                let shown = printed(&arguments);
                check(&shown, how, &format!("{format:?} {arguments:?}"));
                shown
            };
            for what in ["entries", "connections", "deliveries", "messages"] {
                check(&["export", what, "--format", "csv"]);
                let lines = check(&["export", what]);
                // What is left out is said as well.
                let objects = lines.lines().filter(|line| line.starts_with('{'));
                let read = objects.map(|line| serde_json::from_str::<Value>(line).unwrap());
                assert!(read.count() >= 160, "{what}: {lines}");
            }
            check(&["export", "entries", "--format", "raw"]);
            for by in ["domain", "channel", "remote-host", "response", "process", "connecting-ip"] {
                check(&["report", "--by", by]);
            }
            check(&["report", "--format", "json", "--fail-if", "failed>1"]);
            let told = check(&["trace", "@b.example"]);
            assert!(told.contains("160 messages"), "{told}");
            check(&["trace", "nobody at all"]);
            check(&["check"]);
        }
    }
}

/// All views and panes of a screen, with what is to be checked of each.
fn walk(opened: &mut Opened, seen: &mut dyn FnMut(&str, &str)) {
    let mut copies = 0;
    let stops = [
        "1",
        "y",
        "Y",
        "<enter>",
        "j",
        "<enter>",
        "z",
        "z",
        "<pgdn>",
        "<esc>",
        "<esc>",
        "k",
        "X",
        "<esc>",
        "g",
        "jj<enter>",
        "<esc>",
        "d",
        "<esc>f",
        "<esc>",
        "2",
        "y",
        "Y",
        "<enter>",
        "b",
        "<enter>",
        "b",
        "bb",
        "<enter>",
        "<esc>",
        "<esc>",
        "<esc>",
        "f",
        "<esc>",
        "3",
        "y",
        "Y",
        "j",
        "<enter>",
        "<pgdn>",
        "t",
        "<esc>",
        "4",
        "y",
        "Y",
        "b",
        "b",
        "b",
        "b",
        "b",
        "f",
        "<esc>",
        "<esc>",
        "5",
        "y",
        "Y",
        "n",
        "n",
        "<enter>",
        "<esc>",
        "X",
        "<esc>",
        "<right>",
        "g",
        "?",
        "<esc>",
        "!",
        "<esc>",
        "a",
    ];
    for keys in stops {
        opened.press(keys);
        if let Some(text) = opened.copied.take() {
            copies += 1;
            seen("copied", &text);
        }
        for (width, height) in [(160, 50), (80, 24)] {
            seen(keys, &opened.screen(width, height));
        }
    }
    assert!(copies >= 6, "{copies} copies were made");
    opened.press("5g");
    opened.app.update(mtatop::tui::app::Msg::Resize(250, 100));
    for _ in 0..20 {
        seen("a page of the log", &opened.screen(250, 100));
        opened.press("<pgdn>");
    }
}

#[test]
fn no_screen_shows_a_secret() {
    for format in FORMATS {
        let (log, _) = planted(format, 160);
        for how in [RedactLevel::People, RedactLevel::All] {
            let mut opened = Opened::new(log.as_bytes(), "");
            opened.app = opened.app.redacted(Some(how));
            let mut shown = 0;
            walk(&mut opened, &mut |keys, screen| {
                check(screen, how, &format!("{format:?} {how:?} {keys}"));
                // What is laid over a small screen covers it.
                let covered = screen.contains('╭') || keys == "copied";
                assert!(covered || screen.contains("REDACTED"), "{keys}:\n{screen}");
                shown += screen.matches("u-").count();
            });
            assert!(shown > 500, "{format:?}: {shown} pseudonyms are seen");
        }
    }
}

/// A log of three people.
const LOG: &str = "\
16-Feb-2007 10:00:00.00 2636.1.1 tcp_local tcp_out E 3 anita@a.example rfc822;bobby@b.example bobby@b.example /q/ZZqf1.00 <mid1@a.example>
16-Feb-2007 10:00:01.00 2637.1.1 tcp_out R 3 anita@a.example rfc822;bobby@b.example bobby@b.example /q/ZZqf1.00 <mid1@a.example> mx.b.example dns;mx.b.example smtp;550 5.1.1 User bobby unknown
16-Feb-2007 10:00:02.00 2636.1.2 tcp_local tcp_out E 3 anita@a.example rfc822;evelyn@b.example evelyn@b.example /q/ZZqf2.00 <mid2@a.example>
";

#[test]
fn that_names_are_hidden_is_seen_beside_large_counts_on_a_small_screen() {
    let mut log = Vec::new();
    mtatop::simulate::print(20_000, 7, &mut log).unwrap();
    let mut opened = Opened::new(&log, "");
    assert!(opened.screen(40, 8).starts_with("mtatop "));
    opened.press("R");
    let screen = opened.screen(40, 8);
    assert!(screen.starts_with("REDACTED ") && screen.contains(" J "), "{screen}");
}

#[test]
fn a_key_hides_and_shows_names_and_domains_stay() {
    let mut opened = Opened::new(LOG.as_bytes(), "");
    opened.press("5k");
    let plain = opened.screen(160, 40);
    assert!(plain.contains("bobby@b.example") && !plain.contains("REDACTED"), "{plain}");
    opened.press("R");
    let hidden = opened.screen(160, 40);
    let is_hidden =
        !["anita", "bobby", "evelyn", "qf1", "mid"].iter().any(|name| hidden.contains(name));
    assert!(
        is_hidden && hidden.contains("5.1.1 User u-") && hidden.contains("REDACTED"),
        "{hidden}"
    );
    assert!(hidden.contains("@b.example") && hidden.contains("  mx.b.example"), "{hidden}");
    assert!(opened.screen(40, 8).contains("REDACTED"));
    opened.press("R");
    assert_eq!(opened.screen(160, 40), plain);
    opened.press("R");
    assert_eq!(opened.screen(160, 40), hidden, "a name keeps its pseudonym");
}

#[test]
fn filters_find_names_as_they_are_and_show_none() {
    let mut opened = Opened::new(LOG.as_bytes(), "");
    opened.press("R5/to:bobby@b.example<enter>");
    let screen = opened.screen(160, 40);
    assert!(screen.contains("2 of 3 entries"), "{screen}");
    assert!(screen.contains("filter to:u-") && !screen.contains("bobby"), "{screen}");
    // The prompt begins empty, brings back nothing, and offers no names.
    opened.press("/<up>from:<tab><tab>");
    let screen = opened.screen(160, 40);
    assert!(screen.contains("/from:") && !screen.contains("anita"), "{screen}");
    opened.press("<esc>");
    assert!(opened.screen(160, 40).contains("2 of 3 entries"), "the filter before is in force");
    // What the whole entry says is looked for in the log, not in what is shown of it.
    opened.press("/\"User bobby\"<enter>");
    assert!(opened.screen(160, 40).contains("1 of 3 entries"));
    opened.press("<esc><esc>4f");
    let screen = opened.screen(160, 40);
    assert!(screen.contains("filter from:\"u-") && screen.contains("3 of 3 entries"), "{screen}");
}

#[test]
fn a_name_has_one_pseudonym_all_over_the_screen() {
    let mut opened = Opened::new(LOG.as_bytes(), "");
    opened.app = opened.app.redacted(Some(RedactLevel::People));
    opened.press("4");
    let screen = opened.screen(160, 40);
    let found = screen.find("\nu-").expect("a sender is seen") + 1;
    let name = screen.get(found..).unwrap().split_once('@').unwrap().0.to_owned();
    opened.press("5");
    let log = opened.screen(160, 40);
    assert_eq!(
        log.matches(&name).count(),
        4,
        "{name} in three entries, and below:\n{screen}\n{log}"
    );
}

#[test]
fn nothing_is_kept_of_a_session_that_hid_names() {
    let mut opened = Opened::new(LOG.as_bytes(), "b.example");
    assert!(opened.app.setup_to_keep().is_some());
    opened.press("R/user:bobby<enter>R");
    assert_eq!(opened.app.setup_to_keep(), None);
}

#[test]
fn a_status_file_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let log = file(folder.path(), Format::Text, 20);
    let status = folder.path().join("status.json");
    let status = status.to_str().unwrap();
    let follow = ["export", "entries", "--redact", "--follow", "--exit-after-idle", "0"];
    let shown = printed(&[&follow[..], &["--status-file", status, &log]].concat());
    check(&shown, RedactLevel::People, "what is followed");
    check(&std::fs::read_to_string(status).unwrap(), RedactLevel::People, "the status file");
}

#[test]
fn what_is_written_from_the_screen_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let (log, _) = planted(format, 30);
        let mut opened = Opened::new(log.as_bytes(), "");
        let path = folder.path().join(format!("{format:?}.log"));
        opened.press("Rw<c-u>");
        opened.paste(path.to_str().unwrap());
        opened.press("<enter>");
        let written = std::fs::read_to_string(path).unwrap();
        check(&written, RedactLevel::People, "what was written");
        assert_eq!(written.lines().count(), log.lines().count());
    }
}
