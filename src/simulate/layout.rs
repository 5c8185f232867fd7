//! From a fact to the entry as the MTA writes it, in any format.
//!
//! The one place that knows which fields an entry has and in which order. `field` knows what
//! switches each of them on, `sheet` how a format writes it.
//!
//! The order is that of the XML list in the 6.3 Administration Guide (819-4428). Where a text entry
//! has transport, application and time in queue is not documented: they follow that list.

use std::fmt::{self, Display};

use super::clock::{SimClock, SimTime};
use super::field;
use super::options::{ConnectionBit, LogStyle, MtaOption, MtaOptions};
use super::record::{ConnectionEvent, DeliveryStatus, MessageEvent, Record, RecordBody};
use super::remote::RemoteReply;
use super::serializer::{EntryElement, EntryWriter};
use super::token::{CallDirection, MtaChannel};

/// Our host.
pub(super) const NODE: &str = "mta1";

/// Whether a fact is logged at all.
pub(super) fn is_logged(record: &Record, options: &MtaOptions) -> bool {
    match &record.body {
        RecordBody::Connection(change) => options.has(match change.code {
            'I' => ConnectionBit::Etrn,
            'U' => ConnectionBit::Authentication,
            _ => ConnectionBit::Entries,
        }),
        RecordBody::Message(_) => true,
        RecordBody::Header(..) => options.is_on(MtaOption::Header),
    }
}

/// An entry, without the end of the line.
pub(super) fn entry(style: &LogStyle, clock: &mut SimClock, record: &Record) -> String {
    let kind = match &record.body {
        RecordBody::Message(_) => EntryElement::Message,
        RecordBody::Connection(_) => EntryElement::Connection,
        RecordBody::Header(..) => EntryElement::Header,
    };
    let mut sheet = EntryWriter::new(style, kind, clock, record.time);
    sheet.put(field::NODE, &NODE);
    sheet.put(field::PROCESS, &record.pid);
    match &record.body {
        RecordBody::Message(message) => {
            put_message(&mut sheet, &style.options, record.time, message);
        }
        RecordBody::Connection(change) => put_change(&mut sheet, change),
        RecordBody::Header(header, _) => sheet.put(field::HEADER, header),
    }
    sheet.finish()
}

fn put_message(
    sheet: &mut EntryWriter,
    options: &MtaOptions,
    time: SimTime,
    message: &MessageEvent,
) {
    let (member, list) = message.expansion().unzip();
    let (transport, application) = message.over.unzip();
    sheet.put_word(field::SOURCE, message.source.name());
    sheet.put_word(field::DESTINATION, message.destination.map_or("", MtaChannel::name));
    sheet.put_word(field::CODE, message.code);
    sheet.put(field::SIZE, &message.size);
    sheet.put(field::FROM, &OrBlank(message.from));
    sheet.put(field::ORIGINAL, &TypedRecipient(OrBlank(message.original)));
    sheet.put(field::ACTIVE, &message.active);
    sheet.put(field::FLAGS, &message.flags());
    sheet.put(field::FILE, &OrBlank(message.file));
    sheet.put(field::ENVELOPE_ID, &OrBlank(message.envelope_id()));
    sheet.put(field::MESSAGE_ID, &MessageIdField(message));
    sheet.put(field::USER, &message.user);
    sheet.put(field::SYSTEM, &message.peer);
    sheet.put(field::SENSITIVITY, &message.sensitivity());
    sheet.put(field::PRIORITY, &message.priority());
    sheet.put(field::INTERMEDIATE, &OrBlank(member));
    sheet.put(field::INITIAL, &OrBlank(list));
    sheet.put(field::FILTER, &message.filter);
    sheet.put(field::REASON, &message.reason);
    sheet.put(field::DIAGNOSTICS, &DiagnosticField { status: &message.status, options });
    sheet.put(field::REMOTE_MTA, &RemoteMtaField(&message.status));
    sheet.put(field::TRANSPORT, &OrBlank(transport));
    sheet.put(field::APPLICATION, &OrBlank(application));
    sheet.put(field::QUEUE_TIME, &message.seconds_in_queue(time));
}

fn put_change(sheet: &mut EntryWriter, change: &ConnectionEvent) {
    sheet.put(field::SOURCE, &change.channel);
    sheet.put(
        field::DIRECTION,
        match change.direction {
            CallDirection::Inbound => &"+",
            CallDirection::Outbound => &"-",
        },
    );
    sheet.put(field::CODE, &change.code);
    sheet.put(field::ENDS, &OrBlank(change.transport));
    sheet.put(field::SPOKEN, &change.application);
    sheet.put(field::WORDS, &change.text.message);
    sheet.put(field::WHO, &OrBlank(change.text.user));
    sheet.put(field::WHY, &change.text.diagnostic);
}

/// Nothing where there is nothing.
struct OrBlank<T>(Option<T>);

impl<T: Display> Display for OrBlank<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

/// An original recipient with its type, which also stands where no address is known.
struct TypedRecipient<T>(T);

impl<T: Display> Display for TypedRecipient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rfc822;{}", self.0)
    }
}

/// The message id, and behind a notification's the one of the message it is about.
struct MessageIdField<'a>(&'a MessageEvent);

impl Display for MessageIdField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.id, self.0.cause) {
            (Some(id), Some(cause)) => write!(f, "{id},{cause}"),
            (id, _) => OrBlank(id).fmt(f),
        }
    }
}

/// The remote MTA of a status.
struct RemoteMtaField<'a>(&'a DeliveryStatus);

impl Display for RemoteMtaField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DeliveryStatus::Remote(conversation) => write!(f, "dns;{}", conversation.host),
            DeliveryStatus::Blank | DeliveryStatus::Local(_) => Ok(()),
        }
    }
}

/// The status as the channel's options have it.
struct DiagnosticField<'a> {
    status: &'a DeliveryStatus,
    options: &'a MtaOptions,
}

impl Display for DiagnosticField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            DeliveryStatus::Blank => Ok(()),
            DeliveryStatus::Local(text) => f.write_str(text),
            DeliveryStatus::Remote(conversation) => self.conversation(f, conversation),
        }
    }
}

impl DiagnosticField<'_> {
    fn conversation(&self, f: &mut fmt::Formatter<'_>, said: &RemoteReply) -> fmt::Result {
        // A remote MTA that has a field of its own is no longer named here.
        if !self.options.is_on(MtaOption::RemoteMta) {
            write!(f, "dns;{} ", said.host)?;
        }
        if self.options.is_on(MtaOption::TransportInfo) {
            write!(f, "({}) ", said.transport)?;
        }
        if self.options.is_on(MtaOption::Banner) {
            write!(f, "({}) ", said.greeting)?;
        }
        if let Some((code, enhanced)) = said.codes() {
            let blank = if said.is_spaced() { " " } else { "" };
            write!(f, "smtp;{blank}{code} ")?;
            if let Some(enhanced) = enhanced {
                write!(f, "{enhanced} ")?;
            }
        }
        said.fmt(f)
    }
}

#[cfg(test)]
mod tests;
