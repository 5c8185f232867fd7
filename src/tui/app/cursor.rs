//! Selection in a list that grows and changes.
//!
//! The selection is an id, not a row: it stays on its entry while rows are inserted around it.

use crate::tui::keymap::Motion;

/// Followed end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Top: newest or worst first.
    Top,
    /// Bottom: newest last, as in a log.
    Bottom,
}

/// List as seen by a cursor.
pub trait List<Id> {
    /// Number of items.
    fn length(&self) -> usize;

    /// Item at a position.
    fn at(&self, place: usize) -> Option<Id>;

    /// Position of an item last seen at `before`; for a removed item, the position that it would
    /// have.
    fn find(&self, id: Id, before: usize) -> usize;
}

impl<Id: Copy + PartialEq> List<Id> for [Id] {
    fn length(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> Option<Id> {
        self.get(place).copied()
    }

    fn find(&self, id: Id, before: usize) -> usize {
        if self.get(before) == Some(&id) {
            return before;
        }
        let found = self.iter().position(|&other| other == id);
        found.unwrap_or(before.min(self.len().saturating_sub(1)))
    }
}

/// Selection and scroll position of one list.
#[derive(Clone, Debug)]
pub struct Cursor<Id> {
    selected: Option<Id>,
    /// Last known position of the selected id.
    at: usize,
    /// First visible row.
    top: usize,
    /// Whether the selection stays at the followed end.
    following: bool,
}

impl<Id> Default for Cursor<Id> {
    fn default() -> Self {
        Self { selected: None, at: 0, top: 0, following: true }
    }
}

impl<Id: Copy + PartialEq> Cursor<Id> {
    /// Relocates the selection after the list or its height changed.
    pub fn clamp_to(&mut self, list: &(impl List<Id> + ?Sized), height: usize, follow: Follow) {
        let (end, height) = (list.length().saturating_sub(1), height.max(1));
        let before = self.at;
        self.at = match (self.selected, follow) {
            (Some(id), _) if !self.following => list.find(id, self.at),
            (_, Follow::Bottom) => end,
            (_, Follow::Top) => 0,
        };
        self.selected = list.at(self.at);
        if !self.following {
            // Keeps the selection at the same screen row.
            self.top = (self.top + self.at).saturating_sub(before);
        }
        self.top = self.top.clamp((self.at + 1).saturating_sub(height), self.at);
        // No empty rows at the bottom while rows above are hidden.
        self.top = self.top.min(list.length().saturating_sub(height));
    }

    /// Moves the selection.
    pub fn move_by(
        &mut self,
        motion: Motion,
        list: &(impl List<Id> + ?Sized),
        height: usize,
        follow: Follow,
    ) {
        let to = destination(motion, self.at, list.length(), height);
        let end = if follow == Follow::Top { 0 } else { list.length().saturating_sub(1) };
        self.following = to == end;
        (self.at, self.selected) = (to, list.at(to));
        self.clamp_to(list, height, follow);
    }

    /// Selects the item at a visible row.
    pub fn click(&mut self, visible_row: usize, list: &(impl List<Id> + ?Sized)) {
        if let Some(id) = list.at(self.top + visible_row) {
            (self.at, self.selected, self.following) = (self.top + visible_row, Some(id), false);
        }
    }

    /// Selects this item.
    pub fn select(&mut self, id: Id, list: &(impl List<Id> + ?Sized)) {
        (self.at, self.selected, self.following) = (list.find(id, self.at), Some(id), false);
    }

    /// Selected id.
    pub fn selected(&self) -> Option<Id> {
        self.selected
    }

    /// First visible row.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Position of the selection.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether the selection follows the end.
    pub fn is_following(&self) -> bool {
        self.following
    }
}

/// Scroll position of a long text; reset when another item is shown.
#[derive(Clone, Debug)]
pub struct Scroll<Id> {
    of: Option<Id>,
    top: usize,
}

impl<Id> Default for Scroll<Id> {
    fn default() -> Self {
        Self { of: None, top: 0 }
    }
}

impl<Id: PartialEq> Scroll<Id> {
    /// Shows this item.
    pub fn set_target(&mut self, of: Option<Id>) {
        if self.of != of {
            *self = Self { of, top: 0 };
        }
    }

    /// Largest scroll position: the last line is at the bottom.
    pub fn clamp_to(&mut self, last: usize) {
        self.top = self.top.min(last);
    }

    /// Scrolls, no further than `last`.
    pub fn move_by(&mut self, motion: Motion, last: usize, page: usize) {
        self.top = destination(motion, self.top, last + 1, page);
    }

    /// First visible line.
    pub fn top(&self) -> usize {
        self.top
    }
}

/// Target of a motion from `at` in a list of `length` rows, `height` of them visible.
pub fn destination(motion: Motion, at: usize, length: usize, height: usize) -> usize {
    let (page, half) = (height.saturating_sub(1).max(1), (height / 2).max(1));
    let to = match motion {
        Motion::Down => at + 1,
        Motion::Up => at.saturating_sub(1),
        Motion::PageDown => at + page,
        Motion::PageUp => at.saturating_sub(page),
        Motion::HalfDown => at + half,
        Motion::HalfUp => at.saturating_sub(half),
        Motion::First => 0,
        Motion::Last => length,
    };
    to.min(length.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selection_stays_on_its_entry_while_others_come() {
        let mut cursor = Cursor::default();
        cursor.clamp_to([1, 2, 3].as_slice(), 2, Follow::Bottom);
        assert_eq!((cursor.selected(), cursor.top(), cursor.is_following()), (Some(3), 1, true));
        cursor.move_by(Motion::Up, [1, 2, 3].as_slice(), 2, Follow::Bottom);
        cursor.clamp_to([0, 1, 2, 3, 4, 5].as_slice(), 2, Follow::Bottom);
        assert_eq!((cursor.selected(), cursor.at(), cursor.is_following()), (Some(2), 2, false));
        cursor.move_by(Motion::Last, [0, 1, 2, 3, 4, 5].as_slice(), 2, Follow::Bottom);
        cursor.clamp_to([0, 1, 2, 3, 4, 5, 6].as_slice(), 2, Follow::Bottom);
        assert_eq!((cursor.selected(), cursor.top()), (Some(6), 5));
    }

    #[test]
    fn what_is_gone_gives_way_to_its_neighbour() {
        let mut cursor = Cursor::default();
        cursor.clamp_to([1, 2, 3, 4].as_slice(), 4, Follow::Bottom);
        cursor.move_by(Motion::Up, [1, 2, 3, 4].as_slice(), 4, Follow::Bottom);
        cursor.clamp_to([1, 2].as_slice(), 4, Follow::Bottom);
        assert_eq!(cursor.selected(), Some(2));
        cursor.clamp_to([].as_slice(), 4, Follow::Bottom);
        assert_eq!(cursor.selected(), None);
    }

    proptest! {
        #[test]
        fn the_selection_is_always_in_sight(
            lists in proptest::collection::vec((0_usize..40, 0_usize..12, 0_usize..8), 1..20),
        ) {
            let motions = [Motion::Down, Motion::Up, Motion::PageDown, Motion::PageUp,
                           Motion::HalfDown, Motion::HalfUp, Motion::First, Motion::Last];
            let mut cursor = Cursor::default();
            for (length, height, motion) in lists {
                let list: Vec<usize> = (0..length).collect();
                for follow in [Follow::Bottom, Follow::Top] {
                    cursor.clamp_to(list.as_slice(), height, follow);
                    cursor.move_by(motions[motion], list.as_slice(), height, follow);
                    prop_assert_eq!(cursor.selected().is_some(), length > 0);
                    prop_assert!(cursor.top() <= cursor.at());
                    prop_assert!(cursor.at() < cursor.top() + height.max(1));
                }
            }
        }
    }
}
