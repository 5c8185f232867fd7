//! The event queue: what happens when.
//!
//! Knows nothing of mail: actors decide what happens.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::clock::{SimClock, SimTime};
use super::domain::MailDomain;
use super::incident::PlannedIncident;
use super::options::SiteProfile;
use super::processes::{MtaProgram, PortPool, ProcessPool, WorkerThread};
use super::queue::{ClientQueue, QueuedFile};
use super::random::one_of;
use super::record::{MessageEvent, Record, RecordBody};
use super::token::{CallDirection, SimProcessId};

/// Something that happens at its time.
pub(super) enum SimEvent {
    /// An entry is written: consequences are decided when their cause happens.
    Entry(Box<Record>),
    /// A client somewhere connects.
    Visit,
    /// A queue file is due for an attempt.
    Due(Box<QueuedFile>),
    /// The SMTP client processes the queue of a domain.
    Run(MailDomain),
    /// A connection has ended.
    Release(ConnectionLease),
}

/// What a connection holds while it is open.
#[derive(Clone, Copy)]
pub(super) struct ConnectionLease {
    pub(super) worker: WorkerThread,
    pub(super) port: u16,
    pub(super) direction: CallDirection,
}

/// What decides who sends to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) profile: SiteProfile,
    pub(super) seed: u64,
    /// Whether the site is old and large.
    pub(super) odd: bool,
}

/// Everything a running simulation consists of.
pub(super) struct Engine {
    pub(super) rng: fastrand::Rng,
    pub(super) site: Site,
    pub(super) incident: PlannedIncident,
    pub(super) processes: ProcessPool,
    pub(super) client_ports: PortPool,
    pub(super) our_ports: PortPool,
    pub(super) waiting: ClientQueue,
    pub(super) clock: SimClock,
    agenda: BinaryHeap<ScheduledEvent>,
    appointments: u64,
    connections: u64,
}

impl Engine {
    /// An engine without events.
    pub(super) fn new(site: Site, clock: SimClock, incident: PlannedIncident) -> Self {
        let mut rng = fastrand::Rng::with_seed(site.seed);
        Self {
            site,
            incident,
            processes: ProcessPool::new(&mut rng),
            client_ports: PortPool::new(&mut rng),
            our_ports: PortPool::new(&mut rng),
            waiting: ClientQueue::default(),
            clock,
            agenda: BinaryHeap::new(),
            appointments: 0,
            connections: 0,
            rng,
        }
    }

    /// Schedules an event, behind earlier ones of the same time.
    pub(super) fn plan(&mut self, time: SimTime, event: SimEvent) {
        self.appointments += 1;
        self.agenda.push(ScheduledEvent { time, order: self.appointments, event });
    }

    /// The event that comes next.
    pub(super) fn next(&mut self) -> Option<(SimTime, SimEvent)> {
        self.agenda.pop().map(|appointment| (appointment.time, appointment.event))
    }

    /// Number of scheduled events.
    #[cfg(test)]
    pub(super) fn planned(&self) -> usize {
        self.agenda.len()
    }

    /// Frees what a closed connection held.
    pub(super) fn release(&mut self, lease: ConnectionLease) {
        self.processes.release(lease.worker);
        match lease.direction {
            CallDirection::Inbound => self.client_ports.release(lease.port),
            CallDirection::Outbound => self.our_ports.release(lease.port),
        }
    }

    /// Schedules an entry of a process, and of a connection if there is one.
    pub(super) fn log(
        &mut self,
        time: SimTime,
        (pid, connection): (SimProcessId, Option<u64>),
        body: RecordBody,
    ) {
        let record = Record { time, pid, connection, body };
        self.plan(time, SimEvent::Entry(Box::new(record)));
    }

    /// Schedules an entry about a message.
    pub(super) fn log_message(
        &mut self,
        time: SimTime,
        by: (SimProcessId, Option<u64>),
        event: MessageEvent,
    ) {
        self.log(time, by, RecordBody::Message(event));
    }

    /// The process id of work that is no connection.
    pub(super) fn operation(&mut self, program: MtaProgram) -> SimProcessId {
        self.processes.once(&mut self.rng, program)
    }

    /// True so many times in ten thousand.
    pub(super) fn chance(&mut self, per_ten_thousand: u32) -> bool {
        one_of(&mut self.rng, per_ten_thousand)
    }

    /// The number of a new connection.
    pub(super) fn connection(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    /// Whether the site is a relay.
    pub(super) fn relays(&self) -> bool {
        self.site.profile == SiteProfile::Relay
    }

    /// The same at an odd site.
    /// Elsewhere it is false and draws no number, so that the rest of the log is the same.
    pub(super) fn oddly(&mut self, per_ten_thousand: u32) -> bool {
        self.site.odd && one_of(&mut self.rng, per_ten_thousand)
    }
}

struct ScheduledEvent {
    time: SimTime,
    order: u64,
    event: SimEvent,
}

/// The earliest is the greatest, since the heap returns the greatest first.
impl Ord for ScheduledEvent {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.order).cmp(&(self.time, self.order))
    }
}

impl PartialOrd for ScheduledEvent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ScheduledEvent {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for ScheduledEvent {}
