//! The SMTP client: delivers queue files to other sites.
//!
//! Decides the outcome of each delivery; the responses of remote servers are in `remote`.

use std::sync::Arc;
use std::vec::IntoIter;

use super::bounce::bounce;
use super::clock::{MINUTE, SECOND, SimTime};
use super::connection::{SmtpConnection, cipher, hang};
use super::domain::{DomainHealth, HostSoftware, LARGEST, MailDomain, MailHost, REFUSING, our_ip};
use super::engine::{Engine, SimEvent};
use super::processes::MtaProgram;
use super::queue::{Envelope, QueuedFile};
use super::random::wait;
use super::record::{ConnectionEvent, ConnectionText, DeliveryStatus, MessageEvent, RecordBody};
use super::remote::{RemoteReply, RemoteVerdict, greeting};
use super::token::{
    ApplicationInfo, CallDirection, ConnectionEnds, MtaChannel, PeerHost, SimProcessId,
};

/// Most files of one queue run, and of one connection.
const BATCH: usize = 20;
/// Greylisting accepts a message that is retried after this time.
const GREYLIST: u64 = 300 * SECOND;
/// Status of files behind the first one for a host that cannot be reached.
const SKIPPED: &str = "Too many failures to this host during this run; skipping this host: \
                       Dead (unresponsive) host";
/// Minutes to the next attempt after the first failure, the second and so on.
const BACKOFF: [u64; 6] = [1, 2, 3, 5, 10, 20];

/// A file is due: the next queue run for its domain takes it along with others.
pub(super) fn due(engine: &mut Engine, now: SimTime, queued: QueuedFile) {
    let Some(domain) = queued.recipients.first().map(|recipient| recipient.active.domain) else {
        return;
    };
    if queued.file.attempts > 0 {
        engine.waiting.deferred = engine.waiting.deferred.saturating_sub(1);
    }
    // A relay often starts a run for one file, so that most connections carry one message.
    if engine.relays() && engine.chance(4_000) {
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

/// A queue run for a domain.
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

/// One connection, for as many files as the server accepts over it.
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
    let mut connection = SmtpConnection::connect(engine, now, (domain, host), tls);
    let greeting = greeting(&engine.clock, now, host, engine.site.odd).into();
    let mut at = now.after(engine.rng.u64(10..120));
    for mut queued in files.by_ref() {
        at = at.after(8 + wait(&mut engine.rng, 35));
        let verdict = verdict(engine, at, domain, &mut queued);
        if verdict == RemoteVerdict::Silence {
            at = at.after(hang(&mut engine.rng));
        }
        attempt(engine, at, &connection, &greeting, (verdict, queued));
        connection.pid.sequence += 1;
        if matches!(verdict, RemoteVerdict::Throttled | RemoteVerdict::Silence) {
            break;
        }
    }
    let quiet = match engine.rng.u32(0..1_000) {
        // The client keeps it open, in case there is more to send.
        0..60 => engine.rng.u64(8 * SECOND..50 * SECOND),
        // The server never replies to QUIT.
        60..66 => hang(&mut engine.rng),
        _ => engine.rng.u64(4..60),
    };
    connection.close(engine, at.after(quiet));
}

/// The response to a message.
fn verdict(
    engine: &mut Engine,
    at: SimTime,
    domain: MailDomain,
    queued: &mut QueuedFile,
) -> RemoteVerdict {
    if domain == LARGEST && engine.incident.throttled(at) && engine.chance(9_300) {
        return if engine.chance(6_000) {
            RemoteVerdict::Throttled
        } else {
            RemoteVerdict::RateLimited
        };
    }
    let first = *queued.tried.get_or_insert(at);
    match queued.fate {
        RemoteVerdict::Greylisted if !greylists(domain) || at >= first.after(GREYLIST) => {
            RemoteVerdict::Accepted
        }
        // A link breaks once only.
        RemoteVerdict::Silence => std::mem::replace(&mut queued.fate, RemoteVerdict::Accepted),
        fate => fate,
    }
}

/// Large providers do not greylist.
fn greylists(domain: MailDomain) -> bool {
    matches!(
        domain.first_host().software(),
        HostSoftware::Postfix
            | HostSoftware::Exim
            | HostSoftware::Sendmail
            | HostSoftware::Appliance
    )
}

/// Writes the outcome of a file for each recipient, and schedules a retry.
fn attempt(
    engine: &mut Engine,
    at: SimTime,
    connection: &SmtpConnection,
    greeting: &Arc<str>,
    (mut verdict, queued): (RemoteVerdict, QueuedFile),
) {
    let Some((_, host)) = connection.application.hosts else {
        return;
    };
    let keep = engine.waiting.may_defer(queued.file.attempts);
    let token = engine.rng.u64(..);
    for recipient in &queued.recipients {
        let mut action = verdict.action();
        if action == 'Q' && !keep {
            action = 'R';
        }
        let conversation = RemoteReply {
            host,
            transport: connection.transport,
            greeting: Arc::clone(greeting),
            verdict,
            recipient: recipient.active,
            id: queued.envelope.id,
            token,
            odd: engine.site.odd,
        };
        let code = code(action, host.software(), connection.application.tls.is_some());
        let whole = action == 'D' || verdict == RemoteVerdict::Unwanted;
        let message = MessageEvent {
            size: if whole { queued.envelope.size } else { 0 },
            peer: PeerHost::Called(host),
            reason: if action == 'R' { verdict.reason() } else { "" },
            status: DeliveryStatus::Remote(conversation),
            over: Some((connection.transport, connection.application)),
            ..MessageEvent::dequeued(code, &queued, recipient)
        };
        finish(engine, at, (connection.pid, Some(connection.number)), &queued.envelope, message);
        // Only the first of several is unknown or full.
        if matches!(verdict, RemoteVerdict::UnknownUser | RemoteVerdict::MailboxFull) {
            verdict = RemoteVerdict::Accepted;
        }
    }
    if keep && verdict.action() == 'Q' {
        defer(engine, at, queued);
    }
}

/// The host cannot be reached: the first file detects that, the others are not tried.
fn unreachable(
    engine: &mut Engine,
    now: SimTime,
    domain: MailDomain,
    files: Vec<QueuedFile>,
    reason: &'static str,
) {
    let mut pid = engine.operation(MtaProgram::Client);
    let host = domain.first_host();
    let patience = if reason == "Connection refused" { 2 } else { 3 * SECOND };
    let mut at = now.after(patience + engine.rng.u64(1..40));
    failed_connection(engine, at, domain, host, pid);
    let connect = format!("TCP active open: Failed connect() {}:25  Error: {reason}", host.ip());
    let mut status = DeliveryStatus::Local(connect.into());
    for queued in files {
        pid.sequence += 1;
        at = at.after(engine.rng.u64(0..3));
        let keep = engine.waiting.may_defer(queued.file.attempts);
        fail(engine, at, pid, if keep { "Q" } else { "R" }, &queued, &status);
        if keep {
            defer(engine, at, queued);
        }
        status = DeliveryStatus::Local(SKIPPED.into());
    }
}

/// The entry of a failed connection; some failed before they had ports.
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
        transport: engine.chance(6_000).then_some(transport),
        application: ApplicationInfo { hosts: Some((domain, host)), tls: None },
        text: ConnectionText::default(),
    };
    let connection = Some(engine.connection());
    engine.log(at, (pid, connection), RecordBody::Connection(change));
}

/// The domain does not exist: the messages are returned at once.
fn no_such_domain(engine: &mut Engine, now: SimTime, domain: MailDomain, files: Vec<QueuedFile>) {
    let mut pid = engine.operation(MtaProgram::Client);
    let text = format!("Illegal host/domain name found: {domain}");
    let status = DeliveryStatus::Local(text.into());
    for queued in files {
        fail(engine, now, pid, "R", &queued, &status);
        pid.sequence += 1;
    }
}

/// Writes the entries of a file that failed without a connection.
fn fail(
    engine: &mut Engine,
    at: SimTime,
    pid: SimProcessId,
    code: &'static str,
    queued: &QueuedFile,
    status: &DeliveryStatus,
) {
    for recipient in &queued.recipients {
        let status = status.clone();
        let event =
            MessageEvent { size: 0, status, ..MessageEvent::dequeued(code, queued, recipient) };
        finish(engine, at, (pid, None), &queued.envelope, event);
    }
}

/// Writes an entry, behind that of the bounce if there is one.
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
    engine.log_message(at, (pid, connection), message);
}

/// Sends delay warnings.
fn warn(engine: &mut Engine, at: SimTime, queued: &QueuedFile) {
    let pid = engine.operation(MtaProgram::Process);
    for recipient in &queued.recipients {
        bounce(engine, at, (pid, None), &queued.envelope);
        let status =
            DeliveryStatus::Local("Message still undelivered; it will be tried again".into());
        let message = MessageEvent { status, ..MessageEvent::dequeued("W", queued, recipient) };
        engine.log_message(at, (pid, None), message);
    }
}

/// Defers a file, whose name counts the failures.
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
