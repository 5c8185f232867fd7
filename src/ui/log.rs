//! The log as it was logged, an entry a line.

use super::{Theme, list, text, title};
use crate::app::App;
use crate::app::words::{self, number};
use crate::index::{Kind, RowId};
use crate::layout::{Pane, Screen};
use crate::parse::Scratch;
use crate::show::show;
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &Screen) {
    let pane = screen.pane(Pane::Log);
    if pane.is_empty() {
        return;
    }
    let note = vec![text::own(number(app.log_length() as u64), theme.strong)];
    title(app, theme, frame, pane, Pane::Log, note);
    let rows = screen.rows(Pane::Log);
    if app.log_length() == 0 {
        super::nothing(app, theme, frame, rows);
    }
    let listed = (app.visible_log(), app.selected_entry());
    list::rows(app, theme, frame, (screen, Pane::Log), listed, |frame, line, row| {
        entry(app, theme, frame, line, row);
    });
}

fn entry(app: &App, theme: &Theme, frame: &mut Frame<'_>, line: Rect, row: RowId) {
    let kind = app.index().rows().kind(row);
    let sign = if kind == Kind::Unparsed { "?" } else { " " };
    let mut scratch = Scratch::default();
    let Some(original) = app.original(row) else { return };
    let (_, tone) = words::event(kind, original.entry(&mut scratch).ok().as_ref());
    text::say(frame, Rect { width: 1, ..line }, sign, theme.tone(tone));
    let place = Rect { x: line.x + 1, width: line.width - 1, ..line };
    text::put(frame, place, &show(&original.text), theme.tone(tone), theme);
}
