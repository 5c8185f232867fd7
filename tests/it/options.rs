//! Entries written under any set of options, in the three text formats, say what was written.

use mtatop::log::entry::{Body, MessageEntry};
use mtatop::log::parse::{LogFormat, Parser, format};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::fmt::Write;

/// The optional fields in their order; the diagnostics, which are always on, stand before the
/// remote MTA.
const FIELDS: [&str; 17] = [
    "notary_flags",
    "queue_file",
    "envelope_id",
    "message_id",
    "username",
    "connection",
    "sensitivity",
    "priority",
    "intermediate",
    "initial",
    "filter",
    "reason",
    "diagnostic",
    "remote_mta",
    "transport",
    "application",
    "queue_seconds",
];

/// What an entry is about, and what stands in its fields.
#[derive(Clone, Debug)]
struct Written {
    code: &'static str,
    source: &'static str,
    addresses: [String; 3],
    values: Vec<String>,
}

fn value(name: &str, entry: &str) -> BoxedStrategy<String> {
    let dequeue = entry != "E" && entry != "J";
    let on_wire = entry == "R";
    let file = "/q/[a-z_]{1,8}/ZZ[A-Za-z0-9_]{1,12}\\.00";
    let host = "[a-z]{1,8}\\.example";
    let text = |pattern: &'static str| pattern.prop_map(String::from).boxed();
    match name {
        "notary_flags" | "queue_file" | "envelope_id" | "message_id" if entry == "J" => {
            Just(String::new()).boxed()
        }
        "notary_flags" => (256_u32..400).prop_map(|flags| flags.to_string()).boxed(),
        "queue_file" => text(file),
        "envelope_id" => text("<[A-Z0-9]{4,12}@[a-z]{2,6}\\.example>"),
        "message_id" => text("<[A-Za-z0-9$.]{4,12}@[a-z]{2,6}\\.example>(,<[a-z]{3}@x\\.test>)?"),
        "username" => text("[a-z]{3,8}|\\*[a-z]{3,8}(@x\\.example)?"),
        "connection" if entry == "D" || entry == "Q" => Just(String::new()).boxed(),
        "connection" if dequeue => text(host),
        "connection" => {
            text("[a-z]{2,9}(\\.test)? \\(([a-z]{2,6}\\.test )?\\[192\\.0\\.2\\.[1-9]\\]\\)")
        }
        "sensitivity" | "priority" => text("[0-4]"),
        "intermediate" | "initial" => text("([a-z]{2,6}@[a-z]{2,6}\\.example)?"),
        "filter" => text("''|'(discard|fileinto \"a b\")'"),
        "reason" if entry == "J" => text("(blocked by [a-z]{3,8} list)?"),
        "diagnostic" => match entry {
            "R" => text(
                "dns;mx\\.example \\(TCP\\|1\\.2\\.3\\.4\\|5\\|6\\.7\\.8\\.9\\|25\\) \\([A-Za-z (),]{0,20}\\) smtp;550 5\\.1\\.1 [ -~]{0,40}",
            ),
            "Q" => text(
                "(Mailbox is busy|TCP active open: Failed connect\\(\\)  Error: no route to host)",
            ),
            "J" => text("550 5\\.7\\.1 Relaying not permitted: [a-z]{1,8}"),
            _ => Just(String::new()).boxed(),
        },
        "remote_mta" if on_wire => text("dns;[a-z]{1,8}\\.example"),
        "transport" if entry != "D" => text("TCP\\|1\\.2\\.3\\.4\\|5\\|6\\.7\\.8\\.[1-9]\\|25"),
        "application" if entry != "D" => text("SMTP(/a\\.example/mx\\.example)?(/TLS-128-X)?"),
        "queue_seconds" if dequeue => (0_u32..100_000).prop_map(|s| s.to_string()).boxed(),
        _ => Just(String::new()).boxed(),
    }
}

/// A delivery into a store, a failure at another host, a wait, a refusal, an enqueue.
fn written(code: &'static str) -> impl Strategy<Value = Written> {
    let values: Vec<_> = FIELDS.iter().map(|name| value(name, code)).collect();
    let from = "([a-z]{1,8}@[a-z]{1,8}\\.example)?";
    let (original, active) =
        ("[a-z]{1,8}@[a-z]{1,8}\\.example", "[a-z]{1,8}(@[a-z]{1,8}\\.example)?");
    let source = if code == "D" { "ims-ms" } else { "tcp_local" };
    ((from, original, active), values).prop_map(move |((from, original, active), values)| Written {
        code,
        source,
        addresses: [from, format!("rfc822;{original}"), active],
        values,
    })
}

/// As the MTA writes it: an enabled field that is blank has its separator.
fn print(entry: &Written, on: &[usize], form: LogFormat) -> String {
    let mut text = format!("11-Jun-2019 09:07:57.65 mta1 1f.2.3 {} {} 5", entry.source, entry.code);
    for address in &entry.addresses {
        let address = if form == LogFormat::Text2 && address.is_empty() { "<>" } else { address };
        field(&mut text, address, form == LogFormat::LengthPrefixed);
    }
    for (at, value) in entry.values.iter().enumerate().filter(|(at, _)| on.contains(at)) {
        let plain = ["notary_flags", "sensitivity", "priority", "remote_mta", "queue_seconds"];
        field(&mut text, value, form == LogFormat::LengthPrefixed && !plain.contains(&FIELDS[at]));
    }
    text
}

fn field(text: &mut String, value: &str, counted: bool) {
    let count = if counted { format!("{}:", value.len()) } else { String::new() };
    write!(text, " {count}{value}").unwrap();
}

/// The fields of a message by name, as they were logged; blank ones left out.
fn fields(message: &MessageEntry<'_>) -> Vec<(&'static str, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut fields = Vec::new();
    let mut put = |name: &'static str, value: Option<String>| {
        fields.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    };
    put("notary_flags", message.notary_flags.map(|flags| flags.to_string()));
    put("queue_file", message.queue_file.map(|file| text(file.0)));
    put("envelope_id", message.envelope_id.map(text));
    let related = message.related_message_id.map(|id| format!(",{}", text(id)));
    put("message_id", message.message_id.map(|id| text(id) + &related.unwrap_or_default()));
    put(
        "username",
        message.username.map(|user| {
            format!("{}{}", if user.authenticated { "*" } else { "" }, text(user.name))
        }),
    );
    put("connection", message.connecting_host.map(|host| text(host.text)));
    put("connection", message.remote_host.map(text));
    put("sensitivity", message.sensitivity.map(|number| number.to_string()));
    put("priority", message.priority.map(|number| number.to_string()));
    put("intermediate", message.intermediate.map(text));
    put("initial", message.initial.map(text));
    put("filter", message.filter.map(text));
    put("reason", message.reason.map(text));
    put("queue_seconds", message.queue_seconds.map(text));
    fields
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_was_written_is_read(
        on in subsequence((0..FIELDS.len()).filter(|at| *at != 12).collect::<Vec<_>>(), 0..=16),
        form in select(vec![LogFormat::Text1, LogFormat::Text2, LogFormat::LengthPrefixed]),
        lessons in (
            prop::collection::vec(written("E"), 12),
            prop::collection::vec(written("D"), 6),
        ),
        entries in (written("R"), written("Q"), written("J"), written("D"), written("E")),
    ) {
        // Of some fields nobody can tell one from another where the other is off.
        let lone = |one: usize, other: usize| on.contains(&one) && !on.contains(&other);
        prop_assume!(!lone(2, 3) && !lone(6, 7) && !lone(9, 8));
        let mut on = on.clone();
        on.push(12);
        let mut parser = Parser::default();
        for entry in lessons.0.iter().chain(&lessons.1) {
            parser.learn(print(entry, &on, form).as_bytes());
        }
        for entry in [entries.0, entries.1, entries.2, entries.3, entries.4] {
            let text = print(&entry, &on, form);
            prop_assert!(format(text.as_bytes()).is_some());
            let options: Vec<_> = parser.profile().options().collect();
            let parsed = parser.entry(text.as_bytes()).unwrap();
            let Body::Message(message) = parsed.body else { panic!("{text}") };
            let expected: Vec<_> = (0..FIELDS.len())
                .filter(|at| on.contains(at) && !entry.values[*at].is_empty())
                .map(|at| (FIELDS[at], entry.values[at].trim_matches('\'').to_owned()))
                .filter(|(name, value)| !value.is_empty()
                    && !["diagnostic", "remote_mta", "transport", "application"].contains(name))
                .collect();
            prop_assert_eq!(fields(&message), expected, "{:?} {:?} {}", options, on, text);
            prop_assert_eq!(message.envelope_from, entry.addresses[0].as_bytes());
            prop_assert_eq!(
                message.transport.is_some(),
                entry.code == "R" || on.contains(&14) && entry.code != "D"
            );
            prop_assert_eq!(message.application.is_some(), on.contains(&15) && entry.code != "D");
        }
    }
}
