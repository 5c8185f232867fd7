//! Clients of a message store, and the mail that they send.

use super::abuse;
use super::address::{Addressee, MailAddress, Person};
use super::clock::{SECOND, SimTime};
use super::connection::{SmtpConnection, cipher, hang};
use super::domain::{MailDomain, client_ip};
use super::engine::Engine;
use super::enqueue::{MailArrival, enqueue};
use super::legacy;
use super::local::convert;
use super::options::SiteProfile;
use super::queue::{Envelope, local_recipients, remote_recipients};
use super::random::{low, pick, wait};
use super::record::ConnectionText;
use super::token::{MtaChannel, PeerHost, Submitter};

/// Local hosts that send: names, and last numbers of their addresses.
const MACHINES: [(&str, u8); 5] =
    [("erp", 61), ("crm1", 62), ("web2", 63), ("backup", 64), ("monitor", 65)];
const LAPTOPS: [&str; 6] = ["laptop-17", "iMac.local", "DESKTOP-7GQ2", "thinkpad", "phone", "pc12"];

/// A client connects.
pub(super) fn visit(engine: &mut Engine, now: SimTime) {
    if engine.oddly(200) {
        return abuse::ask_for_queue(engine, now);
    }
    match engine.rng.u32(0..1_000) {
        0..470 => from_internet(engine, now),
        470..735 => submission(engine, now),
        735..955 => from_machine(engine, now),
        955..963 => abuse::harvest(engine, now),
        963..973 => abuse::relay(engine, now),
        973..981 => abuse::guess_passwords(engine, now),
        981..990 => abuse::refused(engine, now),
        990..994 => abuse::babble(engine, now),
        _ => abuse::idle(engine, now),
    }
}

/// Another site sends.
fn from_internet(engine: &mut Engine, now: SimTime) {
    let domain = MailDomain::of_sender(&mut engine.rng, engine.site.seed);
    let (mut connection, arrived) = arrive(engine, now, MtaChannel::Local, domain);
    let mut at = now.after(engine.rng.u64(15..120));
    for _ in 0..=low(&mut engine.rng, 0..10) {
        at = at.after(wait(&mut engine.rng, 60));
        let envelope = letter(engine, domain);
        if engine.chance(60) {
            abuse::broken_off(engine, at, &connection, arrived.peer, &envelope);
            break;
        }
        let audience = audience(&mut engine.rng);
        let recipients = local_recipients(&mut engine.rng, audience);
        let recipients = legacy::recipients(engine, recipients);
        if engine.chance(300) || engine.oddly(1_000) {
            convert(engine, at, connection.pid, &arrived, &envelope, recipients);
            connection.pid.sequence += 1;
        } else {
            enqueue(engine, at, &mut connection.pid, &arrived, &envelope, recipients);
        }
        if engine.chance(150) {
            abuse::unknown(engine, at, &mut connection, arrived.peer, &envelope);
        }
    }
    leave(engine, at, connection);
}

/// A mail host of a domain connects.
pub(super) fn arrive(
    engine: &mut Engine,
    now: SimTime,
    channel: MtaChannel,
    domain: MailDomain,
) -> (SmtpConnection, MailArrival) {
    let host = domain.host(&mut engine.rng);
    let ip = host.ip();
    let peer = if engine.chance(1_500) {
        PeerHost::Nameless(host, ip)
    } else {
        PeerHost::Server(host, ip)
    };
    let tls = cipher(&mut engine.rng, 6_500);
    // The opening comes before STARTTLS and does not know of it.
    let mut connection = SmtpConnection::accept(engine, now, (channel, 25), ip, None);
    connection.application.tls = tls;
    let code = match (tls, engine.rng.u32(0..10)) {
        (Some(_), 0..4) => "EECS",
        (Some(_), _) => "EES",
        (None, 0) => "E",
        (None, 1..6) => "EEC",
        (None, _) => "EE",
    };
    let code = if engine.oddly(1_000) { "EEQ" } else { code };
    let arrived = MailArrival::over(&connection, channel, code, peer);
    (connection, arrived)
}

/// A message of another site: of a person, of a mailing list or, rarely, a notification.
pub(super) fn letter(engine: &mut Engine, domain: MailDomain) -> Envelope {
    let (rng, profile) = (&mut engine.rng, engine.site.profile);
    let envelope = match rng.u32(0..100) {
        0..6 => {
            let to = Person::local(rng);
            Envelope::bulk(rng, domain, to)
        }
        6..9 => {
            let from = MailAddress::automatic(rng, domain);
            Envelope {
                from: None,
                size: low(rng, 2..9),
                ..Envelope::new(rng, from, Submitter::System)
            }
        }
        _ => {
            let people = if profile == SiteProfile::Relay { domain.people() } else { 400 };
            let from = MailAddress::remote_of(rng, domain, people);
            Envelope::new(rng, from, Submitter::System)
        }
    };
    legacy::envelope(engine, envelope)
}

/// A local user authenticates and sends.
fn submission(engine: &mut Engine, now: SimTime) {
    let person = Person::local(&mut engine.rng);
    let ip = client_ip(&mut engine.rng);
    let peer = match engine.rng.u32(0..3) {
        0 => PeerHost::Literal(ip),
        _ => PeerHost::Dynamic(pick(&mut engine.rng, &LAPTOPS), ip),
    };
    let (listens, channel) = match engine.rng.u32(0..10) {
        0..6 => ((MtaChannel::Submit, 465), MtaChannel::Submit),
        6..9 => ((MtaChannel::Submit, 587), MtaChannel::Submit),
        _ => ((MtaChannel::Local, 25), MtaChannel::Auth),
    };
    let always = cipher(&mut engine.rng, 10_000);
    // Only port 465 is encrypted from the first byte on.
    let first = always.filter(|_| listens.1 == 465);
    let mut connection = SmtpConnection::accept(engine, now, listens, ip, first);
    connection.application.tls = if listens.1 == 25 { None } else { always };
    let mut at = now.after(engine.rng.u64(20..150));
    if engine.chance(300) {
        abuse::bad_password(engine, at, &mut connection, person);
        at = at.after(engine.rng.u64(2 * SECOND..9 * SECOND));
    }
    let welcome = ConnectionText {
        message: format!("Authentication successful - switched to channel {channel}").into(),
        user: Some(person),
        diagnostic: "235 2.7.0 PLAIN authentication successful.".into(),
    };
    connection.log(engine, at, 'U', welcome);
    let code = match connection.application.tls {
        Some(_) if engine.oddly(2_000) => "EEPSA",
        Some(_) => "EESA",
        None => "EEA",
    };
    let arrived = MailArrival::over(&connection, channel, code, peer);
    for _ in 0..=low(&mut engine.rng, 0..3) {
        at = at.after(10 + wait(&mut engine.rng, 60));
        let from = MailAddress::local(person);
        let envelope = Envelope::new(&mut engine.rng, from, Submitter::Authenticated(person));
        let envelope = legacy::envelope(engine, envelope);
        let recipients = circle(engine);
        enqueue(engine, at, &mut connection.pid, &arrived, &envelope, recipients);
    }
    leave(engine, at, connection);
}

/// A local host sends, mostly many messages.
fn from_machine(engine: &mut Engine, now: SimTime) {
    let (name, number) = pick(&mut engine.rng, &MACHINES);
    let ip = [192, 0, 2, number].into();
    let peer = PeerHost::Inside(name, ip);
    let channel = if engine.site.odd { MtaChannel::Router } else { MtaChannel::Intranet };
    let mut connection = SmtpConnection::accept(engine, now, (channel, 25), ip, None);
    let arrived = MailArrival::over(&connection, channel, "EE", peer);
    let mut at = now.after(engine.rng.u64(2..20));
    let from = MailAddress::automatic(&mut engine.rng, super::domain::HOME);
    for _ in 0..=low(&mut engine.rng, 0..32) {
        at = at.after(wait(&mut engine.rng, 30));
        let envelope = Envelope::new(&mut engine.rng, from, Submitter::System);
        // Confirmations, invoices, reminders: each to one customer.
        let recipients = if engine.chance(6_000) {
            let few = low(&mut engine.rng, 1..6);
            remote_recipients(&mut engine.rng, engine.site.seed, few)
        } else {
            circle(engine)
        };
        enqueue(engine, at, &mut connection.pid, &arrived, &envelope, recipients);
    }
    leave(engine, at, connection);
}

/// The recipients of a message from inside.
fn circle(engine: &mut Engine) -> Vec<Addressee> {
    let rng = &mut engine.rng;
    let audience = audience(rng);
    let recipients = match rng.u32(0..10) {
        0..3 => remote_recipients(rng, engine.site.seed, audience),
        3..8 => local_recipients(rng, audience),
        _ => {
            let mut all = remote_recipients(rng, engine.site.seed, audience.div_ceil(2));
            all.extend(local_recipients(rng, audience));
            all
        }
    };
    legacy::recipients(engine, recipients)
}

/// The number of recipients: mostly one, but a few messages go to many.
fn audience(rng: &mut fastrand::Rng) -> u32 {
    match rng.u32(0..100) {
        0..64 => 1,
        64..83 => low(rng, 2..8),
        83..96 => low(rng, 6..34),
        _ => low(rng, 20..90),
    }
}

/// The client quits, at once or after a while.
pub(super) fn leave(engine: &mut Engine, at: SimTime, connection: SmtpConnection) {
    let quiet = match engine.rng.u32(0..1_000) {
        0..50 => engine.rng.u64(5 * SECOND..60 * SECOND),
        50..54 => hang(&mut engine.rng),
        _ => engine.rng.u64(3..50),
    };
    connection.close(engine, at.after(quiet));
}
