//! What is read does not depend on how many read it.

use super::*;
use crate::input::reader::raw_entry::RawEntry;
use crate::log::parse::{Parser, ParserState};
use crate::log::splitter;
use crate::simulate::{LogStyle, MtaOptions, Scenario, SiteProfile, write_log};

/// What anybody who listens is told, in the order of telling.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Profile(u64, crate::log::parse::Profile),
    Rows(usize),
}

/// A log whose options were changed now and then, which takes several rounds between.
fn restarted() -> Vec<u8> {
    let changes = ["LOG_SENSITIVITY", "LOG_PRIORITY", "LOG_QUEUE_TIME", "LOG_NOTARY", "LOG_NODE"];
    let (mut log, mut options) = (Vec::new(), MtaOptions::default());
    for (seed, name) in (0..).zip(changes) {
        let style = LogStyle { options, ..LogStyle::default() };
        write_log(Scenario::of(SiteProfile::Store, seed), style, 3 * BATCH, &mut log).unwrap();
        let value = options.value(name).unwrap();
        assert!(options.set(name, u32::from(value == 0)));
    }
    log
}

fn pooled(log: &[u8], workers: usize) -> (Watch, Vec<Told>) {
    let mut watch = Watch::of(&["log"]);
    watch.pool = Pool::new(watch.index.keys(), workers, WorkerPriority::Normal).unwrap();
    watch.append("log", log);
    let mut told = Vec::new();
    let Watch { reader, pool, index, originals, .. } = &mut watch;
    let mut tell = |message: ReaderMessage| match message {
        ReaderMessage::Batch(batch) => {
            index.absorb(&batch);
            told.push(Told::Rows(index.rows().len()));
        }
        ReaderMessage::News(news) => {
            originals.observe(&news);
            if let ReaderEvent::Profile { from, profile, .. } = news {
                told.push(Told::Profile(from, profile));
            }
        }
    };
    while pool.round(reader, Duration::ZERO, &mut tell).unwrap() {}
    (watch, told)
}

/// Parses entries one after the other as they are found, and hands each round to an index, as the
/// pool does.
struct OneByOne {
    index: Index,
    batch: Batch,
    told: Vec<Told>,
    parsers: Vec<Parser>,
}

impl EntrySink for OneByOne {
    fn begin(&mut self, source: u16, learned: ParserState) {
        assert_eq!(self.parsers.len(), usize::from(source));
        self.parsers.push(Parser::knowing(learned));
    }

    fn push_event(&mut self, news: ReaderEvent) {
        if let ReaderEvent::Profile { from, profile, .. } = news {
            self.told.push(Told::Profile(from, profile));
        }
    }

    fn push_entry(&mut self, raw: &RawEntry<'_>) {
        let parser = &mut self.parsers[usize::from(raw.location.source)];
        let before = parser.profile();
        let text = splitter::unfold(raw.layout, &raw.bytes[..raw.length]);
        self.batch.push(raw.location, raw.length, &parser.entry(&text));
        let profile = parser.profile();
        if profile != before {
            self.told.push(Told::Profile(raw.location.offset, profile));
        }
    }
}

fn alone(log: &[u8]) -> OneByOne {
    let memory = Memory::default();
    memory.append(Path::new("log"), log);
    let mut reader = Reader::new(Arc::new(memory), [PathBuf::from("log")]);
    let index = Index::default();
    let (batch, told, parsers) = (Batch::new(index.keys()), Vec::new(), Vec::new());
    let mut alone = OneByOne { index, batch, told, parsers };
    while reader.collect(Duration::ZERO, &mut alone) {
        let batch = std::mem::replace(&mut alone.batch, Batch::new(alone.index.keys()));
        alone.index.absorb(&batch);
        alone.told.push(Told::Rows(alone.index.rows().len()));
    }
    alone
}

#[test]
fn however_many_parse_what_is_told_is_the_same() {
    let log = restarted();
    let expected = alone(&log);
    let profiles = expected.told.iter().filter(|told| matches!(told, Told::Profile(..))).count();
    assert!(profiles > 3, "the options change on the way: {profiles}");
    let (one, one_told) = pooled(&log, 1);
    assert_eq!(one_told, expected.told);
    for workers in [2, 7] {
        let (watch, told) = pooled(&log, workers);
        assert_eq!(told, expected.told, "{workers}");
        assert!(watch.told() == one.told(), "{workers}");
    }
    let rows = |index: &Index| -> Vec<_> {
        let rows = (0..).map(RowId).take(index.rows().len());
        rows.map(|row| (index.rows().place(row), index.rows().kind(row))).collect()
    };
    assert_eq!(rows(&one.index), rows(&expected.index));
}

/// The time of each entry, as it is told.
struct Times;

impl EntryMapper for Times {
    type Output = Vec<Time>;

    fn begin(&self, _entries: usize) -> Vec<Time> {
        Vec::new()
    }

    fn entry(
        &self,
        found: &LocatedText<'_>,
        parser: &mut Parser,
        times: &mut Vec<Time>,
    ) -> Option<Time> {
        let found = found.parse(parser);
        times.push(found.time);
        found.entry.ok().map(|entry| entry.time)
    }

    fn uses_time(&self) -> bool {
        true
    }
}

#[test]
fn what_has_no_time_is_told_that_of_the_entry_before_whatever_the_rounds_are() {
    let mut rng = fastrand::Rng::with_seed(4);
    let (mut log, mut expected, mut time) = (String::new(), Vec::new(), Time::default());
    for _ in 0..5 * BATCH {
        let second = rng.u8(10..60);
        if rng.u8(0..3) == 0 {
            let line = LINE.replace("52:12", &format!("52:{second}"));
            time = crate::log::parse::time(line.as_bytes()).unwrap();
            log += &line;
        } else {
            // With a stamp in front, or it would be taken for the rest of a folded entry.
            log += ["19-Feb-1998 10:53:", &second.to_string()].concat().as_str();
        }
        log.push('\n');
        expected.push(time);
    }
    let memory = Memory::default();
    memory.append(Path::new("log"), log.as_bytes());
    for workers in [1, 4] {
        let mut reader = Reader::new(Arc::new(memory.clone()), [PathBuf::from("log")]);
        let mut pool = Pool::new(Times, workers, WorkerPriority::Normal).unwrap();
        let mut times = Vec::new();
        let mut tell = |message: ReaderMessage<Vec<Time>>| {
            if let ReaderMessage::Batch(more) = message {
                times.extend(more);
            }
        };
        while pool.round(&mut reader, Duration::ZERO, &mut tell).unwrap() {}
        assert!(times == expected);
    }
}

#[test]
fn entries_of_any_length_come_in_bounded_batches() {
    let long = format!("{LINE} {}\n", "x".repeat(LONGEST_ENTRY - LINE.len() - 1));
    let mut watch = Watch::of(&["log"]);
    watch.append("log", long.repeat(100));
    let mut batches = Vec::new();
    let Watch { reader, pool, .. } = &mut watch;
    let mut tell = |message: ReaderMessage| {
        if let ReaderMessage::Batch(batch) = message {
            batches.push(batch.len());
        }
    };
    while pool.round(reader, Duration::ZERO, &mut tell).unwrap() {}
    assert_eq!(batches.iter().sum::<usize>(), 100);
    assert!(batches.iter().all(|len| len * LONGEST_ENTRY <= BATCH_BYTES + LONGEST_ENTRY));
}
