//! From the size of the terminal to the places on it: drawing, paging and the mouse all ask here.
//!
//! ```text
//! 80x24                                  from 120 columns
//! header, filter                         header, filter
//! ── Connections ──────────────          ── Connections ──────────────────────────
//! rows                                   rows
//! ── Deliveries ───────────────          ── Deliveries ───────── ── Message ──────
//! rows                                   rows                    fields
//! ── Message ──────────────────
//! fields
//! footer                                 footer
//! ```
//! A small screen shows the focused pane alone.

use ratatui::layout::{Constraint, Layout};

pub use ratatui::layout::Rect;

/// A part of the view that can have the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The connection list.
    #[default]
    Connections,
    /// Deliveries of the selected connection.
    Deliveries,
    /// Every field of the selected delivery.
    Message,
}

impl Pane {
    /// All panes, from the connection down to the message.
    pub const ALL: [Self; 3] = [Self::Connections, Self::Deliveries, Self::Message];

    /// The next deeper pane, or the first one after the last.
    pub fn next(self) -> Self {
        match self {
            Self::Connections => Self::Deliveries,
            Self::Deliveries => Self::Message,
            Self::Message => Self::Connections,
        }
    }

    /// The pane before, or the last one before the first.
    pub fn previous(self) -> Self {
        self.next().next()
    }
}

/// Columns and rows below which nothing useful fits.
pub const SMALLEST: (u16, u16) = (40, 8);

/// Where everything stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The numbers of the whole.
    pub header: Rect,
    /// The filter in force, or the prompt.
    pub filter: Rect,
    /// Keys that work here.
    pub footer: Rect,
    panes: [Rect; 3],
}

impl Screen {
    /// The places on a screen of this size; `None` if it is smaller than [`SMALLEST`].
    pub fn new(area: Rect, focus: Pane, zoom: bool) -> Option<Self> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let header_rows = if area.height >= 14 { 2 } else { 1 };
        let rows = [
            Constraint::Length(header_rows),
            Constraint::Length(1),
            Constraint::Min(0),
            Constraint::Length(1),
        ];
        let [header, filter, body, footer] = Layout::vertical(rows).areas(area);
        Some(Self { header, filter, footer, panes: panes(body, focus, zoom) })
    }

    /// The place of a pane with its title; empty if it is not shown.
    pub fn pane(&self, pane: Pane) -> Rect {
        self.panes.get(pane as usize).copied().unwrap_or_default()
    }

    /// The lines of a pane in which its rows stand, below title and column heads.
    pub fn rows(&self, pane: Pane) -> Rect {
        let area = self.pane(pane);
        let above = match pane {
            Pane::Deliveries if shows_ends(area) => 3,
            Pane::Connections | Pane::Deliveries => 2,
            Pane::Message => 1,
        };
        let above = above.min(area.height);
        Rect { y: area.y + above, height: area.height - above, ..area }
    }

    /// The line of the column heads, above the rows.
    pub fn heads(&self, pane: Pane) -> Rect {
        let rows = self.rows(pane);
        Rect { y: rows.y.saturating_sub(1), height: 1.min(self.pane(pane).height), ..rows }
    }

    /// The pane at a place on the screen.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|&pane| self.pane(pane).contains((column, row).into()))
    }
}

/// Whether a deliveries pane has room for the line with both ends of the connection.
pub fn shows_ends(deliveries: Rect) -> bool {
    deliveries.height >= 5
}

fn panes(body: Rect, focus: Pane, zoom: bool) -> [Rect; 3] {
    if zoom || body.height < 12 {
        return Pane::ALL.map(|pane| if pane == focus { body } else { Rect::default() });
    }
    if body.width >= 120 {
        let [connections, lower] =
            Layout::vertical([Constraint::Percentage(50), Constraint::Min(0)]).areas(body);
        let halves = [Constraint::Percentage(50), Constraint::Length(1), Constraint::Min(0)];
        let [deliveries, _, message] = Layout::horizontal(halves).areas(lower);
        return [connections, deliveries, message];
    }
    let thirds = [Constraint::Percentage(38), Constraint::Percentage(28), Constraint::Min(0)];
    Layout::vertical(thirds).areas(body)
}

/// A column of the connection list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    #[test]
    fn panes_tile_the_screen_at_every_size() {
        for width in (0..260).step_by(7) {
            for height in 0..80 {
                for zoom in [false, true] {
                    let area = Rect::new(0, 0, width, height);
                    let Some(screen) = Screen::new(area, Pane::Deliveries, zoom) else {
                        assert!(width < 40 || height < 8);
                        continue;
                    };
                    for pane in Pane::ALL {
                        assert_eq!(screen.pane(pane).intersection(area), screen.pane(pane));
                        assert!(
                            screen.rows(pane).bottom() <= screen.footer.y
                                || screen.pane(pane).is_empty()
                        );
                    }
                    assert!(!screen.pane(Pane::Deliveries).is_empty());
                }
            }
        }
    }
}
