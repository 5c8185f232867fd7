//! Mouse handling.

use super::App;
use crate::tui::keymap::{Motion, Pointer};
use crate::tui::layout::{Pane, PaneLayout, column_at};

impl App {
    pub(super) fn on_mouse(&mut self, pointer: Pointer) {
        if self.overlay.is_some() {
            self.overlay = None;
            return;
        }
        let Some(screen) = self.screen() else { return };
        let (Pointer::Click(x, y) | Pointer::WheelDown(x, y) | Pointer::WheelUp(x, y)) = pointer;
        if let Some(view) = self.name_at(x, y).filter(|_| matches!(pointer, Pointer::Click(..))) {
            self.view = view;
            return;
        }
        let Some(pane) = screen.pane_at(x, y) else { return };
        self.focus_on(pane);
        match pointer {
            Pointer::WheelDown(..) => (0..3).for_each(|_| self.move_cursor(Motion::Down)),
            Pointer::WheelUp(..) => (0..3).for_each(|_| self.move_cursor(Motion::Up)),
            Pointer::Click(..) => self.click(&screen, pane, x, y),
        }
    }

    fn click(&mut self, screen: &PaneLayout, pane: Pane, x: u16, y: u16) {
        let rows = screen.rows(pane);
        match (pane, y.checked_sub(rows.y)) {
            (Pane::Connections | Pane::Deliveries, Some(row)) => {
                self.connections.click(pane, row.into(), &self.model);
            }
            (Pane::Connections, None) if screen.heads(pane).contains((x, y).into()) => {
                self.connections.sort_by_head(x - rows.x, rows.width);
            }
            (Pane::Domains | Pane::Responses | Pane::Via | Pane::Senders, row) => {
                self.click_table(screen, pane, row.map(usize::from), (x, y));
            }
            (Pane::Messages, Some(row)) => self.messages.click(row.into()),
            (Pane::Log, Some(row)) => self.log.click(row.into(), &self.model),
            _ => {}
        }
    }

    fn click_table(&mut self, screen: &PaneLayout, pane: Pane, row: Option<usize>, at: (u16, u16)) {
        let heads = screen.heads(pane);
        let hit = heads.contains(at.into()).then(|| at.0 - heads.x);
        let columns = self.group_columns(pane, heads.width);
        let column = hit.and_then(|x| column_at(&columns, x));
        let Some(table) = self.table_mut(pane) else { return };
        match (row, column) {
            (Some(row), _) => table.click(row),
            (None, Some(column)) => table.sort_by(column),
            (None, None) => {}
        }
    }
}
