//! Several files at once, packed ones, pipes: each entry once, and in the order of the times.

use super::*;
use crate::input::reader::raw_entry::RawEntry;
use crate::input::source::{FileKind, Handle, MAGIC, Stat};
use crate::log::parse::ParserState;
use std::io::{self, Read, Write};
use std::sync::Mutex;
use std::sync::mpsc;

const CURRENT: &str = "/log/mail.log_current";
const YESTERDAY: &str = "/log/mail.log_yesterday";
const OLDER: &str = "/log/mail.log";

/// Entries of so many seconds, one each.
fn lines(seconds: std::ops::Range<usize>) -> String {
    seconds.map(line).collect()
}

fn line(second: usize) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let time = format!("19-Feb-1998 {hour:02}:{minute:02}:{second:02}.00");
    format!("{time} tcp_local D 1 a@a.org rfc822;b@b.org b@b.org /q/ZZ{hour}{minute}{second}.00\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Watch {
    /// The whole text, in the order of the rows.
    #[track_caller]
    fn check_text(&self, wanted: &str) {
        let text = self.texts().join("\n");
        assert!(text == wanted.trim_end(), "{text}\nis not\n{wanted}\n{:?}", self.status);
    }

    /// The entries are those of these seconds, each once, in any order.
    #[track_caller]
    fn check_once(&self, seconds: std::ops::Range<usize>) {
        let mut texts = self.texts();
        texts.sort_unstable();
        assert_eq!(texts, lines(seconds).lines().collect::<Vec<_>>(), "{:?}", self.status);
    }

    fn remarks(&self) -> Vec<String> {
        let remark =
            |file: &FileStatus| Some(format!("{}: {}", file.path.display(), file.remark()?));
        self.status.iter().filter_map(remark).collect()
    }
}

fn directory() -> Watch {
    let watch = Watch::of(&["/log"]);
    watch.memory.insert_special(Path::new("/log"), FileKind::Directory);
    watch
}

#[test]
fn a_directory_is_one_stream_by_time() {
    let mut watch = directory();
    watch.append("/log/mail.log.2.gz", gzip(lines(0..100).as_bytes()));
    watch.append("/log/mail.log.1", lines(100..200));
    watch.append(OLDER, lines(200..300));
    watch.append(YESTERDAY, lines(300..400));
    let all = lines(400..500);
    for (at, line) in all.split_inclusive('\n').enumerate() {
        watch.append(if at % 3 == 0 { "/log/connection.log_current" } else { CURRENT }, line);
    }
    watch.append("/log/other.log", lines(500..510));
    watch.settle();
    watch.check_text(&lines(0..500));
    let states: Vec<FollowState> = watch.status.iter().map(|file| file.state).collect();
    let (following, ended) = (FollowState::Following, FollowState::Ended);
    assert_eq!(states, [following, ended, ended, ended, ended, following]);
    assert!(watch.remarks().is_empty());
}

#[test]
fn a_directory_without_a_log_says_so() {
    let mut watch = directory();
    watch.append("/log/other.log", lines(0..3));
    watch.settle();
    assert_eq!(watch.remarks(), ["/log: holds no mail.log* and no connection.log*"]);
    assert!(watch.status[0].failure().is_some() && watch.reader.is_over());
}

/// What the return job does every night.
fn roll(watch: &Watch) {
    let yesterday = watch.memory.open(Path::new(YESTERDAY)).unwrap();
    let length = usize::try_from(yesterday.stat().unwrap().len).unwrap();
    watch.append(OLDER, crate::input::source::read_span(&*yesterday, 0, length).unwrap());
    watch.rename(CURRENT, YESTERDAY);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn midnight_counts_no_day_twice(
        days in prop::collection::vec(1..40_usize, 3..8),
        late in 0..3_usize,
        pauses in prop::collection::vec(any::<bool>(), 8),
        named: bool,
    ) {
        let mut watch = if named { Watch::of(&[OLDER, CURRENT, YESTERDAY]) } else { directory() };
        let mut second = 0;
        let mut day = |length: usize| {
            second += length;
            lines(second - length..second)
        };
        watch.append(OLDER, day(days[0]));
        watch.append(YESTERDAY, day(days[1]));
        watch.append(CURRENT, day(days[2]));
        watch.settle();
        for (&length, &pause) in days[3..].iter().zip(&pauses) {
            roll(&watch);
            if pause {
                watch.settle();
            }
            // Who had the file open writes there for a while.
            watch.append(YESTERDAY, day(late));
            watch.append(CURRENT, day(length));
            watch.pass(10);
        }
        watch.check_once(0..second);
        prop_assert!(watch.remarks().is_empty());
    }

    #[test]
    fn any_number_of_logs_is_merged_by_time(
        owners in prop::collection::vec(0..12_usize, 1..300),
    ) {
        let names: Vec<String> = (0..12).map(|log| format!("log{log}")).collect();
        let mut watch = Watch::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for (second, &owner) in owners.iter().enumerate() {
            watch.append(&names[owner], line(second));
        }
        for name in &names {
            watch.append(name, "");
        }
        watch.settle();
        watch.check_text(&lines(0..owners.len()));
    }

    #[test]
    fn a_part_of_another_file_is_read_once(
        length in 1..200_usize,
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        newest: bool,
    ) {
        let (from, to) = (from.index(length), to.index(length));
        let (from, to) = (from.min(to), from.max(to) + 1);
        let part = if newest { CURRENT } else { YESTERDAY };
        let mut watch = Watch::of(&[part, OLDER, CURRENT]);
        watch.append(OLDER, lines(0..length));
        watch.append(part, lines(from..to));
        watch.append(CURRENT, lines(length..length + 3));
        if newest {
            // All of it has to stand there.
            watch.append(OLDER, lines(length..length + 3));
        }
        watch.settle();
        if !newest || to == length {
            watch.check_once(0..length + 3);
            let wanted = format!("{part}: stands in {OLDER} as well; read once");
            let is_all = (from, to) == (0, length);
            prop_assert!(is_all || watch.remarks().contains(&wanted));
            prop_assert!(watch.remarks().iter().any(|remark| remark.contains("as well; read once")));
        } else {
            prop_assert_eq!(watch.texts().len(), length + 3 + to - from + 3);
        }
        // It goes on where it was left.
        watch.append(CURRENT, line(50_000));
        watch.settle();
        prop_assert_eq!(watch.texts().pop().unwrap() + "\n", line(50_000));
    }
}

/// Source, offset and line of each entry.
struct Places(Vec<(u16, u64, u64)>);

impl EntrySink for Places {
    fn begin(&mut self, _: u16, _: ParserState) {}
    fn push_event(&mut self, _: ReaderEvent) {}
    fn push_entry(&mut self, raw: &RawEntry<'_>) {
        self.0.push((raw.location.source, raw.location.offset, raw.line));
    }
}

/// Where each entry stands, by a reader of its own.
fn places(watch: &Watch, names: &[&str]) -> Vec<(u16, u64, u64)> {
    let paths = names.iter().map(PathBuf::from);
    let mut reader = Reader::new(Arc::new(watch.memory.clone()), paths);
    let mut places = Places(Vec::new());
    while reader.collect(Duration::ZERO, &mut places) {}
    places.0
}

#[test]
fn lines_and_offsets_are_those_of_the_unpacked_text() {
    let watch = Watch::of(&[]);
    let text = lines(0..3_000);
    watch.append("plain", &text);
    watch.append("packed", gzip(text.as_bytes()));
    assert_eq!(places(&watch, &["plain"]), places(&watch, &["packed"]));
}

#[test]
fn lines_and_offsets_count_what_was_skipped() {
    let watch = Watch::of(&[]);
    watch.append(OLDER, lines(0..7));
    watch.append(YESTERDAY, lines(2..5));
    let paths = [OLDER, YESTERDAY].map(PathBuf::from);
    let mut reader = Reader::new(Arc::new(watch.memory.clone()), paths);
    let mut places = Places(Vec::new());
    while reader.collect(Duration::ZERO, &mut places) {}
    watch.append(YESTERDAY, line(10));
    while reader.collect(Duration::ZERO, &mut places) {}
    assert_eq!(places.0.len(), 8);
    let &(_, offset, line) = places.0.last().unwrap();
    assert_eq!((offset, line), (lines(2..5).len() as u64, 4));
}

#[test]
fn a_file_by_two_names_is_read_once() {
    for names in [[OLDER, CURRENT], [CURRENT, OLDER], [CURRENT, CURRENT]] {
        let mut watch = Watch::of(&names);
        watch.append(CURRENT, lines(0..5));
        watch.memory.link(Path::new(CURRENT), Path::new(OLDER)).unwrap();
        watch.settle();
        watch.append(CURRENT, lines(5..7));
        watch.settle();
        watch.check_text(&lines(0..7));
        let remarks = watch.remarks();
        let [remark] = &remarks[..] else { panic!("{remarks:?}") };
        assert!(
            remark.ends_with(&format!(": is the same file as {CURRENT}; read once")),
            "{remark}"
        );
        assert!(watch.status.iter().all(|file| file.failure().is_none()));
    }
}

#[test]
fn files_that_only_begin_alike_are_both_read() {
    let mut watch = Watch::of(&["one", "two"]);
    watch.append("one", lines(0..50));
    watch.append("two", format!("{}{}", lines(0..20), lines(60..70)));
    watch.settle();
    assert_eq!((watch.texts().len(), watch.remarks().len()), (80, 0));
}

#[test]
fn what_is_missing_of_a_set_is_not_waited_for() {
    let mut watch = Watch::of(&[YESTERDAY, CURRENT]);
    watch.append(CURRENT, lines(0..5));
    watch.settle();
    assert_eq!(watch.remarks(), [format!("{YESTERDAY}: no such file")]);
    assert!(watch.status[0].failure().is_some());
    watch.rename(CURRENT, YESTERDAY);
    watch.append(CURRENT, lines(5..7));
    watch.pass(10);
    watch.check_text(&lines(0..7));
}

#[test]
fn the_first_file_of_the_day_is_waited_for() {
    let mut watch = directory();
    watch.append(OLDER, lines(0..5));
    watch.append(YESTERDAY, lines(5..9));
    watch.settle();
    assert_eq!((watch.status.len(), watch.remarks().len()), (2, 0));
    watch.append(CURRENT, lines(9..12));
    watch.settle();
    roll(&watch);
    watch.append(CURRENT, lines(12..15));
    watch.pass(10);
    watch.check_text(&lines(0..15));
    assert_eq!((watch.status.len(), watch.status[2].state), (3, FollowState::Following));
}

#[test]
fn a_log_alone_is_followed_whatever_it_is_called() {
    for name in [OLDER, YESTERDAY, "/log/mail.log.1"] {
        let mut watch = Watch::of(&[name]);
        watch.settle();
        watch.append(name, lines(0..2));
        watch.settle();
        watch.append(name, lines(2..4));
        watch.settle();
        watch.check_text(&lines(0..4));
        assert_eq!(watch.status[0].state, FollowState::Following);
    }
}

#[test]
fn a_packed_file_may_come_later_and_is_read_once() {
    let mut watch = Watch::of(&["log"]);
    watch.settle();
    assert_eq!(watch.status[0].failure().unwrap(), "no such file");
    watch.append("log", gzip(lines(0..5_000).as_bytes()));
    watch.settle();
    watch.check_text(&lines(0..5_000));
    assert_eq!((watch.status[0].state, &watch.status[0].note), (FollowState::Ended, &None));
    assert_eq!(watch.status[0].read, lines(0..5_000).len() as u64);
    assert!(watch.reader.is_over());
    watch.append("log", lines(0..5));
    watch.settle();
    watch.check_text(&lines(0..5_000));
}

#[test]
fn what_is_left_of_a_cut_file_is_used_and_told() {
    let mut watch = Watch::of(&["log", "other"]);
    let packed = gzip(lines(0..2_000).as_bytes());
    watch.append("log", &packed[..packed.len() / 2]);
    watch.append("other", lines(3_000..3_001));
    watch.settle();
    let texts = watch.texts();
    assert!(texts.len() > 500 && texts.len() < 2_000, "{}", texts.len());
    let whole = texts.len() - 2;
    assert!(lines(0..2_000).lines().take(whole).eq(texts[..whole].iter().map(String::as_str)));
    let read = watch.status[0].read;
    assert_eq!(watch.remarks(), [format!("log: gzip data truncated after {read} bytes")]);
    assert!(watch.status[0].failure().is_some());
}

#[test]
fn an_empty_file_is_followed_and_its_bytes_are_text() {
    let mut watch = Watch::of(&["log", "other"]);
    watch.append("log", "");
    watch.append("other", "");
    watch.settle();
    watch.append("log", lines(0..3));
    watch.settle();
    watch.check_text(&lines(0..3));
}

/// Standard input is what a channel gives, all else is as in memory.
struct Piped(Memory, Mutex<Option<mpsc::Receiver<Vec<u8>>>>);

impl Fs for Piped {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        self.0.open(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.0.stat(path)
    }

    fn pipe(&self, _: &Path) -> io::Result<Box<dyn Read + Send>> {
        let inbox = self.1.lock().unwrap().take().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Incoming(inbox, Vec::new())))
    }
}

struct Incoming(mpsc::Receiver<Vec<u8>>, Vec<u8>);

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let count = (&self.1[..]).read(buffer)?;
        self.1.drain(..count);
        Ok(count)
    }
}

fn piped(names: &[&str]) -> (Watch, mpsc::Sender<Vec<u8>>) {
    let (memory, (writer, inbox)) = (Memory::default(), mpsc::channel());
    let fs = Piped(memory.clone(), Mutex::new(Some(inbox)));
    (Watch::on(Arc::new(fs), memory, names), writer)
}

/// Reads on until there are so many rows: what is written into a pipe comes when it comes.
fn wait_for(watch: &mut Watch, rows: usize) {
    let start = Instant::now();
    while watch.index.rows().len() < rows {
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", watch.status);
        watch.settle();
        thread::yield_now();
    }
}

#[test]
fn a_pipe_is_read_as_it_is_written_and_its_text_can_be_read_again() {
    let (mut watch, writer) = piped(&["-"]);
    for second in 0..50 {
        writer.send(line(second).into_bytes()).unwrap();
        wait_for(&mut watch, second + 1);
    }
    assert_eq!(watch.status[0].state, FollowState::Following);
    writer.send(line(50).trim_end().as_bytes().to_vec()).unwrap();
    drop(writer);
    // The last line has no end, but the pipe has.
    wait_for(&mut watch, 51);
    while !watch.reader.is_over() {
        watch.settle();
    }
    watch.settle();
    watch.check_text(&lines(0..51));
    assert_eq!((watch.status[0].state, watch.status[0].failure()), (FollowState::Ended, None));
}

#[test]
fn a_pipe_may_be_packed_and_the_same_one_named_twice() {
    let (mut watch, writer) = piped(&["-", "-"]);
    for chunk in gzip(lines(0..20_000).as_bytes()).chunks(1_000) {
        writer.send(chunk.to_vec()).unwrap();
    }
    drop(writer);
    wait_for(&mut watch, 20_000);
    watch.check_text(&lines(0..20_000));
    assert_eq!(watch.remarks(), ["-: is the same file as -; read once"]);
}

#[test]
fn who_is_patient_merges_a_pipe_in_its_place() {
    let (mut watch, writer) = piped(&["log", "-"]);
    watch.reader = watch.reader.once(true);
    watch.append("log", lines(100..200));
    let slow = thread::spawn(move || {
        for second in (0..100).chain(200..300) {
            thread::yield_now();
            writer.send(line(second).into_bytes()).unwrap();
        }
    });
    watch.settle();
    watch.check_text(&lines(0..300));
    slow.join().unwrap();
}

#[test]
fn a_pipe_that_cannot_be_opened_is_named() {
    let (mut watch, _writer) = piped(&["-"]);
    watch.reader = Reader::new(Arc::new(watch.memory.clone()), [PathBuf::from("-")]).once(true);
    watch.settle();
    assert!(watch.status[0].failure().is_some());
    assert!(watch.reader.is_over());
}

#[test]
fn a_snapshot_ends_where_the_file_ended_at_the_start() {
    let mut watch = Watch::of(&[YESTERDAY, CURRENT]);
    watch.append(YESTERDAY, lines(0..20_000));
    watch.append(CURRENT, lines(20_000..20_010));
    assert!(watch.round());
    watch.append(YESTERDAY, lines(30_000..30_010));
    watch.settle();
    let texts = watch.texts();
    assert!(!texts.iter().any(|text| format!("{text}\n") == line(30_000)));
    assert_eq!(watch.status[0].read, lines(0..20_000).len() as u64);
}

#[test]
fn a_snapshot_that_became_shorter_is_told() {
    let mut watch = Watch::of(&[YESTERDAY, CURRENT]);
    watch.append(YESTERDAY, lines(0..20_000));
    watch.append(CURRENT, lines(20_000..20_010));
    assert!(watch.round());
    watch.memory.truncate(Path::new(YESTERDAY), MAGIC).unwrap();
    watch.settle();
    assert!(watch.remarks()[0].contains("became shorter"), "{:?}", watch.remarks());
}
