use super::*;
use crate::commands::export::{fields, json};
use crate::log::parse::{Parser, Scratch};
use crate::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, Simulator};
use serde_json::{Map, Value};

fn record(entry: &crate::log::entry::Entry<'_>) -> Map<String, Value> {
    let mut line = Vec::new();
    json::record(&mut line, &mut |out| fields::entry(entry, out));
    serde_json::from_slice(&line).unwrap()
}

/// Every string of an object, under the path of its keys.
fn strings(of: &Map<String, Value>, path: &str, into: &mut Vec<(String, String)>) {
    for (key, value) in of {
        let path = format!("{path}{key}");
        match value {
            Value::String(text) => into.push((path, text.clone())),
            Value::Object(members) => strings(members, &format!("{path}."), into),
            _ => into.push((path, String::new())),
        }
    }
}

fn told(entry: &crate::log::entry::Entry<'_>) -> Vec<(String, String)> {
    let mut told = Vec::new();
    strings(&record(entry), "", &mut told);
    told
}

/// What of an entry must not be seen.
const HIDDEN: &[&str] = &[
    "envelope_from",
    "original_to",
    "active_to",
    "queue_file",
    "envelope_id",
    "message_id",
    "related_message_id",
    "username",
    "connecting_host.helo",
    "connecting_host.ip",
    "transport.local_ip",
    "transport.remote_ip",
    "intermediate",
    "initial",
    "filter",
    "header",
];

/// What must be as it was.
const KEPT: &[&str] = &[
    "kind",
    "time",
    "process",
    "source_channel",
    "destination_channel",
    "code",
    "direction",
    "response.code",
    "response.enhanced",
    "remote_mta.host",
    "domain",
    "original_to_type",
];

fn options(set: u64) -> MtaOptions {
    let mut options = MtaOptions::default();
    let mut rng = fastrand::Rng::with_seed(set);
    for name in [
        "LOG_NODE",
        "LOG_NOTARY",
        "LOG_ENVELOPE_ID",
        "LOG_SENSITIVITY",
        "LOG_PRIORITY",
        "LOG_INTERMEDIATE",
        "LOG_FILTER",
        "LOG_REASON",
        "LOG_REMOTE_MTA",
        "LOG_QUEUE_TIME",
        "LOG_HEADER",
    ] {
        options.set(name, u32::from(set > 0 && rng.bool()));
    }
    options.set("LOG_CONNECTION", 255);
    options
}

fn compare(format: MtaFormat) {
    let mut wrong = Vec::new();
    let mut total = 0;
    for set in 0..12 {
        let written = LogStyle { format, options: options(set), odd: set % 2 == 1 };
        let scenario = Scenario::batch(set, chrono::NaiveDateTime::default());
        let mut parser = Parser::default();
        let redactor = Redactor::new(RedactLevel::People);
        let lines = Simulator::with_style(scenario, written).take(300).map(|line| line.text);
        let lines: Vec<String> = lines.collect();
        for line in &lines {
            parser.learn(line.as_bytes());
        }
        for line in lines {
            let Ok(entry) = parser.entry(line.as_bytes()) else { continue };
            let real = told(&entry);
            let original = EntryText { text: line.clone().into_bytes(), profile: parser.profile() };
            let shown = redactor.shown(&original);
            total += 1;
            let text = String::from_utf8_lossy(&shown.text).into_owned();
            let mut complain = |what: String| wrong.push(format!("{what}\n  {line}\n  {text}"));
            for (key, value) in &real {
                let seen = value.len() > 6 && text.contains(value.as_str());
                if seen && HIDDEN.contains(&key.as_str()) {
                    complain(format!("{key} is seen: {value}"));
                }
            }
            let mut scratch = Scratch::default();
            let Ok(entry) = shown.entry(&mut scratch) else {
                complain("no entry".to_owned());
                continue;
            };
            let shown = told(&entry);
            let keys = |told: &[(String, String)]| -> Vec<String> {
                let keys = told.iter().map(|(key, _)| key.clone());
                keys.filter(|key| !key.starts_with("extra")).collect()
            };
            if keys(&real) != keys(&shown) {
                complain(format!("{:?}\n  {:?}", keys(&real), keys(&shown)));
            }
            for (key, value) in real.iter().filter(|(key, _)| KEPT.contains(&key.as_str())) {
                if !shown.contains(&(key.clone(), value.clone())) {
                    complain(format!("{key} was {value}"));
                }
            }
        }
    }
    let sample: Vec<_> = wrong.iter().take(4).cloned().collect();
    assert!(total > 2_000 && wrong.is_empty(), "{} of {total}\n{}", wrong.len(), sample.join("\n"));
}

#[test]
fn text_is_hidden_and_says_the_same() {
    compare(MtaFormat::Text);
}

#[test]
fn text_with_brackets_is_hidden_and_says_the_same() {
    compare(MtaFormat::Bracketed);
}

#[test]
fn counted_text_is_hidden_and_says_the_same() {
    compare(MtaFormat::Counted);
}

#[test]
fn xml_is_hidden_and_says_the_same() {
    compare(MtaFormat::Xml);
}

#[test]
fn nested_json_is_hidden_and_says_the_same() {
    compare(MtaFormat::Json);
}

#[test]
fn flat_json_is_hidden_and_says_the_same() {
    compare(MtaFormat::FlatJson);
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_name_has_one_pseudonym_of_its_own_form() {
    let one = Redactor::new(RedactLevel::People);
    assert_eq!(one.address(b"Joe@a.example"), one.address(b"joe@a.example"));
    assert_eq!(one.address(b"@relay.example:joe@a.example"), one.address(b"joe@a.example"));
    assert_ne!(one.address(b"joe@a.example"), one.address(b"jim@a.example"));
    assert_ne!(
        one.address(b"joe@a.example"),
        Redactor::new(RedactLevel::People).address(b"joe@a.example"),
        "the key is another one each time"
    );
    assert_eq!(one.address(b""), b"");
    assert!(text(one.address(b"joe@[192.0.2.1]")).contains("@[2"));
    assert!(!text(one.address(b"joe@[192.0.2.1]")).contains("192.0"));
    assert_eq!(one.id(b"<1@x>"), [b"<", &one.id(b"1@x")[..], b">"].concat());
    let (first, second) = (one.queue_file(b"a/ZZabc.00"), one.queue_file(b"b/ZYabc.00"));
    assert_eq!((&first[..4], &second[..4]), (&b"q/ZZ"[..], &b"q/ZY"[..]));
    assert_eq!(first[4..], second[4..]);
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    assert!(one.ip(ip).is_ipv4() && one.ip(ip) != ip && one.ip(ip) == one.ip(ip));
    assert!(one.ip("2001:db9::1".parse().unwrap()).is_ipv6());
    assert_eq!(one.user(b"*joe"), [b"*", &one.user(b"joe")[..]].concat());
}

#[test]
fn domains_stay_unless_all_is_to_be_hidden() {
    let (people, all) = (Redactor::new(RedactLevel::People), Redactor::new(RedactLevel::All));
    for name in ["a.example", "mx.a.example", "ims-ms-daemon", "x.ims-ms-daemon"] {
        assert_eq!(text(people.domain(name.as_bytes())), name);
    }
    assert_eq!(all.domain(b"ims-ms-daemon"), b"ims-ms-daemon", "channels are nobody's");
    assert!(text(all.domain(b"a.example")).ends_with(".invalid"));
    assert!(!text(people.domain(b"a b.example")).contains("example"), "that is no domain");
    let host = text(people.host(b"4-3-2.dyn.a.example"));
    assert!(host.starts_with("h-") && host.ends_with(".a.example") && !host.contains("dyn"));
    assert!(text(people.host(b"laptop.local")).ends_with(".invalid"));
}

#[test]
fn what_is_no_entry_is_hidden_as_a_whole() {
    let text = b"19-Feb-1998 10:52:05.41 tcp_local joe@a.exam".to_vec();
    let original = EntryText { text, profile: crate::log::parse::Profile::default() };
    let shown = Redactor::new(RedactLevel::People).shown(&original);
    assert_eq!(shown.text, b"(hidden: 44 bytes that are no entry)");
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_shown(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let original = EntryText { text, profile: crate::log::parse::Profile::default() };
        let redactor = Redactor::new(RedactLevel::All);
        let _ = redactor.shown(&original);
        redactor.said(&original.text);
        redactor.address(&original.text);
        redactor.queue_file(&original.text);
        redactor.filter(&String::from_utf8_lossy(&original.text));
    }
}
