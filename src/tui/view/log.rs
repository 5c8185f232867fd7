//! Log view: entries as logged, one per line.

use super::{Theme, list, text, title};
use crate::index::{EntryKind, RowId};
use crate::log::entry::{Body, Entry};
use crate::log::parse::Scratch;
use crate::text::CharsetMode;
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::{Severity, number};
use crate::tui::layout::{Pane, PaneLayout};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;

/// Maximum bytes per cell, except for letters with many combining marks.
const BYTES: usize = 8;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Log);
    if pane.is_empty() {
        return;
    }
    let mut note = vec![text::label(number(app.log_length() as u64), theme.strong)];
    if app.log_hidden() > 0 {
        let words = format!("← {}  ", app.log_hidden());
        note.insert(0, text::label(words, theme.tone(Severity::Warning)));
    }
    title(app, theme, frame, pane, Pane::Log, note);
    let rows = screen.rows(Pane::Log);
    if app.log_length() == 0 {
        super::draw_empty_hint(app, theme, frame, rows);
    }
    let listed = (app.visible_log(), app.selected_entry());
    list::rows(app, theme, frame, (screen, Pane::Log), listed, |frame, line, row| {
        entry(app, theme, frame, line, row);
    });
}

fn entry(app: &App, theme: &Theme, frame: &mut Frame<'_>, line: Rect, row: RowId) {
    let kind = app.index().rows().kind(row);
    let sign = if kind == EntryKind::Unparsed { "?" } else { " " };
    let place = Rect { x: line.x + 1, width: line.width - 1, ..line };
    let Some(original) = app.original(row) else {
        let words = if app.is_text_gone(row) { "(no longer in the log file)" } else { "" };
        text::draw_label(frame, place, words, theme.dim);
        return;
    };
    let mut scratch = Scratch::default();
    let entry = original.entry(&mut scratch).ok();
    let (_, tone) = labels::event(kind, entry.as_ref());
    text::draw_label(frame, Rect { width: 1, ..line }, sign, theme.tone(tone));
    let hidden = app.log_hidden();
    // Bytes beyond this cannot be on the screen.
    let most = (hidden + usize::from(place.width) + 1) * BYTES;
    let shown = original.text.get(..most).unwrap_or(&original.text);
    let parts = entry.map_or(vec![(0..shown.len(), theme.tone(tone))], |entry| {
        let marked = marked(shown, &entry, theme.tone(tone), theme);
        between(shown.len(), marked, theme.plain)
    });
    let bare = |range: Range<usize>| app.alphabet().show_bare(shown.get(range).unwrap_or_default());
    let parts = parts.into_iter().map(|(range, style)| (bare(range), style));
    let parts = std::iter::once((CharsetMode::warning(shown), theme.plain)).chain(parts);
    text::put_parts(frame, place, parts, hidden, theme);
}

/// Highlighted parts of an entry: time, action, recipient, response.
fn marked(
    text: &[u8],
    entry: &Entry<'_>,
    outcome: Style,
    theme: &Theme,
) -> Vec<(Range<usize>, Style)> {
    let (code, to, said) = match &entry.body {
        Body::Message(message) => {
            let said = message.response.map(|response| response.text).or(message.diagnostic);
            (message.code.0, message.recipient(), said)
        }
        Body::Connection(connection) => {
            let asked = connection.application.and_then(|it| it.initial_host);
            (connection.code.0, asked.unwrap_or_default(), connection.reason())
        }
        Body::Header(line) => (&b""[..], &b""[..], Some(*line)),
    };
    let code = place_of(code, text);
    // In text formats the time ends at the second blank.
    let is_text = text.first().is_some_and(u8::is_ascii_digit);
    let time = memchr::memchr_iter(b' ', text).nth(1).filter(|_| is_text);
    let parts = [
        (time.map(|end| 0..end), theme.dim),
        (code, outcome.patch(theme.strong)),
        (place_of(to, text), theme.strong),
        (said.and_then(|said| place_of(said, text)), outcome),
    ];
    parts.into_iter().filter_map(|(range, style)| Some((range?, style))).collect()
}

/// Range of a part that points into the text itself, not of equal text elsewhere. `None` if the
/// part was decoded into another buffer, as XML escapes are.
fn place_of(part: &[u8], text: &[u8]) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(part.len())?.min(text.len());
    (start < end).then_some(start..end)
}

/// These parts, and the gaps between them.
fn between(
    length: usize,
    mut parts: Vec<(Range<usize>, Style)>,
    style: Style,
) -> Vec<(Range<usize>, Style)> {
    parts.sort_by_key(|(range, _)| range.start);
    let (mut all, mut end) = (Vec::new(), 0);
    for (range, own) in parts.into_iter().chain([(length..length, style)]) {
        // Of two overlapping parts the second is shortened.
        let start = range.start.max(end);
        all.push((end..start, style));
        all.push((start..range.end.max(start), own));
        end = range.end.max(start);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_what_lies_between_are_the_whole() {
        let style = Style::new();
        let parts = vec![(4..6, style), (1..3, style), (5..9, style)];
        let whole: Vec<_> = between(12, parts, style).into_iter().map(|(range, _)| range).collect();
        let joined: Vec<_> = whole.iter().cloned().flatten().collect();
        assert_eq!(joined, (0..12).collect::<Vec<_>>(), "{whole:?}");
    }

    #[test]
    fn a_part_is_found_where_it_is_and_not_where_it_reads_the_same() {
        let text = b"D a D b";
        assert_eq!(place_of(&text[4..5], text), Some(4..5));
        assert_eq!(place_of(b"D", text), None);
        assert_eq!(place_of(&text[2..7], &text[..3]), Some(2..3), "as far as it is shown");
        assert_eq!(place_of(&text[5..7], &text[..3]), None);
        assert_eq!(place_of(b"", text), None);
    }
}
