//! A simulated log says what its truth says, field by field: in each format, under 40 sets of
//! options, at a tidy site and at an odd one, at a message store and at
//! a relay.

use crate::ground_truth::entries_with_truth;
use mtatop::commands::export::{fields, json};
use mtatop::log::entry::Entry;
use mtatop::log::parse::Parser;
use mtatop::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, SiteProfile};
use serde_json::{Map, Value};

const SETS: u64 = 40;
const ENTRIES: usize = 400;
/// What is looked at of a file before its first entry is read.
const BEGINNING: usize = 64 << 10;

#[test]
fn text_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::Text);
}

#[test]
fn text_with_brackets_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::Bracketed);
}

#[test]
fn counted_text_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::Counted);
}

#[test]
fn xml_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::Xml);
}

#[test]
fn nested_json_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::Json);
}

#[test]
fn flat_json_says_the_truth() {
    compare(SiteProfile::Store, MtaFormat::FlatJson);
}

#[test]
fn text_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::Text);
}

#[test]
fn text_with_brackets_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::Bracketed);
}

#[test]
fn counted_text_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::Counted);
}

#[test]
fn xml_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::Xml);
}

#[test]
fn nested_json_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::Json);
}

#[test]
fn flat_json_of_a_relay_says_the_truth() {
    compare(SiteProfile::Relay, MtaFormat::FlatJson);
}

fn compare(profile: SiteProfile, format: MtaFormat) {
    let (mut wrong, mut total, mut shown) = (0, 0, Vec::new());
    for set in 0..SETS {
        let written =
            LogStyle { format, options: options(set, profile, format), odd: set % 2 == 1 };
        let scenario = Scenario::of(profile, set);
        let log: Vec<(String, Map<String, Value>)> = entries_with_truth(scenario, written)
            .take(ENTRIES)
            .map(|(line, truth)| (line.text, truth))
            .collect();
        let mut parser = Parser::default();
        let mut length = 0;
        for (text, _) in &log {
            length += text.len() + 1;
            if length <= BEGINNING {
                parser.learn(text.as_bytes());
            }
        }
        let before = wrong;
        for (text, truth) in &log {
            total += 1;
            let said = match parser.entry(text.as_bytes()) {
                Ok(entry) => exported(&entry),
                Err(flaw) => Map::from_iter([("flaw".to_owned(), flaw.to_string().into())]),
            };
            let differences = differences(format, truth, &said);
            if !differences.is_empty() {
                wrong += 1;
                if wrong - before == 1 {
                    let on = on(&written.options);
                    let learned: Vec<&str> = parser.profile().options().collect();
                    let learned = learned.join(" ");
                    let differences = differences.join("\n");
                    shown.push(format!("{set} {on}\nlearned {learned}\n{text:?}\n{differences}"));
                }
            }
        }
    }
    assert!(wrong == 0, "{wrong} of {total} entries differ\n{}", shown.join("\n\n"));
}

/// What an export says of an entry.
fn exported(entry: &Entry<'_>) -> Map<String, Value> {
    let mut line = Vec::new();
    json::record(&mut line, &mut |out| fields::entry(entry, out));
    serde_json::from_slice(&line).unwrap()
}

/// Each key with two values, as `key: truth / said`.
fn differences(
    format: MtaFormat,
    truth: &Map<String, Value>,
    said: &Map<String, Value>,
) -> Vec<String> {
    let (mut truth, mut said) = (truth.clone(), said.clone());
    truth.remove("truth");
    if matches!(format, MtaFormat::Text | MtaFormat::Bracketed | MtaFormat::Counted) {
        // Blank, it stands among other blank fields, and which of them is the reason does not show.
        for fields in [&mut truth, &mut said] {
            if fields.get("reason").is_some_and(|reason| reason == "") {
                fields.remove("reason");
            }
        }
    }
    if matches!(format, MtaFormat::Text | MtaFormat::Bracketed)
        && truth.get("code") == Some(&"B".into())
    {
        // A command that stands for the recipient may hold blanks, and where it ends does not show.
        let head = |fields: &mut Map<String, Value>| {
            fields.retain(|key, _| {
                ["kind", "time", "node", "process", "source_channel", "code", "size"]
                    .contains(&key.as_str())
            });
        };
        head(&mut truth);
        head(&mut said);
    }
    // Where no reply ends a banner, its end is a guess, and no guess decides what a remote server
    // is seen to have said: all of it may stay one text.
    if let (Some(banner), Some(text)) = (truth.get("banner"), truth.get("diagnostic")) {
        let joined = format!("({}) {}", banner.as_str().unwrap(), text.as_str().unwrap());
        if said.get("diagnostic").and_then(Value::as_str) == Some(&joined) {
            truth.remove("banner");
            truth.insert("diagnostic".into(), joined.into());
        }
    }
    let mut keys: Vec<&String> = truth.keys().chain(said.keys()).collect();
    keys.sort();
    keys.dedup();
    let differs = keys.into_iter().filter(|key| truth.get(*key) != said.get(*key));
    differs.map(|key| format!("  {key}: {:?} / {:?}", truth.get(key), said.get(key))).collect()
}

fn on(options: &MtaOptions) -> String {
    let names = MtaOptions::names().map(|name| (name, options.value(name).unwrap()));
    let on: Vec<String> = names
        .filter(|(_, value)| *value != 0)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    on.join(" ")
}

/// Any options, but for those that nobody could make out in that format.
fn options(set: u64, profile: SiteProfile, format: MtaFormat) -> MtaOptions {
    let mut rng = fastrand::Rng::with_seed(set);
    let mut options = MtaOptions::default();
    // The first ones are the usual ones, and all there are.
    if set == 0 {
        return options;
    }
    for name in MtaOptions::names() {
        let value = if name == "LOG_CONNECTION" { rng.u32(0..256) } else { rng.u32(0..2) };
        options.set(name, if set == 1 { 255 } else { value });
    }
    let counted = format == MtaFormat::Counted;
    if counted || matches!(format, MtaFormat::Text | MtaFormat::Bracketed) {
        make_decidable(&mut options, counted);
    }
    // Enqueues show whether there is a reason only if a field stands behind it. A relay has so many
    // refusals, which have a reason, that these few entries hold some.
    let text = matches!(format, MtaFormat::Text | MtaFormat::Bracketed);
    if profile == SiteProfile::Relay && text && options.value("LOG_REASON") != Some(0) {
        options.set("LOG_QUEUE_TIME", 1);
    }
    options
}

/// Text does not name its fields.
fn make_decidable(options: &mut MtaOptions, counted: bool) {
    let is_on = |options: &MtaOptions, name| options.value(name) != Some(0);
    // A lone id is taken for the message id, which most sites log.
    if is_on(options, "LOG_ENVELOPE_ID") {
        options.set("LOG_MESSAGE_ID", 1);
    }
    // A lone digit is taken for the priority.
    if is_on(options, "LOG_SENSITIVITY") {
        options.set("LOG_PRIORITY", 1);
    }
    // Both are texts of any kind: where the other is never logged, either could be the one.
    if is_on(options, "LOG_REASON") {
        options.set("LOG_DIAGNOSTICS", 1);
    }
    // Behind a reason, a status that does not begin with its remote MTA goes on with whatever its
    // options leave of it, which may be text.
    if !counted && is_on(options, "LOG_REASON") {
        options.set("LOG_REMOTE_MTA", 0);
    }
}
