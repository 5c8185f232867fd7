//! Message pane: all fields of the selected entry, response first.

use super::App;
use super::labels::{self, Severity};
use crate::index::RowId;
use crate::log::entry::{Application, Body, ConnectionEntry, Direction, Entry, MessageEntry};
use crate::log::parse::Scratch;
use crate::text::CharsetMode;
use crate::text::sanitize::SafeText;
use crate::trace;
use crate::trace::{MessageTrace, TraceStep};
use std::borrow::Cow;

/// Maximum number of listed entries of the message.
pub const HISTORY: usize = 20;
/// Width of the labels in cells.
pub const LABEL: usize = 16;

/// Labelled value.
#[derive(Clone, Debug)]
pub struct DetailField {
    /// Label.
    pub label: Cow<'static, str>,
    /// Value from the log.
    pub value: SafeText,
    /// Severity.
    pub severity: Severity,
}

/// One line on the screen.
pub struct DetailLine<'a> {
    /// Label, on the first line of a field.
    pub label: &'a str,
    /// Part of the value.
    pub value: SafeText,
    /// Severity.
    pub severity: Severity,
}

/// Fields of the selected entry.
pub fn fields(app: &App) -> Vec<DetailField> {
    let Some(row) = app.selected_entry() else { return Vec::new() };
    let Some(original) = app.original(row) else {
        let why = "this entry is no longer in the log file (truncated or rewritten)";
        return if app.is_text_gone(row) { vec![note(why)] } else { Vec::new() };
    };
    let mut fields = DetailFields { all: Vec::new(), charset: app.alphabet() };
    match original.entry(&mut Scratch::default()) {
        Ok(entry) => {
            let story = story(app, row);
            fields.entry(app, row, &entry, &story);
            fields.history(app, row, &story);
        }
        Err(flaw) => {
            fields.all.push(note("not read as an entry:"));
            fields.toned("why", flaw.to_string().as_bytes(), Severity::Error);
            fields.put("text", Some(&original.text));
        }
    }
    fields.all
}

/// Fields wrapped to this width; nothing is cut.
pub fn lines(fields: &[DetailField], width: usize) -> Vec<DetailLine<'_>> {
    let room = width.saturating_sub(LABEL + 1).max(8);
    let wrapped = fields.iter().flat_map(|field| {
        let labels = std::iter::once(field.label.as_ref()).chain(std::iter::repeat(""));
        let values = field.value.wrap(room);
        labels.zip(values).map(|(label, value)| DetailLine {
            label,
            value,
            severity: field.severity,
        })
    });
    wrapped.collect()
}

/// Trace of the message from its newest entries, as far as their texts are cached.
fn story(app: &App, row: RowId) -> MessageTrace {
    let read = &mut |row| app.original(row).cloned();
    trace::trace_rows(app.index(), app.history(row).collect(), read)
}

fn note(words: &'static str) -> DetailField {
    DetailField { label: Cow::Borrowed(""), value: SafeText::label(words), severity: Severity::Dim }
}

struct DetailFields {
    all: Vec<DetailField>,
    charset: CharsetMode,
}

impl DetailFields {
    fn toned(&mut self, label: impl Into<Cow<'static, str>>, value: &[u8], tone: Severity) {
        self.all.push(DetailField {
            label: label.into(),
            value: self.charset.show(value),
            severity: tone,
        });
    }

    /// Adds a logged field; blank values are skipped.
    fn put(&mut self, label: &'static str, value: Option<&[u8]>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.toned(label, value, Severity::Plain);
        }
    }

    fn number(&mut self, label: &'static str, value: Option<impl ToString>) {
        self.put(label, value.map(|value| value.to_string()).as_deref().map(str::as_bytes));
    }

    fn entry(&mut self, app: &App, row: RowId, entry: &Entry<'_>, story: &MessageTrace) {
        let kind = app.index().rows().kind(row);
        let (word, tone) = labels::event(kind, Some(entry));
        let word = String::from_utf8_lossy(&word);
        let answer = labels::answer(entry);
        let label = match &entry.body {
            Body::Message(message) if message.response.is_some() => "response",
            Body::Message(_) => "status",
            Body::Connection(_) => "reason",
            Body::Header(_) => "header",
        };
        if !answer.is_empty() {
            self.toned(label, &answer, tone);
        }
        match &entry.body {
            Body::Message(message) => {
                self.put("banner", message.banner);
                self.outcome(&word, tone, message, story.step(row));
                self.message(message);
            }
            Body::Connection(connection) => self.connection(&word, tone, connection),
            Body::Header(_) => {}
        }
        for (name, value) in &entry.extra {
            self.put("other field", Some(&[name, &b" = "[..], value].concat()));
        }
        self.put("process", entry.process.map(|process| process.text));
        self.put("node", entry.node);
        let time =
            entry.time.calendar().map(|time| time.format("%Y-%m-%d %H:%M:%S%.3f").to_string());
        self.number("time", time);
    }

    /// Adds outcome, attempt number and queue time.
    fn outcome(
        &mut self,
        word: &str,
        tone: Severity,
        message: &MessageEntry<'_>,
        step: Option<&TraceStep>,
    ) {
        let mut words = format!("{word} ({})", String::from_utf8_lossy(message.code.0));
        if message.outcome().is_some() {
            if let Some(attempt) = message.queue_file.and_then(|file| file.attempt()) {
                words.extend([", attempt ", &attempt.to_string()]);
            }
            if let Some(millis) = step.and_then(|step| step.queued) {
                let (seconds, hundredths) = (millis / 1_000, millis % 1_000 / 10);
                words = format!("{words}, {seconds}.{hundredths:02} s after its enqueue");
            }
        }
        self.toned("outcome", words.as_bytes(), tone);
    }

    fn message(&mut self, message: &MessageEntry<'_>) {
        self.put("to", message.active_to);
        let original =
            message.original_to_type.map(|kind| [kind, b";", message.original_to].concat());
        self.put("original to", Some(original.as_deref().unwrap_or(message.original_to)));
        self.put(
            "from",
            Some(message.envelope_from)
                .filter(|from| !from.is_empty())
                .or(Some(b"(none: a notification)")),
        );
        let channels = match message.destination_channel {
            Some(destination) => [message.source_channel, b" to ", destination].concat(),
            None => message.source_channel.to_vec(),
        };
        self.put("channel", Some(&channels));
        self.put("requested host", message.remote_host);
        self.put("remote MTA", message.remote_mta.map(|mta| mta.host));
        if let Some(ends) = message.transport {
            self.ends(&ends);
        }
        self.put("client", message.connecting_host.map(|host| host.text));
        self.put("message id", message.message_id);
        self.put("related id", message.related_message_id);
        self.put("envelope id", message.envelope_id);
        self.put("queue file", message.queue_file.map(|file| file.0));
        self.put("user", message.username.map(|user| user.name));
        if message.username.is_some_and(|user| user.authenticated) {
            self.put("", Some(b"(authenticated)"));
        }
        self.number("size", Some(format!("{} blocks", message.size)));
        self.number("notary", message.notary_flags);
        self.number("sensitivity", message.sensitivity);
        self.number("priority", message.priority);
        self.put("intermediate", message.intermediate);
        self.put("initial", message.initial);
        self.put("filter", message.filter);
        self.put("reason", message.reason);
        if let Some(application) = message.application {
            self.application(&application);
        }
        let seconds = message.queue_seconds.map(|seconds| [seconds, b" s"].concat());
        self.put("time queued", seconds.as_deref());
    }

    fn connection(&mut self, word: &str, tone: Severity, connection: &ConnectionEntry<'_>) {
        let direction =
            if connection.direction == Direction::Inbound { "inbound" } else { "outbound" };
        let words = format!("{word} ({}), {direction}", String::from_utf8_lossy(connection.code.0));
        self.toned("event", words.as_bytes(), tone);
        self.put("channel", Some(connection.source_channel));
        if let Some(ends) = connection.transport {
            self.ends(&ends);
        }
        if let Some(application) = connection.application {
            self.application(&application);
        }
        self.put("user", connection.username);
        if connection.diagnostic.is_some() {
            self.put("auth message", connection.auth_message);
        }
    }

    fn application(&mut self, application: &Application<'_>) {
        self.put("protocol", Some(application.protocol));
        self.put("requested host", application.initial_host);
        self.put("MX host", application.dns_host);
        self.put("TLS", application.tls);
    }

    fn ends(&mut self, ends: &crate::log::entry::Transport<'_>) {
        let end = |ip: &[u8], port: u16| [ip, b" port ", port.to_string().as_bytes()].concat();
        self.put("local endpoint", Some(&end(ends.local_ip, ends.local_port)));
        self.put("remote endpoint", Some(&end(ends.remote_ip, ends.remote_port)));
    }

    /// Adds the entries of the same message, oldest first, and its header lines.
    fn history(&mut self, app: &App, row: RowId, story: &MessageTrace) {
        let mut rows: Vec<RowId> = app.history(row).collect();
        if rows.len() < 2 {
            return;
        }
        rows.sort_unstable();
        self.all.push(note(""));
        self.all.push(note(if rows.len() == HISTORY {
            "newest entries of this message"
        } else {
            "this message"
        }));
        for row in rows.into_iter().filter(|row| !story.headers.contains(row)) {
            let (word, tone) = labels::kind(app.index().rows().kind(row));
            let mut scratch = Scratch::default();
            let entry = app.original(row).and_then(|text| text.entry(&mut scratch).ok());
            let mut line = word.as_bytes().to_vec();
            if let Some(Entry { body: Body::Message(message), .. }) = &entry {
                line.extend([b" ", message.recipient(), b" "].concat());
            }
            line.extend(entry.map(|entry| labels::answer(&entry)).unwrap_or_default());
            self.toned(app.index().rows().time(row).to_string(), &line, tone);
        }
        for &row in &story.headers {
            let mut scratch = Scratch::default();
            if let Some(Ok(entry)) = app.original(row).map(|text| text.entry(&mut scratch)) {
                self.toned("header", &labels::answer(&entry), Severity::Dim);
            }
        }
    }
}
