//! List of groups: grouping, sort order and selection.
//!
//! Groups are counted in slices, between which keys are handled. The list is sorted again as counts
//! change: at once while it is short, else every half second.

use super::cursor::{Cursor, Follow};
use super::log_model::LogModel;
use crate::index::{Index, RowId, Symbol};
use crate::log::entry::Time;
use crate::stats::{Counts, Group, GroupBy, GroupId, GroupScope, Groups};
use crate::tui::keymap::Motion;
use crate::tui::layout::{
    GroupColumn as Column, Pane, PlacedColumn, domain_columns, response_columns, route_columns,
    sender_columns,
};
use std::collections::HashMap;

/// Rows grouped per slice: about a millisecond.
const GROUPED: usize = 32 * 1024;
/// Lists with more groups than this are sorted at most once per interval.
const MANY: usize = 4_096;
const REORDER: u64 = 500;
/// Maximum number of listed groups: nobody pages through more, and a log may hold a million
/// senders.
const MAX_GROUPS_LISTED: usize = 10_000;

/// Sort column and direction; by default the largest count comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupOrder {
    /// Sort column.
    pub column: Column,
    /// Ascending by count.
    pub reversed: bool,
}

/// State that a sorted list was made from: rows, rows not yet counted, and start of the window.
#[derive(Clone, Copy, PartialEq, Eq)]
struct GroupOrderKey {
    rows: usize,
    remaining: usize,
    since: Time,
}

/// Open connections by the domain that they were opened for.
pub(super) type OpenCounts = HashMap<Symbol, u32>;

/// One list of groups.
pub(super) struct GroupList {
    groups: Groups,
    order: GroupOrder,
    listed: Vec<GroupId>,
    /// Number of all groups, including those beyond the listed ones.
    count: usize,
    /// Entries of all groups.
    entries: u32,
    cursor: Cursor<GroupId>,
    /// State and time of the last sort; `None` forces a new one.
    made: Option<(GroupOrderKey, Time)>,
}

impl GroupList {
    /// An empty list in this order.
    pub(super) fn new(by: GroupBy, column: Column) -> Self {
        Self {
            groups: Groups::new(by, GroupScope::default()),
            order: GroupOrder { column, reversed: false },
            listed: Vec::new(),
            count: 0,
            entries: 0,
            cursor: Cursor::default(),
            made: None,
        }
    }

    /// Changes the grouping or the entries counted.
    pub(super) fn set_grouping(&mut self, by: GroupBy, narrow: GroupScope) {
        if (by, &narrow) != (self.groups.by(), self.groups.narrow()) {
            self.groups = Groups::new(by, narrow);
            self.listed = Vec::new();
            self.cursor = Cursor::default();
            self.made = None;
        }
    }

    /// Restarts under a changed filter.
    pub(super) fn restart(&mut self) {
        self.groups.restart();
        self.made = None;
    }

    /// Updates list and selection; `height` rows are visible.
    pub(super) fn refresh(
        &mut self,
        known: &LogModel,
        open: &OpenCounts,
        wall: Time,
        height: usize,
    ) {
        self.extend(known);
        self.update_order(known, open, wall, height);
    }

    /// Groups the next slice of entries.
    pub(super) fn extend(&mut self, known: &LogModel) {
        self.groups.mark(known.mark.map(|mark| mark.row));
        self.groups.extend_by(known.tally().sieve(), &known.index, known.rows(), GROUPED);
    }

    /// Updates order and selection from the groups.
    pub(super) fn update_order(
        &mut self,
        known: &LogModel,
        open: &OpenCounts,
        wall: Time,
        height: usize,
    ) {
        self.put_in_order(known, open, wall);
        self.cursor.clamp_to(self.listed.as_slice(), height, Follow::Top);
    }

    /// Whether sliced work is pending.
    pub(super) fn is_busy(&self, known: &LogModel) -> bool {
        self.groups.remaining(known.rows()) > 0
    }

    /// Whether a sort is due after the interval.
    pub(super) fn is_behind(&self, known: &LogModel) -> bool {
        self.made.is_none_or(|(made, _)| made != self.order_key(known))
    }

    fn order_key(&self, known: &LogModel) -> GroupOrderKey {
        let since = known.tally().window().since;
        GroupOrderKey { rows: known.rows(), remaining: self.groups.remaining(known.rows()), since }
    }

    fn put_in_order(&mut self, known: &LogModel, open: &OpenCounts, wall: Time) {
        let stamp = self.order_key(known);
        let due = self.made.is_none_or(|(made, at)| {
            let whole = made.remaining > 0 && stamp.remaining == 0;
            let due = self.count < MANY || whole || wall.0.abs_diff(at.0) >= REORDER;
            made != stamp && due
        });
        if !due {
            return;
        }
        self.made = Some((stamp, wall));
        let key = |(id, group): (GroupId, &Group)| (self.key(open, id, group), id);
        let mut keyed: Vec<_> = self.groups.iter().map(key).collect();
        self.count = keyed.len();
        self.entries = self.groups.iter().map(|(_, group)| group.counts.entries).sum();
        if keyed.len() > MAX_GROUPS_LISTED {
            keyed.select_nth_unstable(MAX_GROUPS_LISTED);
            keyed.truncate(MAX_GROUPS_LISTED);
        }
        keyed.sort_unstable();
        self.listed = keyed.into_iter().map(|(_, id)| id).collect();
    }

    /// Sort key of a group: lower keys come first; ties are sorted by size.
    fn key(&self, open: &OpenCounts, id: GroupId, group: &Group) -> (i64, i64) {
        let Counts { entries, enqueued, delivered, deferred, failed, rejected } = group.counts;
        let row = |row: Option<RowId>| row.map_or(-1, |row| i64::from(row.0));
        let rank = match self.order.column {
            Column::Label => i64::from(group.first.0),
            Column::Entries | Column::Share => entries.into(),
            Column::Enqueued => enqueued.into(),
            Column::Delivered => delivered.into(),
            Column::Deferred => deferred.into(),
            Column::Failed => failed.into(),
            Column::Rejected => rejected.into(),
            Column::Refused => group.refused.into(),
            Column::Unauthenticated => group.unauthenticated.into(),
            // Rejections by our own server are not failures of the remote.
            Column::Bad => (i64::from(deferred) + i64::from(failed)) << 32 | i64::from(rejected),
            Column::Recovered => group.backlog.recovered.into(),
            Column::Backlog => group.backlog.change.into(),
            Column::Health => {
                self.groups.health(id).map_or(0, |health| health.bad().try_into().unwrap_or(0))
            }
            Column::FailShare => group.counts.failed_of_1000().map_or(-1, i64::from),
            Column::Open => {
                i64::from(open.get(&self.groups.symbol(group)).copied().unwrap_or_default())
            }
            Column::Marked => group.since_mark.bad().into(),
            Column::First => row(Some(group.first)),
            Column::Last => row(Some(group.last)),
            Column::LastBad => row(group.bad),
            Column::Response => row(group.trouble()),
            Column::LastGood => row(group.good),
        };
        (if self.order.reversed { rank } else { -rank }, -i64::from(entries))
    }

    /// Adds entries that the text search found late.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        self.groups.on_search_result(known.tally().sieve(), &known.index, found);
        self.made = None;
    }

    /// Uncounts the entries before `end`, which are about to be evicted.
    pub(super) fn evict(&mut self, known: &LogModel, end: usize) {
        self.groups.evict(known.tally().sieve(), &known.index, end);
    }

    /// Completes the eviction.
    pub(super) fn release(&mut self, index: &Index) {
        self.groups.release(index);
        self.listed.retain(|&id| self.groups.get(id).is_some());
        self.made = None;
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.groups.memory() + self.listed.capacity() * size_of::<GroupId>()
    }

    /// Moves the selection.
    pub(super) fn move_cursor(&mut self, motion: Motion, height: usize) {
        self.cursor.move_by(motion, self.listed.as_slice(), height, Follow::Top);
    }

    /// Selects a visible row.
    pub(super) fn click(&mut self, row: usize) {
        self.cursor.click(row, self.listed.as_slice());
    }

    /// Sorts by a column; reverses if already sorted by it.
    pub(super) fn sort_by(&mut self, column: Column) {
        let reversed = self.order.column == column && !self.order.reversed;
        self.order_by(GroupOrder { column, reversed });
    }

    /// Reverses the order.
    pub(super) fn reverse(&mut self) {
        self.order_by(GroupOrder { reversed: !self.order.reversed, ..self.order });
    }

    /// Sorts by the next of these columns.
    pub(super) fn sort_by_next(&mut self, columns: &[Column]) {
        let at = columns.iter().position(|&column| column == self.order.column);
        let behind = at.and_then(|at| columns.get(at + 1));
        if let Some(&column) = behind.or(columns.first()) {
            self.order_by(GroupOrder { column, reversed: false });
        }
    }

    /// Sorts and jumps to the top, where the sought groups are.
    fn order_by(&mut self, order: GroupOrder) {
        self.order = order;
        self.cursor = Cursor::default();
        self.made = None;
    }

    /// Sort order.
    pub(super) fn order(&self) -> GroupOrder {
        self.order
    }

    /// The groups.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Number of groups.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Entries of all groups.
    pub(super) fn entries(&self) -> u32 {
        self.entries
    }

    /// Selected group.
    pub(super) fn selected(&self) -> Option<GroupId> {
        self.cursor.selected()
    }

    /// Newest failure of the selected group, else its newest entry.
    pub(super) fn entry(&self) -> Option<RowId> {
        let group = self.groups.get(self.selected()?)?;
        Some(group.trouble().unwrap_or(group.last))
    }

    /// Visible groups.
    pub(super) fn visible(&self, height: usize) -> impl Iterator<Item = (GroupId, &Group)> {
        let visible = self.listed.iter().skip(self.cursor.top()).take(height);
        visible.filter_map(|&id| Some((id, self.groups.get(id)?)))
    }
}

/// Columns that fit a list of this grouping.
pub(super) fn columns(
    pane: Pane,
    by: GroupBy,
    width: u16,
    marked: bool,
) -> Vec<PlacedColumn<Column>> {
    match pane {
        Pane::Domains => domain_columns(width, marked),
        Pane::Responses => response_columns(width, marked),
        Pane::Via => route_columns(width, marked),
        Pane::Senders => {
            // Only connecting clients and authenticated users can be rejected this way.
            let clients = matches!(by, GroupBy::User | GroupBy::ConnectingIp);
            sender_columns(width, marked, clients)
        }
        _ => Vec::new(),
    }
}

/// Sort columns of a list in the order in which `s` cycles them.
pub(super) fn sorting_columns(placed: &[PlacedColumn<Column>]) -> Vec<Column> {
    let columns = placed.iter().map(|placed| placed.column);
    std::iter::once(Column::Bad).chain(columns.filter(|&it| it != Column::Label)).collect()
}
