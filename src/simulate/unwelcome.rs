//! Visitors nobody wants: spammers, guessers of passwords, broken programs.

use std::borrow::Cow;

use super::address::{Address, Person};
use super::chance::{low, one_of, pick, wait};
use super::clock::{SECOND, Time};
use super::domain::{Domain, HOME, client_ip};
use super::engine::Engine;
use super::fact::{Active, Message, Status, Words};
use super::queue::Envelope;
use super::session::{Session, hang};
use super::token::{Channel, Peer, User};

/// Tries names until it finds one that exists.
pub(super) fn harvest(engine: &mut Engine, now: Time) {
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
    at: Time,
    session: &mut Session,
    peer: Peer,
    envelope: &Envelope,
) {
    let guess = Address::guess(&mut engine.rng);
    let text = format!("550 5.1.1 unknown or illegal alias: {guess}");
    let refusal = refusal("J", envelope.from, Active::Address(guess), peer, text.into());
    refuse(engine, at, session, Message { reason: "no such recipient", ..refusal });
}

/// Tries to send to the world through us.
pub(super) fn relay(engine: &mut Engine, now: Time) {
    let (mut session, peer, envelope) = stranger(engine, now);
    let mut at = now.after(70);
    for _ in 0..=low(&mut engine.rng, 0..5) {
        at = at.after(wait(&mut engine.rng, 40));
        let domain = Domain::of_recipient(&mut engine.rng, engine.site.seed);
        let victim = Address::remote(&mut engine.rng, domain);
        let victim = if engine.oddly(2_000) { victim.quoted() } else { victim };
        let text = format!("550 5.7.1 Relaying not permitted: {victim}");
        let refusal = refusal("J", envelope.from, Active::Address(victim), peer, text.into());
        refuse(engine, at, &mut session, Message { reason: "relaying", ..refusal });
    }
    session.close(engine, at.after(20));
}

/// Tries passwords, over one connection after another.
pub(super) fn guess_passwords(engine: &mut Engine, now: Time) {
    let ip = client_ip(&mut engine.rng);
    let mut at = now;
    for _ in 0..low(&mut engine.rng, 1..6) {
        let mut session = Session::accept(engine, at, (Channel::Submit, 587), ip, None);
        let person = Person::local(&mut engine.rng);
        at = at.after(30 + wait(&mut engine.rng, 60));
        bad_password(engine, at, &mut session, person);
        session.close(engine, at.after(10));
        at = at.after(SECOND);
    }
}

/// A wrong password, by a stranger or by one of us.
pub(super) fn bad_password(engine: &mut Engine, at: Time, session: &mut Session, person: Person) {
    let words = Words {
        message: "Bad password".into(),
        user: Some(person),
        diagnostic: "535 5.7.8 Bad username or password (Authentication failed).".into(),
    };
    session.entry(engine, at, 'U', words);
}

/// Comes from where nobody may connect from.
pub(super) fn refused(engine: &mut Engine, now: Time) {
    let ip = client_ip(&mut engine.rng);
    let text = pick(
        &mut engine.rng,
        &[
            "554 5.7.1 Connection refused: this address is on our block list",
            "421 4.7.0 Too many connections from your address",
        ],
    );
    Session::reject(engine, now, ip, text);
}

/// Does not speak our language.
pub(super) fn babble(engine: &mut Engine, now: Time) {
    let (mut session, peer, _) = stranger(engine, now);
    let command = pick(&mut engine.rng, &["GET / HTTP/1.1", "XADR", "\\x16\\x03\\x01", "HELP ME"]);
    let text = format!("500 5.5.1 Unknown command \"{command}\" specified");
    let at = now.after(40);
    let refusal = refusal("B", None, Active::Command(command), peer, text.into());
    refuse(engine, at, &mut session, refusal);
    session.close(engine, at.after(5));
}

/// Asks for the mail that waits for it (ETRN).
pub(super) fn ask_for_queue(engine: &mut Engine, now: Time) {
    let (mut session, _, envelope) = stranger(engine, now);
    let domain = envelope.from.map_or(HOME, |from| from.domain);
    let words = Words { diagnostic: domain.to_string().into(), ..Words::default() };
    session.entry(engine, now.after(40), 'I', words);
    session.close(engine, now.after(60));
}

/// Connects and says nothing; some stay for long.
pub(super) fn idle(engine: &mut Engine, now: Time) {
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
    at: Time,
    session: &Session,
    peer: Peer,
    envelope: &Envelope,
) {
    let to = Address::local(Person::local(&mut engine.rng));
    let text = "data/big_smtp_read Error reading SMTP packet";
    let message = Message {
        original: Some(to),
        destination: Some(Channel::Store),
        ..refusal("VE", envelope.from, Active::Address(to), peer, text.into())
    };
    session.message(engine, at, Message { user: envelope.user, ..message });
}

fn stranger(engine: &mut Engine, now: Time) -> (Session, Peer, Envelope) {
    let ip = client_ip(&mut engine.rng);
    let name = pick(&mut engine.rng, &["ylmf-pc", "localhost", "win-clj1b0", "mail", "User"]);
    let session = Session::accept(engine, now, (Channel::Local, 25), ip, None);
    let domain = Domain::of_sender(&mut engine.rng, engine.site.seed);
    let from = Address::remote(&mut engine.rng, domain);
    let envelope = Envelope::new(&mut engine.rng, from, User::System);
    (session, Peer::Dynamic(name, ip), envelope)
}

fn refuse(engine: &mut Engine, at: Time, session: &mut Session, message: Message) {
    session.message(engine, at, message);
    session.pid.sequence += 1;
}

/// An entry of a message that was not taken: it has no size, no file and no id.
fn refusal(
    code: &'static str,
    from: Option<Address>,
    active: Active,
    peer: Peer,
    text: Cow<'static, str>,
) -> Message {
    Message {
        source: Channel::Local,
        destination: None,
        code,
        size: 0,
        from,
        original: None,
        active,
        file: None,
        id: None,
        cause: None,
        user: User::System,
        peer,
        filter: "",
        reason: "",
        status: Status::Ours(text),
        over: None,
        queued: None,
        recipient: 0,
        first: true,
    }
}
