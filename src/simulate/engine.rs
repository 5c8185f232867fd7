//! The machine room: what is to happen and when.
//!
//! Knows nothing of mail: the channels' modules decide what happens.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::clock::{SimClock, SimTime};
use super::domain::MailDomain;
use super::incident::PlannedIncident;
use super::options::SiteProfile;
use super::processes::{PortPool, ProcessPool, WorkerThread};
use super::queue::{ClientQueue, QueuedFile};
use super::random::one_of;
use super::record::{Record, RecordBody};
use super::token::{CallDirection, SimProcessId};

/// Something to happen at its time.
pub(super) enum SimEvent {
    /// An entry to be written: what follows from a cause is known when the cause happens.
    Entry(Box<Record>),
    /// A client somewhere connects.
    Visit,
    /// A queue file may be tried.
    Due(Box<QueuedFile>),
    /// The client program looks what there is for a domain.
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

/// What decides who writes to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) profile: SiteProfile,
    pub(super) seed: u64,
    /// Whether the site has the oddities of old and large ones.
    pub(super) odd: bool,
}

/// Everything a running simulation consists of.
pub(super) struct Engine {
    pub(super) rng: fastrand::Rng,
    pub(super) site: Site,
    pub(super) incident: PlannedIncident,
    pub(super) staff: ProcessPool,
    pub(super) client_ports: PortPool,
    pub(super) our_ports: PortPool,
    pub(super) waiting: ClientQueue,
    pub(super) clock: SimClock,
    agenda: BinaryHeap<ScheduledEvent>,
    appointments: u64,
    connections: u64,
}

impl Engine {
    /// Nothing to do yet.
    pub(super) fn new(site: Site, clock: SimClock, incident: PlannedIncident) -> Self {
        let mut rng = fastrand::Rng::with_seed(site.seed);
        Self {
            site,
            incident,
            staff: ProcessPool::new(&mut rng),
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

    /// Has an event happen, after those planned before for the same time.
    pub(super) fn plan(&mut self, time: SimTime, event: SimEvent) {
        self.appointments += 1;
        self.agenda.push(ScheduledEvent { time, order: self.appointments, event });
    }

    /// The event that comes next.
    pub(super) fn next(&mut self) -> Option<(SimTime, SimEvent)> {
        self.agenda.pop().map(|appointment| (appointment.time, appointment.event))
    }

    /// Events planned.
    #[cfg(test)]
    pub(super) fn planned(&self) -> usize {
        self.agenda.len()
    }

    /// Frees what a closed connection held.
    pub(super) fn release(&mut self, lease: ConnectionLease) {
        self.staff.release(lease.worker);
        match lease.direction {
            CallDirection::Inbound => self.client_ports.release(lease.port),
            CallDirection::Outbound => self.our_ports.release(lease.port),
        }
    }

    /// Has an entry written: by whom, over which connection, and about what.
    pub(super) fn log(
        &mut self,
        time: SimTime,
        (pid, connection): (SimProcessId, Option<u64>),
        body: RecordBody,
    ) {
        let record = Record { time, pid, connection, body };
        self.plan(time, SimEvent::Entry(Box::new(record)));
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

    /// Whether something odd happens that does so many times in ten thousand, at an odd site.
    /// Elsewhere nothing is drawn, so nothing changes for what comes after.
    pub(super) fn oddly(&mut self, per_ten_thousand: u32) -> bool {
        self.site.odd && one_of(&mut self.rng, per_ten_thousand)
    }
}

struct ScheduledEvent {
    time: SimTime,
    order: u64,
    event: SimEvent,
}

/// The earliest is the greatest, for that is what the heap gives first.
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
