//! What an export says of an entry, for tests that compare it with what is known otherwise.

use mtatop::entry::{Body, ConnectionEntry, Direction, Entry, Message, Transport};
use serde_json::{Map, Value, json};

type Fields = Map<String, Value>;

/// An entry in the words of the export schema.
pub(crate) fn object(entry: &Entry<'_>) -> Fields {
    let mut fields = Fields::new();
    let calendar = entry.time.calendar().unwrap();
    let mut time = calendar.format("%Y-%m-%dT%H:%M:%S").to_string();
    if !entry.stamp.fraction.is_empty() {
        time = time + "." + &string(entry.stamp.fraction);
    }
    fields.insert("time".into(), (time + &string(entry.stamp.zone)).into());
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
    if !entry.extra.is_empty() {
        let extra: Fields =
            entry.extra.iter().map(|(name, value)| (string(name), string(value).into())).collect();
        fields.insert("extra".into(), extra.into());
    }
    fields
}

fn message_fields(fields: &mut Fields, message: &Message<'_>) {
    fields.insert("kind".into(), "message".into());
    code(fields, message.code.0);
    fields.insert("size".into(), message.size.into());
    let domain = message.domain().map(<[u8]>::to_ascii_lowercase);
    for (name, text) in [
        ("source_channel", Some(message.source_channel)),
        ("destination_channel", message.destination_channel),
        ("envelope_from", Some(message.envelope_from)),
        ("original_to_type", message.original_to_type),
        ("original_to", Some(message.original_to)),
        ("active_to", message.active_to),
        ("domain", domain.as_deref()),
        ("queue_file", message.queue_file.map(|file| file.0)),
        ("envelope_id", message.envelope_id),
        ("message_id", message.message_id),
        ("related_message_id", message.related_message_id),
        ("remote_host", message.remote_host),
        ("intermediate", message.intermediate),
        ("initial", message.initial),
        ("filter", message.filter),
        ("reason", message.reason),
        ("banner", message.banner),
        ("diagnostic", message.diagnostic),
    ] {
        put(fields, name, text);
    }
    let seconds = message.queue_seconds.map(|seconds| string(seconds).parse().unwrap());
    for (name, number) in [
        ("notary_flags", message.notary_flags),
        ("sensitivity", message.sensitivity),
        ("priority", message.priority),
        ("queue_seconds", seconds),
    ] {
        number.map(|number| fields.insert(name.into(), number.into()));
    }
    if let Some(user) = message.username {
        put(fields, "username", Some(user.name));
        fields.insert("authenticated".into(), user.authenticated.into());
    }
    if let Some(host) = message.connecting_host {
        let mut object = Fields::new();
        put(&mut object, "text", Some(host.text));
        put(&mut object, "helo", Some(host.helo));
        put(&mut object, "rdns", host.rdns);
        put(&mut object, "ip", host.ip);
        fields.insert("connecting_host".into(), object.into());
    }
    if let Some(mta) = message.remote_mta {
        let mta = json!({"type": string(mta.kind), "host": string(mta.host)});
        fields.insert("remote_mta".into(), mta);
    }
    if let Some(response) = message.response {
        let mut object = Fields::new();
        object.insert("code".into(), response.code.into());
        put(&mut object, "enhanced", response.enhanced);
        put(&mut object, "text", Some(response.text));
        fields.insert("response".into(), object.into());
    }
    ends(fields, message.transport.as_ref(), message.application.as_ref());
}

fn connection_fields(fields: &mut Fields, connection: &ConnectionEntry<'_>) {
    fields.insert("kind".into(), "connection".into());
    code(fields, connection.code.0);
    put(fields, "source_channel", Some(connection.source_channel));
    let direction = if connection.direction == Direction::Inbound { "inbound" } else { "outbound" };
    fields.insert("direction".into(), direction.into());
    put(fields, "username", connection.username);
    put(fields, "auth_message", connection.auth_message);
    put(fields, "diagnostic", connection.diagnostic);
    ends(fields, connection.transport.as_ref(), connection.application.as_ref());
}

fn code(fields: &mut Fields, code: &[u8]) {
    put(fields, "code", Some(code));
    put(fields, "action", code.get(..1));
    put(fields, "modifiers", code.get(1..).filter(|modifiers| !modifiers.is_empty()));
}

fn ends(
    fields: &mut Fields,
    transport: Option<&Transport<'_>>,
    application: Option<&mtatop::entry::Application<'_>>,
) {
    if let Some(ends) = transport {
        let transport = json!({
            "protocol": string(ends.protocol),
            "local_ip": string(ends.local_ip), "local_port": ends.local_port,
            "remote_ip": string(ends.remote_ip), "remote_port": ends.remote_port,
        });
        fields.insert("transport".into(), transport);
    }
    if let Some(application) = application {
        let mut object = Fields::new();
        put(&mut object, "protocol", Some(application.protocol));
        put(&mut object, "initial_host", application.initial_host);
        put(&mut object, "dns_host", application.dns_host);
        put(&mut object, "tls", application.tls);
        fields.insert("application".into(), object.into());
    }
}

fn put(fields: &mut Fields, name: &str, text: Option<&[u8]>) {
    text.map(|text| fields.insert(name.into(), string(text).into()));
}

fn string(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
