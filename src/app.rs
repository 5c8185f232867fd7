//! The state of the program, and what each message does to it.
//!
//! `update` and the drawing of it are plain functions of this state: no clock, no files, no
//! terminal. What a screen needs from outside is asked for: [`App::wanted`] names the entries whose
//! text is about to be shown.

pub mod cursor;
pub mod message;
pub mod order;
mod prompt;
mod texts;
pub mod words;

pub use prompt::Prompt;

use crate::entry::Time;
use crate::filter::{Filter, Tally};
use crate::index::{Batch, Connection, ConnectionId, Index, Kind, RowId};
use crate::keymap::{Command, KeyEvent, Mode, Motion, Pointer, command};
use crate::layout::{self, Pane, Screen};
use cursor::{Cursor, Follow, destination};
use order::Order;
use ratatui::layout::Rect;
use texts::Texts;

/// Something that happened.
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Pointer(Pointer),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Entries arrived.
    Batch(Batch),
    /// The reader tells how far it is.
    Reading(Reading),
    /// The clock on the wall shows this, in the time of the log.
    Tick(Time),
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Leave.
    Quit,
    /// Leave as interrupted.
    Interrupt,
    /// Give the terminal back for a while.
    Suspend,
}

/// What the reader is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is read, as bytes of a path or a name for several.
    pub name: Vec<u8>,
    /// What else than following is to be told.
    pub state: Option<String>,
    /// Bytes read.
    pub read: u64,
    /// Bytes still to be read.
    pub behind: u64,
    /// Bytes of a last line that is not complete.
    pub partial: u64,
}

/// The log as it stood when the screen was frozen.
struct Frozen {
    connections: Vec<Connection>,
    rows: usize,
    clock: Time,
}

/// Deliveries of one connection under the filter.
#[derive(Default)]
struct Deliveries {
    of: Option<ConnectionId>,
    rows: Vec<RowId>,
    /// The newest row of the connection that was looked at.
    seen: Option<RowId>,
}

/// The whole state.
pub struct App {
    index: Index,
    /// Everything counted, and under the filter if there is one.
    all: Tally,
    filtered: Option<Tally>,
    frozen: Option<Frozen>,
    filter_text: String,
    prompt: Option<Prompt>,
    order: Order,
    list: Vec<ConnectionId>,
    /// Rows counted when the list was made, and when that was; `None` if it must be made anew.
    listed: Option<(usize, Time)>,
    connections: Cursor<ConnectionId>,
    deliveries: Deliveries,
    delivery: Cursor<RowId>,
    message_top: usize,
    help_top: Option<usize>,
    focus: Pane,
    zoom: bool,
    size: Rect,
    wall: Time,
    reading: Reading,
    texts: Texts,
    /// Rows counted when the list of connections was last followed.
    followed_rows: usize,
}

/// Within this of the clock on the wall a log is live, in milliseconds.
const LIVE: u64 = 60 * 60 * 1_000;
/// A list in any other order than that of arrival is made anew this often at most, in milliseconds.
const RESORT: u64 = 500;

impl App {
    /// An empty log under a filter, which must be valid or is left out.
    pub fn new(filter_text: &str) -> Self {
        let mut app = Self {
            index: Index::default(),
            all: Tally::default(),
            filtered: None,
            frozen: None,
            filter_text: String::new(),
            prompt: None,
            order: Order::default(),
            list: Vec::new(),
            listed: None,
            connections: Cursor::default(),
            deliveries: Deliveries::default(),
            delivery: Cursor::default(),
            message_top: 0,
            help_top: None,
            focus: Pane::Connections,
            zoom: false,
            size: Rect::new(0, 0, 80, 24),
            wall: Time::default(),
            reading: Reading::default(),
            texts: Texts::default(),
            followed_rows: 0,
        };
        app.keep_filter(filter_text.to_owned());
        app
    }

    /// What a message does.
    pub fn update(&mut self, msg: Msg) -> Flow {
        match msg {
            Msg::Key(event) => {
                return command(self.mode(), event).map_or(Flow::Continue, |c| self.obey(c));
            }
            Msg::Pointer(pointer) => self.point(pointer),
            Msg::Resize(width, height) => self.size = Rect::new(0, 0, width, height),
            Msg::Batch(batch) => self.index.absorb(&batch),
            Msg::Reading(reading) => self.reading = reading,
            Msg::Tick(wall) => self.wall = wall,
        }
        Flow::Continue
    }

    fn obey(&mut self, command: Command) -> Flow {
        match command {
            Command::Quit => return Flow::Quit,
            Command::Interrupt => return Flow::Interrupt,
            Command::Suspend => return Flow::Suspend,
            Command::Back => self.back(),
            Command::Help => self.help_top = Some(0),
            Command::NextPane => self.focus = self.focus.next(),
            Command::PreviousPane => self.focus = self.focus.previous(),
            Command::Open if self.focus != Pane::Message => self.focus = self.focus.next(),
            Command::Open => {}
            Command::Move(motion) => self.go(motion),
            Command::EditFilter => self.prompt = Some(Prompt::new(&self.filter_text)),
            Command::FilterDomain => self.filter_domain(),
            Command::Freeze => self.freeze(),
            Command::Sort => self.reorder(self.order.next()),
            Command::Reverse => self.reorder(self.order.reverse()),
            Command::Zoom => self.zoom = !self.zoom,
            Command::Accept => {
                if let Some(prompt) = self.prompt.take() {
                    self.keep_filter(prompt.finished(self.index.domains()));
                }
            }
            Command::Complete => {
                if let Some(prompt) = &mut self.prompt
                    && prompt.complete(self.index.domains())
                {
                    self.narrow();
                }
            }
            Command::Edit(request) => {
                if self.prompt.as_mut().is_some_and(|prompt| prompt.edit(request)) {
                    self.narrow();
                }
            }
        }
        Flow::Continue
    }

    /// One step back: the help, the prompt, the zoom, the pane, the filter.
    fn back(&mut self) {
        if self.help_top.take().is_some() {
        } else if let Some(prompt) = self.prompt.take() {
            self.keep_filter(prompt.before);
        } else if self.zoom {
            self.zoom = false;
        } else if self.focus != Pane::Connections {
            self.focus = self.focus.previous();
        } else if !self.filter_text.is_empty() {
            self.keep_filter(String::new());
        }
    }

    fn go(&mut self, motion: Motion) {
        if let Some(top) = self.help_top {
            // Drawing knows how long the help is; here it only must not run away.
            self.help_top =
                Some(destination(motion, top, crate::keymap::BINDINGS.len() * 2, self.page()));
            return;
        }
        let page = self.page();
        match self.focus {
            Pane::Connections => self.connections.go(motion, &self.list, page, self.order.follow()),
            Pane::Deliveries => {
                self.delivery.go(motion, &self.deliveries.rows, page, Follow::Bottom)
            }
            Pane::Message => {
                let scrollable = (self.message_lines() + 1).saturating_sub(page);
                self.message_top = destination(motion, self.message_top, scrollable, page);
            }
        }
    }

    /// Visible rows of the focused pane.
    fn page(&self) -> usize {
        self.rows_of(self.focus)
    }

    fn rows_of(&self, pane: Pane) -> usize {
        self.screen().map_or(0, |screen| usize::from(screen.rows(pane).height))
    }

    fn point(&mut self, pointer: Pointer) {
        if self.help_top.is_some() {
            self.help_top = None;
            return;
        }
        let Some(screen) = self.screen() else { return };
        let (Pointer::Click(x, y) | Pointer::WheelDown(x, y) | Pointer::WheelUp(x, y)) = pointer;
        let Some(pane) = screen.pane_at(x, y) else { return };
        self.focus = pane;
        match pointer {
            Pointer::WheelDown(..) => (0..3).for_each(|_| self.go(Motion::Down)),
            Pointer::WheelUp(..) => (0..3).for_each(|_| self.go(Motion::Up)),
            Pointer::Click(..) => self.click(&screen, pane, x, y),
        }
    }

    fn click(&mut self, screen: &Screen, pane: Pane, x: u16, y: u16) {
        let rows = screen.rows(pane);
        let row = y.checked_sub(rows.y).map(usize::from);
        match (pane, row) {
            (Pane::Connections, Some(row)) => self.connections.click(row, &self.list),
            (Pane::Deliveries, Some(row)) => self.delivery.click(row, &self.deliveries.rows),
            (Pane::Connections, None) if screen.heads(pane).contains((x, y).into()) => {
                let columns = layout::connection_columns(rows.width);
                let hit = columns
                    .iter()
                    .find(|placed| (placed.x..=placed.x + placed.width).contains(&(x - rows.x)));
                if let Some(placed) = hit {
                    self.reorder(self.order.by(placed.column));
                }
            }
            _ => {}
        }
    }

    fn reorder(&mut self, order: Order) {
        self.order = order;
        self.listed = None;
    }

    /// Filters by what is typed so far; a text that is no filter leaves the last good one in force.
    fn narrow(&mut self) {
        if let Some(filter) = self.prompt.as_mut().and_then(Prompt::filter) {
            self.set_filter(filter);
        }
    }

    fn keep_filter(&mut self, text: String) {
        if let Ok(filter) = Filter::parse(&text) {
            self.filter_text = text;
            self.set_filter(filter);
        }
    }

    fn set_filter(&mut self, filter: Filter) {
        if self.tally().filter() == &filter {
            return;
        }
        self.filtered = (!filter.is_empty()).then(|| Tally::new(filter));
        self.listed = None;
        self.deliveries = Deliveries::default();
    }

    fn filter_domain(&mut self) {
        let Some(row) = self.delivery.selected() else { return };
        let domain = self.index.domains().text(self.index.rows().domains(row).0);
        if let Ok(domain) = std::str::from_utf8(domain)
            && !domain.is_empty()
        {
            self.keep_filter(Filter::text_of_domains(&[domain.to_owned()]));
        }
    }

    fn freeze(&mut self) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(Frozen {
                connections: self.index.connections().to_vec(),
                rows: self.index.rows().len(),
                clock: self.now(),
            }),
        };
    }

    /// Brings everything that is shown up to date with the index; called before each drawing.
    pub fn refresh(&mut self) {
        let rows = self.frozen.as_ref().map_or(self.index.rows().len(), |frozen| frozen.rows);
        self.all.extend(&self.index, rows);
        if let Some(filtered) = &mut self.filtered {
            filtered.extend(&self.index, rows);
        }
        self.refresh_list(rows);
        let page = self.rows_of(Pane::Connections);
        self.connections.settle(&self.list, page, self.order.follow());
        if self.connections.is_following() {
            self.followed_rows = rows;
        }
        self.refresh_deliveries(rows);
        let before = self.delivery.selected();
        let page = self.rows_of(Pane::Deliveries);
        self.delivery.settle(&self.deliveries.rows, page, Follow::Bottom);
        if self.delivery.selected() != before {
            self.message_top = 0;
        }
    }

    fn refresh_list(&mut self, rows: usize) {
        let stale = match self.listed {
            None => true,
            Some((listed, at)) => {
                let old = self.order.is_arrival() || self.wall.0.abs_diff(at.0) >= RESORT;
                listed != rows && old
            }
        };
        if stale {
            let mut list = std::mem::take(&mut self.list);
            list.clear();
            list.extend(self.tally().connections());
            self.order.sort(&mut list, self.all_connections(), self.tally(), self.index.names());
            self.list = list;
            self.listed = Some((rows, self.wall));
        }
    }

    fn refresh_deliveries(&mut self, rows: usize) {
        let selected = self.connections.selected();
        if self.deliveries.of != selected {
            self.deliveries = Deliveries { of: selected, ..Deliveries::default() };
            self.delivery = Cursor::default();
        }
        let Some(id) = selected else { return };
        let mut deliveries = std::mem::take(&mut self.deliveries);
        for row in self
            .index
            .connection_rows(id, deliveries.seen)
            .take_while(|row| (row.0 as usize) < rows)
        {
            deliveries.seen = Some(row);
            let listed = !matches!(self.index.rows().kind(row), Kind::Opened | Kind::Closed);
            if listed && self.tally().leaves(&self.index, row) {
                deliveries.rows.push(row);
            }
        }
        self.deliveries = deliveries;
    }

    /// Entries about to be shown whose text is not at hand.
    pub fn wanted(&self) -> Vec<RowId> {
        let answers = self.visible_connections().filter_map(|(_, connection)| connection.told);
        let shown = self.visible_deliveries().iter().copied();
        let selected = self.selected_entry();
        let history = selected.into_iter().flat_map(|row| self.history(row));
        let mut wanted: Vec<RowId> = answers.chain(shown).chain(selected).chain(history).collect();
        wanted.retain(|&row| !self.texts.knows(row));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Takes the text of an entry, or that it can't be read.
    pub fn supply(&mut self, row: RowId, text: Option<Vec<u8>>) {
        self.texts.supply(row, text);
    }

    /// The newest entries of a row's message, newest first.
    fn history(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        self.index.message_rows(row).take(message::HISTORY)
    }

    fn message_lines(&self) -> usize {
        let width = self.screen().map_or(0, |screen| screen.rows(Pane::Message).width);
        message::lines(&message::fields(self), usize::from(width)).len()
    }
}

/// What drawing reads.
impl App {
    /// The log.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What keys are read for.
    pub fn mode(&self) -> Mode {
        match (&self.help_top, &self.prompt) {
            (Some(_), _) => Mode::Help,
            (None, Some(_)) => Mode::Prompt,
            (None, None) => Mode::Browse,
        }
    }

    /// The places on the screen; `None` if it is too small for any.
    pub fn screen(&self) -> Option<Screen> {
        Screen::new(self.size, self.focus, self.zoom)
    }

    /// What the filter leaves, counted.
    pub fn tally(&self) -> &Tally {
        self.filtered.as_ref().unwrap_or(&self.all)
    }

    /// Everything, counted.
    pub fn all(&self) -> &Tally {
        &self.all
    }

    /// The filter in force, as text.
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// The prompt, while a filter is being typed.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// First line of the help, while it is shown.
    pub fn help_top(&self) -> Option<usize> {
        self.help_top
    }

    /// The pane that keys go to.
    pub fn focus(&self) -> Pane {
        self.focus
    }

    /// The order of the connections.
    pub fn order(&self) -> Order {
        self.order
    }

    /// What the reader is doing.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Entries that came since the screen was frozen.
    pub fn frozen(&self) -> Option<usize> {
        self.frozen.as_ref().map(|frozen| self.index.rows().len() - frozen.rows)
    }

    /// Entries that came since the list of connections stopped to follow.
    pub fn paused(&self) -> Option<usize> {
        let paused = !self.connections.is_following() && self.order.is_arrival();
        paused.then(|| self.all.rows().saturating_sub(self.followed_rows))
    }

    /// Whether the log is being written now.
    pub fn is_live(&self) -> bool {
        self.wall.0.abs_diff(self.index.newest().0) <= LIVE
    }

    /// The time that ages are counted to: now if the log is live, else just behind its last entry.
    pub fn now(&self) -> Time {
        match &self.frozen {
            Some(frozen) => frozen.clock,
            None if self.is_live() => self.wall,
            None => Time(self.index.newest().0.saturating_add(1_000)),
        }
    }

    fn all_connections(&self) -> &[Connection] {
        self.frozen.as_ref().map_or(self.index.connections(), |frozen| &frozen.connections)
    }

    /// Connections under the filter.
    pub fn listed_connections(&self) -> &[ConnectionId] {
        &self.list
    }

    /// Connections on the screen.
    pub fn visible_connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        let visible =
            self.list.iter().skip(self.connections.top()).take(self.rows_of(Pane::Connections));
        visible.filter_map(|&id| Some((id, self.all_connections().get(id.0 as usize)?)))
    }

    /// Connections under the filter that are open.
    pub fn open_connections(&self) -> usize {
        let open = |id: &&ConnectionId| {
            self.all_connections().get(id.0 as usize).is_some_and(Connection::is_open)
        };
        self.list.iter().filter(open).count()
    }

    /// The selected connection.
    pub fn selected_connection(&self) -> Option<(ConnectionId, &Connection)> {
        let id = self.connections.selected()?;
        Some((id, self.all_connections().get(id.0 as usize)?))
    }

    /// Deliveries of the selected connection under the filter.
    pub fn deliveries(&self) -> &[RowId] {
        &self.deliveries.rows
    }

    /// Deliveries on the screen.
    pub fn visible_deliveries(&self) -> &[RowId] {
        let rows = &self.deliveries.rows;
        let top = self.delivery.top().min(rows.len());
        rows.get(top..rows.len().min(top + self.rows_of(Pane::Deliveries))).unwrap_or_default()
    }

    /// The selected delivery.
    pub fn selected_delivery(&self) -> Option<RowId> {
        self.delivery.selected()
    }

    /// The entry whose fields are shown: the selected delivery, or else what the selected
    /// connection began with.
    pub fn selected_entry(&self) -> Option<RowId> {
        self.selected_delivery().or_else(|| self.selected_connection()?.1.first)
    }

    /// First visible line of the message.
    pub fn message_top(&self) -> usize {
        self.message_top
    }

    /// The text of an entry, if it is at hand.
    pub fn text(&self, row: RowId) -> Option<&[u8]> {
        self.texts.get(row)
    }

    /// Whether the text of an entry is known to be gone from the log.
    pub fn is_text_gone(&self, row: RowId) -> bool {
        self.texts.is_gone(row)
    }
}
