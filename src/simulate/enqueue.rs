//! Enqueueing a message: a queue file for the store, and one for each remote domain.

use super::address::Addressee;
use super::clock::SimTime;
use super::connection::SmtpConnection;
use super::engine::{Engine, SimEvent};
use super::queue::{Envelope, QueuedFile};
use super::record::MessageEvent;
use super::token::{ApplicationInfo, ConnectionEnds, MtaChannel, PeerHost, SimProcessId};

/// How a message came to be queued.
pub(super) struct MailArrival {
    pub(super) source: MtaChannel,
    pub(super) code: &'static str,
    pub(super) peer: PeerHost,
    /// The connection that it came over.
    pub(super) over: Option<(u64, ConnectionEnds, ApplicationInfo)>,
}

impl MailArrival {
    /// A client sent it.
    pub(super) fn over(
        connection: &SmtpConnection,
        source: MtaChannel,
        code: &'static str,
        peer: PeerHost,
    ) -> Self {
        let over = Some((connection.number, connection.transport, connection.application));
        Self { source, code, peer, over }
    }

    /// A channel hands it on.
    pub(super) fn from(source: MtaChannel) -> Self {
        Self { source, code: "E", peer: PeerHost::None, over: None }
    }
}

/// Writes the entries of a message for all its recipients and schedules its files. The process id
/// counts on with every file.
pub(super) fn enqueue(
    engine: &mut Engine,
    at: SimTime,
    pid: &mut SimProcessId,
    arrived: &MailArrival,
    envelope: &Envelope,
    mut recipients: Vec<Addressee>,
) {
    number(&mut recipients);
    recipients.sort_by_key(|recipient| recipient.active.domain);
    for group in recipients.chunk_by(|one, other| one.active.domain == other.active.domain) {
        let local = group.iter().all(|recipient| recipient.is_local());
        let channel = match group.first() {
            Some(recipient) if !local => MtaChannel::of(recipient.active.domain),
            _ => MtaChannel::Store,
        };
        let mut queued = QueuedFile::new(&mut engine.rng, at, channel, *envelope, group.to_vec());
        if engine.relays() {
            queued.greylist(&mut engine.rng);
        }
        queued.file.held = engine.oddly(60);
        write(engine, at, *pid, arrived, &queued);
        if !queued.file.held {
            engine.plan(at, SimEvent::Due(Box::new(queued)));
        }
        pid.sequence += 1;
    }
}

/// Numbers recipients; they keep their numbers from channel to channel.
pub(super) fn number(recipients: &mut [Addressee]) {
    for (recipient, number) in recipients.iter_mut().zip(1..) {
        if recipient.number == 0 {
            recipient.number = number;
        }
    }
}

/// Writes the entries of one file without scheduling it.
pub(super) fn write(
    engine: &mut Engine,
    at: SimTime,
    pid: SimProcessId,
    arrived: &MailArrival,
    queued: &QueuedFile,
) {
    for (place, recipient) in queued.recipients.iter().enumerate() {
        let message = MessageEvent {
            source: arrived.source,
            destination: Some(queued.file.channel),
            peer: arrived.peer,
            over: arrived.over.map(|(_, transport, application)| (transport, application)),
            first: place == 0,
            ..MessageEvent::about(arrived.code, &queued.envelope, recipient, queued.file)
        };
        let connection = arrived.over.map(|(number, ..)| number);
        engine.log_message(at, (pid, connection), message);
    }
}
