//! Detection of misleading words: mixed scripts, or right-to-left letters.
//!
//! Follows the "highly restrictive" level of UTS 39: one script, or Latin with the scripts of
//! Chinese, Japanese or Korean. A word is the text between blanks or ASCII punctuation; a domain is
//! one word, so labels in different scripts are detected too.

use unicode_script::{Script, UnicodeScript as _};

/// ASCII punctuation within a word: in domains and local parts.
const WITHIN: &[char] = &['.', '-', '_', '+'];

/// Warning for a text, if any. ASCII text costs one check per byte.
pub(super) fn warning(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_ascii() {
        return None;
    }
    let valid = || bytes.utf8_chunks().map(|chunk| chunk.valid());
    let is_end = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !WITHIN.contains(&c);
    let mixed = valid().flat_map(|text| text.split(is_end)).any(is_mixed);
    let reversed = valid().any(|text| text.chars().any(runs_left));
    match (mixed, reversed) {
        (true, true) => Some("MIXED RTL "),
        (true, false) => Some("MIXED "),
        (false, true) => Some("RTL "),
        (false, false) => None,
    }
}

fn is_mixed(word: &str) -> bool {
    if word.is_ascii() {
        return false;
    }
    let (mut latin_or_han, mut other) = (false, None);
    for c in word.chars() {
        // Scripts used beside Han exclude each other.
        let script = match c.script() {
            Script::Common | Script::Inherited | Script::Unknown => continue,
            Script::Latin | Script::Han => {
                latin_or_han = true;
                continue;
            }
            Script::Katakana => Script::Hiragana,
            script => script,
        };
        if *other.get_or_insert(script) != script {
            return true;
        }
    }
    let goes_with_latin =
        |script| matches!(script, Script::Hiragana | Script::Hangul | Script::Bopomofo);
    latin_or_han && other.is_some_and(|script| !goes_with_latin(script))
}

/// Hebrew, Arabic, and the other right-to-left scripts.
fn runs_left(c: char) -> bool {
    matches!(u32::from(c),
        0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfefe | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_scripts_are_told() {
        for text in [
            "p\u{430}ypal.com",
            "user@g\u{3bf}ogle.com",
            "\u{430}\u{440}\u{440}\u{4cf}\u{435}.com",
            "<\u{3b1}\u{430}@b.org>",
            "\u{4e2d}\u{430}",
            "\u{3042}\u{d55c}",
            "ok \u{202e}x p\u{430}",
        ] {
            assert_eq!(warning(text.as_bytes()), Some("MIXED "), "{text}");
        }
    }

    #[test]
    fn words_of_one_script_are_none_and_neither_are_those_of_the_far_east() {
        for text in [
            "paypal.com",
            "xn--80ak6aa92e.com",
            "müller@straße.example",
            "\u{43f}\u{43e}\u{447}\u{442}\u{430}@example.com",
            "550 \u{43d}\u{435}\u{442} user",
            "\u{43f}\u{43e}\u{447}\u{442}\u{430}.\u{440}\u{444}",
            "\u{4f8b}\u{3048}\u{30c6}\u{30b9}\u{30c8}.jp",
            "\u{d55c}\u{6f22}.kr",
            "e\u{301}\u{2026}",
            "\u{20ac}5",
        ] {
            assert_eq!(warning(text.as_bytes()), None, "{text}");
        }
        assert_eq!(warning(b"a\xd0b\xff"), None);
    }

    #[test]
    fn what_runs_from_right_to_left_is_told() {
        assert_eq!(warning("שלום 12".as_bytes()), Some("RTL "));
        assert_eq!(warning("a سلام".as_bytes()), Some("RTL "));
        assert_eq!(warning("aسلام.example".as_bytes()), Some("MIXED RTL "));
    }
}
