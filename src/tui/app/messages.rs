//! Messages view: messages with a matching entry, and the trace of the selected one.
//!
//! Rows of the list are built from a trace of the newest entries of each message.

use super::cursor::{Cursor, Follow, List, Scroll};
use super::filtered_list::FilteredList;
use super::log_model::LogModel;
use super::ranked_bitset::RankedBitSet;
use crate::index::{EntryKind, MessageId, RowId};
use crate::trace;
use crate::tui::keymap::Motion;

/// List and selection of the view.
#[derive(Default)]
pub(super) struct MessagesView {
    listed: FilteredList,
    cursor: Cursor<MessageId>,
    /// Scroll position of the trace.
    pub(super) trace: Scroll<MessageId>,
    /// Number of rows when the list last followed the log.
    followed: usize,
}

/// Entries read per listed message.
pub const SUMMARY_ENTRIES: usize = 40;
/// Entries read for the selected message.
pub const MAX_TRACE_ENTRIES: usize = 500;
/// Entries counted for a message with too many to read.
pub const COUNTED: usize = 4_096;

/// Messages in order of their first entry.
struct MessageIds<'a>(&'a RankedBitSet);

impl List<MessageId> for MessageIds<'_> {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn at(&self, place: usize) -> Option<MessageId> {
        self.0.at(place).and_then(MessageId::new)
    }

    fn find(&self, id: MessageId, before: usize) -> usize {
        self.0.find(id.at(), before)
    }
}

impl MessagesView {
    /// Updates list and selection; `height` rows are visible.
    pub(super) fn refresh(&mut self, known: &LogModel, height: usize) {
        self.listed.refresh(known, |row| number(known, row));
        self.cursor.clamp_to(&MessageIds(self.listed.picked()), height, Follow::Bottom);
        self.trace.set_target(self.selected());
        if self.cursor.is_following() {
            self.followed = known.rows();
        }
    }

    /// Whether sliced work is pending.
    pub(super) fn is_busy(&self, known: &LogModel) -> bool {
        self.listed.is_behind(known)
    }

    /// Restarts under a changed filter.
    pub(super) fn restart(&mut self) {
        self.listed = FilteredList::default();
    }

    /// Adds entries that the text search found late.
    pub(super) fn on_search_result(&mut self, known: &LogModel, found: &[RowId]) {
        self.listed.on_search_result(known, found, |row| number(known, row));
    }

    /// Evicts messages without an entry in memory.
    pub(super) fn evict(&mut self, known: &LogModel) {
        let is_held =
            |at| MessageId::new(at).is_some_and(|id| known.index.rows_of(id).next().is_some());
        self.listed.retain(is_held);
    }

    /// Memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.listed.picked().memory()
    }

    /// Moves the selection.
    pub(super) fn move_cursor(&mut self, motion: Motion, height: usize) {
        self.cursor.move_by(motion, &MessageIds(self.listed.picked()), height, Follow::Bottom);
    }

    /// Selects a visible row.
    pub(super) fn click(&mut self, row: usize) {
        self.cursor.click(row, &MessageIds(self.listed.picked()));
    }

    /// Selects a message; lists it if necessary.
    pub(super) fn select(&mut self, message: MessageId) {
        self.listed.pick(message.at());
        self.cursor.select(message, &MessageIds(self.listed.picked()));
    }

    /// Number of listed messages.
    pub(super) fn length(&self) -> usize {
        self.listed.picked().length()
    }

    /// Visible messages.
    pub(super) fn visible(&self, height: usize) -> impl Iterator<Item = MessageId> + '_ {
        self.following_messages(self.cursor.top()).take(height)
    }

    /// Messages from a position of the list on.
    pub(super) fn following_messages(&self, place: usize) -> impl Iterator<Item = MessageId> + '_ {
        (place..).map_while(|place| MessageIds(self.listed.picked()).at(place))
    }

    /// Selected message.
    pub(super) fn selected(&self) -> Option<MessageId> {
        self.cursor.selected()
    }

    /// Number of rows when the list stopped following; `None` while it follows.
    pub(super) fn paused_at(&self) -> Option<usize> {
        (!self.cursor.is_following()).then_some(self.followed)
    }
}

fn number(known: &LogModel, row: RowId) -> Option<usize> {
    known.index.rows().message(row).map(MessageId::at)
}

/// Newest visible entries of a message, up to a limit.
pub(super) fn newest(known: &LogModel, message: MessageId, most: usize) -> Vec<RowId> {
    let shown = |row: &RowId| (row.0 as usize) < known.rows();
    trace::rows(&known.index, message).filter(shown).take(most).collect()
}

/// Counts of a message's entries, made without their texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Oldest counted entry.
    pub(super) oldest: Option<RowId>,
    /// Enqueued recipients; an intermediate channel re-enqueues some of them.
    pub(super) recipients: u32,
    /// Failed or rejected recipients.
    pub(super) failed: u32,
    /// Delivered recipients.
    pub(super) delivered: u32,
}

/// Counts the entries of a message.
pub(super) fn sum(known: &LogModel, message: MessageId) -> Sum {
    use crate::log::entry::Outcome as O;
    let (mut sum, mut handed_on) = (Sum::default(), 0);
    for row in newest(known, message, COUNTED) {
        sum.oldest = sum.oldest.min(Some(row)).or(Some(row));
        match known.index.rows().kind(row) {
            EntryKind::Enqueued => sum.recipients += 1,
            EntryKind::RecipientRejected => {
                (sum.recipients, sum.failed) = (sum.recipients + 1, sum.failed + 1);
            }
            EntryKind::Attempt(O::HandedOn) => handed_on += 1,
            EntryKind::Attempt(O::Delivered | O::Relayed) => sum.delivered += 1,
            EntryKind::Attempt(O::Failed) => sum.failed += 1,
            _ => {}
        }
    }
    let ended = sum.delivered + sum.failed;
    sum.recipients = sum.recipients.saturating_sub(handed_on).max(ended);
    sum
}
