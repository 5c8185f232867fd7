//! Notifications to the senders of undeliverable messages.

use super::address::Addressee;
use super::clock::{SECOND, SimTime};
use super::domain::HOME;
use super::engine::Engine;
use super::enqueue::{MailArrival, enqueue};
use super::processes::MtaProgram;
use super::queue::{Envelope, QueuedFile};
use super::random::low;
use super::record::{MessageEvent, RecordBody};
use super::token::{MailId, MtaChannel, SimProcessId, Submitter};

/// Returns a message: the failing program queues a notification to `process`, which sends it on to
/// the sender. A notification itself is not returned.
pub(super) fn bounce(
    engine: &mut Engine,
    at: SimTime,
    (pid, connection): (SimProcessId, Option<u64>),
    returned: &Envelope,
) {
    let Some(sender) = returned.from else {
        return;
    };
    let envelope = Envelope {
        from: None,
        id: MailId::new(&mut engine.rng, HOME),
        size: low(&mut engine.rng, 2..7),
        user: Submitter::System,
    };
    let recipient = Addressee { number: 1, ..Addressee::plain(sender) };
    let queued =
        QueuedFile::new(&mut engine.rng, at, MtaChannel::Process, envelope, vec![recipient]);
    let message = MessageEvent {
        source: MtaChannel::Local,
        destination: Some(MtaChannel::Process),
        cause: Some(returned.id),
        ..MessageEvent::about("E", &envelope, &recipient, queued.file)
    };
    engine.log_message(at, (pid, connection), message);
    let soon = engine.rng.u64(20..3 * SECOND);
    send(engine, at.after(soon), &queued);
}

/// The process channel dequeues the notification and enqueues it for the sender.
fn send(engine: &mut Engine, at: SimTime, queued: &QueuedFile) {
    let mut pid = engine.operation(MtaProgram::Process);
    let operation = pid;
    let arrived = MailArrival::from(MtaChannel::Process);
    enqueue(engine, at, &mut pid, &arrived, &queued.envelope, queued.recipients.clone());
    let done = at.after(engine.rng.u64(3..30));
    for recipient in &queued.recipients {
        let body = RecordBody::Message(MessageEvent::dequeued("D", queued, recipient));
        engine.log(done, (operation, None), body);
    }
}
