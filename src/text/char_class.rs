//! What a character does on a terminal, and which characters are drawn.

use super::unicode_tables;

// No language in use stacks more.
/// Combining marks that are drawn on one letter.
pub const MAX_COMBINING_MARKS: u8 = 3;

/// What a character would do on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharClass {
    /// Stands for itself.
    Letter,
    /// Stands on the letter before; on a letter, not too many do.
    Mark,
    /// Acts, hides, reorders, or is drawn in another width than we count.
    Hidden,
}

/// What a character would do on a terminal, for those who write escapes of their own.
pub fn char_class(c: char) -> CharClass {
    match c {
        ' '..='~' => CharClass::Letter,
        _ if c.is_ascii() => CharClass::Hidden,
        _ if unicode_tables::contains(unicode_tables::MARKS, c) => CharClass::Mark,
        _ if unicode_tables::contains(unicode_tables::LETTERS, c) => CharClass::Letter,
        _ => CharClass::Hidden,
    }
}

/// Which characters of a log are drawn as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharsetMode {
    /// All that every terminal draws alike.
    #[default]
    All,
    /// Those of ASCII: what merely looks like one of them is told by its number.
    Ascii,
}

impl CharsetMode {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::All => Self::Ascii,
            Self::Ascii => Self::All,
        }
    }

    /// Marks drawn on one letter.
    pub(super) fn marks(self) -> u8 {
        if self == Self::All { MAX_COMBINING_MARKS } else { 0 }
    }

    /// What a character would do, drawn in this alphabet.
    pub(super) fn sight(self, c: char) -> CharClass {
        match char_class(c) {
            CharClass::Letter if self == Self::Ascii && !c.is_ascii() => CharClass::Hidden,
            sight => sight,
        }
    }
}
