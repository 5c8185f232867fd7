//! Theme: the only module that uses colours.

mod nearest;
mod style_overrides;

pub use style_overrides::StyleOverrides;

use crate::tui::app::labels::Severity;
use ratatui::style::{Color, Modifier, Style};

/// Colour palette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// Light text on a dark background, in fixed colours.
    #[default]
    Dark,
    /// Dark text on a light background.
    Light,
    /// The terminal's own sixteen colours, on a dark background.
    Sixteen,
    /// The same on a light background.
    SixteenOnLight,
    /// No colours (`NO_COLOR`): bold, dim, reversed and underlined only.
    Mono,
    /// No colours, ASCII only.
    Ascii,
}

/// Colour depth of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// The sixteen colours that users can redefine.
    Sixteen,
    /// 256 colours: 240 fixed ones besides the sixteen.
    #[default]
    Fixed,
    /// True colour.
    True,
}

/// Style of each kind of text. Background and ordinary text use the terminal's own colours.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    palette: Palette,
    /// Ordinary text.
    pub plain: Style,
    /// Secondary text.
    pub dim: Style,
    /// Emphasised text.
    pub strong: Style,
    /// Program name, keys, typed text.
    pub accent: Style,
    /// Rule of the focused pane.
    pub focus: Style,
    /// Selected row of the focused pane.
    pub selected: Style,
    /// Selected row of another pane.
    pub selected_elsewhere: Style,
    /// Escape that stands for a byte of the log; distinct from literal text even on a selected row.
    pub escape: Style,
    good: Style,
    warning: Style,
    error: Style,
}

impl Theme {
    /// Theme of a palette.
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
                // Some terminals draw dim text unreadably dark, others draw it as normal text.
                Palette::Dark => plain.fg(Color::Indexed(246)),
                Palette::Light => plain.fg(Color::Indexed(242)),
                _ => plain.add_modifier(Modifier::DIM),
            },
            strong: plain.add_modifier(bold),
            accent: accent.add_modifier(bold),
            focus: accent,
            // One colour for the whole row: reversing each cell's colour would look like a
            // patchwork.
            selected: one_colour.add_modifier(Modifier::REVERSED),
            selected_elsewhere: plain
                .add_modifier(bold | Modifier::UNDERLINED)
                .remove_modifier(Modifier::DIM),
            escape: escape.add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
            good: colour(114, 28, Color::Green, Color::Green),
            // Yellow is unreadable on white.
            warning: colour(221, 94, Color::Yellow, Color::Magenta),
            error: colour(210, 160, Color::LightRed, Color::Red).add_modifier(bold),
        }
    }

    /// Applies style overrides at this colour depth.
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

    /// Whether only ASCII may be drawn.
    pub(super) fn is_ascii(&self) -> bool {
        self.palette == Palette::Ascii
    }

    /// Style of a severity.
    pub fn tone(&self, tone: Severity) -> Style {
        match tone {
            Severity::Plain => self.plain,
            Severity::Dim => self.dim,
            Severity::Good => self.good,
            Severity::Warning => self.warning,
            Severity::Error => self.error,
        }
    }

    /// Style of a pane's title.
    pub fn title(&self, focused: bool) -> Style {
        if focused { self.accent } else { self.strong }
    }

    /// Style of a count, never dim.
    pub fn count(&self, count: u32, tone: Severity) -> Style {
        if count == 0 { self.dim } else { self.tone(tone) }
    }
}
