//! State as read by the drawing code.

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

/// Groups of a pane.
pub struct Grouping<'a> {
    /// All groups.
    pub groups: &'a Groups,
    /// Sort order.
    pub order: group_list::GroupOrder,
    /// Selected group.
    pub selected: Option<GroupId>,
    /// Number of groups.
    pub count: usize,
    /// Entries of all groups.
    pub entries: u32,
}

impl App {
    /// Index of the log.
    pub fn index(&self) -> &Index {
        &self.model.index
    }

    /// Input mode.
    pub fn mode(&self) -> Mode {
        match (&self.overlay, &self.prompt) {
            (Some(_), _) => Mode::Help,
            (None, Some(_)) => Mode::Prompt,
            (None, None) if self.save.is_naming() => Mode::Name,
            (None, None) => Mode::Browse,
        }
    }

    /// Layout of the screen; `None` if it is too small.
    pub fn screen(&self) -> Option<PaneLayout> {
        PaneLayout::new(self.size, self.view, self.focus(), self.zoom)
    }

    /// Counts of matching entries.
    pub fn tally(&self) -> &Tally {
        self.model.tally()
    }

    /// Counts of all entries.
    pub fn total_tally(&self) -> &Tally {
        &self.model.all
    }

    /// Filter in force as text.
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// Filter prompt, while open.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// Pop-up: lines, first visible line, and largest scroll position.
    pub fn sheet(&self) -> Option<(Vec<help::HelpLine>, usize, usize)> {
        let (sheet, top) = self.overlay.as_ref()?;
        let columns = usize::from(self.size.width);
        let lines = sheet.lines(&self.events, &self.settings, self.charset, columns);
        let rows = usize::from(self.size.height).saturating_sub(overlay::FRAME);
        let last = lines.len().saturating_sub(rows);
        Some((lines, (*top).min(last), last))
    }

    /// Title of the pop-up.
    pub fn sheet_title(&self) -> Cow<'static, str> {
        self.overlay.as_ref().map_or(Cow::Borrowed(""), |(sheet, _)| sheet.title())
    }

    /// Characters of the log that are drawn unescaped.
    pub fn alphabet(&self) -> CharsetMode {
        self.charset
    }

    /// Sanitizes text of the log: the only way to the screen.
    pub fn show(&self, bytes: &[u8]) -> SafeText {
        self.charset.show(bytes)
    }

    /// Newest file event, if recent.
    pub fn latest_event(&self) -> Option<&FileEvent> {
        self.events.latest(self.wall)
    }

    /// View shown.
    pub fn view(&self) -> View {
        self.view
    }

    /// Focused pane.
    pub fn focus(&self) -> Pane {
        self.focus.get(self.view as usize).copied().unwrap_or(self.view.first())
    }

    /// Sort order of the connections.
    pub fn order(&self) -> ConnectionOrder {
        self.connections.order()
    }

    /// Reader progress.
    pub fn reading(&self) -> &ReaderStatus {
        &self.reader
    }

    /// Reason why the reader stopped, if it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Entries read since the screen was frozen.
    pub fn frozen(&self) -> Option<usize> {
        self.model.frozen.as_ref().map(|frozen| self.model.index.rows().len() - frozen.rows)
    }

    /// Entries read since the list stopped following.
    pub fn paused(&self) -> Option<usize> {
        let paused_at = match self.view {
            View::Connections => self.connections.paused_at(),
            View::Domains | View::Activity => None,
            View::Messages => self.messages.paused_at(),
            View::Log => self.log.paused_at(),
        }?;
        Some(self.model.all.rows().saturating_sub(paused_at))
    }

    /// Whether the screen changes with the clock without new entries.
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

    /// Whether the log is live.
    pub fn is_live(&self) -> bool {
        self.model.index.newest().is_live(self.wall)
    }

    /// Reference time of ages: now for a live log, else just after its last entry.
    pub fn now(&self) -> Time {
        match &self.model.frozen {
            Some(frozen) => frozen.clock,
            None => self.model.index.newest().now(self.wall),
        }
    }

    /// Connections that match the filter.
    pub fn listed_connections(&self) -> &[ConnectionId] {
        self.connections.ids(&self.model)
    }

    /// Visible connections.
    pub fn visible_connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.visible(&self.model, self.rows_of(Pane::Connections))
    }

    /// A connection as shown.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.model.connections().get(id.0 as usize)
    }

    /// Open connections that match the filter.
    pub fn open_connections(&self) -> usize {
        self.connections.open(&self.model)
    }

    /// Selected connection.
    pub fn selected_connection(&self) -> Option<(ConnectionId, &Connection)> {
        self.connections.selected(&self.model)
    }

    /// Matching deliveries of the selected connection.
    pub fn deliveries(&self) -> &[RowId] {
        self.connections.deliveries()
    }

    /// Visible deliveries.
    pub fn visible_deliveries(&self) -> &[RowId] {
        self.connections.visible_deliveries(self.rows_of(Pane::Deliveries))
    }

    /// Selected delivery.
    pub fn selected_delivery(&self) -> Option<RowId> {
        self.connections.delivery()
    }

    /// List of groups of a pane, if it has one.
    pub(super) fn table(&self, pane: Pane) -> Option<&GroupList> {
        match pane {
            Pane::Senders => Some(&self.activity.senders),
            _ => self.domains.table(pane),
        }
    }

    /// Mutable list of groups of a pane.
    pub(super) fn table_mut(&mut self, pane: Pane) -> Option<&mut GroupList> {
        match pane {
            Pane::Senders => Some(&mut self.activity.senders),
            _ => self.domains.table_mut(pane),
        }
    }

    /// Groups of a pane: grouping, order, selection and number.
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

    /// Visible groups.
    pub fn visible_groups(&self, pane: Pane) -> impl Iterator<Item = (GroupId, &Group)> {
        let height = self.rows_of(pane);
        self.table(pane).into_iter().flat_map(move |table| table.visible(height))
    }

    /// Columns of a list of groups at this width.
    pub fn group_columns(&self, pane: Pane, width: u16) -> Vec<PlacedColumn<GroupColumn>> {
        let by = self.table(pane).map_or(GroupBy::Domain, |table| table.groups().by());
        group_list::columns(pane, by, width, self.mark().is_some())
    }

    /// Open connections to a domain.
    pub fn open_to(&self, domain: Symbol) -> u32 {
        self.domains.open(domain)
    }

    /// Newest failures of the visible groups.
    pub(super) fn visible_failures(&self) -> Vec<RowId> {
        let groups = self.view.panes().iter().flat_map(|&pane| self.visible_groups(pane));
        groups.filter_map(|(_, group)| group.trouble()).collect()
    }

    /// Number of messages with a matching entry.
    pub fn listed_messages(&self) -> usize {
        self.messages.length()
    }

    /// Visible messages.
    pub fn visible_messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.visible(self.rows_of(Pane::Messages))
    }

    /// Selected message.
    pub fn selected_message(&self) -> Option<MessageId> {
        self.messages.selected()
    }

    /// First visible line of the trace.
    pub fn trace_top(&self) -> usize {
        self.messages.trace.top()
    }

    /// Number of matching entries.
    pub fn log_length(&self) -> usize {
        self.log.length(&self.model)
    }

    /// Horizontal scroll position in cells.
    pub fn log_hidden(&self) -> usize {
        self.log.hidden()
    }

    /// Visible entries of the log view.
    pub fn visible_log(&self) -> Vec<RowId> {
        self.log.visible(&self.model, self.rows_of(Pane::Log))
    }

    /// Entry shown in the message pane.
    pub fn selected_entry(&self) -> Option<RowId> {
        match self.view {
            View::Connections => self.connections.entry(&self.model),
            View::Domains => self.domains.entry(self.focus()),
            View::Activity => self.table(Pane::Senders).and_then(GroupList::entry),
            View::Messages => self.model.index.rows_of(self.messages.selected()?).next(),
            View::Log => self.log.selected(),
        }
    }

    /// First visible line of the message pane.
    pub fn message_top(&self) -> usize {
        self.message.top()
    }

    /// Text of an entry as shown, if cached.
    pub fn original(&self, row: RowId) -> Option<&EntryText> {
        self.text_cache.get(row)
    }

    /// Whether the text of an entry is known to be gone from the log.
    pub fn is_text_gone(&self, row: RowId) -> bool {
        self.text_cache.is_gone(row)
    }
}
