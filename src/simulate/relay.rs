//! Clients of a relay: mail hosts from all over the world with mail for its customers, and the
//! customers' hosts with mail for the world. Most of them send one message.

use super::abuse;
use super::address::{Addressee, MailAddress};
use super::clock::SimTime;
use super::domain::{DomainHealth, LARGEST, MailDomain};
use super::engine::Engine;
use super::enqueue::enqueue;
use super::inbound::{arrive, leave, letter};
use super::queue::without_twins;
use super::random::{low, one_of, wait};
use super::token::MtaChannel;

/// A client connects.
pub(super) fn visit(engine: &mut Engine, now: SimTime) {
    match engine.rng.u32(0..1_000) {
        0..440 => pass(engine, now, MtaChannel::Local),
        440..800 => pass(engine, now, MtaChannel::Intranet),
        800..802 => abuse::harvest(engine, now),
        802..807 => abuse::relay(engine, now),
        807..821 => abuse::refused(engine, now),
        821..825 => abuse::babble(engine, now),
        _ => abuse::idle(engine, now),
    }
}

/// Accepts mail from one side, the world or the customers, for the other side.
fn pass(engine: &mut Engine, now: SimTime, channel: MtaChannel) {
    let (rng, seed) = (&mut engine.rng, engine.site.seed);
    let from = match channel {
        MtaChannel::Intranet => MailDomain::of_customer(rng, seed),
        _ => match MailDomain::of_world(rng, seed) {
            // A name that does not exist has no host to send from.
            domain if domain.health() == DomainHealth::Unknown => LARGEST,
            domain => domain,
        },
    };
    let (mut connection, arrived) = arrive(engine, now, channel, from);
    let mut at = now.after(engine.rng.u64(15..120));
    let messages = if engine.chance(7_800) { 1 } else { low(&mut engine.rng, 2..6) };
    for _ in 0..messages {
        at = at.after(wait(&mut engine.rng, 60));
        let envelope = letter(engine, from);
        if engine.chance(60) {
            abuse::broken_off(engine, at, &connection, arrived.peer, &envelope);
            break;
        }
        let recipients = recipients(engine, channel);
        enqueue(engine, at, &mut connection.pid, &arrived, &envelope, recipients);
        if engine.chance(400) {
            abuse::unknown(engine, at, &mut connection, arrived.peer, &envelope);
        }
    }
    leave(engine, at, connection);
}

/// The recipients of a message: one person, or a few who mostly share a domain.
fn recipients(engine: &mut Engine, channel: MtaChannel) -> Vec<Addressee> {
    let (rng, seed) = (&mut engine.rng, engine.site.seed);
    let domain = |rng: &mut fastrand::Rng| match channel {
        MtaChannel::Intranet => MailDomain::of_world(rng, seed),
        _ => MailDomain::of_customer(rng, seed),
    };
    // Lists of the relay, whose members have their mailboxes elsewhere.
    let list = one_of(rng, 800).then(|| MailAddress::list(rng));
    let count = if list.is_some() || one_of(rng, 200) { low(rng, 2..5) } else { 1 };
    let mut to = domain(rng);
    let mut recipients = Vec::new();
    for _ in 0..count {
        let active = MailAddress::remote_of(rng, to, to.people());
        let original = list.unwrap_or(active);
        recipients.push(Addressee { original, ..Addressee::plain(active) });
        if one_of(rng, 2_500) {
            to = domain(rng);
        }
    }
    without_twins(recipients)
}
