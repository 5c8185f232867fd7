//! The channels that stay in the house: delivery to the message store, and conversion.

use super::address::{Recipient, StoreAddress};
use super::chance::{one_of, wait};
use super::clock::{MINUTE, SECOND, Time};
use super::engine::{Engine, Event, MessageEntry};
use super::enqueue::{Arrived, enqueue, write};
use super::queue::{Envelope, Queued};
use super::staff::Program;
use super::token::{Channel, Peer, ProcessId};

/// Delivers a file to the store. Now and then a mailbox is in use and its copy has to wait.
pub(super) fn deliver(engine: &mut Engine, now: Time, mut queued: Queued) {
    let pid = engine.staff.once(&mut engine.rng, Program::Store);
    let at = now.after(15 + wait(&mut engine.rng, 90));
    let busy = (queued.file.attempts < 3 && one_of(&mut engine.rng, 40))
        .then(|| engine.rng.usize(0..queued.recipients.len()));
    let mut kept = None;
    for (number, recipient) in queued.recipients.iter().enumerate() {
        if busy == Some(number) {
            kept = Some(*recipient);
            let text = &"Mailbox is busy";
            entry(engine, at, pid, &queued, recipient, ("Q", Some(text)));
        } else {
            entry(engine, at, pid, &queued, recipient, ("D", None));
        }
    }
    if let Some(recipient) = kept {
        queued.recipients = vec![recipient];
        queued.file.attempts += 1;
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
    recipients: Vec<Recipient>,
) {
    let queued = Queued::new(&mut engine.rng, Channel::Conversion, *envelope, recipients);
    write(engine, at, pid, arrived, &queued);
    let passed = at.after(40 + wait(&mut engine.rng, 150));
    let operation = engine.staff.once(&mut engine.rng, Program::Conversion);
    let onward = Arrived { source: Channel::Conversion, code: "E", peer: Peer::None };
    enqueue(engine, passed, &mut operation.clone(), &onward, envelope, queued.recipients.clone());
    let done = passed.after(engine.rng.u64(8..40));
    for recipient in &queued.recipients {
        entry(engine, done, operation, &queued, recipient, ("D", None));
    }
}

fn entry(
    engine: &mut Engine,
    at: Time,
    pid: ProcessId,
    queued: &Queued,
    recipient: &Recipient,
    (code, diagnostics): (&str, Option<&dyn std::fmt::Display>),
) {
    let store = StoreAddress(recipient.active);
    let about = MessageEntry::about(pid, code, &queued.envelope, recipient, &queued.file);
    let active = if queued.file.channel == Channel::Store { &store } else { about.active };
    engine.message(at, &queued.envelope, &MessageEntry { active, diagnostics, ..about });
}
