//! Every documented entry says what its golden export says, folded and unfolded.

use mtatop::entry::{Body, ConnectionEntry, Direction, Entry, Message, Transport};
use mtatop::parse::Parser;
use mtatop::split;
use serde_json::{Map, Value, json};
use std::path::Path;

#[test]
fn golden_entries() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut compared = 0;
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".log") else { continue };
        let golden = data.join(format!("{}.entries.ndjson", stem.trim_end_matches(".unfolded")));
        let expected = std::fs::read_to_string(golden).unwrap();
        let expected: Vec<Value> =
            expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(exported(&std::fs::read(&path).unwrap()), expected, "{name}");
        compared += expected.len();
    }
    assert!(compared >= 40, "{compared} entries compared");
}

/// The entries of a whole file, in the words of the export schema.
fn exported(bytes: &[u8]) -> Vec<Value> {
    let form = split::Form::detect(bytes);
    let (mut at, mut entries, mut parser) = (0, Vec::new(), Parser::default());
    while let Some(found) = split::next(form, &bytes[at..], true) {
        let text = split::unfold(form, &bytes[at + found.start..][..found.length]);
        entries.push(object(&parser.entry(&text).unwrap()));
        at += found.end;
    }
    entries
}

fn object(entry: &Entry<'_>) -> Value {
    let mut fields = Map::new();
    let calendar = entry.time.calendar().unwrap();
    let fraction =
        if entry.time.0 % 1000 == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.3f" };
    let time = calendar.format(fraction).to_string();
    // The samples log hundredths or nothing, the time has milliseconds.
    let time = if fraction.ends_with('f') { time.strip_suffix('0').unwrap() } else { &time };
    fields.insert("time".into(), time.into());
    put(&mut fields, "node", entry.node);
    put(&mut fields, "process", entry.process.map(|process| process.text));
    match &entry.body {
        Body::Message(message) => message_fields(&mut fields, message),
        Body::Connection(connection) => connection_fields(&mut fields, connection),
        Body::Header(line) => {
            fields.insert("kind".into(), "header".into());
            put(&mut fields, "header", Some(line));
        }
    }
    Value::Object(fields)
}

fn message_fields(fields: &mut Map<String, Value>, message: &Message<'_>) {
    fields.insert("kind".into(), "message".into());
    code(fields, message.code.0);
    put(fields, "source_channel", Some(message.source_channel));
    put(fields, "destination_channel", message.destination_channel);
    fields.insert("size".into(), message.size.into());
    put(fields, "envelope_from", Some(message.envelope_from));
    put(fields, "original_to_type", message.original_to_type);
    put(fields, "original_to", Some(message.original_to));
    put(fields, "active_to", message.active_to);
    put(fields, "queue_file", message.queue_file.map(|file| file.0));
    put(fields, "envelope_id", message.envelope_id);
    put(fields, "message_id", message.message_id);
    put(fields, "remote_host", message.remote_host);
    put(fields, "banner", message.banner);
    put(fields, "diagnostic", message.diagnostic);
    for (name, number) in [
        ("notary_flags", message.notary_flags),
        ("sensitivity", message.sensitivity),
        ("priority", message.priority),
    ] {
        number.map(|number| fields.insert(name.into(), number.into()));
    }
    if let Some(user) = message.username {
        put(fields, "username", Some(user.name));
        fields.insert("authenticated".into(), user.authenticated.into());
    }
    if let Some(host) = message.connecting_host {
        let (text, helo) = (string(host.text), string(host.helo));
        let (rdns, ip) = (host.rdns.map(string), host.ip.map(string));
        fields.insert(
            "connecting_host".into(),
            json!({"text": text, "helo": helo, "rdns": rdns, "ip": ip}),
        );
    }
    if let Some(mta) = message.remote_mta {
        fields.insert(
            "remote_mta".into(),
            json!({"type": string(mta.kind), "host": string(mta.host)}),
        );
    }
    if let Some(response) = message.response {
        let mut object = Map::new();
        object.insert("code".into(), response.code.into());
        put(&mut object, "enhanced", response.enhanced);
        put(&mut object, "text", Some(response.text));
        fields.insert("response".into(), Value::Object(object));
    }
    message.transport.map(|ends| fields.insert("transport".into(), transport(&ends)));
}

fn connection_fields(fields: &mut Map<String, Value>, connection: &ConnectionEntry<'_>) {
    fields.insert("kind".into(), "connection".into());
    code(fields, connection.code.0);
    put(fields, "source_channel", Some(connection.source_channel));
    let direction = if connection.direction == Direction::Inbound { "inbound" } else { "outbound" };
    fields.insert("direction".into(), direction.into());
    put(fields, "diagnostic", connection.diagnostic);
    connection.transport.map(|ends| fields.insert("transport".into(), transport(&ends)));
    if let Some(application) = connection.application {
        let mut object = Map::new();
        put(&mut object, "protocol", Some(application.protocol));
        put(&mut object, "initial_host", application.initial_host);
        put(&mut object, "dns_host", application.dns_host);
        put(&mut object, "tls", application.tls);
        fields.insert("application".into(), Value::Object(object));
    }
}

fn code(fields: &mut Map<String, Value>, code: &[u8]) {
    put(fields, "code", Some(code));
    put(fields, "action", code.get(..1));
    put(fields, "modifiers", code.get(1..).filter(|modifiers| !modifiers.is_empty()));
}

fn transport(ends: &Transport<'_>) -> Value {
    json!({
        "protocol": string(ends.protocol),
        "local_ip": string(ends.local_ip), "local_port": ends.local_port,
        "remote_ip": string(ends.remote_ip), "remote_port": ends.remote_port,
    })
}

fn put(fields: &mut Map<String, Value>, name: &str, text: Option<&[u8]>) {
    text.map(|text| fields.insert(name.into(), string(text).into()));
}

fn string(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
