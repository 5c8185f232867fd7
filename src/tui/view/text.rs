//! Text in cells: what comes from the log, with its escapes marked, and our own words.
//!
//! Nobody else in this room makes spans and lines of text, which `tests/it/architecture.rs` sees to.

use super::Theme;
use crate::text::char_class::{CharClass, char_class};
use crate::text::sanitize::escape;
use crate::text::sanitize::{Fragment, SafeText};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::borrow::Cow;

/// Text of the log as spans.
pub(super) fn spans(shown: &SafeText, style: Style, theme: &Theme) -> Vec<Span<'static>> {
    let span = |piece: Fragment<'_>| {
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
pub(super) fn draw_text(
    frame: &mut Frame<'_>,
    area: Rect,
    shown: &SafeText,
    style: Style,
    theme: &Theme,
) {
    frame
        .render_widget(Line::from(spans(&shown.clip(usize::from(area.width)), style, theme)), area);
}

/// Text of the log in parts, each in its style, without its first cells: as much as one line has
/// room for, with `…` where it is cut.
pub(super) fn put_parts(
    frame: &mut Frame<'_>,
    area: Rect,
    parts: impl IntoIterator<Item = (SafeText, Style)>,
    mut hidden: usize,
    theme: &Theme,
) {
    let (mut room, mut drawn) = (usize::from(area.width), Vec::new());
    let mut parts = parts.into_iter().filter(|(part, _)| part.width() > 0).peekable();
    while let Some((part, style)) = parts.next() {
        let width = part.width();
        if hidden >= width {
            hidden -= width;
            continue;
        }
        let part = part.skip(std::mem::take(&mut hidden));
        let width = part.width();
        if width > room || width == room && parts.peek().is_some() {
            let cut = parts.next().map_or(part.clone(), |(next, _)| part.append(&next)).clip(room);
            drawn.extend(spans(&cut, style, theme));
            break;
        }
        room -= width;
        drawn.extend(spans(&part, style, theme));
    }
    frame.render_widget(Line::from(drawn), area);
}

/// Our own words. What they may quote was made fit before; what was not is escaped here, so that no
/// mistake elsewhere reaches the terminal.
pub(super) fn label(words: impl Into<Cow<'static, str>>, style: Style) -> Span<'static> {
    let words = words.into();
    if words.chars().all(|c| char_class(c) == CharClass::Letter) {
        return Span::styled(words, style);
    }
    Span::styled(escape(words.as_bytes()), style)
}

/// One line of the screen.
pub(super) fn line(spans: impl IntoIterator<Item = Span<'static>>) -> Line<'static> {
    Line::from_iter(spans)
}

/// Our own words in one line.
pub(super) fn draw_label(
    frame: &mut Frame<'_>,
    area: Rect,
    words: impl Into<Cow<'static, str>>,
    style: Style,
) {
    frame.render_widget(line([label(words, style)]).style(style), area);
}

/// Our own words, at the right edge.
pub(super) fn draw_label_right(
    frame: &mut Frame<'_>,
    area: Rect,
    words: impl Into<Cow<'static, str>>,
    style: Style,
) {
    frame.render_widget(line([label(words, style)]).style(style).right_aligned(), area);
}

/// Draws what is on the screen with characters of ASCII only. What has nothing like it becomes a
/// question mark that looks as an escape does.
pub(super) fn in_ascii(frame: &mut Frame<'_>, theme: &Theme) {
    for cell in &mut frame.buffer_mut().content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let like = cell.symbol().chars().next().and_then(like);
        cell.set_char(like.unwrap_or('?'));
        if like.is_none() {
            cell.set_style(theme.escape);
        }
    }
}

/// Signs of ours, and what looks much the same: bars are told apart by how much they fill.
const LIKE: &[(&str, char)] = &[
    ("─━–—▃", '-'),
    ("│┃‖", '|'),
    ("→›", '>'),
    ("←", '<'),
    ("↑▲", '^'),
    ("↓▼", 'v'),
    ("…", '~'),
    ("×", 'x'),
    ("·▁", '.'),
    ("▂", ':'),
    ("▄", '='),
    ("▅", '+'),
    ("▆", '*'),
    ("▇", '%'),
];

fn like(sign: char) -> Option<char> {
    let known = LIKE.iter().find(|(signs, _)| signs.contains(sign));
    match (known, sign) {
        (Some((_, like)), _) => Some(*like),
        (None, '\u{2500}'..='\u{257f}') => Some('+'),
        (None, '\u{2580}'..='\u{259f}') => Some('#'),
        _ => None,
    }
}
