//! Local channels: delivery to the message store, and conversion.

use super::address::Addressee;
use super::clock::{MINUTE, SECOND, SimTime};
use super::engine::{Engine, SimEvent};
use super::enqueue::{MailArrival, enqueue, number, write};
use super::processes::MtaProgram;
use super::queue::{Envelope, QueuedFile};
use super::random::{scatter, wait};
use super::record::{DeliveryStatus, MessageEvent};
use super::token::{MtaChannel, QueuePath, SimProcessId};

/// Delivers a file to the store. Now and then a mailbox is busy and its copy is deferred.
pub(super) fn deliver(engine: &mut Engine, now: SimTime, mut queued: QueuedFile) {
    let pid = engine.operation(MtaProgram::Store);
    let at = now.after(15 + wait(&mut engine.rng, 90));
    let busy = (queued.file.attempts < 3 && engine.chance(40))
        .then(|| engine.rng.usize(0..queued.recipients.len()));
    // An odd site moves the deferred recipient to a new file.
    let parted = busy.is_some() && queued.recipients.len() > 1 && engine.oddly(5_000);
    let mut kept = None;
    for (number, recipient) in queued.recipients.iter().enumerate() {
        if busy == Some(number) {
            kept = Some(*recipient);
            let status = DeliveryStatus::Local("Mailbox is busy".into());
            let code = if parted { "Z" } else { "Q" };
            let message = MessageEvent::dequeued(code, &queued, recipient);
            entry(engine, at, pid, MessageEvent { status, ..message });
        } else {
            let message = MessageEvent::dequeued("D", &queued, recipient);
            let filter = filtered(&queued.envelope, recipient);
            entry(engine, at, pid, MessageEvent { filter, ..message });
        }
    }
    if let Some(recipient) = kept {
        queued.recipients = vec![recipient];
        queued.file.attempts += 1;
        if parted {
            queued.file = QueuePath::new(&mut engine.rng, MtaChannel::Store);
            queued.since = at;
            write(engine, at, pid, &MailArrival::from(MtaChannel::Store), &queued);
        }
        let later = at.after(engine.rng.u64(40 * SECOND..3 * MINUTE));
        engine.plan(later, SimEvent::Due(Box::new(queued)));
    }
}

/// Accepts a message through the conversion channel. The
/// onward enqueues come before the dequeue.
pub(super) fn convert(
    engine: &mut Engine,
    at: SimTime,
    pid: SimProcessId,
    arrived: &MailArrival,
    envelope: &Envelope,
    mut recipients: Vec<Addressee>,
) {
    number(&mut recipients);
    let queued =
        QueuedFile::new(&mut engine.rng, at, MtaChannel::Conversion, *envelope, recipients);
    write(engine, at, pid, arrived, &queued);
    let passed = at.after(40 + wait(&mut engine.rng, 150));
    let operation = engine.operation(MtaProgram::Conversion);
    let onward = MailArrival::from(MtaChannel::Conversion);
    enqueue(engine, passed, &mut operation.clone(), &onward, envelope, queued.recipients.clone());
    let done = passed.after(engine.rng.u64(8..40));
    for recipient in &queued.recipients {
        entry(engine, done, operation, MessageEvent::dequeued("D", &queued, recipient));
    }
}

/// Action of the Sieve scripts of a few users.
fn filtered(envelope: &Envelope, recipient: &Addressee) -> &'static str {
    match scatter(envelope.id.number().wrapping_add(u64::from(recipient.number))) % 40 {
        0 => "discard",
        1 | 2 => "fileinto \"Junk\"",
        _ => "",
    }
}

fn entry(engine: &mut Engine, at: SimTime, pid: SimProcessId, message: MessageEvent) {
    engine.log_message(at, (pid, None), message);
}
