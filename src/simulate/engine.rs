//! The machine room: what is to happen and when, and the pen that writes entries.
//!
//! Knows nothing of mail: the channels' modules decide what happens.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt::{Display, Write};

use super::address::Recipient;
use super::clock::{Clock, Time};
use super::domain::Domain;
use super::incident::Incident;
use super::queue::{Envelope, Queued, Waiting};
use super::staff::{Ports, Staff, Worker};
use super::token::{Application, Channel, ProcessId, QueueFile, Sender, Transport};

/// Something to happen at its time.
pub(super) enum Event {
    /// An entry, already written: what follows from a cause is written when the cause happens.
    Line(String),
    /// A client somewhere connects.
    Arrival,
    /// A queue file may be tried.
    Due(Box<Queued>),
    /// The client program looks what there is for a domain.
    Run(Domain),
    /// A connection has ended.
    Release(Lease),
}

/// What a connection holds while it is open.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub(super) worker: Worker,
    pub(super) port: u16,
    pub(super) direction: Direction,
}

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    Outbound,
}

/// Everything a running simulation consists of.
pub(super) struct Engine {
    pub(super) rng: fastrand::Rng,
    pub(super) seed: u64,
    pub(super) incident: Incident,
    pub(super) staff: Staff,
    pub(super) client_ports: Ports,
    pub(super) our_ports: Ports,
    pub(super) waiting: Waiting,
    pub(super) clock: Clock,
    agenda: BinaryHeap<Appointment>,
    appointments: u64,
}

/// The part of a message entry that is not the message's own.
pub(super) struct MessageEntry<'a> {
    pub(super) pid: ProcessId,
    pub(super) source: Channel,
    pub(super) destination: Option<Channel>,
    pub(super) code: &'a str,
    pub(super) size: u32,
    pub(super) original: &'a dyn Display,
    pub(super) active: &'a dyn Display,
    pub(super) file: &'a dyn Display,
    pub(super) ids: &'a dyn Display,
    /// The connecting or the connected host.
    pub(super) host: &'a dyn Display,
    pub(super) diagnostics: Option<&'a dyn Display>,
}

/// A connection entry.
pub(super) struct ConnectionEntry<'a> {
    pub(super) pid: ProcessId,
    pub(super) channel: Channel,
    pub(super) direction: Direction,
    pub(super) code: char,
    pub(super) transport: Option<Transport>,
    pub(super) application: Application,
    pub(super) text: Option<&'a dyn Display>,
}

impl Engine {
    /// Nothing to do yet.
    pub(super) fn new(seed: u64, clock: Clock, incident: Incident) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        Self {
            seed,
            incident,
            staff: Staff::new(&mut rng),
            client_ports: Ports::new(&mut rng),
            our_ports: Ports::new(&mut rng),
            waiting: Waiting::default(),
            clock,
            agenda: BinaryHeap::new(),
            appointments: 0,
            rng,
        }
    }

    /// Has an event happen, after those planned before for the same time.
    pub(super) fn plan(&mut self, time: Time, event: Event) {
        self.appointments += 1;
        self.agenda.push(Appointment { time, order: self.appointments, event });
    }

    /// The event that comes next.
    pub(super) fn next(&mut self) -> Option<(Time, Event)> {
        self.agenda.pop().map(|appointment| (appointment.time, appointment.event))
    }

    /// Events planned.
    #[cfg(test)]
    pub(super) fn planned(&self) -> usize {
        self.agenda.len()
    }

    /// Frees what a closed connection held.
    pub(super) fn release(&mut self, lease: Lease) {
        self.staff.release(lease.worker);
        match lease.direction {
            Direction::Inbound => self.client_ports.release(lease.port),
            Direction::Outbound => self.our_ports.release(lease.port),
        }
    }

    /// Writes a message entry. An empty field keeps the blank before it; only diagnostics do not,
    /// they are the last.
    pub(super) fn message(&mut self, time: Time, envelope: &Envelope, entry: &MessageEntry<'_>) {
        let MessageEntry { pid, code, size, original, active, file, ids, host, .. } = entry;
        let source = entry.source.column();
        let destination = entry.destination.map_or("            ", Channel::column);
        let (from, user) = (Sender(envelope.from), envelope.user);
        let mut line = String::with_capacity(512);
        self.clock.stamp(&mut line, time);
        let written = write!(
            line,
            " {pid} {source} {destination} {code} {size} {from} rfc822;{original} {active} {file} \
             {ids} {user} {host}"
        );
        debug_assert!(written.is_ok(), "a String takes everything");
        self.finish(time, line, entry.diagnostics);
    }

    /// Writes a connection entry.
    pub(super) fn connection(&mut self, time: Time, entry: &ConnectionEntry<'_>) {
        let ConnectionEntry { pid, channel, code, application, .. } = entry;
        let channel = channel.column();
        let direction = match entry.direction {
            Direction::Inbound => '+',
            Direction::Outbound => '-',
        };
        let mut line = String::with_capacity(192);
        self.clock.stamp(&mut line, time);
        let padding = "           ";
        let mut written = write!(line, " {pid} {channel} {direction}{padding} {code} ");
        if let Some(transport) = entry.transport {
            written = written.and_then(|()| write!(line, "{transport} "));
        }
        written = written.and_then(|()| write!(line, "{application}"));
        debug_assert!(written.is_ok(), "a String takes everything");
        self.finish(time, line, entry.text);
    }

    fn finish(&mut self, time: Time, mut line: String, text: Option<&dyn Display>) {
        if let Some(text) = text {
            let written = write!(line, " {text}");
            debug_assert!(written.is_ok(), "a String takes everything");
        }
        self.plan(time, Event::Line(line));
    }
}

/// The diagnostics-free entry of a queue file, to be completed.
impl<'a> MessageEntry<'a> {
    /// An entry about a recipient of a message in a queue file.
    pub(super) fn about(
        pid: ProcessId,
        code: &'a str,
        envelope: &'a Envelope,
        recipient: &'a Recipient,
        file: &'a QueueFile,
    ) -> Self {
        Self {
            pid,
            source: file.channel,
            destination: None,
            code,
            size: envelope.size,
            original: &recipient.original,
            active: &recipient.active,
            file,
            ids: &envelope.id,
            host: &"",
            diagnostics: None,
        }
    }
}

struct Appointment {
    time: Time,
    order: u64,
    event: Event,
}

/// The earliest is the greatest, for that is what the heap gives first.
impl Ord for Appointment {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.order).cmp(&(self.time, self.order))
    }
}

impl PartialOrd for Appointment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Appointment {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Appointment {}
