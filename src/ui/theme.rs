//! The only place with colours: the sixteen of the terminal's own palette, or none.

use crate::app::words::Tone;
use ratatui::style::{Color, Modifier, Style};

/// Which colours suit the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// No colours at all (`NO_COLOR`): bold, dim, reversed and underlined only.
    Mono,
}

/// What each kind of text looks like. Ground and ordinary text are the terminal's own.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Ordinary text.
    pub plain: Style,
    /// Of less weight.
    pub dim: Style,
    /// Of more weight.
    pub strong: Style,
    /// The name of the program, keys, what is typed.
    pub accent: Style,
    /// The rule of the focused pane.
    pub focus: Style,
    /// The selected row of the focused pane.
    pub selected: Style,
    /// The selected row of another pane.
    pub selected_elsewhere: Style,
    /// An escape that stands for a byte of the log; not to be mistaken for literal text even on a
    /// selected row.
    pub escape: Style,
    good: Style,
    late: Style,
    bad: Style,
}

impl Theme {
    /// The theme for a palette.
    pub fn new(palette: Palette) -> Self {
        let plain = Style::new();
        let colour = |dark: Color, light: Color| match palette {
            Palette::Dark => plain.fg(dark),
            Palette::Light => plain.fg(light),
            Palette::Mono => plain,
        };
        let bold = Modifier::BOLD;
        let one_colour = plain.fg(Color::Reset).remove_modifier(Modifier::DIM | bold);
        Self {
            plain,
            dim: plain.add_modifier(Modifier::DIM),
            strong: plain.add_modifier(bold),
            accent: colour(Color::Cyan, Color::Blue).add_modifier(bold),
            focus: colour(Color::Cyan, Color::Blue),
            // One colour for the whole row: many of them reversed would be a patchwork.
            selected: one_colour.add_modifier(Modifier::REVERSED),
            selected_elsewhere: plain
                .add_modifier(bold | Modifier::UNDERLINED)
                .remove_modifier(Modifier::DIM),
            escape: colour(Color::Magenta, Color::Magenta)
                .add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
            good: colour(Color::Green, Color::Green),
            // Yellow can't be read on white.
            late: colour(Color::Yellow, Color::Magenta),
            bad: colour(Color::LightRed, Color::Red).add_modifier(bold),
        }
    }

    /// How a tone looks.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.plain,
            Tone::Dim => self.dim,
            Tone::Good => self.good,
            Tone::Late => self.late,
            Tone::Bad => self.bad,
        }
    }

    /// The name of a pane.
    pub fn title(&self, focused: bool) -> Style {
        if focused { self.accent } else { self.strong }
    }

    /// A count: nothing is dim.
    pub fn count(&self, count: u32, tone: Tone) -> Style {
        if count == 0 { self.dim } else { self.tone(tone) }
    }
}
