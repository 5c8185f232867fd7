//! Focus, and motions of the focused pane.

use super::cursor::destination;
use super::{App, message, overlay};
use crate::tui::keymap::Motion;
use crate::tui::layout::{Pane, View};

impl App {
    /// Moves the focused selection or scroll position.
    pub(super) fn move_cursor(&mut self, motion: Motion) {
        if let Some((_, _, last)) = self.sheet() {
            let page = usize::from(self.size.height).saturating_sub(overlay::FRAME);
            if let Some((_, top)) = &mut self.overlay {
                *top = destination(motion, *top, last + 1, page);
            }
            return;
        }
        let pane = self.focus();
        let height = self.rows_of(pane);
        match pane {
            Pane::Connections | Pane::Deliveries => {
                self.connections.move_cursor(pane, motion, height, &self.model);
            }
            Pane::Message => self.message.move_by(motion, self.last_message_top(), height),
            Pane::Messages => self.messages.move_cursor(motion, height),
            Pane::Trace => self.messages.trace.move_by(motion, self.last_trace_top(), height),
            Pane::Times => self.choose_time(motion),
            Pane::Log => self.log.move_cursor(motion, height, &self.model),
            Pane::Domains | Pane::Responses | Pane::Via | Pane::Senders => {
                if let Some(table) = self.table_mut(pane) {
                    table.move_cursor(motion, height);
                }
            }
        }
    }

    /// Shows the trace of the selected entry's message, if it has one.
    pub(super) fn trace_selected(&mut self) {
        let message = self.selected_entry().and_then(|row| self.model.index.rows().message(row));
        if let Some(message) = message.filter(|_| self.view != View::Messages) {
            self.view = View::Messages;
            self.messages.select(message);
        }
        if self.view == View::Messages {
            self.focus_on(Pane::Trace);
        }
    }

    /// Opens the selection: the next pane, and finally the trace of the message.
    pub(super) fn open(&mut self) {
        if self.focus() == Pane::Times {
            self.narrow_to_time();
        } else if self.focus() == Pane::Message {
            self.trace_selected();
        } else if Some(&self.focus()) != self.view.panes().last() {
            self.focus_on(self.view.next(self.focus()));
        } else if self.view == View::Domains
            && let Some(connection) = self.domains.connection()
        {
            self.view = View::Connections;
            self.focus_on(Pane::Deliveries);
            self.connections.select(connection, &self.model);
        }
    }

    /// Focuses a pane of the view.
    pub(super) fn focus_on(&mut self, pane: Pane) {
        if let Some(focus) = self.focus.get_mut(self.view as usize) {
            *focus = pane;
        }
    }

    /// Visible rows of a pane.
    pub(super) fn rows_of(&self, pane: Pane) -> usize {
        self.screen().map_or(0, |screen| usize::from(screen.rows(pane).height))
    }

    /// Largest scroll position of the message pane: its last line is at the bottom.
    pub(super) fn last_message_top(&self) -> usize {
        let width = self.screen().map_or(0, |screen| screen.rows(Pane::Message).width);
        let lines = message::lines(&message::fields(self), usize::from(width)).len();
        lines.saturating_sub(self.rows_of(Pane::Message))
    }
}
