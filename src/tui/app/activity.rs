//! The view of activity: who sends how much, and by which way.

use super::group_list::{GroupList, OpenCounts};
use super::log_model::LogModel;
use crate::log::entry::Time;
use crate::stats::{GroupBy, GroupScope};
use crate::tui::layout::GroupColumn as Column;

/// List and selection of the view.
pub(super) struct Activity {
    pub(super) senders: GroupList,
    by: GroupBy,
}

/// What it goes through.
const ALL: [GroupBy; 5] =
    [GroupBy::Sender, GroupBy::User, GroupBy::ConnectingIp, GroupBy::Channel, GroupBy::Host];

impl Default for Activity {
    fn default() -> Self {
        Self { senders: GroupList::new(GroupBy::Sender, Column::Enqueued), by: GroupBy::Sender }
    }
}

impl Activity {
    /// Brings list and selection up to date; so many rows are visible.
    pub(super) fn refresh(&mut self, known: &LogModel, wall: Time, height: usize) {
        self.senders.set_grouping(self.by, GroupScope::default());
        self.senders.refresh(known, &OpenCounts::default(), wall, height);
    }

    /// Lists the next.
    pub(super) fn next(&mut self) {
        let at = ALL.iter().position(|&by| by == self.by).map_or(0, |at| at + 1);
        self.by = ALL.get(at).copied().unwrap_or(GroupBy::Sender);
    }
}
