//! A simulated MTA, which writes the log of a busy site for demonstrations, measurements and tests.
//!
//! Everything follows from a [`Scenario`]: the same one gives the same entries, byte for byte, on
//! every machine. No clock is read, no file is touched, and nothing else of this crate is used, so
//! that the simulator can judge the parser. Unless [`LogStyle`] says otherwise, entries are written as
//! by an MTA with `LOG_FORMAT=1`, `LOG_PROCESS=1`, `LOG_FILENAME=1`, `LOG_MESSAGE_ID=1`,
//! `LOG_USERNAME=1`, `LOG_CONNECTION=135` (connecting hosts, connections, ETRN, authentication), and
//! `LOG_BANNER` and `LOG_TRANSPORTINFO` on `tcp_local`.
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
mod field;
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
#[expect(clippy::string_slice, reason = "entries are ASCII, which one of the tests checks")]
mod tests {
    use super::*;
    use crate::simulate::queue::ClientQueue;
    use std::collections::{BTreeMap, HashMap, HashSet};

    fn start() -> NaiveDateTime {
        chrono::NaiveDate::from_ymd_opt(2007, 2, 16).unwrap().and_hms_opt(8, 59, 40).unwrap()
    }

    fn batch(entries: usize) -> impl Iterator<Item = SimulatedEntry> {
        Simulator::new(Scenario::batch(4, start())).take(entries)
    }

    /// The code of an entry, from its fixed columns.
    fn code(text: &str) -> &str {
        columns(text).3.split(' ').next().unwrap()
    }

    /// Process id, source and destination column, and what follows them.
    fn columns(text: &str) -> (&str, &str, &str, &str) {
        let (pid, rest) = text[24..].split_once(' ').unwrap();
        (pid, &rest[..12], &rest[13..25], &rest[26..])
    }

    fn share(counts: &BTreeMap<char, usize>, codes: &str) -> f64 {
        let of = |count: usize| f64::from(u32::try_from(count).unwrap());
        let chosen = codes.chars().filter_map(|code| counts.get(&code)).sum();
        of(chosen) / of(counts.values().sum())
    }

    #[test]
    fn a_seed_gives_one_log() {
        let twice: Vec<Vec<SimulatedEntry>> = (0..2).map(|_| batch(20_000).collect()).collect();
        assert!(twice[0] == twice[1]);
        let other = Simulator::new(Scenario::batch(5, start())).take(20_000);
        assert!(!twice[0].iter().cloned().eq(other));
    }

    #[test]
    fn entries_are_in_order_and_stamped_with_their_time() {
        let mut last = start();
        for line in batch(30_000) {
            assert!(last <= line.time, "{}", line.text);
            assert_eq!(
                line.text[..23],
                line.time.format("%d-%b-%Y %H:%M:%S%.3f").to_string()[..23]
            );
            last = line.time;
        }
    }

    #[test]
    fn entries_are_single_printable_lines() {
        for line in batch(50_000) {
            let fine = line.text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            assert!(fine, "{:?}", line.text);
        }
    }

    #[test]
    fn columns_are_those_of_the_mta() {
        for line in batch(50_000) {
            let text = &line.text;
            let (pid, source, destination, rest) = columns(text);
            let parts: Vec<&str> = pid.split('.').collect();
            let hexadecimal = |part: &str| u32::from_str_radix(part, 16).is_ok();
            let (sequence, process) = parts.split_last().unwrap();
            assert!(sequence.parse::<u32>().is_ok() && (1..=2).contains(&process.len()), "{text}");
            assert!(process.iter().all(|part| hexadecimal(part) && !part.starts_with('0')));
            assert!(source.starts_with(|c: char| c.is_ascii_lowercase()), "{text}");
            let code = rest.split(' ').next().unwrap();
            let connection = matches!(code, "O" | "C" | "X" | "Y" | "U");
            match destination.trim_end() {
                "+" | "-" => assert!(connection && rest[2..].contains("SMTP"), "{text}"),
                "" => assert!("DQRJB".contains(&code[..1]), "{text}"),
                _ => assert!("EV".contains(&code[..1]), "{text}"),
            }
            let size = rest[code.len() + 1..].split(' ').next().unwrap();
            assert!(connection || size.parse::<u32>().is_ok(), "{text}");
            assert!(connection || rest.contains(" rfc822;"), "{text}");
        }
    }

    #[test]
    fn a_pair_of_ends_is_one_connection_at_a_time() {
        let mut open: HashMap<String, String> = HashMap::new();
        let mut closed = 0;
        for line in batch(100_000) {
            let (pid, _, direction, rest) = columns(&line.text);
            let mut fields = rest.split(' ');
            let (code, transport) = (fields.next().unwrap(), fields.next().unwrap());
            let thread = pid.rsplit_once('.').unwrap().0.to_owned();
            match code {
                "O" => {
                    assert!(pid.ends_with(".0"), "{}", line.text);
                    let before = open.insert(transport.to_owned(), thread);
                    assert_eq!(before, None, "{}", line.text);
                }
                "C" => {
                    assert_eq!(open.remove(transport), Some(thread), "{}", line.text);
                    closed += 1;
                }
                _ if direction.starts_with('-') => assert_eq!(code, "Y"),
                _ => {}
            }
        }
        assert!(closed > 5_000);
        assert!((1..400).contains(&open.len()), "{} open", open.len());
        let threads: HashSet<&String> = open.values().collect();
        assert_eq!(threads.len(), open.len());
    }

    #[test]
    fn the_mixture_is_that_of_a_relay() {
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        let mut bytes = 0;
        for line in batch(400_000) {
            *counts.entry(code(&line.text).chars().next().unwrap()).or_default() += 1;
            bytes += line.text.len() + 1;
        }
        println!("{counts:?}, {} bytes an entry", bytes / 400_000);
        assert!((0.35..0.45).contains(&share(&counts, "E")), "{counts:?}");
        assert!((0.40..0.50).contains(&share(&counts, "DQR")), "{counts:?}");
        assert!((0.15..0.20).contains(&share(&counts, "OCY")), "{counts:?}");
        let deferred = share(&counts, "Q") / share(&counts, "EDQRJBV");
        assert!((0.03..0.08).contains(&deferred), "{deferred}");
        assert!(counts.len() > 10, "every code there is: {counts:?}");
        assert!((230..270).contains(&(bytes / 400_000)), "{bytes}");
    }

    /// The shape that is the reason for the profile, from the records.
    #[test]
    fn most_connections_of_a_relay_carry_one_message() {
        let (mut entries, mut domains, mut files) = (0, HashSet::new(), HashSet::new());
        let mut messages: HashMap<u64, HashSet<String>> = HashMap::new();
        let mut closed = Vec::new();
        let simulator = Simulator::new(Scenario::of(SiteProfile::Relay, 4));
        for (_, record) in simulator.with_records().take(200_000) {
            let connection = record.connection.unwrap_or_default();
            match record.body {
                RecordBody::Connection(change) => {
                    entries += 1;
                    if change.code == 'C' {
                        closed.push(messages.remove(&connection).unwrap_or_default().len());
                    }
                }
                RecordBody::Message(message) => {
                    domains.extend(message.original.map(|to| to.domain));
                    let Some(file) = message.file else { continue };
                    files.insert(file.to_string());
                    messages.entry(connection).or_default().insert(file.to_string());
                }
                RecordBody::Header(..) => {}
            }
        }
        let share = |part: usize, whole: usize| part * 100 / whole;
        let one = share(closed.iter().filter(|&&messages| messages == 1).count(), closed.len());
        let mean = share(closed.iter().sum(), closed.len());
        println!("{entries} of connections, {one} % with one message, mean {mean} %");
        assert!((58..=62).contains(&share(entries, 200_000)), "{entries}");
        assert!((73..=78).contains(&one) && (115..=125).contains(&mean), "{one}, {mean}");
        assert!(
            domains.len() > 5_000 && files.len() > 30_000,
            "{}, {}",
            domains.len(),
            files.len()
        );
    }

    #[test]
    fn messages_arrive_at_the_rate_asked_for() {
        for (profile, rate) in [(SiteProfile::Store, 12), (SiteProfile::Relay, 30)] {
            let mut ids: HashSet<String> = HashSet::new();
            let simulator = Simulator::new(Scenario { start: start(), ..Scenario::of(profile, 4) });
            let end = start() + Duration::from_secs(1_800);
            for line in simulator.take_while(|line| line.time < end) {
                let (_, source, destination, rest) = columns(&line.text);
                let arrival = source.starts_with("tcp_") && !destination.starts_with("process");
                if let Some(id) =
                    rest.split(' ').nth(6).filter(|_| arrival && rest.starts_with('E'))
                {
                    ids.insert(id.to_owned());
                }
            }
            let expected = 1_800 * rate;
            println!("{} messages of {expected}", ids.len());
            assert!((expected * 9 / 10..expected * 11 / 10).contains(&ids.len()), "{}", ids.len());
        }
    }

    #[test]
    fn the_incident_shows_at_its_time() {
        let mut large = [0, 0];
        let mut refused = [0, 0];
        for line in Simulator::new(Scenario::demo(1, start())) {
            let since = (line.time - start()).num_seconds();
            if since > 90 {
                break;
            }
            let code = code(&line.text);
            large[usize::from(since >= 25)] +=
                usize::from(code.starts_with('Q') && line.text.contains("@bigmail.example "));
            refused[usize::from(since >= 33)] += usize::from(
                code == "Y" && line.text.contains("SMTP/nordpost.example/mx1.nordpost.example"),
            );
        }
        assert!(large[0] <= 2 && large[1] > 20, "{large:?}");
        assert!(refused[0] == 0 && refused[1] > 3, "{refused:?}");
    }

    #[test]
    fn failed_attempts_are_counted_in_the_name_of_the_queue_file() {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for line in batch(200_000).filter(|line| code(&line.text).starts_with('Q')) {
            let file = line.text.split(' ').find(|field| field.contains("/queue/")).unwrap();
            let name = file.rsplit('/').next().unwrap();
            *seen.entry(name[..2].to_owned()).or_default() += 1;
        }
        assert!(seen["ZZ"] > seen["ZY"] && seen["ZY"] > seen["ZX"], "{seen:?}");
        assert!(seen.len() < 12 && seen.contains_key("ZV"), "{seen:?}");
    }

    #[test]
    fn nothing_piles_up() {
        let mut simulator = Simulator::new(Scenario::batch(9, start()));
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
