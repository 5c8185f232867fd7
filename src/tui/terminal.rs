//! The terminal: taken over, and given back on every way out.

use crossterm::cursor::Show;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use std::io::{self, BufWriter, Stdout, StdoutLock, stdout};
use std::panic;
use std::process;

/// A terminal in raw mode that shows the alternate screen; as it was before once this is dropped.
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal over. From here on a panic in any thread ends the program, after the
    /// terminal was given back, so that its message can be read.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _held = restore();
            report(info);
            process::exit(101);
        }));
        let taken = take_over(mouse).and_then(|()| fresh());
        let inner = taken.inspect_err(|_| drop(restore()))?;
        Ok(Self { inner, mouse })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(draw).map(|_| ())
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Gives the terminal back, stops the process, and takes over again when it is continued.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        drop(restore());
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        take_over(self.mouse)?;
        // The screen is empty now; a terminal that knows of nothing drawn draws everything.
        self.inner = fresh()?;
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(restore());
    }
}

fn take_over(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen)?;
    if mouse {
        execute!(stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

fn fresh() -> io::Result<ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>> {
    ratatui::Terminal::new(CrosstermBackend::new(BufWriter::new(stdout())))
}

/// Gives the terminal back; may be called from any thread and more than once. Nobody draws on it
/// for as long as what it returns is held.
pub(super) fn restore() -> StdoutLock<'static> {
    // If the terminal is gone there is nothing to restore and nobody to tell. The modes come first:
    // output may have to wait, if the terminal takes none.
    let _ = disable_raw_mode();
    let mut out = stdout().lock();
    let _ = execute!(out, DisableMouseCapture, LeaveAlternateScreen, Show);
    out
}
