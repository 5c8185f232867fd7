//! A list of groups: what they are made of, their order, and which one is selected.
//!
//! Groups are counted in parts, between which the keys are looked at, and the list is put in order
//! anew as their counts change: at once while there are few, else every half second.

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

/// Rows that are grouped in one go: about a millisecond.
const GROUPED: usize = 32 * 1024;
/// A list of more groups than these is put in order every so many milliseconds only.
const MANY: usize = 4_096;
const REORDER: u64 = 500;
/// Groups that are listed; nobody pages through more, and there may be a million senders.
const MAX_GROUPS_LISTED: usize = 10_000;

/// The column that decides, and whether it is turned round: else what counts most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupOrder {
    /// Sorted by this.
    pub column: Column,
    /// The least first.
    pub reversed: bool,
}

/// What an order was made of: rows, those that were not yet looked at, and where the window begins.
#[derive(Clone, Copy, PartialEq, Eq)]
struct GroupOrderKey {
    rows: usize,
    remaining: usize,
    since: Time,
}

/// Open connections by the domain that they were opened to reach.
pub(super) type OpenCounts = HashMap<Symbol, u32>;

/// One list.
pub(super) struct GroupList {
    groups: Groups,
    order: GroupOrder,
    listed: Vec<GroupId>,
    /// All groups, those that are not listed among them.
    count: usize,
    /// Entries of all groups.
    entries: u32,
    cursor: Cursor<GroupId>,
    /// What the order was made of, and when; `None` if it must be made anew.
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

    /// Groups by something else, or other entries, from here on.
    pub(super) fn set_grouping(&mut self, by: GroupBy, narrow: GroupScope) {
        if (by, &narrow) != (self.groups.by(), self.groups.narrow()) {
            self.groups = Groups::new(by, narrow);
            self.listed = Vec::new();
            self.cursor = Cursor::default();
            self.made = None;
        }
    }

    /// The filter changed.
    pub(super) fn restart(&mut self) {
        self.groups.restart();
        self.made = None;
    }

    /// Brings list and selection up to date; so many rows are visible.
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

    /// Groups some more entries.
    pub(super) fn extend(&mut self, known: &LogModel) {
        self.groups.mark(known.mark.map(|mark| mark.row));
        self.groups.extend_by(known.tally().sieve(), &known.index, known.rows(), GROUPED);
    }

    /// Brings order and selection up to date with the groups.
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

    /// Whether what takes long is not done yet.
    pub(super) fn is_busy(&self, known: &LogModel) -> bool {
        self.groups.remaining(known.rows()) > 0
    }

    /// Whether the list is to be put in order once some time has passed.
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

    /// By which a group is sorted: the lower, the earlier it comes. Of equals the larger comes first.
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
            // What we refused ourselves is no trouble of theirs.
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

    /// Takes in entries that were found late.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        self.groups.on_search_result(known.tally().sieve(), &known.index, found);
        self.made = None;
    }

    /// Takes back the entries before `end`, which are about to leave.
    pub(super) fn evict(&mut self, known: &LogModel, end: usize) {
        self.groups.evict(known.tally().sieve(), &known.index, end);
    }

    /// They have left.
    pub(super) fn release(&mut self, index: &Index) {
        self.groups.release(index);
        self.listed.retain(|&id| self.groups.get(id).is_some());
        self.made = None;
    }

    /// Bytes that it takes.
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

    /// Sorts by a column, or turns the order round if it is the one already.
    pub(super) fn sort_by(&mut self, column: Column) {
        let reversed = self.order.column == column && !self.order.reversed;
        self.order_by(GroupOrder { column, reversed });
    }

    /// Turns the order round.
    pub(super) fn reverse(&mut self) {
        self.order_by(GroupOrder { reversed: !self.order.reversed, ..self.order });
    }

    /// Sorts by the one of these columns that stands behind the one in force.
    pub(super) fn sort_by_next(&mut self, columns: &[Column]) {
        let at = columns.iter().position(|&column| column == self.order.column);
        let behind = at.and_then(|at| columns.get(at + 1));
        if let Some(&column) = behind.or(columns.first()) {
            self.order_by(GroupOrder { column, reversed: false });
        }
    }

    /// Sorts, and shows the top of the list: that is what one sorts for.
    fn order_by(&mut self, order: GroupOrder) {
        self.order = order;
        self.cursor = Cursor::default();
        self.made = None;
    }

    /// The order.
    pub(super) fn order(&self) -> GroupOrder {
        self.order
    }

    /// The groups.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// How many groups there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Entries of all groups.
    pub(super) fn entries(&self) -> u32 {
        self.entries
    }

    /// The selected group.
    pub(super) fn selected(&self) -> Option<GroupId> {
        self.cursor.selected()
    }

    /// The newest entry of the selected group that tells of a failure, else of anything.
    pub(super) fn entry(&self) -> Option<RowId> {
        let group = self.groups.get(self.selected()?)?;
        Some(group.trouble().unwrap_or(group.last))
    }

    /// Those on the screen.
    pub(super) fn visible(&self, height: usize) -> impl Iterator<Item = (GroupId, &Group)> {
        let visible = self.listed.iter().skip(self.cursor.top()).take(height);
        visible.filter_map(|&id| Some((id, self.groups.get(id)?)))
    }
}

/// The columns of a list of groups that fit.
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
            // Only those who connect and prove who they are can be refused so.
            let clients = matches!(by, GroupBy::User | GroupBy::ConnectingIp);
            sender_columns(width, marked, clients)
        }
        _ => Vec::new(),
    }
}

/// The columns that a list can be sorted by, one after the other.
pub(super) fn sorting_columns(placed: &[PlacedColumn<Column>]) -> Vec<Column> {
    let columns = placed.iter().map(|placed| placed.column);
    std::iter::once(Column::Bad).chain(columns.filter(|&it| it != Column::Label)).collect()
}
