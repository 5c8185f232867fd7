//! Unwanted clients: spammers, password guessers, broken programs.

use std::borrow::Cow;

use super::address::{MailAddress, Person};
use super::clock::{SECOND, SimTime};
use super::connection::{SmtpConnection, hang};
use super::domain::{HOME, MailDomain, client_ip};
use super::engine::Engine;
use super::queue::Envelope;
use super::random::{low, pick, wait};
use super::record::{ActiveRecipient, ConnectionText, DeliveryStatus, MessageEvent};
use super::token::{MtaChannel, PeerHost, Submitter};

/// Directory harvesting: tries one recipient after another.
pub(super) fn harvest(engine: &mut Engine, now: SimTime) {
    let (mut connection, peer, envelope) = stranger(engine, now);
    let mut at = now.after(60);
    for _ in 0..low(&mut engine.rng, 4..50) {
        at = at.after(wait(&mut engine.rng, 15));
        unknown(engine, at, &mut connection, peer, &envelope);
    }
    connection.close(engine, at.after(20));
}

/// Rejects an unknown local recipient.
pub(super) fn unknown(
    engine: &mut Engine,
    at: SimTime,
    connection: &mut SmtpConnection,
    peer: PeerHost,
    envelope: &Envelope,
) {
    let guess = MailAddress::guess(&mut engine.rng);
    let text = format!("550 5.1.1 unknown or illegal alias: {guess}");
    let refusal = refusal("J", envelope.from, ActiveRecipient::Address(guess), peer, text.into());
    refuse(engine, at, connection, MessageEvent { reason: "no such recipient", ..refusal });
}

/// Tries to relay mail to other domains.
pub(super) fn relay(engine: &mut Engine, now: SimTime) {
    let (mut connection, peer, envelope) = stranger(engine, now);
    let mut at = now.after(70);
    for _ in 0..=low(&mut engine.rng, 0..5) {
        at = at.after(wait(&mut engine.rng, 40));
        let domain = MailDomain::of_recipient(&mut engine.rng, engine.site.seed);
        let victim = MailAddress::remote(&mut engine.rng, domain);
        let victim = if engine.oddly(2_000) { victim.quoted() } else { victim };
        let text = format!("550 5.7.1 Relaying not permitted: {victim}");
        let refusal =
            refusal("J", envelope.from, ActiveRecipient::Address(victim), peer, text.into());
        refuse(engine, at, &mut connection, MessageEvent { reason: "relaying", ..refusal });
    }
    connection.close(engine, at.after(20));
}

/// Tries passwords, over one connection after another.
pub(super) fn guess_passwords(engine: &mut Engine, now: SimTime) {
    let ip = client_ip(&mut engine.rng);
    let mut at = now;
    for _ in 0..low(&mut engine.rng, 1..6) {
        let mut connection =
            SmtpConnection::accept(engine, at, (MtaChannel::Submit, 587), ip, None);
        let person = Person::local(&mut engine.rng);
        at = at.after(30 + wait(&mut engine.rng, 60));
        bad_password(engine, at, &mut connection, person);
        connection.close(engine, at.after(10));
        at = at.after(SECOND);
    }
}

/// Rejects a password, of a stranger or of a local user.
pub(super) fn bad_password(
    engine: &mut Engine,
    at: SimTime,
    connection: &mut SmtpConnection,
    person: Person,
) {
    let text = ConnectionText {
        message: "Bad password".into(),
        user: Some(person),
        diagnostic: "535 5.7.8 Bad username or password (Authentication failed).".into(),
    };
    connection.log(engine, at, 'U', text);
}

/// Connects from a blocked address.
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

/// Sends commands that are not SMTP.
pub(super) fn babble(engine: &mut Engine, now: SimTime) {
    let (mut connection, peer, _) = stranger(engine, now);
    let command = pick(&mut engine.rng, &["GET / HTTP/1.1", "XADR", "\\x16\\x03\\x01", "HELP ME"]);
    let text = format!("500 5.5.1 Unknown command \"{command}\" specified");
    let at = now.after(40);
    let refusal = refusal("B", None, ActiveRecipient::Command(command), peer, text.into());
    refuse(engine, at, &mut connection, refusal);
    connection.close(engine, at.after(5));
}

/// Requests its queued mail (ETRN).
pub(super) fn ask_for_queue(engine: &mut Engine, now: SimTime) {
    let (mut connection, _, envelope) = stranger(engine, now);
    let domain = envelope.from.map_or(HOME, |from| from.domain);
    let text =
        ConnectionText { diagnostic: domain.to_string().into(), ..ConnectionText::default() };
    connection.log(engine, now.after(40), 'I', text);
    connection.close(engine, now.after(60));
}

/// Connects and sends nothing; a few stay for minutes.
pub(super) fn idle(engine: &mut Engine, now: SimTime) {
    let connection = stranger(engine, now).0;
    let quiet =
        if engine.chance(2_500) { hang(&mut engine.rng) } else { engine.rng.u64(20..30 * SECOND) };
    connection.close(engine, now.after(quiet));
}

/// The client disconnects while it sends.
pub(super) fn broken_off(
    engine: &mut Engine,
    at: SimTime,
    connection: &SmtpConnection,
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
    connection.message(engine, at, MessageEvent { user: envelope.user, ..message });
}

fn stranger(engine: &mut Engine, now: SimTime) -> (SmtpConnection, PeerHost, Envelope) {
    let ip = client_ip(&mut engine.rng);
    let name = pick(&mut engine.rng, &["ylmf-pc", "localhost", "win-clj1b0", "mail", "User"]);
    let connection = SmtpConnection::accept(engine, now, (MtaChannel::Local, 25), ip, None);
    let domain = MailDomain::of_sender(&mut engine.rng, engine.site.seed);
    let from = MailAddress::remote(&mut engine.rng, domain);
    let envelope = Envelope::new(&mut engine.rng, from, Submitter::System);
    (connection, PeerHost::Dynamic(name, ip), envelope)
}

fn refuse(
    engine: &mut Engine,
    at: SimTime,
    connection: &mut SmtpConnection,
    message: MessageEvent,
) {
    connection.message(engine, at, message);
    connection.pid.sequence += 1;
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
