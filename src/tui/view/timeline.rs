//! Timeline: bars for delivered, deferred, and failed or rejected, each row with its own scale.
//!
//! ```text
//! ── Times ──────────────────────────── 10 minutes a column, the most before it ──
//! D  1,204 ▁▂▅▇█▆▃▂▁▁
//! Q    310       ▂█▅▁
//! RJ    12        ▁▂▁
//!          10:20     11:00
//! ```

use super::{Theme, text, title};
use crate::stats::CountBucket;
use crate::tui::app::App;
use crate::tui::app::labels::{Severity, rough_in};
use crate::tui::app::timeline::{LABEL, Timeline};
use crate::tui::layout::{Pane, PaneLayout};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Sparkline;

/// Cells between two time labels.
const GAP: usize = 12;

/// Counts of a row.
type Count = fn(&CountBucket) -> u32;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Times);
    if pane.is_empty() {
        return;
    }
    let rows = screen.rows(Pane::Times);
    let bars =
        Rect { x: rows.x + LABEL.min(rows.width), width: rows.width.saturating_sub(LABEL), ..rows };
    let times = app.times();
    let note = times.as_ref().map(|times| format!("{}/column, max at left", length(times.step())));
    let note = note.map(|words| vec![text::label(words, theme.dim)]).unwrap_or_default();
    title(app, theme, frame, pane, Pane::Times, note);
    let Some(times) = times else { return };
    let strips: [(&str, Severity, Count); 3] = [
        ("D", Severity::Good, |it| it.delivered),
        ("Q", Severity::Warning, |it| it.deferred),
        ("RJ", Severity::Error, |it| it.failed + it.rejected),
    ];
    let height = (rows.height.saturating_sub(1) / 3).max(1);
    for (number, (letter, tone, of)) in (0..).zip(strips) {
        let place = Rect { y: rows.y + number * height, height, ..rows };
        if place.bottom() <= rows.bottom() {
            strip(theme, frame, place, letter, tone, times.columns.iter().map(of).collect());
        }
    }
    axis(
        theme,
        frame,
        Rect { y: rows.y + 3 * height, height: 1, ..bars }.intersection(rows),
        &times,
    );
    if let Some(chosen) = times.chosen.and_then(|chosen| u16::try_from(chosen).ok()) {
        let column = Rect { x: bars.x + chosen, width: 1, ..rows }.intersection(rows);
        frame.buffer_mut().set_style(column, theme.selected);
    }
}

fn strip(
    theme: &Theme,
    frame: &mut Frame<'_>,
    place: Rect,
    letter: &'static str,
    tone: Severity,
    counts: Vec<u32>,
) {
    let most = counts.iter().copied().max().unwrap_or(0);
    let top = Rect { width: LABEL.min(place.width), height: 1, ..place };
    text::draw_label(frame, top, letter, theme.dim);
    let number = Rect { x: top.x + 2, width: top.width.saturating_sub(3), ..top };
    text::draw_label_right(frame, number, rough_in(most, number.width), theme.count(most, tone));
    let bars = Rect { x: place.x + top.width, width: place.width - top.width, ..place };
    let counts: Vec<u64> = counts.into_iter().map(u64::from).collect();
    frame.render_widget(Sparkline::default().data(counts).style(theme.tone(tone)), bars);
}

/// Time labels of some columns.
fn axis(theme: &Theme, frame: &mut Frame<'_>, line: Rect, times: &Timeline) {
    for column in (0..times.columns.len()).step_by(GAP) {
        let day = times.begin(column).calendar();
        let long = times.step() >= 24 * 60;
        let format = if long { "%d-%b" } else { "%H:%M" };
        let words = day.map_or(String::new(), |day| day.format(format).to_string());
        let x = u16::try_from(column).unwrap_or(u16::MAX);
        let place = Rect { x: line.x.saturating_add(x), width: 6, ..line }.intersection(line);
        text::draw_label(frame, place, words, theme.dim);
    }
}

/// Duration in minutes as text.
fn length(minutes: i64) -> String {
    match minutes {
        1 => "1 min".to_owned(),
        2..60 => format!("{minutes} min"),
        60 => "1 h".to_owned(),
        61..1_440 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1_440),
    }
}
