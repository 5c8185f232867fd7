//! The filter in force and what it leaves, or the prompt in which one is typed.

use super::{Theme, text};
use crate::app::words::{Tone, number};
use crate::app::{App, Prompt};
use crate::keymap::Command;
use crate::show::show;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Paragraph;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let error = app.prompt().and_then(|prompt| prompt.error.as_ref());
    // On a narrow screen the filter itself is all there is room for.
    let note = match error {
        Some(error) => format!("  {error}"),
        None if area.width < 60 => String::new(),
        None => left(app),
    };
    let width = u16::try_from(note.len()).unwrap_or(area.width).min(area.width / 2);
    let bar = Rect { width: area.width - width, ..area };
    match app.prompt() {
        Some(prompt) => draw_prompt(prompt, theme, frame, bar),
        None if app.filter_text().is_empty() => {
            let key = app.key_for(Command::EditFilter);
            text::say(frame, bar, format!("no filter: {key} filters by domain or text"), theme.dim);
        }
        None => {
            let [label, filter] =
                Layout::horizontal([Constraint::Length(7), Constraint::Fill(1)]).areas(bar);
            text::say(frame, label, "filter ", theme.dim);
            text::put(frame, filter, &show(app.filter_text().as_bytes()), theme.accent, theme);
        }
    }
    let place = Rect { x: bar.right(), width, ..area };
    match error {
        Some(_) => text::put(frame, place, &show(note.as_bytes()), theme.tone(Tone::Bad), theme),
        None => text::say_right(frame, place, note, theme.dim),
    }
}

/// How much of the log the filter leaves.
fn left(app: &App) -> String {
    let (left, all) = (app.tally().totals().counts.entries, app.all().totals().counts.entries);
    if app.tally().filter().is_empty() {
        format!(" {} entries", number(all))
    } else if app.progress().is_some() {
        format!(" {} so far of {} entries", number(left), number(all))
    } else {
        format!(" {} of {} entries", number(left), number(all))
    }
}

/// The text, what is wrong of it in another colour, and as much of it as shows the cursor.
fn draw_prompt(prompt: &Prompt, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let all = prompt.text();
    let right = prompt.error.as_ref().map_or(all.len(), |error| error.at);
    let (right, wrong) = all.split_at_checked(right).unwrap_or((all, ""));
    let mut spans = vec![text::own("/", theme.accent)];
    spans.extend(text::spans(&show(right.as_bytes()), theme.strong, theme));
    spans.extend(text::spans(&show(wrong.as_bytes()), theme.tone(Tone::Bad), theme));
    let before = u16::try_from(prompt.cursor()).unwrap_or(u16::MAX).saturating_add(1);
    let last = area.width.saturating_sub(1);
    let hidden = before.saturating_sub(last);
    frame.render_widget(Paragraph::new(text::line(spans)).scroll((0, hidden)), area);
    frame.set_cursor_position((area.x + before.min(last), area.y));
}
