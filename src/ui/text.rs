//! Text in cells: what comes from the log, with its escapes marked, and our own words.

use super::Theme;
use crate::show::{Piece, Shown};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Text of the log as spans.
pub(super) fn spans(shown: &Shown, style: Style, theme: &Theme) -> Vec<Span<'static>> {
    let span = |piece: Piece<'_>| {
        let style = match (piece.escape, piece.text) {
            (false, _) => style,
            // The mark of a cut: a literal one of the log is no escape and looks as the text does.
            (true, "…") => theme.dim,
            (true, _) => style.patch(theme.escape),
        };
        Span::styled(piece.text.to_owned(), style)
    };
    shown.pieces().map(span).collect()
}

/// Text of the log in one line of the screen, with `…` where it is cut.
pub(super) fn put(frame: &mut Frame<'_>, area: Rect, shown: &Shown, style: Style, theme: &Theme) {
    frame
        .render_widget(Line::from(spans(&shown.clip(usize::from(area.width)), style, theme)), area);
}

/// Our own words in one line.
pub(super) fn say(frame: &mut Frame<'_>, area: Rect, words: impl Into<String>, style: Style) {
    frame.render_widget(Line::styled(words.into(), style), area);
}

/// Our own words, at the right edge.
pub(super) fn say_right(frame: &mut Frame<'_>, area: Rect, words: impl Into<String>, style: Style) {
    frame.render_widget(Line::styled(words.into(), style).right_aligned(), area);
}
