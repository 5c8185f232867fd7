//! Trace of the selected message with each of its recipients.

use super::{Theme, text, title};
use crate::tui::app::App;
use crate::tui::layout::{Pane, PaneLayout};
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Trace);
    if pane.is_empty() {
        return;
    }
    let rows = screen.rows(Pane::Trace);
    let lines = app.trace(rows.width.into());
    let top = app.trace_top();
    let hidden = lines.len().saturating_sub(top + usize::from(rows.height));
    let note = (hidden > 0).then(|| text::label(format!("{hidden} more below"), theme.dim));
    title(app, theme, frame, pane, Pane::Trace, note.into_iter().collect());
    for (y, line) in (rows.y..rows.bottom()).zip(lines.into_iter().skip(top)) {
        let row = Rect { y, height: 1, ..rows };
        text::draw_text(frame, row, &line.text, theme.tone(line.severity), theme);
    }
}
