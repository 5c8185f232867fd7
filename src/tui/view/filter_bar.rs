//! Filter bar: filter in force with match counts, or a prompt.

use super::{Theme, text};
use crate::stats::{Backlog, Counts};
use crate::text::CharsetMode;
use crate::tui::app::labels;
use crate::tui::app::labels::{Severity, entries, number};
use crate::tui::app::time_window::CountMark;
use crate::tui::app::{App, Prompt};
use crate::tui::keymap::Command;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    if let Some(naming) = app.naming() {
        return draw_naming(app, naming, theme, frame, area);
    }
    let note = note(app, theme, area.width);
    let width = u16::try_from(note.width()).unwrap_or(area.width).min(area.width);
    let bar = Rect { width: area.width - width, ..area };
    match app.prompt() {
        Some(prompt) => draw_prompt(prompt, app.alphabet(), theme, frame, bar),
        None if app.filter_text().is_empty() => {
            let key = app.key_for(Command::EditFilter);
            text::draw_label(
                frame,
                bar,
                format!("no filter; {key} filters by domain or text"),
                theme.dim,
            );
        }
        None => {
            let [label, filter] =
                Layout::horizontal([Constraint::Length(7), Constraint::Fill(1)]).areas(bar);
            text::draw_label(frame, label, "filter ", theme.dim);
            text::draw_text(
                frame,
                filter,
                &app.show(app.shown_filter().as_bytes()),
                theme.accent,
                theme,
            );
        }
    }
    frame.render_widget(note, Rect { x: bar.right(), width, ..area });
}

/// Right side: the error of the filter, else time window, counts since the mark and match counts,
/// as far as they fit.
fn note(app: &App, theme: &Theme, width: u16) -> Line<'static> {
    let room = usize::from(width / 2);
    if let Some(error) = app.prompt().and_then(|prompt| prompt.error.as_ref()) {
        let shown = app.show(format!("  {error}").as_bytes()).clip(room);
        return text::line(text::spans(&shown, theme.tone(Severity::Error), theme));
    }
    let since = |mark: CountMark| since(mark, app.tally().since_mark(), width);
    let entries = Some(remaining(app)).filter(|_| width >= 60);
    let parts = [app.span(), app.mark().map(since), entries].into_iter();
    let styles = [theme.accent, theme.strong, theme.dim];
    let mut spans = Vec::new();
    let mut used = 0;
    for (words, style) in parts.zip(styles).filter_map(|(words, style)| Some((words?, style))) {
        let cells = words.chars().count() + 2;
        // Without the label of the window the counts would mislead.
        if used > 0 && used + cells > room {
            break;
        }
        used += cells;
        spans.extend([text::label("  ", theme.plain), text::label(words, style)]);
    }
    text::line(spans)
}

/// Counts since the mark, including recovered recipients.
fn since(mark: CountMark, (counts, backlog): (Counts, Backlog), width: u16) -> String {
    let Counts { delivered, deferred, failed, .. } = counts;
    let [d, q, r, recovered] = [delivered, deferred, failed, backlog.recovered].map(number);
    let recovered = if width < 120 { String::new() } else { format!(" recovered {recovered},") };
    let change = labels::change(backlog.change, u16::MAX);
    format!("since {}: D {d} Q {q} R {r},{recovered} backlog {change}", mark.at)
}

/// Number of matching entries of the log.
fn remaining(app: &App) -> String {
    let (left, all) =
        (app.tally().totals().counts.entries, app.total_tally().totals().counts.entries);
    if app.tally().filter().is_empty() && app.span().is_none() {
        format!("{} entries", number(all))
    } else if app.progress().is_some() {
        format!("{} so far of {} entries", number(left), number(all))
    } else {
        format!("{} of {} entries", number(left), number(all))
    }
}

/// Text of the prompt with its invalid part highlighted, scrolled to the cursor.
fn draw_prompt(
    prompt: &Prompt,
    alphabet: CharsetMode,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let all = prompt.text();
    let right = prompt.error.as_ref().map_or(all.len(), |error| error.at);
    let (right, wrong) = all.split_at_checked(right).unwrap_or((all, ""));
    let mut spans = vec![text::label("/", theme.accent)];
    spans.extend(text::spans(&alphabet.show_bare(right.as_bytes()), theme.strong, theme));
    spans.extend(text::spans(
        &alphabet.show_bare(wrong.as_bytes()),
        theme.tone(Severity::Error),
        theme,
    ));
    let before = alphabet.show_bare(prompt.before_cursor().as_bytes()).width();
    draw_typed(spans, before + 1, frame, area);
}

/// Name prompt with the number of entries to write.
fn draw_naming(
    app: &App,
    (name, before): (&str, &str),
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let label = format!("write {} to ", entries(app.tally().totals().counts.entries));
    let shown = |text: &str| app.alphabet().show_bare(text.as_bytes());
    let before = label.len() + shown(before).width();
    let mut spans = vec![text::label(label, theme.accent)];
    spans.extend(text::spans(&shown(name), theme.strong, theme));
    draw_typed(spans, before, frame, area);
}

/// Line scrolled so that the cursor is visible.
fn draw_typed(spans: Vec<Span<'static>>, before: usize, frame: &mut Frame<'_>, area: Rect) {
    let before = u16::try_from(before).unwrap_or(u16::MAX);
    let last = area.width.saturating_sub(1);
    let hidden = before.saturating_sub(last);
    frame.render_widget(Paragraph::new(text::line(spans)).scroll((0, hidden)), area);
    frame.set_cursor_position((area.x + before.min(last), area.y));
}
