//! In which order the connections stand.

use super::cursor::Follow;
use crate::filter::Tally;
use crate::index::{Connection, ConnectionId, State, Symbols};
use crate::layout::ConnectionColumn as Column;
use std::cmp::Reverse;

/// The column that decides, and whether it is turned round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Sorted by this.
    pub column: Column,
    /// Against the column's own direction: times rise, counts fall.
    pub reversed: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { column: Column::Opened, reversed: false }
    }
}

/// The columns that `s` goes through.
const CYCLE: [Column; 7] = [
    Column::Opened,
    Column::State,
    Column::Deferred,
    Column::Failed,
    Column::Delivered,
    Column::Rejected,
    Column::Host,
];

impl Order {
    /// Sorted by the next column.
    pub fn next(self) -> Self {
        let at = CYCLE.iter().position(|&column| column == self.column).map_or(0, |at| at + 1);
        Self { column: CYCLE.get(at).copied().unwrap_or(Column::Opened), reversed: false }
    }

    /// Sorted by this column, or turned round if it is already.
    pub fn by(self, column: Column) -> Self {
        Self { column, reversed: self.column == column && !self.reversed }
    }

    /// Turned round.
    pub fn reverse(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// Whether a connection keeps its place once it has one.
    pub fn is_arrival(self) -> bool {
        self.column == Column::Opened
    }

    /// The end that is followed: the newest, or in another order than that of arrival the top.
    pub fn follow(self) -> Follow {
        if self == Self::default() { Follow::Bottom } else { Follow::Top }
    }

    /// Puts ids, which come in the order of arrival, in this order. Equal ones stay as they came.
    pub fn sort(
        self,
        ids: &mut [ConnectionId],
        all: &[Connection],
        tally: &Tally,
        names: &Symbols,
    ) {
        let connection = |id: &ConnectionId| all.get(id.0 as usize);
        let most_first = |count: fn(&crate::filter::Counts) -> u32| {
            move |id: &ConnectionId| Reverse(count(&tally.of(*id)))
        };
        match self.column {
            Column::Opened => {}
            Column::Enqueued => ids.sort_by_key(most_first(|counts| counts.enqueued)),
            Column::Delivered => ids.sort_by_key(most_first(|counts| counts.delivered)),
            Column::Deferred => ids.sort_by_key(most_first(|counts| counts.deferred)),
            Column::Failed => ids.sort_by_key(most_first(|counts| counts.failed)),
            Column::Rejected => ids.sort_by_key(most_first(|counts| counts.rejected)),
            Column::Direction => {
                ids.sort_by_key(|id| connection(id).map(|c| c.direction.map(|d| d as u8)));
            }
            Column::State => {
                ids.sort_by_key(|id| connection(id).map(|c| (rank(c.state), c.active)));
            }
            Column::Local => {
                ids.sort_by_key(|id| connection(id).and_then(|c| c.ends).map(|ends| ends.local()));
            }
            Column::Remote => {
                ids.sort_by_key(|id| connection(id).and_then(|c| c.ends).map(|ends| ends.remote()));
            }
            Column::Response => ids.sort_by_key(|id| connection(id).map(|c| Reverse(c.told))),
            Column::Channel => ids.sort_by_key(|id| connection(id).map(|c| names.text(c.channel))),
            Column::Host => {
                ids.sort_by_key(|id| connection(id).map(|c| names.text(c.initial_host)));
            }
            Column::Tls => ids.sort_by_key(|id| connection(id).map(|c| names.text(c.tls))),
        }
        if self.reversed {
            ids.reverse();
        }
    }
}

/// Open ones first, of them the longest silent; then those that ended badly.
fn rank(state: State) -> u8 {
    match state {
        State::Open => 0,
        State::Failed | State::Rejected => 1,
        State::Implied => 2,
        State::Superseded | State::Closed => 3,
    }
}
