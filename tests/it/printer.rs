//! An entry as the formats with names write it, from what it says in another format.

use mtatop::entry::{Application, Body, ConnectionEntry, Direction, Entry, Message, Transport};

/// `LOG_FORMAT` 4.
pub(crate) fn xml(entry: &Entry<'_>) -> Vec<u8> {
    let (element, fields) = fields(entry);
    let mut out = [b"<", element.as_bytes()].concat();
    for (name, value) in fields {
        out.extend([b" ", name.as_bytes(), b"=\""].concat());
        for &byte in &value {
            match byte {
                b'&' => out.extend(b"&amp;"),
                b'<' => out.extend(b"&lt;"),
                b'>' => out.extend(b"&gt;"),
                b'"' => out.extend(b"&quot;"),
                _ => out.push(byte),
            }
        }
        out.push(b'"');
    }
    out.extend(b"/>");
    out
}

/// `LOG_FORMAT` 6.
pub(crate) fn flat(entry: &Entry<'_>) -> Vec<u8> {
    object(&fields(entry).1, false)
}

/// `LOG_FORMAT` 5, as far as anything is known of it.
pub(crate) fn nested(entry: &Entry<'_>) -> Vec<u8> {
    let (element, fields) = fields(entry);
    [b"{\"", element.as_bytes(), b"\":", &*object(&fields, true), b"}"].concat()
}

type Field = (&'static str, Vec<u8>);

fn object(fields: &[Field], nested: bool) -> Vec<u8> {
    let mut out = vec![b'{'];
    for (at, (name, value)) in fields.iter().enumerate() {
        out.extend(if at > 0 { &b",\""[..] } else { b"\"" });
        out.extend([name.as_bytes(), b"\":"].concat());
        match *name {
            "tr" if nested => out.extend(transport_object(value)),
            "sz" | "rf" | "se" | "pr" => out.extend(value),
            _ => out.extend(string(value)),
        }
    }
    out.push(b'}');
    out
}

fn transport_object(value: &[u8]) -> Vec<u8> {
    let names = ["protocol", "local_ip", "local_port", "remote_ip", "remote_port"];
    let parts = names.iter().zip(value.split(|&b| b == b'|'));
    let parts: Vec<_> = parts
        .map(|(name, part)| [b"\"", name.as_bytes(), b"\":", &*string(part)].concat())
        .collect();
    [b"{", &*parts.join(&b','), b"}"].concat()
}

fn string(value: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for &byte in value {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            ..0x20 => out.extend(format!("\\u{byte:04x}").bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    out
}

fn fields(entry: &Entry<'_>) -> (&'static str, Vec<Field>) {
    let time = entry.time.calendar().map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string());
    let mut stamp = time.unwrap_or_default().into_bytes();
    if !entry.stamp.fraction.is_empty() {
        stamp.extend([b".", entry.stamp.fraction].concat());
    }
    stamp.extend(entry.stamp.zone);
    let mut out = Fields(vec![("ts", stamp)]);
    out.text("no", entry.node);
    out.text("pi", entry.process.map(|process| process.text));
    let element = match &entry.body {
        Body::Message(message) => {
            out.message(message);
            "en"
        }
        Body::Connection(connection) => {
            out.connection(connection);
            "co"
        }
        Body::Header(line) => {
            out.text("va", Some(line));
            "he"
        }
    };
    (element, out.0)
}

struct Fields(Vec<Field>);

impl Fields {
    fn text(&mut self, name: &'static str, value: Option<&[u8]>) {
        self.0.extend(value.map(|value| (name, value.to_vec())));
    }

    fn number(&mut self, name: &'static str, value: Option<u64>) {
        self.text(name, value.map(|value| value.to_string()).as_ref().map(String::as_bytes));
    }

    fn message(&mut self, message: &Message<'_>) {
        self.text("sc", Some(message.source_channel));
        self.text("dc", Some(message.destination_channel.unwrap_or_default()));
        self.text("ac", Some(message.code.0));
        self.number("sz", Some(message.size));
        self.text("so", Some(message.envelope_from));
        let kind = message.original_to_type.map(|kind| [kind, b";"].concat());
        self.text("od", Some(&[&kind.unwrap_or_default(), message.original_to].concat()));
        self.text("de", message.active_to);
        self.number("rf", message.notary_flags.map(u64::from));
        self.text("fi", message.queue_file.map(|file| file.0));
        self.text("ei", message.envelope_id);
        let joined = [message.message_id, message.related_message_id];
        let joined: Vec<_> = joined.into_iter().flatten().collect();
        self.text("mi", Some(&*joined.join(&b',')).filter(|_| message.message_id.is_some()));
        let star = |authenticated| if authenticated { &b"*"[..] } else { b"" };
        let user = message.username.map(|user| [star(user.authenticated), user.name].concat());
        self.text("us", user.as_deref());
        self.text("ss", message.connecting_host.map(|host| host.text).or(message.remote_host));
        self.number("se", message.sensitivity.map(u64::from));
        self.number("pr", message.priority.map(u64::from));
        self.text("in", message.intermediate);
        self.text("ia", message.initial);
        self.text("fl", message.filter);
        self.text("re", message.reason);
        self.text("di", status(message).as_deref());
        self.text("ap", message.application.as_ref().map(application).as_deref());
        self.text("qt", message.queue_seconds);
    }

    fn connection(&mut self, connection: &ConnectionEntry<'_>) {
        self.text("sc", Some(connection.source_channel));
        let inbound = connection.direction == Direction::Inbound;
        self.text("dr", Some(if inbound { b"+" } else { b"-" }));
        self.text("ac", Some(connection.code.0));
        self.text("tr", connection.transport.as_ref().map(transport).as_deref());
        self.text("ap", connection.application.as_ref().map(application).as_deref());
        self.text("mi", connection.auth_message);
        self.text("us", connection.username);
        self.text("di", connection.diagnostic);
    }
}

fn status(message: &Message<'_>) -> Option<Vec<u8>> {
    let mta = message.remote_mta.map(|mta| [mta.kind, b";", mta.host].concat());
    let ends = message.transport.as_ref().map(|ends| [b"(", &*transport(ends), b")"].concat());
    let banner = message.banner.map(|banner| [b"(", banner, b")"].concat());
    let response = message.response.map(|response| {
        let words = [response.enhanced, Some(response.text).filter(|text| !text.is_empty())];
        let code = response.code.to_string().into_bytes();
        let words = words.into_iter().flatten().flat_map(|word| [b" ", word].concat());
        [b"smtp;", &*code, &*words.collect::<Vec<_>>()].concat()
    });
    let diagnostic = message.diagnostic.map(<[u8]>::to_vec);
    let parts: Vec<_> = [mta, ends, banner, response, diagnostic].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&b' '))
}

fn transport(ends: &Transport<'_>) -> Vec<u8> {
    let (local, remote) = (ends.local_port.to_string(), ends.remote_port.to_string());
    [ends.protocol, ends.local_ip, local.as_bytes(), ends.remote_ip, remote.as_bytes()].join(&b'|')
}

fn application(application: &Application<'_>) -> Vec<u8> {
    let Application { protocol, initial_host, dns_host, tls } = *application;
    let parts: Vec<_> =
        [Some(protocol), initial_host, dns_host, tls].into_iter().flatten().collect();
    parts.join(&b'/')
}
