//! Message list.

use super::{Theme, draw_empty_hint, list, text, title};
use crate::tui::app::App;
use crate::tui::app::labels::{number, short};
use crate::tui::layout::{MessageColumn as Column, Pane, PaneLayout, message_columns};
use ratatui::Frame;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Messages);
    if pane.is_empty() {
        return;
    }
    let note = vec![text::label(number(app.listed_messages() as u64), theme.strong)];
    title(app, theme, frame, pane, Pane::Messages, note);
    let rows = screen.rows(Pane::Messages);
    let columns = message_columns(rows.width);
    list::heads(theme, frame, screen.heads(Pane::Messages), &columns, None);
    if app.listed_messages() == 0 {
        draw_empty_hint(app, theme, frame, rows);
    }
    let place = (screen, Pane::Messages);
    let listed = (app.visible_messages(), app.selected_message());
    list::rows(app, theme, frame, place, listed, |frame, line, message| {
        let glance = app.glance(message);
        for (cell, column) in list::cells(line, &columns) {
            match column {
                Column::Time => text::draw_label(frame, cell, glance.time.to_string(), theme.dim),
                Column::From if glance.from.as_deref() == Some(b"") => {
                    text::draw_label(frame, cell, "(notification)", theme.dim);
                }
                Column::From => {
                    let from = app.show(glance.from.as_deref().unwrap_or_default());
                    text::draw_text(frame, cell, &from, theme.plain, theme);
                }
                Column::To => {
                    text::draw_text(frame, cell, &app.show(&glance.to), theme.plain, theme);
                }
                Column::Recipients => {
                    let count = u32::try_from(glance.recipients).unwrap_or(u32::MAX);
                    text::draw_label_right(frame, cell, short(count), theme.plain);
                }
                Column::State => {
                    let states = app.show(glance.states.as_bytes());
                    text::draw_text(frame, cell, &states, theme.tone(glance.severity), theme);
                }
                Column::Size => {
                    let size = glance.size.map(number).unwrap_or_default();
                    text::draw_label_right(frame, cell, size, theme.dim);
                }
                Column::Id => text::draw_text(frame, cell, &app.show(&glance.id), theme.dim, theme),
            }
        }
    });
}
