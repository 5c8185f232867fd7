//! The interactive program: the only module that touches threads, the terminal, signals and the
//! clock for the screen. This file sets it up; `event_loop` runs it.

pub mod app;
mod color_support;
pub mod config;
pub mod demo;
mod eta;
mod event_loop;
mod exit;
pub mod keymap;
pub mod layout;
mod memory;
mod panics;
mod reader_messages;
mod save_handle;
pub mod session_file;
mod signals;
mod terminal;
mod terminal_writer;
pub mod theme;
pub mod view;
pub mod workers;

pub use memory::DEFAULT_MEMORY_DIVISOR;
pub use reader_messages::to_msg;

use crate::cli::{Cli, ColorChoice, Exit};
use crate::filter::combine_args;
use crate::input::reader;
use crate::input::reader::Reader;
use crate::input::source::{Disk, FileKind, Fs, Memory, STDIN};
use crate::log::entry::Time;
use crate::output::status_file::{ReaderProgress, StatusFile};
use crate::text::sanitize::escape;
use crate::tui::app::{App, Msg};
use crate::tui::config::{Config, Ignored};
use crate::tui::session_file as left;
use crate::tui::session_file::{LoadedSession, SessionWriter};
use crate::tui::theme::Theme;
use crossbeam_channel::{bounded, unbounded};
use crossterm::event;
use eta::Eta;
use event_loop::{EventLoop, SearchHandle};
use save_handle::SaveHandle;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// Batches that may wait for the owner of the index; then the reader waits. So many that no parser
/// stands idle while the owner draws: with four a load takes a tenth longer.
const BATCHES: usize = 12;

/// Hint for a run without a terminal.
const INSTEAD: &str = "use mtatop report or mtatop export";

/// Runs the screen on the log files of the command line until the user quits.
pub fn run(cli: &Cli) -> Exit {
    if !cli.demo {
        return run_on(cli, Arc::new(Disk), cli.files.clone());
    }
    let (memory, path) = (Memory::default(), Path::new("demo"));
    match demo::spawn(memory.clone(), path, wall_clock) {
        Ok(_) => run_on(cli, Arc::new(memory), vec![path.to_owned()]),
        Err(error) => Exit::failure(error),
    }
}

/// Follows these files, wherever they are.
pub fn run_on(cli: &Cli, fs: Arc<dyn Fs>, paths: Vec<PathBuf>) -> Exit {
    let result = resolve_config(cli).and_then(|(config, filter, ignored)| {
        check_terminal()?;
        check_files(&*fs, &paths)?;
        let status_file = cli.status_file.as_deref().map(StatusFile::new).transpose();
        let status_file = status_file.map_err(Exit::failure)?;
        let (app, keeper) = set_up(&config, &filter, ignored);
        let app = app.redacted(cli.hide.redact);
        let idle = cli.exit_after_idle.map(Duration::from_secs);
        follow(&config, app, keeper, fs, paths, (status_file, idle)).map_err(Exit::failure)
    });
    result.unwrap_or_else(|wrong| wrong)
}

/// Loads the configuration and applies the command line; returns both with the filter of the
/// command line.
fn resolve_config(cli: &Cli) -> Result<(Config, String, Option<Ignored>), Exit> {
    let filter = filter_of(cli)?;
    let (config, ignored) = Config::read(cli).map_err(Exit::usage)?;
    Ok((config, filter, ignored))
}

/// Initial state, and the keeper of the session file. A filter on the command line takes precedence
/// over that of the last session, and that over the configured one.
fn set_up(config: &Config, given: &str, ignored: Option<Ignored>) -> (App, Option<SessionWriter>) {
    let folder = config.restore.then(left::folder).flatten();
    let opened = folder.map_or_else(LoadedSession::default, |folder| left::open(&folder));
    let last = opened.state.as_ref().map_or(&config.filter, |setup| &setup.filter);
    let filter = if given.is_empty() { last } else { given };
    let mut app =
        App::new(filter).within(memory::limit(config.max_memory)).with(config.settings.clone());
    if let Some(setup) = &opened.state {
        app = app.set_up(setup);
    }
    app.update(Msg::Tick(wall_clock()));
    let ignored = ignored.map(|(path, why)| (path, format!("ignored: {why}")));
    for (path, words) in ignored.into_iter().chain(opened.warning.map(|words| (opened.path, words)))
    {
        app.update(Msg::FileEvent(path.into_os_string().into_encoded_bytes(), words));
    }
    (app, opened.writer)
}

/// Redactor in force from the start.
fn filter_of(cli: &Cli) -> Result<String, Exit> {
    let text = combine_args(&cli.conditions.given());
    text.map_err(|wrong| Exit::usage(escape(wrong.to_string().as_bytes())))
}

fn check_terminal() -> Result<(), Exit> {
    let term = std::env::var("TERM").unwrap_or_default();
    if !io::stdout().is_terminal() {
        return Err(Exit::usage(format!("stdout is not a terminal; {INSTEAD}")));
    }
    if term.is_empty() || term == "dumb" {
        let term = escape(term.as_bytes());
        let reason = format!("this terminal (TERM={term}) cannot show mtatop; {INSTEAD}");
        return Err(Exit::usage(reason));
    }
    Ok(())
}

/// Refuses paths that can never become a log; missing or unreadable files are waited for.
fn check_files(fs: &dyn Fs, files: &[PathBuf]) -> Result<(), Exit> {
    for path in files {
        let wrong = match reader::expand_paths(fs, path) {
            Err(wrong) => Some(wrong.to_string()),
            Ok(_) if path == Path::new(STDIN) => io::stdin()
                .is_terminal()
                .then(|| "stdin is a terminal; pipe a log into it".to_owned()),
            Ok(_) => match fs.stat(path).map(|stat| stat.kind) {
                Ok(kind @ FileKind::Other) => Some(format!("is {kind}; name a log file")),
                _ => None,
            },
        };
        if let Some(wrong) = wrong {
            let path = escape(path.as_os_str().as_encoded_bytes());
            return Err(Exit::usage(format!("{path}: {}", escape(wrong.as_bytes()))));
        }
    }
    Ok(())
}

fn follow(
    config: &Config,
    app: App,
    keeper: Option<SessionWriter>,
    fs: Arc<dyn Fs>,
    paths: Vec<PathBuf>,
    (status_file, idle): (Option<StatusFile>, Option<Duration>),
) -> io::Result<Exit> {
    if config.color == ColorChoice::Always {
        // crossterm reads `NO_COLOR` by itself and would then send a reset for each colour.
        crossterm::style::force_color_output(true);
    }
    let (events, keys) = unbounded();
    let terminal = match Terminal::enter(config.mouse, events.clone()) {
        Ok(terminal) => terminal,
        Err(error) => return Ok(unusable(&error)),
    };
    let (messages, inbox) = bounded(BATCHES);
    reader::spawn(Reader::new(fs, paths), app.index().keys(), messages)?;
    let searcher = SearchHandle::spawn()?;
    let saver = SaveHandle::spawn()?;
    // Registered early: a thread that starts late would miss a resize before its first read.
    event::poll(Duration::ZERO)?;
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        // An error means that the terminal is gone: the channel closes and the loop ends.
        while event::read().is_ok_and(|event| events.send(event).is_ok()) {}
    })?;
    let (palette, depth) =
        color_support::of(config, |name| std::env::var(name).unwrap_or_default());
    let theme = Theme::new(palette).with(&config.colors, depth);
    let originals = Arc::default();
    EventLoop {
        app,
        session_writer: keeper,
        terminal,
        theme,
        text_store: originals,
        keys,
        inbox,
        searcher,
        save_handle: saver,
        idle,
        resized: true,
        status: ReaderProgress::default(),
        status_file,
        start: Instant::now(),
        eta: Eta::default(),
    }
    .run()
}

/// Error for a terminal on stdout without one on stdin.
fn unusable(error: &io::Error) -> Exit {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    Exit::usage(format!("no terminal to take keys from: {words}; {INSTEAD}"))
}

/// Local wall-clock time of this machine; the log is assumed to use the same zone.
#[expect(clippy::disallowed_methods, reason = "here the clock enters the program")]
fn wall_clock() -> Time {
    chrono::Local::now().naive_local().into()
}
