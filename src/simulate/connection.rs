//! One connection from its opening to its close.
//!
//! Knows nothing of what is said over it.

use std::net::IpAddr;

use super::clock::{MINUTE, SimTime};
use super::domain::{MailDomain, MailHost, our_ip};
use super::engine::{ConnectionLease, Engine, SimEvent};
use super::processes::MtaProgram;
use super::random::{one_of, pick};
use super::record::{ConnectionEvent, ConnectionText, MessageEvent, RecordBody};
use super::token::{ApplicationInfo, CallDirection, ConnectionEnds, MtaChannel, SimProcessId};

const CIPHERS: [&str; 6] = [
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "128-ECDHE-RSA-AES128-GCM-SHA256",
    "256-ECDHE-ECDSA-AES256-GCM-SHA384",
    "256-DHE-RSA-AES256-SHA",
];

/// An open connection.
pub(super) struct SmtpConnection {
    pub(super) channel: MtaChannel,
    pub(super) transport: ConnectionEnds,
    pub(super) application: ApplicationInfo,
    /// Of the next entry.
    pub(super) pid: SimProcessId,
    /// No other connection has it.
    pub(super) number: u64,
    lease: ConnectionLease,
}

impl SmtpConnection {
    /// Somebody connected to our server, to that port.
    pub(super) fn accept(
        engine: &mut Engine,
        at: SimTime,
        (channel, port): (MtaChannel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        Self::incoming(engine, (channel, port), theirs, tls).opened(engine, at)
    }

    /// Somebody connected who may not; the entry of that is the only one.
    pub(super) fn reject(engine: &mut Engine, at: SimTime, theirs: IpAddr, text: &'static str) {
        let mut session = Self::incoming(engine, (MtaChannel::Local, 25), theirs, None);
        session.write(engine, at, 'X', ConnectionText::remark(text));
        engine.plan(at, SimEvent::Release(session.lease));
    }

    /// We connected to a host that takes mail for a domain.
    pub(super) fn connect(
        engine: &mut Engine,
        at: SimTime,
        (domain, host): (MailDomain, MailHost),
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.staff.acquire(&mut engine.rng, MtaProgram::Client);
        let port = engine.our_ports.next(&mut engine.rng);
        let theirs = host.ip();
        let transport =
            ConnectionEnds { ours: (our_ip(&mut engine.rng, theirs), port), theirs: (theirs, 25) };
        let lease = ConnectionLease { worker, port, direction: CallDirection::Outbound };
        let application = ApplicationInfo { hosts: Some((domain, host)), tls };
        let channel = MtaChannel::of(domain);
        let number = engine.connection();
        Self { channel, transport, application, pid: worker.id(), number, lease }.opened(engine, at)
    }

    /// Writes a connection entry other than those of opening and close.
    pub(super) fn entry(
        &mut self,
        engine: &mut Engine,
        at: SimTime,
        code: char,
        text: ConnectionText,
    ) {
        self.write(engine, at, code, text);
    }

    /// Writes a message entry about something that happened over it.
    pub(super) fn message(&self, engine: &mut Engine, at: SimTime, message: MessageEvent) {
        let over = Some((self.transport, self.application));
        let body = RecordBody::Message(MessageEvent { over, ..message });
        engine.log(at, (self.pid, Some(self.number)), body);
    }

    /// Closes, and gives back the thread and the port.
    pub(super) fn close(mut self, engine: &mut Engine, at: SimTime) {
        let words = if engine.oddly(800) {
            ConnectionText::remark("Maximum time for a session exceeded")
        } else {
            ConnectionText::default()
        };
        self.write(engine, at, 'C', words);
        engine.plan(at, SimEvent::Release(self.lease));
    }

    fn incoming(
        engine: &mut Engine,
        (channel, port): (MtaChannel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.staff.acquire(&mut engine.rng, MtaProgram::Server);
        let their_port = engine.client_ports.any(&mut engine.rng);
        let transport = ConnectionEnds {
            ours: (our_ip(&mut engine.rng, theirs), port),
            theirs: (theirs, their_port),
        };
        let lease = ConnectionLease { worker, port: their_port, direction: CallDirection::Inbound };
        let application = ApplicationInfo { hosts: None, tls };
        let number = engine.connection();
        Self { channel, transport, application, pid: worker.id(), number, lease }
    }

    fn opened(mut self, engine: &mut Engine, at: SimTime) -> Self {
        self.write(engine, at, 'O', ConnectionText::default());
        self
    }

    fn write(&mut self, engine: &mut Engine, at: SimTime, code: char, text: ConnectionText) {
        let change = ConnectionEvent {
            channel: self.channel,
            direction: self.lease.direction,
            code,
            transport: Some(self.transport),
            application: self.application,
            text,
        };
        let body = RecordBody::Connection(change);
        engine.log(at, (self.pid, Some(self.number)), body);
        self.pid.sequence += 1;
    }
}

/// A cipher, if both sides can.
pub(super) fn cipher(rng: &mut fastrand::Rng, per_ten_thousand: u32) -> Option<&'static str> {
    one_of(rng, per_ten_thousand).then(|| pick(rng, &CIPHERS))
}

/// How long a side stays silent when the other has gone without a word.
pub(super) fn hang(rng: &mut fastrand::Rng) -> u64 {
    rng.u64(8 * MINUTE..30 * MINUTE)
}
