//! The help: every key, and what the signs on the screen mean.

use super::Theme;
use crate::app::words::{STALL, age};
use crate::keymap::{BINDINGS, Mode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph};

pub(super) fn draw(theme: &Theme, frame: &mut Frame<'_>, top: usize) {
    let lines = lines(theme);
    let area = frame.area();
    let height = u16::try_from(lines.len() + 2).unwrap_or(area.height).min(area.height);
    let width = area.width.min(78);
    let place = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
    let hidden = lines.len().saturating_sub(usize::from(height.saturating_sub(2)));
    let top = u16::try_from(top.min(hidden)).unwrap_or(u16::MAX);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .padding(Padding::horizontal(1))
        .title(Span::styled(" mtatop: help ", theme.accent))
        .title_bottom(Span::styled(" j k scroll, Esc closes ", theme.dim));
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(block).scroll((top, 0)), place);
}

fn lines(theme: &Theme) -> Vec<Line<'static>> {
    let keys = |mode: Mode| {
        let bindings = BINDINGS.iter().filter(move |binding| binding.mode == mode);
        bindings.map(|binding| {
            let label = Span::styled(format!("{:<13}", binding.label), theme.accent);
            Line::from(vec![label, Span::raw(binding.help)])
        })
    };
    let say = |words: &'static str| Line::from(words);
    let heading = |words: &'static str| Line::styled(words, theme.strong);
    let mut lines = vec![heading("In the panes")];
    lines.extend(keys(Mode::Browse));
    lines.push(say("mouse        click a row to select it, a column head to sort by it"));
    lines.extend([say(""), heading("While typing a filter")]);
    lines.extend(keys(Mode::Prompt));
    lines.extend([
        say(""),
        heading("A filter"),
        say("example.com          this recipient domain and its subdomains"),
        say("exam*                domains that begin so, or have a parent that does"),
        say("a.org|b.org          either; terms with a blank between must both hold"),
        say(""),
        heading("What is shown"),
        say("E D Q R J    enqueued, delivered, deferred, failed, rejected recipients"),
        say("← →          who opened the connection: they, or we"),
        say("HOST → MX    the host asked for, and the one chosen after the MX look-up"),
        Line::from(format!("STALL?       open, and silent for {} or more", age(STALL))),
        say("closed (?)   its thread opened another one, and no C was logged"),
        say("rates        over the last 10 s of the log; a bar is a second or more"),
        say("‖ frozen +n  n entries came since; the reader goes on"),
        Line::from(vec![
            Span::styled("^[", theme.escape),
            Span::raw("           stands for a byte that must not reach a terminal"),
        ]),
    ]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Palette;

    #[test]
    fn every_line_fits_80_columns() {
        for line in lines(&Theme::new(Palette::Dark)) {
            assert!(line.width() <= 74, "{line}");
        }
    }
}
