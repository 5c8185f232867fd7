//! Real files, several writers, and everything that may happen to a log, against the real program:
//! each entry comes out once, whole.
//!
//! `TORTURE_EVENTS` and `TORTURE_SEEDS` make it longer.

#![expect(clippy::unwrap_used, reason = "how a test fails")]
#![cfg(unix)]

use fastrand::Rng;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;
/// Long enough for a slow machine; who waits so long has lost something.
const PATIENCE: Duration = Duration::from_secs(30);

/// An entry that no other one is like, at its beginning and at its end.
fn entry(writer: usize, number: u64) -> String {
    format!(
        "19-Feb-2007 {:02}:{:02}:{:02}.{writer:02} tcp_local D 1 w{writer}@a.org rfc822;n{number}@b.org n{number}@b.org <{writer}.{number}@a.org>\n",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60,
    )
}

/// The entries that came out, by writer and number, and how often each did.
#[derive(Default)]
struct Printed {
    times: HashMap<(usize, u64), u32>,
    wrong: Vec<String>,
}

impl Printed {
    fn take(&mut self, line: &str) {
        let id = line.rsplit_once('<').and_then(|(_, id)| id.split_once('@'));
        let id = id.and_then(|(id, _)| id.split_once('.'));
        let id = id.and_then(|(writer, number)| Some((writer.parse().ok()?, number.parse().ok()?)));
        match id {
            Some((writer, number)) if line == entry(writer, number) => {
                *self.times.entry((writer, number)).or_default() += 1;
            }
            _ => self.wrong.push(line.to_owned()),
        }
    }
}

/// What a writer holds open.
#[derive(Default)]
struct Pen {
    file: Option<File>,
    /// The file that was the current one when it was opened, or an earlier one.
    generation: u64,
    /// How many entries it still writes there after that was rolled.
    late: u32,
}

/// A directory of logs, those who write there, and the program that follows it.
struct Room {
    folder: tempfile::TempDir,
    /// Entries written by each writer; the last one is who rolls.
    written: [AtomicU64; WRITERS + 1],
    pens: [Mutex<Pen>; WRITERS],
    /// How many files there were at the path of the log.
    generation: AtomicU64,
    /// Held by all who write an entry; by one alone while the log is handled.
    gate: RwLock<()>,
    /// Held alone by who writes an entry in two parts.
    tail: RwLock<()>,
    is_over: AtomicBool,
    printed: Arc<Mutex<Printed>>,
}

impl Room {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            written: Default::default(),
            pens: Default::default(),
            generation: AtomicU64::new(0),
            gate: RwLock::default(),
            tail: RwLock::default(),
            is_over: AtomicBool::new(false),
            printed: Arc::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("mail.log_current")
    }

    fn open(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.log()).unwrap()
    }

    /// One entry after the other, until all is over.
    fn write(&self, writer: usize, mut random: Rng) {
        while !self.is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_micros(random.u64(100..4_000)));
            let _open = self.gate.read().unwrap();
            let mut pen = self.pens[writer].lock().unwrap();
            let now = self.generation.load(Ordering::SeqCst);
            if pen.generation < now {
                pen.late = pen.late.saturating_sub(1);
            }
            if pen.late == 0 || pen.file.is_none() {
                *pen = Pen { file: Some(self.open()), generation: now, late: random.u32(1..6) };
            }
            let file = pen.file.as_mut().unwrap();
            let line = entry(writer, self.written[writer].load(Ordering::SeqCst));
            if random.u32(..50) == 0 {
                let _alone = self.tail.write().unwrap();
                let cut = random.usize(1..line.len());
                file.write_all(&line.as_bytes()[..cut]).unwrap();
                thread::sleep(Duration::from_millis(random.u64(..5)));
                file.write_all(&line.as_bytes()[cut..]).unwrap();
            } else {
                let _shared = self.tail.read().unwrap();
                file.write_all(line.as_bytes()).unwrap();
            }
            self.written[writer].fetch_add(1, Ordering::SeqCst);
        }
    }

    /// An entry of who rolls, in the middle of which something may happen.
    fn write_around(&self, cut: Option<usize>, happens: impl FnOnce()) -> u64 {
        let number = self.written[WRITERS].load(Ordering::SeqCst);
        let line = entry(WRITERS, number);
        let cut = cut.map_or(line.len(), |cut| 1 + cut % (line.len() - 1));
        let _alone = self.tail.write().unwrap();
        let mut file = self.open();
        file.write_all(&line.as_bytes()[..cut]).unwrap();
        happens();
        file.write_all(&line.as_bytes()[cut..]).unwrap();
        self.written[WRITERS].fetch_add(1, Ordering::SeqCst);
        number
    }

    /// What the MTA does each night. Nobody writes any more to what was rolled the night before.
    fn return_job(&self) {
        let generation = self.generation.load(Ordering::SeqCst);
        for pen in &self.pens {
            let mut pen = pen.lock().unwrap();
            if pen.generation < generation {
                pen.file = None;
            }
        }
        let yesterday = self.path("mail.log_yesterday");
        if let Ok(text) = fs::read(&yesterday) {
            let all = OpenOptions::new().create(true).append(true).open(self.path("mail.log"));
            let mut all = all.unwrap();
            text.chunks(10_000).for_each(|piece| all.write_all(piece).unwrap());
        }
        fs::rename(self.log(), yesterday).unwrap();
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn night(&self, random: &mut Rng) {
        if random.u32(..4) == 0 {
            // The pens are asked for before, or two would wait for each other.
            let cut = random.usize(..1_000);
            let _open = self.gate.write().unwrap();
            self.write_around(Some(cut), || self.return_job());
        } else if fs::exists(self.log()).unwrap() {
            self.return_job();
        }
    }

    /// A roll by another name: only who saw the file before and sees the next one can follow.
    fn put_aside(&self, number: usize) {
        self.show_itself();
        if fs::rename(self.log(), self.path(&format!("mail.log.{number}"))).is_ok() {
            self.generation.fetch_add(1, Ordering::SeqCst);
        }
        self.show_itself();
    }

    /// The file at the path is known to who follows.
    fn show_itself(&self) {
        let number = self.write_around(None, || ());
        self.wait(|printed| printed.times.contains_key(&(WRITERS, number)));
    }

    /// What nobody can follow if it is not calm: all was read before.
    fn handle(&self, change: impl FnOnce(&Path)) {
        let _closed = self.gate.write().unwrap();
        self.pens.iter().for_each(|pen| pen.lock().unwrap().file = None);
        self.wait_for_all();
        change(&self.log());
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn act(&self, number: usize, random: &mut Rng) {
        match random.u32(..9) {
            0..5 => self.night(random),
            5 => self.put_aside(number),
            6 => self.handle(|log| {
                if fs::copy(log, self.path(&format!("mail.log.{number}"))).is_ok() {
                    OpenOptions::new().write(true).open(log).unwrap().set_len(0).unwrap();
                }
            }),
            7 => self.handle(|log| drop(fs::remove_file(log))),
            _ => self.handle(|log| {
                let (target, link) = (self.path(&format!("data.{number}")), self.path("link"));
                File::create(&target).unwrap();
                std::os::unix::fs::symlink(target, &link).unwrap();
                fs::rename(link, log).unwrap();
            }),
        }
    }

    fn wait_for_all(&self) {
        let written: u64 = self.written.iter().map(|count| count.load(Ordering::SeqCst)).sum();
        self.wait(|printed| printed.times.len() as u64 == written);
    }

    fn wait(&self, is_there: impl Fn(&Printed) -> bool) {
        let start = Instant::now();
        while !is_there(&self.printed.lock().unwrap()) {
            if start.elapsed() > PATIENCE {
                self.is_over.store(true, Ordering::Relaxed);
                self.judge();
                panic!("waited in vain");
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Each entry came out once, and nothing else did.
    fn judge(&self) -> u64 {
        let printed = self.printed.lock().unwrap();
        let numbers = |writer: usize| 0..self.written[writer].load(Ordering::SeqCst);
        let all = || (0..=WRITERS).flat_map(|writer| numbers(writer).map(move |at| (writer, at)));
        let times = |id: &(usize, u64)| printed.times.get(id).copied().unwrap_or(0);
        let lost: Vec<_> = all().filter(|id| times(id) == 0).collect();
        let doubled: Vec<_> = all().filter(|id| times(id) > 1).collect();
        let strange = printed.times.len() + lost.len() - all().count();
        let few = |ids: &[(usize, u64)]| ids.iter().take(5).copied().collect::<Vec<_>>();
        assert_eq!(
            (lost.len(), doubled.len(), printed.wrong.len(), strange),
            (0, 0, 0, 0),
            "lost, doubled, torn, never written: {:?} {:?} {:?}",
            few(&lost),
            few(&doubled),
            printed.wrong.iter().take(5).collect::<Vec<_>>(),
        );
        all().count() as u64
    }
}

/// The program, and the thread that takes what it prints.
struct Following {
    child: Child,
    taker: thread::JoinHandle<()>,
}

impl Following {
    fn start(room: &Room) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
        command.args(["export", "entries", "--format", "raw", "--follow"]).arg(room.log());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (lines, printed) = (child.stdout.take().unwrap(), Arc::clone(&room.printed));
        let taker = thread::spawn(move || {
            let (mut lines, mut line) = (BufReader::new(lines), Vec::new());
            while lines.read_until(b'\n', &mut line).unwrap() > 0 {
                printed.lock().unwrap().take(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { child, taker }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn end(mut self) -> String {
        self.signal("TERM");
        self.taker.join().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(143));
        said
    }
}

/// What there is in the room at the start: not read, but known.
fn furnish(room: &Room) {
    fs::write(room.path("mail.log"), "18-Feb-2007 00:00:00.00 old\n".repeat(1_000)).unwrap();
    fs::write(room.path("mail.log_yesterday"), "18-Feb-2007 01:00:00.00 young\n").unwrap();
}

/// Writers write while something happens, and all they wrote comes out.
fn torture(seed: u64, happens: impl FnOnce(&Room, &Following, &mut Rng)) {
    let (room, mut random) = (Room::new(), Rng::with_seed(seed));
    furnish(&room);
    let following = Following::start(&room);
    // What comes from now on was not there at the start.
    room.show_itself();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (room, random) = (&room, random.fork());
            scope.spawn(move || room.write(writer, random));
        }
        happens(&room, &following, &mut random);
        room.is_over.store(true, Ordering::Relaxed);
    });
    room.wait_for_all();
    let said = following.end();
    let entries = room.judge();
    #[expect(clippy::print_stderr, reason = "a run of hours says how far it is")]
    if std::env::var_os("TORTURE_SEEDS").is_some() {
        eprintln!("seed {seed}: {entries} entries");
    }
    assert_eq!(said, "");
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn every_entry_once_through_random_rolls_truncations_removals_and_swaps() {
    for seed in 0..number("TORTURE_SEEDS", 1) {
        torture(seed, |room, _, random| {
            for event in 0..number("TORTURE_EVENTS", 150) {
                room.act(usize::try_from(event).unwrap(), random);
                thread::sleep(Duration::from_millis(random.u64(..40)));
            }
        });
    }
}

#[test]
fn f4_every_entry_once_though_it_is_stopped_during_rolls() {
    for seed in 0..number("TORTURE_SEEDS", 1) {
        torture(seed, |room, following, random| {
            let (mut rolls, all) = (0, number("TORTURE_EVENTS", 150) / 5);
            while rolls < all {
                following.signal("STOP");
                let unseen = random.u64(1..=3);
                for _ in 0..unseen {
                    thread::sleep(Duration::from_millis(random.u64(5..40)));
                    room.night(random);
                }
                rolls += unseen;
                thread::sleep(Duration::from_millis(random.u64(..20)));
                following.signal("CONT");
                thread::sleep(Duration::from_millis(random.u64(..200)));
            }
        });
    }
}
