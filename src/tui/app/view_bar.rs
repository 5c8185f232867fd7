//! View bar: the names of the views in the line above the panes.
//!
//! ```text
//! ━━ Connections ━━ 2 Domains  3 Messages  4 Activity  5 Log ━━━━━━━━━━━━━━━━━━━━━━━━━━━━
//! ━━ 1 Connections  2 Domains ━━ Messages › Trace ━━ 4 Activity  5 Log ━━━━━━━━━━━━━━━━━━
//! ━━ 1  2  3  4 ━━ Log ━━━━━━━━━━━━━━━━━━
//! ```
//! The current view is part of the rule; the others are preceded by their key.

use super::App;
use crate::tui::keymap::Command;
use crate::tui::layout::View;

/// Positioned name of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewLabel {
    /// View.
    pub view: View,
    /// Cells from the left edge.
    pub x: usize,
    /// Name, key, or both, with a blank on either side.
    pub label: String,
}

impl ViewLabel {
    /// First cell after the name.
    pub fn end(&self) -> usize {
        self.x + self.label.chars().count()
    }
}

/// Cells of the rule before the first name, and on both sides of the current view.
const RULE: usize = 2;
/// Cells reserved for the note of the pane.
const NOTE: usize = 16;

impl App {
    /// Names that fit this width.
    pub fn names(&self, width: usize) -> Vec<ViewLabel> {
        let room = width.saturating_sub(NOTE);
        let fits = |names: &Vec<ViewLabel>| names.last().is_none_or(|last| last.end() <= room);
        let all = Some(self.names_or_keys(true)).filter(fits);
        all.unwrap_or_else(|| {
            let mut keys = self.names_or_keys(false);
            keys.retain(|name| name.end() <= width);
            keys
        })
    }

    fn names_or_keys(&self, whole: bool) -> Vec<ViewLabel> {
        let (mut end, mut was_shown) = (RULE, false);
        let place = |view: View| {
            let shown = view == self.view();
            let key = self.key_for(Command::View(view));
            let label = match (shown, whole) {
                (true, _) => format!(" {} ", self.path()),
                (false, true) => format!(" {key} {} ", view.name()),
                (false, false) => format!(" {key} "),
            };
            let x = if (shown || was_shown) && end > RULE { end + RULE } else { end };
            let name = ViewLabel { view, x, label };
            (end, was_shown) = (name.end(), shown);
            name
        };
        View::ALL.into_iter().map(place).collect()
    }

    /// Name of the current view, with the pane if it replaces the first one.
    fn path(&self) -> String {
        let view = self.view();
        let first_is_shown = self.screen().is_none_or(|it| !it.pane(view.first()).is_empty());
        if first_is_shown {
            view.name().to_owned()
        } else {
            format!("{} › {}", view.name(), self.focus().name())
        }
    }

    /// View whose name is at a cell.
    pub(super) fn name_at(&self, x: u16, y: u16) -> Option<View> {
        let line = self.screen()?.names;
        let at = usize::from(x.checked_sub(line.x)?);
        let names = self.names(line.width.into()).into_iter().filter(|_| y == line.y);
        names.into_iter().find(|name| (name.x..name.end()).contains(&at)).map(|name| name.view)
    }
}
