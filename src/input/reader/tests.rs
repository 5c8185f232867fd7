//! What a log can do to its reader, from bytes to rows and back to texts.

use super::*;
use crate::index::{EntryKind, Index, RowId};
use crate::input::source::Memory;
use crate::log::splitter::LONGEST_ENTRY;
use proptest::prelude::*;
use std::path::Path;

mod cores;
mod inputs;

const LINE: &str = "19-Feb-1998 10:52:12.28 1f625.3.1 tcp_local D 1 adam@sesta.com rfc822;bobby@hosta.sesta.com bobby@hosta.sesta.com /q/ZZ01.00 <01@SESTA.COM>";
const LATER: &str = "19-Feb-1998 10:52:14.00 1e488.1 l tcp_local E 1 adam@sesta.com rfc822;carl@hostb.sesta.com carl@hostb.sesta.com /q/ZZ02.00 <02@SESTA.COM>";
const FOLDED: &str = include_str!("../../../tests/data/sjsms2005q4-21-09-outbound-connection.log");
const UNFOLDED: &str =
    include_str!("../../../tests/data/sjsms2005q4-21-09-outbound-connection.unfolded.log");

/// Files in memory, their reader, and the owner of an index who listens to it.
struct Watch {
    memory: Memory,
    reader: Reader,
    pool: Pool,
    now: Duration,
    index: Index,
    originals: TextStore,
    status: Vec<FileStatus>,
    events: Vec<FollowEvent>,
}

impl Watch {
    fn of(names: &[&str]) -> Self {
        let memory = Memory::default();
        Self::on(Arc::new(memory.clone()), memory, names)
    }

    /// Reads what another file system makes of the memory.
    fn on(fs: Arc<dyn Fs>, memory: Memory, names: &[&str]) -> Self {
        let index = Index::default();
        let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        let reader = Reader::new(fs, paths);
        let pool = Pool::new(index.keys(), 2, WorkerPriority::Normal).unwrap();
        let (now, originals, status) = (Duration::from_secs(1_000), TextStore::default(), vec![]);
        let events = Vec::new();
        Self { memory, reader, pool, now, index, originals, status, events }
    }

    fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.memory.append(Path::new(name), bytes.as_ref());
    }

    fn rename(&self, from: &str, to: &str) {
        self.memory.rename(Path::new(from), Path::new(to)).unwrap();
    }

    /// Reads until there is nothing new.
    fn settle(&mut self) {
        while self.round() {}
    }

    /// Reads on a little. False if there was nothing new.
    fn round(&mut self) -> bool {
        let Self { reader, pool, now, index, originals, status, events, .. } = self;
        let mut tell = |message: ReaderMessage| match message {
            ReaderMessage::Batch(batch) => index.absorb(&batch),
            ReaderMessage::News(news) => {
                originals.observe(&news);
                match news {
                    ReaderEvent::Status(files) => *status = files,
                    ReaderEvent::Event { event, .. } => events.push(event),
                    _ => {}
                }
            }
        };
        pool.round(reader, *now, &mut tell).unwrap()
    }

    /// Lets so many seconds pass, and reads meanwhile.
    fn pass(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            self.settle();
        }
    }

    fn rows(&self) -> impl Iterator<Item = RowId> + '_ {
        (0..).map(RowId).take(self.index.rows().len())
    }

    fn kinds(&self) -> Vec<EntryKind> {
        self.rows().map(|row| self.index.rows().kind(row)).collect()
    }

    /// The text of each row, read again; `-` if it is gone.
    fn texts(&self) -> Vec<String> {
        let text = |row| {
            let (place, length) = self.index.rows().place(row).unwrap();
            let text = self.originals.read(place, length);
            text.map_or("-".to_owned(), |text| String::from_utf8_lossy(&text.text).into_owned())
        };
        self.rows().map(text).collect()
    }

    /// All that the index and the texts tell of each row, but for where it stands.
    fn told(&self) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
        let rows = self.index.rows();
        let told = |(row, text)| {
            let domain = self.index.domains().text(rows.domains(row).0).to_vec();
            (rows.kind(row), rows.time(row), domain, rows.connection(row), text)
        };
        self.rows().zip(self.texts()).map(told).collect()
    }
}

/// A log read in one go.
fn at_once(log: &[u8]) -> Watch {
    in_pieces(log, &[])
}

/// A log that is read to its end at each of these places, and at its own.
fn in_pieces(log: &[u8], cuts: &[usize]) -> Watch {
    let mut watch = Watch::of(&["log"]);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (log.len() + 1)).collect();
    cuts.push(log.len());
    cuts.sort_unstable();
    let mut start = 0;
    for cut in cuts {
        watch.append("log", &log[start..cut]);
        watch.settle();
        start = cut;
    }
    watch
}

fn simulated(seed: u64, entries: usize) -> String {
    let mut log = Vec::new();
    crate::simulate::print(entries, seed, &mut log).unwrap();
    String::from_utf8(log).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_whatever_pieces_a_log_grows_the_rows_are_the_same(
        seed in 0_u64..4,
        crlf: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        let log = simulated(seed, 12);
        let lines: Vec<String> = log.lines().map(str::to_owned).collect();
        let log = if crlf { log.replace('\n', "\r\n") } else { log };
        let watch = in_pieces(log.as_bytes(), &cuts);
        prop_assert_eq!(watch.texts(), lines);
        prop_assert_eq!(watch.told(), at_once(log.as_bytes()).told());
    }

    #[test]
    fn no_bytes_are_lost_or_torn(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20),
        cuts in prop::collection::vec(any::<usize>(), 0..10),
    ) {
        // A brace alone begins an entry that goes on over the next lines.
        let marked = |line: Vec<u8>| if line.contains(&b'{') { [b"~", &*line].concat() } else { line };
        let lines: Vec<Vec<u8>> = lines.into_iter().map(marked).collect();
        let mut log = lines.join(&b'\n');
        log.push(b'\n');
        let watch = in_pieces(&log, &cuts);
        let blank = |line: &&[u8]| !line.iter().all(u8::is_ascii_whitespace);
        let lines = log.split(|&b| b == b'\n').filter(blank).map(|line| {
            String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
        });
        prop_assert_eq!(watch.texts(), lines.collect::<Vec<_>>());
        prop_assert!(watch.kinds().iter().all(|&kind| kind == EntryKind::Unparsed));
        prop_assert_eq!(watch.status[0].read, log.len() as u64);
    }
}

/// Every place of a log's first two lines: what a log is, is told by its beginning.
#[test]
fn a_log_may_be_met_at_any_byte() {
    let log = format!("{LINE}\n{LATER}\n{LINE}\n");
    for cut in 0..log.len() {
        assert_eq!(in_pieces(log.as_bytes(), &[cut]).texts(), [LINE, LATER, LINE], "{cut}");
    }
}

#[test]
fn a_folded_log_gives_the_rows_of_the_unfolded_one() {
    let (folded, unfolded) = (at_once(FOLDED.as_bytes()), at_once(UNFOLDED.as_bytes()));
    assert_eq!(folded.index.rows().len(), 10);
    assert_eq!(folded.kinds(), unfolded.kinds());
    let squeezed = |watch: &Watch| -> Vec<String> {
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        watch.texts().into_iter().map(words).collect()
    };
    assert_eq!(squeezed(&folded), squeezed(&unfolded));
    assert_eq!(unfolded.texts(), UNFOLDED.lines().collect::<Vec<_>>());
}

#[test]
fn folded_entries_may_come_one_by_one() {
    let mut cuts: Vec<usize> = FOLDED.match_indices("19-Feb").map(|(at, _)| at).collect();
    cuts.retain(|&cut| cut > 0);
    assert_eq!(cuts.len(), 9);
    let watch = in_pieces(FOLDED.as_bytes(), &cuts);
    assert_eq!(watch.texts(), at_once(FOLDED.as_bytes()).texts());
}

#[test]
fn f13_a_line_without_end_is_told_but_not_counted() {
    let mut watch = Watch::of(&["log"]);
    let (start, rest) = LATER.split_at(50);
    watch.append("log", format!("{LINE}\n{start}"));
    watch.settle();
    assert_eq!(watch.texts(), [LINE]);
    assert_eq!((watch.status[0].partial, watch.status[0].behind), (50, 0));
    watch.pass(20);
    assert_eq!(watch.texts(), [LINE]);
    watch.append("log", format!("{rest}\n"));
    watch.settle();
    assert_eq!(watch.texts(), [LINE, LATER]);
    assert_eq!(watch.status[0].partial, 0);
}

#[test]
fn f13_nor_is_a_first_line_without_end() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", LINE);
    watch.settle();
    assert_eq!((watch.texts().len(), watch.status[0].partial), (0, LINE.len() as u64));
    watch.append("log", "\n");
    watch.settle();
    assert_eq!(watch.texts(), [LINE]);
}

#[test]
fn two_logs_are_merged_by_time() {
    let log = simulated(7, 400);
    let mut watch = Watch::of(&["one", "two"]);
    for (at, line) in log.lines().enumerate() {
        watch.append(if at % 3 == 0 { "one" } else { "two" }, format!("{line}\n"));
    }
    watch.settle();
    let times: Vec<_> = watch.rows().map(|row| watch.index.rows().time(row)).collect();
    assert!(times.is_sorted());
    let (mut merged, mut lines) = (watch.texts(), log.lines().collect::<Vec<_>>());
    merged.sort_unstable();
    lines.sort_unstable();
    assert_eq!(merged, lines);
}

#[test]
fn f1_entries_of_the_old_and_the_new_file() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n"));
    watch.settle();
    watch.append("log", format!("{LATER}\n"));
    watch.rename("log", "yesterday");
    watch.append("log", "new\n");
    watch.settle();
    watch.append("yesterday", "late\n");
    watch.settle();
    assert_eq!(watch.texts(), [LINE, LATER, "new", "late"]);
    assert_eq!(watch.status[0].state, FollowState::Draining);
    watch.pass(10);
    assert_eq!(watch.status[0].state, FollowState::Following);
    assert_eq!(watch.texts(), [LINE, LATER, "new", "late"]);
}

#[test]
fn f3_a_line_torn_by_the_roll_is_completed_in_its_own_file() {
    let mut watch = Watch::of(&["log"]);
    let (start, rest) = LATER.split_at(50);
    watch.append("log", format!("{LINE}\n{start}"));
    watch.settle();
    watch.rename("log", "yesterday");
    watch.append("log", "new\n");
    watch.settle();
    assert_eq!((watch.texts(), watch.status[0].partial), (vec![LINE.into(), "new".into()], 50));
    watch.append("yesterday", format!("{rest}\n"));
    watch.settle();
    assert_eq!(watch.texts(), [LINE, "new", LATER]);
}

#[test]
fn f3_a_torn_line_that_nobody_completes_is_counted_in_the_end() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n{LATER}"));
    watch.settle();
    watch.rename("log", "yesterday");
    watch.append("log", "new\n");
    watch.pass(4);
    assert_eq!(watch.texts(), [LINE, "new"]);
    watch.pass(3);
    assert_eq!(watch.texts(), [LINE, "new", LATER]);
    assert_eq!(watch.status[0].partial, 0);
}

#[test]
fn f5_after_a_truncation_old_texts_are_gone_and_not_wrong() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n{LATER}\n"));
    watch.settle();
    watch.memory.truncate(Path::new("log"), 0).unwrap();
    watch.settle();
    assert_eq!(watch.texts(), ["-", "-"]);
    watch.append("log", format!("{LATER}\n{LINE}\n"));
    watch.settle();
    assert_eq!(watch.texts(), ["-", "-", LATER, LINE]);
}

#[test]
fn f6_refilled_before_anybody_looked() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n{LATER}\n"));
    watch.settle();
    watch.memory.truncate(Path::new("log"), 0).unwrap();
    watch.append("log", format!("{LATER}\n{LINE}\n{LATER}\n"));
    watch.settle();
    assert_eq!(watch.texts(), ["-", "-", LATER, LINE, LATER]);
}

#[test]
fn f5_the_beginning_of_a_line_is_dropped_with_the_truncation() {
    let mut watch = Watch::of(&["log"]);
    let (start, _) = LATER.split_at(50);
    watch.append("log", format!("{LINE}\n{start}"));
    watch.settle();
    watch.memory.truncate(Path::new("log"), 0).unwrap();
    watch.append("log", format!("{LATER}\n"));
    watch.settle();
    assert_eq!(watch.texts(), ["-", LATER]);
    assert_eq!(watch.status[0].partial, 0);
}

#[test]
fn a_truncation_of_the_old_file_takes_no_text_of_the_new_one() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n"));
    watch.settle();
    watch.rename("log", "yesterday");
    watch.append("log", format!("{LATER}\n"));
    watch.settle();
    watch.memory.truncate(Path::new("yesterday"), 0).unwrap();
    watch.append("yesterday", "late\n");
    watch.settle();
    watch.append("yesterday", format!("{LATER}\n"));
    watch.settle();
    assert_eq!(watch.texts(), ["-", LATER, "late", LATER]);
}

#[test]
fn f14_a_line_of_10_mb_is_cut_and_the_next_one_whole() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n"));
    for _ in 0..100 {
        watch.append("log", "x".repeat(100_000));
        watch.settle();
        assert!(watch.status[0].partial < 500_000, "{:?}", watch.status);
    }
    watch.append("log", format!("\n{LATER}\n"));
    watch.settle();
    let texts = watch.texts();
    assert_eq!([&texts[0], &texts[2]], [LINE, LATER]);
    assert_eq!((texts.len(), &texts[1]), (3, &"x".repeat(LONGEST_ENTRY)));
    assert_eq!(texts, at_once(&watch_bytes(&watch)).texts());
}

#[test]
fn f14_in_a_long_line_it_is_told_how_far_it_is_and_other_logs_wait() {
    let mut watch = Watch::of(&["one", "two"]);
    watch.append("one", format!("{}\n{LINE}\n", "x".repeat(30_000_000)));
    watch.append("two", format!("{LATER}\n"));
    while watch.index.rows().is_empty() {
        assert!(watch.round());
    }
    assert!(watch.status.iter().any(|file| file.behind > 10_000_000), "{:?}", watch.status);
    watch.settle();
    assert_eq!(watch.texts()[1..], [LINE, LATER]);
}

fn watch_bytes(watch: &Watch) -> Vec<u8> {
    let handle = watch.memory.open(Path::new("log")).unwrap();
    let length = usize::try_from(handle.stat().unwrap().len).unwrap();
    crate::input::source::read_span(&*handle, 0, length).unwrap()
}

#[test]
fn f14_lines_around_the_limit_in_pieces_around_it() {
    for length in LONGEST_ENTRY - 1..LONGEST_ENTRY + 3 {
        let log = format!("{}\n{LINE}\n", "x".repeat(length));
        for cut in LONGEST_ENTRY - 2..LONGEST_ENTRY + 4 {
            let watch = in_pieces(log.as_bytes(), &[cut]);
            let lengths: Vec<usize> = watch.texts().iter().map(String::len).collect();
            assert_eq!(lengths, [length.min(LONGEST_ENTRY), LINE.len()], "{length} in {cut}");
        }
    }
}

#[test]
fn blank_lines_are_nothing_however_many() {
    let mut watch = Watch::of(&["log"]);
    for _ in 0..40 {
        watch.append("log", "\n \r\n".repeat(50_000));
        watch.settle();
    }
    assert_eq!((watch.texts().len(), watch.status[0].partial), (0, 0));
    watch.append("log", format!("{LINE}\n"));
    watch.settle();
    assert_eq!(watch.texts(), [LINE]);
}

#[test]
fn an_empty_file_has_nothing() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", "");
    watch.settle();
    assert!(watch.index.rows().is_empty());
    let status = &watch.status[0];
    assert_eq!((status.state, status.read, status.partial), (FollowState::Following, 0, 0));
}

#[test]
fn f11_a_file_that_is_not_there_yet() {
    let mut watch = Watch::of(&["log"]);
    watch.settle();
    assert_eq!(watch.status[0].state.to_string(), "no such file; waiting");
    watch.append("log", format!("{LINE}\n"));
    watch.settle();
    assert_eq!(
        (watch.texts(), watch.status[0].state),
        (vec![LINE.to_owned()], FollowState::Following)
    );
}

#[test]
fn f15_a_hole_costs_nothing() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", format!("{LINE}\n"));
    watch.append("log", vec![0; 300_000]);
    watch.append("log", format!("{LINE}\n{LATER}\n"));
    watch.settle();
    assert_eq!(watch.texts(), [LINE, LINE, LATER]);
    assert!(watch.kinds().iter().all(|&kind| kind != EntryKind::Unparsed));
}

#[test]
fn f15_a_hole_inside_a_line_divides_it() {
    let mut watch = Watch::of(&["log"]);
    let (start, rest) = LATER.split_at(50);
    for hole in [100, 70_000, 300_000] {
        watch.append("log", format!("{LINE}\n{start}"));
        watch.settle();
        watch.append("log", vec![0; hole]);
        watch.append("log", format!("{rest}\n{}", "\0".repeat(hole)));
        watch.settle();
        watch.append("log", format!("{LATER}\n"));
    }
    watch.settle();
    assert_eq!(watch.texts(), [LINE, start, rest, LATER].repeat(3));
}

#[test]
fn f15_a_folded_entry_does_not_go_on_behind_a_hole() {
    for hole in [100, 70_000, 300_000] {
        for at in [30, 55, 100] {
            let mut watch = Watch::of(&["log"]);
            let folded =
                format!("{}\n adam@sesta.com\n bob@hostb.sesta.com\n", LATER.split_at(50).0);
            let (start, rest) = folded.split_at(at.min(folded.find(" adam").unwrap()));
            watch.append("log", format!("{folded}{folded}{start}"));
            watch.settle();
            watch.append("log", [&vec![0; hole], format!("{rest}{folded}").as_bytes()].concat());
            watch.settle();
            watch.append("log", &folded);
            watch.settle();
            let joined = |text: &str| text.trim().replace('\n', "");
            let whole = joined(&folded);
            // What does not begin as an entry does is one line each.
            let mut wanted = vec![&*whole, &whole, start.trim_end()];
            wanted.extend(rest.lines().map(str::trim).filter(|line| !line.is_empty()));
            wanted.extend([&*whole, &whole]);
            assert_eq!(watch.texts(), wanted, "{hole} {at}");
        }
    }
}

#[test]
fn f15_a_hole_ends_a_line_that_is_cut() {
    let mut watch = Watch::of(&["log"]);
    watch.append("log", "x".repeat(300_000));
    watch.settle();
    watch.append("log", [vec![0; 300_000], format!("{LINE}\n{LATER}\n").into_bytes()].concat());
    watch.settle();
    assert_eq!(watch.texts()[1..], [LINE, LATER]);
    let told = ["line of 300.0 kB cut to 64 KiB", "skipped 300.0 kB of NUL bytes"];
    let events: Vec<String> = watch.events.iter().map(FollowEvent::to_string).collect();
    assert_eq!(events, told);
}

#[test]
fn more_entries_than_a_batch_holds_come_in_order() {
    let log = simulated(3, 3 * BATCH);
    let mut watch = Watch::of(&["log"]);
    watch.append("log", &log);
    watch.settle();
    assert!(watch.texts().iter().eq(log.lines()));
}
