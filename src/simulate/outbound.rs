//! The SMTP client: queue files of `tcp_local` on their way to other sites.
//!
//! Decides what becomes of each delivery; the texts of the other side are in `remote`.

use std::borrow::Cow;
use std::sync::Arc;
use std::vec::IntoIter;

use super::bounce::bounce;
use super::clock::{MINUTE, SECOND, SimTime};
use super::connection::{SmtpConnection, cipher, hang};
use super::domain::{DomainHealth, HostSoftware, LARGEST, MailDomain, MailHost, REFUSING, our_ip};
use super::engine::{Engine, SimEvent};
use super::processes::MtaProgram;
use super::queue::{DeliveryFate, Envelope, QueuedFile};
use super::random::{one_of, wait};
use super::record::{ConnectionEvent, ConnectionText, DeliveryStatus, MessageEvent, RecordBody};
use super::remote::{RemoteReply, RemoteVerdict, greeting};
use super::token::{
    ApplicationInfo, CallDirection, ConnectionEnds, MtaChannel, PeerHost, SimProcessId,
};

/// Files one run takes, and one connection carries, at most.
const BATCH: usize = 20;
/// Greylisting lets a message in that comes again after this time.
const GREYLIST: u64 = 300 * SECOND;
/// Minutes to the next attempt after the first failure, the second and so on.
const BACKOFF: [u64; 6] = [1, 2, 3, 5, 10, 20];

/// A file wants an attempt: the next run for its domain takes it along with others.
pub(super) fn due(engine: &mut Engine, now: SimTime, queued: QueuedFile) {
    let Some(domain) = queued.recipients.first().map(|recipient| recipient.active.domain) else {
        return;
    };
    if queued.file.attempts > 0 {
        engine.waiting.deferred = engine.waiting.deferred.saturating_sub(1);
    }
    // A relay has so many files that it has a job for nearly every one.
    if engine.relays() && one_of(&mut engine.rng, 4_000) {
        let soon = now.after(engine.rng.u64(2..SECOND));
        return deliver(engine, soon, domain, vec![queued]);
    }
    let gathered = engine.waiting.gathered.entry(domain).or_default();
    gathered.push(queued);
    if gathered.len() == 1 {
        let patience = if engine.relays() { MINUTE } else { 3 * SECOND };
        let soon = engine.rng.u64(20..patience);
        engine.plan(now.after(soon), SimEvent::Run(domain));
    }
}

/// The client looks after a domain.
pub(super) fn run(engine: &mut Engine, now: SimTime, domain: MailDomain) {
    let Some(mut files) = engine.waiting.gathered.remove(&domain) else {
        return;
    };
    if files.len() > BATCH {
        engine.waiting.gathered.insert(domain, files.split_off(BATCH));
        engine.plan(now.after(40), SimEvent::Run(domain));
    }
    deliver(engine, now, domain, files);
}

/// Tries files for a domain.
fn deliver(engine: &mut Engine, now: SimTime, domain: MailDomain, files: Vec<QueuedFile>) {
    match domain.health() {
        DomainHealth::Unknown => no_such_domain(engine, now, domain, files),
        DomainHealth::Unreachable => unreachable(engine, now, domain, files, "no route to host"),
        DomainHealth::Fine if domain == REFUSING && engine.incident.refused(now) => {
            unreachable(engine, now, domain, files, "Connection refused");
        }
        DomainHealth::Fine => {
            let mut files = files.into_iter();
            let mut at = now;
            while files.len() > 0 {
                converse(engine, at, domain, &mut files);
                at = at.after(engine.rng.u64(5..60));
            }
        }
    }
}

/// One connection, for as many files as the other side takes over it.
fn converse(
    engine: &mut Engine,
    now: SimTime,
    domain: MailDomain,
    files: &mut IntoIter<QueuedFile>,
) {
    let host = domain.host(&mut engine.rng);
    let tls = match host.software() {
        HostSoftware::Sendmail | HostSoftware::Appliance => None,
        _ => cipher(&mut engine.rng, 8_500),
    };
    let mut session = SmtpConnection::connect(engine, now, (domain, host), tls);
    let greeting = greeting(&engine.clock, now, host, engine.site.odd).into();
    let mut at = now.after(engine.rng.u64(10..120));
    for mut queued in files.by_ref() {
        at = at.after(8 + wait(&mut engine.rng, 35));
        let answer = answer(engine, at, domain, &mut queued);
        if answer == RemoteVerdict::Silence {
            at = at.after(hang(&mut engine.rng));
        }
        attempt(engine, at, &session, &greeting, (answer, queued));
        session.pid.sequence += 1;
        if matches!(answer, RemoteVerdict::Throttled | RemoteVerdict::Silence) {
            break;
        }
    }
    let quiet = match engine.rng.u32(0..1_000) {
        // Our client keeps it, in case there is more to send.
        0..60 => engine.rng.u64(8 * SECOND..50 * SECOND),
        // The other side never says goodbye.
        60..66 => hang(&mut engine.rng),
        _ => engine.rng.u64(4..60),
    };
    session.close(engine, at.after(quiet));
}

/// What the other side says to a message.
fn answer(
    engine: &mut Engine,
    at: SimTime,
    domain: MailDomain,
    queued: &mut QueuedFile,
) -> RemoteVerdict {
    if domain == LARGEST && engine.incident.throttled(at) && one_of(&mut engine.rng, 9_300) {
        return if one_of(&mut engine.rng, 6_000) {
            RemoteVerdict::Throttled
        } else {
            RemoteVerdict::RateLimited
        };
    }
    let first = *queued.tried.get_or_insert(at);
    match queued.fate {
        DeliveryFate::Greylisted if greylists(domain) && at < first.after(GREYLIST) => {
            RemoteVerdict::Greylisted
        }
        DeliveryFate::Welcome | DeliveryFate::Greylisted => RemoteVerdict::Accepted,
        DeliveryFate::UnknownUser => RemoteVerdict::UnknownUser,
        DeliveryFate::MailboxFull => RemoteVerdict::MailboxFull,
        DeliveryFate::Unwanted => RemoteVerdict::Unwanted,
        DeliveryFate::Broken => {
            queued.fate = DeliveryFate::Welcome;
            RemoteVerdict::Silence
        }
    }
}

/// Large providers know better ways.
fn greylists(domain: MailDomain) -> bool {
    matches!(
        domain.first_host().software(),
        HostSoftware::Postfix
            | HostSoftware::Exim
            | HostSoftware::Sendmail
            | HostSoftware::Appliance
    )
}

/// Writes what became of a file, recipient by recipient, and plans what follows.
fn attempt(
    engine: &mut Engine,
    at: SimTime,
    session: &SmtpConnection,
    greeting: &Arc<str>,
    (mut answer, queued): (RemoteVerdict, QueuedFile),
) {
    let Some((_, host)) = session.application.hosts else {
        return;
    };
    let keep = engine.waiting.may_defer(queued.file.attempts);
    let token = engine.rng.u64(..);
    for recipient in &queued.recipients {
        let mut action = answer.action();
        if action == 'Q' && !keep {
            action = 'R';
        }
        let conversation = RemoteReply {
            host,
            transport: session.transport,
            greeting: Arc::clone(greeting),
            answer,
            recipient: recipient.active,
            id: queued.envelope.id,
            token,
            odd: engine.site.odd,
        };
        let code = code(action, host.software(), session.application.tls.is_some());
        let whole = action == 'D' || answer == RemoteVerdict::Unwanted;
        let message = MessageEvent {
            size: if whole { queued.envelope.size } else { 0 },
            peer: PeerHost::Called(host),
            reason: if action == 'R' { answer.reason() } else { "" },
            status: DeliveryStatus::Remote(conversation),
            over: Some((session.transport, session.application)),
            ..MessageEvent::dequeued(code, &queued, recipient)
        };
        finish(engine, at, (session.pid, Some(session.number)), &queued.envelope, message);
        // Only the first of several is unknown or full.
        if matches!(answer, RemoteVerdict::UnknownUser | RemoteVerdict::MailboxFull) {
            answer = RemoteVerdict::Accepted;
        }
    }
    if keep && answer.action() == 'Q' {
        defer(engine, at, queued);
    }
}

/// Hosts that cannot be connected to: the first file finds that out, the others are not tried.
fn unreachable(
    engine: &mut Engine,
    now: SimTime,
    domain: MailDomain,
    files: Vec<QueuedFile>,
    reason: &'static str,
) {
    let mut pid = engine.staff.once(&mut engine.rng, MtaProgram::Client);
    let host = domain.first_host();
    let patience = if reason == "Connection refused" { 2 } else { 3 * SECOND };
    let mut at = now.after(patience + engine.rng.u64(1..40));
    failed_connection(engine, at, domain, host, pid);
    let connect: Cow<'static, str> =
        format!("TCP active open: Failed connect() {}:25  Error: {reason}", host.ip()).into();
    let dead = "Too many failures to this host during this run; skipping this host: \
                Dead (unresponsive) host";
    for (number, queued) in files.into_iter().enumerate() {
        pid.sequence += 1;
        at = at.after(engine.rng.u64(0..3));
        let text = if number == 0 { connect.clone() } else { dead.into() };
        let keep = engine.waiting.may_defer(queued.file.attempts);
        for recipient in &queued.recipients {
            let message = MessageEvent {
                size: 0,
                status: DeliveryStatus::Local(text.clone()),
                ..MessageEvent::dequeued(if keep { "Q" } else { "R" }, &queued, recipient)
            };
            finish(engine, at, (pid, None), &queued.envelope, message);
        }
        if keep {
            defer(engine, at, queued);
        }
    }
}

/// The entry of a connection that was never made; not all have got as far as a pair of ports.
fn failed_connection(
    engine: &mut Engine,
    at: SimTime,
    domain: MailDomain,
    host: MailHost,
    pid: SimProcessId,
) {
    let (theirs, port) = (host.ip(), engine.our_ports.next(&mut engine.rng));
    engine.our_ports.release(port);
    let transport =
        ConnectionEnds { ours: (our_ip(&mut engine.rng, theirs), port), theirs: (theirs, 25) };
    let change = ConnectionEvent {
        channel: MtaChannel::of(domain),
        direction: CallDirection::Outbound,
        code: 'Y',
        transport: one_of(&mut engine.rng, 6_000).then_some(transport),
        application: ApplicationInfo { hosts: Some((domain, host)), tls: None },
        text: ConnectionText::default(),
    };
    let connection = Some(engine.connection());
    engine.log(at, (pid, connection), RecordBody::Connection(change));
}

/// Names nobody answers for: returned at once.
fn no_such_domain(engine: &mut Engine, now: SimTime, domain: MailDomain, files: Vec<QueuedFile>) {
    let mut pid = engine.staff.once(&mut engine.rng, MtaProgram::Client);
    let text: Cow<'static, str> = format!("Illegal host/domain name found: {domain}").into();
    for queued in files {
        for recipient in &queued.recipients {
            let message = MessageEvent {
                size: 0,
                status: DeliveryStatus::Local(text.clone()),
                ..MessageEvent::dequeued("R", &queued, recipient)
            };
            finish(engine, now, (pid, None), &queued.envelope, message);
        }
        pid.sequence += 1;
    }
}

/// Writes an entry, after that of the bounce if there is to be one.
fn finish(
    engine: &mut Engine,
    at: SimTime,
    (pid, connection): (SimProcessId, Option<u64>),
    envelope: &Envelope,
    mut message: MessageEvent,
) {
    if message.action() == 'R' {
        // Some senders want no notification (NOTIFY=NEVER).
        if engine.oddly(3_000) {
            message.code = if message.code == "RES" { "KES" } else { "K" };
            message.reason = "";
        } else {
            bounce(engine, at, (pid, connection), envelope);
        }
    }
    engine.log(at, (pid, connection), RecordBody::Message(message));
}

/// Tells the senders that their mail is late.
fn warn(engine: &mut Engine, at: SimTime, queued: &QueuedFile) {
    let pid = engine.staff.once(&mut engine.rng, MtaProgram::Process);
    for recipient in &queued.recipients {
        bounce(engine, at, (pid, None), &queued.envelope);
        let status =
            DeliveryStatus::Local("Message still undelivered; it will be tried again".into());
        let message = MessageEvent { status, ..MessageEvent::dequeued("W", queued, recipient) };
        engine.log(at, (pid, None), RecordBody::Message(message));
    }
}

/// The file stays, and its name counts the failure.
fn defer(engine: &mut Engine, at: SimTime, mut queued: QueuedFile) {
    let tried = usize::try_from(queued.file.attempts).unwrap_or(usize::MAX);
    let minutes = BACKOFF[tried.min(BACKOFF.len() - 1)];
    queued.file.attempts += 1;
    if queued.file.attempts == 3 && engine.oddly(8_000) {
        warn(engine, at, &queued);
    }
    engine.waiting.deferred += 1;
    let later = at.after(minutes * MINUTE + engine.rng.u64(0..20 * SECOND));
    engine.plan(later, SimEvent::Due(Box::new(queued)));
}

/// The action with its modifiers: ESMTP, chunking, TLS.
fn code(action: char, software: HostSoftware, tls: bool) -> &'static str {
    let chunking = matches!(software, HostSoftware::Exchange | HostSoftware::SunMessaging);
    match (action, chunking, tls) {
        ('D', false, false) => "DE",
        ('D', false, true) => "DES",
        ('D', true, false) => "DEC",
        ('D', true, true) => "DECS",
        ('Q', _, false) => "QE",
        ('Q', _, true) => "QES",
        (_, _, false) => "RE",
        (_, _, true) => "RES",
    }
}
