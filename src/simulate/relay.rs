//! Who connects to a relay: mail hosts from all over the world, with mail for its customers, and the
//! customers' hosts, with mail for the world. Hardly any of them has more than one message.

use super::address::{Address, Recipient};
use super::chance::{low, one_of, wait};
use super::clock::Time;
use super::domain::{Domain, Health, LARGEST};
use super::engine::Engine;
use super::enqueue::enqueue;
use super::inbound::{arrive, leave, letter};
use super::queue::without_twins;
use super::token::Channel;
use super::unwelcome;

/// Somebody connects.
pub(super) fn visit(engine: &mut Engine, now: Time) {
    match engine.rng.u32(0..1_000) {
        0..440 => pass(engine, now, Channel::Local),
        440..800 => pass(engine, now, Channel::Intranet),
        800..802 => unwelcome::harvest(engine, now),
        802..807 => unwelcome::relay(engine, now),
        807..821 => unwelcome::refused(engine, now),
        821..825 => unwelcome::babble(engine, now),
        _ => unwelcome::idle(engine, now),
    }
}

/// Takes mail in over a channel that is for somebody behind the other one.
fn pass(engine: &mut Engine, now: Time, channel: Channel) {
    let (rng, seed) = (&mut engine.rng, engine.site.seed);
    let from = match channel {
        Channel::Intranet => Domain::of_customer(rng, seed),
        _ => match Domain::of_world(rng, seed) {
            // A name that does not exist has no host to send from.
            domain if domain.health() == Health::Unknown => LARGEST,
            domain => domain,
        },
    };
    let (mut session, arrived) = arrive(engine, now, channel, from);
    let mut at = now.after(engine.rng.u64(15..120));
    let messages = if one_of(&mut engine.rng, 7_800) { 1 } else { low(&mut engine.rng, 2..6) };
    for _ in 0..messages {
        at = at.after(wait(&mut engine.rng, 60));
        let envelope = letter(engine, from);
        if one_of(&mut engine.rng, 60) {
            unwelcome::broken_off(engine, at, &session, arrived.peer, &envelope);
            break;
        }
        let recipients = recipients(engine, channel);
        enqueue(engine, at, &mut session.pid, &arrived, &envelope, recipients);
        if one_of(&mut engine.rng, 400) {
            unwelcome::unknown(engine, at, &mut session, arrived.peer, &envelope);
        }
    }
    leave(engine, at, session);
}

/// Whom a message goes to that came over a channel: one person, or a few who mostly share a domain.
fn recipients(engine: &mut Engine, channel: Channel) -> Vec<Recipient> {
    let (rng, seed) = (&mut engine.rng, engine.site.seed);
    let domain = |rng: &mut fastrand::Rng| match channel {
        Channel::Intranet => Domain::of_world(rng, seed),
        _ => Domain::of_customer(rng, seed),
    };
    // Lists of ours have their members at customers, and are written to by everybody.
    let list = one_of(rng, 800).then(|| Address::list(rng));
    let count = if list.is_some() || one_of(rng, 200) { low(rng, 2..5) } else { 1 };
    let mut to = domain(rng);
    let mut recipients = Vec::new();
    for _ in 0..count {
        let active = Address::remote_of(rng, to, to.people());
        let original = list.unwrap_or(active);
        recipients.push(Recipient { original, ..Recipient::plain(active) });
        if one_of(rng, 2_500) {
            to = domain(rng);
        }
    }
    without_twins(recipients)
}
