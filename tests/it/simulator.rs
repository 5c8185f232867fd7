//! The simulator: what its logs look like, whatever reads them.

#![expect(clippy::string_slice, reason = "entries are ASCII, which one of the tests checks")]

use chrono::NaiveDateTime;
use mtatop::simulate::{RecordBody, Scenario, SimulatedEntry, Simulator, SiteProfile};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

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
        assert_eq!(line.text[..23], line.time.format("%d-%b-%Y %H:%M:%S%.3f").to_string()[..23]);
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
    assert!(domains.len() > 5_000 && files.len() > 30_000, "{}, {}", domains.len(), files.len());
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
            if let Some(id) = rest.split(' ').nth(6).filter(|_| arrival && rest.starts_with('E')) {
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
