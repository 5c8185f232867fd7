//! A program in a terminal of its own: keys go in, a screen comes out.
//!
//! The terminal is a bare one: it draws, but answers no question the program may ask it. Every wait is for something
//! to be seen and has a deadline; nothing here sleeps. Knows nothing of mtatop.

#![expect(clippy::panic, reason = "how a test fails, with the screen to see why")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

/// Long enough for a busy machine: what is waited for comes at once, or never.
const DEADLINE: Duration = Duration::from_secs(10);

/// A running program and its terminal. Dropping it ends the program.
pub(crate) struct Pty {
    terminal: Arc<Terminal>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

#[derive(Default)]
struct Terminal {
    output: Mutex<Output>,
    grown: Condvar,
}

#[derive(Default)]
struct Output {
    parser: Parser,
    raw: Vec<u8>,
    closed: bool,
}

impl Pty {
    /// Starts a program in a terminal of so many columns and rows, in an environment of `PATH`, `TERM`, UTC, a UTF-8
    /// locale, a home that is not there, and `env`.
    pub(crate) fn spawn(
        program: &Path,
        args: &[&str],
        (columns, rows): (u16, u16),
        env: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pty");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(std::env::current_dir().expect("a working directory"));
        command.env_clear();
        // The second is how coverage is measured of a program that a test starts.
        for name in ["PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let common = [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("HOME", "/nonexistent"),
        ];
        for (name, value) in common.iter().chain(env) {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        // Our end of it would keep the terminal open when the program is gone.
        drop(pair.slave);

        let terminal = Arc::new(Terminal::default());
        terminal.resize(columns, rows);
        let reader = pair.master.try_clone_reader().expect("a reader");
        thread::spawn({
            let terminal = Arc::clone(&terminal);
            move || terminal.read(reader)
        });
        let keyboard = pair.master.take_writer().expect("a writer");
        Self { terminal, master: pair.master, keyboard, child }
    }

    /// Waits until the text is on the screen and returns the whole screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let seen = |output: &Output| output.parser.screen().contents().contains(text);
        self.terminal.wait(&format!("{text:?}"), seen).parser.screen().contents()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn wait_until(&self, wanted: impl Fn(&Screen) -> bool) {
        drop(self.terminal.wait("a screen", |output| wanted(output.parser.screen())));
    }

    /// Types the bytes.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Gives the terminal another size and tells the program.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.terminal.resize(columns, rows);
        self.master.resize(size(columns, rows)).expect("the terminal can be resized");
    }

    /// Waits until the program has ended and all it wrote has been seen.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        drop(self.terminal.wait("the end of the program", |output| output.closed));
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            thread::yield_now();
        }
        panic!("the program has left its terminal but runs on");
    }

    /// Number of the process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("the program was started")
    }

    /// Sends it a signal, by the name that `kill` takes.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("there is a kill").success(), "{name} to {pid}");
    }

    /// A terminal that takes no output for as long as this is held, once its buffer is full.
    pub(crate) fn stall(&self) -> Stalled<'_> {
        Stalled(self.terminal.output())
    }

    /// All bytes the program has written so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.terminal.output().raw.clone()
    }

    /// Whether the program has switched to the alternate screen.
    pub(crate) fn alternate_screen(&self) -> bool {
        self.terminal.output().parser.screen().alternate_screen()
    }
}

/// Whoever reads what the program writes has to wait for this.
pub(crate) struct Stalled<'a>(
    #[expect(dead_code, reason = "it is only held")] MutexGuard<'a, Output>,
);

impl Drop for Pty {
    fn drop(&mut self) {
        // It has ended already when all went well.
        let _ = self.child.kill();
    }
}

impl Terminal {
    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().expect("whoever held it did not panic")
    }

    fn resize(&self, columns: u16, rows: u16) {
        let [rows, columns] = [rows, columns].map(|n| NonZeroU16::new(n).expect("a size above 0"));
        self.output().parser.set_size(rows, columns);
    }

    fn read(&self, mut reader: impl Read) {
        let mut buffer = [0; 4096];
        loop {
            // The end of a pty is an error on Linux.
            let read = reader.read(&mut buffer).unwrap_or(0);
            let mut output = self.output();
            output.raw.extend(&buffer[..read]);
            output.parser.process(&buffer[..read]);
            output.closed = read == 0;
            self.grown.notify_all();
            if read == 0 {
                return;
            }
        }
    }

    #[track_caller]
    fn wait(&self, what: &str, seen: impl Fn(&Output) -> bool) -> MutexGuard<'_, Output> {
        let start = Instant::now();
        let mut output = self.output();
        while !seen(&output) {
            let left = DEADLINE.saturating_sub(start.elapsed());
            if left.is_zero() || output.closed {
                let why = if output.closed { "the program ended" } else { "time is up" };
                let screen = output.parser.screen().contents();
                // A lock that dies with this panic would hide it behind others.
                drop(output);
                panic!("waited for {what}, but {why}; the screen:\n{screen}\n");
            }
            output = self.grown.wait_timeout(output, left).expect("as above").0;
        }
        output
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn shell(script: &str) -> Pty {
    Pty::spawn(Path::new("/bin/sh"), &["-c", script], (40, 10), &[("WHO", "world")])
}

#[test]
fn shows_the_screen_and_not_the_stream() {
    let mut pty = shell(r"printf 'hello, %s\rHELLO\033[3;5Hthere' $WHO");
    assert!(pty.wait_exit().success());
    assert_eq!(pty.wait_for("there"), "HELLO, world\n\n    there");
    assert!(pty.raw().starts_with(b"hello, world\r"));
}

#[test]
fn takes_keys_and_tells_how_the_program_ended() {
    let mut pty = shell("echo ready; read answer; echo \"got <$answer>\"; exit 3");
    pty.wait_for("ready");
    pty.press("jj\r");
    pty.wait_for("got <jj>");
    assert_eq!(pty.wait_exit().exit_code(), 3);
}

#[test]
fn resizes_both_terminal_and_program() {
    let mut pty = shell("trap 'stty size' WINCH; stty size; while read line; do :; done");
    pty.wait_for("10 40");
    pty.resize(60, 20);
    // A shell runs its trap when it gets round to it.
    pty.press("\r");
    pty.wait_for("20 60");
    pty.wait_until(|screen| screen.size().1.get() == 60);
}

#[test]
fn knows_the_alternate_screen() {
    let mut pty =
        shell(r"printf '\033[?1049h\033[?25lfull'; read x; printf '\033[?25h\033[?1049l'");
    pty.wait_until(|screen| screen.hide_cursor() && screen.contents() == "full");
    assert!(pty.alternate_screen());
    pty.press("\r");
    pty.wait_exit();
    assert!(!pty.alternate_screen());
    assert!(pty.raw().ends_with(b"\x1b[?25h\x1b[?1049l"));
}

#[test]
#[should_panic(expected = "waited for \"never\", but the program ended; the screen:\nonce")]
fn says_what_was_seen_instead() {
    shell("echo once").wait_for("never");
}
