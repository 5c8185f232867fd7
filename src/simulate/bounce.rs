//! Notifications: what the sender of an undeliverable message gets.

use std::fmt;

use super::address::Recipient;
use super::chance::low;
use super::clock::{SECOND, Time};
use super::domain::HOME;
use super::engine::{Engine, MessageEntry};
use super::enqueue::{Arrived, enqueue};
use super::queue::{Envelope, Queued};
use super::staff::Program;
use super::token::{Channel, MessageId, Peer, ProcessId, User};

/// Returns a message: the failing program queues a notification to `process`, which sends it on to
/// the sender. A notification itself is not returned.
pub(super) fn bounce(engine: &mut Engine, at: Time, pid: ProcessId, returned: &Envelope) {
    let Some(sender) = returned.from else {
        return;
    };
    let envelope = Envelope {
        from: None,
        id: MessageId::new(&mut engine.rng, HOME),
        size: low(&mut engine.rng, 2..7),
        user: User::System,
    };
    let recipient = Recipient::plain(sender);
    let queued = Queued::new(&mut engine.rng, Channel::Process, envelope, vec![recipient]);
    let entry = MessageEntry {
        source: Channel::Local,
        destination: Some(Channel::Process),
        ids: &Cause { notification: envelope.id, original: returned.id },
        ..MessageEntry::about(pid, "E", &envelope, &recipient, &queued.file)
    };
    engine.message(at, &envelope, &entry);
    let soon = engine.rng.u64(20..3 * SECOND);
    send(engine, at.after(soon), &queued);
}

/// The process channel takes the notification out and puts it where the sender is.
fn send(engine: &mut Engine, at: Time, queued: &Queued) {
    let mut pid = engine.staff.once(&mut engine.rng, Program::Process);
    let operation = pid;
    let arrived = Arrived { source: Channel::Process, code: "E", peer: Peer::None };
    enqueue(engine, at, &mut pid, &arrived, &queued.envelope, queued.recipients.clone());
    let done = at.after(engine.rng.u64(3..30));
    for recipient in &queued.recipients {
        let entry = MessageEntry::about(operation, "D", &queued.envelope, recipient, &queued.file);
        engine.message(done, &queued.envelope, &entry);
    }
}

/// Both ids, as the first entry of a notification has them.
struct Cause {
    notification: MessageId,
    original: MessageId,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.notification, self.original)
    }
}
