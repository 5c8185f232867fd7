//! The parser of one file: the grammars, and what it learned of how the file is written.

use super::{Flaw, Profile, entry};
use crate::entry::Entry;

/// Room for values that had to be unescaped; an entry borrows from it.
#[derive(Default)]
pub struct Scratch(());

/// The text of one entry, with what was known of its file when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Unfolded, without the line end.
    pub text: Vec<u8>,
    /// How its file was written there.
    pub profile: Profile,
}

impl Original {
    /// What it says.
    ///
    /// # Errors
    /// As [`entry`].
    pub fn entry<'a>(&'a self, scratch: &'a mut Scratch) -> Result<Entry<'a>, Flaw> {
        entry(&self.text, self.profile, scratch)
    }
}

/// Reads the entries of one file in their order, and learns from them how they are written.
#[derive(Default)]
pub struct Parser {
    profile: Profile,
    scratch: Scratch,
}

impl Parser {
    /// Learns from the beginning of a file, before its first entry is read.
    pub fn learn(&mut self, _text: &[u8]) {}

    /// Reads the next entry, unfolded and without its newline.
    ///
    /// # Errors
    /// As [`entry`].
    pub fn entry<'a>(&'a mut self, text: &'a [u8]) -> Result<Entry<'a>, Flaw> {
        entry(text, self.profile, &mut self.scratch)
    }

    /// What was learned. An entry read under it again, by [`entry`], says the same again.
    pub fn profile(&self) -> Profile {
        self.profile
    }
}
