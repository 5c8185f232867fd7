//! What an entry is about: all that could be logged of it, whether an option has it logged or not.
//!
//! Knows nothing of formats: `print` writes a fact as the MTA would, `truth` as it is.

use std::borrow::Cow;
use std::fmt;

use super::address::{Address, Person, Recipient, StoreAddress};
use super::clock::{SECOND, Time};
use super::engine::Direction;
use super::queue::{Envelope, Queued};
use super::remote::Conversation;
use super::token::{Application, Channel, MessageId, Peer, ProcessId, QueueFile, Transport, User};

/// One entry.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) pid: ProcessId,
    /// The connection it happened over, or that it is itself about.
    pub(super) connection: Option<u64>,
    pub(super) body: Body,
}

/// What happened.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a fact lies in one box of its own, and nearly all are about messages"
)]
pub(super) enum Body {
    Message(Message),
    Connection(Change),
    /// A line of the header of that message.
    Header(Header, MessageId),
}

/// Something happened to a recipient of a message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) source: Channel,
    pub(super) destination: Option<Channel>,
    pub(super) code: &'static str,
    pub(super) size: u32,
    pub(super) from: Option<Address>,
    pub(super) original: Option<Address>,
    pub(super) active: Active,
    pub(super) file: Option<QueueFile>,
    pub(super) id: Option<MessageId>,
    /// The message that a notification is about.
    pub(super) cause: Option<MessageId>,
    pub(super) user: User,
    /// The host at the other end.
    pub(super) peer: Peer,
    /// What a Sieve script did.
    pub(super) filter: &'static str,
    /// Why it was refused, in a few words. There are some only where the status begins with `dns;`,
    /// `smtp;` or the code of a reply: two texts in a row nobody could part in formats 1 and 2.
    /// (With `LOG_REMOTE_MTA` a status begins with its transport or its banner instead.)
    pub(super) reason: &'static str,
    pub(super) status: Status,
    pub(super) over: Option<(Transport, Application)>,
    /// When the file was queued that is being taken out of the queue.
    pub(super) queued: Option<Time>,
    /// Number of the recipient in its message; 0 is nobody.
    pub(super) recipient: u32,
    /// Whether it is the first entry of its file that is written at this time.
    pub(super) first: bool,
}

/// The recipient that a queue entry carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Active {
    Address(Address),
    /// As the channel of the store wants it.
    Store(Address),
    /// What a client said where a recipient belongs.
    Command(&'static str),
}

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Store(address) => StoreAddress(*address).fmt(f),
            Self::Command(command) => f.write_str(command),
        }
    }
}

/// What became of it.
#[derive(Clone, Debug)]
pub(super) enum Status {
    Unsaid,
    /// The other side decided.
    Remote(Conversation),
    /// Our own words; to a client of ours they begin with the code of a reply.
    Ours(Cow<'static, str>),
}

/// Something happened to a connection.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) channel: Channel,
    pub(super) direction: Direction,
    pub(super) code: char,
    pub(super) transport: Option<Transport>,
    pub(super) application: Application,
    pub(super) words: Words,
}

/// What more a connection entry says.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) message: Cow<'static, str>,
    pub(super) user: Option<Person>,
    pub(super) diagnostic: Cow<'static, str>,
}

impl Words {
    /// A single remark.
    pub(super) fn remark(text: &'static str) -> Self {
        Self { diagnostic: Cow::Borrowed(text), ..Self::default() }
    }
}

/// A line of a message's header.
#[derive(Clone, Copy, Debug)]
pub(super) enum Header {
    Received(Peer),
    Subject(&'static str),
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received(Peer::None) => {
                f.write_str("Received: from process-daemon by mail.elbe.example")
            }
            Self::Received(peer) => write!(f, "Received: from {peer}\tby mail.elbe.example"),
            Self::Subject(subject) => write!(f, "Subject: {subject}"),
        }
    }
}

impl Message {
    /// An entry about a recipient of a message in a queue file, of the channel the file is in.
    pub(super) fn about(
        code: &'static str,
        envelope: &Envelope,
        recipient: &Recipient,
        file: QueueFile,
    ) -> Self {
        let active = recipient.active;
        Self {
            source: file.channel,
            destination: None,
            code,
            size: envelope.size,
            from: envelope.from,
            original: Some(recipient.original),
            active: match file.channel {
                Channel::Store => Active::Store(active),
                _ => Active::Address(active),
            },
            file: Some(file),
            id: Some(envelope.id),
            cause: None,
            user: envelope.user,
            peer: Peer::None,
            filter: "",
            reason: "",
            status: Status::Unsaid,
            over: None,
            queued: None,
            recipient: recipient.number,
            first: true,
        }
    }

    /// An entry about taking a recipient's message out of the queue, or not.
    pub(super) fn dequeued(code: &'static str, queued: &Queued, recipient: &Recipient) -> Self {
        Self {
            queued: Some(queued.since),
            first: queued.recipients.first().is_some_and(|first| first == recipient),
            ..Self::about(code, &queued.envelope, recipient, queued.file)
        }
    }

    /// What an entry calls the action.
    pub(super) fn action(&self) -> char {
        self.code.chars().next().unwrap_or_default()
    }

    /// The address in between and the first one, of a recipient that a list was expanded to.
    pub(super) fn expansion(&self) -> Option<(Address, Address)> {
        match (self.original, self.active) {
            (Some(list), Active::Address(member) | Active::Store(member))
                if list.is_list() && list != member =>
            {
                Some((member, list))
            }
            _ => None,
        }
    }

    /// NOTARY flags; 0 for a recipient that was not taken.
    pub(super) fn flags(&self) -> u32 {
        self.id.map_or(0, |id| id.flags(self.recipient))
    }

    /// The envelope id.
    pub(super) fn envelope_id(&self) -> Option<MessageId> {
        self.id.map(MessageId::envelope)
    }

    /// Sensitivity, 0 if nothing is said of it.
    pub(super) fn sensitivity(&self) -> u64 {
        self.id.map_or(0, MessageId::sensitivity)
    }

    /// Priority, 0 if nothing is said of it.
    pub(super) fn priority(&self) -> u64 {
        self.id.map_or(0, MessageId::priority)
    }

    /// Whole seconds it has been in its queue; 0 where it was in none.
    pub(super) fn seconds_in_queue(&self, now: Time) -> u64 {
        self.queued.map_or(0, |since| now.0.saturating_sub(since.0) / SECOND)
    }

    /// What an entry of that time has of its header logged beside it.
    pub(super) fn headers(&self) -> impl Iterator<Item = (Header, MessageId)> {
        let id = self.id.filter(|_| self.first);
        let received = (self.action() == 'E').then_some(Header::Received(self.peer));
        let subject = matches!(self.action(), 'E' | 'D')
            .then(|| id.map(|id| Header::Subject(id.subject())))
            .flatten();
        [received, subject].into_iter().flatten().filter_map(move |header| Some((header, id?)))
    }
}
