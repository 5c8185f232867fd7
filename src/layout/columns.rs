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

/// A column in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<C> {
    /// Which.
    pub column: C,
    /// Its head.
    pub head: &'static str,
    /// Cells from the left edge.
    pub x: u16,
    /// Its width in cells.
    pub width: u16,
}

/// The column at the cell so many from the left edge, or before the gap that is there.
pub fn column_at<C: Copy>(columns: &[Placed<C>], x: u16) -> Option<C> {
    let hit = |placed: &&Placed<C>| (placed.x..=placed.x + placed.width).contains(&x);
    columns.iter().find(hit).map(|placed| placed.column)
}

/// How a column wants to be placed: head, least width, most width, and rank: the lower, the longer
/// it stays when the screen gets narrow.
struct Wish<C>(C, &'static str, u16, u16, u8);

/// Columns from this rank on are taken only where those before have room to breathe.
const LUXURY: u8 = 9;
/// The room to breathe: cells for the columns that can grow.
const COMFORT: u16 = 24;

/// The columns that fit, in the order of the screen.
pub fn connection_columns(width: u16) -> Vec<Placed<ConnectionColumn>> {
    use ConnectionColumn as C;
    #[rustfmt::skip]
    let wishes = [
        Wish(C::Opened,    "OPENED",        8,  8, 6),
        Wish(C::Direction, " ",             1,  1, 5),
        Wish(C::Channel,   "CHANNEL",      10, 12, 11),
        Wish(C::Host,      "HOST → MX",    16, 60, 0),
        Wish(C::Local,     "LOCAL",        21, 21, 12),
        Wish(C::Remote,    "REMOTE",       21, 21, 10),
        Wish(C::Tls,       "TLS",          12, 20, 13),
        Wish(C::State,     "STATE",        10, 10, 1),
        Wish(C::Enqueued,  "  E",           3,  3, 8),
        Wish(C::Delivered, "  D",           3,  3, 2),
        Wish(C::Deferred,  "  Q",           3,  3, 3),
        Wish(C::Failed,    "  R",           3,  3, 4),
        Wish(C::Rejected,  "  J",           3,  3, 9),
        Wish(C::Response,  "LAST RESPONSE", 14, u16::MAX, 7),
    ];
    place(width, &wishes)
}

/// The columns that fit, in the order of the screen.
pub fn delivery_columns(width: u16) -> Vec<Placed<DeliveryColumn>> {
    use DeliveryColumn as C;
    #[rustfmt::skip]
    let wishes = [
        Wish(C::Time,      "TIME",       8,  8, 2),
        Wish(C::Outcome,   "OUTCOME",   10, 10, 0),
        Wish(C::Recipient, "RECIPIENT", 16, 44, 1),
        Wish(C::Attempt,   "TRY",        3,  3, 3),
        Wish(C::Response,  "RESPONSE",  16, u16::MAX, 4),
    ];
    place(width, &wishes)
}

fn place<C: Copy>(width: u16, wishes: &[Wish<C>]) -> Vec<Placed<C>> {
    let mut by_rank: Vec<&Wish<C>> = wishes.iter().collect();
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
    let fits = |wish: &&Wish<C>| worst.is_some_and(|worst| wish.4 <= worst);
    let chosen: Vec<&Wish<C>> = wishes.iter().filter(fits).collect();
    let widths = share(left, &chosen);
    let mut x = 0;
    let placed = chosen.iter().zip(widths).map(|(wish, width)| {
        let placed = Placed { column: wish.0, head: wish.1, x, width };
        x += width + 1;
        placed
    });
    placed.collect()
}

/// Shares what is left over among the columns that can grow; the first of them in rank gets twice
/// as much as each other.
fn share<C>(mut left: u16, chosen: &[&Wish<C>]) -> Vec<u16> {
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
