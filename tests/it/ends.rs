//! Every way out of the program: whatever ends or stops it, the terminal is as it was.

#![cfg(target_os = "linux")]

use crate::e2e::{
    Log, SIZE, child_of, comes, documented, mtatop, opened, process, quit, shell, wait_for_all,
};
use crate::pty::Pty;
use mtatop::cli::Cli;
use mtatop::input::source::{Fs, Handle, Memory, Stat};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a test waits for comes at once, or never.
const SOON: Duration = Duration::from_secs(10);

fn signal(pid: u32, name: &str) {
    let sent = std::process::Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(sent.unwrap().success(), "{name} to {pid}");
}

/// Whether there is no such process any more, or only its exit code.
fn has_ended(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .map_or(true, |stat| stat.rsplit_once(") ").unwrap().1.starts_with('Z'))
}

#[test]
fn f32_the_modes_are_the_same_after_every_signal() {
    let script = "a=$(stty -g); \"$0\" \"$1\"; echo ended $?; test \"$a\" = \"$(stty -g)\" && echo same modes";
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut pty = shell(script);
        pty.wait_for("hosta.sesta.com");
        signal(child_of(pty.pid()), name);
        wait_for_all(&pty, &[&format!("ended {code}"), "same modes"]);
        assert!(pty.wait_exit().success());
        assert!(!pty.alternate_screen());
    }
}

/// Nobody reads what it writes, so nobody but the caller holds the terminal open.
fn unread(program: &str, arguments: &[&str]) -> Unread {
    let size = PtySize { rows: SIZE.1, cols: SIZE.0, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.env("TERM", "xterm-256color");
    let child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let reader = pair.master.try_clone_reader().unwrap();
    Unread { child, ends: (pair.master, reader) }
}

struct Unread {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    ends: (Box<dyn portable_pty::MasterPty + Send>, Box<dyn Read + Send>),
}

impl Unread {
    fn wait_for(&mut self, word: &str) {
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&seen).contains(word) {
            let read = self.ends.1.read(&mut buffer).unwrap();
            assert!(read > 0, "the program ended");
            seen.extend(&buffer[..read]);
        }
    }
}

#[test]
fn f31_it_ends_when_its_terminal_closes() {
    let Unread { mut child, ends } = {
        let mut unread = unread(env!("CARGO_BIN_EXE_mtatop"), &[&documented("")]);
        unread.wait_for("hosta.sesta.com");
        unread
    };
    drop(ends);
    let mut status = None;
    assert!(comes(SOON, || {
        status = child.try_wait().unwrap();
        status.is_some()
    }));
    // The terminal may be missed before the signal comes: that is the same.
    assert_eq!(status.unwrap().exit_code(), 129);
}

/// In a session of its own it hears of no hang-up: the watchdog is all there is.
#[test]
fn f31_it_ends_when_its_terminal_closes_and_nobody_tells() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("pid");
    let script =
        "setsid \"$0\" \"$1\" </dev/tty & echo $! >\"$2.part\"; mv \"$2.part\" \"$2\"; wait";
    let arguments =
        ["-c", script, env!("CARGO_BIN_EXE_mtatop"), &documented(""), file.to_str().unwrap()];
    let mut unread = unread("/bin/sh", &arguments);
    unread.wait_for("hosta.sesta.com");
    let pid: u32 = fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    assert!(!has_ended(pid));
    drop(unread.ends);
    assert!(comes(SOON, || has_ended(pid)));
    let _ = unread.child.wait();
}

#[test]
fn f33_stopped_from_outside_it_gives_the_terminal_back() {
    let script = "set -m; \"$0\" \"$1\"; echo it stopped; stty -a; read x; fg; echo it ended $?";
    let mut pty = shell(script);
    pty.wait_for("hosta.sesta.com");
    let pid = child_of(pty.pid());
    signal(pid, "TSTP");
    pty.wait_until(|screen| {
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && screen.contents().contains("it stopped")
            && screen.contents().contains(" icanon")
    });
    assert_eq!(process(pid).0, "T");
    pty.press("\r");
    pty.wait_until(|screen| screen.alternate_screen() && screen.contents().contains("hosta.sesta"));
    pty.press("q");
    pty.wait_for("it ended 0");
    assert!(pty.wait_exit().success());
}

/// That signal can't be caught, and whoever had the terminal meanwhile may have left it anyhow.
#[test]
fn f33_after_a_stop_that_it_did_not_see_all_is_drawn_anew() {
    let script = "set -m; \"$0\" \"$1\"; stty sane; printf '\\033[2J\\033[Hrubbish'; read x; fg; echo it ended $?";
    let mut pty = shell(script);
    pty.wait_for("hosta.sesta.com");
    signal(child_of(pty.pid()), "STOP");
    pty.wait_until(|screen| screen.contents().trim() == "rubbish");
    pty.press("\r");
    pty.wait_until(|screen| {
        let contents = screen.contents();
        contents.contains("hosta.sesta.com") && !contents.contains("rubbish")
    });
    pty.press("q");
    pty.wait_for("it ended 0");
    assert!(pty.wait_exit().success());
}

/// Without a shell that could continue it, a stop would be for ever.
#[test]
fn f33_nothing_stops_it_where_nobody_could_continue_it() {
    let mut pty = mtatop(&[&documented("")]);
    pty.wait_for("hosta.sesta.com");
    pty.press("\x1a/");
    pty.wait_for("keep filter");
    pty.press("\x1b");
    pty.wait_for("no filter");
    quit(pty);
}

#[test]
fn f27_a_storm_of_sizes_is_few_drawings() {
    const STORM: u16 = 300;
    let pty = mtatop(&[&documented("")]);
    pty.wait_for("hosta.sesta.com");
    for step in 0..STORM {
        pty.resize(60 + step % 100, 16 + step % 50);
    }
    pty.resize(1000, 300);
    pty.wait_until(|screen| {
        screen.rows(0, 1000).next().is_some_and(|row| row.trim_end().len() > 990)
    });
    pty.resize(SIZE.0, SIZE.1);
    pty.wait_until(|screen| {
        screen.rows(0, SIZE.0).next().is_some_and(|row| row.contains(" E 3 D 3 "))
    });
    let raw = pty.raw();
    let cleared = raw.windows(4).filter(|bytes| bytes == b"\x1b[2J").count();
    assert!(cleared < usize::from(STORM) / 4, "{cleared} drawings");
    quit(pty);
}

#[test]
fn f36_a_terminal_that_takes_nothing_does_not_hold_up_the_reader() {
    let log = Log::new();
    let pty = mtatop(&[log.name()]);
    pty.wait_for("no such file");
    let stalled = pty.stall();
    let bytes_read = || {
        let io = fs::read_to_string(format!("/proc/{}/io", pty.pid())).unwrap();
        io.lines().next().unwrap().split(' ').nth(1).unwrap().parse::<u64>().unwrap()
    };
    let mut entries = 0;
    // More than the terminal and all channels hold.
    for round in 0..40 {
        let lines: String =
            (0..1_000).map(|row| opened(&format!("h{round}-{row}.example"))).collect();
        entries += 1_000;
        let wanted = bytes_read() + lines.len() as u64;
        log.append(&lines);
        assert!(comes(SOON, || bytes_read() >= wanted), "it stopped reading in round {round}");
    }
    drop(stalled);
    pty.wait_for(&format!("{},000 entries", entries / 1_000));
    quit(pty);
}

#[test]
fn f30_without_a_keyboard_it_says_so() {
    let script = "setsid -w \"$0\" \"$1\" </dev/null; echo ended $?";
    let mut pty = shell(script);
    wait_for_all(&pty, &["mtatop: no terminal to take keys from", "use mtatop report", "ended 2"]);
    assert!(pty.wait_exit().success());
    assert!(!pty.raw().contains(&0x1b));
}

#[test]
fn f34_the_end_of_a_pipe_ends_neither_the_program_nor_its_keys() {
    let mut pty = shell("cat \"$1\" | \"$0\" -; echo it ended $?");
    wait_for_all(&pty, &["hosta.sesta.com", "read to its end"]);
    pty.press("/hostb.sesta.com\r");
    pty.wait_for("filter hostb.sesta.com");
    pty.press("q");
    pty.wait_for("it ended 0");
    assert!(pty.wait_exit().success());
}

const SECRET: &str = "secret@planted.example";

/// A file system in which somebody panics: the reader at a look after the first, or whoever draws
/// when it reads a text again.
struct Trapped {
    log: Memory,
    of_reader: bool,
    looks: AtomicUsize,
}

#[derive(Debug)]
struct Trap {
    log: Arc<dyn Handle>,
    of_reader: bool,
}

fn spring(sprung: bool) {
    assert!(!sprung, "a panic about {SECRET} \x1b]0;title\x07");
}

fn is_reader() -> bool {
    std::thread::current().name() == Some("reader")
}

impl Fs for Trapped {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        Ok(Arc::new(Trap { log: self.log.open(path)?, of_reader: self.of_reader }))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        let looks = self.looks.fetch_add(usize::from(is_reader()), Ordering::Relaxed);
        spring(self.of_reader && looks > 5);
        self.log.stat(path)
    }
}

impl Handle for Trap {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        spring(!self.of_reader && !is_reader());
        self.log.read_at(offset, buffer)
    }

    fn stat(&self) -> io::Result<Stat> {
        self.log.stat()
    }
}

/// The program, if this is the process that is to be it.
#[test]
fn as_the_program() {
    let Ok(who) = std::env::var("MTATOP_TEST_PANIC") else { return };
    let (log, path) = (Memory::default(), Path::new("trap.log"));
    log.append(path, &fs::read(documented(".unfolded")).unwrap());
    let fs = Trapped { log, of_reader: who == "reader", looks: AtomicUsize::new(0) };
    let cli = Cli::read(["mtatop", "--demo"].map(Into::into)).unwrap();
    let code = mtatop::tui::run_on(&cli, Arc::new(fs), vec![path.to_owned()]).code;
    std::process::exit(code.into());
}

/// This test program, running [`as_the_program`].
fn trapped(who: &str) -> Pty {
    let program = std::env::current_exe().unwrap();
    let script = "a=$(stty -g); \"$0\" --exact ends::as_the_program --nocapture; echo ended $?; test \"$a\" = \"$(stty -g)\" && echo same modes";
    let arguments = ["-c", script, program.to_str().unwrap()];
    Pty::spawn(Path::new("/bin/sh"), &arguments, SIZE, &[("MTATOP_TEST_PANIC", who)])
}

#[test]
fn f32_a_panic_gives_the_terminal_back_before_it_is_told() {
    let mut pty = trapped("drawing");
    wait_for_all(&pty, &["mtatop: internal error at tests/it/ends.rs", "ended 101", "same modes"]);
    assert!(pty.wait_exit().success());
    let raw = String::from_utf8(pty.raw()).unwrap();
    assert!(raw.find("internal error") > raw.rfind("\x1b[?1049l"));
    // What a panic is about may be text of the log.
    assert!(!raw.contains(SECRET) && !raw.contains("\x1b]0"));
    check_restored_behind(&pty);
}

#[track_caller]
fn check_restored_behind(pty: &Pty) {
    pty.wait_until(|screen| {
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    });
}

#[test]
fn f32_a_panic_of_the_reader_leaves_what_was_read() {
    let mut pty = trapped("reader");
    wait_for_all(&pty, &["reader stopped: internal error", "hosta.sesta.com"]);
    pty.press("/hostb.sesta.com\r");
    wait_for_all(&pty, &["filter hostb.sesta.com", " E 1 D 1 "]);
    pty.press("q");
    wait_for_all(&pty, &["ended 0", "same modes"]);
    assert!(pty.wait_exit().success());
    assert!(!String::from_utf8(pty.raw()).unwrap().contains(SECRET));
    check_restored_behind(&pty);
}

/// At whatever moment the end comes. Which moments they are is left to chance.
#[test]
fn f32_at_any_moment() {
    for round in 0..20_u64 {
        let log = documented("");
        let mut pty = mtatop(&[&log]);
        let waited = fastrand::Rng::with_seed(round).u64(0..60);
        std::thread::park_timeout(Duration::from_millis(waited));
        let name = ["TERM", "INT", "HUP"][usize::try_from(round % 3).unwrap()];
        pty.signal(name);
        pty.wait_exit();
        check_restored_behind(&pty);
    }
}
