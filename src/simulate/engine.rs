//! The machine room: what is to happen and when.
//!
//! Knows nothing of mail: the channels' modules decide what happens.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::chance::one_of;
use super::clock::{Clock, Time};
use super::domain::Domain;
use super::fact::Fact;
use super::incident::Incident;
use super::options::Profile;
use super::queue::{Queued, Waiting};
use super::staff::{Ports, Staff, Worker};

/// Something to happen at its time.
pub(super) enum Event {
    /// An entry to be written: what follows from a cause is known when the cause happens.
    Entry(Box<Fact>),
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

/// What decides who writes to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) profile: Profile,
    pub(super) seed: u64,
    /// Whether the site has the oddities of old and large ones.
    pub(super) odd: bool,
}

/// Everything a running simulation consists of.
pub(super) struct Engine {
    pub(super) rng: fastrand::Rng,
    pub(super) site: Site,
    pub(super) incident: Incident,
    pub(super) staff: Staff,
    pub(super) client_ports: Ports,
    pub(super) our_ports: Ports,
    pub(super) waiting: Waiting,
    pub(super) clock: Clock,
    agenda: BinaryHeap<Appointment>,
    appointments: u64,
    connections: u64,
}

impl Engine {
    /// Nothing to do yet.
    pub(super) fn new(site: Site, clock: Clock, incident: Incident) -> Self {
        let mut rng = fastrand::Rng::with_seed(site.seed);
        Self {
            site,
            incident,
            staff: Staff::new(&mut rng),
            client_ports: Ports::new(&mut rng),
            our_ports: Ports::new(&mut rng),
            waiting: Waiting::default(),
            clock,
            agenda: BinaryHeap::new(),
            appointments: 0,
            connections: 0,
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

    /// Has an entry written.
    pub(super) fn log(&mut self, time: Time, fact: Fact) {
        self.plan(time, Event::Entry(Box::new(fact)));
    }

    /// The number of a new connection.
    pub(super) fn connection(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    /// Whether the site is a relay.
    pub(super) fn relays(&self) -> bool {
        self.site.profile == Profile::Relay
    }

    /// Whether something odd happens that does so many times in ten thousand, at an odd site.
    /// Elsewhere nothing is drawn, so nothing changes for what comes after.
    pub(super) fn oddly(&mut self, per_ten_thousand: u32) -> bool {
        self.site.odd && one_of(&mut self.rng, per_ten_thousand)
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
