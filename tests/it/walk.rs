//! An incident, from the first look to the ticket: ten questions that a postmaster asks, each
//! answered by a few keys in a real terminal.
//!
//! The log is that of the simulator, in which the largest domain begins to throttle us after fifteen
//! minutes and another one refuses connections. What the screen has to say is worked out from the
//! truth about the records of the simulator, or by `mtatop report`.

use crate::clipboard::clipboard;
use crate::e2e::{Log, check_sequences};
use crate::ground_truth::entries_with_truth;
use crate::pty::Pty;
use mtatop::simulate::{LogStyle, Scenario, SiteProfile};
use mtatop::text::units::number;
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use vt100::Screen;

const SIZE: (u16, u16) = (160, 50);
/// Entries of the incident, and those that are there before the mark is set.
const ENTRIES: usize = 100_000;
const BEFORE: usize = 98_000;

/// The log, line by line, and what is true of each.
struct Incident {
    lines: Vec<String>,
    truth: Vec<Value>,
}

impl Incident {
    fn new() -> Self {
        let count = ENTRIES.to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        command.args(["simulate", "--seed", "7", "--entries", &count]);
        let log = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let scenario = Scenario::of(SiteProfile::Store, 7);
        let entries = entries_with_truth(scenario, LogStyle::default()).take(ENTRIES);
        let (lines, truth): (Vec<String>, Vec<Value>) = entries
            .map(|(entry, truth)| (format!("{}\n", entry.text), Value::Object(truth)))
            .unzip();
        assert!(lines.concat() == log);
        assert_eq!((lines.len(), truth.len()), (ENTRIES, ENTRIES));
        Self { lines, truth }
    }

    fn before(&self) -> &[Value] {
        &self.truth[..BEFORE]
    }
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

/// Whether it has one of these actions. What is handed on from one channel to another one is not
/// delivered yet.
fn is(entry: &Value, actions: &str) -> bool {
    let counts = entry["kind"] == "message" && entry["truth"]["outcome"] != "handed-on";
    counts && actions.contains(text(entry, "action"))
}

/// How many of the entries have one of these actions.
fn count(entries: &[Value], actions: &str) -> usize {
    entries.iter().filter(|entry| is(entry, actions)).count()
}

/// Time of day, to the second.
fn second(entry: &Value) -> &str {
    text(entry, "time").get(11..19).unwrap()
}

/// What most of the entries have in common, and those that have it.
fn most<'a>(
    entries: impl Iterator<Item = &'a Value>,
    key: impl Fn(&Value) -> String,
) -> (String, Vec<&'a Value>) {
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        groups.entry(key(entry)).or_default().push(entry);
    }
    groups.into_iter().max_by_key(|(_, entries)| entries.len()).unwrap()
}

/// What was answered, without what differs from message to message.
fn answer(entry: &Value) -> String {
    let response = &entry["response"];
    let words: Vec<&str> = text(response, "text").split(' ').take(3).collect();
    format!("{} {} {}", response["code"], text(response, "enhanced"), words.join(" "))
}

/// The program in a terminal, and how often a key was pressed for the question at hand.
struct Walk {
    pty: Pty,
    pressed: Cell<usize>,
}

impl Walk {
    fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.pty.press(key);
            self.pressed.set(self.pressed.get() + 1);
        }
    }

    /// The question is answered by what is on the screen, within so many keys.
    #[track_caller]
    fn answered(&self, question: &str, keys: usize, is_answer: impl Fn(&[String]) -> bool) {
        self.pty.wait_until(|screen| is_answer(&rows(screen)));
        assert!(self.pressed.get() <= keys, "{question}: {} keys", self.pressed.get());
        self.pressed.set(0);
    }

    /// Back to where one begins, which costs nothing.
    #[track_caller]
    fn home(&mut self, keys: &str) {
        self.pty.press(keys);
        self.pty.wait_until(|screen| rows(screen)[3].starts_with("━━ Connections ━━"));
    }
}

fn rows(screen: &Screen) -> Vec<String> {
    screen.rows(0, SIZE.0).collect()
}

/// The words of the row below the one that begins so, from its column on.
fn below<'a>(rows: &'a [String], head: &str) -> Option<Vec<&'a str>> {
    let at = rows.iter().position(|row| row.contains(head))?;
    let before = rows[at].split(head).next()?.chars().count();
    let skipped = rows.get(at + 1)?.char_indices().nth(before).map_or(0, |(at, _)| at);
    Some(rows[at + 1].split_at(skipped).1.split_whitespace().collect())
}

fn begins(words: Option<Vec<&str>>, expected: &[&str]) -> bool {
    words.is_some_and(|words| words.starts_with(expected))
}

#[test]
fn ten_questions_are_answered_within_their_keys() {
    let incident = Incident::new();
    let log = Log::new();
    log.append(incident.lines[..BEFORE].concat());
    let program = Path::new(env!("CARGO_BIN_EXE_mtatop"));
    let pty = Pty::spawn(program, &["--no-config", log.name()], SIZE, &[]);
    // Read by a machine that has other things to do.
    pty.wait_for(" entries");
    pty.wait_for(" 98,000 entries");
    let mut walk = Walk { pty, pressed: Cell::new(0) };
    is_mail_moving(&walk, &incident);
    who_fails_and_why(&mut walk, &incident);
    what_happened_to_this_mail(&mut walk, &incident);
    when_did_it_start(&mut walk, &incident);
    who_sends(&mut walk, &incident);
    what_hangs(&mut walk, &incident);
    is_it_getting_better(&mut walk, &incident, &log);
    what_goes_into_the_ticket(&mut walk, &incident, &log);
    walk.pty.press("q");
    assert_eq!(walk.pty.wait_exit().exit_code(), 0);
}

/// 1: the counts, the rates of the last ten seconds, what fails now and before, what is open.
fn is_mail_moving(walk: &Walk, incident: &Incident) {
    let before = incident.before();
    let [e, d, q, r] = ["E", "D", "Q", "R"].map(|action| number(count(before, action)));
    let totals = format!(" E {e} D {d} Q {q} R {r} ");
    let seconds = |entry: &Value| {
        let digits = second(entry).split(':').map(|part| part.parse::<usize>().unwrap());
        digits.fold(0, |sum, part| sum * 60 + part)
    };
    let now = seconds(before.last().unwrap()) + 1;
    let since = |ago: usize| {
        let first = before.iter().position(|entry| seconds(entry) + ago >= now).unwrap();
        &before[first..]
    };
    let rate = |action: &str| {
        let count = count(since(10), action);
        format!("{}.{}/s ", count / 10, count % 10)
    };
    let rates = format!("{}delivered  {}deferred  {}failed", rate("D"), rate("Q"), rate("R"));
    let share = |entries: &[Value]| {
        let (bad, all) = (count(entries, "QR"), count(entries, "DQR"));
        let thousandths = (bad * 1_000 + all / 2) / all;
        format!("{}.{} %", thousandths / 10, thousandths % 10)
    };
    let minute = since(60);
    let earlier = &before[..before.len() - minute.len()];
    let fails = format!("fail {} hour {}", share(minute), share(earlier));
    let open = format!(" {} open ", open(before).len());
    walk.answered("1: is it us or them, is mail moving?", 0, |rows| {
        rows[0].contains(totals.trim_end())
            && [&rates, &fails, &open].iter().all(|words| rows[1].contains(*words))
    });
}

/// 2, 3 and 4: the domain that fails most, what its servers say most often, and over which way.
fn who_fails_and_why(walk: &mut Walk, incident: &Incident) {
    let before = incident.before();
    let failures = || before.iter().filter(|entry| is(entry, "QR"));
    let (domain, failed) = most(failures(), |entry| text(entry, "domain").to_owned());
    assert_eq!(domain, "bigmail.example", "it is the one that throttles us");
    let counts =
        ["Q", "R"].map(|action| number(failed.iter().filter(|entry| is(entry, action)).count()));
    walk.press(&["2"]);
    walk.answered("2: which recipient domains fail now?", 1, |rows| {
        begins(below(rows, "DOMAIN "), &[&domain, &counts[0], &counts[1]])
    });
    walk.home("1");

    let (said, said_by) = most(failed.into_iter(), answer);
    let (first, last) = (second(said_by[0]), second(said_by[said_by.len() - 1]));
    let how_often = number(said_by.len());
    walk.press(&["2", "\r"]);
    walk.answered("3: what do the remotes say?", 2, |rows| {
        let words = below(rows, "  COUNT ");
        let told = words.as_ref().and_then(|words| words.get(4..)).map(|words| words.join(" "));
        words.is_some_and(|words| words[0] == how_often && words[2..4] == [first, last])
            && told.is_some_and(|told| told.starts_with(&said))
    });
    walk.home("\x1b[Z1");

    let connections: BTreeSet<u64> =
        said_by.iter().filter_map(|entry| entry["truth"]["connection"].as_u64()).collect();
    let newest = said_by[said_by.len() - 1];
    let (host, ip) = (text(newest, "remote_host"), text(&newest["transport"], "remote_ip"));
    let title = format!("  {} connections ━━", connections.len());
    walk.press(&["2", "\r", "\r"]);
    walk.answered("4: from which connection?", 3, |rows| {
        let row = below(rows, "CONNECTION ");
        let way = row.is_some_and(|words| words[1..4] == ["→", host, &format!("{ip}:25")]);
        way && rows.iter().any(|row| row.contains(&title))
    });
    walk.home("\x1b[Z\x1b[Z1");

    walk.press(&["2", "\r", "b"]);
    let by_host = |host: &str| said_by.iter().filter(|it| text(it, "remote_host") == host).count();
    let hosts: BTreeSet<&str> = said_by.iter().map(|entry| text(entry, "remote_host")).collect();
    let told: Vec<String> =
        hosts.iter().map(|host| format!("{host} {}", number(by_host(host)))).collect();
    walk.answered("4: which MX?", 3, |rows| {
        let rows: Vec<String> =
            rows.iter().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        told.iter().all(|told| rows.iter().any(|row| row.contains(told.as_str())))
    });
    walk.home("\x1b[Z1");
}

/// 5: somebody whose mail waited: each entry of its story.
fn what_happened_to_this_mail(walk: &mut Walk, incident: &Incident) {
    let mut stories: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in incident.before().iter().filter(|entry| is(entry, "EDQR")) {
        stories.entry(text(entry, "original_to")).or_default().push(entry);
    }
    let first_of = |id: &Value| {
        let mut entries = incident.before().iter().filter(|entry| entry["message_id"] == *id);
        entries.next().map(|entry| text(entry, "original_to"))
    };
    let (address, story) = stories
        .into_iter()
        .find(|(address, story)| {
            let actions: String = story.iter().map(|entry| text(entry, "action")).collect();
            actions == "EQQQD" && first_of(&story[0]["message_id"]) != Some(*address)
        })
        .expect("somebody's mail, that went to others first, was deferred and delivered");
    walk.press(&["3", "/"]);
    walk.pty.press(address);
    walk.answered("5: what happened to this person's mail?", 2, |rows| {
        let whole = |entry: &&Value| {
            let outcome = match text(entry, "action") {
                "E" => "enqueued",
                "Q" => "deferred",
                _ => "relayed",
            };
            rows.iter().any(|row| row.contains(second(entry)) && row.contains(outcome))
        };
        rows.iter().any(|row| row.contains(address)) && story.iter().all(whole)
    });
    walk.pty.press("\x1b");
    walk.pty.wait_for("no filter");
    walk.home("1");
}

/// 6: the minute in which much more is deferred than before.
fn when_did_it_start(walk: &mut Walk, incident: &Incident) {
    let minute = |entry: &Value| text(entry, "time").get(11..16).unwrap().to_owned();
    let mut minutes: BTreeMap<String, usize> = BTreeMap::new();
    for entry in incident.before() {
        *minutes.entry(minute(entry)).or_default() += usize::from(is(entry, "Q"));
    }
    let highest = *minutes.values().max().unwrap();
    let start = minutes.values().position(|&count| count * 3 >= highest * 2).unwrap();
    assert_eq!(minutes.keys().nth(start).unwrap(), "00:15", "the incident begins then");
    walk.press(&["4"]);
    walk.answered("6: when did it start?", 1, |rows| {
        let Some(top) = rows.iter().position(|row| row.starts_with("Q ")) else { return false };
        // Of three rows of bars the second one is full from two thirds of the highest on.
        let bars: Vec<char> = rows[top + 1].chars().collect();
        let full = bars.iter().position(|&bar| bar == '█');
        let axis = rows[top..].iter().find(|row| row.contains("00:00"));
        let zero = axis.and_then(|row| row.split("00:00").next()).map(|it| it.chars().count());
        full.zip(zero).is_some_and(|(full, zero)| full == zero + start)
    });
    walk.home("1");
}

/// 7: the sender of most recipients.
fn who_sends(walk: &mut Walk, incident: &Incident) {
    let sent = incident.before().iter().filter(|entry| is(entry, "E"));
    let (sender, sent) = most(sent, |entry| text(entry, "envelope_from").to_owned());
    walk.press(&["4"]);
    walk.answered("7: is one sender flooding?", 1, |rows| {
        begins(below(rows, "SENDER "), &[&sender, &number(sent.len())])
    });
    walk.home("1");
}

/// Those that were opened and not closed: of each the time of its newest entry, and its opening.
fn open(entries: &[Value]) -> Vec<(&str, &Value)> {
    let mut open: BTreeMap<u64, (&str, &Value)> = BTreeMap::new();
    for entry in entries {
        let Some(id) = entry["truth"]["connection"].as_u64() else { continue };
        match (text(entry, "kind"), text(entry, "action")) {
            ("connection", "O") => drop(open.insert(id, (text(entry, "time"), entry))),
            ("connection", "C" | "X" | "Y") => drop(open.remove(&id)),
            _ => {
                if let Some((newest, _)) = open.get_mut(&id) {
                    *newest = text(entry, "time");
                }
            }
        }
    }
    let mut open: Vec<_> = open.into_values().collect();
    open.sort_by_key(|(newest, _)| *newest);
    open
}

/// 8: the open connection that was silent for longest.
fn what_hangs(walk: &mut Walk, incident: &Incident) {
    let open = open(incident.before());
    let (_, opening) = open[0];
    let ends = &opening["transport"];
    let opened = second(opening);
    let ends = ["local", "remote"].map(|side| {
        format!("{}:{}", text(ends, &format!("{side}_ip")), ends[format!("{side}_port")])
    });
    walk.press(&["s"]);
    walk.answered("8: which connections hang?", 1, |rows| {
        let row = rows.iter().skip_while(|row| !row.starts_with("OPENED ")).nth(1);
        row.is_some_and(|row| {
            let told = ends.iter().all(|end| row.contains(end.as_str()));
            row.starts_with(opened) && told && row.contains(" STALL? 1")
        })
    });
}

/// Of those who waited since an attempt failed: how many got their mail since the mark, and by how many
/// there are more now.
fn backlog(entries: &[Value]) -> (usize, i32) {
    let (mut waiting, mut recovered, mut change) = (BTreeSet::new(), 0, 0);
    for (at, entry) in entries.iter().enumerate() {
        let who = ["message_id", "source_channel", "active_to"].map(|key| text(entry, key));
        let counted = i32::from(at >= BEFORE);
        match text(entry, "action") {
            "Q" => change += counted * i32::from(waiting.insert(who)),
            "D" | "R" if waiting.remove(&who) => {
                change -= counted;
                recovered += usize::from(at >= BEFORE && is(entry, "D"));
            }
            _ => {}
        }
    }
    (recovered, change)
}

/// 9: what came since a moment, and whether those who wait get their mail.
fn is_it_getting_better(walk: &mut Walk, incident: &Incident, log: &Log) {
    walk.press(&["m"]);
    walk.pty.wait_for("since 00:1");
    log.append(incident.lines[BEFORE..].concat());
    let since = &incident.truth[BEFORE..];
    let [d, q, r] = ["D", "Q", "R"].map(|action| number(count(since, action)));
    let (recovered, change) = backlog(&incident.truth);
    assert!(recovered > 0 && change != 0, "{recovered} {change}");
    let told = format!(": D {d} Q {q} R {r}, recovered {recovered}, backlog {change:+}");
    walk.answered("9: is my fix working, is the backlog draining?", 1, |rows| {
        rows[2].contains(&told) && rows[2].contains("100,000 entries")
    });
}

/// 10: what stands in the ticket is what a report says.
fn what_goes_into_the_ticket(walk: &mut Walk, incident: &Incident, log: &Log) {
    walk.press(&["Y"]);
    walk.answered("10: what do I put in the ticket?", 1, |rows| {
        rows.last().is_some_and(|row| row.starts_with("copied a summary ("))
    });
    let (others, copies) = clipboard(&walk.pty.raw());
    check_sequences(&others);
    let [ticket] = copies.as_slice() else { panic!("one copy") };
    let report = |by: &str| -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        command.args(["report", "--format", "json", "--by", by]).arg(&log.path);
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    let bad =
        |group: &Value| group["deferred"].as_u64().unwrap() + group["failed"].as_u64().unwrap();
    for (by, head) in [("domain", "recipient domain"), ("response", "entries  deferred")] {
        let report = report(by);
        let worst = report["groups"].as_array().unwrap().iter().max_by_key(|it| bad(it)).unwrap();
        let rows: Vec<&str> = ticket.lines().skip_while(|row| !row.starts_with(head)).collect();
        let told = [text(worst, "key").to_owned(), number(worst["deferred"].as_u64().unwrap())];
        assert!(told.iter().all(|told| rows[1].contains(told)), "{told:?}: {ticket}");
    }
    let all = &incident.truth;
    let [e, d, q, r] = ["E", "D", "Q", "R"].map(|action| number(count(all, action)));
    let counts = format!("{e} enqueued, {d} delivered, {q} deferred, {r} failed, ");
    assert!(ticket.contains(&counts), "{counts}: {ticket}");
    assert!(ticket.lines().any(|line| incident.lines.iter().any(|it| it.trim_end() == line)));
}
