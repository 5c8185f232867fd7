//! Visitors nobody wants: spammers, guessers of passwords, broken programs.

use std::borrow::Cow;

use super::address::{MailAddress, Person};
use super::clock::{SECOND, SimTime};
use super::connection::{SmtpConnection, hang};
use super::domain::{HOME, MailDomain, client_ip};
use super::engine::Engine;
use super::queue::Envelope;
use super::random::{low, one_of, pick, wait};
use super::record::{ActiveRecipient, ConnectionText, DeliveryStatus, MessageEvent};
use super::token::{MtaChannel, PeerHost, Submitter};

/// Tries names until it finds one that exists.
pub(super) fn harvest(engine: &mut Engine, now: SimTime) {
    let (mut session, peer, envelope) = stranger(engine, now);
    let mut at = now.after(60);
    for _ in 0..low(&mut engine.rng, 4..50) {
        at = at.after(wait(&mut engine.rng, 15));
        unknown(engine, at, &mut session, peer, &envelope);
    }
    session.close(engine, at.after(20));
}

/// A recipient of ours who does not exist.
pub(super) fn unknown(
    engine: &mut Engine,
    at: SimTime,
    session: &mut SmtpConnection,
    peer: PeerHost,
    envelope: &Envelope,
) {
    let guess = MailAddress::guess(&mut engine.rng);
    let text = format!("550 5.1.1 unknown or illegal alias: {guess}");
    let refusal = refusal("J", envelope.from, ActiveRecipient::Address(guess), peer, text.into());
    refuse(engine, at, session, MessageEvent { reason: "no such recipient", ..refusal });
}

/// Tries to send to the world through us.
pub(super) fn relay(engine: &mut Engine, now: SimTime) {
    let (mut session, peer, envelope) = stranger(engine, now);
    let mut at = now.after(70);
    for _ in 0..=low(&mut engine.rng, 0..5) {
        at = at.after(wait(&mut engine.rng, 40));
        let domain = MailDomain::of_recipient(&mut engine.rng, engine.site.seed);
        let victim = MailAddress::remote(&mut engine.rng, domain);
        let victim = if engine.oddly(2_000) { victim.quoted() } else { victim };
        let text = format!("550 5.7.1 Relaying not permitted: {victim}");
        let refusal =
            refusal("J", envelope.from, ActiveRecipient::Address(victim), peer, text.into());
        refuse(engine, at, &mut session, MessageEvent { reason: "relaying", ..refusal });
    }
    session.close(engine, at.after(20));
}

/// Tries passwords, over one connection after another.
pub(super) fn guess_passwords(engine: &mut Engine, now: SimTime) {
    let ip = client_ip(&mut engine.rng);
    let mut at = now;
    for _ in 0..low(&mut engine.rng, 1..6) {
        let mut session = SmtpConnection::accept(engine, at, (MtaChannel::Submit, 587), ip, None);
        let person = Person::local(&mut engine.rng);
        at = at.after(30 + wait(&mut engine.rng, 60));
        bad_password(engine, at, &mut session, person);
        session.close(engine, at.after(10));
        at = at.after(SECOND);
    }
}

/// A wrong password, by a stranger or by one of us.
pub(super) fn bad_password(
    engine: &mut Engine,
    at: SimTime,
    session: &mut SmtpConnection,
    person: Person,
) {
    let words = ConnectionText {
        message: "Bad password".into(),
        user: Some(person),
        diagnostic: "535 5.7.8 Bad username or password (Authentication failed).".into(),
    };
    session.entry(engine, at, 'U', words);
}

/// Comes from where nobody may connect from.
pub(super) fn refused(engine: &mut Engine, now: SimTime) {
    let ip = client_ip(&mut engine.rng);
    let text = pick(
        &mut engine.rng,
        &[
            "554 5.7.1 Connection refused: this address is on our block list",
            "421 4.7.0 Too many connections from your address",
        ],
    );
    SmtpConnection::reject(engine, now, ip, text);
}

/// Does not speak our language.
pub(super) fn babble(engine: &mut Engine, now: SimTime) {
    let (mut session, peer, _) = stranger(engine, now);
    let command = pick(&mut engine.rng, &["GET / HTTP/1.1", "XADR", "\\x16\\x03\\x01", "HELP ME"]);
    let text = format!("500 5.5.1 Unknown command \"{command}\" specified");
    let at = now.after(40);
    let refusal = refusal("B", None, ActiveRecipient::Command(command), peer, text.into());
    refuse(engine, at, &mut session, refusal);
    session.close(engine, at.after(5));
}

/// Asks for the mail that waits for it (ETRN).
pub(super) fn ask_for_queue(engine: &mut Engine, now: SimTime) {
    let (mut session, _, envelope) = stranger(engine, now);
    let domain = envelope.from.map_or(HOME, |from| from.domain);
    let words =
        ConnectionText { diagnostic: domain.to_string().into(), ..ConnectionText::default() };
    session.entry(engine, now.after(40), 'I', words);
    session.close(engine, now.after(60));
}

/// Connects and says nothing; some stay for long.
pub(super) fn idle(engine: &mut Engine, now: SimTime) {
    let session = stranger(engine, now).0;
    let quiet = if one_of(&mut engine.rng, 2_500) {
        hang(&mut engine.rng)
    } else {
        engine.rng.u64(20..30 * SECOND)
    };
    session.close(engine, now.after(quiet));
}

/// A client that goes away while it sends.
pub(super) fn broken_off(
    engine: &mut Engine,
    at: SimTime,
    session: &SmtpConnection,
    peer: PeerHost,
    envelope: &Envelope,
) {
    let to = MailAddress::local(Person::local(&mut engine.rng));
    let text = "data/big_smtp_read Error reading SMTP packet";
    let message = MessageEvent {
        original: Some(to),
        destination: Some(MtaChannel::Store),
        ..refusal("VE", envelope.from, ActiveRecipient::Address(to), peer, text.into())
    };
    session.message(engine, at, MessageEvent { user: envelope.user, ..message });
}

fn stranger(engine: &mut Engine, now: SimTime) -> (SmtpConnection, PeerHost, Envelope) {
    let ip = client_ip(&mut engine.rng);
    let name = pick(&mut engine.rng, &["ylmf-pc", "localhost", "win-clj1b0", "mail", "User"]);
    let session = SmtpConnection::accept(engine, now, (MtaChannel::Local, 25), ip, None);
    let domain = MailDomain::of_sender(&mut engine.rng, engine.site.seed);
    let from = MailAddress::remote(&mut engine.rng, domain);
    let envelope = Envelope::new(&mut engine.rng, from, Submitter::System);
    (session, PeerHost::Dynamic(name, ip), envelope)
}

fn refuse(engine: &mut Engine, at: SimTime, session: &mut SmtpConnection, message: MessageEvent) {
    session.message(engine, at, message);
    session.pid.sequence += 1;
}

/// An entry of a message that was not accepted.
fn refusal(
    code: &'static str,
    from: Option<MailAddress>,
    active: ActiveRecipient,
    peer: PeerHost,
    text: Cow<'static, str>,
) -> MessageEvent {
    let status = DeliveryStatus::Local(text);
    MessageEvent { peer, status, ..MessageEvent::unaccepted(code, from, active) }
}
