//! Which fields an entry has, in which order, and what switches each of them on.
//!
//! Names and order are those of the XML format, as the 6.3 Administration Guide (819-4428) lists
//! them; the wiki's page on `log_format` documents which fields have a length in format 3. Neither
//! documents where a text entry has transport, application and queue time, which follow the order of
//! XML here. Nor do they mention the remote MTA and connection entries in format 3: these fields vary
//! in length too, so that they are written with one, `0:` where they are empty.

use std::fmt::Display;

use super::clock::{SimClock, SimTime};
use super::options::{ConnectionBit, LogStyle, MtaOption, MtaOptions};
use super::record::{ConnectionEvent, DeliveryStatus, MessageEvent, Record, RecordBody};
use super::remote::RemoteReply;
use super::serializer::{EntryElement, EntryWriter, FieldShape, append};
use super::token::{CallDirection, MtaChannel};

/// Whether a record is logged at all.
pub(super) fn is_logged(record: &Record, options: &MtaOptions) -> bool {
    match &record.body {
        RecordBody::Connection(event) => options.has(match event.code {
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
    let element = match &record.body {
        RecordBody::Message(_) => EntryElement::Message,
        RecordBody::Connection(_) => EntryElement::Connection,
        RecordBody::Header(..) => EntryElement::Header,
    };
    let mut writer = EntryWriter::new(style.format, element, clock, record.time);
    let context = Context { options: &style.options, time: record.time };
    put_all(&mut writer, &PROCESS, record, context);
    match &record.body {
        RecordBody::Message(event) => put_all(&mut writer, &MESSAGE, event, context),
        RecordBody::Connection(event) => put_all(&mut writer, &CONNECTION, event, context),
        RecordBody::Header(header, _) => {
            writer.put("va", FieldShape::Header, |to| append(to, header));
        }
    }
    writer.finish()
}

/// What fields depend on beside their record.
#[derive(Clone, Copy)]
struct Context<'a> {
    options: &'a MtaOptions,
    time: SimTime,
}

/// A field of what an entry is written from.
struct LogField<T> {
    /// Its name in XML and JSON.
    name: &'static str,
    shape: FieldShape,
    switch: FieldSwitch,
    value: fn(&T, Context<'_>, &mut String),
}

/// What has a field logged.
enum FieldSwitch {
    Always,
    Option(MtaOption),
    Connection(ConnectionBit),
}

fn put_all<T>(writer: &mut EntryWriter, fields: &[LogField<T>], of: &T, context: Context<'_>) {
    for LogField { name, shape, switch, value } in fields {
        let is_on = match *switch {
            FieldSwitch::Always => true,
            FieldSwitch::Option(option) => context.options.is_on(option),
            FieldSwitch::Connection(bit) => context.options.has(bit),
        };
        if is_on {
            writer.put(name, *shape, |to| value(of, context, to));
        }
    }
}

const fn always<T>(
    name: &'static str,
    shape: FieldShape,
    value: fn(&T, Context<'_>, &mut String),
) -> LogField<T> {
    LogField { name, shape, switch: FieldSwitch::Always, value }
}

const fn with<T>(
    option: MtaOption,
    name: &'static str,
    shape: FieldShape,
    value: fn(&T, Context<'_>, &mut String),
) -> LogField<T> {
    LogField { name, shape, switch: FieldSwitch::Option(option), value }
}

const fn bit<T>(
    bit: ConnectionBit,
    name: &'static str,
    shape: FieldShape,
    value: fn(&T, Context<'_>, &mut String),
) -> LogField<T> {
    LogField { name, shape, switch: FieldSwitch::Connection(bit), value }
}

const PROCESS: [LogField<Record>; 2] = [
    with(MtaOption::Node, "no", FieldShape::Word, |_, _, to| to.push_str("mta1")),
    with(MtaOption::Process, "pi", FieldShape::Word, |record, _, to| append(to, record.pid)),
];

const MESSAGE: [LogField<MessageEvent>; 24] = [
    always("sc", FieldShape::Column, |event, _, to| to.push_str(event.source.name())),
    always("dc", FieldShape::Column, |event, _, to| {
        to.push_str(event.destination.map_or("", MtaChannel::name));
    }),
    always("ac", FieldShape::Word, |event, _, to| to.push_str(event.code)),
    always("sz", FieldShape::Number, |event, _, to| append(to, event.size)),
    always("so", FieldShape::Address, |event, _, to| append_some(to, event.from)),
    always("od", FieldShape::Address, |event, _, to| {
        to.push_str("rfc822;");
        append_some(to, event.original);
    }),
    always("de", FieldShape::Address, |event, _, to| append(to, event.active)),
    with(MtaOption::Notary, "rf", FieldShape::Number, |event, _, to| append(to, event.flags())),
    with(MtaOption::Filename, "fi", FieldShape::Text, |event, _, to| append_some(to, event.file)),
    with(MtaOption::EnvelopeId, "ei", FieldShape::Text, |event, _, to| {
        append_some(to, event.envelope_id());
    }),
    with(MtaOption::MessageId, "mi", FieldShape::Text, |event, _, to| {
        append_some(to, event.id);
        if let (Some(_), Some(cause)) = (event.id, event.cause) {
            to.push(',');
            append(to, cause);
        }
    }),
    with(MtaOption::Username, "us", FieldShape::Text, |event, _, to| append(to, event.user)),
    bit(ConnectionBit::Information, "ss", FieldShape::Text, |event, _, to| append(to, event.peer)),
    with(MtaOption::Sensitivity, "se", FieldShape::Number, |event, _, to| {
        append(to, event.sensitivity());
    }),
    with(MtaOption::Priority, "pr", FieldShape::Number, |event, _, to| {
        append(to, event.priority());
    }),
    with(MtaOption::Intermediate, "in", FieldShape::Address, |event, _, to| {
        append_some(to, event.expansion().map(|(member, _)| member));
    }),
    with(MtaOption::Intermediate, "ia", FieldShape::Address, |event, _, to| {
        append_some(to, event.expansion().map(|(_, list)| list));
    }),
    with(MtaOption::Filter, "fl", FieldShape::Filter, |event, _, to| to.push_str(event.filter)),
    with(MtaOption::Reason, "re", FieldShape::Remark, |event, _, to| to.push_str(event.reason)),
    with(MtaOption::Diagnostics, "di", FieldShape::Remark, |event, context, to| {
        match &event.status {
            DeliveryStatus::Blank => {}
            DeliveryStatus::Local(text) => to.push_str(text),
            DeliveryStatus::Remote(reply) => append_reply(to, reply, context.options),
        }
    }),
    with(MtaOption::RemoteMta, "rm", FieldShape::Remark, |event, _, to| {
        if let DeliveryStatus::Remote(reply) = &event.status {
            append(to, format_args!("dns;{}", reply.host));
        }
    }),
    bit(ConnectionBit::Transport, "tr", FieldShape::Late, |event, _, to| {
        append_some(to, event.over.map(|(transport, _)| transport));
    }),
    bit(ConnectionBit::Application, "ap", FieldShape::Late, |event, _, to| {
        append_some(to, event.over.map(|(_, application)| application));
    }),
    // Whole seconds (the unit is a guess); 0 where nothing was in a queue.
    with(MtaOption::QueueTime, "qt", FieldShape::LateNumber, |event, context, to| {
        append(to, event.seconds_in_queue(context.time));
    }),
];

const CONNECTION: [LogField<ConnectionEvent>; 8] = [
    always("sc", FieldShape::Column, |event, _, to| to.push_str(event.channel.name())),
    always("dr", FieldShape::Column, |event, _, to| match event.direction {
        CallDirection::Inbound => to.push('+'),
        CallDirection::Outbound => to.push('-'),
    }),
    always("ac", FieldShape::Word, |event, _, to| to.push(event.code)),
    always("tr", FieldShape::OfConnection, |event, _, to| append_some(to, event.transport)),
    always("ap", FieldShape::OfConnection, |event, _, to| append(to, event.application)),
    always("mi", FieldShape::OfConnection, |event, _, to| to.push_str(&event.text.message)),
    always("us", FieldShape::OfConnection, |event, _, to| append_some(to, event.text.user)),
    always("di", FieldShape::OfConnection, |event, _, to| to.push_str(&event.text.diagnostic)),
];

fn append_some(to: &mut String, value: Option<impl Display>) {
    if let Some(value) = value {
        append(to, value);
    }
}

/// A response as the options of the channel have it.
fn append_reply(to: &mut String, reply: &RemoteReply, options: &MtaOptions) {
    // A remote MTA that has a field of its own is no longer named here.
    if !options.is_on(MtaOption::RemoteMta) {
        append(to, format_args!("dns;{} ", reply.host));
    }
    if options.is_on(MtaOption::TransportInfo) {
        append(to, format_args!("({}) ", reply.transport));
    }
    if options.is_on(MtaOption::Banner) {
        append(to, format_args!("({}) ", reply.greeting));
    }
    if let Some((code, enhanced)) = reply.codes() {
        let blank = if reply.is_spaced() { " " } else { "" };
        append(to, format_args!("smtp;{blank}{code} "));
        if let Some(enhanced) = enhanced {
            append(to, format_args!("{enhanced} "));
        }
    }
    append(to, reply);
}

#[cfg(test)]
mod tests;
