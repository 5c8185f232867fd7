//! List: column headings, rows of cells, selection.

use super::{Theme, mark, text};
use crate::tui::app::App;
use crate::tui::layout::{Pane, PaneLayout, PlacedColumn};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Headings, with an arrow at the sort column that points up if the order is reversed.
pub(super) fn heads<C: Copy + PartialEq>(
    theme: &Theme,
    frame: &mut Frame<'_>,
    line: Rect,
    columns: &[PlacedColumn<C>],
    sorted: Option<(C, bool)>,
) {
    for ((cell, column), placed) in cells(line, columns).zip(columns) {
        let Some((_, reversed)) = sorted.filter(|(by, _)| *by == column) else {
            text::draw_label(frame, cell, placed.head, theme.dim);
            continue;
        };
        let arrow = if reversed { "▲" } else { "▼" };
        let head = format!("{}{arrow}", placed.head.trim_start());
        // Right-aligned columns have right-aligned headings.
        if placed.head.starts_with("  ") {
            text::draw_label_right(frame, cell, head, theme.accent);
        } else {
            text::draw_label(frame, cell, head, theme.accent);
        }
    }
}

/// Draws the visible rows by calling `draw` for each line.
pub(super) fn rows<Id: Copy + PartialEq>(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    (screen, pane): (&PaneLayout, Pane),
    (visible, selected): (impl IntoIterator<Item = Id>, Option<Id>),
    mut draw: impl FnMut(&mut Frame<'_>, Rect, Id),
) {
    let rows = screen.rows(pane);
    for (y, id) in (rows.y..rows.bottom()).zip(visible) {
        let line = Rect { y, height: 1, ..rows };
        draw(frame, line, id);
        if selected == Some(id) {
            mark(frame, theme, line, app.focus() == pane);
        }
    }
}

/// Cells of a line, one per column.
pub(super) fn cells<C: Copy>(
    line: Rect,
    columns: &[PlacedColumn<C>],
) -> impl Iterator<Item = (Rect, C)> {
    columns.iter().map(move |placed| {
        (Rect { x: line.x + placed.x, width: placed.width, ..line }, placed.column)
    })
}
