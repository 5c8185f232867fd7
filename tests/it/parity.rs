//! Each group on the screen is one of `mtatop report` under the same filter and in the same window,
//! with the same counts: at rest, and while the log grows and the window moves on.

use crate::harness::Opened;
use mtatop::index::ConnectionState;
use mtatop::log::entry::{Time, Window};
use mtatop::simulate;
use mtatop::stats::{Group, GroupBy, GroupScope, Groups};
use mtatop::tui::layout::Pane;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// What both have, as the screen and as the report call it.
const BOTH: [(GroupBy, &str); 8] = [
    (GroupBy::Domain, "domain"),
    (GroupBy::OrgDomain, "org-domain"),
    (GroupBy::Response, "response"),
    (GroupBy::Sender, "sender"),
    (GroupBy::User, "user"),
    (GroupBy::ConnectingIp, "connecting-ip"),
    (GroupBy::Channel, "channel"),
    (GroupBy::Host, "remote-host"),
];

const FILTERS: [&str; 12] = [
    "",
    "domain:b.example",
    "example -mx",
    "-outcome:enqueued|relayed",
    "code:4xx",
    "-code:2xx from:@a.example",
    "from:<>|root",
    "host:mx* -channel:ims-ms",
    "user:joe|root",
    "action:U|X|J",
    "\"rfc822\" -action:D",
    "ip:192.0.2.1|192.0.2.3",
];

/// What moves the window on, or does not.
const WINDOWS: [&str; 5] = ["", "since:10m", "since:2m until:20s", "[", "[[["];

/// By name of the group: what became of what, in the order of the report's members.
type Told = BTreeMap<String, [u64; 7]>;

/// Lines of all codes, in all the ways that were seen to differ: upper and lower case, no sender, no
/// domain, a route, no host, no user.
fn made_up(rng: &mut fastrand::Rng, lines: usize) -> Vec<String> {
    let mut second = 0;
    let mut line = || {
        second += rng.u32(0..40);
        // Clocks of several processes are not one.
        let at = second.saturating_sub(rng.u32(0..3));
        let at =
            format!("16-Feb-2007 {:02}:{:02}:{:02}.50", at / 3_600 % 24, at / 60 % 60, at % 60);
        entry(rng, &at) + "\n"
    };
    (0..lines).map(|_| line()).collect()
}

fn pick<'a>(rng: &mut fastrand::Rng, all: &[&'a str]) -> &'a str {
    rng.choice(all).copied().unwrap_or_default()
}

fn entry(rng: &mut fastrand::Rng, at: &str) -> String {
    let (client, port) = (rng.u8(1..5), rng.u16(1_000..1_020));
    let process = format!("{at} {}.{}.1", pick(rng, &["1f", "2e"]), rng.u8(1..4));
    let inbound = format!("TCP|10.0.0.1|25|192.0.2.{client}|{port}");
    match rng.u8(0..14) {
        0 => "this is no entry".to_owned(),
        1 => format!("{process} tcp_local + O {inbound} SMTP"),
        2 => format!("{process} tcp_local + C {inbound} SMTP"),
        3 => format!("{process} tcp_local + X {inbound} SMTP no more than {port}"),
        4 => format!(
            "{process} tcp_local - Y TCP|10.0.0.1|{port}|192.0.2.9|25 SMTP/b.example/MX1.b.example"
        ),
        5 => format!(
            "{process} tcp_submit + U {inbound} SMTP {}",
            pick(
                rng,
                &["Bad password joe 535 5.7.8 no", "Authentication successful joe 235 2.7.0 ok"]
            )
        ),
        6 => format!("{at} > Subject: {port}"),
        _ => message(rng, &process, client),
    }
}

fn message(rng: &mut fastrand::Rng, process: &str, client: u8) -> String {
    let channel = pick(rng, &["tcp_local", "tcp_submit", "ims-ms", "process", "l"]);
    let from = pick(rng, &["root", "joe@a.example", "Joe@A.example", "<>", "x@c.example"]);
    let to = pick(
        rng,
        &[
            "rfc822;y@b.example y@b.example",
            "rfc822;y@b.example y@B.Example",
            "rfc822;list@a.example y@sub.b.example",
            "rfc822;y@mx.a.co.uk y@mx.a.co.uk",
            "rfc822;y@a.co.uk y@A.CO.UK",
            "rfc822;y@a.co.uk y@joe.github.io",
            "rfc822;y@c.example y@ims-ms-daemon",
            "rfc822;@relay.example:y@c.example @relay.example:y@c.example",
            "rfc822;postmaster postmaster",
        ],
    );
    let head = format!("{process} {channel}");
    let tail = format!("{from} {to} q/ZZ{}.00 <{}@a.example>", rng.u8(1..9), rng.u8(..));
    let user = pick(rng, &["", "*joe ", "joe "]);
    let answer = pick(
        rng,
        &[
            "",
            " dns;MX1.b.example smtp;250 2.1.5 fine",
            " dns;mx1.b.example smtp;450 4.7.1 <y@b.example>: later",
            " dns;mx2.b.example (TCP|10.0.0.1|9|192.0.2.9|25) smtp;550 5.1.1 no <y@b.example>",
            " TCP active open: Failed connect() 192.0.2.9:25  Error: no route to host",
        ],
    );
    let code = pick(
        rng,
        &["D", "DA", "DE", "Q", "QE", "R", "K", "Z", "W", "E", "EA", "EEA", "J", "JE", "B", "V"],
    );
    match code.as_bytes() {
        [b'E', ..] => format!(
            "{head} tcp_local {code} 1 {tail} {user}pc (Pool{client}.X.org [192.0.2.{client}])"
        ),
        [b'J', ..] => format!(
            "{head} {code} 0 {tail} pc ([192.0.2.{client}]) 550 5.7.1 Relaying not permitted: y@b.example"
        ),
        // Some came over ports that no connection entry tells of.
        _ => format!(
            "{head} {code} 1 {tail}{}",
            answer.replace("|9|", &format!("|{}|", rng.u8(9..)))
        ),
    }
}

/// What the screen tells of its groups.
fn on_screen(opened: &Opened, groups: &Groups) -> Told {
    let name = |group: &Group| {
        let label = groups.label(opened.app.index(), group);
        match (groups.by(), label) {
            (GroupBy::Sender, b"") => "<>".to_owned(),
            _ => String::from_utf8_lossy(label).into_owned(),
        }
    };
    let told = groups.iter().map(|(_, group)| {
        let Group { counts, refused, unauthenticated, .. } = group;
        let counts = [
            counts.enqueued,
            counts.delivered,
            counts.deferred,
            counts.failed,
            counts.rejected,
            *refused,
            *unauthenticated,
        ];
        (name(group), counts.map(u64::from))
    });
    let told: Told = told.collect();
    assert_eq!(told.len(), groups.iter().count(), "no two groups have one name");
    told
}

/// Connections that are open and of which the filter leaves an entry.
fn open_on_screen(opened: &Opened) -> u64 {
    let index = opened.app.index();
    let state = |id| index.connection(id).map(|connection| connection.state);
    let left = opened.app.tally().connections().iter();
    left.filter(|&&id| state(id) == Some(ConnectionState::Open)).count() as u64
}

/// What the report tells of its groups.
fn reported(log: &[u8], by: &str, filter: &str) -> Told {
    let report = report(log, by, filter);
    let groups = report.get("groups").and_then(Value::as_array).unwrap().iter();
    let told = groups.map(|group| {
        let count = |name: &str| group.get(name).map_or(0, |count| count.as_u64().unwrap());
        let counts = [
            "enqueued",
            "delivered",
            "deferred",
            "failed",
            "rejected",
            "refused",
            "unauthenticated",
        ];
        (group.get("key").unwrap().as_str().unwrap().to_owned(), counts.map(count))
    });
    told.collect()
}

fn open_in_report(log: &[u8], filter: &str) -> u64 {
    let report = report(log, "domain", filter);
    report.pointer("/connections/open").and_then(Value::as_u64).unwrap()
}

fn report(log: &[u8], by: &str, filter: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail.log"), log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    command.args(["report", "mail.log", "--format", "json", "--by", by, "--filter", filter]);
    let output = command.current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {filter}: {said}"))
}

/// The filter of the screen with its window as times of the clock, which mean the same to a report of
/// whatever part of the log.
fn standing(opened: &Opened, filter: &str) -> String {
    let window = opened.app.tally().window();
    let iso = |time: Time| time.calendar().map(|it| it.format("%Y-%m-%dT%H:%M:%S%.3f").to_string());
    let open = Window::default();
    let terms = [("since", window.since, open.since), ("until", window.until, open.until)];
    let bounds = terms.into_iter().filter(|(_, time, open)| time != open);
    let terms: Vec<_> =
        bounds.map(|(name, time, _)| format!("{name}:{}", iso(time).unwrap())).collect();
    format!("{filter} {}", terms.join(" "))
}

/// What the panes show, each grouping that there is a report of.
fn compare(opened: &mut Opened, answers: &mut Groups, log: &[u8], filter: &str) -> usize {
    let standing = standing(opened, filter);
    assert_eq!(open_in_report(log, &standing), open_on_screen(opened), "open under {standing}");
    let mut compared = 0;
    let mut check = |opened: &Opened, groups: &Groups| {
        let (_, name) = BOTH.into_iter().find(|(by, _)| *by == groups.by()).unwrap();
        let shown = on_screen(opened, groups);
        compared += shown.len();
        assert_eq!(shown, reported(log, name, &standing), "by {name} under {standing}");
    };
    opened.press("2");
    check(opened, opened.app.grouping(Pane::Domains).unwrap().groups);
    opened.press("o");
    check(opened, opened.app.grouping(Pane::Domains).unwrap().groups);
    opened.press("o");
    let rows = opened.app.index().rows().len();
    answers.extend_by(opened.app.tally().sieve(), opened.app.index(), rows, usize::MAX);
    check(opened, answers);
    opened.press("4");
    for _ in 0..5 {
        check(opened, opened.app.grouping(Pane::Senders).unwrap().groups);
        opened.press("b");
    }
    compared
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn each_group_is_one_of_the_report_while_the_log_grows_and_the_window_moves(
        seed: u64,
        simulated: bool,
        filter in proptest::sample::select(&FILTERS[..]),
        window in proptest::sample::select(&WINDOWS[..]),
        steps in 1_usize..4,
    ) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let lines = if simulated {
            let mut log = Vec::new();
            simulate::print(600, seed, &mut log).unwrap();
            let log = String::from_utf8(log).unwrap();
            log.split_inclusive('\n').map(str::to_owned).collect()
        } else {
            made_up(&mut rng, 150)
        };
        let keys = window.starts_with('[');
        let given = if keys { filter.to_owned() } else { format!("{filter} {window}") };
        let mut opened = Opened::new(&[], given.trim());
        if keys {
            opened.press(window);
        }
        let mut answers = Groups::new(GroupBy::Response, GroupScope::default());
        let mut log = Vec::new();
        for part in lines.chunks(lines.len().div_ceil(steps)) {
            let part = part.concat().into_bytes();
            log.extend_from_slice(&part);
            opened.append(&part);
            compare(&mut opened, &mut answers, &log, filter);
        }
    }
}

#[test]
fn what_is_compared_has_all_kinds_of_groups() {
    let log = made_up(&mut fastrand::Rng::with_seed(1), 400).concat().into_bytes();
    let mut opened = Opened::new(&log, "");
    let mut answers = Groups::new(GroupBy::Response, GroupScope::default());
    assert!(compare(&mut opened, &mut answers, &log, "") > 25);
    let of_clients = reported(&log, "connecting-ip", "");
    let sum = |at: usize| of_clients.values().filter_map(|counts| counts.get(at)).sum::<u64>();
    assert_eq!([1, 2, 3].map(sum), [0; 3], "what went out came from nobody");
    assert!([0, 4, 5, 6].iter().all(|&at| sum(at) > 0), "{of_clients:?}");
    assert!(reported(&log, "sender", "").contains_key("<>"));
}

#[test]
fn as_many_connections_are_open_as_in_the_report() {
    let mut open = 0;
    for seed in 0..20 {
        let log = made_up(&mut fastrand::Rng::with_seed(seed), 200).concat().into_bytes();
        let shown = open_on_screen(&Opened::new(&log, ""));
        assert_eq!(open_in_report(&log, ""), shown, "seed {seed}");
        open += shown;
    }
    assert!(open > 20, "{open}");
}

#[test]
fn an_organisation_counts_what_a_filter_on_it_leaves() {
    let log = made_up(&mut fastrand::Rng::with_seed(2), 400).concat().into_bytes();
    let organisations = |opened: &mut Opened| {
        opened.press("2");
        let by = opened.app.grouping(Pane::Domains).unwrap().groups.by();
        if by == GroupBy::Domain {
            opened.press("o");
        }
        on_screen(opened, opened.app.grouping(Pane::Domains).unwrap().groups)
    };
    let mut opened = Opened::new(&log, "");
    let all = organisations(&mut opened);
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(names, ["", "a.co.uk", "b.example", "c.example", "joe.github.io", "sub.b.example"]);
    for (at, (name, counts)) in all.iter().enumerate() {
        // In the order of the list.
        opened.press(&format!("g{}", "j".repeat(at)));
        let selected = opened.app.grouping(Pane::Domains).unwrap();
        let group = selected.groups.get(selected.selected.unwrap()).unwrap();
        let label = selected.groups.label(opened.app.index(), group);
        let label = String::from_utf8_lossy(label).into_owned();
        let narrowed = opened.app.grouping(Pane::Responses).unwrap().groups;
        let answered: u64 = on_screen(&opened, narrowed).values().flatten().sum();
        let [enqueued, rest @ ..] = all[&label];
        assert_eq!(answered, rest.iter().sum::<u64>(), "{label}, beside {enqueued}");
        opened.press("f");
        let known = ["a.co.uk", "joe.github.io"].contains(&&*label);
        let term = match &*label {
            "" => String::new(),
            _ if known => format!("domain:{label}"),
            // Nobody knows what lies below it.
            _ => format!("domain:\"{label}\""),
        };
        assert_eq!(opened.app.filter_text(), term);
        opened.press("<esc>");
        if !name.is_empty() {
            let mut filtered = Opened::new(&log, &format!("domain:{name}"));
            assert_eq!(organisations(&mut filtered).get(name), Some(counts), "{name}");
        }
    }
}
