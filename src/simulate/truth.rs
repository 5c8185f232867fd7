//! The truth about an entry: what `mtatop export entries` has to say of it, and what an index has
//! to find out beyond.
//!
//! Told from the facts, never read off a text, so that it can judge whoever reads the texts. It
//! knows of the options only which fields they have logged. The keys are those of the export.

use serde_json::{Map, Value, json};
use std::fmt::Display;

use super::address::Address;
use super::clock::{Clock, Style, Time};
use super::engine::Direction;
use super::fact::{Active, Body, Change, Fact, Message, Status};
use super::field;
use super::options::{Setting, Written};
use super::print::NODE;
use super::token::{Application, Channel, Literal, Peer, Transport};

/// What is true of an entry: keys of the export schema, without the ones of its place, and
/// `truth`.
pub(super) fn truth(
    written: &Written,
    clock: &mut Clock,
    time: Time,
    fact: &Fact,
) -> Map<String, Value> {
    let mut told = Teller { written, keys: Map::new() };
    let mut stamp = String::new();
    clock.stamp(&mut stamp, time, Style::Iso);
    told.put("time", stamp.into());
    told.field(field::NODE, "node", NODE);
    told.field(field::PROCESS, "process", fact.pid);
    match &fact.body {
        Body::Message(message) => told.message(time, message),
        Body::Connection(change) => told.change(change),
        Body::Header(header, _) => {
            told.put("kind", "header".into());
            told.put("header", header.to_string().into());
        }
    }
    told.put("truth", beyond(time, fact));
    told.keys
}

/// What no entry says by itself.
fn beyond(time: Time, fact: &Fact) -> Value {
    let mut keys = Map::new();
    if let Some(connection) = fact.connection {
        keys.insert("connection".into(), connection.into());
    }
    match &fact.body {
        Body::Message(message) => {
            if let Some(id) = message.id {
                keys.insert("message".into(), id.number().into());
                keys.insert("recipient".into(), message.recipient.into());
            }
            if let Some(outcome) = outcome(message) {
                keys.insert("outcome".into(), outcome.into());
                let attempt = message.file.map(|file| file.attempts + 1);
                keys.insert("attempt".into(), attempt.into());
                let hundredths = message.queued.map(|since| time.0.saturating_sub(since.0));
                keys.insert("queued_seconds".into(), hundredths.map(seconds).into());
            }
        }
        Body::Header(_, id) => {
            keys.insert("message".into(), id.number().into());
        }
        Body::Connection(_) => {}
    }
    Value::Object(keys)
}

/// What came of an attempt, in the words of the export; none if none was made.
fn outcome(message: &Message) -> Option<&'static str> {
    Some(match (message.action(), message.source) {
        ('D', Channel::Store) => "delivered",
        ('D', Channel::Conversion | Channel::Process) => "handed-on",
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

/// The keys said so far.
struct Teller<'a> {
    written: &'a Written,
    keys: Map<String, Value>,
}

impl Teller<'_> {
    fn put(&mut self, key: &str, value: Value) {
        self.keys.insert(key.to_owned(), value);
    }

    fn has(&self, field: field::Field) -> bool {
        field.is_on(&self.written.options)
    }

    /// A text that is logged, blank or not, if its option is on.
    fn field(&mut self, field: field::Field, key: &str, value: impl Display) {
        if self.has(field) {
            self.put(key, value.to_string().into());
        }
    }

    fn number(&mut self, field: field::Field, key: &str, value: u64) {
        if self.has(field) {
            self.put(key, value.into());
        }
    }

    /// A text that formats with names leave out when it is blank.
    fn remark(&mut self, field: field::Field, key: &str, value: &str) {
        if !(value.is_empty() && self.written.format.is_named()) {
            self.field(field, key, value);
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

    fn message(&mut self, time: Time, message: &Message) {
        let blank = String::new;
        self.put("kind", "message".into());
        self.put("source_channel", message.source.name().into());
        if let Some(destination) = message.destination {
            self.put("destination_channel", destination.name().into());
        }
        self.code(message.code);
        self.put("size", message.size.into());
        self.put("envelope_from", message.from.map_or_else(blank, |a| a.to_string()).into());
        self.put("original_to_type", "rfc822".into());
        self.put("original_to", message.original.map_or_else(blank, |a| a.to_string()).into());
        self.put("active_to", message.active.to_string().into());
        if let Some(domain) = domain(message) {
            self.put("domain", domain.into());
        }
        self.number(field::FLAGS, "notary_flags", message.flags().into());
        let file = message.file.map_or_else(blank, |file| file.to_string());
        self.field(field::FILE, "queue_file", file);
        let id = message.envelope_id().map_or_else(blank, |id| id.to_string());
        self.field(field::ENVELOPE_ID, "envelope_id", id);
        let id = message.id.map_or_else(blank, |id| id.to_string());
        self.field(field::MESSAGE_ID, "message_id", id);
        if let Some(cause) = message.cause {
            self.field(field::MESSAGE_ID, "related_message_id", cause);
        }
        if self.has(field::USER) {
            let (name, authenticated) = message.user.parts();
            self.put("username", name.into());
            self.put("authenticated", authenticated.into());
        }
        if self.has(field::SYSTEM) {
            self.peer(message);
        }
        self.number(field::SENSITIVITY, "sensitivity", message.sensitivity());
        self.number(field::PRIORITY, "priority", message.priority());
        let (member, list) = message.expansion().unzip();
        let (member, list) = (member.map(|a| a.to_string()), list.map(|a| a.to_string()));
        self.field(field::INTERMEDIATE, "intermediate", member.unwrap_or_default());
        self.field(field::INITIAL, "initial", list.unwrap_or_default());
        self.remark(field::FILTER, "filter", message.filter);
        if !message.reason.is_empty() || self.is_followed(message) {
            self.remark(field::REASON, "reason", message.reason);
        }
        self.status(&message.status);
        if let Some((transport, application)) = message.over {
            if self.has(field::TRANSPORT) {
                self.put("transport", ends(transport));
            }
            if self.has(field::APPLICATION) {
                self.put("application", spoken(application));
            }
        }
        self.number(field::QUEUE_TIME, "queue_seconds", message.seconds_in_queue(time));
    }

    /// Whether something stands behind the reason. If not, formats 1 and 2 do not even show that
    /// there is none.
    fn is_followed(&self, message: &Message) -> bool {
        let (mta, over) = (matches!(message.status, Status::Remote(_)), message.over.is_some());
        let said = mta || matches!(message.status, Status::Ours(_));
        !self.written.format.joins_words()
            || self.has(field::QUEUE_TIME)
            || said && self.has(field::DIAGNOSTICS)
            || mta && self.has(field::REMOTE_MTA)
            || over && (self.has(field::TRANSPORT) || self.has(field::APPLICATION))
    }

    /// Who connected, or whom we connected to. Where there is neither, only an attempt has a remote
    /// host that can be said to be blank.
    fn peer(&mut self, message: &Message) {
        let peer = message.peer;
        let named = |helo: String, rdns: Option<String>, ip: std::net::IpAddr| {
            let mut keys = Map::new();
            keys.insert("text".into(), peer.to_string().into());
            keys.insert("helo".into(), helo.into());
            if let Some(rdns) = rdns {
                keys.insert("rdns".into(), rdns.into());
            }
            keys.insert("ip".into(), ip.to_string().into());
            Value::Object(keys)
        };
        let host = match peer {
            Peer::None if outcome(message).is_some() => return self.put("remote_host", "".into()),
            Peer::None => return,
            Peer::Called(host) => return self.put("remote_host", host.to_string().into()),
            Peer::Server(host, ip) => named(host.to_string(), Some(host.to_string()), ip),
            Peer::Nameless(host, ip) => named(host.to_string(), None, ip),
            Peer::Inside(name, ip) | Peer::Dynamic(name, ip) => named(name.to_owned(), None, ip),
            Peer::Literal(ip) => named(format!("[{}]", Literal(ip)), None, ip),
        };
        self.put("connecting_host", host);
    }

    fn status(&mut self, status: &Status) {
        let options = &self.written.options;
        let (told, banner) = (self.has(field::DIAGNOSTICS), options.is_on(Setting::Banner));
        let transport = options.is_on(Setting::TransportInfo);
        match status {
            Status::Unsaid => {}
            Status::Ours(text) => self.field(field::DIAGNOSTICS, "diagnostic", text),
            Status::Remote(said) => {
                if told || self.has(field::REMOTE_MTA) {
                    let mta = json!({"type": "dns", "host": said.host.to_string()});
                    self.put("remote_mta", mta);
                }
                if told && transport {
                    self.put("transport", ends(said.transport));
                }
                if told && banner {
                    self.put("banner", said.greeting.as_ref().into());
                }
                match said.reply() {
                    Some((code, enhanced)) if told => {
                        let mut keys = Map::new();
                        keys.insert("code".into(), code.into());
                        if let Some(enhanced) = enhanced {
                            keys.insert("enhanced".into(), enhanced.into());
                        }
                        keys.insert("text".into(), said.to_string().into());
                        self.put("response", Value::Object(keys));
                    }
                    Some(_) => {}
                    None => self.field(field::DIAGNOSTICS, "diagnostic", said),
                }
            }
        }
    }

    fn change(&mut self, change: &Change) {
        self.put("kind", "connection".into());
        self.put("source_channel", change.channel.name().into());
        let direction = match change.direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        };
        self.put("direction", direction.into());
        self.code(change.code.encode_utf8(&mut [0; 4]));
        if let Some(transport) = change.transport {
            self.put("transport", ends(transport));
        }
        self.put("application", spoken(change.application));
        let words = &change.words;
        let user = words.user.map(|user| user.to_string()).unwrap_or_default();
        let parts = [words.message.as_ref(), &user, &words.diagnostic];
        if self.written.format.joins_words() {
            let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.unless_blank("diagnostic", &said.join(" "));
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

/// The recipient domain: of the active address where that is one, else of the original.
fn domain(message: &Message) -> Option<String> {
    let active = match message.active {
        Active::Address(address) => Some(address),
        Active::Store(_) | Active::Command(_) => None,
    };
    active.or(message.original).map(Address::site)
}

fn ends(transport: Transport) -> Value {
    let (ours, theirs) = (transport.ours, transport.theirs);
    json!({
        "protocol": "TCP",
        "local_ip": ours.0.to_string(), "local_port": ours.1,
        "remote_ip": theirs.0.to_string(), "remote_port": theirs.1,
    })
}

fn spoken(application: Application) -> Value {
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

#[cfg(test)]
mod tests;
