//! Activity view: groups of senders, users, clients and channels.

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

/// Groupings in the order in which `b` cycles them.
const ALL: [GroupBy; 5] =
    [GroupBy::Sender, GroupBy::User, GroupBy::ConnectingIp, GroupBy::Channel, GroupBy::Host];

impl Default for Activity {
    fn default() -> Self {
        Self { senders: GroupList::new(GroupBy::Sender, Column::Enqueued), by: GroupBy::Sender }
    }
}

impl Activity {
    /// Updates list and selection; `height` rows are visible.
    pub(super) fn refresh(&mut self, known: &LogModel, wall: Time, height: usize) {
        self.senders.set_grouping(self.by, GroupScope::default());
        self.senders.refresh(known, &OpenCounts::default(), wall, height);
    }

    /// Selects the next grouping.
    pub(super) fn next(&mut self) {
        let at = ALL.iter().position(|&by| by == self.by).map_or(0, |at| at + 1);
        self.by = ALL.get(at).copied().unwrap_or(GroupBy::Sender);
    }
}
