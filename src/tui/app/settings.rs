//! User settings of the screen, and their defaults.

use super::App;
use super::labels::{self, Severity};
use crate::index::Connection;
use crate::tui::keymap::{Command, Keymap, Mode};

/// Settings fixed at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Keymap.
    pub keymap: Keymap,
    /// Silence of an open connection, in milliseconds, after which it is marked STALL.
    pub stall: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keymap: Keymap::default(), stall: 60_000 }
    }
}

impl App {
    /// Applies these settings.
    #[must_use]
    pub fn with(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Keymap.
    pub fn keymap(&self) -> &Keymap {
        &self.settings.keymap
    }

    /// Key of a command in the panes.
    pub fn key_for(&self, command: Command) -> &str {
        self.settings.keymap.key_for(Mode::Browse, command)
    }

    /// Label of a connection's state.
    pub fn state_of(&self, connection: &Connection) -> (String, Severity) {
        labels::state(connection, self.now(), self.settings.stall)
    }
}
