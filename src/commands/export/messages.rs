//! `mtatop export messages`: each message with the outcome of its recipients, printed at the end.
//!
//! Messages are in order of their first entry. Memory holds the index and some traces at a time on
//! each core; texts are read again. Tables have one row per recipient, preceded by the fields of its
//! message.

use super::{FieldWriter, RecordEncoder, RecordWriter, fields};
use crate::cli::export::ExportFormat;
use crate::commands::runner::{EntryConsumer, LoadedLog, NoVisitor, map_in_order};
use crate::index::{MessageId, RowId};
use crate::log::entry::Response;
use crate::output::atomic_file::Output;
use crate::text::units::number;
use crate::trace;
use crate::trace::{MessageTrace, RecipientTrace, Reply};
use std::io;
use std::ops::Range;

/// Columns of a table: all fields.
const MESSAGE: &[&str] = &[
    "message_id",
    "envelope_from",
    "first_seen",
    "last_seen",
    "size",
    "original_to",
    "active_to",
    "domain",
    "state",
    "attempts",
    "last_response.code",
    "last_response.enhanced",
    "last_response.text",
    "queued_seconds",
];

/// Printer of messages.
pub(super) struct MessageExport {
    printer: RecordWriter,
    format: ExportFormat,
    /// Entries without a message.
    nameless: u64,
    /// Entries whose text could not be read again.
    missing: u64,
    /// Whether all was printed: a reader that closed the pipe needs no notices.
    whole: bool,
}

impl MessageExport {
    pub(super) fn new(output: Output, format: ExportFormat) -> Self {
        let printer = RecordWriter::new(output, format, MESSAGE);
        Self { printer, format, nameless: 0, missing: 0, whole: false }
    }

    /// Notice of entries left out.
    pub(super) fn skipped_notes(&self) -> Vec<String> {
        if !self.whole {
            return Vec::new();
        }
        let counted = |count: u64, what: &str| {
            let noun = if count == 1 { "entry" } else { "entries" };
            (count > 0).then(|| format!("{} {noun} left out: {what}", number(count)))
        };
        let nameless = counted(self.nameless, "neither a message id nor a queue file");
        let gone = counted(self.missing, "no longer in the log");
        nameless.into_iter().chain(gone).collect()
    }
}

/// Encoded messages.
struct EncodedMessages {
    encoder: RecordEncoder,
    missing: u64,
}

fn encode(some: &[MessageId], format: ExportFormat, log: &LoadedLog) -> EncodedMessages {
    let mut made = EncodedMessages { encoder: RecordEncoder::new(format, MESSAGE), missing: 0 };
    for &message in some {
        let story = trace::trace_message(&log.index, message, &mut |row| log.original(row));
        made.missing += story.missing as u64;
        encode_message(&story, format == ExportFormat::Csv, log, &mut made.encoder);
    }
    made
}

fn encode_message(
    story: &MessageTrace,
    is_table: bool,
    log: &LoadedLog,
    encoder: &mut RecordEncoder,
) {
    let is_wanted = |recipient: &&RecipientTrace| {
        let mut steps = story.hops_of(recipient).flat_map(|leg| &leg.steps);
        steps.any(|step| log.leaves(step.row))
    };
    let recipients: Vec<&RecipientTrace> = story.recipients.iter().filter(is_wanted).collect();
    if recipients.is_empty() && !log.filter.is_empty() {
        return;
    }
    if !is_table {
        encoder.record(&mut |out| {
            head(story, out);
            out.list("recipients", recipients.len(), &mut |at, out| {
                if let Some(recipient) = recipients.get(at) {
                    write_recipient(story, recipient, out);
                }
            });
        });
        return;
    }
    if recipients.is_empty() {
        encoder.record(&mut |out| head(story, out));
    }
    for recipient in recipients {
        encoder.record(&mut |out| {
            head(story, out);
            write_recipient(story, recipient, out);
        });
    }
}

impl EntryConsumer for MessageExport {
    type Visitor = NoVisitor;

    fn visitor(&self, _log: &LoadedLog) -> NoVisitor {
        NoVisitor
    }

    fn take(&mut self, (): (), rows: Range<u32>, log: &mut LoadedLog) -> io::Result<()> {
        for row in rows.map(RowId) {
            let rows = log.index.rows();
            let nameless = rows.kind(row).is_message() && rows.message(row).is_none();
            self.nameless += u64::from(nameless && log.leaves(row));
        }
        Ok(())
    }

    fn finish(&mut self, log: &LoadedLog) -> io::Result<u8> {
        let messages: Vec<MessageId> = log.index.messages().collect();
        let (format, printer, missing) = (self.format, &mut self.printer, &mut self.missing);
        let encode = |some: &[MessageId]| encode(some, format, log);
        map_in_order(&messages, encode, &mut |made: EncodedMessages| {
            *missing += made.missing;
            printer.raw(made.encoder.bytes())
        })?;
        self.printer.finish(log)?;
        self.whole = true;
        Ok(0)
    }
}

/// Fields common to all recipients.
fn head(story: &MessageTrace, out: &mut dyn FieldWriter) {
    if let Some(id) = story.ids.first() {
        out.text("message_id", id);
    }
    if let Some(from) = &story.envelope_from {
        out.text("envelope_from", from);
    }
    if let Some((first, last)) = &story.seen {
        fields::time("first_seen", first.time, first.stamp(), out);
        fields::time("last_seen", last.time, last.stamp(), out);
    }
    if let Some(size) = story.size {
        out.number("size", size);
    }
}

fn write_recipient(story: &MessageTrace, recipient: &RecipientTrace, out: &mut dyn FieldWriter) {
    let Some(leg) = story.last_hop(recipient) else { return };
    out.text("original_to", leg.original_to.as_deref().unwrap_or_default());
    for (name, value) in [("active_to", &leg.active_to), ("domain", &leg.domain)] {
        if let Some(value) = value {
            out.text(name, value);
        }
    }
    out.text("state", recipient.state.name().as_bytes());
    out.number("attempts", recipient.attempts.into());
    if let Some(Reply { code, enhanced, text }) = &leg.response {
        let response = Response { code: *code, enhanced: enhanced.as_deref(), text };
        fields::response("last_response", &response, out);
    }
    if let Some(queued) = leg.queued() {
        fields::seconds("queued_seconds", queued, out);
    }
}
