//! The only place with colours.

mod nearest;
mod style_overrides;

pub use style_overrides::StyleOverrides;

use crate::tui::app::labels::Severity;
use ratatui::style::{Color, Modifier, Style};

/// Which colours suit the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// Light text on a dark ground, in colours that no terminal lets one change.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// The sixteen colours of the terminal's own palette, on a dark ground.
    Sixteen,
    /// The same on a light ground.
    SixteenOnLight,
    /// No colours at all (`NO_COLOR`): bold, dim, reversed and underlined only.
    Mono,
    /// No colours, and no character but those of ASCII.
    Ascii,
}

/// How many colours a terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// Sixteen, which somebody may have chosen.
    Sixteen,
    /// 240 more, which are the same everywhere.
    #[default]
    Fixed,
    /// Any.
    True,
}

/// What each kind of text looks like. Ground and ordinary text are the terminal's own.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    palette: Palette,
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
    warning: Style,
    error: Style,
}

impl Theme {
    /// The theme for a palette.
    pub fn new(palette: Palette) -> Self {
        let plain = Style::new();
        let colour = |dark, light, named, named_on_light| match palette {
            Palette::Dark => plain.fg(Color::Indexed(dark)),
            Palette::Light => plain.fg(Color::Indexed(light)),
            Palette::Sixteen => plain.fg(named),
            Palette::SixteenOnLight => plain.fg(named_on_light),
            Palette::Mono | Palette::Ascii => plain,
        };
        let accent = colour(80, 25, Color::Cyan, Color::Blue);
        let escape = colour(177, 90, Color::Magenta, Color::Magenta);
        let bold = Modifier::BOLD;
        let one_colour = plain.fg(Color::Reset).remove_modifier(Modifier::DIM | bold);
        Self {
            palette,
            plain,
            dim: match palette {
                // Some terminals draw dim text so that it can't be read, and some as any other.
                Palette::Dark => plain.fg(Color::Indexed(246)),
                Palette::Light => plain.fg(Color::Indexed(242)),
                _ => plain.add_modifier(Modifier::DIM),
            },
            strong: plain.add_modifier(bold),
            accent: accent.add_modifier(bold),
            focus: accent,
            // One colour for the whole row: many of them reversed would be a patchwork.
            selected: one_colour.add_modifier(Modifier::REVERSED),
            selected_elsewhere: plain
                .add_modifier(bold | Modifier::UNDERLINED)
                .remove_modifier(Modifier::DIM),
            escape: escape.add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
            good: colour(114, 28, Color::Green, Color::Green),
            // Yellow can't be read on white.
            warning: colour(221, 94, Color::Yellow, Color::Magenta),
            error: colour(210, 160, Color::LightRed, Color::Red).add_modifier(bold),
        }
    }

    /// This with other looks for some kinds of text, in as many colours as the terminal has.
    #[must_use]
    pub fn with(mut self, chosen: &StyleOverrides, depth: ColorDepth) -> Self {
        let depth = match self.palette {
            Palette::Dark | Palette::Light => Some(depth),
            Palette::Sixteen | Palette::SixteenOnLight => Some(ColorDepth::Sixteen),
            Palette::Mono | Palette::Ascii => None,
        };
        chosen.apply(&mut self, depth);
        self
    }

    /// Whether every character has to be one of ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.palette == Palette::Ascii
    }

    /// How a tone looks.
    pub fn tone(&self, tone: Severity) -> Style {
        match tone {
            Severity::Plain => self.plain,
            Severity::Dim => self.dim,
            Severity::Good => self.good,
            Severity::Warning => self.warning,
            Severity::Error => self.error,
        }
    }

    /// The name of a pane.
    pub fn title(&self, focused: bool) -> Style {
        if focused { self.accent } else { self.strong }
    }

    /// A count: nothing is dim.
    pub fn count(&self, count: u32, tone: Severity) -> Style {
        if count == 0 { self.dim } else { self.tone(tone) }
    }
}
