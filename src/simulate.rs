//! A small MTA that is not there: it makes up the log of a busy relay, for demonstrations,
//! measurements and tests.
//!
//! Everything follows from a [`Scenario`]: the same one gives the same entries, byte for byte, on
//! every machine. No clock is read, no file is touched, and nothing of the rest of this crate is
//! known here. Unless [`Written`] says otherwise, the entries are as the MTA writes them with
//! `LOG_FORMAT=1`, `LOG_PROCESS=1`, `LOG_FILENAME=1`, `LOG_MESSAGE_ID=1`, `LOG_USERNAME=1`,
//! `LOG_CONNECTION` with its low three bits and the one of authentication, and `LOG_BANNER` and
//! `LOG_TRANSPORTINFO` on `tcp_local`. What an entry says is decided before it is written, so the
//! same seed tells the same story in every format, and [`Told`] can give the truth beside it.
//!
//! All people, sites and addresses are invented: names end in the reserved `.example` and `.test`,
//! addresses are of the ranges for documentation.
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

mod address;
mod bounce;
mod chance;
mod clock;
mod domain;
mod engine;
mod enqueue;
mod fact;
mod field;
mod inbound;
mod incident;
mod local;
mod odd;
mod options;
mod outbound;
mod print;
mod queue;
mod relay;
mod remote;
mod session;
mod sheet;
mod staff;
mod token;
mod truth;
mod unwelcome;

pub use options::{Format, Options, Profile, Written};

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Map, Value};

use chance::wait;
use clock::{Clock, Time};
use engine::{Engine, Event, Site};
use fact::{Body, Fact};
use incident::Incident;
use token::Channel;

/// What kind of traffic, from when, how busy.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the site is for.
    pub profile: Profile,
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The local time of the log at which traffic begins.
    pub start: NaiveDateTime,
    /// Mean arrivals of messages per second; a message has one recipient or many. What is below
    /// one in a thousand seconds, or no number, counts as that.
    pub rate: f64,
    /// When the incident begins, after the start; it lasts twelve minutes and comes again 40
    /// minutes after it began. None is never.
    pub incident: Option<Duration>,
}

impl Scenario {
    /// A believable small relay, 6 messages a second. 25 seconds after the start the largest domain
    /// begins to defer, 8 seconds later another one refuses connections.
    pub fn demo(seed: u64, start: NaiveDateTime) -> Self {
        let incident = Some(Duration::from_secs(25));
        Self { profile: Profile::Store, seed, start, rate: 6.0, incident }
    }

    /// A busy relay, 12 messages a second, whose incidents come and go over hours.
    pub fn batch(seed: u64, start: NaiveDateTime) -> Self {
        Self { rate: 12.0, incident: Some(Duration::from_secs(900)), ..Self::demo(seed, start) }
    }

    /// A busy site of that kind, from the first of these days on that a log of a seed begins with.
    pub fn of(profile: Profile, seed: u64) -> Self {
        let start = NaiveDate::from_ymd_opt(2007, 2, 16).unwrap_or_default();
        let store = Self::batch(seed, start.and_time(NaiveTime::MIN));
        match profile {
            Profile::Store => store,
            // A relay is busier: it has no mailboxes that would have to be searched and backed up.
            Profile::Relay => Self { profile, rate: 30.0, ..store },
        }
    }
}

/// Writes the log of a busy relay, always the same for a seed.
///
/// # Errors
/// What `out` says if it can't be written to.
pub fn print(entries: usize, seed: u64, out: &mut impl Write) -> io::Result<()> {
    print_as(Written::default(), entries, Scenario::of(Profile::Store, seed), out)
}

/// The same, written in some other way.
///
/// # Errors
/// What `out` says if it can't be written to.
pub fn print_as(
    written: Written,
    entries: usize,
    scenario: Scenario,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    for line in Simulator::written(scenario, written).take(entries) {
        out.write_all(line.text.as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// The same with the truth: an object for each entry, in the same order, a line each.
///
/// # Errors
/// The first failure, and of which of the two.
pub fn print_with_truth(
    written: Written,
    entries: usize,
    scenario: Scenario,
    out: &mut impl Write,
    truth: &mut impl Write,
) -> Result<(), Unwritten> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let mut truth = io::BufWriter::with_capacity(1 << 16, truth);
    for (line, told) in Told::new(Simulator::written(scenario, written)).take(entries) {
        writeln!(out, "{}", line.text).map_err(Unwritten::Log)?;
        writeln!(truth, "{}", Value::Object(told)).map_err(Unwritten::Truth)?;
    }
    out.flush().map_err(Unwritten::Log)?;
    truth.flush().map_err(Unwritten::Truth)
}

/// What could not be written.
#[derive(Debug)]
pub enum Unwritten {
    /// The log.
    Log(io::Error),
    /// The truth beside it.
    Truth(io::Error),
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its time stamp, in whole hundredths of a second.
    pub time: NaiveDateTime,
    /// The entry as the MTA writes it, without the end of the line.
    pub text: String,
}

/// The entries of a scenario in the order of their times. It never ends.
pub struct Simulator {
    engine: Engine,
    written: Written,
    /// Header lines of the message whose entry came last.
    headers: VecDeque<(Time, Box<Fact>)>,
    /// Between two visits, in microseconds: hundredths would be too coarse for a busy relay.
    interval: u64,
    /// When the visit before began, in the same unit.
    visited: u64,
}

impl Simulator {
    /// The simulation of a scenario, at its start.
    pub fn new(scenario: Scenario) -> Self {
        Self::written(scenario, Written::default())
    }

    /// The same with a log that is written in some other way.
    #[expect(clippy::needless_pass_by_value, reason = "a scenario is used up by being played")]
    pub fn written(scenario: Scenario, written: Written) -> Self {
        let Scenario { profile, seed, start, rate, incident } = scenario;
        let site = Site { profile, seed, odd: written.odd };
        let engine = Engine::new(site, Clock::new(start), Incident::new(incident));
        let slowest = Duration::from_secs(1_000);
        let message = Duration::try_from_secs_f64(rate.recip()).unwrap_or(slowest).min(slowest);
        let interval = message * inbound::messages_per_100_visits(profile) / 100;
        let interval = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX).max(1);
        let headers = VecDeque::new();
        let mut simulator = Self { engine, written, headers, interval, visited: 0 };
        simulator.expect_visit();
        simulator
    }

    fn expect_visit(&mut self) {
        self.visited += wait(&mut self.engine.rng, self.interval);
        self.engine.plan(Time(self.visited / 10_000), Event::Arrival);
    }

    /// What is logged next. It never ends.
    fn fact(&mut self) -> Option<(Time, Box<Fact>)> {
        if let Some(header) = self.headers.pop_front() {
            return Some(header);
        }
        // There is always a next visit planned, so there is always an event.
        while let Some((now, event)) = self.engine.next() {
            match event {
                Event::Entry(fact) if print::is_logged(&fact, &self.written.options) => {
                    self.look_up_header(now, &fact);
                    return Some((now, fact));
                }
                Event::Entry(_) => {}
                Event::Arrival => {
                    self.expect_visit();
                    inbound::visit(&mut self.engine, now);
                }
                Event::Due(queued) if queued.file.channel == Channel::Store => {
                    local::deliver(&mut self.engine, now, *queued);
                }
                Event::Due(queued) => outbound::due(&mut self.engine, now, *queued),
                Event::Run(domain) => outbound::run(&mut self.engine, now, domain),
                Event::Release(lease) => self.engine.release(lease),
            }
        }
        None
    }

    /// Has the header of a message follow its entry.
    fn look_up_header(&mut self, now: Time, fact: &Fact) {
        let Body::Message(message) = &fact.body else { return };
        if !message.first {
            return;
        }
        for (header, id) in message.headers() {
            let header = Fact { body: Body::Header(header, id), ..*fact };
            if print::is_logged(&header, &self.written.options) {
                self.headers.push_back((now, Box::new(header)));
            }
        }
    }

    fn line(&mut self, time: Time, fact: &Fact) -> Line {
        let clock = &mut self.engine.clock;
        let text = print::entry(&self.written, clock, time, fact);
        Line { time: clock.date_time(time), text }
    }
}

impl Iterator for Simulator {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let (time, fact) = self.fact()?;
        Some(self.line(time, &fact))
    }
}

/// The entries of a simulation, each with the truth about it. It never ends.
///
/// The keys are those that `mtatop export entries` gives it, without `file`, `line` and `offset`:
/// a key is left out where its option is off or the entry has no such field, and `""` where the
/// field is logged and blank. (Blank connection information is the remote host of an attempt, and
/// left out elsewhere; a blank delivery status is left out, and a blank reason where formats 1 and 2
/// show nothing behind it.) `truth` holds what an index has to find out, as far as it exists:
///
/// | key | meaning |
/// | --- | --- |
/// | `connection` | number of the connection that the entry is about or happened over |
/// | `message` | number of the message, the same in all queues it passes |
/// | `recipient` | number of the recipient in it, from 1 |
/// | `outcome`, `attempt`, `queued_seconds` | of an attempt, as `mtatop export deliveries` has it |
///
/// ```
/// use mtatop::simulate::{Format, Scenario, Simulator, Told, Written};
///
/// let written = Written { format: Format::Xml, ..Written::default() };
/// let scenario = Scenario::demo(1, chrono::NaiveDateTime::default());
/// let (line, truth) = Told::new(Simulator::written(scenario, written)).next().ok_or("none")?;
/// assert!(line.text.starts_with("<co ts="));
/// assert_eq!(truth["kind"], "connection");
/// assert_eq!(truth["truth"]["connection"], 1);
/// # Ok::<(), &str>(())
/// ```
pub struct Told(Simulator);

impl Told {
    /// The entries that the simulation would write, and the truth.
    pub fn new(simulator: Simulator) -> Self {
        Self(simulator)
    }
}

impl Iterator for Told {
    type Item = (Line, Map<String, Value>);

    fn next(&mut self) -> Option<Self::Item> {
        let (time, fact) = self.0.fact()?;
        let line = self.0.line(time, &fact);
        Some((line, truth::truth(&self.0.written, &mut self.0.engine.clock, time, &fact)))
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "entries are ASCII, which one of the tests checks")]
mod tests {
    use super::*;
    use crate::simulate::queue::Waiting;
    use std::collections::{BTreeMap, HashMap, HashSet};

    fn start() -> NaiveDateTime {
        chrono::NaiveDate::from_ymd_opt(2007, 2, 16).unwrap().and_hms_opt(8, 59, 40).unwrap()
    }

    fn batch(entries: usize) -> impl Iterator<Item = Line> {
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
        let twice: Vec<Vec<Line>> = (0..2).map(|_| batch(20_000).collect()).collect();
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

    #[test]
    fn messages_arrive_at_the_rate_asked_for() {
        let mut ids: HashSet<String> = HashSet::new();
        let mut simulator = Simulator::new(Scenario::batch(4, start()));
        let end = start() + Duration::from_secs(1_800);
        for line in simulator.by_ref().take_while(|line| line.time < end) {
            let (_, source, _, rest) = columns(&line.text);
            let arrival = source.starts_with("tcp_") && rest.starts_with('E');
            if let Some(id) = rest.split(' ').nth(6).filter(|_| arrival) {
                ids.insert(id.to_owned());
            }
        }
        let expected = 1_800 * 12;
        println!("{} messages of {expected}", ids.len());
        assert!((expected * 9 / 10..expected * 11 / 10).contains(&ids.len()), "{}", ids.len());
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
            assert!(simulator.engine.waiting.deferred <= Waiting::MOST_DEFERRED);
            most = most.max(simulator.engine.planned() + gathered);
        }
        assert!(most < 12_000, "{most} events wait");
    }
}
