//! The story of a message: what became of each recipient, from queue to queue.
//!
//! Made of the rows that the index ties to one message, whose texts the caller reads; knows no file,
//! no screen and no output. The rules are those of `mta-log-format` section 13: entries of one queue
//! file and recipient are one [`QueueHop`], a dequeue from an intermediate channel is no delivery, and
//! the enqueue that goes on from there stands before it.
//!
//! ```
//! use mtatop::index::{Batch, Index, TextLocation, RowId};
//! use mtatop::log::parse;
//! use mtatop::trace;
//! let lines = [
//!     "04-Feb-1998 00:06:26.72 tcp_local conversion E 9 a@x.org rfc822;b@y.org b@y.org q/ZZA.00 <1@x>",
//!     "04-Feb-1998 00:06:29.06 conversion ims-ms E 9 a@x.org rfc822;b@y.org b@ims-ms-daemon q/ZZB.00 <1@x>",
//!     "04-Feb-1998 00:06:29.31 conversion D 9 a@x.org rfc822;b@y.org b@y.org q/ZZA.00 <1@x>",
//! ];
//! let mut index = Index::default();
//! let mut batch = Batch::new(index.keys());
//! for line in lines {
//!     batch.push(TextLocation { source: 0, offset: 0 }, line.len(), &parse::Parser::default().entry(line.as_bytes()));
//! }
//! index.absorb(&batch);
//! let mut read = |row: RowId| {
//!     let text = lines.get(row.0 as usize)?.as_bytes().to_vec();
//!     Some(parse::EntryText { text, profile: parse::Profile::default() })
//! };
//! let message = index.rows().message(RowId(0)).unwrap();
//! let story = trace::trace_message(&index, message, &mut read);
//! // It left `conversion`, and waits for the message store.
//! assert_eq!(story.recipients[0].state, trace::DeliveryState::Queued);
//! ```

mod build;
mod format;
mod hops;
mod labels;
mod page;
mod steps;

pub use build::waited;
pub use format::TraceFormatter;
pub use labels::{display_address, state_summary};
pub use page::{LineKind, TraceLine};

use crate::index::{ConnectionId, Index, MessageId, RowId};
use crate::log::entry::{Action, Moment, Outcome, Time};
use crate::log::parse::EntryText;

/// What is known of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageTrace {
    /// Message ids as logged, in the order of first sight: several if an intermediate channel gave
    /// the message another one, none if the log has none.
    pub ids: Vec<Vec<u8>>,
    /// Envelope From of its first entry; empty for a notification.
    pub envelope_from: Option<Vec<u8>>,
    /// Blocks, as its first enqueue says.
    pub size: Option<u64>,
    /// When it was first and last heard of, in the order of the log.
    pub seen: Option<(Moment, Moment)>,
    /// Recipients in the order of first sight.
    pub recipients: Vec<RecipientTrace>,
    /// The stays in a queue that recipients point to.
    pub hops: Vec<QueueHop>,
    /// Its header entries.
    pub headers: Vec<RowId>,
    /// Entries that are about no recipient in a queue: bad commands, and codes not known.
    pub others: Vec<RowId>,
    /// Entries whose text is no longer in the log: nothing of them is told.
    pub missing: usize,
}

/// Somebody who was to get the message, or one of those that a list was expanded to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientTrace {
    /// Stays in queues, by their place in [`MessageTrace::hops`]: from that in which the recipient came in
    /// to the last one.
    pub hops: Vec<usize>,
    /// What became of them.
    pub state: DeliveryState,
    /// Delivery attempts in the last channel: from the name of the queue file if logged, else as
    /// many as were seen.
    pub attempts: u32,
}

/// What became of a recipient, or of a stay in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryState {
    /// In a queue; or taken from an intermediate channel, and not seen since.
    #[default]
    Queued,
    /// In a queue, after an attempt that failed for now.
    Deferred,
    /// In a message store or a local channel.
    Delivered,
    /// Handed to another host.
    Relayed,
    /// Given up.
    Failed,
    /// Never accepted.
    Rejected,
}

impl DeliveryState {
    /// All of them, best first.
    pub const ALL: [Self; 6] = [
        Self::Delivered,
        Self::Relayed,
        Self::Queued,
        Self::Deferred,
        Self::Failed,
        Self::Rejected,
    ];

    /// The word of export-schema: stable, for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
        }
    }
}

/// A recipient's stay in the queue of one channel: an enqueue, attempts, and the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueHop {
    /// The channel that it came from; `None` if its enqueue was not logged.
    pub from_channel: Option<Vec<u8>>,
    /// The channel whose queue it is.
    pub channel: Vec<u8>,
    /// Recipient before alias, list and forwarding expansion; `None` if unknown.
    pub original_to: Option<Vec<u8>>,
    /// Recipient that the queue entry carries.
    pub active_to: Option<Vec<u8>>,
    /// Recipient domain, lower case.
    pub domain: Option<Vec<u8>>,
    /// What happened: its enqueue, then the rest in the order of the log.
    pub steps: Vec<TraceStep>,
    /// The newest answer of a remote server.
    pub response: Option<Reply>,
    /// The stay from which the recipient came here, by its place.
    pub before: Option<usize>,
    /// Recipients went on from here.
    pub goes_on: bool,
}

/// What a remote server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// SMTP reply code.
    pub code: u16,
    /// Enhanced status code.
    pub enhanced: Option<Vec<u8>>,
    /// The rest.
    pub text: Vec<u8>,
}

/// One entry of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The entry.
    pub row: RowId,
    /// Its time.
    pub time: Time,
    /// What happened.
    pub action: Action,
    /// How the attempt ended, if it was one.
    pub outcome: Option<Outcome>,
    /// Which attempt it was, from the name of the queue file.
    pub attempt: Option<u32>,
    /// Milliseconds since the enqueue of the same queue file and recipient.
    pub queued: Option<u64>,
    /// The connection it happened on.
    pub connection: ConnectionId,
}

impl QueueHop {
    /// Whether nothing more is to be expected of this stay.
    pub fn is_over(&self) -> bool {
        self.steps.iter().any(TraceStep::ends)
    }

    /// What became of the recipient here.
    pub fn state(&self) -> DeliveryState {
        let end = self.steps.iter().rev().find(|step| step.ends());
        let last = end.or_else(|| self.steps.iter().rev().find(|step| step.outcome.is_some()));
        match last.or(self.steps.last()) {
            Some(TraceStep { outcome: Some(outcome), .. }) => match outcome {
                Outcome::Delivered => DeliveryState::Delivered,
                Outcome::Relayed => DeliveryState::Relayed,
                Outcome::HandedOn => DeliveryState::Queued,
                Outcome::Deferred | Outcome::Warned => DeliveryState::Deferred,
                Outcome::Failed => DeliveryState::Failed,
            },
            Some(TraceStep { action: Action::Refuse | Action::BreakOff, .. }) => {
                DeliveryState::Rejected
            }
            _ => DeliveryState::Queued,
        }
    }

    /// How long the recipient was queued when the newest attempt ended, in milliseconds.
    pub fn queued(&self) -> Option<u64> {
        self.steps.iter().rev().find(|step| step.outcome.is_some())?.queued
    }

    /// Delivery attempts, as in [`RecipientTrace::attempts`].
    fn attempts(&self) -> u32 {
        let tried = self.steps.iter().filter(|step| step.is_attempt());
        let named = tried.clone().filter_map(|step| step.attempt).max();
        named.unwrap_or_else(|| u32::try_from(tried.count()).unwrap_or(u32::MAX))
    }

    fn enqueued(&self) -> Option<&TraceStep> {
        self.steps.first().filter(|step| step.action == Action::Enqueue)
    }
}

impl TraceStep {
    /// Whether the recipient left the queue by it.
    fn ends(&self) -> bool {
        matches!(self.action, Action::Dequeue | Action::Fail | Action::Discard)
    }

    fn is_attempt(&self) -> bool {
        self.outcome.is_some_and(|outcome| outcome != Outcome::Warned)
    }
}

impl MessageTrace {
    /// The stays of a recipient, in order.
    pub fn hops_of<'a>(
        &'a self,
        recipient: &'a RecipientTrace,
    ) -> impl Iterator<Item = &'a QueueHop> {
        recipient.hops.iter().filter_map(|&leg| self.hops.get(leg))
    }

    /// The last stay of a recipient: it says who they are, and what became of them.
    pub fn last_hop(&self, recipient: &RecipientTrace) -> Option<&QueueHop> {
        self.hops.get(*recipient.hops.last()?)
    }

    /// The step that a row is, if it is one.
    pub fn step(&self, row: RowId) -> Option<&TraceStep> {
        self.hops.iter().flat_map(|leg| &leg.steps).find(|step| step.row == row)
    }
}

/// Messages that one story follows through changes of its id, at most.
const MOST_IDS: usize = 64;

/// The story of a message, with what intermediate channels made of it.
///
/// `read` gives the text of an entry; an entry of which it has none is counted as gone. The work is
/// linear in the entries of the message, and so is the memory: up to 1.5 kB an entry.
pub fn trace_message(
    index: &Index,
    message: MessageId,
    read: &mut dyn FnMut(RowId) -> Option<EntryText>,
) -> MessageTrace {
    trace_rows(index, rows(index, message).collect(), read)
}

/// The entries of a message and of what intermediate channels made of it, of each the newest first.
pub fn rows(index: &Index, message: MessageId) -> impl Iterator<Item = RowId> + '_ {
    let all = reachable(message, |message| index.successors(message).collect());
    all.into_iter().flat_map(|message| index.rows_of(message))
}

/// The story that these entries make, in whatever order they are given.
pub fn trace_rows(
    index: &Index,
    mut rows: Vec<RowId>,
    read: &mut dyn FnMut(RowId) -> Option<EntryText>,
) -> MessageTrace {
    rows.sort_unstable();
    rows.dedup();
    let mut gathering = build::TraceBuilder::default();
    for row in rows {
        gathering.add_row(index, row, read(row));
    }
    let mut story = gathering.finish();
    hops::chain(&mut story);
    story
}

/// The message that this one was when it came in.
pub fn origin(index: &Index, message: MessageId) -> MessageId {
    let all = reachable(message, |message| index.predecessors(message).take(1).collect());
    all.last().copied().unwrap_or(message)
}

/// A message and those that are linked to it, however far away.
fn reachable(message: MessageId, links: impl Fn(MessageId) -> Vec<MessageId>) -> Vec<MessageId> {
    let mut found = vec![message];
    let mut at = 0;
    while let Some(&message) = found.get(at) {
        for next in links(message) {
            if found.len() < MOST_IDS && !found.contains(&next) {
                found.push(next);
            }
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests;
