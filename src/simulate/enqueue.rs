//! Putting a message into the queues: one file for the store, one for each other domain.

use super::address::{Recipient, StoreAddress};
use super::clock::Time;
use super::engine::{Engine, Event, MessageEntry};
use super::queue::{Envelope, Queued};
use super::token::{Channel, Peer, ProcessId};

/// How a message came to be queued.
pub(super) struct Arrived {
    pub(super) source: Channel,
    pub(super) code: &'static str,
    pub(super) peer: Peer,
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
    recipients.sort_by_key(|recipient| recipient.active.domain);
    for group in recipients.chunk_by(|one, other| one.active.domain == other.active.domain) {
        let local = group.iter().all(|recipient| recipient.is_local());
        let channel = if local { Channel::Store } else { Channel::Local };
        let queued = Queued::new(&mut engine.rng, channel, *envelope, group.to_vec());
        write(engine, at, *pid, arrived, &queued);
        engine.plan(at, Event::Due(Box::new(queued)));
        pid.sequence += 1;
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
    for recipient in &queued.recipients {
        let store = StoreAddress(recipient.active);
        let about =
            MessageEntry::about(pid, arrived.code, &queued.envelope, recipient, &queued.file);
        let entry = MessageEntry {
            source: arrived.source,
            destination: Some(queued.file.channel),
            active: if queued.file.channel == Channel::Store { &store } else { about.active },
            host: &arrived.peer,
            ..about
        };
        engine.message(at, &queued.envelope, &entry);
    }
}
