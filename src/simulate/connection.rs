//! An SMTP connection from open to close.
//!
//! Knows nothing of the messages that pass over it.

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
    /// Process id of the next entry.
    pub(super) pid: SimProcessId,
    /// Unique among all connections.
    pub(super) number: u64,
    lease: ConnectionLease,
}

impl SmtpConnection {
    /// A client connects to a port of the server.
    pub(super) fn accept(
        engine: &mut Engine,
        at: SimTime,
        (channel, port): (MtaChannel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        Self::incoming(engine, (channel, port), theirs, tls).opened(engine, at)
    }

    /// A client is rejected when it connects, which is the only entry.
    pub(super) fn reject(engine: &mut Engine, at: SimTime, theirs: IpAddr, text: &'static str) {
        let mut connection = Self::incoming(engine, (MtaChannel::Local, 25), theirs, None);
        connection.log(engine, at, 'X', ConnectionText::remark(text));
        engine.plan(at, SimEvent::Release(connection.lease));
    }

    /// The MTA connects to a mail host of a domain.
    pub(super) fn connect(
        engine: &mut Engine,
        at: SimTime,
        (domain, host): (MailDomain, MailHost),
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.processes.acquire(&mut engine.rng, MtaProgram::Client);
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

    /// Writes a message entry about something that happened over it.
    pub(super) fn message(&self, engine: &mut Engine, at: SimTime, message: MessageEvent) {
        let over = Some((self.transport, self.application));
        let body = RecordBody::Message(MessageEvent { over, ..message });
        engine.log(at, (self.pid, Some(self.number)), body);
    }

    /// Closes, and releases the thread and the port.
    pub(super) fn close(mut self, engine: &mut Engine, at: SimTime) {
        let text = if engine.oddly(800) {
            ConnectionText::remark("Maximum time for a session exceeded")
        } else {
            ConnectionText::default()
        };
        self.log(engine, at, 'C', text);
        engine.plan(at, SimEvent::Release(self.lease));
    }

    fn incoming(
        engine: &mut Engine,
        (channel, port): (MtaChannel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.processes.acquire(&mut engine.rng, MtaProgram::Server);
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
        self.log(engine, at, 'O', ConnectionText::default());
        self
    }

    /// Writes a connection entry.
    pub(super) fn log(
        &mut self,
        engine: &mut Engine,
        at: SimTime,
        code: char,
        text: ConnectionText,
    ) {
        let event = ConnectionEvent {
            channel: self.channel,
            direction: self.lease.direction,
            code,
            transport: Some(self.transport),
            application: self.application,
            text,
        };
        let body = RecordBody::Connection(event);
        engine.log(at, (self.pid, Some(self.number)), body);
        self.pid.sequence += 1;
    }
}

/// A cipher, so many times in ten thousand.
pub(super) fn cipher(rng: &mut fastrand::Rng, per_ten_thousand: u32) -> Option<&'static str> {
    one_of(rng, per_ten_thousand).then(|| pick(rng, &CIPHERS))
}

/// Time to the close of a connection whose other side vanished.
pub(super) fn hang(rng: &mut fastrand::Rng) -> u64 {
    rng.u64(8 * MINUTE..30 * MINUTE)
}
