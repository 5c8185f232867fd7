//! What somebody may have chosen, and what holds else.

use super::App;
use super::labels::{self, Severity};
use crate::index::Connection;
use crate::tui::keymap::{Command, Keymap, Mode};

/// What is chosen once, at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which key does what.
    pub keymap: Keymap,
    /// An open connection that was silent for so long, in milliseconds, may hang.
    pub stall: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keymap: Keymap::default(), stall: 60_000 }
    }
}

impl App {
    /// With these settings.
    #[must_use]
    pub fn with(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Which key does what.
    pub fn keymap(&self) -> &Keymap {
        &self.settings.keymap
    }

    /// The key for a command in the panes.
    pub fn key_for(&self, command: Command) -> &str {
        self.settings.keymap.key_for(Mode::Browse, command)
    }

    /// State of a connection, in words.
    pub fn state_of(&self, connection: &Connection) -> (String, Severity) {
        labels::state(connection, self.now(), self.settings.stall)
    }
}
