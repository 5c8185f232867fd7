//! Screen state saved between sessions.

use super::App;
use super::connection_sort::ConnectionOrder;
use crate::tui::layout::View;
use serde::{Deserialize, Serialize};

/// Filters of more bytes are not kept for another time.
const MAX_SAVED_FILTER: usize = 1_000;

/// Filters and view. Holds no text of the log except values used in filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SessionState {
    /// Filter in force.
    pub filter: String,
    /// Earlier filters, latest last.
    pub history: Vec<String>,
    /// View shown.
    pub view: View,
    /// Whether the pane is zoomed.
    pub zoom: bool,
    /// Sort order of the connections.
    pub order: ConnectionOrder,
}

impl App {
    /// State to save; `None` after redaction.
    pub fn setup_to_keep(&self) -> Option<SessionState> {
        (!self.was_redacted()).then(|| self.setup())
    }

    /// Current state.
    pub fn setup(&self) -> SessionState {
        let short = |text: &&String| text.len() <= MAX_SAVED_FILTER;
        SessionState {
            filter: Some(&self.filter_text).filter(short).cloned().unwrap_or_default(),
            history: self.history.offered().iter().filter(short).cloned().collect(),
            view: self.view,
            zoom: self.zoom,
            order: self.order(),
        }
    }

    /// Restores a saved state; a filter from the command line is kept.
    #[must_use]
    pub fn set_up(mut self, setup: &SessionState) -> Self {
        let filters = setup.history.iter().chain([&self.filter_text]);
        filters.for_each(|text| self.history.offer(text));
        (self.view, self.zoom) = (setup.view, setup.zoom);
        self.connections.reorder(setup.order);
        self
    }
}
