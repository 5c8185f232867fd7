//! Framed pop-up.

use super::{Theme, text};
use crate::tui::app::App;
use crate::tui::app::help;
use crate::tui::app::overlay::{FRAME, WIDEST};
use crate::tui::keymap::{Command, Mode, Motion};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph};

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let Some((lines, top, _)) = app.sheet() else { return };
    let area = frame.area();
    let height = u16::try_from(lines.len() + FRAME).unwrap_or(area.height).min(area.height);
    let width = area.width.min(u16::try_from(WIDEST).unwrap_or(u16::MAX));
    let place = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .padding(Padding::horizontal(1))
        .title(text::label(format!(" {} ", app.sheet_title()), theme.accent))
        .title_bottom(text::label(keys(app), theme.dim));
    let visible = lines.into_iter().skip(top).take(usize::from(height));
    let visible: Vec<Line<'_>> = visible.map(|line| drawn(line, theme)).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(visible).block(block), place);
}

/// Keys to scroll and close it.
fn keys(app: &App) -> String {
    let key = |command| app.keymap().key_for(Mode::Help, command);
    let (down, up) = (key(Command::Move(Motion::Down)), key(Command::Move(Motion::Up)));
    format!(" {down} {up} scroll, {} closes ", key(Command::Back))
}

fn drawn(line: help::HelpLine, theme: &Theme) -> Line<'static> {
    match line {
        help::HelpLine::Heading(words) => text::line([text::label(words, theme.strong)]),
        help::HelpLine::Key(label, does) => text::line([
            text::label(format!("{label:<13}"), theme.accent),
            text::label(does, theme.plain),
        ]),
        help::HelpLine::Escape(sign, words) => {
            text::line([text::label(sign, theme.escape), text::label(words, theme.plain)])
        }
        help::HelpLine::Said(words, said) => {
            let said = text::spans(&said, theme.plain, theme);
            text::line(std::iter::once(text::label(words, theme.dim)).chain(said))
        }
        help::HelpLine::Words(words) => text::line([text::label(words, theme.plain)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::Settings;
    use crate::tui::theme::Palette;

    #[test]
    fn every_line_fits_80_columns() {
        for line in help::lines(&Settings::default()) {
            let line = drawn(line, &Theme::new(Palette::Dark));
            assert!(line.width() <= 74, "{line}");
        }
    }
}
