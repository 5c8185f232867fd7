//! Terminal output on its own thread: a terminal that blocks (Ctrl-S, a dead line) delays neither
//! the reader nor the keys nor the exit.
//!
//! Knows bytes only. The program ends when the terminal is gone.

use super::exit;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use crossterm::cursor::Show;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, write};
use std::io::{self, Write, stdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Maximum time that a blocked terminal delays an exit or a stop.
const DRAW_TIMEOUT: Duration = Duration::from_millis(500);

/// Turns off bidirectional reordering (BDSM of ECMA-48), so that each character stays in its cell
/// and no text of the log moves its neighbours.
const ORDER_BY_US: &str = "\x1b[8l";
const ORDER_BY_TERMINAL: &str = "\x1b[8h";

/// Handle of the writing thread, held by everyone who may have to restore the terminal.
#[derive(Clone)]
pub(super) struct TerminalWriter {
    orders: Sender<WriterCommand>,
    /// Restored for good. Locked during mode changes, so that entering does not undo a concurrent
    /// restore.
    over: Arc<Mutex<bool>>,
}

/// Command of the writer. Dropping its sender signals completion.
enum WriterCommand {
    /// Part of a drawing.
    Bytes(Vec<u8>),
    /// End of a drawing.
    Drawn,
    /// Sequences that restore the terminal; later drawings are dropped.
    Leave(Sender<()>),
    /// Sequences that enter it.
    Enter(Sender<()>),
}

impl TerminalWriter {
    /// Starts the thread without touching the terminal. The receiver reports finished drawings.
    pub(super) fn start(mouse: bool) -> io::Result<(Self, Receiver<()>)> {
        let (orders, given) = unbounded();
        let (written, drawn) = unbounded();
        thread::Builder::new().name("screen".to_owned()).spawn(move || {
            let mut ours = false;
            for order in given {
                match order {
                    WriterCommand::Bytes(bytes) if ours => write_all(&bytes),
                    WriterCommand::Bytes(_) => {}
                    WriterCommand::Drawn => drop(written.send(())),
                    WriterCommand::Leave(_done) if ours => {
                        (ours, ()) = (false, write_all(&restore_sequence()));
                    }
                    WriterCommand::Leave(_done) => {}
                    WriterCommand::Enter(_done) => (ours, ()) = (true, write_all(&entering(mouse))),
                }
            }
        })?;
        Ok((Self { orders, over: Arc::default() }, drawn))
    }

    /// Enters the terminal: raw mode, alternate screen, mouse.
    pub(super) fn enter(&self) -> io::Result<()> {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if *over {
            return Ok(());
        }
        // Saves the current modes: a shell may have changed them while the process was stopped.
        let _ = disable_raw_mode();
        enable_raw_mode()?;
        let asked = self.ask(WriterCommand::Enter);
        drop(over);
        asked.is_done();
        Ok(())
    }

    /// Restores the terminal; callable from any thread, repeatedly. Drawings are dropped until it
    /// is entered again.
    pub(super) fn restore(&self) {
        self.give_back(false);
    }

    /// Restores the terminal for good. False if it is blocked, so that writing to it would hang.
    pub(super) fn leave_for_good(&self) -> bool {
        self.give_back(true)
    }

    fn give_back(&self, for_good: bool) -> bool {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        *over |= for_good;
        // Errors mean that the terminal is gone. Modes are restored first, since that cannot block.
        let _ = disable_raw_mode();
        let asked = self.ask(WriterCommand::Leave);
        drop(over);
        asked.is_done()
    }

    fn ask(&self, order: fn(Sender<()>) -> WriterCommand) -> PendingWrite {
        let (doing, done) = bounded(0);
        // The thread runs as long as the program.
        let _ = self.orders.send(order(doing));
        PendingWrite(done)
    }

    /// A writer for drawings that never blocks.
    pub(super) fn frames(&self) -> FrameWriter {
        FrameWriter { writer: self.clone(), bytes: Vec::new() }
    }

    /// Marks the end of a drawing of its [`FrameWriter`].
    pub(super) fn drawn(&self) {
        // The thread runs as long as the program.
        let _ = self.orders.send(WriterCommand::Drawn);
    }
}

/// A command whose completion can be awaited.
struct PendingWrite(Receiver<()>);

impl PendingWrite {
    /// Whether it completed in time.
    fn is_done(&self) -> bool {
        // Nothing is ever sent: recv returns when the channel closes or the time is over.
        self.0.recv_timeout(DRAW_TIMEOUT).is_err_and(|error| error.is_disconnected())
    }
}

/// Buffers a drawing and sends it when flushed.
pub(super) struct FrameWriter {
    writer: TerminalWriter,
    bytes: Vec<u8>,
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.bytes.is_empty() {
            let _ = self.writer.orders.send(WriterCommand::Bytes(std::mem::take(&mut self.bytes)));
        }
        Ok(())
    }
}

fn entering(mouse: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = queue!(bytes, EnterAlternateScreen, Print(ORDER_BY_US));
    if mouse {
        let _ = queue!(bytes, EnableMouseCapture);
    }
    bytes
}

fn restore_sequence() -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ =
        queue!(bytes, DisableMouseCapture, Print(ORDER_BY_TERMINAL), LeaveAlternateScreen, Show);
    bytes
}

/// Writes all bytes, blocking if necessary. An error means that the terminal is gone.
fn write_all(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match write(stdout(), bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Another process that shares the terminal made it non-blocking.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&stdout(), PollFlags::OUT)], None);
            }
            Err(_) => exit::end(exit::HANGUP),
        }
    }
}
