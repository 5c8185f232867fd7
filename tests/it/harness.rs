//! The program without a terminal: a log in memory, keys, and the screen as text or cells.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mtatop::index::RowId;
use mtatop::input::reader::{Pool, Reader, ReaderMessage, TextStore, WorkerPriority};
use mtatop::input::source::Memory;
use mtatop::log::entry::Time;
use mtatop::log::parse::EntryText;
use mtatop::tui::app::{App, Flow, Msg, Settings};
use mtatop::tui::theme::{Palette, Theme};
use mtatop::tui::view;
use mtatop::tui::workers::save::SaveWorker;
use mtatop::tui::workers::search::{SearchRequest, SearchResult, SearchWorker};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A log that is open in the program.
pub(crate) struct Opened {
    pub(crate) app: App,
    memory: Memory,
    reader: Reader,
    pool: Pool,
    originals: TextStore,
    pub(crate) palette: Palette,
    /// Whether what is searched for is found at once; else only when it is answered.
    pub(crate) searches: bool,
    /// What was put on the clipboard last.
    pub(crate) copied: Option<String>,
    saver: SaveWorker,
}

/// A file of `tests/data`.
pub(crate) fn data(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Opened {
    /// Opens a log under a filter, and reads it to its end.
    pub(crate) fn new(log: &[u8], filter: &str) -> Self {
        let (memory, path) = (Memory::default(), PathBuf::from("mail.log_current"));
        let app = App::new(filter);
        let pool =
            Pool::new(app.index().keys(), 2, WorkerPriority::Normal).expect("there are threads");
        let reader = Reader::new(Arc::new(memory.clone()), [path]);
        let originals = TextStore::default();
        let (palette, searches, copied) = (Palette::Dark, true, None);
        let saver = SaveWorker::default();
        let mut opened =
            Self { app, memory, reader, pool, originals, palette, searches, copied, saver };
        opened.append(log);
        opened
    }

    /// With what somebody chose.
    pub(crate) fn with(mut self, settings: Settings) -> Self {
        self.app = self.app.with(settings);
        self
    }

    /// Lets the log grow, and reads what came.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.memory.append(Path::new("mail.log_current"), bytes);
        let Self { app, reader, pool, originals, .. } = self;
        let mut tell = |message| match message {
            ReaderMessage::Batch(batch) => {
                app.update(Msg::Batch(batch));
            }
            ReaderMessage::News(news) => {
                originals.observe(&news);
                if let Some(msg) = mtatop::tui::to_msg(&news) {
                    app.update(msg);
                }
            }
        };
        while pool.round(reader, Duration::ZERO, &mut tell).expect("no parser stops") {}
        self.refresh();
    }

    /// The clock on the wall shows this.
    pub(crate) fn tick(&mut self, wall: Time) {
        self.app.update(Msg::Tick(wall));
        self.refresh();
    }

    /// Presses keys: characters, and names as in `jj<enter>/hosta<esc>`.
    pub(crate) fn press(&mut self, keys: &str) -> Flow {
        let mut flow = Flow::Continue;
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
            let (event, behind) = match named {
                Some((name, behind)) => (named_key(name), behind),
                None => (
                    KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
                    rest.split_at(c.len_utf8()).1,
                ),
            };
            flow = self.app.update(Msg::Key(event));
            self.refresh();
            rest = behind;
        }
        flow
    }

    /// Types a text that no name of a key is read in.
    pub(crate) fn paste(&mut self, text: &str) {
        for c in text.chars() {
            self.app.update(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self.refresh();
    }

    /// Brings the state up to date, as before a drawing.
    pub(crate) fn refresh(&mut self) {
        self.app.refresh();
        while self.searches
            && let Some(ask) = self.app.ask()
        {
            let found = self.search(ask);
            self.app.update(Msg::SearchResult(found));
            self.app.refresh();
        }
        while self.app.is_busy() {
            self.app.refresh();
        }
        if let Some(rows) = self.app.to_copy() {
            let texts: Vec<_> = rows.iter().map(|&row| self.original(row)).collect();
            self.copied = self.app.copied(&texts);
        }
        while let Some(order) = self.app.next_order() {
            if let Some(told) = self.saver.obey(order, &self.originals) {
                self.app.update(Msg::SaveEvent(told));
            }
        }
        for row in self.app.missing_texts() {
            let place = self.app.index().rows().place(row);
            self.app.provide_text(
                row,
                place.and_then(|(place, length)| self.originals.read(place, length)),
            );
        }
    }

    /// Searches a block in the log as it is now.
    pub(crate) fn search(&self, ask: SearchRequest) -> SearchResult {
        let found = SearchWorker::default().search(ask, &self.originals, || true);
        found.expect("it is wanted all the time")
    }

    /// The text of an entry.
    pub(crate) fn original(&self, row: RowId) -> Option<EntryText> {
        let (place, length) = self.app.index().rows().place(row)?;
        self.originals.read(place, length)
    }

    /// The log is cut to so many bytes, which nobody has noticed yet.
    pub(crate) fn cut(&self, length: usize) {
        let cut = self.memory.truncate(Path::new("mail.log_current"), length);
        cut.expect("the log is there");
    }

    /// The cells of a screen of this size.
    pub(crate) fn buffer(&mut self, width: u16, height: u16) -> Buffer {
        self.app.update(Msg::Resize(width, height));
        self.refresh();
        let mut terminal =
            Terminal::new(TestBackend::new(width, height)).expect("a test terminal never fails");
        let theme = Theme::new(self.palette);
        terminal
            .draw(|frame| view::draw(&self.app, &theme, frame))
            .expect("a test terminal never fails");
        terminal.backend().buffer().clone()
    }

    /// The text of a screen of this size, without blanks at line ends.
    pub(crate) fn screen(&mut self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let lines = (0..height).map(|y| {
            let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Signs of ours on any screen: rules, bars, arrows and marks.
pub(crate) fn is_ours(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}') || "…→←·›‖▲▼▴▾".contains(c)
}

fn named_key(name: &str) -> KeyEvent {
    let (modifiers, name) = match name.strip_prefix("c-") {
        Some(name) => (KeyModifiers::CONTROL, name),
        None => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "down" => KeyCode::Down,
        "up" => KeyCode::Up,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgdn" => KeyCode::PageDown,
        "pgup" => KeyCode::PageUp,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        _ => KeyCode::Char(name.chars().next().expect("a key has a name")),
    };
    KeyEvent::new(code, modifiers)
}
