//! The channels that stay in the house: delivery to the message store, and conversion.

use super::address::Recipient;
use super::chance::{one_of, scatter, wait};
use super::clock::{MINUTE, SECOND, Time};
use super::engine::{Engine, Event};
use super::enqueue::{Arrived, enqueue, number, write};
use super::fact::{Body, Fact, Message, Status};
use super::queue::{Envelope, Queued};
use super::staff::Program;
use super::token::{Channel, ProcessId, QueueFile};

/// Delivers a file to the store. Now and then a mailbox is in use and its copy has to wait.
pub(super) fn deliver(engine: &mut Engine, now: Time, mut queued: Queued) {
    let pid = engine.staff.once(&mut engine.rng, Program::Store);
    let at = now.after(15 + wait(&mut engine.rng, 90));
    let busy = (queued.file.attempts < 3 && one_of(&mut engine.rng, 40))
        .then(|| engine.rng.usize(0..queued.recipients.len()));
    // Where the others are done, an odd site has what is left in a file of its own.
    let parted = busy.is_some() && queued.recipients.len() > 1 && engine.oddly(5_000);
    let mut kept = None;
    for (number, recipient) in queued.recipients.iter().enumerate() {
        if busy == Some(number) {
            kept = Some(*recipient);
            let status = Status::Ours("Mailbox is busy".into());
            let code = if parted { "Z" } else { "Q" };
            let message = Message::dequeued(code, &queued, recipient);
            entry(engine, at, pid, Message { status, ..message });
        } else {
            let message = Message::dequeued("D", &queued, recipient);
            let filter = filtered(&queued.envelope, recipient);
            entry(engine, at, pid, Message { filter, ..message });
        }
    }
    if let Some(recipient) = kept {
        queued.recipients = vec![recipient];
        queued.file.attempts += 1;
        if parted {
            queued.file = QueueFile::new(&mut engine.rng, Channel::Store);
            queued.since = at;
            write(engine, at, pid, &Arrived::from(Channel::Store), &queued);
        }
        let later = at.after(engine.rng.u64(40 * SECOND..3 * MINUTE));
        engine.plan(later, Event::Due(Box::new(queued)));
    }
}

/// Takes a message in over the conversion channel, which looks for what no mail should carry. The
/// onward entries come before that of the file being done.
pub(super) fn convert(
    engine: &mut Engine,
    at: Time,
    pid: ProcessId,
    arrived: &Arrived,
    envelope: &Envelope,
    mut recipients: Vec<Recipient>,
) {
    number(&mut recipients);
    let queued = Queued::new(&mut engine.rng, at, Channel::Conversion, *envelope, recipients);
    write(engine, at, pid, arrived, &queued);
    let passed = at.after(40 + wait(&mut engine.rng, 150));
    let operation = engine.staff.once(&mut engine.rng, Program::Conversion);
    let onward = Arrived::from(Channel::Conversion);
    enqueue(engine, passed, &mut operation.clone(), &onward, envelope, queued.recipients.clone());
    let done = passed.after(engine.rng.u64(8..40));
    for recipient in &queued.recipients {
        entry(engine, done, operation, Message::dequeued("D", &queued, recipient));
    }
}

/// What a few people have their Sieve scripts do.
fn filtered(envelope: &Envelope, recipient: &Recipient) -> &'static str {
    match scatter(envelope.id.number().wrapping_add(u64::from(recipient.number))) % 40 {
        0 => "discard",
        1 | 2 => "fileinto \"Junk\"",
        _ => "",
    }
}

fn entry(engine: &mut Engine, at: Time, pid: ProcessId, message: Message) {
    engine.log(at, Fact { pid, connection: None, body: Body::Message(message) });
}
