//! Key names, as in footer, help and configuration.

use crossterm::event::{KeyCode, KeyModifiers};

/// Key with modifiers.
pub(super) type Key = (KeyCode, KeyModifiers);

/// Named keys.
const NAMED: &[(&str, KeyCode)] = &[
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Down", KeyCode::Down),
    ("Up", KeyCode::Up),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgDn", KeyCode::PageDown),
    ("PgUp", KeyCode::PageUp),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

/// Terminals send the same bytes for these as for Tab, Enter and Esc.
const NOT_TOLD_APART: &str = "im[";

/// Parses a key name such as `q`, `G`, `Ctrl-d`, `F5` or `PgDn`: case-insensitive except for single
/// characters.
pub(super) fn parse(name: &str) -> Option<Key> {
    let (mut rest, mut held) = (name, KeyModifiers::NONE);
    while let Some((modifier, after)) = modifiers(rest) {
        (held, rest) = (held | modifier, after);
    }
    let ctrl = held.contains(KeyModifiers::CONTROL);
    let mut characters = rest.chars();
    let code = match (characters.next()?, characters.next()) {
        (c, None) if ctrl && (!c.is_ascii() || NOT_TOLD_APART.contains(c)) => return None,
        (c, None) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
        (c, None) if c.is_control() || c == ' ' => return None,
        (c, None) => KeyCode::Char(c),
        ('F' | 'f', Some(_)) if rest.is_ascii() => {
            let number = rest.split_at(1).1.parse().ok()?;
            (1..=12).contains(&number).then_some(KeyCode::F(number))?
        }
        _ => NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(rest))?.1,
    };
    Some((code, held))
}

/// Parses the modifiers at the start of a name; returns them with the rest.
fn modifiers(name: &str) -> Option<(KeyModifiers, &str)> {
    let (word, rest) = name.split_once('-')?;
    if rest.is_empty() {
        return None;
    }
    match word.to_ascii_lowercase().as_str() {
        "ctrl" => Some((KeyModifiers::CONTROL, rest)),
        "alt" => Some((KeyModifiers::ALT, rest)),
        _ => None,
    }
}

/// Name of a key.
pub(super) fn name((code, held): Key) -> String {
    let ctrl = if held.contains(KeyModifiers::CONTROL) { "Ctrl-" } else { "" };
    let alt = if held.contains(KeyModifiers::ALT) { "Alt-" } else { "" };
    let named = NAMED.iter().find(|(_, known)| *known == code).map(|(name, _)| *name);
    let key = match (named, code) {
        (Some(name), _) => name.to_owned(),
        (None, KeyCode::F(number)) => format!("F{number}"),
        (None, code) => code.to_string(),
    };
    format!("{ctrl}{alt}{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_name_of_its_key() {
        for text in
            ["q", "G", "-", "?", "é", "Ctrl-d", "Alt-x", "Ctrl-Alt-e", "F5", "F12", "Ctrl--"]
                .into_iter()
                .chain(NAMED.iter().map(|(name, _)| *name))
        {
            assert_eq!(parse(text).map(name).as_deref(), Some(text));
        }
    }

    #[test]
    fn upper_and_lower_case_are_the_same_but_in_a_character() {
        for (one, other) in [("ctrl-D", "Ctrl-d"), ("f5", "F5"), ("pgdn", "PgDn"), ("ESC", "Esc")] {
            assert_eq!(parse(one), parse(other), "{one}");
            assert!(parse(one).is_some(), "{one}");
        }
        assert_ne!(parse("g"), parse("G"));
        assert_eq!(parse("shift-tab"), Some((KeyCode::BackTab, KeyModifiers::NONE)));
    }

    #[test]
    fn what_no_terminal_sends_is_no_key() {
        for text in [
            "", " ", "gg", "Ctrl-", "Ctrl-i", "ctrl-m", "F0", "F13", "F999", "Fx", "f1é",
            "shift-x", "\x1b", "super-x",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
