//! The filter in force and what it leaves, or the prompt in which one is typed.

use super::{Theme, text};
use crate::app::words::number;
use crate::app::{App, Prompt};
use crate::keymap::Command;
use crate::show::show;
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    // On a narrow screen the filter itself is all there is room for.
    let note = if area.width < 60 { String::new() } else { left(app) };
    let width = u16::try_from(note.len()).unwrap_or(area.width).min(area.width / 2);
    let bar = Rect { width: area.width - width, ..area };
    match app.prompt() {
        Some(prompt) => draw_prompt(prompt, theme, frame, bar),
        None if app.filter_text().is_empty() => {
            let key = app.key_for(Command::EditFilter);
            text::say(frame, bar, format!("no filter: {key} filters by domain or text"), theme.dim);
        }
        None => {
            let mut spans = vec![text::own("filter ", theme.dim)];
            spans.extend(text::spans(&show(app.filter_text().as_bytes()), theme.accent, theme));
            frame.render_widget(text::line(spans), bar);
        }
    }
    text::say_right(frame, Rect { x: bar.right(), width, ..area }, note, theme.dim);
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

fn draw_prompt(prompt: &Prompt, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut spans = vec![text::own("/", theme.accent)];
    match &prompt.error {
        None => spans.extend(text::spans(&show(prompt.text().as_bytes()), theme.strong, theme)),
        Some(error) => {
            let (good, wrong) =
                prompt.text().split_at_checked(error.at).unwrap_or((prompt.text(), ""));
            spans.extend(text::spans(&show(good.as_bytes()), theme.strong, theme));
            spans.extend(text::spans(
                &show(wrong.as_bytes()),
                theme.tone(crate::app::words::Tone::Bad),
                theme,
            ));
            spans.push(text::own(format!("   {error}"), theme.tone(crate::app::words::Tone::Bad)));
        }
    }
    frame.render_widget(text::line(spans), area);
    let before = u16::try_from(prompt.cursor()).unwrap_or(u16::MAX).saturating_add(1);
    frame.set_cursor_position((area.x + before.min(area.width.saturating_sub(1)), area.y));
}
