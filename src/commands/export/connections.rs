//! `mtatop export connections`: each connection with its counts.
//!
//! Connections come from the index; the texts of their entries are read again. `opened` is the time
//! of the `O` entry, `closed` that of the `C`, `Y` or `X` entry; both are omitted if no such entry
//! was found. A connection whose thread opened the next one has state `closed` without a time. A
//! connection known from deliveries alone has no `state`.

use super::{FieldWriter, RecordEncoder, RecordWriter, fields};
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, LoadedLog, NoVisitor, map_in_order};
use crate::index::{Connection, ConnectionId, ConnectionState, EntryKind, Index, RowId};
use crate::input::reader::POLL;
use crate::log::entry::{
    Application, Body, ConnectionEntry, Direction, Entry, Stamp, Time, Transport,
};
use crate::log::parse::{EntryText, Scratch};
use crate::output::atomic_file::Output;
use crate::stats::{Counts, Tally};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::ops::Range;

/// Columns of a table: all fields.
const CONNECTION: &[&str] = &[
    "id",
    "file",
    "direction",
    "channel",
    "process",
    "opened",
    "closed",
    "state",
    "transport.protocol",
    "transport.local_ip",
    "transport.local_port",
    "transport.remote_ip",
    "transport.remote_port",
    "application.protocol",
    "application.initial_host",
    "application.dns_host",
    "application.tls",
    "reason",
    "enqueued",
    "delivered",
    "deferred",
    "failed",
    "rejected",
];

/// Log time in milliseconds after a close at which a followed connection is printed: entries may be
/// logged after their close.
const LATE: u64 = 2_000;
/// The same as a number of polls without growth of the log.
const LATE_LOOKS: u128 = LATE as u128 / POLL.as_millis();

/// Printer of connections.
pub(super) struct ConnectionExport {
    printer: RecordWriter,
    format: ExportFormat,
    tally: Tally,
    /// Connections to print when they close; `None` if all are printed at the end.
    waiting: Option<FinishedConnections>,
}

impl ConnectionExport {
    pub(super) fn new(output: Output, format: ExportFormat, follow: bool) -> Self {
        let printer = RecordWriter::new(output, format, CONNECTION);
        Self {
            printer,
            format,
            tally: Tally::default(),
            waiting: follow.then(FinishedConnections::default),
        }
    }

    fn print(&mut self, id: ConnectionId, log: &LoadedLog) -> io::Result<()> {
        let mut encoder = RecordEncoder::new(self.format, CONNECTION);
        encode(id, self.tally.of(id), log, &mut encoder);
        self.printer.raw(encoder.bytes())
    }

    fn print_all(&mut self, ids: Vec<ConnectionId>, log: &LoadedLog) -> io::Result<()> {
        let counted: Vec<_> = ids.into_iter().map(|id| (id, self.tally.of(id))).collect();
        let format = self.format;
        let encode = |some: &[(ConnectionId, Counts)]| {
            let mut encoder = RecordEncoder::new(format, CONNECTION);
            for &(id, counts) in some {
                encode(id, counts, log, &mut encoder);
            }
            encoder
        };
        map_in_order(&counted, encode, &mut |encoder| self.printer.raw(encoder.bytes()))
    }

    fn print_due(&mut self, log: &LoadedLog) -> io::Result<()> {
        let now = log.index.newest();
        while let Some(id) = self.waiting.as_mut().and_then(|waiting| waiting.due(now)) {
            self.print(id, log)?;
        }
        Ok(())
    }
}

/// Encodes a connection of which entries are counted.
fn encode(id: ConnectionId, counts: Counts, log: &LoadedLog, encoder: &mut RecordEncoder) {
    if let Some(connection) = log.index.connection(id)
        && counts.entries > 0
    {
        let told = ConnectionRecord::of(id, connection, log);
        encoder.record(&mut |out| told.write(counts, log, out));
    }
}

impl EntryConsumer for ConnectionExport {
    type Visitor = NoVisitor;

    fn visitor(&self, _log: &LoadedLog) -> NoVisitor {
        NoVisitor
    }

    fn take(&mut self, (): (), rows: Range<u32>, log: &mut LoadedLog) -> io::Result<()> {
        if !log.filter.is_empty() {
            self.tally.decide(log.remaining(rows.clone()));
        }
        self.tally.extend(&log.index, rows.end as usize);
        if let Some(waiting) = &mut self.waiting {
            waiting.observe_rows(rows, &log.index);
        }
        self.print_due(log)
    }

    fn pause(&mut self, log: &LoadedLog) -> io::Result<()> {
        if let Some(waiting) = &mut self.waiting {
            waiting.looks = waiting.looks.saturating_add(1);
        }
        self.print_due(log)?;
        self.printer.flush()
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        let FinishedConnections { over, taken, .. } = self.waiting.take().unwrap_or_default();
        let rest = (0..).map(ConnectionId).take(log.index.connections().len());
        let is_taken = |id: ConnectionId| taken.get(id.0 as usize).copied().unwrap_or_default();
        let rest = rest.filter(|&id| id.is_real() && !is_taken(id));
        self.print_all(over.into_iter().map(|(_, id)| id).chain(rest).collect(), log)?;
        self.printer.finish(log)?;
        Ok(0)
    }
}

/// Closed but unprinted connections while following.
#[derive(Default)]
struct FinishedConnections {
    /// Open connections: their thread may open another one, which none of their entries shows.
    open: Vec<ConnectionId>,
    over: VecDeque<(Time, ConnectionId)>,
    /// By id: queued or printed.
    taken: Vec<bool>,
    /// Polls since the log last grew.
    looks: u128,
}

impl FinishedConnections {
    fn observe_rows(&mut self, rows: Range<u32>, index: &Index) {
        self.looks = 0;
        self.taken.resize(index.connections().len(), false);
        for row in rows.map(RowId) {
            let id = index.rows().connection(row);
            match index.rows().kind(row) {
                EntryKind::Opened => self.open.push(id),
                EntryKind::Closed | EntryKind::ConnectionRejected | EntryKind::ConnectFailed => {
                    self.end(id, index);
                }
                _ => {}
            }
        }
        let is_open = |id: &ConnectionId| index.connection(*id).is_some_and(Connection::is_open);
        let over: Vec<_> = self.open.extract_if(.., |id| !is_open(id)).collect();
        for id in over {
            self.end(id, index);
        }
    }

    fn end(&mut self, id: ConnectionId, index: &Index) {
        let Some(taken) = self.taken.get_mut(id.0 as usize) else { return };
        if id.is_real() && !std::mem::replace(taken, true) {
            self.over.push_back((index.newest(), id));
        }
    }

    /// Next connection due at this log time.
    fn due(&mut self, now: Time) -> Option<ConnectionId> {
        let &(over, _) = self.over.front()?;
        // A clock set back would delay it forever.
        let late = now.since(over) > LATE || now < over || self.looks >= LATE_LOOKS;
        if late { self.over.pop_front().map(|(_, id)| id) } else { None }
    }
}

/// A connection with its relevant entries.
struct ConnectionRecord<'a> {
    id: ConnectionId,
    connection: &'a Connection,
    opened: Option<RowId>,
    over: Option<RowId>,
    /// Texts of its first entry, and of the one that ended it.
    first: Option<EntryText>,
    last: Option<EntryText>,
}

impl<'a> ConnectionRecord<'a> {
    fn of(id: ConnectionId, connection: &'a Connection, log: &LoadedLog) -> Self {
        let (mut opened, mut over) = (None, None);
        for row in log.index.connection_rows(id, None) {
            match log.index.rows().kind(row) {
                EntryKind::Opened => opened = Some(row),
                EntryKind::Closed | EntryKind::ConnectionRejected | EntryKind::ConnectFailed => {
                    over = Some(row);
                }
                _ => {}
            }
        }
        let text = |row| log.original(row);
        let (first, last) = (opened.or(connection.first), over);
        let last = last.filter(|_| last != first).and_then(text);
        Self { id, connection, opened, over, first: first.and_then(text), last }
    }

    fn write(&self, counts: Counts, log: &LoadedLog, out: &mut dyn FieldWriter) {
        let (mut one, mut other) = (Scratch::default(), Scratch::default());
        let first = self.first.as_ref().and_then(|text| text.entry(&mut one).ok());
        let last = self.last.as_ref().and_then(|text| text.entry(&mut other).ok());
        let end = if self.opened == self.over || self.last.is_none() { &first } else { &last };
        out.number("id", self.id.number().unwrap_or_default());
        let place = self.connection.first.and_then(|row| log.index.rows().place(row));
        if let Some(path) = place.and_then(|(place, _)| log.texts.path(place.source)) {
            out.text("file", path.as_os_str().as_encoded_bytes());
        }
        if let Some(direction) = self.connection.direction {
            out.text("direction", fields::direction(direction).as_bytes());
        }
        out.text("channel", log.index.names().text(self.connection.channel));
        if let Some(process) = first.as_ref().and_then(|entry| entry.process) {
            let sequence = process.sequence.len() + 1;
            let ends = process.text.len().saturating_sub(sequence);
            out.text("process", process.text.get(..ends).unwrap_or_default());
        }
        write_time("opened", self.opened, first.as_ref(), log, out);
        write_time("closed", self.over, end.as_ref(), log, out);
        if let Some(state) = state(self.connection.state) {
            out.text("state", state.as_bytes());
        }
        self.ends(first.as_ref(), log, out);
        let reason = end.as_ref().filter(|_| self.over.is_some()).and_then(connection_entry);
        if let Some(reason) = reason.and_then(ConnectionEntry::reason) {
            out.text("reason", reason);
        }
        count(counts, out);
    }

    /// Values of the first entry, completed from later ones by the index.
    fn ends(&self, first: Option<&Entry<'_>>, log: &LoadedLog, out: &mut dyn FieldWriter) {
        let known = self.connection;
        let (redactor, inbound) =
            (log.redactor.as_ref(), known.direction == Some(Direction::Inbound));
        let host = |symbol| match (log.index.names().text(symbol), redactor) {
            (b"", _) => None,
            (name, Some(redactor)) => Some(Cow::Owned(redactor.peer(name, inbound))),
            (name, None) => Some(Cow::Borrowed(name)),
        };
        let (initial, dns) = (host(known.initial_host), host(known.dns_host));
        let tls = Some(log.index.names().text(known.tls)).filter(|tls| !tls.is_empty());
        let (logged, asked) = match first.map(|entry| &entry.body) {
            Some(Body::Connection(entry)) => (entry.transport, entry.application),
            Some(Body::Message(message)) => (message.transport, message.application),
            _ => (None, None),
        };
        let ends = known.ends.map(|ends| {
            let hidden = |ip| redactor.map_or(ip, |redactor| redactor.ip(ip));
            let text = |(ip, port): (IpAddr, u16)| (hidden(ip).to_string(), port);
            (text(ends.local()), text(ends.remote()))
        });
        let kept =
            ends.as_ref().map(|((local_ip, local_port), (remote_ip, remote_port))| Transport {
                protocol: b"TCP",
                local_ip: local_ip.as_bytes(),
                local_port: *local_port,
                remote_ip: remote_ip.as_bytes(),
                remote_port: *remote_port,
            });
        let application = asked.map(|asked| Application {
            protocol: asked.protocol,
            initial_host: asked.initial_host.or(initial.as_deref()),
            dns_host: asked.dns_host.or(dns.as_deref()),
            tls: asked.tls.or(tls),
        });
        fields::ends(logged.or(kept).as_ref(), application.as_ref(), out);
    }
}

fn connection_entry<'a, 'b>(entry: &'b Entry<'a>) -> Option<&'b ConnectionEntry<'a>> {
    match &entry.body {
        Body::Connection(connection) => Some(connection),
        _ => None,
    }
}

/// Time of a row, with the precision logged if its text can be read again.
fn write_time(
    name: &str,
    row: Option<RowId>,
    entry: Option<&Entry<'_>>,
    log: &LoadedLog,
    out: &mut dyn FieldWriter,
) {
    if let Some(row) = row {
        let stamp = entry.map_or(Stamp::default(), |entry| entry.stamp);
        fields::time(name, log.index.rows().time(row), stamp, out);
    }
}

fn state(state: ConnectionState) -> Option<&'static str> {
    match state {
        ConnectionState::Inferred => None,
        ConnectionState::Open => Some("open"),
        ConnectionState::Closed | ConnectionState::Superseded => Some("closed"),
        ConnectionState::Failed => Some("failed"),
        ConnectionState::Rejected => Some("rejected"),
    }
}

fn count(counts: Counts, out: &mut dyn FieldWriter) {
    for (name, count) in [
        ("enqueued", counts.enqueued),
        ("delivered", counts.delivered),
        ("deferred", counts.deferred),
        ("failed", counts.failed),
        ("rejected", counts.rejected),
    ] {
        out.number(name, count.into());
    }
}
