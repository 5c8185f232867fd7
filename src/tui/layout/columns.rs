//! Columns of each table: selection by available width, and positions.

use serde::{Deserialize, Serialize};

/// Column of the connection list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionColumn {
    /// Time of the `O` entry.
    Opened,
    /// Direction.
    Direction,
    /// Channel.
    Channel,
    /// Requested host and MX host.
    Host,
    /// Local address and port.
    Local,
    /// Remote address and port.
    Remote,
    /// TLS.
    Tls,
    /// State: open, closed, failed, rejected.
    State,
    /// `E` entries.
    Enqueued,
    /// `D` entries.
    Delivered,
    /// `Q` entries.
    Deferred,
    /// `R` entries.
    Failed,
    /// `J` entries.
    Rejected,
    /// Last response.
    Response,
}

/// Column of the deliveries pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryColumn {
    /// Time of the entry.
    Time,
    /// Outcome.
    Outcome,
    /// Recipient.
    Recipient,
    /// Attempt number.
    Attempt,
    /// Remote response, or our own status.
    Response,
}

/// Column of a list of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupColumn {
    /// Name of the group.
    Label,
    /// Entries of any kind.
    Entries,
    /// Share of the entries of all groups.
    Share,
    /// `E` entries.
    Enqueued,
    /// `D` entries.
    Delivered,
    /// `Q` entries.
    Deferred,
    /// `R` entries.
    Failed,
    /// `J` entries.
    Rejected,
    /// `X` entries.
    Refused,
    /// `U` entries of failed authentications.
    Unauthenticated,
    /// `Q`, `R` and `J` entries: hidden, the sort key of lists of failures.
    Bad,
    /// Recipients delivered after an earlier failure.
    Recovered,
    /// Net change in deferred recipients.
    Backlog,
    /// Failed attempts as a share of all attempts.
    FailShare,
    /// Outcomes of the newest attempts.
    Health,
    /// Open connections.
    Open,
    /// Failures since the mark.
    Marked,
    /// Time of the first entry.
    First,
    /// Time of the last entry.
    Last,
    /// Age of the last failure.
    LastBad,
    /// Age of the last success.
    LastGood,
    /// Response of the last failure.
    Response,
}

/// Column of the message list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageColumn {
    /// Time of the first entry.
    Time,
    /// Envelope From.
    From,
    /// First recipient.
    To,
    /// Number of recipients.
    Recipients,
    /// State.
    State,
    /// Size in blocks.
    Size,
    /// Message id.
    Id,
}

/// Positioned column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedColumn<C> {
    /// Column.
    pub column: C,
    /// Heading.
    pub head: &'static str,
    /// Cells from the left edge.
    pub x: u16,
    /// Width in cells.
    pub width: u16,
}

/// Columns that fit, from left to right.
pub fn message_columns(width: u16) -> Vec<PlacedColumn<MessageColumn>> {
    use MessageColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Time,       "SEEN",        8,  8, 3),
        ColumnSpec(C::From,       "FROM",       12, 40, 1),
        ColumnSpec(C::To,         "TO",         12, 40, 4),
        ColumnSpec(C::Recipients, "  N",         3,  3, 2),
        ColumnSpec(C::State,      "STATE",      20, 40, 0),
        ColumnSpec(C::Size,       "  SIZE",      6,  6, 10),
        ColumnSpec(C::Id,         "MESSAGE ID", 16, 60, 9),
    ];
    place(width, &wishes)
}

/// Column at a cell, or the one before the gap at that cell.
pub fn column_at<C: Copy>(columns: &[PlacedColumn<C>], x: u16) -> Option<C> {
    let hit = |placed: &&PlacedColumn<C>| (placed.x..=placed.x + placed.width).contains(&x);
    columns.iter().find(hit).map(|placed| placed.column)
}

/// Layout request of a column: heading, minimum width, maximum width, rank. Columns of the highest
/// rank are dropped first on a narrow screen.
struct ColumnSpec<C>(C, &'static str, u16, u16, u8);

/// Columns of this rank and higher are shown only if the others have spare room.
const LUXURY: u8 = 9;
/// Spare room: extra cells for the columns that can grow.
const COMFORT: u16 = 24;

/// Columns that fit the connection list.
pub fn connection_columns(width: u16) -> Vec<PlacedColumn<ConnectionColumn>> {
    use ConnectionColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Opened,    "OPENED",        8,  8, 6),
        ColumnSpec(C::Direction, " ",             1,  1, 5),
        ColumnSpec(C::Channel,   "CHANNEL",      10, 12, 11),
        ColumnSpec(C::Host,      "HOST → MX",    16, 60, 0),
        ColumnSpec(C::Local,     "LOCAL",        21, 21, 12),
        ColumnSpec(C::Remote,    "REMOTE",       21, 21, 10),
        ColumnSpec(C::Tls,       "TLS",          12, 20, 13),
        ColumnSpec(C::State,     "STATE",        10, 10, 1),
        ColumnSpec(C::Enqueued,  "  E",           3,  3, 8),
        ColumnSpec(C::Delivered, "  D",           3,  3, 2),
        ColumnSpec(C::Deferred,  "  Q",           3,  3, 3),
        ColumnSpec(C::Failed,    "  R",           3,  3, 4),
        ColumnSpec(C::Rejected,  "  J",           3,  3, 9),
        ColumnSpec(C::Response,  "LAST RESPONSE", 14, u16::MAX, 7),
    ];
    place(width, &wishes)
}

/// Columns that fit the deliveries pane.
pub fn delivery_columns(width: u16) -> Vec<PlacedColumn<DeliveryColumn>> {
    use DeliveryColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Time,      "TIME",       8,  8, 2),
        ColumnSpec(C::Outcome,   "OUTCOME",   10, 10, 0),
        ColumnSpec(C::Recipient, "RECIPIENT", 16, 44, 1),
        ColumnSpec(C::Attempt,   "TRY",        3,  3, 3),
        ColumnSpec(C::Response,  "RESPONSE",  16, u16::MAX, 4),
    ];
    place(width, &wishes)
}

/// Columns that fit the list of domains.
pub fn domain_columns(width: u16, marked: bool) -> Vec<PlacedColumn<GroupColumn>> {
    use GroupColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Label,     "",              16, 44, 0),
        ColumnSpec(C::Deferred,  "     Q",         6,  6, 1),
        ColumnSpec(C::Failed,    "     R",         6,  6, 2),
        ColumnSpec(C::Rejected,  "   J",           4,  4, 8),
        ColumnSpec(C::FailShare, "FAIL %",         6,  6, 3),
        ColumnSpec(C::Health,    "HEALTH →",       8,  8, 9),
        ColumnSpec(C::Delivered, "     D",         6,  6, 4),
        ColumnSpec(C::Recovered, " RECOV",         6,  6, 11),
        ColumnSpec(C::Backlog,   "BACKLOG",        7,  7, 10),
        ColumnSpec(C::Open,      "OPEN",           4,  4, 7),
        ColumnSpec(C::Marked,    " +MARK",         6,  6, 12),
        ColumnSpec(C::LastBad,   "FAILED",         6,  6, 13),
        ColumnSpec(C::LastGood,  "  OK",           4,  4, 6),
        ColumnSpec(C::Response,  "LAST FAILURE",  12, u16::MAX, 5),
    ];
    place_groups(width, marked, wishes)
}

/// Columns that fit the list of responses.
pub fn response_columns(width: u16, marked: bool) -> Vec<PlacedColumn<GroupColumn>> {
    use GroupColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Entries,   "  COUNT",        7,  7, 1),
        ColumnSpec(C::Share,     "     %",         6,  6, 4),
        ColumnSpec(C::Marked,    " +MARK",         6,  6, 5),
        ColumnSpec(C::First,     "FIRST",          8,  8, 2),
        ColumnSpec(C::Last,      "LAST",           8,  8, 3),
        ColumnSpec(C::Label,     "RESPONSE",      20, u16::MAX, 0),
    ];
    place_groups(width, marked, wishes)
}

/// Columns that fit a list of connections, hosts or addresses.
pub fn route_columns(width: u16, marked: bool) -> Vec<PlacedColumn<GroupColumn>> {
    use GroupColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Label,     "",              20, u16::MAX, 0),
        ColumnSpec(C::Deferred,  "    Q",          5,  5, 1),
        ColumnSpec(C::Failed,    "    R",          5,  5, 2),
        ColumnSpec(C::Delivered, "    D",          5,  5, 3),
        ColumnSpec(C::Last,      "LAST",           8,  8, 4),
    ];
    place_groups(width, marked, wishes)
}

/// Columns that fit a list of senders, users, clients or channels.
pub fn sender_columns(width: u16, marked: bool, clients: bool) -> Vec<PlacedColumn<GroupColumn>> {
    use GroupColumn as C;
    #[rustfmt::skip]
    let wishes = [
        ColumnSpec(C::Label,     "",              16, 60, 0),
        ColumnSpec(C::Enqueued,  "      E",        7,  7, 1),
        ColumnSpec(C::Rejected,  "      J",        7,  7, 2),
        ColumnSpec(C::Refused,   "    X",          5,  5, 6),
        ColumnSpec(C::Unauthenticated, "AUTH!",    5,  5, 7),
        ColumnSpec(C::Delivered, "      D",        7,  7, 3),
        ColumnSpec(C::Deferred,  "      Q",        7,  7, 4),
        ColumnSpec(C::Failed,    "      R",        7,  7, 5),
        ColumnSpec(C::FailShare, "FAIL %",         6,  6, 8),
        ColumnSpec(C::Marked,    " +MARK",         6,  6, 11),
        ColumnSpec(C::Last,      "LAST",           8,  8, 9),
        ColumnSpec(C::Response,  "LAST FAILURE",  14, u16::MAX, 10),
    ];
    let of_clients = [C::Refused, C::Unauthenticated];
    let wishes = wishes.into_iter().filter(|wish| clients || !of_clients.contains(&wish.0));
    place_groups(width, marked, wishes)
}

/// Columns that fit a list of groups; the column of counts since the mark needs a mark.
fn place_groups(
    width: u16,
    marked: bool,
    wishes: impl IntoIterator<Item = ColumnSpec<GroupColumn>>,
) -> Vec<PlacedColumn<GroupColumn>> {
    let wanted = |wish: &ColumnSpec<GroupColumn>| marked || wish.0 != GroupColumn::Marked;
    place(width, &wishes.into_iter().filter(wanted).collect::<Vec<_>>())
}

fn place<C: Copy>(width: u16, wishes: &[ColumnSpec<C>]) -> Vec<PlacedColumn<C>> {
    let mut by_rank: Vec<&ColumnSpec<C>> = wishes.iter().collect();
    by_rank.sort_by_key(|wish| wish.4);
    let (mut left, mut worst) = (width, None);
    for wish in by_rank {
        let needed = wish.2 + u16::from(worst.is_some());
        let kept = if wish.4 >= LUXURY { COMFORT } else { 0 };
        if needed + kept > left {
            break;
        }
        left -= needed;
        worst = Some(wish.4);
    }
    let fits = |wish: &&ColumnSpec<C>| worst.is_some_and(|worst| wish.4 <= worst);
    let chosen: Vec<&ColumnSpec<C>> = wishes.iter().filter(fits).collect();
    let widths = distribute_width(left, &chosen);
    let mut x = 0;
    let placed = chosen.iter().zip(widths).map(|(wish, width)| {
        let placed = PlacedColumn { column: wish.0, head: wish.1, x, width };
        x += width + 1;
        placed
    });
    placed.collect()
}

/// Distributes spare cells over the columns that can grow; the one of the lowest rank gets twice
/// the share of the others.
fn distribute_width<C>(mut left: u16, chosen: &[&ColumnSpec<C>]) -> Vec<u16> {
    let mut widths: Vec<u16> = chosen.iter().map(|wish| wish.2).collect();
    let mut grown = true;
    while grown {
        grown = false;
        for (width, wish) in widths.iter_mut().zip(chosen) {
            let part = if wish.4 == 0 { 2 } else { 1 };
            let more = part.min(left).min(wish.3 - *width);
            *width += more;
            left -= more;
            grown |= more > 0;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_every_width() {
        for width in 40..300 {
            let columns = connection_columns(width);
            let last = columns.last().unwrap();
            assert!(last.x + last.width <= width, "{width}");
            assert!(columns.iter().any(|placed| placed.column == ConnectionColumn::Host));
            let last = *delivery_columns(width).last().unwrap();
            assert!(last.x + last.width <= width, "{width}");
        }
        assert_eq!(connection_columns(210).len(), 14, "a wide screen shows all of them");
        let at_80 = connection_columns(80);
        assert!(at_80.iter().any(|placed| placed.column == ConnectionColumn::Enqueued));
    }
}
