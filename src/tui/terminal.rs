//! The terminal: taken over, and given back on every way out.

use super::terminal_writer::{FrameWriter, TerminalWriter};
use super::{panics, signals};
use crossbeam_channel::{Receiver, Sender};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::Event;
use crossterm::queue;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, TerminalOptions, Viewport};
use std::io::{self, Write as _, stdout};

/// The size of a terminal that does not know its own.
const USUAL: Size = Size { width: 80, height: 24 };

/// A terminal in raw mode that shows the alternate screen; as it was before once this is dropped.
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<FrameWriter>>,
    writer: TerminalWriter,
    drawn: Receiver<()>,
    /// The last drawing is on its way.
    busy: bool,
}

impl Terminal {
    /// Takes the terminal over. Whatever ends the program from here on gives it back; what stops it
    /// sends a resize when it goes on.
    pub(super) fn enter(mouse: bool, events: Sender<Event>) -> io::Result<Self> {
        let (screen, drawn) = TerminalWriter::start(mouse)?;
        panics::install_panic_hook(screen.clone());
        signals::watch(screen.clone(), events)?;
        screen.enter()?;
        let inner = fresh(&screen, size())?;
        Ok(Self { inner, writer: screen, drawn, busy: false })
    }

    /// Makes what is drawn fit the terminal, of which nothing is known any more but its size.
    pub(super) fn resize(&mut self) -> io::Result<Size> {
        let size = size();
        self.inner = fresh(&self.writer, size)?;
        self.inner.backend_mut().clear()?;
        Ok(size)
    }

    /// Whether all that was drawn reached the terminal. A drawing before that would have to wait.
    pub(super) fn is_ready(&mut self) -> bool {
        self.busy &= self.drawn.try_recv().is_err();
        !self.busy
    }

    /// Hears of each drawing that is done.
    pub(super) fn drawn(&self) -> &Receiver<()> {
        &self.drawn
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(draw)?;
        self.writer.drawn();
        self.busy = true;
        Ok(())
    }

    /// Puts a text on the clipboard of whoever sits at the terminal, wherever that is (OSC 52). It
    /// never says whether it did.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut frames = self.writer.frames();
        queue!(frames, CopyToClipboard::to_clipboard_from(text))?;
        frames.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.writer.leave_for_good();
    }
}

/// Nobody but the terminal itself is asked: other ways start programs.
fn size() -> Size {
    terminal_size::terminal_size_of(stdout())
        .map_or(USUAL, |(width, height)| Size::new(width.0, height.0))
}

/// One that knows of nothing drawn, and draws everything.
fn fresh(
    screen: &TerminalWriter,
    size: Size,
) -> io::Result<ratatui::Terminal<CrosstermBackend<FrameWriter>>> {
    let viewport = Viewport::Fixed(Rect::from((ratatui::layout::Position::ORIGIN, size)));
    let backend = CrosstermBackend::new(screen.frames());
    ratatui::Terminal::with_options(backend, TerminalOptions { viewport })
}
