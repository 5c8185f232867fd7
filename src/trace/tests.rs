use super::*;
use crate::index::{Batch, TextLocation};
use crate::log::parse::{Parser, Profile};
use proptest::prelude::*;

/// A log in memory, and its index.
struct Log {
    index: Index,
    lines: Vec<String>,
}

impl Log {
    /// Absorbs the lines in batches of so many.
    fn in_batches(lines: &[impl AsRef<str>], size: usize) -> Self {
        let mut index = Index::default();
        let lines: Vec<String> = lines.iter().map(|line| line.as_ref().to_owned()).collect();
        for (number, lines) in lines.chunks(size).enumerate() {
            let mut batch = Batch::new(index.keys());
            for (at, line) in lines.iter().enumerate() {
                let offset = (number * size + at) as u64;
                let mut parser = Parser::default();
                batch.push(
                    TextLocation { source: 0, offset },
                    line.len(),
                    &parser.entry(line.as_bytes()),
                );
            }
            index.absorb(&batch);
        }
        Self { index, lines }
    }

    fn new(lines: &[impl AsRef<str>]) -> Self {
        Self::in_batches(lines, lines.len().max(1))
    }

    fn read(&self, row: RowId) -> Option<EntryText> {
        let text = self.lines.get(row.0 as usize)?.clone().into_bytes();
        Some(EntryText { text, profile: Profile::default() })
    }

    fn story_of(&self, row: u32) -> MessageTrace {
        let message = self.index.rows().message(RowId(row)).unwrap();
        trace_message(&self.index, message, &mut |row| self.read(row))
    }

    fn all(&self) -> Vec<MessageTrace> {
        let tell = |message| trace_message(&self.index, message, &mut |row| self.read(row));
        self.index.messages().map(tell).collect()
    }
}

/// Each recipient in a line: who, channels, state, attempts, milliseconds in the last queue.
fn told(story: &MessageTrace) -> Vec<String> {
    let line = |recipient: &RecipientTrace| {
        let last = story.last_hop(recipient).unwrap();
        let who = last.active_to.as_deref().or(last.original_to.as_deref()).unwrap_or(b"?");
        let channels: Vec<_> =
            story.hops_of(recipient).map(|leg| String::from_utf8_lossy(&leg.channel)).collect();
        let (state, attempts, queued) = (recipient.state.name(), recipient.attempts, last.queued());
        let (who, channels) = (String::from_utf8_lossy(who), channels.join(" "));
        format!("{who}: {channels}: {state} {attempts} {queued:?}")
    };
    story.recipients.iter().map(line).collect()
}

fn data(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("tests/data/{name}.unfolded.log")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn at(clock: &str, rest: &str) -> String {
    format!("04-Feb-1998 {clock} {rest}")
}

#[test]
fn what_left_conversion_is_delivered_when_the_store_has_it() {
    // Example 21-8: the conversion channel changed the message id.
    let lines = data("sjsms2005q4-21-08-conversion");
    let log = Log::new(&lines);
    let story = log.story_of(0);
    assert_eq!(told(&story), ["bert: conversion l: delivered 1 Some(3560)"]);
    assert_eq!(story.ids.len(), 2);
    assert_eq!(told(&log.story_of(1)), ["bert: l: delivered 1 Some(3560)"]);
    let second = log.index.rows().message(RowId(1)).unwrap();
    assert_eq!(origin(&log.index, second), log.index.rows().message(RowId(0)).unwrap());
    // Before that it is not, though its newest entry is a dequeue.
    for end in 1..=3 {
        let story = Log::new(&lines[..end]).story_of(0);
        assert_eq!(story.recipients[0].state, DeliveryState::Queued, "{end}");
    }
}

#[test]
fn every_recipient_of_every_queue_file_is_told() {
    let log = Log::new(&data("sjsms2005q4-21-09-outbound-connection"));
    let story = log.story_of(0);
    assert_eq!(
        told(&story),
        [
            "bobby@hosta.sesta.com: tcp_local: relayed 1 Some(6870)",
            "carl@hosta.sesta.com: tcp_local: relayed 1 Some(6870)",
            "dave@hostb.sesta.com: tcp_local: relayed 1 Some(7270)",
        ]
    );
    let reply = story.hops[0].response.as_ref().unwrap();
    assert_eq!((reply.code, reply.enhanced.as_deref()), (250, Some(&b"2.1.5"[..])));
    assert_eq!(
        (story.size, story.envelope_from.as_deref()),
        (Some(1), Some(&b"adam@sesta.com"[..]))
    );
}

#[test]
fn a_misprinted_queue_file_falls_back_to_the_message_id() {
    let log = Log::new(&data("sjsms2005q4-21-02-optional-fields"));
    // The names differ, so the time since the enqueue of the same file is not known; and where a
    // `Z` is missing, the two leading characters say 35 attempts.
    assert_eq!(told(&log.story_of(0)), ["marlowe@siroe.com: tcp_local: relayed 36 None"]);
}

fn retries(id: &str) -> Vec<String> {
    let entry = |clock, channels, code, file, answer| {
        at(
            clock,
            &format!(
                "{channels} {code} 2 a@x.org rfc822;b@y.org b@y.org q/tcp_local/{file} {id} {answer}"
            ),
        )
    };
    vec![
        entry("10:00:00", "tcp_intranet tcp_local", "E", "ZZf0s.00", ""),
        entry("10:00:05", "tcp_local", "Q", "ZZf0s.00", "TCP active open: Failed connect()"),
        entry("10:30:05", "tcp_local", "Q", "ZYf0s.00", "dns;mx.y.org smtp;450 4.2.0 later"),
        entry("11:00:05.50", "tcp_local", "D", "ZXf0s.01", "dns;mx.y.org smtp;250 2.1.5 ok"),
    ]
}

#[test]
fn retries_follow_the_queue_file_with_and_without_an_id() {
    for id in ["<1@x>", ""] {
        let lines = retries(id);
        let states = (1..=4).map(|end| Log::new(&lines[..end]).story_of(0).recipients[0].state);
        let states: Vec<DeliveryState> = states.collect();
        assert_eq!(
            states,
            [
                DeliveryState::Queued,
                DeliveryState::Deferred,
                DeliveryState::Deferred,
                DeliveryState::Relayed
            ]
        );
        let story = Log::new(&lines).story_of(0);
        assert_eq!(told(&story), ["b@y.org: tcp_local: relayed 3 Some(3605500)"], "{id}");
        let attempts: Vec<_> = story.hops[0].steps.iter().map(|step| step.attempt).collect();
        assert_eq!(attempts, [Some(1), Some(1), Some(2), Some(3)]);
    }
}

#[test]
fn an_entry_that_stands_before_its_enqueue_belongs_to_it() {
    let mut lines = retries("<1@x>");
    lines.truncate(2);
    lines[1] = lines[1].replace("10:00:05", "09:59:59.90");
    lines.swap(0, 1);
    let story = Log::new(&lines).story_of(0);
    assert_eq!(told(&story), ["b@y.org: tcp_local: deferred 1 Some(0)"]);
    // An hour is not out of order: the clock was set back, and nobody knows the time in the queue.
    let mut lines = retries("<1@x>");
    lines[3] = lines[3].replace("11:00", "09:10");
    assert_eq!(told(&Log::new(&lines).story_of(0)), ["b@y.org: tcp_local: relayed 3 None"]);
}

#[test]
fn what_is_left_of_a_replaced_file_goes_on_in_the_new_one() {
    let entry = |clock, channels, code, file, to| {
        at(
            clock,
            &format!(
                "{channels} {code} 2 a@x.org rfc822;{to}@y.org {to}@y.org q/{file} <1@x> smtp;250 ok"
            ),
        )
    };
    for enqueued in [true, false] {
        let mut lines = vec![
            entry("10:00:00", "tcp_in tcp_local", "E", "ZZone.00", "b"),
            entry("10:00:00", "tcp_in tcp_local", "E", "ZZone.00", "c"),
            entry("10:00:05", "tcp_local", "D", "ZZone.00", "b"),
            entry("10:00:05", "tcp_local", "Z", "ZZone.00", "c"),
            entry("10:00:05", "tcp_local tcp_local", "E", "ZYtwo.00", "c"),
            entry("10:30:05", "tcp_local", "D", "ZYtwo.00", "c"),
        ];
        let waiting = Log::new(&lines[..5]).story_of(0);
        assert_eq!(told(&waiting)[1], "c@y.org: tcp_local tcp_local: deferred 1 None");
        let queued = if enqueued { "Some(1800000)" } else { "None" };
        let channels = if enqueued { "tcp_local tcp_local" } else { "tcp_local" };
        if !enqueued {
            lines.remove(4);
        }
        assert_eq!(
            told(&Log::new(&lines).story_of(0)),
            [
                "b@y.org: tcp_local: relayed 1 Some(5000)".to_owned(),
                format!("c@y.org: {channels}: relayed 2 {queued}"),
            ]
        );
    }
}

#[test]
fn a_list_is_expanded_in_reprocess() {
    let lines = [
        at("10:00:00", "tcp_local reprocess E 2 a@x.org rfc822;all@y.org all@y.org q/ZZ1.00 <1@x>"),
        at(
            "10:00:01",
            "reprocess ims-ms E 2 a@x.org rfc822;all@y.org b@ims-ms-daemon q/ZZ2.00 <1@x>",
        ),
        at("10:00:01", "reprocess tcp_local E 2 a@x.org rfc822;all@y.org c@z.org q/ZZ3.00 <1@x>"),
        at("10:00:02", "reprocess D 2 a@x.org rfc822;all@y.org all@y.org q/ZZ1.00 <1@x>"),
        at("10:00:03", "ims-ms D 2 a@x.org rfc822;all@y.org b@ims-ms-daemon q/ZZ2.00 <1@x>"),
        at("10:00:04", "tcp_local R 2 a@x.org rfc822;all@y.org c@z.org q/ZZ3.00 <1@x> smtp;550 no"),
    ];
    assert_eq!(
        told(&Log::new(&lines).story_of(0)),
        [
            "b@ims-ms-daemon: reprocess ims-ms: delivered 1 Some(2000)",
            "c@z.org: reprocess tcp_local: failed 1 Some(3000)",
        ]
    );
    // What goes on is known by its recipient even if its enqueue is not logged.
    let unlogged = [&lines[0], &lines[3], &lines[4]];
    assert_eq!(
        told(&Log::new(&unlogged).story_of(0)),
        ["b@ims-ms-daemon: reprocess ims-ms: delivered 1 None"]
    );
}

#[test]
fn members_of_one_list_each_pass_conversion_by_themselves() {
    let mut lines = Vec::new();
    let mut entry = |channels: &str, code: &str, to: &str, file: &str| {
        let to = format!("a@x.org rfc822;all@y.org {to}");
        lines.push(at("10:00:00", &format!("{channels} {code} 2 {to} q/ZZ{file}.00 <1@x>")));
    };
    for member in ["b", "c", "d"] {
        entry("tcp_local conversion", "E", &format!("{member}@y.org"), "1");
    }
    for (member, file) in [("d", "2"), ("b", "3")] {
        entry("conversion ims-ms", "E", &format!("{member}@ims-ms-daemon"), file);
        entry("conversion", "D", &format!("{member}@y.org"), "1");
        entry("ims-ms", "D", &format!("{member}@ims-ms-daemon"), file);
    }
    assert_eq!(
        told(&Log::new(&lines).story_of(0)),
        [
            "b@ims-ms-daemon: conversion ims-ms: delivered 1 Some(0)",
            "c@y.org: conversion: queued 0 None",
            "d@ims-ms-daemon: conversion ims-ms: delivered 1 Some(0)",
        ]
    );
}

#[test]
fn who_was_never_accepted_is_rejected() {
    let lines = [
        at(
            "10:00:00",
            "tcp_local J 0 a@x.org rfc822;b@y.org b@y.org <1@x> 550 5.7.1 Relaying not permitted",
        ),
        at(
            "10:00:00",
            "tcp_local ims-ms E 2 a@x.org rfc822;c@y.org c@ims-ms-daemon q/ZZ1.00 <1@x>",
        ),
        at("10:00:00", "tcp_local T 0 a@x.org rfc822;b@y.org b@y.org <1@x>"),
        at("10:00:09", "ims-ms W 2 a@x.org rfc822;c@y.org c@ims-ms-daemon q/ZY1.00 <1@x>"),
    ];
    let story = Log::new(&lines).story_of(1);
    assert_eq!(
        told(&story),
        ["b@y.org: tcp_local: rejected 0 None", "c@ims-ms-daemon: ims-ms: deferred 0 Some(9000)"]
    );
    assert_eq!(story.others, [RowId(2)]);
}

#[test]
fn what_is_gone_is_counted() {
    let log = Log::new(&retries("<1@x>"));
    let message = log.index.rows().message(RowId(0)).unwrap();
    let story = trace_message(&log.index, message, &mut |row| log.read(row).filter(|_| row.0 > 1));
    assert_eq!(
        (story.missing, told(&story)),
        (2, vec!["b@y.org: tcp_local: relayed 3 None".to_owned()])
    );
}

/// Entries that could be of the same few messages, and others that could be of none.
fn arbitrary_entry() -> impl Strategy<Value = String> {
    let channel =
        || prop::sample::select(vec!["tcp_local", "conversion", "process", "ims-ms", "l"]);
    let word = |words: Vec<&'static str>| prop::sample::select(words);
    (
        (0u32..60, channel(), prop::option::of(channel())),
        word(vec!["E", "D", "Q", "R", "K", "Z", "J", "B", "V", "W", "T", "EE"]),
        word(vec!["rfc822;b@y.org", "rfc822;c@y.org", "rfc822;"]),
        word(vec!["b@y.org", "c@y.org", "b", "b@ims-ms-daemon"]),
        word(vec!["q/ZZ1.00", "q/ZY1.00", "q/ZZ2.00", "q/Z", ""]),
        word(vec!["<1@x>", "<2@x>", "<2@x>,<1@x>", "3@x", ""]),
        word(vec!["smtp;250 2.1.5 ok", "smtp;450 no", ""]),
    )
        .prop_map(|((second, source, destination), code, original, active, file, id, answer)| {
            let destination = destination.unwrap_or_default();
            let rest = format!("{source} {destination} {code} 1 a@x.org {original} {active} {file} {id} {answer}");
            match second {
                0 => format!("04-Feb-1998 10:00:00 > Subject: {code}"),
                1 => rest,
                _ => at(&format!("10:00:{second:02}"), &rest),
            }
        })
}

proptest! {
    #[test]
    fn batches_of_any_size_tell_the_same_stories(
        lines in prop::collection::vec(arbitrary_entry(), 0..60), size in 1usize..20,
    ) {
        let whole = Log::new(&lines);
        prop_assert_eq!(Log::in_batches(&lines, size).all(), whole.all());
    }

    #[test]
    fn every_entry_of_a_message_is_told_once(
        lines in prop::collection::vec(arbitrary_entry(), 0..60),
    ) {
        let log = Log::new(&lines);
        for message in log.index.messages() {
            let rows: Vec<RowId> = log.index.rows_of(message).collect();
            let story = trace_rows(&log.index, rows.clone(), &mut |row| log.read(row));
            let steps = story.hops.iter().flat_map(|leg| &leg.steps).map(|step| step.row);
            let mut seen: Vec<RowId> =
                steps.chain(story.headers.clone()).chain(story.others.clone()).collect();
            seen.sort_unstable();
            let mut all = rows.clone();
            all.sort_unstable();
            prop_assert_eq!(seen, all);
            let mut turned = rows;
            turned.reverse();
            prop_assert_eq!(trace_rows(&log.index, turned, &mut |row| log.read(row)), story.clone());
            for recipient in &story.recipients {
                prop_assert!(!recipient.hops.is_empty());
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(lines in prop::collection::vec("\\PC{0,80}", 0..20)) {
        let log = Log::new(&lines);
        let rows = (0..).map(RowId).take(lines.len()).collect();
        let story = trace_rows(&log.index, rows, &mut |row| log.read(row));
        prop_assert!(story.hops.len() <= lines.len());
    }
}
