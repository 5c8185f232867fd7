//! Sort order of the connection list.

use super::cursor::Follow;
use crate::index::{Connection, ConnectionId, ConnectionState, Interner, SegmentedVec, Symbol};
use crate::log::entry::Time;
use crate::stats::{Counts, Tally};
use crate::tui::layout::ConnectionColumn as Column;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Sort column and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ConnectionOrder {
    /// Sort column.
    pub column: Column,
    /// Reversed from the column's default: times ascend, counts descend.
    pub reversed: bool,
}

impl Default for ConnectionOrder {
    fn default() -> Self {
        Self { column: Column::Opened, reversed: false }
    }
}

/// Sort columns in the order in which `s` cycles them.
const CYCLE: [Column; 7] = [
    Column::Opened,
    Column::State,
    Column::Deferred,
    Column::Failed,
    Column::Delivered,
    Column::Rejected,
    Column::Host,
];

impl ConnectionOrder {
    /// Sorts by the next column.
    pub fn next(self) -> Self {
        let at = CYCLE.iter().position(|&column| column == self.column).map_or(0, |at| at + 1);
        Self { column: CYCLE.get(at).copied().unwrap_or(Column::Opened), reversed: false }
    }

    /// Sorts by this column; reverses if already sorted by it.
    pub fn by(self, column: Column) -> Self {
        Self { column, reversed: self.column == column && !self.reversed }
    }

    /// Reverses the order.
    pub fn reverse(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// Whether the position of a connection never changes once assigned.
    pub fn is_arrival(self) -> bool {
        self.column == Column::Opened
    }

    /// The followed end: the newest, or the top unless sorted by arrival.
    pub fn follow(self) -> Follow {
        if self == Self::default() { Follow::Bottom } else { Follow::Top }
    }

    /// Sort key of a connection. `ranks` holds the alphabetical rank of each name by symbol.
    fn key(self, connection: &Connection, counts: Counts, ranks: &[u32]) -> SortKey {
        let most_first = |count: u32| [u64::from(u32::MAX - count), 0];
        let rank = |name: Symbol| [ranks.get(name.0 as usize).copied().map_or(0, u64::from), 0];
        match self.column {
            Column::Opened => [0, 0],
            Column::Enqueued => most_first(counts.enqueued),
            Column::Delivered => most_first(counts.delivered),
            Column::Deferred => most_first(counts.deferred),
            Column::Failed => most_first(counts.failed),
            Column::Rejected => most_first(counts.rejected),
            Column::Direction => [connection.direction.map_or(0, |way| 1 + way as u64), 0],
            Column::State => [state_rank(connection.state), rising(connection.active)],
            Column::Local => connection.ends.map_or([0, 0], |ends| address(ends.local().0)),
            Column::Remote => connection.ends.map_or([0, 0], |ends| address(ends.remote().0)),
            Column::Response => {
                [connection.last_status_row.map_or(u64::MAX, |row| u64::from(u32::MAX - row.0)), 0]
            }
            Column::Channel => rank(connection.channel),
            Column::Host => rank(connection.initial_host),
            Column::Tls => rank(connection.tls),
        }
    }

    fn is_by_name(self) -> bool {
        matches!(self.column, Column::Channel | Column::Host | Column::Tls)
    }
}

/// Numeric sort key.
type SortKey = [u64; 2];

/// Connections sorted per slice: one or two milliseconds.
const SLICE: usize = 32 * 1024;

/// Incremental merge sort of connections.
pub(super) struct IncrementalSort {
    order: ConnectionOrder,
    ids: Vec<ConnectionId>,
    ranks: Vec<u32>,
    /// Sorted runs of the first ids.
    keyed: Vec<(SortKey, ConnectionId)>,
    /// Length of the runs once all ids have a key, and the position of the next merge.
    run: usize,
    merged: usize,
}

impl IncrementalSort {
    /// Starts from ids in order of arrival.
    pub(super) fn new(order: ConnectionOrder, ids: &[ConnectionId], names: &Interner) -> Self {
        let ranks = if order.is_by_name() { ranks(names) } else { Vec::new() };
        let keyed = Vec::with_capacity(ids.len());
        Self { order, ids: ids.to_vec(), ranks, keyed, run: SLICE, merged: 0 }
    }

    /// Sorts the next slice, or merges two runs; true when one run is left.
    pub(super) fn advance(&mut self, all: &SegmentedVec<Connection>, tally: &Tally) -> bool {
        if self.keyed.len() < self.ids.len() {
            self.sort_slice(all, tally);
        } else if self.run < self.keyed.len() {
            self.merge_runs();
        }
        self.keyed.len() == self.ids.len() && self.run >= self.keyed.len()
    }

    fn merge_runs(&mut self) {
        let to = self.keyed.len().min(self.merged + 2 * self.run);
        // The stable sort detects both sorted runs and merges them.
        self.keyed.get_mut(self.merged..to).unwrap_or_default().sort();
        self.merged = to;
        if to == self.keyed.len() {
            (self.run, self.merged) = (2 * self.run, 0);
        }
    }

    fn sort_slice(&mut self, all: &SegmentedVec<Connection>, tally: &Tally) {
        let from = self.keyed.len();
        let unknown = Connection::default();
        for &id in self.ids.iter().skip(from).take(SLICE) {
            let connection = all.get(id.0 as usize).unwrap_or(&unknown);
            let key = self.order.key(connection, tally.of(id), &self.ranks);
            self.keyed.push((key, id));
        }
        // Ties are broken by id, so connections with equal keys stay in order of arrival.
        self.keyed.get_mut(from..).unwrap_or_default().sort_unstable();
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.ids.capacity() * size_of::<ConnectionId>()
            + self.keyed.capacity() * size_of::<(SortKey, ConnectionId)>()
            + self.ranks.capacity() * size_of::<u32>()
    }

    /// Sorted ids once complete.
    pub(super) fn finish(self) -> Vec<ConnectionId> {
        let mut ids = self.ids;
        ids.clear();
        ids.extend(self.keyed.iter().map(|&(_, id)| id));
        if self.order.reversed {
            ids.reverse();
        }
        ids
    }
}

/// Alphabetical rank of each name, by symbol.
fn ranks(names: &Interner) -> Vec<u32> {
    let mut sorted: Vec<(&[u8], Symbol)> = names.iter().map(|(name, text)| (text, name)).collect();
    sorted.sort_unstable();
    let mut ranks = vec![0; names.len()];
    for (rank, (_, name)) in (1..).zip(sorted) {
        if let Some(place) = ranks.get_mut(name.0 as usize) {
            *place = rank;
        }
    }
    ranks
}

/// An IP address as a number; IPv4 sorts before IPv6.
fn address(ip: IpAddr) -> SortKey {
    let bits = match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    [bits >> 64, bits & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or(u64::MAX))
}

/// A time as an unsigned number in the same order, also before 1970.
fn rising(time: Time) -> u64 {
    time.0.cast_unsigned() ^ (1 << 63)
}

/// Open connections first, longest silence first; then those that ended in an error.
fn state_rank(state: ConnectionState) -> u64 {
    match state {
        ConnectionState::Open => 0,
        ConnectionState::Failed | ConnectionState::Rejected => 1,
        ConnectionState::Inferred => 2,
        ConnectionState::Superseded | ConnectionState::Closed => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::RowId;

    #[test]
    fn a_list_made_in_slices_is_the_one_made_at_once() {
        let mut random = fastrand::Rng::with_seed(7);
        let states = [
            ConnectionState::Open,
            ConnectionState::Closed,
            ConnectionState::Failed,
            ConnectionState::Inferred,
        ];
        let (mut names, mut all) = (Interner::default(), SegmentedVec::default());
        for _ in 0..5 * SLICE / 2 {
            let connection = Connection {
                state: states[random.usize(..states.len())],
                active: Time(random.i64(-50..50)),
                initial_host: names.intern(format!("host{}.example", random.u8(..)).as_bytes()),
                ..Connection::default()
            };
            all.push(connection, RowId(0));
        }
        let ids: Vec<_> = (0..).map(ConnectionId).take(all.len()).collect();
        let sorted = |order| {
            let mut sorting = IncrementalSort::new(order, &ids, &names);
            while !sorting.advance(&all, &Tally::default()) {}
            sorting.finish()
        };
        let of = |id: &ConnectionId| all.get(id.0 as usize).unwrap();
        let mut by_state = ids.clone();
        by_state.sort_by_key(|id| (state_rank(of(id).state), of(id).active));
        assert_eq!(sorted(ConnectionOrder { column: Column::State, reversed: false }), by_state);
        let mut by_host = ids.clone();
        by_host.sort_by_key(|id| names.text(of(id).initial_host));
        by_host.reverse();
        assert_eq!(sorted(ConnectionOrder { column: Column::Host, reversed: true }), by_host);
    }
}
