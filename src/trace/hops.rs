//! From channel to channel: which stay in a queue follows on which, and so who the recipients are.

use super::build::local_part;
use super::{DeliveryState, MessageTrace, QueueHop, RecipientTrace};
use crate::index::RowId;
use crate::log::entry::{Action, Outcome};
use std::collections::HashMap;

/// Channels that a recipient is followed through at most.
const MAX_HOPS: usize = 32;
/// Stays of one description that are looked through, newest first.
const NEAR: usize = 16;

/// Ties each stay to the one it comes from, and makes a recipient of each that nothing follows on.
pub(super) fn chain(story: &mut MessageTrace) {
    let sources = Sources::new(&story.hops);
    let mut order: Vec<usize> = (0..story.hops.len()).collect();
    order.sort_by_key(|&at| first_row(&story.hops, at));
    for at in order {
        let before = sources.previous_hop(&story.hops, at);
        if let Some(leg) = story.hops.get_mut(at) {
            leg.before = before;
        }
        if let Some(before) = before.and_then(|before| story.hops.get_mut(before)) {
            before.goes_on = true;
        }
    }
    let ends = story.hops.iter().enumerate().filter(|(_, leg)| !leg.goes_on);
    let mut recipients: Vec<RecipientTrace> =
        ends.map(|(at, leg)| recipient(&story.hops, at, leg)).collect();
    recipients.sort_by_key(|recipient| {
        let of = |at: Option<&usize>| at.map_or(RowId(0), |&at| first_row(&story.hops, at));
        (of(recipient.hops.first()), of(recipient.hops.last()))
    });
    story.recipients = recipients;
}

fn recipient(legs: &[QueueHop], last: usize, leg: &QueueHop) -> RecipientTrace {
    let back = std::iter::successors(Some(last), |&at| legs.get(at)?.before);
    let mut chain: Vec<usize> = back.take(MAX_HOPS).collect();
    chain.reverse();
    let of_channel =
        chain.iter().filter_map(|&at| legs.get(at)).filter(|other| other.channel == leg.channel);
    // A file that takes the place of another may begin to count anew.
    let attempts = of_channel.fold(0, |before: u32, leg| {
        let first = leg.steps.first().and_then(|step| step.attempt).unwrap_or(1);
        if first > before {
            leg.attempts().max(before)
        } else {
            before.saturating_add(leg.attempts())
        }
    });
    RecipientTrace { hops: chain, state: state(legs, leg), attempts }
}

/// What became of a recipient by its last stay. In a file that took the place of another it waits
/// because an attempt failed.
fn state(legs: &[QueueHop], leg: &QueueHop) -> DeliveryState {
    let before = leg.before.and_then(|before| legs.get(before));
    let only_waits = leg.steps.iter().all(|step| step.action == Action::Enqueue);
    match before {
        Some(before) if only_waits && before.is_replaced() => before.state(),
        _ => leg.state(),
    }
}

fn first_row(legs: &[QueueHop], at: usize) -> RowId {
    legs.get(at).and_then(|leg| leg.steps.first()).map_or(RowId(0), |step| step.row)
}

/// Stays that can go on elsewhere: in an intermediate channel, or in a file that was replaced.
struct Sources {
    /// By channel, original and active recipient; then with less and less of it.
    by: [HashMap<Description, Vec<usize>>; 4],
}

/// Channel (empty: any), original recipient, active recipient or its local part.
type Description = (Vec<u8>, Vec<u8>, Vec<u8>);

impl Sources {
    fn new(legs: &[QueueHop]) -> Self {
        let mut by: [HashMap<Description, Vec<usize>>; 4] = Default::default();
        for (at, leg) in legs.iter().enumerate().filter(|(_, leg)| leg.can_go_on()) {
            for (of_kind, description) in by.iter_mut().zip(descriptions(&leg.channel, leg)) {
                of_kind.entry(description).or_default().push(at);
            }
        }
        Self { by }
    }

    /// The stay that this one comes from.
    fn previous_hop(&self, legs: &[QueueHop], at: usize) -> Option<usize> {
        let leg = legs.get(at)?;
        if leg.steps.iter().any(|step| matches!(step.action, Action::Refuse | Action::BreakOff)) {
            return None;
        }
        let [exact, .., anywhere] = &self.by;
        let Some(from) = &leg.from_channel else {
            // Without an enqueue nobody says where it comes from.
            let [.., description] = descriptions(b"", leg);
            return matching_hops(legs, at, anywhere.get(&description)?, QueueHop::has_vanished);
        };
        let kinds = self.by.iter().zip(descriptions(from, leg)).take(3);
        let mut found = kinds.filter_map(|(of_kind, description)| {
            matching_hops(legs, at, of_kind.get(&description)?, QueueHop::is_intermediate)
        });
        found.next().or_else(|| {
            let [description, ..] = descriptions(&leg.channel, leg);
            matching_hops(legs, at, exact.get(&description)?, QueueHop::is_replaced)
        })
    }
}

/// The newest stay before this one that may go on here; better one that does not yet.
fn matching_hops(
    legs: &[QueueHop],
    at: usize,
    candidates: &[usize],
    may: impl Fn(&QueueHop) -> bool,
) -> Option<usize> {
    let earlier = |&before: &usize| {
        let fits = legs.get(before).is_some_and(&may);
        before != at && fits && first_row(legs, before) < first_row(legs, at)
    };
    let near = || candidates.iter().rev().take(NEAR).copied().filter(earlier);
    let unused = |&before: &usize| legs.get(before).is_some_and(|leg| !leg.goes_on);
    near().find(unused).or_else(|| near().next())
}

/// From the most telling to the least. The recipient in the queue may lose its domain on the way,
/// the original one stays; a list has one for all its members.
fn descriptions(channel: &[u8], leg: &QueueHop) -> [Description; 4] {
    let original = leg.original_to.as_deref().unwrap_or_default().to_ascii_lowercase();
    let active = leg.active_to.as_deref().unwrap_or_default().to_ascii_lowercase();
    let local = local_part(&active).to_vec();
    // Of unknown original recipients none is the same as another.
    let whole = if original.is_empty() { active.clone() } else { original.clone() };
    [
        (channel.to_vec(), original.clone(), active),
        (channel.to_vec(), original, local),
        (channel.to_vec(), whole.clone(), Vec::new()),
        (Vec::new(), whole, Vec::new()),
    ]
}

impl QueueHop {
    fn can_go_on(&self) -> bool {
        self.is_intermediate() || self.is_replaced()
    }

    fn is_intermediate(&self) -> bool {
        Outcome::of(Action::Dequeue, &self.channel) == Some(Outcome::HandedOn)
    }

    /// Its newest entry says that the recipient moves to another queue file.
    fn is_replaced(&self) -> bool {
        self.steps.last().is_some_and(|step| step.action == Action::Requeue)
    }

    /// It was taken from an intermediate channel, and nothing says where to.
    fn has_vanished(&self) -> bool {
        self.is_intermediate() && self.is_over() && !self.goes_on
    }
}
