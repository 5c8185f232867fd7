use super::entries_with_truth;
use chrono::NaiveDateTime;
use mtatop::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, SimulatedEntry};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Entries of a site with everything odd and everything logged.
fn told(format: MtaFormat) -> impl Iterator<Item = (SimulatedEntry, Map<String, Value>)> {
    let mut options = MtaOptions::default();
    for name in MtaOptions::names() {
        options.set(name, 255);
    }
    let style = LogStyle { format, options, odd: true };
    entries_with_truth(Scenario::batch(5, NaiveDateTime::default()), style)
}

fn members(text: &str) -> Map<String, Value> {
    let value: Value = serde_json::from_str(text).unwrap();
    value.as_object().unwrap().clone()
}

/// The keys of the export that a field is told under.
fn keys(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        (_, "ts") => &["time"],
        (_, "no") => &["node"],
        (_, "pi") => &["process"],
        (_, "sc") => &["source_channel"],
        (_, "ac") => &["code", "action"],
        (_, "va") => &["header"],
        (_, "dr") => &["direction"],
        (_, "tr") => &["transport"],
        (_, "ap") => &["application"],
        ("connection", "mi") => &["auth_message"],
        ("connection", "us") => &["username"],
        ("connection", "di") => &["diagnostic"],
        (_, "dc") => &["destination_channel"],
        (_, "sz") => &["size"],
        (_, "so") => &["envelope_from"],
        (_, "od") => &["original_to_type", "original_to"],
        (_, "de") => &["active_to"],
        (_, "rf") => &["notary_flags"],
        (_, "fi") => &["queue_file"],
        (_, "ei") => &["envelope_id"],
        (_, "mi") => &["message_id"],
        (_, "us") => &["username", "authenticated"],
        (_, "se") => &["sensitivity"],
        (_, "pr") => &["priority"],
        (_, "in") => &["intermediate"],
        (_, "ia") => &["initial"],
        (_, "fl") => &["filter"],
        (_, "re") => &["reason"],
        (_, "rm") => &["remote_mta"],
        (_, "qt") => &["queue_seconds"],
        // One of several.
        (_, "ss" | "di") => &[],
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_truth_names_every_field_that_is_written_and_no_other() {
    let mut seen = BTreeSet::new();
    for (line, truth) in told(MtaFormat::FlatJson).take(20_000) {
        let members = members(&line.text);
        let kind = truth["kind"].as_str().unwrap();
        let blank = |name: &str| members[name] == "";
        let mut expected = BTreeSet::from(["kind", "truth"]);
        for name in members.keys() {
            seen.insert(name.clone());
            if !(blank(name) && matches!(name.as_str(), "dc" | "tr" | "ap")) {
                expected.extend(keys(kind, name));
            }
        }
        let may = [
            "modifiers",
            "domain",
            "related_message_id",
            "connecting_host",
            "remote_host",
            "banner",
            "response",
            "diagnostic",
            "transport",
        ];
        let left = |key: &&str| !may.contains(key) || expected.contains(key);
        let said: BTreeSet<&str> = truth.keys().map(String::as_str).filter(left).collect();
        assert_eq!(said, expected, "{}", line.text);
        if kind == "message" {
            let host = truth.contains_key("connecting_host") || truth.contains_key("remote_host");
            assert_eq!(
                host,
                !blank("ss") || truth["truth"]["outcome"].is_string(),
                "{}",
                line.text
            );
            let said = truth.contains_key("response") || truth.contains_key("diagnostic");
            assert_eq!(said, members.contains_key("di"), "{}", line.text);
        }
    }
    assert_eq!(seen.len(), 29, "{seen:?}");
}

#[test]
fn named_formats_say_the_same_of_a_seed() {
    let all = told(MtaFormat::Xml).zip(told(MtaFormat::Json)).zip(told(MtaFormat::FlatJson));
    for (((xml, _), (nested, _)), (flat, truth)) in all.take(5_000) {
        let flat = members(&flat.text);
        let nested = members(&nested.text);
        let (kind, object) = nested.iter().next().unwrap();
        assert_eq!((nested.len(), object.as_object()), (1, Some(&flat)));
        let (element, attributes) = element(&xml.text);
        assert_eq!(&element, kind);
        let flat: BTreeMap<String, String> = flat
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                number => {
                    assert!(matches!(name.as_str(), "sz" | "rf" | "se" | "pr" | "qt"));
                    (name, number.to_string())
                }
            })
            .collect();
        assert_eq!(attributes, flat, "{truth:?}");
    }
}

/// Name and attributes of the one element of a text.
fn element(text: &str) -> (String, BTreeMap<String, String>) {
    let mut reader = Reader::from_str(text);
    let Ok(Event::Empty(element)) = reader.read_event() else { panic!("{text}") };
    let attributes = element.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let name = attribute.key.as_ref().to_owned();
        (name, quick_xml::escape::unescape(&attribute.value).unwrap().into_owned())
    });
    let found = (element.name().as_ref().to_owned(), attributes.collect());
    assert!(matches!(reader.read_event(), Ok(Event::Eof)), "{text}");
    found
}

#[test]
fn the_formats_tell_one_story() {
    let facts =
        |format| told(format).take(3_000).map(|(line, truth)| (line.time, truth["truth"].clone()));
    for format in MtaFormat::ALL {
        assert!(facts(format).eq(facts(MtaFormat::Text)), "{format:?}");
    }
}

/// A file and a recipient in it.
fn place(truth: &Map<String, Value>) -> Option<(String, String)> {
    let file = truth.get("queue_file")?.as_str()?;
    let body = file.rsplit('/').next()?.get(2..)?;
    Some((body.to_owned(), truth["active_to"].to_string()))
}

/// What only an odd site has.
const MARKS: [&str; 7] =
    ["\"@", "+Junk@", "smtp; ", ".HELD", "tcp_default_router", ":-)", " @gate."];

/// What the entries themselves say has to fit what is told beyond them.
#[test]
fn waits_attempts_and_connections_are_what_the_entries_show() {
    let (mut queued, mut threads) = (HashMap::new(), HashMap::new());
    let (mut outcomes, mut odd) = (BTreeSet::new(), BTreeSet::new());
    for (line, truth) in told(MtaFormat::Text).take(60_000) {
        let beyond = &truth["truth"];
        let action = truth.get("action").and_then(Value::as_str).unwrap_or_default();
        let process = truth["process"].as_str().unwrap();
        let thread = process.rsplit_once('.').unwrap().0.to_owned();
        match (action, beyond["connection"].as_u64()) {
            ("O", Some(number)) => {
                assert_eq!(threads.insert(number, thread), None, "{}", line.text);
            }
            ("X" | "Y", number) => {
                assert!(number.is_some() && !threads.contains_key(&number.unwrap()));
            }
            (_, Some(number)) => assert_eq!(threads.get(&number), Some(&thread), "{}", line.text),
            (_, None) => {}
        }
        if let ("E", Some(place)) = (action, place(&truth)) {
            queued.insert(place, line.time);
        } else if let Some(outcome) = beyond["outcome"].as_str() {
            outcomes.insert(outcome.to_owned());
            let since = queued[&place(&truth).unwrap()];
            let waited = (line.time - since).num_milliseconds();
            let told = beyond["queued_seconds"].as_f64().unwrap();
            assert!((told * 1_000.0 - f64::from(i32::try_from(waited).unwrap())).abs() < 0.5);
            assert_eq!(truth["queue_seconds"], waited / 1_000, "{}", line.text);
            let name = truth["queue_file"].as_str().unwrap().rsplit('/').next().unwrap();
            let second = u64::from(*name.as_bytes().get(1).unwrap());
            assert_eq!(beyond["attempt"], u64::from(b'Z') - second + 1, "{}", line.text);
        }
        odd.extend(truth.get("code").map(ToString::to_string));
        for mark in MARKS {
            if line.text.contains(mark) {
                odd.insert(mark.to_owned());
            }
        }
    }
    let every = ["deferred", "delivered", "failed", "handed-on", "relayed", "warned"];
    assert!(outcomes.iter().eq(&every), "{outcomes:?}");
    for code in ["K", "W", "Z", "I", "VE", "X", "EEQ", "EEPSA"] {
        assert!(odd.contains(&format!("{code:?}")), "{code} of {odd:?}");
    }
    for mark in MARKS {
        assert!(odd.contains(mark), "{mark}");
    }
}
