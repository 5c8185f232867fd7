//! Output to the terminal, on a thread of its own: a terminal that takes none (Ctrl-S, a dead line)
//! holds up neither the reader nor the keys nor the end of the program.
//!
//! Knows bytes only. When the terminal is gone, so is the program.

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

/// How long a terminal that takes no output may hold up the end, or a stop.
const DRAW_TIMEOUT: Duration = Duration::from_millis(500);

/// Whether the terminal puts letters in order that are written from right to left (BDSM of ECMA-48).
/// We want each in its own cell, so that no text of the log moves what stands beside it.
const ORDER_BY_US: &str = "\x1b[8l";
const ORDER_BY_TERMINAL: &str = "\x1b[8h";

/// A way to the thread that writes; whoever has to give the terminal back holds one.
#[derive(Clone)]
pub(super) struct TerminalWriter {
    orders: Sender<WriterCommand>,
    /// Given back for good. Held while modes change, so that whoever takes over does not undo what
    /// another thread does at the same moment.
    over: Arc<Mutex<bool>>,
}

/// What to write. Done is what has dropped its sender.
enum WriterCommand {
    /// Part of a drawing.
    Bytes(Vec<u8>),
    /// All of a drawing was sent.
    Drawn,
    /// The sequences that give the terminal back; drawings are dropped from here on.
    Leave(Sender<()>),
    /// Those that take it over.
    Enter(Sender<()>),
}

impl TerminalWriter {
    /// Starts the thread; the terminal is as it was. The receiver hears of each drawing that is done.
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

    /// Takes the terminal over: raw mode, alternate screen, mouse.
    pub(super) fn enter(&self) -> io::Result<()> {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if *over {
            return Ok(());
        }
        // The modes to come back to are those that hold now: a shell may have set others while we
        // were stopped.
        let _ = disable_raw_mode();
        enable_raw_mode()?;
        let asked = self.ask(WriterCommand::Enter);
        drop(over);
        asked.is_done();
        Ok(())
    }

    /// Gives the terminal back; may be called from any thread and more than once. Nothing is drawn
    /// after it, until somebody enters it again.
    pub(super) fn restore(&self) {
        self.give_back(false);
    }

    /// Gives the terminal back, and nobody takes it over again. False if it took nothing: then
    /// whoever writes to it waits.
    pub(super) fn leave_for_good(&self) -> bool {
        self.give_back(true)
    }

    fn give_back(&self, for_good: bool) -> bool {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        *over |= for_good;
        // If the terminal is gone there is nothing to restore and nobody to tell. The modes come
        // first: they do not have to wait.
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

    /// A writer of drawings that never waits.
    pub(super) fn frames(&self) -> FrameWriter {
        FrameWriter { writer: self.clone(), bytes: Vec::new() }
    }

    /// All of a drawing was written to its [`FrameWriter`].
    pub(super) fn drawn(&self) {
        // The thread runs as long as the program.
        let _ = self.orders.send(WriterCommand::Drawn);
    }
}

/// An order that somebody may wait for.
struct PendingWrite(Receiver<()>);

impl PendingWrite {
    /// Whether it was done in time.
    fn is_done(&self) -> bool {
        // Nothing is ever sent: what comes is the end of the channel, or of the time.
        self.0.recv_timeout(DRAW_TIMEOUT).is_err_and(|error| error.is_disconnected())
    }
}

/// Gathers what is drawn, and sends it on when flushed.
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

/// Writes all of it, however long that takes. What cannot be written shows that the terminal is gone.
fn write_all(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match write(stdout(), bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Somebody who shares the terminal made it so.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&stdout(), PollFlags::OUT)], None);
            }
            Err(_) => exit::end(exit::HANGUP),
        }
    }
}
