//! Domains view: recipient domains, their responses, and the remote hosts.
//!
//! Each pane is narrowed to the selection of the previous one.

use super::connections::ConnectionsView;
use super::group_list::{GroupList, OpenCounts};
use super::log_model::LogModel;
use crate::index::{ConnectionId, Index, RowId, Symbol};
use crate::log::entry::Time;
use crate::stats::{DomainScope, GroupBy, GroupScope};
use crate::tui::layout::{GroupColumn as Column, Pane};

/// Lists and selections of the view.
pub(super) struct Domains {
    names: GroupList,
    responses: GroupList,
    routes: GroupList,
    /// Whether domains are grouped by organisational domain.
    by_organisation: bool,
    /// Grouping of the last pane.
    route: GroupBy,
    open: OpenCounts,
}

/// Groupings of the last pane, from single connections to wider groups.
const ROUTES: [GroupBy; 4] =
    [GroupBy::Connection, GroupBy::Host, GroupBy::RemoteIp, GroupBy::LocalIp];

impl Default for Domains {
    fn default() -> Self {
        Self {
            names: GroupList::new(GroupBy::Domain, Column::Bad),
            responses: GroupList::new(GroupBy::Response, Column::Bad),
            routes: GroupList::new(GroupBy::Connection, Column::Last),
            by_organisation: false,
            route: GroupBy::Connection,
            open: OpenCounts::default(),
        }
    }
}

impl Domains {
    /// Updates lists and selections; `height` gives the visible rows of a pane.
    pub(super) fn refresh(
        &mut self,
        known: &LogModel,
        connections: &ConnectionsView,
        wall: Time,
        height: impl Fn(Pane) -> usize,
    ) {
        let by = if self.by_organisation { GroupBy::OrgDomain } else { GroupBy::Domain };
        self.names.set_grouping(by, GroupScope::default());
        self.names.extend(known);
        self.count_open(known, connections);
        self.names.update_order(known, &self.open, wall, height(Pane::Domains));
        let narrow = GroupScope { domain: self.selected_place(&known.index), response: None };
        self.responses.set_grouping(GroupBy::Response, narrow.clone());
        self.responses.refresh(known, &self.open, wall, height(Pane::Responses));
        self.routes.set_grouping(self.route, GroupScope { response: self.answer(), ..narrow });
        self.routes.refresh(known, &self.open, wall, height(Pane::Via));
    }

    /// Counts open connections by the symbol of their target group.
    fn count_open(&mut self, known: &LogModel, connections: &ConnectionsView) {
        self.open.clear();
        for id in connections.all_open() {
            let first = known.index.connection(*id).and_then(|connection| connection.first);
            let domain = first.map(|row| known.index.rows().domains(row).0).unwrap_or_default();
            let group = self.names.groups().symbol_with(domain).unwrap_or(domain);
            *self.open.entry(group).or_default() += 1;
        }
    }

    /// Toggles grouping by organisational domain.
    pub(super) fn toggle_organisations(&mut self) {
        self.by_organisation = !self.by_organisation;
    }

    /// Selected domain or organisational domain.
    fn selected_place(&self, index: &Index) -> Option<DomainScope> {
        let groups = self.names.groups();
        let group = groups.get(self.names.selected()?)?;
        Some(match groups.by() {
            GroupBy::OrgDomain => DomainScope::Organisation(groups.label(index, group).into()),
            _ => DomainScope::Domain(groups.symbol(group)),
        })
    }

    /// Selected response.
    pub(super) fn answer(&self) -> Option<Symbol> {
        selected(&self.responses)
    }

    /// Selected connection, if the last pane lists connections.
    pub(super) fn connection(&self) -> Option<ConnectionId> {
        let listed = self.route == GroupBy::Connection;
        selected(&self.routes).filter(|_| listed).map(|symbol| ConnectionId(symbol.0))
    }

    /// Selects the next grouping of the last pane.
    pub(super) fn next_route(&mut self) {
        let at = ROUTES.iter().position(|&by| by == self.route).map_or(0, |at| at + 1);
        self.route = ROUTES.get(at).copied().unwrap_or(GroupBy::Connection);
    }

    /// Open connections to a domain.
    pub(super) fn open(&self, domain: Symbol) -> u32 {
        self.open.get(&domain).copied().unwrap_or_default()
    }

    /// Representative entry of the selection in this pane.
    pub(super) fn entry(&self, pane: Pane) -> Option<RowId> {
        self.table(pane).and_then(GroupList::entry)
    }

    /// List of a pane.
    pub(super) fn table(&self, pane: Pane) -> Option<&GroupList> {
        match pane {
            Pane::Domains => Some(&self.names),
            Pane::Responses => Some(&self.responses),
            Pane::Via => Some(&self.routes),
            _ => None,
        }
    }

    /// Mutable list of a pane.
    pub(super) fn table_mut(&mut self, pane: Pane) -> Option<&mut GroupList> {
        match pane {
            Pane::Domains => Some(&mut self.names),
            Pane::Responses => Some(&mut self.responses),
            Pane::Via => Some(&mut self.routes),
            _ => None,
        }
    }

    fn tables(&mut self) -> [&mut GroupList; 3] {
        [&mut self.names, &mut self.responses, &mut self.routes]
    }

    /// Whether sliced work is pending.
    pub(super) fn is_busy(&self, known: &LogModel) -> bool {
        [&self.names, &self.responses, &self.routes].iter().any(|table| table.is_busy(known))
    }

    /// Whether a sort is due after the minimum interval.
    pub(super) fn is_behind(&self, known: &LogModel) -> bool {
        [&self.names, &self.responses, &self.routes].iter().any(|table| table.is_behind(known))
    }

    /// Restarts under a changed filter.
    pub(super) fn restart(&mut self) {
        self.tables().into_iter().for_each(GroupList::restart);
    }

    /// Adds entries that the text search found late.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        self.tables().into_iter().for_each(|table| table.on_search_result(known, found));
    }

    /// Uncounts the entries before `end`, which are about to be evicted.
    pub(super) fn evict(&mut self, known: &LogModel, end: usize) {
        self.tables().into_iter().for_each(|table| table.evict(known, end));
    }

    /// Completes the eviction.
    pub(super) fn release(&mut self, index: &Index) {
        self.tables().into_iter().for_each(|table| table.release(index));
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        [&self.names, &self.responses, &self.routes].iter().map(|table| table.memory()).sum()
    }
}

/// Grouping value of the selected group of a list.
fn selected(table: &GroupList) -> Option<Symbol> {
    let group = table.groups().get(table.selected()?)?;
    Some(table.groups().symbol(group))
}
