//! The help, drawn over everything else.

use super::{Theme, text};
use crate::app::help::{self, FRAME};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph};

pub(super) fn draw(theme: &Theme, frame: &mut Frame<'_>, top: usize) {
    let lines = lines(theme);
    let area = frame.area();
    let height = u16::try_from(lines.len() + FRAME).unwrap_or(area.height).min(area.height);
    let width = area.width.min(78);
    let place = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
    let top = top.min(help::last_top(usize::from(area.height)));
    let top = u16::try_from(top).unwrap_or(u16::MAX);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .padding(Padding::horizontal(1))
        .title(text::own(" mtatop: help ", theme.accent))
        .title_bottom(text::own(" j k scroll, Esc closes ", theme.dim));
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(block).scroll((top, 0)), place);
}

fn lines(theme: &Theme) -> Vec<Line<'static>> {
    let line = |line| match line {
        help::Line::Heading(words) => text::line([text::own(words, theme.strong)]),
        help::Line::Key(label, does) => text::line([
            text::own(format!("{label:<13}"), theme.accent),
            text::own(does, theme.plain),
        ]),
        help::Line::Escape(sign, words) => {
            text::line([text::own(sign, theme.escape), text::own(words, theme.plain)])
        }
        help::Line::Words(words) => text::line([text::own(words, theme.plain)]),
    };
    help::lines().into_iter().map(line).collect()
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
