//! Notifications: what the sender of an undeliverable message gets.

use super::address::Recipient;
use super::chance::low;
use super::clock::{SECOND, Time};
use super::domain::HOME;
use super::engine::Engine;
use super::enqueue::{Arrived, enqueue};
use super::fact::{Body, Fact, Message};
use super::queue::{Envelope, Queued};
use super::staff::Program;
use super::token::{Channel, MessageId, ProcessId, User};

/// Returns a message: the failing program queues a notification to `process`, which sends it on to
/// the sender. A notification itself is not returned.
pub(super) fn bounce(
    engine: &mut Engine,
    at: Time,
    (pid, connection): (ProcessId, Option<u64>),
    returned: &Envelope,
) {
    let Some(sender) = returned.from else {
        return;
    };
    let envelope = Envelope {
        from: None,
        id: MessageId::new(&mut engine.rng, HOME),
        size: low(&mut engine.rng, 2..7),
        user: User::System,
    };
    let recipient = Recipient { number: 1, ..Recipient::plain(sender) };
    let queued = Queued::new(&mut engine.rng, at, Channel::Process, envelope, vec![recipient]);
    let message = Message {
        source: Channel::Local,
        destination: Some(Channel::Process),
        cause: Some(returned.id),
        ..Message::about("E", &envelope, &recipient, queued.file)
    };
    engine.log(at, Fact { pid, connection, body: Body::Message(message) });
    let soon = engine.rng.u64(20..3 * SECOND);
    send(engine, at.after(soon), &queued);
}

/// The process channel takes the notification out and puts it where the sender is.
fn send(engine: &mut Engine, at: Time, queued: &Queued) {
    let mut pid = engine.staff.once(&mut engine.rng, Program::Process);
    let operation = pid;
    let arrived = Arrived::from(Channel::Process);
    enqueue(engine, at, &mut pid, &arrived, &queued.envelope, queued.recipients.clone());
    let done = at.after(engine.rng.u64(3..30));
    for recipient in &queued.recipients {
        let body = Body::Message(Message::dequeued("D", queued, recipient));
        engine.log(done, Fact { pid: operation, connection: None, body });
    }
}
