//! Terminal: entered, and restored on every exit path.

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

/// Size assumed for a terminal that does not report one.
const USUAL: Size = Size { width: 80, height: 24 };

/// Terminal in raw mode on the alternate screen; restored on drop.
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<FrameWriter>>,
    writer: TerminalWriter,
    drawn: Receiver<()>,
    /// A drawing is being written.
    busy: bool,
}

impl Terminal {
    /// Enters the terminal. Any exit restores it; resuming from a stop sends a resize.
    pub(super) fn enter(mouse: bool, events: Sender<Event>) -> io::Result<Self> {
        let (screen, drawn) = TerminalWriter::start(mouse)?;
        panics::install_panic_hook(screen.clone());
        signals::watch(screen.clone(), events)?;
        screen.enter()?;
        let inner = fresh(&screen, size())?;
        Ok(Self { inner, writer: screen, drawn, busy: false })
    }

    /// Adapts to a terminal of unknown content and this size.
    pub(super) fn resize(&mut self) -> io::Result<Size> {
        let size = size();
        self.inner = fresh(&self.writer, size)?;
        self.inner.backend_mut().clear()?;
        Ok(size)
    }

    /// Whether all drawings have been written; the next one would have to wait otherwise.
    pub(super) fn is_ready(&mut self) -> bool {
        self.busy &= self.drawn.try_recv().is_err();
        !self.busy
    }

    /// Channel that reports finished drawings.
    pub(super) fn drawn(&self) -> &Receiver<()> {
        &self.drawn
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(draw)?;
        self.writer.drawn();
        self.busy = true;
        Ok(())
    }

    /// Sends a text to the user's clipboard (OSC 52). Terminals do not report success.
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

/// Queries the terminal only: other ways start programs.
fn size() -> Size {
    terminal_size::terminal_size_of(stdout())
        .map_or(USUAL, |(width, height)| Size::new(width.0, height.0))
}

/// A drawing buffer without history, which redraws everything.
fn fresh(
    screen: &TerminalWriter,
    size: Size,
) -> io::Result<ratatui::Terminal<CrosstermBackend<FrameWriter>>> {
    let viewport = Viewport::Fixed(Rect::from((ratatui::layout::Position::ORIGIN, size)));
    let backend = CrosstermBackend::new(screen.frames());
    ratatui::Terminal::with_options(backend, TerminalOptions { viewport })
}
