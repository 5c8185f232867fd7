//! Style overrides of the user, by kind of text.

use super::{ColorDepth, Theme, nearest};
use ratatui::style::{Color, Modifier, Style};
use thiserror::Error;

/// Accessor of a style in the theme.
type StyleSlot = fn(&mut Theme) -> &mut Style;

/// Kinds of text by name.
const KINDS: &[(&str, StyleSlot)] = &[
    ("plain", |theme| &mut theme.plain),
    ("dim", |theme| &mut theme.dim),
    ("strong", |theme| &mut theme.strong),
    ("accent", |theme| &mut theme.accent),
    ("focus", |theme| &mut theme.focus),
    ("selected", |theme| &mut theme.selected),
    ("selected-elsewhere", |theme| &mut theme.selected_elsewhere),
    ("escape", |theme| &mut theme.escape),
    ("good", |theme| &mut theme.good),
    ("warning", |theme| &mut theme.warning),
    ("error", |theme| &mut theme.error),
];

const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// Overrides: style by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyleOverrides(Vec<(usize, Style)>);

/// Why a style of the configuration is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StyleError {
    /// No kind of text has this name.
    #[error("unknown style {name:?}; styles: {known}")]
    Name {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// Neither a colour nor a modifier.
    #[error(
        "unknown look {0:?}; looks are such as red, lightblue, 208, #ff8800, on black, bold, dim, \
         italic, underlined, reverse"
    )]
    Look(String),
}

impl StyleOverrides {
    /// Sets the style of a kind: a colour by name, number or `#rrggbb`, a background after `on`,
    /// and words such as `bold`.
    ///
    /// # Errors
    /// When there is no such kind or look.
    pub fn choose(&mut self, kind: &str, look: &str) -> Result<(), StyleError> {
        let at = KINDS.iter().position(|(name, _)| *name == kind).ok_or_else(|| {
            let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            StyleError::Name { name: kind.to_owned(), known: known.join(", ") }
        })?;
        let (mut style, mut ground) = (Style::new(), false);
        for word in look.split_whitespace() {
            let modifier = MODIFIERS.iter().find(|(name, _)| *name == word);
            style = match modifier {
                Some((_, modifier)) => style.add_modifier(*modifier),
                None if word == "on" => {
                    ground = true;
                    continue;
                }
                None if ground => style.bg(colour(word)?),
                None => style.fg(colour(word)?),
            };
        }
        self.0.push((at, style));
        Ok(())
    }

    /// Applies the overrides at this colour depth, or without colours.
    pub(super) fn apply(&self, theme: &mut Theme, depth: Option<ColorDepth>) {
        for (at, style) in &self.0 {
            let Some((_, kind)) = KINDS.get(*at) else { continue };
            let reduced = |colour: Option<Color>| Some(nearest::to(colour?, depth?));
            let before = kind(theme);
            *before = Style {
                fg: reduced(style.fg),
                bg: reduced(style.bg),
                add_modifier: style.add_modifier,
                ..*before
            };
        }
    }
}

fn colour(word: &str) -> Result<Color, StyleError> {
    word.parse().map_err(|_| StyleError::Look(word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Palette;

    fn chosen(kind: &str, look: &str) -> StyleOverrides {
        let mut chosen = StyleOverrides::default();
        chosen.choose(kind, look).unwrap();
        chosen
    }

    #[test]
    fn a_chosen_look_takes_the_place_of_the_other() {
        let theme = Theme::new(Palette::Dark);
        for (kind, _) in KINDS {
            let other = theme.with(&chosen(kind, "208 on #010203 italic"), ColorDepth::True);
            let changed = KINDS.iter().filter(|(_, of)| *of(&mut { other }) != *of(&mut { theme }));
            assert_eq!(changed.map(|(name, _)| *name).collect::<Vec<_>>(), [*kind]);
        }
        let look = theme.with(&chosen("error", "208 on #010203 italic"), ColorDepth::True).error;
        let wanted = Style::new().fg(Color::Indexed(208)).bg(Color::Rgb(1, 2, 3));
        assert_eq!(look, wanted.add_modifier(Modifier::ITALIC));
    }

    /// Relative luminance of a colour, as defined by WCAG.
    fn luminance(rgb: [u8; 3]) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = rgb.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    #[test]
    fn every_colour_can_be_read_on_its_ground() {
        for (palette, ground) in [(Palette::Dark, [0; 3]), (Palette::Light, [255; 3])] {
            for (name, kind) in KINDS {
                let Some(Color::Indexed(index)) = kind(&mut Theme::new(palette)).fg else {
                    continue;
                };
                let (one, other) = (luminance(nearest::fixed(index)), luminance(ground));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{palette:?} {name}: {contrast:.1}");
            }
        }
    }

    #[test]
    fn no_more_colours_than_the_terminal_or_the_theme_has() {
        let fg =
            |palette, depth| Theme::new(palette).with(&chosen("good", "#ff0000"), depth).good.fg;
        assert_eq!(fg(Palette::Dark, ColorDepth::True), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(fg(Palette::Light, ColorDepth::Fixed), Some(Color::Indexed(196)));
        assert_eq!(fg(Palette::Sixteen, ColorDepth::True), Some(Color::Indexed(9)));
        assert_eq!(fg(Palette::Mono, ColorDepth::True), None);
        let mono =
            Theme::new(Palette::Ascii).with(&chosen("good", "red bold"), ColorDepth::True).good;
        assert_eq!(mono, Style::new().add_modifier(Modifier::BOLD));
    }

    #[test]
    fn what_there_is_not_is_named() {
        let said = |kind, look| StyleOverrides::default().choose(kind, look).unwrap_err();
        assert!(
            said("goods", "red")
                .to_string()
                .starts_with("unknown style \"goods\"; styles: plain, dim")
        );
        for look in ["reddish", "256", "#ff88", "#gggggg", "on on blau"] {
            assert!(said("good", look).to_string().starts_with("unknown look"), "{look}");
        }
    }
}
