//! What an export has to say of simulated entries, and what an index has to find out about them.
//!
//! Computed from the records that the simulator wrote the entries from, never read off a text, so
//! that it can judge the parser. It knows of the options only which fields they have logged. The keys
//! are those of `mtatop export entries`, without the ones of the place: a key is left out where its
//! option is off or the entry has no such field, and `""` where the field is logged and blank. (Blank
//! connection information is the remote host of an attempt, and left out elsewhere; a blank delivery
//! status is left out, and a blank reason where formats 1 and 2 show nothing behind it.) `truth` holds
//! what an index has to find out, as far as it exists:
//!
//! | key | meaning |
//! | --- | --- |
//! | `connection` | number of the connection that the entry is about or happened over |
//! | `message` | number of the message, the same in all queues it passes |
//! | `recipient` | number of the recipient in it, from 1 |
//! | `outcome`, `attempt`, `queued_seconds` | of an attempt, as `mtatop export deliveries` has it |

use mtatop::simulate::{
    ActiveRecipient, ApplicationInfo, CallDirection, ConnectionEnds, ConnectionEvent,
    DeliveryStatus, LogStyle, MessageEvent, MtaFormat, Record, RecordBody, Scenario,
    SimulatedEntry, Simulator,
};
use serde_json::{Map, Value, json};
use std::fmt::Display;

/// The entries of a simulation, each with the truth about it. It never ends.
pub(crate) fn entries_with_truth(
    scenario: Scenario,
    style: LogStyle,
) -> impl Iterator<Item = (SimulatedEntry, Map<String, Value>)> {
    Simulator::with_style(scenario, style).with_records().map(move |(entry, record)| {
        let truth = truth(&style, &entry, &record);
        (entry, truth)
    })
}

/// Bits of `LOG_CONNECTION`: connecting host, transport and application of message entries.
const INFORMATION: u32 = 0;
const TRANSPORT: u32 = 5;
const APPLICATION: u32 = 6;

/// What is true of an entry.
fn truth(style: &LogStyle, entry: &SimulatedEntry, record: &Record) -> Map<String, Value> {
    let mut told = Export { style, keys: Map::new() };
    let hundredths = entry.time.and_utc().timestamp_subsec_millis() / 10;
    let time = format!("{}.{hundredths:02}", entry.time.format("%Y-%m-%dT%H:%M:%S"));
    told.put("time", time.into());
    told.field("LOG_NODE", "node", "mta1");
    told.field("LOG_PROCESS", "process", record.pid);
    match &record.body {
        RecordBody::Message(message) => told.message(record, message),
        RecordBody::Connection(connection) => told.connection(connection),
        RecordBody::Header(header, _) => {
            told.put("kind", "header".into());
            told.put("header", header.to_string().into());
        }
    }
    told.put("truth", beyond(record));
    told.keys
}

/// What no entry says by itself.
fn beyond(record: &Record) -> Value {
    let mut keys = Map::new();
    if let Some(connection) = record.connection {
        keys.insert("connection".into(), connection.into());
    }
    match &record.body {
        RecordBody::Message(message) => {
            if let Some(id) = message.id {
                keys.insert("message".into(), id.number().into());
                keys.insert("recipient".into(), message.recipient.into());
            }
            if let Some(outcome) = outcome(message) {
                keys.insert("outcome".into(), outcome.into());
                let attempt = message.file.map(|file| file.attempts + 1);
                keys.insert("attempt".into(), attempt.into());
                let hundredths = message.queued.map(|since| record.time.0.saturating_sub(since.0));
                keys.insert("queued_seconds".into(), hundredths.map(seconds).into());
            }
        }
        RecordBody::Header(_, id) => {
            keys.insert("message".into(), id.number().into());
        }
        RecordBody::Connection(_) => {}
    }
    Value::Object(keys)
}

/// What came of an attempt, in the words of the export; none if none was made.
fn outcome(message: &MessageEvent) -> Option<&'static str> {
    Some(match (message.action(), message.source.name()) {
        ('D', "ims-ms") => "delivered",
        ('D', "conversion" | "process") => "handed-on",
        ('D', _) => "relayed",
        ('Q' | 'Z', _) => "deferred",
        ('R' | 'K', _) => "failed",
        ('W', _) => "warned",
        _ => return None,
    })
}

/// Hundredths as seconds.
fn seconds(hundredths: u64) -> f64 {
    // Exact up to 30,000 years.
    f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0
}

/// The keys so far.
struct Export<'a> {
    style: &'a LogStyle,
    keys: Map<String, Value>,
}

impl Export<'_> {
    fn put(&mut self, key: &str, value: Value) {
        self.keys.insert(key.to_owned(), value);
    }

    fn is_on(&self, option: &str) -> bool {
        self.style.options.value(option).unwrap() != 0
    }

    fn logs(&self, bit: u32) -> bool {
        self.style.options.value("LOG_CONNECTION").unwrap() >> bit & 1 != 0
    }

    /// Whether blank fields can be left out, since all fields have names.
    fn is_named(&self) -> bool {
        matches!(self.style.format, MtaFormat::Xml | MtaFormat::Json | MtaFormat::FlatJson)
    }

    /// Whether several texts in a row are one.
    fn joins_texts(&self) -> bool {
        matches!(self.style.format, MtaFormat::Text | MtaFormat::Bracketed)
    }

    /// A text that is logged, blank or not, if its option is on.
    fn field(&mut self, option: &str, key: &str, value: impl Display) {
        if self.is_on(option) {
            self.put(key, value.to_string().into());
        }
    }

    fn number(&mut self, option: &str, key: &str, value: u64) {
        if self.is_on(option) {
            self.put(key, value.into());
        }
    }

    /// A text that formats with names leave out when it is blank.
    fn remark(&mut self, option: &str, key: &str, value: &str) {
        if !(value.is_empty() && self.is_named()) {
            self.field(option, key, value);
        }
    }

    fn code(&mut self, code: &str) {
        self.put("code", code.into());
        let (action, modifiers) = code.split_at_checked(1).unwrap_or((code, ""));
        self.put("action", action.into());
        if !modifiers.is_empty() {
            self.put("modifiers", modifiers.into());
        }
    }

    fn message(&mut self, record: &Record, message: &MessageEvent) {
        self.put("kind", "message".into());
        self.put("source_channel", message.source.name().into());
        if let Some(destination) = message.destination {
            self.put("destination_channel", destination.name().into());
        }
        self.code(message.code);
        self.put("size", message.size.into());
        self.put("envelope_from", or_blank(message.from).into());
        self.put("original_to_type", "rfc822".into());
        self.put("original_to", or_blank(message.original).into());
        self.put("active_to", message.active.to_string().into());
        if let Some(domain) = domain(message) {
            self.put("domain", domain.into());
        }
        self.number("LOG_NOTARY", "notary_flags", message.flags().into());
        self.field("LOG_FILENAME", "queue_file", or_blank(message.file));
        self.field("LOG_ENVELOPE_ID", "envelope_id", or_blank(message.envelope_id()));
        self.field("LOG_MESSAGE_ID", "message_id", or_blank(message.id));
        if let Some(cause) = message.cause {
            self.field("LOG_MESSAGE_ID", "related_message_id", cause);
        }
        if self.is_on("LOG_USERNAME") {
            let (name, authenticated) = message.user.parts();
            self.put("username", name.into());
            self.put("authenticated", authenticated.into());
        }
        if self.logs(INFORMATION) {
            self.peer(message);
        }
        self.number("LOG_SENSITIVITY", "sensitivity", message.sensitivity());
        self.number("LOG_PRIORITY", "priority", message.priority());
        let (member, list) = message.expansion().unzip();
        self.field("LOG_INTERMEDIATE", "intermediate", or_blank(member));
        self.field("LOG_INTERMEDIATE", "initial", or_blank(list));
        self.remark("LOG_FILTER", "filter", message.filter);
        if !message.reason.is_empty() || self.shows_blank_reason(message) {
            self.remark("LOG_REASON", "reason", message.reason);
        }
        self.status(&message.status);
        if let Some((transport, application)) = message.over {
            if self.logs(TRANSPORT) {
                self.put("transport", ends(transport));
            }
            if self.logs(APPLICATION) {
                self.put("application", spoken(application));
            }
        }
        self.number("LOG_QUEUE_TIME", "queue_seconds", message.seconds_in_queue(record.time));
    }

    /// Whether something stands behind the reason. If not, formats 1 and 2 do not even show that
    /// there is none.
    fn shows_blank_reason(&self, message: &MessageEvent) -> bool {
        let remote = matches!(message.status, DeliveryStatus::Remote(_));
        let text = remote || matches!(message.status, DeliveryStatus::Local(_));
        let over = message.over.is_some();
        !self.joins_texts()
            || self.is_on("LOG_QUEUE_TIME")
            || text && self.is_on("LOG_DIAGNOSTICS")
            || remote && self.is_on("LOG_REMOTE_MTA")
            || over && (self.logs(TRANSPORT) || self.logs(APPLICATION))
    }

    /// Who connected, or whom we connected to. Where there is neither, only an attempt has a remote
    /// host that can be blank.
    fn peer(&mut self, message: &MessageEvent) {
        let text = message.peer.to_string();
        let Some((helo, rdns, ip)) = message.peer.connecting() else {
            if !text.is_empty() || outcome(message).is_some() {
                self.put("remote_host", text.into());
            }
            return;
        };
        let mut keys = Map::new();
        keys.insert("text".into(), text.into());
        keys.insert("helo".into(), helo.into());
        if let Some(rdns) = rdns {
            keys.insert("rdns".into(), rdns.into());
        }
        keys.insert("ip".into(), ip.to_string().into());
        self.put("connecting_host", Value::Object(keys));
    }

    fn status(&mut self, status: &DeliveryStatus) {
        let text = self.is_on("LOG_DIAGNOSTICS");
        let reply = match status {
            DeliveryStatus::Blank => return,
            DeliveryStatus::Local(text) => {
                return self.field("LOG_DIAGNOSTICS", "diagnostic", text);
            }
            DeliveryStatus::Remote(reply) => reply,
        };
        if text || self.is_on("LOG_REMOTE_MTA") {
            self.put("remote_mta", json!({"type": "dns", "host": reply.host.to_string()}));
        }
        if text && self.is_on("LOG_TRANSPORTINFO") {
            self.put("transport", ends(reply.transport));
        }
        if text && self.is_on("LOG_BANNER") {
            self.put("banner", reply.greeting.as_ref().into());
        }
        match reply.codes() {
            Some((code, enhanced)) if text => {
                let mut keys = Map::new();
                keys.insert("code".into(), code.into());
                if let Some(enhanced) = enhanced {
                    keys.insert("enhanced".into(), enhanced.into());
                }
                keys.insert("text".into(), reply.to_string().into());
                self.put("response", Value::Object(keys));
            }
            Some(_) => {}
            None => self.field("LOG_DIAGNOSTICS", "diagnostic", reply),
        }
    }

    fn connection(&mut self, connection: &ConnectionEvent) {
        self.put("kind", "connection".into());
        self.put("source_channel", connection.channel.name().into());
        let direction = match connection.direction {
            CallDirection::Inbound => "inbound",
            CallDirection::Outbound => "outbound",
        };
        self.put("direction", direction.into());
        self.code(connection.code.encode_utf8(&mut [0; 4]));
        if let Some(transport) = connection.transport {
            self.put("transport", ends(transport));
        }
        self.put("application", spoken(connection.application));
        let text = &connection.text;
        let user = or_blank(text.user);
        let parts = [text.message.as_ref(), &user, &text.diagnostic];
        if self.joins_texts() {
            let texts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.unless_blank("diagnostic", &texts.join(" "));
        } else {
            for (key, part) in ["auth_message", "username", "diagnostic"].into_iter().zip(parts) {
                self.unless_blank(key, part);
            }
        }
    }

    fn unless_blank(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, text.into());
        }
    }
}

fn or_blank(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The recipient domain: of the active address where that is one, else of the original.
fn domain(message: &MessageEvent) -> Option<String> {
    let active = match message.active {
        ActiveRecipient::Address(address) => Some(address),
        ActiveRecipient::Store(_) | ActiveRecipient::Command(_) => None,
    };
    let address = active.or(message.original)?;
    Some(address.site())
}

fn ends(transport: ConnectionEnds) -> Value {
    let (ours, theirs) = (transport.ours, transport.theirs);
    json!({
        "protocol": "TCP",
        "local_ip": ours.0.to_string(), "local_port": ours.1,
        "remote_ip": theirs.0.to_string(), "remote_port": theirs.1,
    })
}

fn spoken(application: ApplicationInfo) -> Value {
    let mut keys = Map::new();
    keys.insert("protocol".into(), "SMTP".into());
    if let Some((asked, chosen)) = application.hosts {
        keys.insert("initial_host".into(), asked.to_string().into());
        keys.insert("dns_host".into(), chosen.to_string().into());
    }
    if let Some(cipher) = application.tls {
        keys.insert("tls".into(), format!("TLS-{cipher}").into());
    }
    Value::Object(keys)
}

mod tests;
