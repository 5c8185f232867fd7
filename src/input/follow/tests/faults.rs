//! A file system that fails, and one whose numbers mean nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use super::*;
use crate::input::source::Stat;

const ENOENT: i32 = 2;
const EINTR: i32 = 4;
const EIO: i32 = 5;
const EACCES: i32 = 13;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
const ESTALE: i32 = 116;

const CODES: [i32; 7] = [ENOENT, EINTR, EIO, EACCES, EMFILE, ENOSPC, ESTALE];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Open,
    Stat,
    Read,
}

/// What fails, and how.
#[derive(Debug, Default)]
struct Plan {
    made: Vec<Call>,
    /// This call fails once, counted from 1.
    once: Option<usize>,
    /// These calls fail each time.
    always: Option<Call>,
    code: i32,
}

impl Plan {
    fn pass(&mut self, call: Call) -> io::Result<()> {
        self.made.push(call);
        if self.once == Some(self.made.len()) || self.always == Some(call) {
            return Err(io::Error::from_raw_os_error(self.code));
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default)]
struct Faulty {
    memory: Memory,
    plan: Arc<Mutex<Plan>>,
    /// All files have the same number.
    is_blind: bool,
}

impl Faulty {
    fn pass(&self, call: Call) -> io::Result<()> {
        self.plan.lock().unwrap().pass(call)
    }

    fn fail(&self, call: impl Into<Option<Call>>, code: i32) {
        let mut plan = self.plan.lock().unwrap();
        (plan.always, plan.code) = (call.into(), code);
    }

    /// The calls made since this was last asked.
    fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.plan.lock().unwrap().made)
    }

    fn blurred(&self, stat: Stat) -> Stat {
        if !self.is_blind {
            return stat;
        }
        let identity = Identity { device: 0, inode: 0, born: None::<SystemTime> };
        Stat { identity, ..stat }
    }
}

impl Fs for Faulty {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        self.pass(Call::Open)?;
        let handle = self.memory.open(path)?;
        Ok(Arc::new(FaultyFile { handle, fs: self.clone() }))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.pass(Call::Stat)?;
        self.memory.stat(path).map(|stat| self.blurred(stat))
    }
}

#[derive(Debug)]
struct FaultyFile {
    handle: Arc<dyn Handle>,
    fs: Faulty,
}

impl Handle for FaultyFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.fs.pass(Call::Read)?;
        self.handle.read_at(offset, buffer)
    }

    fn stat(&self) -> io::Result<Stat> {
        self.fs.pass(Call::Stat)?;
        self.handle.stat().map(|stat| self.fs.blurred(stat))
    }
}

/// Longer than one error keeps a file away.
const PAUSE: Duration = Duration::from_millis(1500);

/// A day in the life of a log, with a pause after each event.
fn live(fs: &Faulty) -> Vec<Life> {
    let (log, old) = (Path::new("log"), Path::new("old"));
    let mut watch = Watch::over(fs, log);
    fs.memory.append(log, LINE.repeat(3).as_bytes());
    watch.pass(PAUSE);
    fs.memory.append(log, b"before the roll\nhalf ");
    fs.memory.rename(log, old).unwrap();
    fs.memory.append(log, b"after the roll\n");
    watch.pass(PAUSE);
    fs.memory.append(old, b"a line\n");
    watch.pass(PAUSE);
    fs.memory.append(log, LINE.repeat(2).as_bytes());
    watch.pass(PAUSE);
    fs.memory.truncate(log, 0).unwrap();
    fs.memory.append(log, LINE.replace('E', "D").repeat(4).as_bytes());
    watch.pass(PAUSE);
    fs.memory.truncate(log, 0).unwrap();
    watch.pass(PAUSE);
    fs.memory.append(log, b"refilled\n");
    watch.pass(PAUSE);
    fs.memory.remove(log).unwrap();
    watch.pass(PAUSE);
    fs.memory.append(log, b"back\n");
    watch.pass(QUIET + PAUSE);
    fs.plan.lock().unwrap().once = None;
    assert_eq!(watch.pass(PAUSE), FollowState::Following);
    lives(watch)
}

/// Why a stream began, all of it, and whether it is over.
type Life = (OpenReason, String, bool);

fn lives(watch: Watch<'_>) -> Vec<Life> {
    let seen = watch.seen.into_values();
    seen.map(|seen| (seen.why, String::from_utf8(seen.bytes).unwrap(), seen.is_finished)).collect()
}

/// What the MTA does at night.
fn return_job(fs: &Faulty) {
    let [current, yesterday, all] = ["log_current", "log_yesterday", "log"].map(Path::new);
    if let Some(file) = fs.memory.file(yesterday) {
        let len = usize::try_from(file.stat().unwrap().len).unwrap();
        fs.memory.append(all, &read_span(&*file, 0, len).unwrap());
    }
    fs.memory.rename(current, yesterday).unwrap();
}

fn pass_nights(fs: &Faulty, nights: std::ops::Range<usize>) {
    for night in nights {
        return_job(fs);
        let entries = format!("{night:02}-Feb {LINE}").repeat(3);
        fs.memory.append(Path::new("log_current"), entries.as_bytes());
    }
}

/// Nights of which the follower sees some.
fn live_through_nights(fs: &Faulty) -> Vec<Life> {
    let (current, yesterday) = (Path::new("log_current"), Path::new("log_yesterday"));
    fs.memory.append(current, format!("00-Feb {LINE}").as_bytes());
    // As few calls as will do: each of them has to fail.
    let mut watch = Watch { tick: PAUSE / 2, ..Watch::over(fs, current) };
    watch.pass(PAUSE);
    pass_nights(fs, 1..2);
    watch.pass(QUIET + PAUSE);
    fs.memory.append(yesterday, b"late\n");
    pass_nights(fs, 2..6);
    watch.pass(PAUSE);
    pass_nights(fs, 6..7);
    watch.pass(PAUSE);
    pass_nights(fs, 7..9);
    watch.pass(PAUSE);
    pass_nights(fs, 9..12);
    return_job(fs);
    watch.pass(PAUSE);
    fs.memory.append(current, b"and all is well\n");
    watch.pass(QUIET + PAUSE);
    fs.plan.lock().unwrap().once = None;
    assert_eq!(watch.pass(PAUSE), FollowState::Following);
    lives(watch)
}

#[test]
fn f19_f20_one_failing_call_loses_and_repeats_nothing() {
    let calm = Faulty::default();
    let expected = live(&calm);
    assert_eq!(expected.len(), 5);
    let calls = calm.calls().len();
    assert!(calls > 200, "{calls}");
    for code in CODES {
        for once in 1..=calls {
            let fs = Faulty::default();
            *fs.plan.lock().unwrap() = Plan { once: Some(once), code, ..Plan::default() };
            let mut seen = live(&fs);
            for (seen, expected) in seen.iter_mut().zip(&expected) {
                // Whether the old file still has a name may be what could not be asked.
                if expected.0 == OpenReason::Recreated && seen.0 == OpenReason::Rolled {
                    seen.0 = OpenReason::Recreated;
                }
            }
            assert_eq!(seen, expected, "error {code} at call {once}");
        }
    }
}

#[test]
fn f4_one_failing_call_does_not_keep_from_catching_up() {
    let calm = Faulty::default();
    let expected = live_through_nights(&calm);
    let all: String = expected.iter().map(|life| &*life.1).collect();
    for night in 0..12 {
        let times = if night == 0 { 1 } else { 3 };
        assert_eq!(all.matches(&format!("{night:02}-Feb")).count(), times, "night {night}");
    }
    let calls = calm.calls().len();
    for code in CODES {
        for once in 1..=calls {
            let fs = Faulty::default();
            *fs.plan.lock().unwrap() = Plan { once: Some(once), code, ..Plan::default() };
            assert_eq!(live_through_nights(&fs), expected, "error {code} at call {once}");
        }
    }
}

#[test]
fn an_idle_poll_is_one_stat_and_one_read() {
    let fs = Faulty::default();
    fs.memory.append(Path::new("log"), LINE.as_bytes());
    let mut watch = Watch::over(&fs, "log");
    watch.settle();
    fs.calls();
    watch.poll();
    assert_eq!(fs.calls(), [Call::Stat, Call::Read]);
}

#[test]
fn f12_denied_at_start_then_granted() {
    let fs = Faulty::default();
    fs.memory.append(Path::new("log"), b"a1\n");
    let mut watch = Watch::over(&fs, "log");
    for call in [Call::Open, Call::Stat] {
        fs.fail(call, EACCES);
        assert_eq!(watch.settle().to_string(), "permission denied; retrying");
    }
    fs.fail(None, 0);
    assert_eq!(watch.settle(), FollowState::Following);
    watch.check(0, OpenReason::First, "a1\n", false);
}

#[test]
fn f12_denied_later_the_held_file_is_followed_on() {
    let fs = Faulty::default();
    fs.memory.append(Path::new("log"), b"a1\n");
    let mut watch = Watch::over(&fs, "log");
    watch.settle();
    // To ask the handle is to stat as well, but nobody asks while its bytes come.
    fs.fail(Call::Stat, EACCES);
    fs.memory.append(Path::new("log"), b"a2\n");
    assert_eq!(watch.pass(QUIET * 2).to_string(), "permission denied; retrying");
    fs.fail(None, 0);
    fs.memory.append(Path::new("log"), b"a3\n");
    assert_eq!(watch.settle(), FollowState::Following);
    watch.check(0, OpenReason::First, "a1\na2\na3\n", false);
    assert_eq!(watch.seen.len(), 1);
}

#[test]
fn f19_a_read_error_keeps_the_place_and_is_tried_again_ever_more_slowly() {
    let fs = Faulty::default();
    fs.memory.append(Path::new("log"), b"a1\n");
    let mut watch = Watch::over(&fs, "log");
    watch.settle();
    fs.fail(Call::Read, EIO);
    fs.memory.append(Path::new("log"), b"a2\n");
    let FollowState::Unreadable { offset: 3, reason } = watch.settle() else {
        panic!("not unreadable");
    };
    assert_eq!(reason.code, Some(EIO));
    fs.calls();
    watch.pass(Duration::from_secs(60));
    let reads = fs.calls().iter().filter(|call| **call == Call::Read).count();
    // Each time the held file, and the one at the path opened anew.
    assert!((22..=28).contains(&reads), "{reads} reads in a minute");
    fs.fail(None, 0);
    watch.pass(Duration::from_secs(5));
    watch.check(0, OpenReason::First, "a1\na2\n", false);
}

#[test]
fn f19_an_unreadable_old_file_does_not_keep_the_new_one_waiting() {
    let fs = Faulty::default();
    let (log, old) = (Path::new("log"), Path::new("old"));
    fs.memory.append(log, b"a1\n");
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.memory.append(log, b"a2\n");
    fs.memory.rename(log, old).unwrap();
    fs.memory.append(log, b"b1\n");
    fs.fail(Call::Read, EIO);
    watch.pass(QUIET * 2);
    assert_eq!(watch.seen.len(), 2);
    fs.fail(None, 0);
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, "a1\na2\n", false);
    watch.check(1, OpenReason::Rolled, "b1\n", false);
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, "a1\na2\n", true);
}

#[test]
fn f19_an_old_file_that_stays_unreadable_is_given_up_after_a_minute() {
    let fs = Faulty::default();
    let log = Path::new("log");
    fs.memory.append(log, b"a1\n");
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.memory.rename(log, Path::new("old")).unwrap();
    fs.memory.append(log, b"b1\n");
    fs.fail(Call::Read, EIO);
    watch.pass(TICK * 599);
    watch.check(0, OpenReason::First, "a1\n", false);
    watch.pass(TICK);
    watch.check(0, OpenReason::First, "a1\n", true);
}

#[test]
fn f20_without_a_descriptor_for_the_new_file_the_old_one_is_read_on() {
    let fs = Faulty::default();
    let (log, old) = (Path::new("log"), Path::new("old"));
    fs.memory.append(log, b"a1\n");
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.fail(Call::Open, EMFILE);
    fs.memory.rename(log, old).unwrap();
    fs.memory.append(log, b"b1\n");
    assert_eq!(
        watch.settle(),
        FollowState::Waiting(IoReason::of(&io::Error::from_raw_os_error(EMFILE)))
    );
    fs.memory.append(old, b"a2\n");
    watch.settle();
    watch.check(0, OpenReason::First, "a1\na2\n", false);
    fs.fail(None, 0);
    watch.settle();
    watch.check(1, OpenReason::Rolled, "b1\n", false);
}

/// As on a system without numbers of files, or a network file system that gives them away.
#[test]
fn f7_files_of_the_same_number_are_told_apart_by_size_and_bytes() {
    let fs = Faulty { is_blind: true, ..Faulty::default() };
    let (log, old) = (Path::new("log"), Path::new("old"));
    fs.memory.append(log, LINE.as_bytes());
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.memory.rename(log, old).unwrap();
    fs.memory.append(log, b"shorter\n");
    watch.settle();
    watch.check(1, OpenReason::Rolled, "shorter\n", false);
    fs.memory.append(old, b"late\n");
    watch.settle();
    watch.check(0, OpenReason::First, &format!("{LINE}late\n"), false);
    fs.memory.remove(log).unwrap();
    fs.memory.append(log, LINE.replace('E', "D").as_bytes());
    watch.settle();
    watch.check(2, OpenReason::Recreated, &LINE.replace('E', "D"), false);
    fs.memory.remove(log).unwrap();
    fs.memory.rename(old, log).unwrap();
    fs.memory.append(log, b"back\n");
    assert_eq!(watch.pass(QUIET), FollowState::Following);
    watch.check(0, OpenReason::First, &format!("{LINE}late\nback\n"), false);
    watch.check(1, OpenReason::Rolled, "shorter\n", true);
    watch.check(2, OpenReason::Recreated, &LINE.replace('E', "D"), true);
}

/// Its opened files show for ever what was in them when they were opened, and then fail.
#[derive(Debug)]
struct Stale {
    memory: Memory,
    is_expired: Arc<AtomicBool>,
}

#[derive(Debug)]
struct StaleFile {
    handle: Arc<dyn Handle>,
    len: u64,
    is_expired: Arc<AtomicBool>,
}

impl Fs for Stale {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        let handle = self.memory.open(path)?;
        let len = handle.stat()?.len;
        self.is_expired.store(false, Ordering::Relaxed);
        Ok(Arc::new(StaleFile { handle, len, is_expired: Arc::clone(&self.is_expired) }))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.memory.stat(path)
    }
}

impl Handle for StaleFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_expired.load(Ordering::Relaxed) {
            return Err(io::Error::from_raw_os_error(ESTALE));
        }
        let room = self.len.saturating_sub(offset).min(buffer.len() as u64);
        self.handle.read_at(offset, &mut buffer[..usize::try_from(room).unwrap()])
    }

    fn stat(&self) -> io::Result<Stat> {
        self.handle.stat().map(|stat| Stat { len: self.len, ..stat })
    }
}

#[test]
fn f16_a_file_gone_stale_is_opened_again_and_read_on() {
    let fs = Stale { memory: Memory::default(), is_expired: Arc::default() };
    let log = Path::new("log");
    fs.memory.append(log, LINE.as_bytes());
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.memory.append(log, b"more\n");
    watch.pass(TICK);
    watch.check(0, OpenReason::First, &format!("{LINE}more\n"), false);
    fs.is_expired.store(true, Ordering::Relaxed);
    fs.memory.append(log, b"and more\n");
    watch.pass(PAUSE);
    watch.check(0, OpenReason::First, &format!("{LINE}more\nand more\n"), false);
    assert_eq!(watch.seen.len(), 1);
}
