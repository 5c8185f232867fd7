//! Sort order and grouping of the focused list.

use super::App;
use super::group_list::sorting_columns;
use crate::tui::layout::View;

impl App {
    /// Sorts by the next column.
    pub(super) fn sort(&mut self) {
        let (pane, view) = (self.focus(), self.view);
        let width = self.screen().map_or(0, |screen| screen.rows(pane).width);
        let columns = sorting_columns(&self.group_columns(pane, width));
        match self.table_mut(pane) {
            Some(table) => table.sort_by_next(&columns),
            None if view == View::Connections => self.connections.reorder(self.order().next()),
            None => {}
        }
    }

    /// Reverses the order.
    pub(super) fn reverse(&mut self) {
        let view = self.view;
        match self.table_mut(self.focus()) {
            Some(table) => table.reverse(),
            None if view == View::Connections => self.connections.reorder(self.order().reverse()),
            None => {}
        }
    }

    /// Toggles grouping by organisational domain.
    pub(super) fn toggle_organisations(&mut self) {
        if self.view == View::Domains {
            self.domains.toggle_organisations();
        }
    }

    /// Selects the next grouping.
    pub(super) fn group_by(&mut self) {
        match self.view {
            View::Domains => self.domains.next_route(),
            View::Activity => self.activity.next(),
            View::Connections | View::Messages | View::Log => {}
        }
    }
}
