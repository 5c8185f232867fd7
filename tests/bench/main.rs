//! Speed of each stage from bytes to screen, on 1,000,000 entries of the simulator.
//!
//! `cargo bench` measures all of them, `cargo bench -- parse` one. Throughput is per byte of the
//! log, on one thread.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mtatop::app::{App, Msg};
use mtatop::entry::Time;
use mtatop::filter::{Filter, Tally};
use mtatop::index::{Batch, Index, Keys, Place};
use mtatop::ingest::{Message, Originals, Reader};
use mtatop::source::Memory;
use mtatop::split::{self, Form};
use mtatop::ui::{self, Palette, Theme};
use mtatop::{parse, simulate};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const ENTRIES: usize = 1_000_000;

fn simulated() -> Vec<u8> {
    let mut log = Vec::new();
    simulate::print(ENTRIES, 1, &mut log).expect("a vector takes everything");
    log
}

/// Each entry's text with its offset.
fn entries(log: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = split::next(Form::Lines, &log[at..], true)?;
        let start = at + found.start;
        at += found.end;
        Some((start as u64, &log[start..start + found.length]))
    })
}

fn batches(log: &[u8], keys: &Keys) -> Vec<Batch> {
    let mut batches = vec![Batch::new(keys.clone())];
    for (offset, text) in entries(log) {
        if batches.last().is_some_and(|batch| batch.len() == 4_096) {
            batches.push(Batch::new(keys.clone()));
        }
        let batch = batches.last_mut().expect("there is one");
        batch.push(Place { source: 0, offset }, text.len(), &parse::entry(text));
    }
    batches
}

/// The program after it has read the whole log, and the texts it can ask for.
fn loaded(log: &[u8], filter: &str) -> (App, Originals) {
    let memory = Memory::default();
    memory.append(Path::new("log"), log);
    let mut app = App::new(filter);
    let mut originals = Originals::default();
    let mut reader =
        Reader::new(Arc::new(memory), [Path::new("log").to_owned()], app.index().keys());
    let mut read_on = true;
    while read_on {
        read_on = reader.round(Duration::ZERO, &mut |message| {
            originals.learn(&message);
            if let Message::Batch(batch) = message {
                app.update(Msg::Batch(batch));
            }
        });
    }
    app.update(Msg::Resize(160, 50));
    app.update(Msg::Tick(Time(app.index().newest().0 + 1_000)));
    (app, originals)
}

fn stages(c: &mut Criterion) {
    let log = simulated();
    let mut group = c.benchmark_group("stage");
    group.sample_size(10).throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("split", |b| {
        b.iter(|| entries(&log).map(|(_, text)| text.len()).sum::<usize>())
    });
    group.bench_function("parse", |b| {
        b.iter(|| entries(&log).filter(|(_, text)| black_box(parse::entry(text)).is_ok()).count());
    });
    group
        .bench_function("parse into batches", |b| b.iter(|| batches(&log, &Keys::default()).len()));
    let index = Index::default();
    let parsed = batches(&log, &index.keys());
    group.bench_function("absorb", |b| {
        b.iter_batched(
            Index::default,
            |mut index| {
                parsed.iter().for_each(|batch| index.absorb(batch));
                index
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("parse and absorb", |b| {
        b.iter_batched(
            Index::default,
            |mut index| {
                let keys = index.keys();
                batches(&log, &keys).iter().for_each(|batch| index.absorb(batch));
                index
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn screen(c: &mut Criterion) {
    let log = simulated();
    let (mut app, originals) = loaded(&log, "");
    let mut group = c.benchmark_group("screen");
    let rows = app.index().rows().len();
    group.bench_function("filter by domain", |b| {
        b.iter(|| {
            let filter = Filter::parse("bigmail.example").expect("it is one");
            let mut tally = Tally::new(filter);
            tally.extend(app.index(), rows);
            tally.totals().counts.entries
        });
    });
    group.bench_function("count everything", |b| {
        b.iter(|| {
            let mut tally = Tally::new(Filter::default());
            tally.extend(app.index(), rows);
            tally.totals().counts.entries
        });
    });
    app.refresh();
    for row in app.wanted() {
        let place = app.index().rows().place(row);
        app.supply(row, place.and_then(|(place, length)| originals.read(place, length)));
    }
    let theme = Theme::new(Palette::Dark);
    let mut terminal =
        Terminal::new(TestBackend::new(160, 50)).expect("a test terminal never fails");
    group.bench_function("draw 160x50", |b| {
        b.iter(|| {
            app.refresh();
            terminal.draw(|frame| ui::draw(&app, &theme, frame)).map(|frame| frame.count)
        });
    });
    group.finish();
}

criterion_group!(benches, stages, screen);
criterion_main!(benches);
