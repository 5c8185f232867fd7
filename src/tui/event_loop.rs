//! Event loop of the screen.
//!
//! Each turn handles all keys, absorbs batches for a few milliseconds, and draws if anything
//! changed. Keys are answered at once while millions of entries load, and a quiet log costs
//! nothing.

use super::eta::Eta;
use super::save_handle::SaveHandle;
use super::terminal::Terminal;
use super::{exit, panics, signals, to_msg, wall_clock};
use crate::cli::Exit;
use crate::index::RowId;
use crate::input::reader::{ReaderMessage, TextStore};
use crate::log::parse::EntryText;
use crate::output::status_file;
use crate::output::status_file::{ReaderProgress, StatusFile};
use crate::tui::app::{App, Flow, Msg};
use crate::tui::keymap;
use crate::tui::session_file::SessionWriter;
use crate::tui::theme::Theme;
use crate::tui::view;
use crate::tui::workers::search;
use crate::tui::workers::search::{SearchRequest, SearchResult};
use crossbeam_channel::{Receiver, Select, Sender, never, unbounded};
use crossterm::event::Event;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time for absorbing, or for catching up with it, between two looks at the keys.
const ABSORB_BUDGET: Duration = Duration::from_millis(3);
/// Minimum interval between two drawings without a key press.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// The clock moves on the screen this often.
const TICK: Duration = Duration::from_secs(1);
/// Exit status after an interrupt: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// State and channels of the loop.
pub(super) struct EventLoop {
    pub(super) app: App,
    /// Saves the state of the screen between sessions.
    pub(super) session_writer: Option<SessionWriter>,
    pub(super) terminal: Terminal,
    pub(super) theme: Theme,
    /// Shared with the search thread, which reads the files as of its request.
    pub(super) text_store: Arc<TextStore>,
    pub(super) keys: Receiver<Event>,
    pub(super) inbox: Receiver<ReaderMessage>,
    pub(super) searcher: SearchHandle,
    pub(super) save_handle: SaveHandle,
    /// Ends after this time without new entries.
    pub(super) idle: Option<Duration>,
    pub(super) status: ReaderProgress,
    pub(super) status_file: Option<StatusFile>,
    /// The terminal was resized, or its content is unknown.
    pub(super) resized: bool,
    pub(super) start: Instant,
    pub(super) eta: Eta,
}

/// Handle of the search thread.
pub(super) struct SearchHandle {
    asks: Sender<(SearchRequest, Arc<TextStore>)>,
    results: Receiver<SearchResult>,
    /// Number of the current search.
    current: Arc<AtomicU64>,
}

impl SearchHandle {
    /// Starts the thread.
    pub(super) fn spawn() -> io::Result<Self> {
        let (asks, asked) = unbounded();
        let (found, answers) = unbounded();
        let current = Arc::default();
        search::spawn(asked, found, Arc::clone(&current))?;
        Ok(Self { asks, results: answers, current })
    }
}

impl EventLoop {
    /// Runs until the user quits.
    pub(super) fn run(mut self) -> io::Result<Exit> {
        let start = Instant::now();
        let (mut drawn, mut ticked, mut dirty) = (None, start, true);
        let mut newest = start;
        self.app.update(Msg::Tick(wall_clock()));
        loop {
            let pressed = match self.take_keys()? {
                Ok(pressed) => pressed,
                Err(outcome) => return Ok(self.finish(start.elapsed(), outcome)),
            };
            if let Some(keeper) = self.session_writer.as_mut().filter(|_| pressed)
                && let Some(setup) = self.app.setup_to_keep()
            {
                keeper.save(setup);
            }
            let grew = self.absorb();
            let saved = self.save_handle.poll(&mut self.app, &self.text_store)?;
            let came = grew | self.search()? | saved;
            let copied = self.copy()?;
            let untold = self.write_status(start.elapsed());
            let tick = ticked.elapsed() >= TICK;
            let moves = self.app.needs_tick();
            if tick || came {
                self.app.update(Msg::Tick(wall_clock()));
            }
            if tick {
                ticked = Instant::now();
            }
            dirty |= pressed || came || copied || self.resized || tick && moves;
            let since: Option<Duration> = drawn.map(|at: Instant| at.elapsed());
            let ready = self.terminal.is_ready();
            if dirty && ready && (pressed || since.is_none_or(|since| since >= MIN_FRAME_INTERVAL))
            {
                self.draw()?;
                (drawn, dirty) = (Some(Instant::now()), false);
            }
            if self.app.is_busy() || self.app.to_copy().is_some() {
                self.catch_up();
                dirty = true;
                continue;
            }
            if grew {
                newest = Instant::now();
            }
            let left = self.idle.map(|idle| idle.saturating_sub(newest.elapsed()));
            if left.is_some_and(|left| left.is_zero()) && self.app.unsaved().is_none() {
                return Ok(self.finish(start.elapsed(), Exit::default()));
            }
            let next = if dirty && ready {
                MIN_FRAME_INTERVAL.saturating_sub(since.unwrap_or(MIN_FRAME_INTERVAL))
            } else {
                TICK.saturating_sub(ticked.elapsed())
            };
            let next = left.filter(|left| !left.is_zero()).map_or(next, |left| next.min(left));
            self.wait(if untold { next.min(status_file::PACE) } else { next });
        }
    }

    /// The outcome, with what the user should know of what could not be kept.
    fn finish(mut self, now: Duration, mut exit: Exit) -> Exit {
        self.write_status(now + status_file::PACE);
        let unsaved = self.app.unsaved();
        exit.notes.extend(unsaved.map(|name| format!("{name}: incomplete; discarded")));
        self.save_handle.end();
        let setup = self.app.setup_to_keep();
        let left = self.session_writer.and_then(|mut keeper| {
            if let Some(setup) = setup {
                keeper.save(setup);
            }
            keeper.end()
        });
        exit.notes.extend(left);
        exit
    }

    /// Updates the status file. True if an update is pending.
    fn write_status(&mut self, now: Duration) -> bool {
        let Some(file) = &mut self.status_file else { return false };
        self.status.entries = self.app.index().rows().len() as u64;
        file.write(now, &self.status)
    }

    /// Waits for a key, a message or the end of a drawing, up to a timeout.
    fn wait(&self, longest: Duration) {
        let mut select = Select::new();
        select.recv(&self.keys);
        select.recv(&self.inbox);
        select.recv(&self.searcher.results);
        select.recv(self.save_handle.events());
        select.recv(self.terminal.drawn());
        // The source does not matter: the next turn polls all.
        let _ = select.ready_timeout(longest.max(Duration::from_millis(1)));
    }

    /// Takes all keys there are. True if there were any; the outcome if the program is to end.
    fn take_keys(&mut self) -> io::Result<Result<bool, Exit>> {
        let mut pressed = false;
        loop {
            let msg = match self.keys.try_recv() {
                Ok(Event::Key(key)) => Some(Msg::Key(key)),
                Ok(Event::Mouse(mouse)) => keymap::pointer(mouse).map(Msg::Pointer),
                // Any number of resizes needs one drawing.
                Ok(Event::Resize(..)) => {
                    self.resized = true;
                    None
                }
                Ok(_) => None,
                Err(error) if error.is_empty() => return Ok(Ok(pressed)),
                Err(_) => exit::end(exit::HANGUP),
            };
            let Some(msg) = msg else { continue };
            pressed = true;
            match self.app.update(msg) {
                Flow::Continue => {}
                Flow::Quit => return Ok(Err(Exit::default())),
                Flow::Interrupt => return Ok(Err(Exit::with_code(INTERRUPTED))),
                Flow::Suspend => signals::suspend()?,
            }
            // The next key may depend on the selection that this key moved, and so may a pending
            // copy.
            self.app.refresh();
            self.copy()?;
        }
    }

    /// Absorbs batches within the time limit. True if there were any.
    fn absorb(&mut self) -> bool {
        let start = Instant::now();
        let mut came = false;
        while start.elapsed() < ABSORB_BUDGET {
            let message = match self.inbox.try_recv() {
                Ok(message) => message,
                Err(error) if error.is_empty() => break,
                Err(_) => {
                    // Entries read so far stay.
                    self.app.update(Msg::ReaderStopped(panics::of_reader()));
                    self.inbox = never();
                    return true;
                }
            };
            came = true;
            match message {
                ReaderMessage::News(news) => {
                    Arc::make_mut(&mut self.text_store).observe(&news);
                    self.status.observe(&news);
                    if let Some(mut msg) = to_msg(&news) {
                        if let Msg::ReaderStatus(reading) = &mut msg {
                            let now = self.start.elapsed();
                            reading.remaining =
                                self.eta.remaining(now, reading.read, reading.behind);
                        }
                        self.app.update(msg);
                    }
                }
                ReaderMessage::Batch(batch) => {
                    // A frozen screen keeps its counts when rows are evicted.
                    self.status.unparsed += batch.unparsed() as u64;
                    self.app.update(Msg::Batch(batch));
                }
            }
        }
        came
    }

    /// Handles search results and requests more. True if there were any.
    fn search(&mut self) -> io::Result<bool> {
        let mut came = false;
        loop {
            match self.searcher.results.try_recv() {
                Ok(found) => self.app.update(Msg::SearchResult(found)),
                Err(error) if error.is_empty() => break,
                Err(_) => return Err(io::Error::other("the searcher stopped")),
            };
            came = true;
        }
        if came {
            // A key must not act on a list that grew above the selection.
            self.app.refresh();
        }
        // A search for an abandoned filter stops at once.
        self.searcher.current.store(self.app.search(), Ordering::Relaxed);
        while let Some(ask) = self.app.ask() {
            let sent = self.searcher.asks.send((ask, Arc::clone(&self.text_store)));
            sent.map_err(|_| io::Error::other("the searcher stopped"))?;
        }
        Ok(came)
    }

    /// Sends a pending copy to the terminal. True if there was one.
    fn copy(&mut self) -> io::Result<bool> {
        let Some(rows) = self.app.to_copy() else { return Ok(false) };
        let texts: Vec<_> = rows.iter().map(|&row| self.read(row)).collect();
        if let Some(text) = self.app.copied(&texts) {
            self.terminal.copy(&text)?;
        }
        Ok(true)
    }

    /// Text of an entry as stored in its file.
    fn read(&self, row: RowId) -> Option<EntryText> {
        let (place, length) = self.app.index().rows().place(row)?;
        self.text_store.read(place, length)
    }

    /// Runs sliced work within the time limit.
    fn catch_up(&mut self) {
        let start = Instant::now();
        self.app.refresh();
        while self.app.is_busy() && start.elapsed() < ABSORB_BUDGET {
            self.app.refresh();
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.resized) {
            let size = self.terminal.resize()?;
            self.app.update(Msg::Resize(size.width, size.height));
        }
        self.catch_up();
        for row in self.app.missing_texts() {
            let text = self.read(row);
            self.app.provide_text(row, text);
        }
        self.terminal.draw(|frame| view::draw(&self.app, &self.theme, frame))
    }
}
