//! Text as cells: sanitized log text with styled escapes, and the program's own labels.
//!
//! No other module of `view` creates spans or lines; `tests/it/architecture.rs` checks that.

use super::Theme;
use crate::text::char_class::{CharClass, char_class};
use crate::text::sanitize::escape;
use crate::text::sanitize::{Fragment, SafeText};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::borrow::Cow;

/// Log text as spans.
pub(super) fn spans(shown: &SafeText, style: Style, theme: &Theme) -> Vec<Span<'static>> {
    let span = |piece: Fragment<'_>| {
        let style = match (piece.escape, piece.text) {
            (false, _) => style,
            // Truncation mark: a literal one of the log is no escape and has the style of the text.
            (true, "…") => theme.dim,
            (true, _) => style.patch(theme.escape),
        };
        Span::styled(piece.text.to_owned(), style)
    };
    shown.pieces().map(span).collect()
}

/// Log text on one line, with `…` where it is cut.
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

/// Styled parts of a log text on one line, scrolled horizontally, with `…` where it is cut.
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

/// The program's own text. Quoted log text was sanitized before; anything else is escaped here, so
/// that a mistake elsewhere cannot reach the terminal.
pub(super) fn label(words: impl Into<Cow<'static, str>>, style: Style) -> Span<'static> {
    let words = words.into();
    if words.chars().all(|c| char_class(c) == CharClass::Letter) {
        return Span::styled(words, style);
    }
    Span::styled(escape(words.as_bytes()), style)
}

/// A line of the screen.
pub(super) fn line(spans: impl IntoIterator<Item = Span<'static>>) -> Line<'static> {
    Line::from_iter(spans)
}

/// The program's own text on one line.
pub(super) fn draw_label(
    frame: &mut Frame<'_>,
    area: Rect,
    words: impl Into<Cow<'static, str>>,
    style: Style,
) {
    frame.render_widget(line([label(words, style)]).style(style), area);
}

/// The program's own text, right-aligned.
pub(super) fn draw_label_right(
    frame: &mut Frame<'_>,
    area: Rect,
    words: impl Into<Cow<'static, str>>,
    style: Style,
) {
    frame.render_widget(line([label(words, style)]).style(style).right_aligned(), area);
}

/// Replaces non-ASCII characters on the screen. Those without a counterpart become a question mark
/// styled as an escape.
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

/// Symbols of the screen and their ASCII counterparts: bars by height.
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
