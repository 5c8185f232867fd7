//! Fields of an entry in the names and order of the export schema.
//!
//! Knows field names, not their notation, which a [`FieldWriter`] such as [`json`](super::json) or
//! [`Csv`](super::Csv) provides. A field that was not logged is omitted; one that was logged blank
//! is empty text.
//!
//! ```
//! use mtatop::commands::export::{fields, json};
//! let text = b"16-Feb-2007 14:54:13.72 l tcp_local E 1  rfc822;a@x.org a@x.org";
//! let mut parser = mtatop::log::parse::Parser::default();
//! let entry = parser.entry(text).unwrap();
//! let mut line = Vec::new();
//! json::record(&mut line, &mut |out| fields::entry(&entry, out));
//! assert!(line.starts_with(br#"{"kind":"message","time":"2007-02-16T14:54:13.72","source_ch"#));
//! ```

use crate::input::reader::LocatedEntry;
use crate::log::entry::{
    Application, Body, Code, ConnectingHost, ConnectionEntry, Direction, Entry, MessageEntry,
    RemoteMta, Response, Stamp, Time, Transport,
};
use chrono::{Datelike, Timelike};
use std::path::Path;

/// Writer of named values. Each name occurs once; values are raw log text, which the writer must
/// make safe for its format.
pub trait FieldWriter {
    /// Text in any encoding.
    fn text(&mut self, name: &str, value: &[u8]);
    /// Integer.
    fn number(&mut self, name: &str, value: u64);
    /// Decimal number as logged; anything else becomes text.
    fn decimal(&mut self, name: &str, digits: &[u8]);
    /// Boolean.
    fn flag(&mut self, name: &str, value: bool);
    /// Object of strings with names from the log.
    fn strings(&mut self, name: &str, members: &[(&[u8], &[u8])]);
    /// Object.
    fn object(&mut self, name: &str, members: &mut dyn FnMut(&mut dyn FieldWriter));
    /// List; items are requested by index from 0.
    fn list(
        &mut self,
        name: &str,
        length: usize,
        item: &mut dyn FnMut(usize, &mut dyn FieldWriter),
    );
}

/// Columns of a table: all fields of an entry, members of objects prefixed by the object's name.
pub const ENTRY: &[&str] = &[
    "kind",
    "file",
    "line",
    "offset",
    "time",
    "node",
    "process",
    "source_channel",
    "destination_channel",
    "direction",
    "code",
    "action",
    "modifiers",
    "size",
    "envelope_from",
    "original_to_type",
    "original_to",
    "active_to",
    "domain",
    "notary_flags",
    "sensitivity",
    "priority",
    "queue_file",
    "envelope_id",
    "message_id",
    "related_message_id",
    "username",
    "authenticated",
    "connecting_host.text",
    "connecting_host.helo",
    "connecting_host.rdns",
    "connecting_host.ip",
    "remote_host",
    "remote_mta.type",
    "remote_mta.host",
    "transport.protocol",
    "transport.local_ip",
    "transport.local_port",
    "transport.remote_ip",
    "transport.remote_port",
    "application.protocol",
    "application.initial_host",
    "application.dns_host",
    "application.tls",
    "banner",
    "response.code",
    "response.enhanced",
    "response.text",
    "diagnostic",
    "reason",
    "filter",
    "auth_message",
    "intermediate",
    "initial",
    "queue_seconds",
    "header",
    "text",
    "extra",
];

/// Position of an entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryLocation<'a> {
    /// Path as given.
    pub file: &'a Path,
    /// First line, from 1; omitted if unknown.
    pub line: Option<u64>,
    /// Offset of the first byte.
    pub offset: u64,
}

/// An entry or unparsed text with its position.
pub fn located(found: &LocatedEntry<'_>, out: &mut dyn FieldWriter) {
    let (file, line) = (found.path, Some(found.line));
    let standing = EntryLocation { file, line, offset: found.location.offset };
    match &found.entry {
        Ok(entry) => write_located_entry(standing, entry, out),
        Err(_) => unparsed(standing, found.text, out),
    }
}

/// An entry with its position.
pub fn write_located_entry(
    standing: EntryLocation<'_>,
    entry: &Entry<'_>,
    out: &mut dyn FieldWriter,
) {
    out.text("kind", kind(entry).as_bytes());
    place(standing, out);
    facts(entry, out);
}

/// An unparsed text with its position.
pub fn unparsed(standing: EntryLocation<'_>, text: &[u8], out: &mut dyn FieldWriter) {
    out.text("kind", b"unparsed");
    place(standing, out);
    out.text("text", text);
}

/// Fields of an entry without its position.
pub fn entry(entry: &Entry<'_>, out: &mut dyn FieldWriter) {
    out.text("kind", kind(entry).as_bytes());
    facts(entry, out);
}

fn place(standing: EntryLocation<'_>, out: &mut dyn FieldWriter) {
    out.text("file", standing.file.as_os_str().as_encoded_bytes());
    if let Some(line) = standing.line {
        out.number("line", line);
    }
    out.number("offset", standing.offset);
}

fn kind(entry: &Entry<'_>) -> &'static str {
    match entry.body {
        Body::Message(_) => "message",
        Body::Connection(_) => "connection",
        Body::Header(_) => "header",
    }
}

fn facts(entry: &Entry<'_>, out: &mut dyn FieldWriter) {
    time("time", entry.time, entry.stamp, out);
    write_text("node", entry.node, out);
    write_text("process", entry.process.map(|process| process.text), out);
    match &entry.body {
        Body::Message(message) => message_facts(message, out),
        Body::Connection(connection) => connection_facts(connection, out),
        Body::Header(line) => out.text("header", line),
    }
    if !entry.extra.is_empty() {
        out.strings("extra", &entry.extra);
    }
}

fn message_facts(message: &MessageEntry<'_>, out: &mut dyn FieldWriter) {
    out.text("source_channel", message.source_channel);
    write_text("destination_channel", message.destination_channel, out);
    code(message.code, out);
    out.number("size", message.size);
    out.text("envelope_from", message.envelope_from);
    write_text("original_to_type", message.original_to_type, out);
    out.text("original_to", message.original_to);
    write_text("active_to", message.active_to, out);
    if let Some(domain) = message.domain() {
        out.text("domain", &domain.to_ascii_lowercase());
    }
    count("notary_flags", message.notary_flags, out);
    count("sensitivity", message.sensitivity, out);
    count("priority", message.priority, out);
    write_text("queue_file", message.queue_file.map(|file| file.0), out);
    write_text("envelope_id", message.envelope_id, out);
    write_text("message_id", message.message_id, out);
    write_text("related_message_id", message.related_message_id, out);
    if let Some(user) = message.username {
        out.text("username", user.name);
        out.flag("authenticated", user.authenticated);
    }
    if let Some(host) = &message.connecting_host {
        connecting_host(host, out);
    }
    write_text("remote_host", message.remote_host, out);
    if let Some(mta) = &message.remote_mta {
        remote_mta(mta, out);
    }
    ends(message.transport.as_ref(), message.application.as_ref(), out);
    write_text("banner", message.banner, out);
    if let Some(reply) = &message.response {
        response("response", reply, out);
    }
    write_text("diagnostic", message.diagnostic, out);
    write_text("reason", message.reason, out);
    write_text("filter", message.filter, out);
    write_text("intermediate", message.intermediate, out);
    write_text("initial", message.initial, out);
    if let Some(seconds) = message.queue_seconds {
        out.decimal("queue_seconds", seconds);
    }
}

fn connection_facts(connection: &ConnectionEntry<'_>, out: &mut dyn FieldWriter) {
    out.text("source_channel", connection.source_channel);
    out.text("direction", direction(connection.direction).as_bytes());
    code(connection.code, out);
    write_text("username", connection.username, out);
    ends(connection.transport.as_ref(), connection.application.as_ref(), out);
    write_text("diagnostic", connection.diagnostic, out);
    write_text("auth_message", connection.auth_message, out);
}

fn write_text(name: &str, value: Option<&[u8]>, out: &mut dyn FieldWriter) {
    if let Some(value) = value {
        out.text(name, value);
    }
}

fn count(name: &str, value: Option<u32>, out: &mut dyn FieldWriter) {
    if let Some(value) = value {
        out.number(name, value.into());
    }
}

fn code(code: Code<'_>, out: &mut dyn FieldWriter) {
    out.text("code", code.0);
    write_text("action", code.0.get(..1), out);
    write_text("modifiers", Some(code.modifiers()).filter(|modifiers| !modifiers.is_empty()), out);
}

/// Name of a direction.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// `transport` and `application`, if known.
pub fn ends(
    transport: Option<&Transport<'_>>,
    application: Option<&Application<'_>>,
    out: &mut dyn FieldWriter,
) {
    if let Some(ends) = transport {
        out.object("transport", &mut |out| {
            out.text("protocol", ends.protocol);
            out.text("local_ip", ends.local_ip);
            out.number("local_port", ends.local_port.into());
            out.text("remote_ip", ends.remote_ip);
            out.number("remote_port", ends.remote_port.into());
        });
    }
    if let Some(application) = application {
        out.object("application", &mut |out| {
            out.text("protocol", application.protocol);
            write_text("initial_host", application.initial_host, out);
            write_text("dns_host", application.dns_host, out);
            write_text("tls", application.tls, out);
        });
    }
}

fn connecting_host(host: &ConnectingHost<'_>, out: &mut dyn FieldWriter) {
    out.object("connecting_host", &mut |out| {
        out.text("text", host.text);
        out.text("helo", host.helo);
        write_text("rdns", host.rdns, out);
        write_text("ip", host.ip, out);
    });
}

fn remote_mta(mta: &RemoteMta<'_>, out: &mut dyn FieldWriter) {
    out.object("remote_mta", &mut |out| {
        out.text("type", mta.kind);
        out.text("host", mta.host);
    });
}

/// Response of a remote server.
pub fn response(name: &str, reply: &Response<'_>, out: &mut dyn FieldWriter) {
    out.object(name, &mut |out| {
        out.number("code", reply.code.into());
        write_text("enhanced", reply.enhanced, out);
        out.text("text", reply.text);
    });
}

/// A time in ISO 8601 with the fraction and zone as logged; without its stamp with as many digits
/// as necessary, at least two if any. A leap second is printed as the following second, since the
/// time value has no leap seconds.
///
/// A time beyond the calendar's years is omitted.
pub fn time(name: &str, time: Time, stamp: Stamp<'_>, out: &mut dyn FieldWriter) {
    let Some(calendar) = time.calendar() else { return };
    let (date, clock) = (calendar.date(), calendar.time());
    let mut text = Vec::with_capacity(40);
    match u32::try_from(date.year()) {
        Ok(year @ ..10_000) => text.extend(two(year / 100).into_iter().chain(two(year % 100))),
        _ => text.extend(date.year().to_string().bytes()),
    }
    for (sign, part) in [
        (b'-', date.month()),
        (b'-', date.day()),
        (b'T', clock.hour()),
        (b':', clock.minute()),
        (b':', clock.second()),
    ] {
        let [tens, ones] = two(part);
        text.extend_from_slice(&[sign, tens, ones]);
    }
    let millis = u32::try_from(time.0.rem_euclid(1_000)).unwrap_or_default();
    if !stamp.fraction.is_empty() {
        text.push(b'.');
        text.extend_from_slice(stamp.fraction);
    } else if millis > 0 {
        let digits = format!(".{millis:03}");
        text.extend_from_slice(digits.strip_suffix('0').unwrap_or(&digits).as_bytes());
    }
    text.extend_from_slice(stamp.zone);
    out.text(name, &text);
}

/// The last two digits of a number.
fn two(number: u32) -> [u8; 2] {
    [number / 10, number].map(|digit| b'0' + u8::try_from(digit % 10).unwrap_or_default())
}

/// A duration in seconds, with as many digits as necessary.
pub fn seconds(name: &str, millis: u64, out: &mut dyn FieldWriter) {
    let (whole, rest) = (millis / 1_000, millis % 1_000);
    if rest == 0 {
        return out.number(name, whole);
    }
    let digits = format!("{whole}.{rest:03}");
    out.decimal(name, digits.trim_end_matches('0').as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::export::json;
    use crate::log::entry::{QueueFile, Username};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn written(members: &mut dyn FnMut(&mut dyn FieldWriter)) -> Value {
        let mut line = Vec::new();
        json::object(&mut line, members);
        serde_json::from_slice(&line).unwrap()
    }

    fn entry_of(body: Body<'_>) -> Entry<'_> {
        Entry {
            time: Time(0),
            stamp: Stamp::default(),
            node: Some(b"hosta"),
            process: crate::log::entry::ProcessId::new(b"1f.2.3"),
            body,
            extra: vec![(b"zz", b"1")],
        }
    }

    fn transport() -> Transport<'static> {
        let (local_ip, remote_ip) = (b"192.0.2.1", b"192.0.2.2");
        Transport { protocol: b"TCP", local_ip, local_port: 1, remote_ip, remote_port: 25 }
    }

    fn application() -> Application<'static> {
        let (initial_host, dns_host) = (Some(&b"a.org"[..]), Some(&b"mx.a.org"[..]));
        Application { protocol: b"SMTP", initial_host, dns_host, tls: Some(b"TLS") }
    }

    /// A message entry with every field.
    fn whole_message() -> MessageEntry<'static> {
        let text = Some(&b"x"[..]);
        let host = ConnectingHost { text: b"a (b [c])", helo: b"a", rdns: text, ip: text };
        MessageEntry {
            code: Code(b"EEA"),
            source_channel: b"tcp_local",
            destination_channel: Some(b"l"),
            size: 4,
            envelope_from: b"",
            original_to_type: Some(b"rfc822"),
            original_to: b"o@x.org",
            active_to: Some(b"@relay:a@Y.Org"),
            notary_flags: Some(276),
            queue_file: Some(QueueFile(b"q/ZZ0.00")),
            envelope_id: text,
            message_id: text,
            related_message_id: text,
            username: Some(Username::new(b"*user")),
            connecting_host: Some(host),
            remote_host: text,
            sensitivity: Some(0),
            priority: Some(3),
            intermediate: text,
            initial: text,
            filter: text,
            reason: text,
            remote_mta: Some(RemoteMta { kind: b"dns", host: b"mx" }),
            transport: Some(transport()),
            application: Some(application()),
            banner: text,
            response: Some(Response { code: 250, enhanced: Some(b"2.1.5"), text: b"ok" }),
            diagnostic: text,
            queue_seconds: Some(b"12.5"),
        }
    }

    fn whole_connection() -> ConnectionEntry<'static> {
        ConnectionEntry {
            code: Code(b"U"),
            source_channel: b"tcp_local",
            direction: Direction::Inbound,
            transport: Some(transport()),
            application: Some(application()),
            username: Some(b"user"),
            auth_message: Some(b"Bad password"),
            diagnostic: Some(b"535"),
        }
    }

    fn names(value: &Value) -> BTreeSet<String> {
        let inner = |(name, value): (&String, &Value)| match value {
            Value::Object(members) if name != "extra" => {
                members.keys().map(|member| format!("{name}.{member}")).collect()
            }
            _ => vec![name.clone()],
        };
        value.as_object().unwrap().iter().flat_map(inner).collect()
    }

    #[test]
    fn every_field_has_its_column_and_every_column_its_field() {
        let standing = EntryLocation { file: Path::new("mail.log"), line: Some(1), offset: 0 };
        let mut found = BTreeSet::new();
        for body in [
            Body::Message(whole_message()),
            Body::Connection(whole_connection()),
            Body::Header(b"Subject: x"),
        ] {
            let entry = entry_of(body);
            found.extend(names(&written(&mut |out| write_located_entry(standing, &entry, out))));
        }
        found.extend(names(&written(&mut |out| unparsed(standing, b"junk", out))));
        let columns: BTreeSet<String> = ENTRY.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(found, columns);
    }

    #[test]
    fn a_message_says_what_was_logged() {
        let entry = entry_of(Body::Message(whole_message()));
        let value = written(&mut |out| super::entry(&entry, out));
        assert_eq!(value["domain"], "y.org");
        assert_eq!((&value["action"], &value["modifiers"]), (&"E".into(), &"EA".into()));
        assert_eq!((&value["username"], &value["authenticated"]), (&"user".into(), &true.into()));
        assert_eq!(value["envelope_from"], "");
        assert_eq!(value["queue_seconds"], 12.5);
        let bare =
            entry_of(Body::Message(MessageEntry { code: Code(b"Q"), ..MessageEntry::default() }));
        let value = written(&mut |out| super::entry(&bare, out));
        assert_eq!(value.get("modifiers"), None);
    }

    #[test]
    fn times_have_the_digits_that_were_logged() {
        for (millis, fraction, zone, expected) in [
            (0, "", "", "1970-01-01T00:00:00"),
            (410, "41", "", "1970-01-01T00:00:00.41"),
            (0, "00", "+0100", "1970-01-01T00:00:00.00+0100"),
            (123, "123456789", "Z", "1970-01-01T00:00:00.123456789Z"),
            (-590, "", "", "1969-12-31T23:59:59.41"),
            (1_001, "", "", "1970-01-01T00:00:01.001"),
            (300, "", "", "1970-01-01T00:00:00.30"),
            (-62_135_596_800_000, "", "", "0001-01-01T00:00:00"),
        ] {
            let stamp = Stamp { fraction: fraction.as_bytes(), zone: zone.as_bytes() };
            let value = written(&mut |out| time("t", Time(millis), stamp, out));
            assert_eq!(value["t"], expected);
        }
        assert_eq!(
            written(&mut |out| time("t", Time(i64::MAX), Stamp::default(), out)),
            Value::Object(serde_json::Map::new())
        );
        let value = written(&mut |out| {
            seconds("a", 12_000, out);
            seconds("b", 1_250, out);
        });
        assert_eq!((&value["a"], &value["b"]), (&12.into(), &1.25.into()));
    }
}
