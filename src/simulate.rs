//! A simulated MTA, which writes the log of a busy site for demonstrations, measurements and tests.
//!
//! Everything follows from a [`Scenario`]: the same one gives the same entries, byte for byte, on
//! every machine. No clock is read, no file is touched, and nothing else of this crate is used, so
//! that the simulator can judge the parser. By default entries are written as by an MTA with
//! `LOG_FORMAT=1`, `LOG_PROCESS=1`, `LOG_FILENAME=1`, `LOG_MESSAGE_ID=1`, `LOG_USERNAME=1`,
//! `LOG_CONNECTION=135` (connecting hosts, connections, ETRN, authentication), and `LOG_BANNER` and
//! `LOG_TRANSPORTINFO` on `tcp_local`.
//!
//! Actors (`inbound`, `relay`, `abuse`, `outbound`, `local`, `bounce`) plan [`Record`]s in the
//! `engine`, which hands them out in the order of their times; `layout` and `serializer` write a
//! record in any format. A record is complete before it is written: the same seed tells the same
//! story in every format, and tests compare it with what was parsed.
//!
//! All people, sites and addresses are invented: names end in the reserved `.example` and `.test`,
//! addresses are of the ranges for documentation and for measurements.
//!
//! ```
//! use mtatop::simulate::{Scenario, Simulator};
//!
//! let start = chrono::NaiveDate::from_ymd_opt(1998, 2, 19)
//!     .and_then(|date| date.and_hms_opt(10, 52, 0))
//!     .ok_or("no such day")?;
//! let first = Simulator::new(Scenario::demo(1, start)).next().ok_or("never ends")?;
//! assert!(first.text.starts_with("19-Feb-1998 10:52:0"));
//! # Ok::<(), &str>(())
//! ```

mod abuse;
mod address;
mod bounce;
mod clock;
mod connection;
mod domain;
mod engine;
mod enqueue;
mod inbound;
mod incident;
mod layout;
mod legacy;
mod local;
mod options;
mod outbound;
mod processes;
mod queue;
mod random;
mod record;
mod relay;
mod remote;
mod serializer;
mod token;

pub use options::{LogStyle, MtaFormat, MtaOptions, SiteProfile};
pub use record::{
    ActiveRecipient, ConnectionEvent, ConnectionText, DeliveryStatus, HeaderLine, MessageEvent,
    Record, RecordBody,
};
pub use token::{ApplicationInfo, CallDirection, ConnectionEnds};

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use clock::{SimClock, SimTime};
use engine::{Engine, SimEvent, Site};
use incident::PlannedIncident;
use random::wait;
use token::MtaChannel;

/// Traffic to simulate: what kind, from when, how much.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the site is for.
    pub profile: SiteProfile,
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The local time of the log at which traffic begins.
    pub start: NaiveDateTime,
    /// Mean arrivals of messages per second; a message has one recipient or many. Values below
    /// one in a thousand seconds, and NaN, count as that.
    pub rate: f64,
    /// When the incident begins, after the start; it lasts twelve minutes and returns 40 minutes
    /// after it began. None is never.
    pub incident: Option<Duration>,
}

impl Scenario {
    /// A believable small site, 6 messages a second. 25 seconds after the start the largest domain
    /// begins to defer, 8 seconds later another one refuses connections.
    pub fn demo(seed: u64, start: NaiveDateTime) -> Self {
        let incident = Some(Duration::from_secs(25));
        Self { profile: SiteProfile::Store, seed, start, rate: 6.0, incident }
    }

    /// A busy site, 12 messages a second, whose incidents come and go over hours.
    pub fn batch(seed: u64, start: NaiveDateTime) -> Self {
        Self { rate: 12.0, incident: Some(Duration::from_secs(900)), ..Self::demo(seed, start) }
    }

    /// The scenario of `mtatop simulate`, which begins on 16 February 2007.
    pub fn of(profile: SiteProfile, seed: u64) -> Self {
        let start = NaiveDate::from_ymd_opt(2007, 2, 16).unwrap_or_default();
        let store = Self::batch(seed, start.and_time(NaiveTime::MIN));
        match profile {
            SiteProfile::Store => store,
            // Relays are busier, since they neither search nor store messages.
            SiteProfile::Relay => Self { profile, rate: 30.0, ..store },
        }
    }
}

/// Writes the log of a busy message store in the default style.
///
/// # Errors
/// If `out` can't be written to.
pub fn print(entries: usize, seed: u64, out: &mut impl Write) -> io::Result<()> {
    write_log(Scenario::of(SiteProfile::Store, seed), LogStyle::default(), entries, out)
}

/// Writes the log of a scenario.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_log(
    scenario: Scenario,
    style: LogStyle,
    entries: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    // Large blocks: a log of a gigabyte is written in a few seconds.
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    for entry in Simulator::with_style(scenario, style).take(entries) {
        out.write_all(entry.text.as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedEntry {
    /// Its time stamp, in whole hundredths of a second.
    pub time: NaiveDateTime,
    /// The entry as the MTA writes it, without the end of the line.
    pub text: String,
}

/// The entries of a scenario in the order of their times. It never ends.
pub struct Simulator {
    engine: Engine,
    style: LogStyle,
    /// Header lines of the message whose entry came last.
    headers: VecDeque<Box<Record>>,
    /// Mean microseconds between visits: hundredths would be too coarse for a busy site.
    interval: u64,
    /// When the last visit began, in the same unit.
    visited: u64,
}

impl Simulator {
    /// The simulation of a scenario, at its start.
    pub fn new(scenario: Scenario) -> Self {
        Self::with_style(scenario, LogStyle::default())
    }

    /// The same with a log in another style.
    #[expect(clippy::needless_pass_by_value, reason = "a scenario is used up by being played")]
    pub fn with_style(scenario: Scenario, style: LogStyle) -> Self {
        let Scenario { profile, seed, start, rate, incident } = scenario;
        let site = Site { profile, seed, odd: style.odd };
        let clock = SimClock::new(start);
        let engine = Engine::new(site, clock, PlannedIncident::new(incident));
        let slowest = Duration::from_secs(1_000);
        let message = Duration::try_from_secs_f64(rate.recip()).unwrap_or(slowest).min(slowest);
        let interval = message * messages_per_100_visits(profile) / 100;
        let interval = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX).max(1);
        let headers = VecDeque::new();
        let mut simulator = Self { engine, style, headers, interval, visited: 0 };
        simulator.plan_visit();
        simulator
    }

    /// The entries, each with the record that it was written from.
    ///
    /// ```
    /// use mtatop::simulate::{RecordBody, Scenario, Simulator};
    ///
    /// let scenario = Scenario::demo(1, chrono::NaiveDateTime::default());
    /// let (entry, record) = Simulator::new(scenario).with_records().next().ok_or("never ends")?;
    /// let RecordBody::Connection(connection) = record.body else { return Err("a connection") };
    /// assert!(connection.code == 'O' && entry.text.contains(" O TCP|"));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn with_records(mut self) -> impl Iterator<Item = (SimulatedEntry, Record)> {
        std::iter::from_fn(move || {
            let record = self.record()?;
            Some((self.entry(&record), *record))
        })
    }

    fn plan_visit(&mut self) {
        self.visited += wait(&mut self.engine.rng, self.interval);
        self.engine.plan(SimTime(self.visited / 10_000), SimEvent::Visit);
    }

    /// The next record that the options have logged. It never ends.
    fn record(&mut self) -> Option<Box<Record>> {
        if let Some(header) = self.headers.pop_front() {
            return Some(header);
        }
        // There is always a next visit planned, so there is always an event.
        while let Some((now, event)) = self.engine.next() {
            match event {
                SimEvent::Entry(record) => {
                    if layout::is_logged(&record, &self.style.options) {
                        self.plan_headers(&record);
                        return Some(record);
                    }
                }
                SimEvent::Visit => {
                    self.plan_visit();
                    match self.engine.site.profile {
                        SiteProfile::Store => inbound::visit(&mut self.engine, now),
                        SiteProfile::Relay => relay::visit(&mut self.engine, now),
                    }
                }
                SimEvent::Due(queued) if queued.file.channel == MtaChannel::Store => {
                    local::deliver(&mut self.engine, now, *queued);
                }
                SimEvent::Due(queued) => outbound::due(&mut self.engine, now, *queued),
                SimEvent::Run(domain) => outbound::run(&mut self.engine, now, domain),
                SimEvent::Release(lease) => self.engine.release(lease),
            }
        }
        None
    }

    /// Has the header of a message follow its entry.
    fn plan_headers(&mut self, record: &Record) {
        let RecordBody::Message(message) = &record.body else { return };
        for (header, id) in message.headers() {
            let header = Record { body: RecordBody::Header(header, id), ..*record };
            if layout::is_logged(&header, &self.style.options) {
                self.headers.push_back(Box::new(header));
            }
        }
    }

    fn entry(&mut self, record: &Record) -> SimulatedEntry {
        let clock = &mut self.engine.clock;
        let text = layout::entry(&self.style, clock, record);
        SimulatedEntry { time: clock.date_time(record.time), text }
    }
}

impl Iterator for Simulator {
    type Item = SimulatedEntry;

    fn next(&mut self) -> Option<SimulatedEntry> {
        let record = self.record()?;
        Some(self.entry(&record))
    }
}

/// Messages of a hundred mean visits. Found by counting; a test compares.
fn messages_per_100_visits(profile: SiteProfile) -> u32 {
    match profile {
        SiteProfile::Store => 332,
        SiteProfile::Relay => 102,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use queue::ClientQueue;

    #[test]
    fn nothing_piles_up() {
        let mut simulator = Simulator::new(Scenario::batch(9, NaiveDateTime::default()));
        let mut most = 0;
        for _ in 0..40 {
            assert_eq!(simulator.by_ref().take(20_000).count(), 20_000);
            let gathered: usize = simulator.engine.waiting.gathered.values().map(Vec::len).sum();
            assert!(simulator.engine.waiting.deferred <= ClientQueue::MOST_DEFERRED);
            most = most.max(simulator.engine.planned() + gathered);
        }
        assert!(most < 12_000, "{most} events wait");
    }
}
