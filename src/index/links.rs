//! Which message came of which: pairs that are found from either side.

use super::MessageId;
use std::collections::BTreeSet;

/// Pairs that are looked at in a step.
const STEP: usize = 1_024;
/// Bytes that a pair takes, in both sets, with the room that a node of a tree leaves.
const PAIR: usize = 24;

/// Links from one message to another.
#[derive(Default)]
pub(super) struct Links {
    there: BTreeSet<(MessageId, MessageId)>,
    back: BTreeSet<(MessageId, MessageId)>,
    /// The pair at which the last step ended.
    swept: Option<(MessageId, MessageId)>,
}

impl Links {
    pub(super) fn add(&mut self, from: MessageId, to: MessageId) {
        if from != to {
            self.there.insert((from, to));
            self.back.insert((to, from));
        }
    }

    /// Where the links of a message lead.
    pub(super) fn from(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.there, message)
    }

    /// Where the links to a message come from.
    pub(super) fn to(&self, message: MessageId) -> impl Iterator<Item = MessageId> + '_ {
        linked(&self.back, message)
    }

    /// Looks through some of the links and keeps those between messages that are held.
    pub(super) fn sweep(&mut self, held: impl Fn(MessageId) -> bool) {
        let start = self.swept.unwrap_or((MessageId::MIN, MessageId::MIN));
        let pairs: Vec<_> = self.there.range(start..).take(STEP).copied().collect();
        self.swept = pairs.last().copied().filter(|_| pairs.len() == STEP);
        for (from, to) in pairs {
            if !held(from) || !held(to) {
                self.there.remove(&(from, to));
                self.back.remove(&(to, from));
            }
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.there.len() * PAIR
    }
}

fn linked(
    links: &BTreeSet<(MessageId, MessageId)>,
    message: MessageId,
) -> impl Iterator<Item = MessageId> + '_ {
    let from = links.range((message, MessageId::MIN)..);
    from.take_while(move |(of, _)| *of == message).map(|(_, to)| *to)
}
