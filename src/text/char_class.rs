//! Effect of a character on a terminal, and the set of characters drawn.

use super::unicode_tables;

// No language in use stacks more.
/// Combining marks that are drawn on one letter.
pub const MAX_COMBINING_MARKS: u8 = 3;

/// Effect of a character on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharClass {
    /// Drawn as it is.
    Letter,
    /// Combining mark on the preceding letter, up to a maximum number.
    Mark,
    /// Control, invisible or reordering character, or one of uncertain width.
    Hidden,
}

/// Classifies a character, for writers of other escape notations.
pub fn char_class(c: char) -> CharClass {
    match c {
        ' '..='~' => CharClass::Letter,
        _ if c.is_ascii() => CharClass::Hidden,
        _ if unicode_tables::contains(unicode_tables::MARKS, c) => CharClass::Mark,
        _ if unicode_tables::contains(unicode_tables::LETTERS, c) => CharClass::Letter,
        _ => CharClass::Hidden,
    }
}

/// Characters of a log that are drawn unescaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharsetMode {
    /// All characters that every terminal draws alike.
    #[default]
    All,
    /// ASCII only: look-alikes are shown by code point.
    Ascii,
}

impl CharsetMode {
    /// The other character set.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::All => Self::Ascii,
            Self::Ascii => Self::All,
        }
    }

    /// Maximum number of combining marks on a letter.
    pub(super) fn marks(self) -> u8 {
        if self == Self::All { MAX_COMBINING_MARKS } else { 0 }
    }

    /// Effect of a character in this character set.
    pub(super) fn sight(self, c: char) -> CharClass {
        match char_class(c) {
            CharClass::Letter if self == Self::Ascii && !c.is_ascii() => CharClass::Hidden,
            sight => sight,
        }
    }
}
