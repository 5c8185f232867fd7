//! Character set drawn unescaped, and warnings for misleading text.

use super::char_class::CharsetMode;
use super::sanitize::{SafeText, escape, made, write_to};
use super::scripts;
use std::fmt::Write as _;

impl CharsetMode {
    /// All of the bytes, made fit for a terminal, behind the [warning](Self::warning) there is.
    pub fn show(self, bytes: &[u8]) -> SafeText {
        match scripts::warning(bytes) {
            Some(words) => SafeText::warning(words).append(&self.show_bare(bytes)),
            None => self.show_bare(bytes),
        }
    }

    /// Sanitizes without a warning: for typed text, and for parts of a text.
    pub fn show_bare(self, bytes: &[u8]) -> SafeText {
        made(bytes, self)
    }

    /// Warning before a text with a mixed-script word (`MIXED`) or right-to-left letters (`RTL`);
    /// usually empty.
    pub fn warning(bytes: &[u8]) -> SafeText {
        scripts::warning(bytes).map_or_else(SafeText::default, SafeText::warning)
    }

    /// Escapes bytes into one unstyled string, as [`escape()`] does.
    pub fn plain(self, bytes: &[u8]) -> String {
        self.restrict(&escape(bytes))
    }

    /// The same for text that is already escaped.
    pub fn restrict(self, plain: &str) -> String {
        let mut text = String::with_capacity(plain.len());
        for c in plain.chars() {
            if self == Self::All || c.is_ascii() {
                text.push(c);
            } else {
                write_to(&mut text, |text| write!(text, r"\u{{{:x}}}", u32::from(c)));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitize::sanitize;

    fn pieces(alphabet: CharsetMode, text: &str) -> Vec<(String, bool)> {
        let shown = alphabet.show(text.as_bytes());
        shown.pieces().map(|piece| (piece.text.to_owned(), piece.escape)).collect()
    }

    #[test]
    fn a_look_alike_is_told_by_its_number() {
        let own = |pieces: &[(&str, bool)]| -> Vec<(String, bool)> {
            pieces.iter().map(|&(text, escape)| (text.to_owned(), escape)).collect()
        };
        let evil = "p\u{430}ypal.example";
        assert_eq!(pieces(CharsetMode::All, evil), own(&[("MIXED ", true), (evil, false)]));
        assert_eq!(
            pieces(CharsetMode::Ascii, evil),
            own(&[("MIXED ", true), ("p", false), ("<U+0430>", true), ("ypal.example", false)])
        );
        assert_eq!(
            pieces(CharsetMode::Ascii, "a\tb"),
            own(&[("a", false), ("^I", true), ("b", false)])
        );
        assert_eq!(
            pieces(CharsetMode::Ascii, "e\u{301}"),
            own(&[("e", false), ("<U+0301>", true)])
        );
        assert_eq!(CharsetMode::Ascii.plain("ä\\\u{202e}".as_bytes()), r"\u{e4}\\\u{202e}");
    }

    #[test]
    fn ascii_is_the_same_in_both() {
        let text = r"250 2.1.5 <a@xn--80ak6aa92e.example> \ok ^[";
        assert_eq!(CharsetMode::All.show(text.as_bytes()), sanitize(text.as_bytes()));
        assert_eq!(CharsetMode::Ascii.show(text.as_bytes()), sanitize(text.as_bytes()));
    }
}
