//! Layout: positions on the screen from the terminal size, used by drawing, paging and the mouse.
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
//! A view of two panes stacks them. A small screen shows the focused pane alone.

mod columns;

pub use columns::{
    ConnectionColumn, DeliveryColumn, GroupColumn, MessageColumn, PlacedColumn, column_at,
    connection_columns, delivery_columns, domain_columns, message_columns, response_columns,
    route_columns, sender_columns,
};
pub use ratatui::layout::Rect;

use ratatui::layout::{Constraint, Layout};
use serde::{Deserialize, Serialize};

/// View: the content between filter bar and footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// Connections, their deliveries, and the selected message.
    #[default]
    Connections,
    /// Recipient domains, their responses, and the remote hosts.
    Domains,
    /// Messages and the trace of the selected one.
    Messages,
    /// Timeline, senders, users, clients and channels.
    Activity,
    /// Entries as logged.
    Log,
}

impl View {
    /// All views in the order of their keys.
    pub const ALL: [Self; 5] =
        [Self::Connections, Self::Domains, Self::Messages, Self::Activity, Self::Log];

    /// Title.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Domains => "Domains",
            Self::Activity => "Activity",
            Self::Messages => "Messages",
            Self::Log => "Log",
        }
    }

    /// Panes: a list first, each further one narrowed to the selection of the previous.
    pub fn panes(self) -> &'static [Pane] {
        match self {
            Self::Connections => &[Pane::Connections, Pane::Deliveries, Pane::Message],
            Self::Domains => &[Pane::Domains, Pane::Responses, Pane::Via],
            Self::Activity => &[Pane::Senders, Pane::Message, Pane::Times],
            Self::Messages => &[Pane::Messages, Pane::Trace],
            Self::Log => &[Pane::Log, Pane::Message],
        }
    }

    /// Pane focused at first.
    pub fn first(self) -> Pane {
        self.panes().first().copied().unwrap_or_default()
    }

    /// Next pane, cyclically.
    pub fn next(self, pane: Pane) -> Pane {
        let behind = self.panes().iter().skip_while(|&&other| other != pane).nth(1);
        behind.copied().unwrap_or(self.first())
    }

    /// Previous pane, cyclically.
    pub fn previous(self, pane: Pane) -> Pane {
        let before = self.panes().iter().rev().skip_while(|&&other| other != pane).nth(1);
        before.or(self.panes().last()).copied().unwrap_or_default()
    }
}

/// Pane of a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// Connection list.
    #[default]
    Connections,
    /// Deliveries of the selected connection.
    Deliveries,
    /// All fields of the selected entry.
    Message,
    /// Recipient domains.
    Domains,
    /// Responses of the selected domain.
    Responses,
    /// Connections, hosts or addresses of the selected response.
    Via,
    /// Senders, users, clients or channels.
    Senders,
    /// Timeline.
    Times,
    /// Message list.
    Messages,
    /// Trace of the selected message.
    Trace,
    /// Entries as logged.
    Log,
}

impl Pane {
    /// Title.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Deliveries => "Deliveries",
            Self::Message => "Message",
            Self::Domains => "Domains",
            Self::Responses => "Responses",
            Self::Via => "Via",
            Self::Senders => "Senders",
            Self::Times => "Timeline",
            Self::Messages => "Messages",
            Self::Trace => "Trace",
            Self::Log => "Log",
        }
    }
}

/// Maximum number of panes of a view.
const PANES: usize = 3;

/// Smallest usable screen, in columns and rows.
pub const MIN_SIZE: (u16, u16) = (40, 8);

/// Positions of all parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneLayout {
    /// Header with the overall counts.
    pub header: Rect,
    /// Filter in force, or a prompt.
    pub filter: Rect,
    /// View bar above the panes.
    pub names: Rect,
    /// Footer.
    pub footer: Rect,
    view: View,
    /// Panes in order.
    panes: [Rect; PANES],
}

impl PaneLayout {
    /// Layout for a screen of this size; `None` below [`MIN_SIZE`].
    pub fn new(area: Rect, view: View, focus: Pane, zoom: bool) -> Option<Self> {
        if area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1 {
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
        let alone = (zoom || body.height < 12).then_some(focus);
        let names = Rect { height: 1, ..body };
        Some(Self { header, filter, names, footer, view, panes: places(body, view, alone) })
    }

    /// Area of a pane with its title; empty if hidden.
    pub fn pane(&self, pane: Pane) -> Rect {
        let at = self.view.panes().iter().position(|&other| other == pane);
        at.and_then(|at| self.panes.get(at)).copied().unwrap_or_default()
    }

    /// Rows of a pane, below title and column headings.
    pub fn rows(&self, pane: Pane) -> Rect {
        let area = self.pane(pane);
        let above = match pane {
            Pane::Deliveries if shows_ends(area) => 3,
            Pane::Message | Pane::Trace | Pane::Log | Pane::Times => 1,
            _ => 2,
        };
        let above = above.min(area.height);
        Rect { y: area.y + above, height: area.height - above, ..area }
    }

    /// Line of the column headings.
    pub fn heads(&self, pane: Pane) -> Rect {
        let rows = self.rows(pane);
        Rect { y: rows.y.saturating_sub(1), height: 1.min(self.pane(pane).height), ..rows }
    }

    /// Pane at a screen position.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        self.view
            .panes()
            .iter()
            .copied()
            .find(|&pane| self.pane(pane).contains((column, row).into()))
    }
}

/// Whether a deliveries pane has room for the line with both endpoints.
pub fn shows_ends(deliveries: Rect) -> bool {
    deliveries.height >= 5
}

/// Areas of a view's panes, unless one is zoomed.
fn places(body: Rect, view: View, alone: Option<Pane>) -> [Rect; PANES] {
    let mut places = [Rect::default(); PANES];
    if let Some(alone) = alone {
        let shown = places.iter_mut().zip(view.panes()).find(|(_, pane)| **pane == alone);
        if let Some((place, _)) = shown {
            *place = body;
        }
        return places;
    }
    let above = |percent| [Constraint::Percentage(percent), Constraint::Min(0)];
    if view == View::Activity {
        return activity(body);
    }
    if view.panes().len() == 2 {
        let [first, second] =
            Layout::vertical(above(if view == View::Messages { 45 } else { 60 })).areas(body);
        return [first, second, Rect::default()];
    }
    if body.width >= 120 {
        let [first, lower] = Layout::vertical(above(50)).areas(body);
        let halves = [Constraint::Percentage(50), Constraint::Length(1), Constraint::Min(0)];
        let [second, _, third] = Layout::horizontal(halves).areas(lower);
        return [first, second, third];
    }
    let thirds = [Constraint::Percentage(38), Constraint::Percentage(28), Constraint::Min(0)];
    Layout::vertical(thirds).areas(body)
}

/// Timeline at the top, over the full width; below it the list, with the message below or beside
/// it.
fn activity(body: Rect) -> [Rect; PANES] {
    let rows = (body.height / 4).clamp(4, 11);
    let [times, lower] =
        Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(body);
    let [senders, message] = if body.width >= 160 {
        let [senders, _, message] = Layout::horizontal([
            Constraint::Percentage(60),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(lower);
        [senders, message]
    } else {
        Layout::vertical([Constraint::Percentage(65), Constraint::Min(0)]).areas(lower)
    };
    [senders, message, times]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_tile_the_screen_at_every_size() {
        for width in (0..260).step_by(7) {
            for height in 0..80 {
                for zoom in [false, true] {
                    let area = Rect::new(0, 0, width, height);
                    for (view, pane) in View::ALL.map(|view| (view, view.next(view.first()))) {
                        let Some(screen) = PaneLayout::new(area, view, pane, zoom) else {
                            assert!(width < 40 || height < 8);
                            continue;
                        };
                        tiled(&screen, area, view, pane);
                    }
                }
            }
        }
    }

    fn tiled(screen: &PaneLayout, area: Rect, view: View, focus: Pane) {
        for &pane in view.panes() {
            assert_eq!(screen.pane(pane).intersection(area), screen.pane(pane));
            assert!(screen.rows(pane).bottom() <= screen.footer.y || screen.pane(pane).is_empty());
        }
        assert!(!screen.pane(focus).is_empty());
    }
}
