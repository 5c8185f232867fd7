//! One connection from its opening to its close.
//!
//! Knows nothing of what is said over it.

use std::net::IpAddr;

use super::chance::{one_of, pick};
use super::clock::{MINUTE, Time};
use super::domain::{Domain, Host, our_ip};
use super::engine::{Direction, Engine, Event, Lease};
use super::fact::{Body, Change, Fact, Message, Words};
use super::staff::Program;
use super::token::{Application, Channel, ProcessId, Transport};

const CIPHERS: [&str; 6] = [
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "256-ECDHE-RSA-AES256-GCM-SHA384",
    "128-ECDHE-RSA-AES128-GCM-SHA256",
    "256-ECDHE-ECDSA-AES256-GCM-SHA384",
    "256-DHE-RSA-AES256-SHA",
];

/// An open connection.
pub(super) struct Session {
    pub(super) channel: Channel,
    pub(super) transport: Transport,
    pub(super) application: Application,
    /// Of the next entry.
    pub(super) pid: ProcessId,
    /// No other connection has it.
    pub(super) number: u64,
    lease: Lease,
}

impl Session {
    /// Somebody connected to our server, to that port.
    pub(super) fn accept(
        engine: &mut Engine,
        at: Time,
        (channel, port): (Channel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        Self::incoming(engine, (channel, port), theirs, tls).opened(engine, at)
    }

    /// Somebody connected who may not; the entry of that is the only one.
    pub(super) fn reject(engine: &mut Engine, at: Time, theirs: IpAddr, text: &'static str) {
        let mut session = Self::incoming(engine, (Channel::Local, 25), theirs, None);
        session.write(engine, at, 'X', Words::remark(text));
        engine.plan(at, Event::Release(session.lease));
    }

    /// We connected to a host that takes mail for a domain.
    pub(super) fn connect(
        engine: &mut Engine,
        at: Time,
        (domain, host): (Domain, Host),
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.staff.acquire(&mut engine.rng, Program::Client);
        let port = engine.our_ports.next(&mut engine.rng);
        let theirs = host.ip();
        let transport =
            Transport { ours: (our_ip(&mut engine.rng, theirs), port), theirs: (theirs, 25) };
        let lease = Lease { worker, port, direction: Direction::Outbound };
        let application = Application { hosts: Some((domain, host)), tls };
        let channel = Channel::of(domain);
        let number = engine.connection();
        Self { channel, transport, application, pid: worker.id(), number, lease }.opened(engine, at)
    }

    /// Writes a connection entry other than those of opening and close.
    pub(super) fn entry(&mut self, engine: &mut Engine, at: Time, code: char, words: Words) {
        self.write(engine, at, code, words);
    }

    /// Writes a message entry about something that happened over it.
    pub(super) fn message(&self, engine: &mut Engine, at: Time, message: Message) {
        let over = Some((self.transport, self.application));
        let body = Body::Message(Message { over, ..message });
        engine.log(at, Fact { pid: self.pid, connection: Some(self.number), body });
    }

    /// Closes, and gives back the thread and the port.
    pub(super) fn close(mut self, engine: &mut Engine, at: Time) {
        let words = if engine.oddly(800) {
            Words::remark("Maximum time for a session exceeded")
        } else {
            Words::default()
        };
        self.write(engine, at, 'C', words);
        engine.plan(at, Event::Release(self.lease));
    }

    fn incoming(
        engine: &mut Engine,
        (channel, port): (Channel, u16),
        theirs: IpAddr,
        tls: Option<&'static str>,
    ) -> Self {
        let worker = engine.staff.acquire(&mut engine.rng, Program::Server);
        let their_port = engine.client_ports.any(&mut engine.rng);
        let transport = Transport {
            ours: (our_ip(&mut engine.rng, theirs), port),
            theirs: (theirs, their_port),
        };
        let lease = Lease { worker, port: their_port, direction: Direction::Inbound };
        let application = Application { hosts: None, tls };
        let number = engine.connection();
        Self { channel, transport, application, pid: worker.id(), number, lease }
    }

    fn opened(mut self, engine: &mut Engine, at: Time) -> Self {
        self.write(engine, at, 'O', Words::default());
        self
    }

    fn write(&mut self, engine: &mut Engine, at: Time, code: char, words: Words) {
        let change = Change {
            channel: self.channel,
            direction: self.lease.direction,
            code,
            transport: Some(self.transport),
            application: self.application,
            words,
        };
        let body = Body::Connection(change);
        engine.log(at, Fact { pid: self.pid, connection: Some(self.number), body });
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
