//! The view of activity: who sends how much, and by which way.

use super::known::Known;
use super::table::{Open, Table};
use crate::entry::Time;
use crate::filter::{By, Narrow};
use crate::layout::GroupColumn as Column;

/// List and selection of the view.
pub(super) struct Activity {
    pub(super) senders: Table,
    by: By,
}

/// What it goes through.
const ALL: [By; 5] = [By::Sender, By::User, By::ConnectingIp, By::Channel, By::Host];

impl Default for Activity {
    fn default() -> Self {
        Self { senders: Table::new(By::Sender, Column::Enqueued), by: By::Sender }
    }
}

impl Activity {
    /// Brings list and selection up to date; so many rows are visible.
    pub(super) fn refresh(&mut self, known: &Known, wall: Time, height: usize) {
        self.senders.turn_to(self.by, Narrow::default());
        self.senders.refresh(known, &Open::default(), wall, height);
    }

    /// Lists the next.
    pub(super) fn next(&mut self) {
        let at = ALL.iter().position(|&by| by == self.by).map_or(0, |at| at + 1);
        self.by = ALL.get(at).copied().unwrap_or(By::Sender);
    }
}
