//! What drawing reads of the state.

use super::connection_sort::ConnectionOrder;
use super::file_events::FileEvent;
use super::group_list::{self, GroupList};
use super::{App, Prompt, ReaderStatus};
use super::{help, overlay};
use crate::index::{Connection, ConnectionId, Index, MessageId, RowId, Symbol};
use crate::log::entry::Time;
use crate::log::parse::EntryText;
use crate::stats::{Group, GroupBy, GroupId, Groups, Tally};
use crate::text::CharsetMode;
use crate::text::sanitize::SafeText;
use crate::tui::keymap::Mode;
use crate::tui::layout::{GroupColumn, Pane, PaneLayout, PlacedColumn, View};
use std::borrow::Cow;

/// The groups in a pane.
pub struct Grouping<'a> {
    /// All of them.
    pub groups: &'a Groups,
    /// The order of the list.
    pub order: group_list::GroupOrder,
    /// The selected one.
    pub selected: Option<GroupId>,
    /// How many there are.
    pub count: usize,
    /// Entries of all of them.
    pub entries: u32,
}

impl App {
    /// The log.
    pub fn index(&self) -> &Index {
        &self.model.index
    }

    /// What keys are read for.
    pub fn mode(&self) -> Mode {
        match (&self.overlay, &self.prompt) {
            (Some(_), _) => Mode::Help,
            (None, Some(_)) => Mode::Prompt,
            (None, None) if self.save.is_naming() => Mode::Name,
            (None, None) => Mode::Browse,
        }
    }

    /// The places on the screen; `None` if it is too small for any.
    pub fn screen(&self) -> Option<PaneLayout> {
        PaneLayout::new(self.size, self.view, self.focus(), self.zoom)
    }

    /// What the filter leaves, counted.
    pub fn tally(&self) -> &Tally {
        self.model.tally()
    }

    /// Everything, counted.
    pub fn total_tally(&self) -> &Tally {
        &self.model.all
    }

    /// The filter in force, as text.
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// The prompt, while a filter is being typed.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// What is laid over everything: its lines, the first visible one, and the first when the last is
    /// at the bottom.
    pub fn sheet(&self) -> Option<(Vec<help::HelpLine>, usize, usize)> {
        let (sheet, top) = self.overlay.as_ref()?;
        let columns = usize::from(self.size.width);
        let lines = sheet.lines(&self.events, &self.settings, self.charset, columns);
        let rows = usize::from(self.size.height).saturating_sub(overlay::FRAME);
        let last = lines.len().saturating_sub(rows);
        Some((lines, (*top).min(last), last))
    }

    /// What stands above it.
    pub fn sheet_title(&self) -> Cow<'static, str> {
        self.overlay.as_ref().map_or(Cow::Borrowed(""), |(sheet, _)| sheet.title())
    }

    /// Which characters of the log are drawn.
    pub fn alphabet(&self) -> CharsetMode {
        self.charset
    }

    /// Text of the log, made fit for the screen: the only way there for whoever draws.
    pub fn show(&self, bytes: &[u8]) -> SafeText {
        self.charset.show(bytes)
    }

    /// What happened to the files, if that is news.
    pub fn latest_event(&self) -> Option<&FileEvent> {
        self.events.latest(self.wall)
    }

    /// What is shown.
    pub fn view(&self) -> View {
        self.view
    }

    /// The pane that keys go to.
    pub fn focus(&self) -> Pane {
        self.focus.get(self.view as usize).copied().unwrap_or(self.view.first())
    }

    /// The order of the connections.
    pub fn order(&self) -> ConnectionOrder {
        self.connections.order()
    }

    /// What the reader is doing.
    pub fn reading(&self) -> &ReaderStatus {
        &self.reader
    }

    /// Why the reader stopped, if it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Entries that came since the screen was frozen.
    pub fn frozen(&self) -> Option<usize> {
        self.model.frozen.as_ref().map(|frozen| self.model.index.rows().len() - frozen.rows)
    }

    /// Entries that came since the list stopped to follow.
    pub fn paused(&self) -> Option<usize> {
        let paused_at = match self.view {
            View::Connections => self.connections.paused_at(),
            View::Domains | View::Activity => None,
            View::Messages => self.messages.paused_at(),
            View::Log => self.log.paused_at(),
        }?;
        Some(self.model.all.rows().saturating_sub(paused_at))
    }

    /// Whether what is shown changes with the clock, although nothing comes.
    pub fn needs_tick(&self) -> bool {
        self.is_live()
            || self.latest_event().is_some()
            || match self.view {
                View::Connections => self.connections.is_behind(&self.model),
                View::Domains => self.domains.is_behind(&self.model),
                View::Activity => self.activity.senders.is_behind(&self.model),
                View::Messages | View::Log => false,
            }
    }

    /// Whether the log is being written now.
    pub fn is_live(&self) -> bool {
        self.model.index.newest().is_live(self.wall)
    }

    /// The time that ages are counted to: now if the log is live, else just behind its last entry.
    pub fn now(&self) -> Time {
        match &self.model.frozen {
            Some(frozen) => frozen.clock,
            None => self.model.index.newest().now(self.wall),
        }
    }

    /// Connections under the filter.
    pub fn listed_connections(&self) -> &[ConnectionId] {
        self.connections.ids(&self.model)
    }

    /// Connections on the screen.
    pub fn visible_connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.visible(&self.model, self.rows_of(Pane::Connections))
    }

    /// A connection, as it is to be shown.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.model.connections().get(id.0 as usize)
    }

    /// Connections under the filter that are open.
    pub fn open_connections(&self) -> usize {
        self.connections.open(&self.model)
    }

    /// The selected connection.
    pub fn selected_connection(&self) -> Option<(ConnectionId, &Connection)> {
        self.connections.selected(&self.model)
    }

    /// Deliveries of the selected connection under the filter.
    pub fn deliveries(&self) -> &[RowId] {
        self.connections.deliveries()
    }

    /// Deliveries on the screen.
    pub fn visible_deliveries(&self) -> &[RowId] {
        self.connections.visible_deliveries(self.rows_of(Pane::Deliveries))
    }

    /// The selected delivery.
    pub fn selected_delivery(&self) -> Option<RowId> {
        self.connections.delivery()
    }

    /// The list of groups in a pane, if that is what it holds.
    pub(super) fn table(&self, pane: Pane) -> Option<&GroupList> {
        match pane {
            Pane::Senders => Some(&self.activity.senders),
            _ => self.domains.table(pane),
        }
    }

    /// The same, to be changed.
    pub(super) fn table_mut(&mut self, pane: Pane) -> Option<&mut GroupList> {
        match pane {
            Pane::Senders => Some(&mut self.activity.senders),
            _ => self.domains.table_mut(pane),
        }
    }

    /// The groups in a pane: what they are, in which order, which of them is selected, and how many
    /// there are.
    pub fn grouping(&self, pane: Pane) -> Option<Grouping<'_>> {
        let table = self.table(pane)?;
        Some(Grouping {
            groups: table.groups(),
            order: table.order(),
            selected: table.selected(),
            count: table.count(),
            entries: table.entries(),
        })
    }

    /// Those on the screen.
    pub fn visible_groups(&self, pane: Pane) -> impl Iterator<Item = (GroupId, &Group)> {
        let height = self.rows_of(pane);
        self.table(pane).into_iter().flat_map(move |table| table.visible(height))
    }

    /// The columns of a list of groups that fit into so many cells.
    pub fn group_columns(&self, pane: Pane, width: u16) -> Vec<PlacedColumn<GroupColumn>> {
        let by = self.table(pane).map_or(GroupBy::Domain, |table| table.groups().by());
        group_list::columns(pane, by, width, self.mark().is_some())
    }

    /// Open connections to a domain.
    pub fn open_to(&self, domain: Symbol) -> u32 {
        self.domains.open(domain)
    }

    /// The last failures of the groups on the screen.
    pub(super) fn visible_failures(&self) -> Vec<RowId> {
        let groups = self.view.panes().iter().flat_map(|&pane| self.visible_groups(pane));
        groups.filter_map(|(_, group)| group.trouble()).collect()
    }

    /// How many messages have an entry under the filter.
    pub fn listed_messages(&self) -> usize {
        self.messages.length()
    }

    /// Messages on the screen.
    pub fn visible_messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.visible(self.rows_of(Pane::Messages))
    }

    /// The selected message.
    pub fn selected_message(&self) -> Option<MessageId> {
        self.messages.selected()
    }

    /// First visible line of its trace.
    pub fn trace_top(&self) -> usize {
        self.messages.trace.top()
    }

    /// How many entries the log has under the filter.
    pub fn log_length(&self) -> usize {
        self.log.length(&self.model)
    }

    /// Cells of each of its lines that are hidden at the left.
    pub fn log_hidden(&self) -> usize {
        self.log.hidden()
    }

    /// Entries of the log on the screen.
    pub fn visible_log(&self) -> Vec<RowId> {
        self.log.visible(&self.model, self.rows_of(Pane::Log))
    }

    /// The entry whose fields are shown.
    pub fn selected_entry(&self) -> Option<RowId> {
        match self.view {
            View::Connections => self.connections.entry(&self.model),
            View::Domains => self.domains.entry(self.focus()),
            View::Activity => self.table(Pane::Senders).and_then(GroupList::entry),
            View::Messages => self.model.index.rows_of(self.messages.selected()?).next(),
            View::Log => self.log.selected(),
        }
    }

    /// First visible line of the message.
    pub fn message_top(&self) -> usize {
        self.message.top()
    }

    /// The text of an entry as it is to be shown, if it is at hand.
    pub fn original(&self, row: RowId) -> Option<&EntryText> {
        self.text_cache.get(row)
    }

    /// Whether the text of an entry is known to be gone from the log.
    pub fn is_text_gone(&self, row: RowId) -> bool {
        self.text_cache.is_gone(row)
    }
}
