//! How somebody had set up the screen, to go on so another time.

use super::App;
use super::connection_sort::ConnectionOrder;
use crate::tui::layout::View;
use serde::{Deserialize, Serialize};

/// Filters of more bytes are not kept for another time.
const MAX_SAVED_FILTER: usize = 1_000;

/// Filters and view. No text of the log is in it, but what a filter took from there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SessionState {
    /// The filter in force.
    pub filter: String,
    /// The filters before, the latest last.
    pub history: Vec<String>,
    /// The view on the screen.
    pub view: View,
    /// Whether its pane has the whole screen.
    pub zoom: bool,
    /// The order of the connections.
    pub order: ConnectionOrder,
}

impl App {
    /// How the screen is set up, if that is to be kept: nothing is where names were hidden.
    pub fn setup_to_keep(&self) -> Option<SessionState> {
        (!self.was_redacted()).then(|| self.setup())
    }

    /// How the screen is set up.
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

    /// Set up as it was before, but for the filter, which somebody may have given.
    #[must_use]
    pub fn set_up(mut self, setup: &SessionState) -> Self {
        let filters = setup.history.iter().chain([&self.filter_text]);
        filters.for_each(|text| self.history.offer(text));
        (self.view, self.zoom) = (setup.view, setup.zoom);
        self.connections.reorder(setup.order);
        self
    }
}
