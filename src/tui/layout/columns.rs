//! The columns of each table: which of them fit into how many cells, and where they stand.

use serde::{Deserialize, Serialize};

/// A column of the connection list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionColumn {
    /// Time of the `O`.
    Opened,
    /// Who opened it.
    Direction,
    /// Channel.
    Channel,
    /// Host asked for and host chosen.
    Host,
    /// Our address and port.
    Local,
    /// Address and port of the other side.
    Remote,
    /// TLS.
    Tls,
    /// Open, closed, failed, rejected.
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
    /// The newest response.
    Response,
}

/// A column of the deliveries pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryColumn {
    /// Time of the entry.
    Time,
    /// What became of the recipient.
    Outcome,
    /// The recipient.
    Recipient,
    /// Number of the attempt.
    Attempt,
    /// What the remote server, or we, said.
    Response,
}

/// A column of a list of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupColumn {
    /// What the group is called.
    Label,
    /// Entries of any kind.
    Entries,
    /// Their share in those of all groups.
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
    /// `U` entries of an authentication that failed.
    Unauthenticated,
    /// `Q`, `R` and `J` entries. Not shown: what lists of failures are sorted by.
    Bad,
    /// Recipients who got their message after an attempt had failed.
    Recovered,
    /// By how many more recipients wait because an attempt failed.
    Backlog,
    /// Share of failed attempts in all attempts.
    FailShare,
    /// How the newest attempts ended.
    Health,
    /// Open connections.
    Open,
    /// Failures since the mark.
    Marked,
    /// Time of the first entry.
    First,
    /// Time of the last entry.
    Last,
    /// How long ago the last failure was.
    LastBad,
    /// How long ago the last success was.
    LastGood,
    /// The response to the last failure.
    Response,
}

/// A column of the list of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageColumn {
    /// When it was first seen.
    Time,
    /// Envelope From.
    From,
    /// The first recipient.
    To,
    /// How many recipients.
    Recipients,
    /// What became of them.
    State,
    /// Blocks.
    Size,
    /// Message id.
    Id,
}

/// A column in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedColumn<C> {
    /// Which.
    pub column: C,
    /// Its head.
    pub head: &'static str,
    /// Cells from the left edge.
    pub x: u16,
    /// Its width in cells.
    pub width: u16,
}

/// The columns that fit, in the order of the screen.
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

/// The column at the cell so many from the left edge, or before the gap that is there.
pub fn column_at<C: Copy>(columns: &[PlacedColumn<C>], x: u16) -> Option<C> {
    let hit = |placed: &&PlacedColumn<C>| (placed.x..=placed.x + placed.width).contains(&x);
    columns.iter().find(hit).map(|placed| placed.column)
}

/// How a column wants to be placed: head, least width, most width, and rank: the lower, the longer
/// it stays when the screen gets narrow.
struct ColumnSpec<C>(C, &'static str, u16, u16, u8);

/// Columns from this rank on are taken only where those before have room to breathe.
const LUXURY: u8 = 9;
/// The room to breathe: cells for the columns that can grow.
const COMFORT: u16 = 24;

/// The columns that fit, in the order of the screen.
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

/// The columns that fit, in the order of the screen.
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

/// The columns of the list of domains that fit.
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

/// The columns of the list of responses that fit.
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

/// The columns of a list of connections, or of what they have in common.
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

/// The columns of a list of those who send.
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

/// The columns of a list of groups; what came since the mark is one only if there is a mark.
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

/// Shares what is left over among the columns that can grow; the first of them in rank gets twice
/// as much as each other.
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
