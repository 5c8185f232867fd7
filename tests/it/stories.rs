//! Deliveries, messages and ties of a simulated log, against the truth about each
//! record of the simulator, which comes from no parser and no index.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::ground_truth::entries_with_truth;
use mtatop::index::{Batch, ConnectionId, ConnectionState, Index, RowId, TextLocation};
use mtatop::log::parse::Parser;
use mtatop::simulate::{self, LogStyle, MtaFormat, MtaOptions, Scenario};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;
use std::fs;
use std::process::{Command, Stdio};

fn export(what: &str, log: &[u8], more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    fs::write(&path, log).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mtatop"))
        .args(["export", what])
        .args(more)
        .arg(&path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // A refusal has neither.
    let quiet = said.is_empty()
        || what == "messages"
            && said.ends_with(" left out: neither a message id nor a queue file\n");
    assert!(output.status.success() && quiet && said.lines().count() < 2, "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn simulated(entries: usize, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    simulate::print(entries, seed, &mut log).unwrap();
    log
}

/// A log, and what is true of each line.
struct Case {
    name: String,
    log: Vec<u8>,
    truth: Vec<Value>,
}

/// Logs of the formats that split their fields in different ways, of a tidy site and of an odd one.
fn cases(entries: usize, options: MtaOptions) -> impl Iterator<Item = Case> {
    let formats = [MtaFormat::Text, MtaFormat::Xml, MtaFormat::FlatJson];
    let sites = formats.into_iter().flat_map(|format| [(format, false), (format, true)]);
    sites.zip(1..).map(move |((format, odd), seed)| {
        // A quiet relay whose incident comes soon, so that queue files are tried again and again.
        let scenario =
            Scenario { rate: 1.5, ..Scenario::demo(seed, chrono::NaiveDateTime::default()) };
        let mut case =
            Case { name: format!("{format:?}, odd: {odd}"), log: Vec::new(), truth: Vec::new() };
        let style = LogStyle { format, options, odd };
        for (line, truth) in entries_with_truth(scenario, style).take(entries) {
            case.log.extend_from_slice(line.text.as_bytes());
            case.log.push(b'\n');
            case.truth.push(Value::Object(truth));
        }
        case
    })
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

/// Time in the queue: 3 on one side is 3.0 on the other.
fn seconds(delivery: &Value) -> Option<f64> {
    delivery["queued_seconds"].as_f64()
}

/// Numbers of one thing on two sides: the same here whenever they are the same there.
#[derive(Default)]
struct Same {
    there: HashMap<u64, u64>,
    back: HashMap<u64, u64>,
}

impl Same {
    fn are(&mut self, here: u64, there: u64) -> bool {
        *self.there.entry(here).or_insert(there) == there
            && *self.back.entry(there).or_insert(here) == here
    }
}

/// The one difference there is: a client that could not connect writes a `Y`, and then what became
/// of the messages it had for that host. The simulator has these happen over no connection. They
/// are of the process of the `Y`, so that the index shows them with it.
fn is_of_failed_connection(truth: &Value, state: ConnectionState) -> bool {
    truth["connection"].is_null() && state == ConnectionState::Failed
}

#[test]
fn deliveries_say_the_truth() {
    let (mut again, mut named) = (0, 0);
    for Case { name, log, truth } in cases(5_000, MtaOptions::default()) {
        let failed: BTreeSet<u64> = objects(&export("connections", &log, &[]))
            .iter()
            .filter(|connection| connection["state"] == "failed")
            .map(|connection| connection["id"].as_u64().unwrap())
            .collect();
        let attempts = (1..).zip(&truth).filter(|(_, entry)| !entry["truth"]["outcome"].is_null());
        let attempts: Vec<(u64, &Value)> =
            attempts.map(|(line, entry)| (line, &entry["truth"])).collect();
        let deliveries = objects(&export("deliveries", &log, &[]));
        assert_eq!(deliveries.len(), attempts.len(), "{name}");
        let mut same = Same::default();
        for (delivery, (line, truth)) in deliveries.iter().zip(attempts) {
            assert_eq!(delivery["line"], line, "{name}");
            for key in ["outcome", "attempt"] {
                assert_eq!(delivery[key], truth[key], "{name}: {key} of {delivery}");
            }
            assert_eq!(seconds(delivery), seconds(truth), "{name}: {delivery}");
            let connections = (delivery["connection"].as_u64(), truth["connection"].as_u64());
            let agree = match connections {
                (None, None) => true,
                (Some(here), Some(there)) => same.are(here, there),
                (Some(here), None) => failed.contains(&here),
                (None, Some(_)) => false,
            };
            assert!(agree, "{name}: {truth}, and not {delivery}");
            named += usize::from(connections.1.is_some());
            again += usize::from(truth["attempt"] != 1);
        }
    }
    assert!(again > 500 && named > 2_000, "{again}, {named}");
}

#[test]
fn ties_are_true() {
    let mut options = MtaOptions::default();
    options.set("LOG_HEADER", 1);
    for Case { name, log, truth } in cases(5_000, options) {
        let lines = || log.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let mut parser = Parser::default();
        lines().take(200).for_each(|line| parser.learn(line));
        let mut index = Index::default();
        let mut batch = Batch::new(index.keys());
        for (line, offset) in lines().zip(0..) {
            batch.push(TextLocation { source: 0, offset }, line.len(), &parser.entry(line));
        }
        index.absorb(&batch);
        let (mut connections, mut messages) = (Same::default(), Same::default());
        for ((entry, line), row) in truth.iter().zip(lines()).zip((0..).map(RowId)) {
            let (line, truth) = (String::from_utf8_lossy(line), &entry["truth"]);
            let connection: ConnectionId = index.rows().connection(row);
            let agree = match (connection.number(), truth["connection"].as_u64()) {
                (None, None) => true,
                (Some(here), Some(there)) => connections.are(here, there),
                (Some(_), None) => {
                    is_of_failed_connection(truth, index.connection(connection).unwrap().state)
                }
                (None, Some(_)) => false,
            };
            assert!(agree, "{name}: {truth}, {connection:?}: {line}");
            let agree = match (index.rows().message(row), truth["message"].as_u64()) {
                (None, None) => true,
                (Some(here), Some(there)) => messages.are(here.at() as u64, there),
                _ => false,
            };
            assert!(agree, "{name}: {truth}: {line}");
        }
        let known = (connections.there.len(), messages.there.len());
        assert!(known.0 > 200 && known.1 > 200, "{name}: {known:?}");
    }
}

/// `q/tcp_local/ZYbody.00` without all that a retry changes.
fn body(entry: &Value) -> &str {
    let name = text(entry, "queue_file").rsplit('/').next().unwrap();
    name.get(2..).unwrap_or_default().split('.').next().unwrap()
}

/// What a recipient is told as: addresses, state, attempts, seconds in the queue.
fn recipient(
    addresses: &Value,
    state: &str,
    attempts: impl Display,
    queued: Option<f64>,
) -> String {
    let (original, active) = (text(addresses, "original_to"), text(addresses, "active_to"));
    format!("{original} {active} {state} {attempts} {queued:?}")
}

/// What became of a recipient, from all its entries: the channel it came into last decides.
fn became(entries: &[&Value]) -> String {
    let last = entries.iter().rev().find(|entry| entry["action"] == "E").unwrap();
    let of_channel = |entry: &&&Value| entry["source_channel"] == last["destination_channel"];
    let attempts: Vec<&Value> = entries
        .iter()
        .filter(|entry| of_channel(entry) && !entry["truth"]["outcome"].is_null())
        .copied()
        .collect();
    // All were logged: a new file may begin to count anew, and a warning is none.
    let tried = attempts.iter().filter(|entry| entry["truth"]["outcome"] != "warned").count();
    let newest = attempts.last().map(|entry| &entry["truth"]);
    let state = match newest.map_or("queued", |truth| text(truth, "outcome")) {
        "handed-on" => "queued",
        "warned" => "deferred",
        outcome => outcome,
    };
    // Where what is left of a queue file waits in a new one, the time begins anew.
    let same_file = attempts.last().is_some_and(|entry| body(entry) == body(last));
    recipient(last, state, tried, newest.filter(|_| same_file).and_then(seconds))
}

#[test]
fn messages_say_the_truth() {
    let mut states = BTreeSet::new();
    for Case { name, log, truth } in cases(5_000, MtaOptions::default()) {
        let mut entries: BTreeMap<(u64, u64), Vec<&Value>> = BTreeMap::new();
        for entry in truth.iter().filter(|entry| !entry["truth"]["message"].is_null()) {
            let number = |key: &str| entry["truth"][key].as_u64().unwrap();
            entries.entry((number("message"), number("recipient"))).or_default().push(entry);
        }
        let mut expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for entries in entries.values() {
            let recipients = expected.entry(text(entries[0], "message_id")).or_default();
            assert!(recipients.insert(became(entries)), "{name}");
        }
        let exported = objects(&export("messages", &log, &[]));
        assert_eq!(exported.len(), expected.len(), "{name}");
        for message in &exported {
            let told = message["recipients"].as_array().unwrap().iter().map(|told| {
                let (state, attempts) = (text(told, "state"), &told["attempts"]);
                states.insert(state.to_owned());
                recipient(told, state, attempts, seconds(told))
            });
            let told: BTreeSet<String> = told.collect();
            let id = text(message, "message_id");
            assert_eq!(Some(&told), expected.get(id), "{name}: {id}");
        }
    }
    assert!(states.len() >= 5, "{states:?}");
}

#[test]
fn deliveries_say_what_their_entries_say_and_name_their_connections() {
    let log = simulated(5_000, 5);
    let entries = objects(&export("entries", &log, &[]));
    let connections = objects(&export("connections", &log, &[]));
    let by_id: HashMap<u64, &Value> = connections
        .iter()
        .map(|connection| (connection["id"].as_u64().unwrap(), connection))
        .collect();
    let mut named = 0;
    for mut delivery in objects(&export("deliveries", &log, &[])) {
        let line = usize::try_from(delivery["line"].as_u64().unwrap()).unwrap();
        let keys = delivery.as_object_mut().unwrap();
        let connection = keys.remove("connection");
        for key in ["outcome", "attempt", "queued_seconds"] {
            keys.remove(key);
        }
        let mut entry = entries[line - 1].clone();
        // Each export reads a file of its own.
        entry["file"] = delivery["file"].clone();
        assert_eq!(delivery, entry);
        if let Some(connection) = connection {
            let connection = by_id[&connection.as_u64().unwrap()];
            if let Some(ends) = delivery.get("transport") {
                assert_eq!(&connection["transport"], ends, "{delivery}");
                named += 1;
            }
        }
    }
    assert!(named > 500, "{named}");
}

#[test]
fn a_table_of_messages_has_a_row_for_each_recipient() {
    let log = simulated(3_000, 2);
    let recipients = objects(&export("messages", &log, &[]))
        .iter()
        .fold(0, |sum, message| sum + message["recipients"].as_array().unwrap().len().max(1));
    let table = export("messages", &log, &["--format", "csv"]);
    assert_eq!(table.lines().count(), recipients + 1);
    assert!(table.starts_with("message_id,envelope_from,first_seen,last_seen,size,original_to,"));
}

#[test]
fn a_domain_leaves_its_recipients() {
    let log = simulated(3_000, 2);
    let of_domain = objects(&export("messages", &log, &["--domain", "bigmail.example"]));
    assert!(of_domain.len() > 3);
    for message in of_domain {
        for recipient in message["recipients"].as_array().unwrap() {
            let addresses = format!("{}{}", recipient["original_to"], recipient["active_to"]);
            assert!(addresses.contains("bigmail.example"), "{message}");
        }
    }
}
