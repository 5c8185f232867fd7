//! The event loop: the only module that touches threads, terminal, signals and the clock for the
//! screen.
//!
//! Each turn takes all keys first, then absorbs batches for a few milliseconds, then draws if
//! anything changed: so keys are answered at once while millions of entries load, and a quiet log
//! costs nothing.

mod memory;
mod pace;
mod panics;
mod screen;
mod signals;
mod terminal;
mod told;

pub use told::told;

use crate::app::{App, Flow, Msg};
use crate::cli::{Cli, FAILED, Ground, USAGE, When};
use crate::demo;
use crate::entry::Time;
use crate::filter::Filter;
use crate::ingest::{self, Message, Originals, Reader};
use crate::keymap;
use crate::search::{self, Ask, Found};
use crate::show::plain;
use crate::source::{Disk, Fs, Kind, Memory, STDIN};
use crate::status::{self, Status, StatusFile};
use crate::ui::{self, Palette, Theme};
use crossbeam_channel::{Receiver, Select, Sender, bounded, never, unbounded};
use crossterm::event::{self, Event};
use pace::Pace;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// Batches that may wait for the owner of the index; then the reader waits.
const BATCHES: usize = 4;
/// Time for absorbing, or for catching up with it, between two looks at the keys.
const ABSORB: Duration = Duration::from_millis(6);
/// Least time between two drawings when nobody pressed a key.
const FRAME: Duration = Duration::from_millis(33);
/// The clock moves on the screen this often.
const TICK: Duration = Duration::from_secs(1);

/// Exit code, and the line that says what is wrong.
type Outcome = (u8, Vec<String>);
const INTERRUPTED: u8 = 130;

/// What works without a screen.
const INSTEAD: &str = "use mtatop report or mtatop export";

/// Follows the files of the command line until somebody quits.
pub fn run(cli: &Cli) -> Outcome {
    if !cli.demo {
        return run_on(cli, Arc::new(Disk), cli.files.clone());
    }
    let (memory, path) = (Memory::default(), Path::new("demo"));
    match demo::spawn(memory.clone(), path, wall_clock) {
        Ok(_) => run_on(cli, Arc::new(memory), vec![path.to_owned()]),
        Err(error) => (FAILED, vec![error.to_string()]),
    }
}

/// Follows these files, wherever they are.
pub fn run_on(cli: &Cli, fs: Arc<dyn Fs>, paths: Vec<PathBuf>) -> Outcome {
    let result = filter_of(cli).and_then(|filter| {
        check_terminal()?;
        check_files(&*fs, &paths)?;
        let status_file = cli.status_file.as_deref().map(StatusFile::new).transpose();
        let status_file = status_file.map_err(|wrong| (FAILED, vec![wrong]))?;
        let app = App::new(&filter).within(memory::limit(cli.max_memory));
        follow(cli, app, fs, paths, status_file).map_err(|error| (FAILED, vec![error.to_string()]))
    });
    result.unwrap_or_else(|wrong| wrong)
}

fn filter_of(cli: &Cli) -> Result<String, Outcome> {
    match Filter::of_domains(&cli.domain) {
        Ok(_) => Ok(Filter::text_of_domains(&cli.domain)),
        Err(error) => Err((
            USAGE,
            vec![format!("--domain {}: {error}", plain(cli.domain.join(" ").as_bytes()))],
        )),
    }
}

fn check_terminal() -> Result<(), Outcome> {
    let term = std::env::var("TERM").unwrap_or_default();
    if !io::stdout().is_terminal() {
        return Err((USAGE, vec![format!("standard output is no terminal; {INSTEAD}")]));
    }
    if term.is_empty() || term == "dumb" {
        return Err((
            USAGE,
            vec![format!(
                "this terminal (TERM={}) cannot show mtatop; {INSTEAD}",
                plain(term.as_bytes())
            )],
        ));
    }
    Ok(())
}

/// What can never become a log is refused; what is missing or closed may come or open.
fn check_files(fs: &dyn Fs, files: &[PathBuf]) -> Result<(), Outcome> {
    for path in files {
        let wrong = match ingest::find(fs, path) {
            Err(wrong) => Some(wrong),
            Ok(_) if path == Path::new(STDIN) => {
                io::stdin().is_terminal().then(|| "is the terminal; pipe a log into it".to_owned())
            }
            Ok(_) => match fs.stat(path).map(|stat| stat.kind) {
                Ok(kind @ Kind::Other) => Some(format!("is {kind}; name a log file")),
                _ => None,
            },
        };
        if let Some(wrong) = wrong {
            let path = plain(path.as_os_str().as_encoded_bytes());
            return Err((USAGE, vec![format!("{path}: {}", plain(wrong.as_bytes()))]));
        }
    }
    Ok(())
}

fn follow(
    cli: &Cli,
    app: App,
    fs: Arc<dyn Fs>,
    paths: Vec<PathBuf>,
    status_file: Option<StatusFile>,
) -> io::Result<Outcome> {
    if cli.color == When::Always {
        // It looks at `NO_COLOR` by itself, and then sends an end of all styles for each colour.
        crossterm::style::force_color_output(true);
    }
    let (events, keys) = unbounded();
    let terminal = match Terminal::enter(!cli.no_mouse, events.clone()) {
        Ok(terminal) => terminal,
        Err(error) => return Ok(unusable(&error)),
    };
    let (messages, inbox) = bounded(BATCHES);
    ingest::spawn(Reader::new(fs, paths), app.index().keys(), messages)?;
    let searcher = Searcher::spawn()?;
    // From here on no change of the size is missed, which else would begin with the first read of a
    // thread that may come late.
    event::poll(Duration::ZERO)?;
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        // An error means that the terminal is gone: the channel closes and the loop ends.
        while event::read().is_ok_and(|event| events.send(event).is_ok()) {}
    })?;
    let theme = Theme::new(palette(cli));
    let originals = Arc::default();
    Session {
        app,
        terminal,
        theme,
        originals,
        keys,
        inbox,
        searcher,
        resized: true,
        status: Status::default(),
        status_file,
        start: Instant::now(),
        pace: Pace::default(),
    }
    .run()
}

/// There is a terminal to draw on, but none to take keys from.
fn unusable(error: &io::Error) -> Outcome {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    (USAGE, vec![format!("no terminal to take keys from: {words}; {INSTEAD}")])
}

fn palette(cli: &Cli) -> Palette {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mono = match cli.color {
        When::Always => false,
        When::Never => true,
        When::Auto => variable("NO_COLOR").is_some(),
    };
    // `COLORFGBG` is `foreground;background` in the numbers of the palette: 7 and from 9 on are light.
    let ground =
        variable("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
    match (mono, cli.theme, ground) {
        (true, ..) => Palette::Mono,
        (false, Ground::Light, _) | (false, Ground::Auto, Some(7 | 9..=15)) => Palette::Light,
        _ => Palette::Dark,
    }
}

/// The time on the wall of this machine, which is taken for that of the log.
#[expect(clippy::disallowed_methods, reason = "here the clock enters the program")]
fn wall_clock() -> Time {
    chrono::Local::now().naive_local().into()
}

/// Everything that the loop turns around.
struct Session {
    app: App,
    terminal: Terminal,
    theme: Theme,
    /// Shared with the searcher, which sees them as they were when it was asked.
    originals: Arc<Originals>,
    keys: Receiver<Event>,
    inbox: Receiver<Message>,
    searcher: Searcher,
    status: Status,
    status_file: Option<StatusFile>,
    /// The terminal has another size, or shows something else than what was drawn.
    resized: bool,
    start: Instant,
    pace: Pace,
}

/// The thread that searches the files.
struct Searcher {
    asks: Sender<(Ask, Arc<Originals>)>,
    answers: Receiver<Found>,
    /// The search that is wanted.
    current: Arc<AtomicU64>,
}

impl Searcher {
    fn spawn() -> io::Result<Self> {
        let (asks, asked) = unbounded();
        let (found, answers) = unbounded();
        let current = Arc::default();
        search::spawn(asked, found, Arc::clone(&current))?;
        Ok(Self { asks, answers, current })
    }
}

impl Session {
    fn run(mut self) -> io::Result<Outcome> {
        let start = Instant::now();
        let (mut drawn, mut ticked, mut dirty) = (None, Instant::now(), true);
        self.app.update(Msg::Tick(wall_clock()));
        loop {
            let pressed = match self.take_keys()? {
                Ok(pressed) => pressed,
                Err(outcome) => {
                    self.tell(start.elapsed() + status::PACE);
                    return Ok(outcome);
                }
            };
            let came = self.absorb() | self.search()?;
            let untold = self.tell(start.elapsed());
            let tick = ticked.elapsed() >= TICK;
            let changes = self.app.is_live() || self.app.news().is_some();
            if tick || came {
                self.app.update(Msg::Tick(wall_clock()));
            }
            if tick {
                ticked = Instant::now();
            }
            dirty |= pressed || came || self.resized || tick && changes;
            let since: Option<Duration> = drawn.map(|at: Instant| at.elapsed());
            let ready = self.terminal.is_ready();
            if dirty && ready && (pressed || since.is_none_or(|since| since >= FRAME)) {
                self.draw()?;
                (drawn, dirty) = (Some(Instant::now()), false);
            }
            if self.app.is_busy() {
                self.catch_up();
                dirty = true;
                continue;
            }
            let next = if dirty && ready {
                FRAME.saturating_sub(since.unwrap_or(FRAME))
            } else {
                TICK.saturating_sub(ticked.elapsed())
            };
            self.wait(if untold { next.min(status::PACE) } else { next });
        }
    }

    /// Keeps the status file. True if there is more to be told.
    fn tell(&mut self, now: Duration) -> bool {
        let Some(file) = &mut self.status_file else { return false };
        self.status.entries = self.app.index().rows().len() as u64;
        self.status.unparsed = self.app.all().totals().unparsed.into();
        file.tell(now, &self.status)
    }

    /// Waits until there is a key or a message, or the terminal took a drawing, but no longer.
    fn wait(&self, longest: Duration) {
        let mut select = Select::new();
        select.recv(&self.keys);
        select.recv(&self.inbox);
        select.recv(&self.searcher.answers);
        select.recv(self.terminal.drawn());
        // Which of them it was does not matter: the next turn looks at all.
        let _ = select.ready_timeout(longest.max(Duration::from_millis(1)));
    }

    /// Takes all keys there are. True if there were any; the outcome if the program is to end.
    fn take_keys(&mut self) -> io::Result<Result<bool, Outcome>> {
        let mut pressed = false;
        loop {
            let msg = match self.keys.try_recv() {
                Ok(Event::Key(key)) => Some(Msg::Key(key)),
                Ok(Event::Mouse(mouse)) => keymap::pointer(mouse).map(Msg::Pointer),
                // However many come, one drawing does.
                Ok(Event::Resize(..)) => {
                    self.resized = true;
                    None
                }
                Ok(_) => None,
                Err(error) if error.is_empty() => return Ok(Ok(pressed)),
                Err(_) => signals::end(signals::HANGUP),
            };
            let Some(msg) = msg else { continue };
            pressed = true;
            match self.app.update(msg) {
                Flow::Continue => {}
                Flow::Quit => return Ok(Err((0, Vec::new()))),
                Flow::Interrupt => return Ok(Err((INTERRUPTED, Vec::new()))),
                Flow::Suspend => signals::suspend()?,
            }
            // The next key may need to know what this one moved to.
            self.app.refresh();
        }
    }

    /// Takes in what the reader found, for as long as keys can wait. True if there was anything.
    fn absorb(&mut self) -> bool {
        let start = Instant::now();
        let mut came = false;
        while start.elapsed() < ABSORB {
            let message = match self.inbox.try_recv() {
                Ok(message) => message,
                Err(error) if error.is_empty() => break,
                Err(_) => {
                    // What was read stays.
                    self.app.update(Msg::ReaderStopped(panics::of_reader()));
                    self.inbox = never();
                    return true;
                }
            };
            came = true;
            match message {
                Message::News(news) => {
                    Arc::make_mut(&mut self.originals).learn(&news);
                    self.status.learn(&news);
                    if let Some(mut msg) = told(&news) {
                        if let Msg::Reading(reading) = &mut msg {
                            let now = self.start.elapsed();
                            reading.left = self.pace.left(now, reading.read, reading.behind);
                        }
                        self.app.update(msg);
                    }
                }
                Message::Batch(batch) => {
                    self.app.update(Msg::Batch(batch));
                }
            }
        }
        came
    }

    /// Takes what the searcher found, and asks for more. True if there was anything.
    fn search(&mut self) -> io::Result<bool> {
        let mut came = false;
        loop {
            match self.searcher.answers.try_recv() {
                Ok(found) => self.app.update(Msg::Found(found)),
                Err(error) if error.is_empty() => break,
                Err(_) => return Err(io::Error::other("the searcher stopped")),
            };
            came = true;
        }
        if came {
            // A key must not meet a list that grew above the selection.
            self.app.refresh();
        }
        // What is searched for another filter is left off at once.
        self.searcher.current.store(self.app.search(), Ordering::Relaxed);
        while let Some(ask) = self.app.ask() {
            let sent = self.searcher.asks.send((ask, Arc::clone(&self.originals)));
            sent.map_err(|_| io::Error::other("the searcher stopped"))?;
        }
        Ok(came)
    }

    /// Does what the state still has to do, for as long as keys can wait.
    fn catch_up(&mut self) {
        let start = Instant::now();
        self.app.refresh();
        while self.app.is_busy() && start.elapsed() < ABSORB {
            self.app.refresh();
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.resized) {
            let size = self.terminal.fit()?;
            self.app.update(Msg::Resize(size.width, size.height));
        }
        self.catch_up();
        for row in self.app.wanted() {
            let place = self.app.index().rows().place(row);
            let text = place.and_then(|(place, length)| self.originals.read(place, length));
            self.app.supply(row, text);
        }
        self.terminal.draw(|frame| ui::draw(&self.app, &self.theme, frame))
    }
}
