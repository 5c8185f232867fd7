//! The parser of one file: the grammars, and what it learned of how the file is written.

use super::markup::markup;
use super::message::TextLayout;
use super::profile_inference::{Learner, TrainingSample};
use super::{ParseError, Profile, Scratch, entry, fill_in, text};
use crate::log::entry::Entry;

/// The text of one entry, with what was known of its file when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryText {
    /// Unfolded, without the line end.
    pub text: Vec<u8>,
    /// How its file was written there.
    pub profile: Profile,
}

impl EntryText {
    /// What it says.
    ///
    /// # Errors
    /// As [`entry`].
    pub fn entry<'a>(&'a self, scratch: &'a mut Scratch) -> Result<Entry<'a>, ParseError> {
        entry(&self.text, self.profile, scratch)
    }
}

/// What a parser knows of how its file is written. Two parsers that know the same read the same.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ParserState {
    profile: Profile,
    learner: Learner,
}

impl ParserState {
    /// How the entries are written.
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

/// Reads the entries of one file in their order, and learns from them how they are written.
#[derive(Default)]
pub struct Parser {
    state: ParserState,
    scratch: Scratch,
}

impl Parser {
    /// A parser that goes on from what another one learned of the same file.
    pub fn knowing(state: ParserState) -> Self {
        Self { state, scratch: Scratch::default() }
    }

    /// What was learned up to here.
    pub fn into_learned(self) -> ParserState {
        self.state
    }

    /// Learns from the beginning of a file, before its first entry is read.
    pub fn learn(&mut self, text: &[u8]) {
        if markup(text).is_none()
            && let Ok(TextLayout { sample: Some(lesson), .. }) =
                text::read(text, self.profile(), &mut Entry::blank())
        {
            self.take_lesson(lesson);
        }
    }

    /// Reads the next entry, unfolded and without its newline.
    ///
    /// # Errors
    /// As [`entry`].
    pub fn entry<'a>(&'a mut self, text: &'a [u8]) -> Result<Entry<'a>, ParseError> {
        Entry::filled(|entry| {
            if markup(text).is_none()
                && let Ok(manner) = text::read(text, self.profile(), entry)
            {
                if manner.sample.is_some_and(|lesson| self.take_lesson(lesson)) {
                    // What it taught may be about itself.
                    text::read(text, self.profile(), entry)?;
                }
                return Ok(());
            }
            fill_in(entry, text, self.profile(), &mut self.scratch)
        })
    }

    /// What was learned. An entry read under it again, by [`entry`], says the same again.
    pub fn profile(&self) -> Profile {
        self.state.profile
    }

    /// True if the profile changed.
    fn take_lesson(&mut self, lesson: TrainingSample<'_>) -> bool {
        let ParserState { profile, learner } = &mut self.state;
        let changed = learner.observe(lesson);
        if changed {
            *profile = learner.profile();
        }
        changed
    }
}
