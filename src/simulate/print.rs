//! From a fact to the entry as the MTA writes it, in any format.
//!
//! The one place that knows which fields an entry has and in which order. `field` knows what
//! switches each of them on, `sheet` how a format writes it.
//!
//! The order is that of the XML list in the 6.3 Administration Guide (819-4428). Where a text entry
//! has transport, application and time in queue is not documented: they follow that list.

use std::fmt::{self, Display};

use super::clock::{Clock, Time};
use super::engine::Direction;
use super::fact::{Body, Change, Fact, Message, Status};
use super::field;
use super::options::{Bit, Options, Setting, Written};
use super::remote::Conversation;
use super::sheet::{Kind, Sheet};
use super::token::Channel;

/// Our host.
pub(super) const NODE: &str = "mta1";

/// Whether a fact is logged at all.
pub(super) fn is_logged(fact: &Fact, options: &Options) -> bool {
    match &fact.body {
        Body::Connection(change) => options.has(match change.code {
            'I' => Bit::Etrn,
            'U' => Bit::Authentication,
            _ => Bit::Entries,
        }),
        Body::Message(_) => true,
        Body::Header(..) => options.is_on(Setting::Header),
    }
}

/// An entry, without the end of the line.
pub(super) fn entry(written: &Written, clock: &mut Clock, time: Time, fact: &Fact) -> String {
    let kind = match &fact.body {
        Body::Message(_) => Kind::Message,
        Body::Connection(_) => Kind::Connection,
        Body::Header(..) => Kind::Header,
    };
    let mut sheet = Sheet::new(written, kind, clock, time);
    sheet.put(field::NODE, &NODE);
    sheet.put(field::PROCESS, &fact.pid);
    match &fact.body {
        Body::Message(message) => put_message(&mut sheet, &written.options, time, message),
        Body::Connection(change) => put_change(&mut sheet, change),
        Body::Header(header, _) => sheet.put(field::HEADER, header),
    }
    sheet.finish()
}

fn put_message(sheet: &mut Sheet, options: &Options, time: Time, message: &Message) {
    let (member, list) = message.expansion().unzip();
    let (transport, application) = message.over.unzip();
    sheet.put_word(field::SOURCE, message.source.name());
    sheet.put_word(field::DESTINATION, message.destination.map_or("", Channel::name));
    sheet.put_word(field::CODE, message.code);
    sheet.put(field::SIZE, &message.size);
    sheet.put(field::FROM, &Maybe(message.from));
    sheet.put(field::ORIGINAL, &Typed(Maybe(message.original)));
    sheet.put(field::ACTIVE, &message.active);
    sheet.put(field::FLAGS, &message.flags());
    sheet.put(field::FILE, &Maybe(message.file));
    sheet.put(field::ENVELOPE_ID, &Maybe(message.envelope_id()));
    sheet.put(field::MESSAGE_ID, &Ids(message));
    sheet.put(field::USER, &message.user);
    sheet.put(field::SYSTEM, &message.peer);
    sheet.put(field::SENSITIVITY, &message.sensitivity());
    sheet.put(field::PRIORITY, &message.priority());
    sheet.put(field::INTERMEDIATE, &Maybe(member));
    sheet.put(field::INITIAL, &Maybe(list));
    sheet.put(field::FILTER, &message.filter);
    sheet.put(field::REASON, &message.reason);
    sheet.put(field::DIAGNOSTICS, &Told { status: &message.status, options });
    sheet.put(field::REMOTE_MTA, &Mta(&message.status));
    sheet.put(field::TRANSPORT, &Maybe(transport));
    sheet.put(field::APPLICATION, &Maybe(application));
    sheet.put(field::QUEUE_TIME, &message.seconds_in_queue(time));
}

fn put_change(sheet: &mut Sheet, change: &Change) {
    sheet.put(field::SOURCE, &change.channel);
    sheet.put(
        field::DIRECTION,
        match change.direction {
            Direction::Inbound => &"+",
            Direction::Outbound => &"-",
        },
    );
    sheet.put(field::CODE, &change.code);
    sheet.put(field::ENDS, &Maybe(change.transport));
    sheet.put(field::SPOKEN, &change.application);
    sheet.put(field::WORDS, &change.words.message);
    sheet.put(field::WHO, &Maybe(change.words.user));
    sheet.put(field::WHY, &change.words.diagnostic);
}

/// Nothing where there is nothing.
struct Maybe<T>(Option<T>);

impl<T: Display> Display for Maybe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

/// An original recipient with its type, which also stands where no address is known.
struct Typed<T>(T);

impl<T: Display> Display for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rfc822;{}", self.0)
    }
}

/// The message id, and behind a notification's the one of the message it is about.
struct Ids<'a>(&'a Message);

impl Display for Ids<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.id, self.0.cause) {
            (Some(id), Some(cause)) => write!(f, "{id},{cause}"),
            (id, _) => Maybe(id).fmt(f),
        }
    }
}

/// The remote MTA of a status.
struct Mta<'a>(&'a Status);

impl Display for Mta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Status::Remote(conversation) => write!(f, "dns;{}", conversation.host),
            Status::Unsaid | Status::Ours(_) => Ok(()),
        }
    }
}

/// The status as the channel's options have it.
struct Told<'a> {
    status: &'a Status,
    options: &'a Options,
}

impl Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Status::Unsaid => Ok(()),
            Status::Ours(text) => f.write_str(text),
            Status::Remote(conversation) => self.conversation(f, conversation),
        }
    }
}

impl Told<'_> {
    fn conversation(&self, f: &mut fmt::Formatter<'_>, said: &Conversation) -> fmt::Result {
        // A remote MTA that has a field of its own is no longer named here.
        if !self.options.is_on(Setting::RemoteMta) {
            write!(f, "dns;{} ", said.host)?;
        }
        if self.options.is_on(Setting::TransportInfo) {
            write!(f, "({}) ", said.transport)?;
        }
        if self.options.is_on(Setting::Banner) {
            write!(f, "({}) ", said.greeting)?;
        }
        if let Some((code, enhanced)) = said.reply() {
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
