//! State of the interactive program, and its update by messages.
//!
//! `update` and drawing are plain functions of this state: no clock, no files, no terminal. The
//! screen requests outside data: [`App::missing_texts`] lists the entries about to be shown whose
//! text is not cached.

mod activity;
pub mod clipboard;
mod completion;
mod connection_list;
pub mod connection_sort;
mod connections;
pub mod cursor;
mod domains;
pub mod file_events;
mod filter_from_selection;
mod filter_steps;
mod filtered_list;
pub mod group_list;
mod grouping;
pub mod help;
mod history;
pub mod labels;
mod log;
mod log_model;
mod memory_limit;
pub mod message;
pub mod message_view;
pub mod messages;
mod mouse;
pub mod overlay;
mod panes;
mod prompt;
mod ranked_bitset;
mod redaction;
mod refresh;
mod save_state;
mod search_state;
mod session_state;
mod settings;
mod text_cache;
pub mod time_window;
pub mod timeline;
mod view;
pub mod view_bar;

pub use prompt::Prompt;
pub use session_state::SessionState;
pub use settings::Settings;

use crate::filter::Filter;
use crate::index::{Batch, RowId};
use crate::log::entry::Time;
use crate::text::CharsetMode;
use crate::tui::keymap::{Command, KeyEvent, Motion, Pointer};
use crate::tui::layout::{Pane, Rect, View};
use crate::tui::workers::save::SaveEvent;
use crate::tui::workers::search::SearchResult;
use activity::Activity;
use clipboard::Clipboard;
use connections::ConnectionsView;
use cursor::Scroll;
use domains::Domains;
use file_events::Events;
use group_list::GroupList;
use history::History;
use log::LogView;
use log_model::LogModel;
use messages::MessagesView;
use overlay::Overlay;
use redaction::RedactionState;
use save_state::SaveState;
use search_state::SearchState;
use std::time::Duration;
use text_cache::TextCache;
use time_window::WindowChoice;

/// Input of [`App::update`].
pub enum Msg {
    /// Key event.
    Key(KeyEvent),
    /// Mouse event.
    Pointer(Pointer),
    /// Terminal size in columns and rows.
    Resize(u16, u16),
    /// Parsed entries.
    Batch(Batch),
    /// Result of a searched block.
    SearchResult(SearchResult),
    /// Progress of the file writer.
    SaveEvent(SaveEvent),
    /// Progress of the reader.
    ReaderStatus(ReaderStatus),
    /// The reader stopped for this reason; no further entries arrive.
    ReaderStopped(String),
    /// Event of the file at this path.
    FileEvent(Vec<u8>, String),
    /// Wall-clock time, in the zone of the log.
    Tick(Time),
}

/// Whether the event loop continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Continue.
    Continue,
    /// Quit.
    Quit,
    /// Quit as if interrupted.
    Interrupt,
    /// Suspend the process and give the terminal back to the shell.
    Suspend,
}

/// Reader progress.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReaderStatus {
    /// Bytes of the path, or a name for several files.
    pub name: Vec<u8>,
    /// Status other than following.
    pub state: Option<String>,
    /// The file does not exist yet.
    pub missing: bool,
    /// Bytes read.
    pub read: u64,
    /// Bytes still to be read.
    pub behind: u64,
    /// Bytes of an incomplete last line.
    pub partial: u64,
    /// Estimated time to read the remaining bytes, if known.
    pub remaining: Option<Duration>,
}

/// Complete state of the screen.
pub struct App {
    model: LogModel,
    search: SearchState,
    filter_text: String,
    prompt: Option<Prompt>,
    history: History,
    view: View,
    /// Focused pane of each view.
    focus: [Pane; View::ALL.len()],
    connections: ConnectionsView,
    domains: Domains,
    activity: Activity,
    messages: MessagesView,
    log: LogView,
    window_choice: WindowChoice,
    /// Selected minute of the timeline.
    chosen_minute: Option<i64>,
    message: Scroll<RowId>,
    /// Overlay and its first visible line.
    overlay: Option<(Overlay, usize)>,
    events: Events,
    zoom: bool,
    charset: CharsetMode,
    size: Rect,
    wall: Time,
    reader: ReaderStatus,
    stopped: Option<String>,
    text_cache: TextCache,
    clipboard: Clipboard,
    save: SaveState,
    redaction: RedactionState,
    /// Memory limit of the log, in bytes.
    limit: usize,
    settings: Settings,
}

impl App {
    /// State with an empty log and this filter; an invalid filter is ignored.
    pub fn new(filter_text: &str) -> Self {
        let mut app = Self {
            model: LogModel::default(),
            search: SearchState::default(),
            filter_text: String::new(),
            prompt: None,
            history: History::default(),
            view: View::default(),
            focus: View::ALL.map(View::first),
            connections: ConnectionsView::default(),
            domains: Domains::default(),
            activity: Activity::default(),
            window_choice: WindowChoice::default(),
            chosen_minute: None,
            messages: MessagesView::default(),
            log: LogView::default(),
            message: Scroll::default(),
            overlay: None,
            events: Events::default(),
            zoom: false,
            charset: CharsetMode::default(),
            size: Rect::new(0, 0, 80, 24),
            wall: Time::default(),
            reader: ReaderStatus::default(),
            stopped: None,
            text_cache: TextCache::default(),
            clipboard: Clipboard::default(),
            save: SaveState::default(),
            redaction: RedactionState::default(),
            limit: usize::MAX,
            settings: Settings::default(),
        };
        app.keep_filter(filter_text.to_owned());
        app
    }

    /// Applies a message.
    pub fn update(&mut self, msg: Msg) -> Flow {
        match msg {
            Msg::Key(event) => {
                self.clipboard.forget_note();
                let command = self.settings.keymap.command(self.mode(), event);
                return command.map_or(Flow::Continue, |command| self.execute(command));
            }
            Msg::Pointer(pointer) => self.on_mouse(pointer),
            Msg::Resize(width, height) => self.size = Rect::new(0, 0, width, height),
            Msg::Batch(batch) => self.absorb_batch(&batch),
            Msg::SearchResult(found) => self.on_result(&found),
            Msg::SaveEvent(told) => self.on_event(told),
            Msg::ReaderStatus(reading) => self.reader = reading,
            Msg::FileEvent(path, words) => {
                self.events.record(self.wall, path, words.as_bytes());
            }
            Msg::ReaderStopped(why) => self.stopped = Some(why),
            Msg::Tick(wall) => self.wall = wall,
        }
        Flow::Continue
    }

    fn execute(&mut self, command: Command) -> Flow {
        match command {
            Command::Quit => return Flow::Quit,
            Command::Interrupt => return Flow::Interrupt,
            Command::Suspend => return Flow::Suspend,
            Command::Back => self.back(),
            Command::Help => self.overlay = Some((Overlay::Help, 0)),
            Command::Events => {
                self.overlay = Some((Overlay::Events, 0));
                self.move_cursor(Motion::Last);
            }
            Command::Bytes => self.show_bytes(),
            Command::NextPane => self.focus_on(self.view.next(self.focus())),
            Command::PreviousPane => self.focus_on(self.view.previous(self.focus())),
            Command::Open => self.open(),
            Command::View(view) => self.view = view,
            Command::Trace => self.trace_selected(),
            Command::NextTrouble | Command::PreviousTrouble if self.view == View::Log => {
                self.log.seek(command == Command::NextTrouble);
            }
            Command::ScrollLeft if self.focus() == Pane::Times => self.choose_time(Motion::Up),
            Command::ScrollRight if self.focus() == Pane::Times => self.choose_time(Motion::Down),
            Command::ScrollLeft => self.log.scroll_left(),
            Command::ScrollRight => {
                self.log.scroll_right(&self.model, self.rows_of(Pane::Log), self.size.width.into());
            }
            Command::NextTrouble | Command::PreviousTrouble => {}
            Command::Move(motion) => self.move_cursor(motion),
            Command::EditFilter => self.edit_filter(),
            Command::Redact => self.toggle_redaction(),
            Command::FilterDomain => self.filter_domain(),
            Command::FilterValue => self.narrow_to_chosen(""),
            Command::ExcludeValue => self.narrow_to_chosen("-"),
            Command::GroupBy => self.group_by(),
            Command::Organisations => self.toggle_organisations(),
            Command::NarrowWindow => self.narrow_window(),
            Command::WidenWindow => self.widen_window(),
            Command::Mark => self.toggle_mark(),
            Command::Freeze => self.model.freeze(self.now()),
            Command::Sort => self.sort(),
            Command::Reverse => self.reverse(),
            Command::Zoom => self.zoom = !self.zoom,
            Command::Copy => self.copy(),
            Command::CopySummary => self.copy_summary(),
            Command::Ascii => self.charset = self.charset.other(),
            Command::Save => self.name_file(),
            Command::Accept if self.save.is_naming() => self.save(),
            Command::Accept => self.accept(),
            Command::Complete => self.complete(),
            Command::EarlierFilter | Command::LaterFilter => self.recall(command),
            Command::UndoFilter | Command::RedoFilter => self.step_filter(command),
            Command::Edit(request) if self.save.is_naming() => self.save.edit(request),
            Command::Edit(request) => {
                if self.prompt.as_mut().is_some_and(|prompt| prompt.edit(request)) {
                    self.narrow();
                }
            }
        }
        Flow::Continue
    }

    /// Undoes one step: pop-up, prompt, zoom, focus, or the last change of the filter.
    fn back(&mut self) {
        if self.overlay.take().is_some() || self.save.leave_off_naming() {
        } else if let Some(prompt) = self.prompt.take() {
            self.keep_filter(prompt.before);
        } else if self.zoom {
            self.zoom = false;
        } else if self.focus() != self.view.first() {
            self.focus_on(self.view.previous(self.focus()));
        } else {
            self.step_filter(Command::UndoFilter);
        }
    }

    /// Recounts everything under a filter within the time window.
    fn recount(&mut self, filter: Filter) {
        let (rows, window) = (self.model.index.rows().len(), self.window(&filter));
        let tally = self.search.change(self.model.filtered.take(), filter, rows);
        let mut tally = tally.within(window);
        tally.mark(self.model.mark.map(|mark| mark.row));
        let some = !tally.filter().is_empty() || !window.is_all();
        self.model.filtered = some.then_some(tally);
        self.restart_lists();
    }

    /// Drops all lists made under the previous filter.
    fn restart_lists(&mut self) {
        self.connections.restart();
        self.domains.restart();
        self.activity.senders.restart();
        self.messages.restart();
        self.log.restart();
    }

    /// Shows the raw bytes of the selected entry as they are in the file now.
    fn show_bytes(&mut self) {
        if let Some(row) = self.selected_entry() {
            let bytes = self.original(row).map(|original| original.text.clone());
            self.overlay = Some((Overlay::Bytes(row, bytes), 0));
        }
    }
}
