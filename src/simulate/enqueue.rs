//! Putting a message into the queues: one file for the store, one for each other domain.

use super::address::Recipient;
use super::clock::Time;
use super::engine::{Engine, Event};
use super::fact::{Body, Fact, Message};
use super::queue::{Envelope, Queued};
use super::session::Session;
use super::token::{Application, Channel, Peer, ProcessId, Transport};

/// How a message came to be queued.
pub(super) struct Arrived {
    pub(super) source: Channel,
    pub(super) code: &'static str,
    pub(super) peer: Peer,
    /// The connection it came over.
    pub(super) over: Option<(u64, Transport, Application)>,
}

impl Arrived {
    /// Somebody sent it.
    pub(super) fn over(session: &Session, source: Channel, code: &'static str, peer: Peer) -> Self {
        let over = Some((session.number, session.transport, session.application));
        Self { source, code, peer, over }
    }

    /// A channel of ours passes it on.
    pub(super) fn from(source: Channel) -> Self {
        Self { source, code: "E", peer: Peer::None, over: None }
    }
}

/// Writes the entries of a message for all its recipients and has its files tried. The process id
/// counts on with every file.
pub(super) fn enqueue(
    engine: &mut Engine,
    at: Time,
    pid: &mut ProcessId,
    arrived: &Arrived,
    envelope: &Envelope,
    mut recipients: Vec<Recipient>,
) {
    number(&mut recipients);
    recipients.sort_by_key(|recipient| recipient.active.domain);
    for group in recipients.chunk_by(|one, other| one.active.domain == other.active.domain) {
        let local = group.iter().all(|recipient| recipient.is_local());
        let channel = match group.first() {
            Some(recipient) if !local => Channel::of(recipient.active.domain),
            _ => Channel::Store,
        };
        let mut queued = Queued::new(&mut engine.rng, at, channel, *envelope, group.to_vec());
        if engine.relays() {
            queued.greylist(&mut engine.rng);
        }
        queued.file.held = engine.oddly(60);
        write(engine, at, *pid, arrived, &queued);
        if !queued.file.held {
            engine.plan(at, Event::Due(Box::new(queued)));
        }
        pid.sequence += 1;
    }
}

/// Gives recipients their numbers, which they keep from channel to channel.
pub(super) fn number(recipients: &mut [Recipient]) {
    for (recipient, number) in recipients.iter_mut().zip(1..) {
        if recipient.number == 0 {
            recipient.number = number;
        }
    }
}

/// Writes the entries of one file, without any further plan for it.
pub(super) fn write(
    engine: &mut Engine,
    at: Time,
    pid: ProcessId,
    arrived: &Arrived,
    queued: &Queued,
) {
    for (place, recipient) in queued.recipients.iter().enumerate() {
        let message = Message {
            source: arrived.source,
            destination: Some(queued.file.channel),
            peer: arrived.peer,
            over: arrived.over.map(|(_, transport, application)| (transport, application)),
            first: place == 0,
            ..Message::about(arrived.code, &queued.envelope, recipient, queued.file)
        };
        let connection = arrived.over.map(|(number, ..)| number);
        engine.log(at, Fact { pid, connection, body: Body::Message(message) });
    }
}
