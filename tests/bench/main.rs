//! Speed of each stage from bytes to screen, on logs of the simulator of some sizes, so that what
//! grows faster than the log is seen.
//!
//! `cargo bench` measures all of them, `cargo bench -- parse` one. Throughput is per byte of the
//! log, on one thread. The program as a whole is measured by `tests/bench/compare`.

#[path = "../it/harness.rs"]
#[expect(
    dead_code,
    clippy::panic,
    reason = "it is the harness of the tests, which need more of it"
)]
mod harness;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use harness::Opened;
use mtatop::filter::{BLOCK, Filter};
use mtatop::index::{Batch, Index, KeyHasher, RowId, TextLocation};
use mtatop::input::reader::{ReaderEvent, TextStore};
use mtatop::input::source::{Fs, Memory};
use mtatop::log::parse::Parser;
use mtatop::log::splitter;
use mtatop::log::splitter::EntryLayout;
use mtatop::simulate::{self, LogStyle, MtaFormat, Scenario, SiteProfile};
use mtatop::stats::Tally;
use mtatop::tui::workers::search::{SearchRequest, SearchWorker};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Of the text logs that everything is measured on: the last one only if `MTATOP_BENCH_LARGE` is
/// set, since it takes minutes.
const SIZES: [usize; 3] = [100_000, 1_000_000, 4_000_000];
/// Of the logs in other formats.
const ENTRIES: usize = 1_000_000;

/// Each shape of log in each size: a store hides what connections cost, a relay what rows cost.
fn cases() -> impl Iterator<Item = (SiteProfile, usize)> {
    let large = std::env::var_os("MTATOP_BENCH_LARGE").is_some();
    let sizes = SIZES.into_iter().take(if large { 3 } else { 2 });
    sizes.flat_map(|entries| [(SiteProfile::Store, entries), (SiteProfile::Relay, entries)])
}

fn simulated(profile: SiteProfile, format: MtaFormat, entries: usize) -> Vec<u8> {
    let (mut log, style) = (Vec::new(), LogStyle { format, ..LogStyle::default() });
    simulate::write_log(Scenario::of(profile, 1), style, entries, &mut log)
        .expect("a vector takes everything");
    log
}

fn group<'a>(c: &'a mut Criterion, name: &str, entries: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(format!("{name}, {entries} entries"));
    group.sample_size(10);
    group
}

/// Each entry's text with its offset.
fn texts(log: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = splitter::next(EntryLayout::Lines, log.get(at..)?, true)?;
        let start = at + found.start;
        at += found.end;
        Some((start as u64, log.get(start..start + found.length)?))
    })
}

/// Parses into batches of the size that the reader makes, and gives each of them to `take`.
fn in_batches(log: &[u8], keys: &KeyHasher, mut take: impl FnMut(Batch)) {
    let (mut batch, mut parser) = (Batch::new(keys.clone()), Parser::default());
    for (offset, text) in texts(log) {
        batch.push(TextLocation { source: 0, offset }, text.len(), &parser.entry(text));
        if batch.len() == 4_096 {
            take(std::mem::replace(&mut batch, Batch::new(keys.clone())));
        }
    }
    take(batch);
}

fn whole_index(log: &[u8]) -> Index {
    let mut index = Index::default();
    in_batches(log, &index.keys(), |batch| index.absorb(&batch));
    index
}

fn stages(c: &mut Criterion) {
    for (profile, entries) in cases() {
        let log = simulated(profile, MtaFormat::Text, entries);
        let mut group = group(c, &format!("stage, {profile:?}"), entries);
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function("split", |b| {
            b.iter(|| texts(&log).map(|(_, text)| text.len()).sum::<usize>());
        });
        group.bench_function("parse", |b| {
            let mut parser = Parser::default();
            b.iter(|| {
                texts(&log).filter(|(_, text)| black_box(parser.entry(text)).is_ok()).count()
            });
        });
        let (mut parsed, keys) = (Vec::new(), Index::default().keys());
        in_batches(&log, &keys, |batch| parsed.push(batch));
        group.bench_function("absorb", |b| {
            b.iter_with_large_drop(|| {
                let mut index = Index::default();
                for batch in &parsed {
                    index.absorb(batch);
                }
                index
            });
        });
        drop(parsed);
        group.bench_function("parse and absorb", |b| b.iter_with_large_drop(|| whole_index(&log)));
        group.finish();
    }
}

/// The formats with names, in which an entry is longer.
fn formats(c: &mut Criterion) {
    let mut group = group(c, "format", ENTRIES);
    for (name, format) in
        [("xml", MtaFormat::Xml), ("json", MtaFormat::Json), ("flat json", MtaFormat::FlatJson)]
    {
        let log = simulated(SiteProfile::Store, format, ENTRIES);
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(format!("parse and absorb {name}"), |b| {
            b.iter_with_large_drop(|| whole_index(&log));
        });
    }
    group.finish();
}

fn screen(c: &mut Criterion) {
    for (profile, entries) in cases() {
        let mut opened = Opened::new(&simulated(profile, MtaFormat::Text, entries), "");
        let mut group = group(c, &format!("screen, {profile:?}"), entries);
        let rows = opened.app.index().rows().len();
        for (name, filter) in [("filter by domain", "bigmail.example"), ("count everything", "")] {
            group.bench_function(name, |b| {
                b.iter(|| {
                    let mut tally = Tally::new(Filter::parse(filter).expect("it is one"));
                    tally.extend(opened.app.index(), rows);
                    tally.totals().counts.entries
                });
            });
        }
        group.bench_function("draw 160x50", |b| b.iter(|| opened.buffer(160, 50).area));
        group.finish();
    }
}

/// A text and a regular expression, in blocks as a filter asks for them.
fn search(c: &mut Criterion) {
    let (log, path) = (simulated(SiteProfile::Store, MtaFormat::Text, ENTRIES), Path::new("log"));
    let memory = Memory::default();
    memory.append(path, &log);
    let handle = memory.open(path).expect("it is there");
    let mut originals = TextStore::default();
    let (path, form) = (Arc::from(path), EntryLayout::Lines);
    originals.observe(&ReaderEvent::Source { number: 0, path, handle, form });
    let places: Vec<(RowId, TextLocation, usize)> = (0..)
        .zip(texts(&log))
        .map(|(row, (offset, text))| (RowId(row), TextLocation { source: 0, offset }, text.len()))
        .collect();
    let mut group = group(c, "search", ENTRIES);
    group.throughput(Throughput::Bytes(log.len() as u64));
    for (name, filter) in [
        ("text", "\"bounced\""),
        ("regular expression", r"text:4\.7\.\d+"),
        ("recipient", "to:anna"),
        ("answer", "response:[Gg]reylist"),
    ] {
        let filter = Filter::parse(filter).expect("it is one");
        let test = Arc::new(filter.text_test().expect("it is on texts"));
        let ask = |entries: &[(RowId, TextLocation, usize)]| SearchRequest {
            search_id: 1,
            matcher: Arc::clone(&test),
            rows: 0..entries.len(),
            entries: entries.to_vec(),
        };
        let mut searcher = SearchWorker::default();
        group.bench_function(name, |b| {
            b.iter(|| {
                let found = places
                    .chunks(BLOCK)
                    .filter_map(|block| searcher.search(ask(block), &originals, || true));
                found.map(|found| found.hits.len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

/// Times `mtatop report` on a file, and `wc -l` on the same: the best of five, the machine's own
/// speed being the ratio's measure.
#[expect(clippy::print_stdout, reason = "it is what the bench has to say")]
fn report(_: &mut Criterion) {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if wanted.is_some_and(|wanted| !"report against wc".contains(&wanted)) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mail.log");
    std::fs::write(&path, simulated(SiteProfile::Store, MtaFormat::Text, ENTRIES))
        .expect("room for the log");
    let best = |program: &str, argument: &str| {
        let mut command = Command::new(program);
        command.arg(argument).arg(&path);
        let times = (0..5).map(|_| {
            let start = Instant::now();
            assert!(command.output().expect("the program starts").status.success());
            start.elapsed().as_secs_f64()
        });
        times.fold(f64::INFINITY, f64::min)
    };
    let (report, wc) = (best(env!("CARGO_BIN_EXE_mtatop"), "report"), best("wc", "-l"));
    let limit = 3.0 * wc + 2.0;
    println!(
        "report against wc: {report:.2} s to {wc:.3} s, {:.0} times; limit {limit:.2} s",
        report / wc
    );
}

criterion_group!(benches, stages, formats, screen, search, report);
criterion_main!(benches);
