//! `mtatop export deliveries`: each delivery attempt as it is read, with facts from earlier
//! entries.
//!
//! Workers encode what an entry tells alone; the fields from earlier entries are appended in log
//! order. Memory holds the index, and the enqueue time of each queued recipient: about thirty bytes until
//! it leaves the queue.

use super::fields::{self, ENTRY};
use super::{RecordEncoder, RecordWriter};
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, EntryVisitor, LoadedLog};
use crate::index::{ConnectionId, RowId};
use crate::input::reader::LocatedEntry;
use crate::log::entry::{Action, Body, MessageEntry, Outcome, Time};
use crate::output::atomic_file::Output;
use crate::trace;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::ops::Range;

/// Derived fields: from the entry alone, and from earlier entries.
const ADDED: [&str; 2] = ["outcome", "attempt"];
const FROM_OTHERS: &[&str] = &["queued_seconds", "connection"];

/// Columns that the entry alone decides.
const FROM_ENTRY: &[&str] = &{
    let mut columns = [""; ENTRY.len() + ADDED.len()];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = if at < ENTRY.len() { ENTRY[at] } else { ADDED[at - ENTRY.len()] };
        at += 1;
    }
    columns
};

/// Columns of a table: all fields.
const DELIVERY: &[&str] = &{
    let mut columns = [""; FROM_ENTRY.len() + FROM_OTHERS.len()];
    let mut at = 0;
    while at < columns.len() {
        let all = FROM_ENTRY.len();
        columns[at] = if at < all { FROM_ENTRY[at] } else { FROM_OTHERS[at - all] };
        at += 1;
    }
    columns
};

/// Printer of deliveries.
pub(super) struct DeliveryExport {
    printer: RecordWriter,
    format: ExportFormat,
    queued: EnqueueTimes,
    hasher: RandomState,
}

/// Encoder of deliveries, and of what they do to the queues.
pub(super) struct DeliveryEncoder {
    format: ExportFormat,
    /// Random key: the hashed text is untrusted.
    hasher: RandomState,
}

/// Encoded entries of a job.
pub(super) struct QueueSteps {
    encoder: RecordEncoder,
    steps: Vec<QueueStep>,
    /// Number of entries.
    seen: u32,
}

/// Effect of an entry on a queue.
struct QueueStep {
    /// Hash of queue file and recipient; `None` if unknown.
    key: Option<u64>,
    time: Time,
    kind: QueueStepKind,
}

enum QueueStepKind {
    Enqueue,
    Attempt {
        /// The recipient leaves the queue.
        ends: bool,
        /// Position in the job, and end of the encoded part; `None` if the filter excludes it.
        record: Option<(u32, usize)>,
    },
}

impl DeliveryExport {
    pub(super) fn new(output: Output, format: ExportFormat) -> Self {
        let printer = RecordWriter::new(output, format, DELIVERY);
        Self { printer, format, queued: EnqueueTimes::default(), hasher: RandomState::new() }
    }
}

impl DeliveryEncoder {
    fn attempt(
        &self,
        found: &LocatedEntry<'_>,
        message: &MessageEntry<'_>,
        outcome: Outcome,
        wanted: bool,
        made: &mut QueueSteps,
    ) {
        let record = wanted.then(|| {
            made.encoder.begin_record(&mut |out| {
                fields::located(found, out);
                out.text("outcome", outcome.name().as_bytes());
                if let Some(attempt) = message.queue_file.and_then(|file| file.attempt()) {
                    out.number("attempt", attempt.into());
                }
            });
            (made.seen, made.encoder.bytes().len())
        });
        let ends = !matches!(outcome, Outcome::Deferred | Outcome::Warned)
            || message.code.action() == Action::Requeue;
        let key = self.key(message.source_channel, message);
        let kind = QueueStepKind::Attempt { ends, record };
        made.steps.push(QueueStep { key, time: found.time, kind });
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

impl EntryVisitor for DeliveryEncoder {
    type Output = QueueSteps;

    fn begin(&self) -> QueueSteps {
        let encoder = RecordEncoder::new(self.format, FROM_ENTRY);
        QueueSteps { encoder, steps: Vec::new(), seen: 0 }
    }

    fn entry(&self, found: &LocatedEntry<'_>, wanted: bool, made: &mut QueueSteps) {
        if let Ok(entry) = &found.entry
            && let Body::Message(message) = &entry.body
        {
            match message.outcome() {
                Some(outcome) => self.attempt(found, message, outcome, wanted, made),
                None if message.code.action() == Action::Enqueue => {
                    let key = self.key(message.destination_channel.unwrap_or_default(), message);
                    let kind = QueueStepKind::Enqueue;
                    made.steps.push(QueueStep { key, time: entry.time, kind });
                }
                None => {}
            }
        }
        made.seen += 1;
    }
}

impl EntryConsumer for DeliveryExport {
    type Visitor = DeliveryEncoder;

    fn visitor(&self, _log: &LoadedLog) -> DeliveryEncoder {
        DeliveryEncoder { format: self.format, hasher: self.hasher.clone() }
    }

    fn prints_to_terminal(&self) -> bool {
        self.printer.is_terminal()
    }

    fn take(&mut self, made: QueueSteps, rows: Range<u32>, log: &mut LoadedLog) -> io::Result<()> {
        let mut ends = RecordEncoder::new(self.format, FROM_OTHERS);
        let mut begun = 0;
        for QueueStep { key, time, kind } in made.steps {
            let QueueStepKind::Attempt { ends: is_end, record } = kind else {
                self.queued.enter(key, time);
                continue;
            };
            let queued = self.queued.record(key, time, is_end);
            let Some((at, end)) = record else { continue };
            let beginning = made.encoder.bytes().get(begun..end).unwrap_or_default();
            begun = end;
            let row = RowId(rows.start.saturating_add(at));
            let connection: ConnectionId = log.index.rows().connection(row);
            if !log.filter.leaves_connection(connection) {
                continue;
            }
            ends.raw(beginning);
            ends.end_record(&mut |out| {
                if let Some(queued) = queued {
                    fields::seconds("queued_seconds", queued, out);
                }
                if let Some(number) = connection.number() {
                    out.number("connection", number);
                }
            });
        }
        self.printer.raw(ends.bytes())
    }

    fn pause(&mut self, _log: &LoadedLog) -> io::Result<()> {
        self.printer.flush()
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        self.printer.finish(log)?;
        Ok(0)
    }
}

/// Queued recipients by hash: enqueue time, and number of equal ones.
#[derive(Default)]
struct EnqueueTimes(HashMap<u64, (Time, u32), foldhash::fast::RandomState>);

impl EnqueueTimes {
    fn enter(&mut self, key: Option<u64>, time: Time) {
        if let Some(key) = key {
            let (known, count) = self.0.entry(key).or_insert((time, 0));
            (*known, *count) = (time, count.saturating_add(1));
        }
    }

    /// Queue time in milliseconds: from the enqueue of the same queue file and recipient.
    fn record(&mut self, key: Option<u64>, time: Time, ends: bool) -> Option<u64> {
        let key = key?;
        let (enqueued, count) = self.0.get_mut(&key)?;
        let waited = trace::waited(*enqueued, time);
        if ends {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&key);
            }
        }
        waited
    }
}
