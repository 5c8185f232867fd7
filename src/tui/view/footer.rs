//! Footer: keys that work here, after the notice of the last copy.

use super::{Theme, text};
use crate::text::sanitize::sanitize;
use crate::tui::app::App;
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let used = note(app, theme, frame, area);
    keys(app, theme, frame, Rect { x: area.x + used, width: area.width - used, ..area });
}

/// Draws the notice of the last copy; returns its width.
fn note(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> u16 {
    let Some((words, tone)) = app.notice() else { return 0 };
    let shown = sanitize(words.as_bytes()).clip(usize::from(area.width));
    text::draw_text(frame, area, &shown, theme.tone(tone), theme);
    u16::try_from(shown.width() + 2).unwrap_or(area.width).min(area.width)
}

fn keys(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let bound = app.keymap().of(app.mode());
    let named: Vec<_> = bound.filter(|binding| !binding.word.is_empty()).collect();
    let width = |label: &str, word: &str| label.chars().count() + word.chars().count() + 3;
    let mut room = usize::from(area.width) + 2;
    // Help and quit come last and are dropped last, since they lead to all others.
    let (last, first) = named
        .split_last_chunk::<2>()
        .map_or((&[][..], &named[..]), |(first, last)| (&last[..], first));
    room =
        room.saturating_sub(last.iter().map(|binding| width(&binding.label, binding.word)).sum());
    let fitting = first.iter().take_while(|binding| {
        let needed = width(&binding.label, binding.word);
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    });
    let spans = fitting.chain(last).flat_map(|binding| {
        let word = text::label(format!(" {}  ", binding.word), theme.dim);
        [text::label(binding.label.clone(), theme.accent), word]
    });
    frame.render_widget(text::line(spans), area);
}
