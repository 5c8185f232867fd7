//! A record: everything that could be logged of one event, whether an option has it logged or not.
//!
//! Knows nothing of formats: `layout` writes a record as the MTA would, tests read it as it is.

use std::borrow::Cow;
use std::fmt;

use super::address::{Addressee, MailAddress, Person, StoreMailbox};
use super::clock::{SECOND, SimTime};
use super::queue::{Envelope, QueuedFile};
use super::remote::RemoteReply;
use super::token::{
    ApplicationInfo, CallDirection, ConnectionEnds, MailId, MtaChannel, PeerHost, QueuePath,
    SimProcessId, Submitter,
};

/// What one entry is written from.
#[derive(Clone, Debug)]
pub struct Record {
    /// When it happened.
    pub time: SimTime,
    /// The process that logs it.
    pub pid: SimProcessId,
    /// Number of the connection that it happened over, or that it is itself about.
    pub connection: Option<u64>,
    /// What happened.
    pub body: RecordBody,
}

/// What happened.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a record lies in one box of its own, and nearly all are about messages"
)]
pub enum RecordBody {
    /// To a recipient of a message.
    Message(MessageEvent),
    /// To a connection.
    Connection(ConnectionEvent),
    /// Nothing: a line of the header of that message.
    Header(HeaderLine, MailId),
}

/// Something that happened to a recipient of a message.
#[derive(Clone, Debug)]
pub struct MessageEvent {
    /// The channel that the message comes from.
    pub source: MtaChannel,
    /// The channel that it is queued to, of an enqueue.
    pub destination: Option<MtaChannel>,
    /// Action and modifiers.
    pub code: &'static str,
    /// In blocks of 1024 bytes.
    pub size: u32,
    /// The envelope sender; none of a notification.
    pub from: Option<MailAddress>,
    /// The recipient as the sender wrote it.
    pub original: Option<MailAddress>,
    /// The recipient as it was rewritten.
    pub active: ActiveRecipient,
    /// The queue file.
    pub file: Option<QueuePath>,
    /// The message id; none if the message was not accepted.
    pub id: Option<MailId>,
    /// The message that a notification is about.
    pub cause: Option<MailId>,
    /// Who queued it.
    pub user: Submitter,
    /// The host at the other end.
    pub peer: PeerHost,
    /// What a Sieve script did.
    pub filter: &'static str,
    /// Why it was refused, in a few words. There is a reason only where the status begins with
    /// `dns;`, `smtp;` or a reply code: two texts in a row could not be separated in formats 1 and 2.
    /// (With `LOG_REMOTE_MTA` a status begins with its transport or its banner instead.)
    pub reason: &'static str,
    /// The delivery status.
    pub status: DeliveryStatus,
    /// The connection that it happened over.
    pub over: Option<(ConnectionEnds, ApplicationInfo)>,
    /// When the file was queued that is being taken out of the queue.
    pub queued: Option<SimTime>,
    /// Number of the recipient in its message, from 1; 0 if the message was not accepted.
    pub recipient: u32,
    /// Whether it is the first entry of its file that is written at this time.
    pub first: bool,
}

/// The active recipient as the channel of the entry writes it.
#[derive(Clone, Copy, Debug)]
pub enum ActiveRecipient {
    /// An address.
    Address(MailAddress),
    /// An address as the channel of the message store writes it.
    Store(MailAddress),
    /// An unknown SMTP command, which stands in place of a recipient.
    Command(&'static str),
}

impl fmt::Display for ActiveRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Store(address) => StoreMailbox(*address).fmt(f),
            Self::Command(command) => f.write_str(command),
        }
    }
}

/// The outcome as a text.
#[derive(Clone, Debug)]
pub enum DeliveryStatus {
    /// None.
    Blank,
    /// The response of a remote server.
    Remote(RemoteReply),
    /// A text of the MTA; to a client it begins with a reply code.
    Local(Cow<'static, str>),
}

/// Something that happened to a connection.
#[derive(Clone, Debug)]
pub struct ConnectionEvent {
    /// The channel that accepts or makes it.
    pub channel: MtaChannel,
    /// Who connected.
    pub direction: CallDirection,
    /// The action.
    pub code: char,
    /// Both ends; none if the connection failed before there were any.
    pub transport: Option<ConnectionEnds>,
    /// Protocol, hosts and cipher.
    pub application: ApplicationInfo,
    /// What stands behind.
    pub text: ConnectionText,
}

/// The texts at the end of a connection entry.
#[derive(Clone, Debug, Default)]
pub struct ConnectionText {
    /// Result of an authentication.
    pub message: Cow<'static, str>,
    /// Who authenticated.
    pub user: Option<Person>,
    /// Response or remark.
    pub diagnostic: Cow<'static, str>,
}

impl ConnectionText {
    /// A remark alone.
    pub(super) fn remark(text: &'static str) -> Self {
        Self { diagnostic: Cow::Borrowed(text), ..Self::default() }
    }
}

/// A line of a message's header.
#[derive(Clone, Copy, Debug)]
pub enum HeaderLine {
    /// `Received:`
    Received(PeerHost),
    /// `Subject:`
    Subject(&'static str),
}

impl fmt::Display for HeaderLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received(PeerHost::None) => {
                f.write_str("Received: from process-daemon by mail.elbe.example")
            }
            Self::Received(peer) => write!(f, "Received: from {peer}\tby mail.elbe.example"),
            Self::Subject(subject) => write!(f, "Subject: {subject}"),
        }
    }
}

impl MessageEvent {
    /// A message that was not accepted: it has no size, no file and no id.
    pub(super) fn unaccepted(
        code: &'static str,
        from: Option<MailAddress>,
        active: ActiveRecipient,
    ) -> Self {
        Self {
            source: MtaChannel::Local,
            destination: None,
            code,
            size: 0,
            from,
            original: None,
            active,
            file: None,
            id: None,
            cause: None,
            user: Submitter::System,
            peer: PeerHost::None,
            filter: "",
            reason: "",
            status: DeliveryStatus::Blank,
            over: None,
            queued: None,
            recipient: 0,
            first: true,
        }
    }

    /// A recipient of a message in a queue file, of the channel that the file is in.
    pub(super) fn about(
        code: &'static str,
        envelope: &Envelope,
        recipient: &Addressee,
        file: QueuePath,
    ) -> Self {
        let active = match file.channel {
            MtaChannel::Store => ActiveRecipient::Store(recipient.active),
            _ => ActiveRecipient::Address(recipient.active),
        };
        Self {
            source: file.channel,
            size: envelope.size,
            original: Some(recipient.original),
            file: Some(file),
            id: Some(envelope.id),
            user: envelope.user,
            recipient: recipient.number,
            ..Self::unaccepted(code, envelope.from, active)
        }
    }

    /// A recipient that is taken out of the queue, or not.
    pub(super) fn dequeued(code: &'static str, queued: &QueuedFile, recipient: &Addressee) -> Self {
        Self {
            queued: Some(queued.since),
            first: queued.recipients.first().is_some_and(|first| first == recipient),
            ..Self::about(code, &queued.envelope, recipient, queued.file)
        }
    }

    /// The action without its modifiers.
    pub fn action(&self) -> char {
        self.code.chars().next().unwrap_or_default()
    }

    /// The intermediate and the initial address of a recipient that a list was expanded to.
    pub fn expansion(&self) -> Option<(MailAddress, MailAddress)> {
        match (self.original, self.active) {
            (Some(list), ActiveRecipient::Address(member) | ActiveRecipient::Store(member))
                if list.is_list() && list != member =>
            {
                Some((member, list))
            }
            _ => None,
        }
    }

    /// NOTARY flags; 0 if the message was not accepted.
    pub fn flags(&self) -> u32 {
        self.id.map_or(0, |id| id.flags(self.recipient))
    }

    /// The envelope id.
    pub fn envelope_id(&self) -> Option<MailId> {
        self.id.map(MailId::envelope)
    }

    /// Sensitivity, 0 if unknown.
    pub fn sensitivity(&self) -> u64 {
        self.id.map_or(0, MailId::sensitivity)
    }

    /// Priority, 0 if unknown.
    pub fn priority(&self) -> u64 {
        self.id.map_or(0, MailId::priority)
    }

    /// Whole seconds in the queue; 0 of what was in none.
    pub fn seconds_in_queue(&self, now: SimTime) -> u64 {
        self.queued.map_or(0, |since| now.0.saturating_sub(since.0) / SECOND)
    }

    /// The lines of the header that are logged beside this record.
    pub(super) fn headers(&self) -> impl Iterator<Item = (HeaderLine, MailId)> {
        let id = self.id.filter(|_| self.first);
        let received = (self.action() == 'E').then_some(HeaderLine::Received(self.peer));
        let subject = matches!(self.action(), 'E' | 'D')
            .then(|| id.map(|id| HeaderLine::Subject(id.subject())))
            .flatten();
        [received, subject].into_iter().flatten().filter_map(move |header| Some((header, id?)))
    }
}
