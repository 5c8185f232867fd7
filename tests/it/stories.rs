//! Deliveries and messages of a simulated log, against a recount that shares nothing with the index:
//! it reads the entries as they are exported and looks everything up by what they say.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use mtatop::simulate;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
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

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

fn millis(entry: &Value) -> i64 {
    let time = chrono::NaiveDateTime::parse_from_str(text(entry, "time"), "%Y-%m-%dT%H:%M:%S%.f");
    time.unwrap().and_utc().timestamp_millis()
}

/// `q/tcp_local/ZYbody.00` without all that a retry changes.
fn body(entry: &Value) -> String {
    let name = text(entry, "queue_file").rsplit('/').next().unwrap();
    name.get(2..).unwrap_or_default().split('.').next().unwrap().to_owned()
}

fn attempt(entry: &Value) -> u64 {
    let name = text(entry, "queue_file").rsplit('/').next().unwrap();
    let digits = name.chars().take(2).map(|c| 35 - u64::from(c.to_digit(36).unwrap()));
    digits.fold(0, |sum, digit| sum * 36 + digit) + 1
}

const INTERMEDIATE: [&str; 4] = ["conversion", "process", "reprocess", "defragment"];

/// What is true of each delivery, in the order of the log: `outcome`, `attempt`, `queued_seconds`.
/// (`truth` of `mtatop simulate --truth` has the same keys.)
fn recounted(entries: &[Value]) -> Vec<Value> {
    let mut enqueued = HashMap::new();
    let mut deliveries = Vec::new();
    for entry in entries.iter().filter(|entry| entry["kind"] == "message") {
        let place = (body(entry), text(entry, "active_to").to_owned());
        let channel = text(entry, "source_channel");
        let outcome = match text(entry, "action") {
            "E" => {
                enqueued.insert(place, millis(entry));
                continue;
            }
            "D" if INTERMEDIATE.contains(&channel) => "handed-on",
            "D" if channel.starts_with("tcp_") => "relayed",
            "D" => "delivered",
            "Q" | "Z" => "deferred",
            "R" | "K" => "failed",
            "W" => "warned",
            _ => continue,
        };
        let queued = enqueued.get(&place).map(|since| millis(entry) - since);
        deliveries.push(json!({
            "outcome": outcome,
            "attempt": attempt(entry),
            "queued_seconds": queued.map(|millis| f64::from(i32::try_from(millis).unwrap()) / 1000.0),
        }));
    }
    deliveries
}

/// Compares what an export says of deliveries with what is true of them.
#[track_caller]
fn check_deliveries(exported: &[Value], truth: &[Value]) {
    assert_eq!(exported.len(), truth.len());
    for (exported, truth) in exported.iter().zip(truth) {
        for key in ["outcome", "attempt"] {
            assert_eq!(exported[key], truth[key], "{exported}");
        }
        assert_eq!(
            exported["queued_seconds"].as_f64(),
            truth["queued_seconds"].as_f64(),
            "{exported}"
        );
    }
}

#[test]
fn deliveries_are_as_recounted() {
    for seed in 1..4 {
        let log = simulated(20_000, seed);
        let entries = objects(&export("entries", &log, &[]));
        let deliveries = objects(&export("deliveries", &log, &[]));
        let recounted = recounted(&entries);
        check_deliveries(&deliveries, &recounted);
        let known = recounted.iter().filter(|truth| !truth["queued_seconds"].is_null()).count();
        assert!(known > 5_000, "{known}");
    }
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

/// Recipients of each message by its id: original and active address, state, seconds in the queue.
fn recounted_messages(entries: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_id: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry["message_id"].is_string()) {
        by_id.entry(text(entry, "message_id").to_owned()).or_default().push(entry);
    }
    by_id.into_iter().map(|(id, entries)| (id, recipients(&entries))).collect()
}

fn recipients(entries: &[&Value]) -> BTreeSet<String> {
    let mut stays: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        stays.entry((body(entry), text(entry, "active_to").to_owned())).or_default().push(entry);
    }
    let moves_on = |stay: &[&Value]| {
        let channel = stay.iter().find_map(|entry| entry["destination_channel"].as_str());
        let channel = channel.unwrap_or_else(|| text(stay[0], "source_channel"));
        let moved = stay.iter().any(|entry| text(entry, "action") == "Z");
        (moved || INTERMEDIATE.contains(&channel))
            && entries.iter().any(|entry| {
                text(entry, "action") == "E"
                    && text(entry, "source_channel") == channel
                    && entry["original_to"] == stay[0]["original_to"]
                    && body(entry) != body(stay[0])
            })
    };
    let last = stays.values().filter(|stay| !moves_on(stay));
    let told = last.map(|stay| {
        let end = stay.iter().rev().find(|entry| ["D", "R", "K"].contains(&text(entry, "action")));
        let end = end.or(stay.last()).unwrap();
        let state = match text(end, "action") {
            "D" if text(end, "source_channel").starts_with("tcp_") => "relayed",
            "D" if INTERMEDIATE.contains(&text(end, "source_channel")) => "queued",
            "D" => "delivered",
            "R" | "K" => "failed",
            "J" | "V" => "rejected",
            "E" => "queued",
            _ => "deferred",
        };
        let begun = stay.iter().find(|entry| text(entry, "action") == "E");
        let ended = text(end, "action") != "E" && text(end, "action") != "J";
        let queued = begun.filter(|_| ended).map(|begun| millis(end) - millis(begun));
        let (original, active) = (text(end, "original_to"), text(end, "active_to"));
        format!("{original} {active} {state} {queued:?}")
    });
    told.collect()
}

#[test]
fn messages_are_as_recounted() {
    for seed in 1..4 {
        let log = simulated(20_000, seed);
        let recounted = recounted_messages(&objects(&export("entries", &log, &[])));
        let mut states = BTreeSet::new();
        let mut exported = BTreeMap::new();
        for message in objects(&export("messages", &log, &[])) {
            let told = message["recipients"].as_array().unwrap().iter().map(|recipient| {
                let queued = recipient["queued_seconds"].as_f64();
                #[expect(clippy::cast_possible_truncation, reason = "as many as a day has")]
                let queued = queued.map(|seconds| (seconds * 1000.0).round() as i64);
                let (original, active) =
                    (text(recipient, "original_to"), text(recipient, "active_to"));
                states.insert(text(recipient, "state").to_owned());
                format!("{original} {active} {} {queued:?}", text(recipient, "state"))
            });
            let told: BTreeSet<String> = told.collect();
            assert!(exported.insert(text(&message, "message_id").to_owned(), told).is_none());
        }
        assert_eq!(exported.len(), recounted.len());
        for (id, recipients) in &recounted {
            assert_eq!(exported.get(id), Some(recipients), "{id}");
        }
        assert!(states.len() >= 5, "{states:?}");
    }
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
