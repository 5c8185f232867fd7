//! `mtatop export deliveries`: each delivery attempt as it is read, with facts from earlier
//! entries.
//!
//! Memory holds the index, and the enqueue time of each queued recipient: about thirty bytes until
//! it leaves the queue.

use super::RecordWriter;
use super::fields::{self, ENTRY};
use super::record_buffer::RecordBuffer;
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, LoadedLog};
use crate::index::{ConnectionId, RowId};
use crate::input::reader::LocatedEntry;
use crate::log::entry::{Action, Body, Entry, MessageEntry, Outcome, Time};
use crate::output::atomic_file::Output;
use crate::trace;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Facts from other entries.
const ADDED: [&str; 4] = ["outcome", "attempt", "queued_seconds", "connection"];

/// Columns of a table: all fields.
const DELIVERY: &[&str] = &{
    let mut columns = [""; ENTRY.len() + ADDED.len()];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = if at < ENTRY.len() { ENTRY[at] } else { ADDED[at - ENTRY.len()] };
        at += 1;
    }
    columns
};

/// Printer of deliveries.
pub(super) struct DeliveryExport {
    printer: RecordWriter,
    queued: EnqueueTimes,
    /// Deliveries not yet in the index, with their position in the round.
    waiting: Vec<(u32, RecordBuffer)>,
    /// Entries of this round.
    seen: u32,
}

impl DeliveryExport {
    pub(super) fn new(output: Output, format: ExportFormat) -> Self {
        let printer = RecordWriter::new(output, format, DELIVERY);
        Self { printer, queued: EnqueueTimes::default(), waiting: Vec::new(), seen: 0 }
    }

    fn delivery(
        &mut self,
        found: &LocatedEntry<'_>,
        entry: &Entry<'_>,
        wanted: bool,
        log: &LoadedLog,
    ) {
        let Body::Message(message) = &entry.body else { return };
        let Some(outcome) = message.outcome() else {
            if message.code.action() == Action::Enqueue {
                self.queued.enter(entry.time, message);
            }
            return;
        };
        let queued = self.queued.record(entry.time, message);
        if !wanted {
            return;
        }
        let file = log.texts.path(found.location.source).unwrap_or(Path::new(""));
        let record = RecordBuffer::new(&mut |out| {
            fields::located(found, file, out);
            out.text("outcome", outcome.name().as_bytes());
            if let Some(attempt) = message.queue_file.and_then(|file| file.attempt()) {
                out.number("attempt", attempt.into());
            }
            if let Some(queued) = queued {
                fields::seconds("queued_seconds", queued, out);
            }
        });
        self.waiting.push((self.seen, record));
    }
}

impl EntryConsumer for DeliveryExport {
    fn prints_to_terminal(&self) -> bool {
        self.printer.is_terminal()
    }

    fn entry(&mut self, found: &LocatedEntry<'_>, wanted: bool, log: &LoadedLog) -> io::Result<()> {
        if let Ok(entry) = &found.entry {
            self.delivery(found, entry, wanted, log);
        }
        self.seen += 1;
        Ok(())
    }

    fn absorbed(&mut self, rows: Range<u32>, log: &LoadedLog) -> io::Result<()> {
        self.seen = 0;
        for (at, record) in self.waiting.drain(..) {
            let row = RowId(rows.start.saturating_add(at));
            let connection: ConnectionId = log.index.rows().connection(row);
            if !log.filter.leaves_connection(connection) {
                continue;
            }
            self.printer.record(&mut |out| {
                record.replay(out);
                if let Some(number) = connection.number() {
                    out.number("connection", number);
                }
            })?;
        }
        Ok(())
    }

    fn pause(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        self.printer.finish(log)?;
        Ok(0)
    }
}

/// Queued recipients by keyed fingerprint: enqueue time, and number of equal ones.
#[derive(Default)]
struct EnqueueTimes {
    times: HashMap<u64, (Time, u32)>,
    hasher: RandomState,
}

impl EnqueueTimes {
    fn enter(&mut self, time: Time, message: &MessageEntry<'_>) {
        if let Some(key) = self.key(message.destination_channel.unwrap_or_default(), message) {
            let (known, count) = self.times.entry(key).or_insert((time, 0));
            (*known, *count) = (time, count.saturating_add(1));
        }
    }

    /// Queue time in milliseconds: from the enqueue of the same queue file and recipient.
    fn record(&mut self, time: Time, message: &MessageEntry<'_>) -> Option<u64> {
        let key = self.key(message.source_channel, message)?;
        let (enqueued, count) = self.times.get_mut(&key)?;
        let waited = trace::waited(*enqueued, time);
        let ends = !matches!(message.outcome(), Some(Outcome::Deferred | Outcome::Warned) | None)
            || message.code.action() == Action::Requeue;
        if ends {
            *count -= 1;
            if *count == 0 {
                self.times.remove(&key);
            }
        }
        waited
    }

    /// In a log without queue files, message id and channel serve instead.
    fn key(&self, channel: &[u8], message: &MessageEntry<'_>) -> Option<u64> {
        let recipient = message.active_to.unwrap_or(message.original_to).to_ascii_lowercase();
        match (message.queue_file.and_then(|file| file.body()), message.message_id) {
            (Some(body), _) => Some(self.hasher.hash_one((body, recipient))),
            (None, Some(id)) => Some(self.hasher.hash_one((id, channel, recipient))),
            (None, None) => None,
        }
    }
}
