//! Palette and colour depth from flag, configuration and environment.

use crate::cli::{ColorChoice, ThemeName};
use crate::tui::config::Config;
use crate::tui::theme::{ColorDepth, Palette};

/// Palette and colour depth; `variable` reads an environment variable.
pub(super) fn of(config: &Config, variable: impl Fn(&str) -> String) -> (Palette, ColorDepth) {
    let term = variable("TERM");
    let depth = depth(&term, &variable("COLORTERM"));
    let light = match config.theme {
        ThemeName::Light => true,
        ThemeName::Dark => false,
        _ => is_light(&variable("COLORFGBG")),
    };
    let palette = match config.theme {
        ThemeName::Ascii => Palette::Ascii,
        ThemeName::Auto if is_console(&term) => Palette::Ascii,
        ThemeName::Mono => Palette::Mono,
        _ if config.color == ColorChoice::Never => Palette::Mono,
        theme => match (theme == ThemeName::Sixteen || depth == ColorDepth::Sixteen, light) {
            (true, false) => Palette::Sixteen,
            (true, true) => Palette::SixteenOnLight,
            (false, false) => Palette::Dark,
            (false, true) => Palette::Light,
        },
    };
    (palette, depth)
}

fn depth(term: &str, colorterm: &str) -> ColorDepth {
    match colorterm {
        "truecolor" | "24bit" => ColorDepth::True,
        _ if term.contains("256color") || term.ends_with("-direct") => ColorDepth::Fixed,
        _ => ColorDepth::Sixteen,
    }
}

/// Whether `COLORFGBG` (`foreground;background`, palette numbers) names a light background: 7, or 9
/// and above.
fn is_light(colorfgbg: &str) -> bool {
    let ground = colorfgbg.rsplit(';').next().and_then(|value| value.parse::<u8>().ok());
    matches!(ground, Some(7 | 9..=15))
}

/// Whether the terminal is a classic one or a Sun console: their fonts lack line-drawing characters
/// and arrows in UTF-8, and they have no colours.
fn is_console(term: &str) -> bool {
    let number = term.strip_prefix("vt").unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit()) || term == "sun"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(
        theme: ThemeName,
        color: ColorChoice,
        term: &str,
        others: &[(&str, &str)],
    ) -> (Palette, ColorDepth) {
        of(&Config { theme, color, ..Config::default() }, |name| {
            let known = [("TERM", term)];
            let mut variables = known.iter().chain(others);
            variables.find(|(known, _)| *known == name).map_or("", |(_, value)| value).to_owned()
        })
    }

    #[test]
    fn what_was_chosen_holds_as_far_as_the_terminal_can_show_it() {
        let (auto, xterm) = (ColorChoice::Auto, "xterm-256color");
        for (theme, term, palette) in [
            (ThemeName::Auto, xterm, Palette::Dark),
            (ThemeName::Light, xterm, Palette::Light),
            (ThemeName::Sixteen, xterm, Palette::Sixteen),
            (ThemeName::Mono, xterm, Palette::Mono),
            (ThemeName::Ascii, xterm, Palette::Ascii),
            (ThemeName::Auto, "xterm", Palette::Sixteen),
            (ThemeName::Light, "linux", Palette::SixteenOnLight),
            (ThemeName::Auto, "vt220", Palette::Ascii),
            (ThemeName::Auto, "sun", Palette::Ascii),
            (ThemeName::Dark, "vt220", Palette::Sixteen),
            (ThemeName::Auto, "vte-256color", Palette::Dark),
        ] {
            assert_eq!(look(theme, auto, term, &[]).0, palette, "{theme:?} {term}");
        }
        assert_eq!(look(ThemeName::Light, ColorChoice::Never, xterm, &[]).0, Palette::Mono);
        assert_eq!(look(ThemeName::Ascii, ColorChoice::Never, xterm, &[]).0, Palette::Ascii);
    }

    #[test]
    fn the_environment_tells_ground_and_depth() {
        let look = |theme, others: &[(&str, &str)]| {
            look(theme, ColorChoice::Auto, "xterm-256color", others)
        };
        for (value, palette) in [
            ("0;15", Palette::Light),
            ("15;0", Palette::Dark),
            ("7", Palette::Light),
            ("x", Palette::Dark),
        ] {
            assert_eq!(look(ThemeName::Auto, &[("COLORFGBG", value)]).0, palette, "{value}");
        }
        assert_eq!(look(ThemeName::Dark, &[("COLORFGBG", "0;15")]).0, Palette::Dark);
        assert_eq!(look(ThemeName::Sixteen, &[("COLORFGBG", "0;15")]).0, Palette::SixteenOnLight);
        assert_eq!(look(ThemeName::Auto, &[]).1, ColorDepth::Fixed);
        assert_eq!(look(ThemeName::Auto, &[("COLORTERM", "truecolor")]).1, ColorDepth::True);
    }
}
