//! Message pane: all fields of the selected entry, wrapped.

use super::{Theme, text, title};
use crate::tui::app::App;
use crate::tui::app::message::{LABEL, fields, lines};
use crate::tui::layout::{Pane, PaneLayout};
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Message);
    if pane.is_empty() {
        return;
    }
    let rows = screen.rows(Pane::Message);
    let fields = fields(app);
    let lines = lines(&fields, usize::from(rows.width));
    let hidden = lines.len().saturating_sub(app.message_top() + usize::from(rows.height));
    let note = if hidden > 0 {
        vec![text::label(format!("{hidden} more below"), theme.dim)]
    } else {
        Vec::new()
    };
    title(app, theme, frame, pane, Pane::Message, note);
    let label = u16::try_from(LABEL).unwrap_or_default().min(rows.width);
    for (y, line) in (rows.y..rows.bottom()).zip(lines.iter().skip(app.message_top())) {
        let row = Rect { y, height: 1, ..rows };
        text::draw_label(frame, Rect { width: label, ..row }, line.label.to_owned(), theme.dim);
        let value = Rect { x: row.x + label, width: rows.width - label, ..row };
        text::draw_text(frame, value, &line.value, theme.tone(line.severity), theme);
    }
}
