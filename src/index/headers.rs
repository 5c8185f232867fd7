//! Which message a header entry belongs to.
//!
//! It names none. It stands next to the enqueue or dequeue that it was logged with, and has at most
//! the process id in common with it (`mta-log-format` section 10); which of the two comes first is
//! not documented. So what was seen last is kept, a little of it, and so are header entries that
//! nothing before them fits.

use super::batch::PendingRow;
use super::{EntryKind, MessageId, RowId};
use crate::log::entry::{Outcome, Time};
use std::collections::VecDeque;
use std::num::NonZeroU64;

/// Neighbours that are kept: entries of a busy log's last moment.
const NEAR: usize = 256;
/// Process ids come again: further apart than this they mean something else, in milliseconds.
const APART: u64 = 60_000;

/// What an entry and its header entries have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct HeaderKey {
    source: u16,
    time: Time,
    /// Process and thread as a fingerprint, and the number of the operation.
    operation: Option<(NonZeroU64, u32)>,
}

impl HeaderKey {
    fn new(draft: &PendingRow, time: Time) -> Self {
        let operation = draft.process.map(|process| (process, draft.sequence));
        Self { source: draft.location.source, time, operation }
    }

    /// Whether the entries with these marks were logged in one go.
    fn matches(&self, other: &Self) -> bool {
        let near = self.time.0.abs_diff(other.time.0) <= APART;
        let same = match (self.operation, other.operation) {
            (Some(one), Some(other)) => one == other && near,
            _ => self.time == other.time,
        };
        same && self.source == other.source
    }
}

#[derive(Default)]
pub(super) struct Headers {
    /// Entries of messages, oldest first.
    recent: VecDeque<(HeaderKey, MessageId)>,
    /// Header entries that have no message yet, oldest first.
    waiting: VecDeque<(HeaderKey, RowId)>,
}

impl Headers {
    /// The message of a header entry, if an entry before it tells.
    pub(super) fn tie(&mut self, row: RowId, time: Time, draft: &PendingRow) -> Option<MessageId> {
        let mark = HeaderKey::new(draft, time);
        let known = self.recent.iter().rev().find(|(other, _)| mark.matches(other));
        if known.is_none() {
            push_recent(&mut self.waiting, (mark, row));
        }
        known.map(|&(_, message)| message)
    }

    /// Takes note of an entry of a message; gives the header entries before it that are of the same.
    pub(super) fn link(
        &mut self,
        time: Time,
        draft: &PendingRow,
        message: MessageId,
    ) -> Vec<RowId> {
        if !matches!(
            draft.kind,
            EntryKind::Enqueued
                | EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed | Outcome::HandedOn)
        ) {
            return Vec::new();
        }
        let mark = HeaderKey::new(draft, time);
        let of_it: Vec<RowId> = self
            .waiting
            .iter()
            .filter(|(other, _)| mark.matches(other))
            .map(|&(_, row)| row)
            .collect();
        if !of_it.is_empty() {
            self.waiting.retain(|(other, _)| !mark.matches(other));
        }
        push_recent(&mut self.recent, (mark, message));
        of_it
    }
}

fn push_recent<T>(near: &mut VecDeque<T>, new: T) {
    if near.len() >= NEAR {
        near.pop_front();
    }
    near.push_back(new);
}
