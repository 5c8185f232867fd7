//! From entries to stays in a queue.

use super::{MessageTrace, QueueHop, Reply, TraceStep};
use crate::index::{Index, RowId};
use crate::log::entry::{Action, Body, Entry, MessageEntry, Moment, Time};
use crate::log::parse::{EntryText, Scratch};
use std::collections::HashMap;

/// Entries of one moment may stand in the wrong order by so much, in milliseconds.
const OUT_OF_ORDER: i64 = 2_000;

/// Entries on their way into a story, in the order of the log.
#[derive(Default)]
pub(super) struct TraceBuilder {
    trace: MessageTrace,
    /// Body of the queue file of the enqueue of each leg, else of its first entry.
    files: Vec<Option<Vec<u8>>>,
    /// Legs by queue file, channel and recipient.
    exact: HashMap<RecipientPlace, Vec<usize>>,
    /// Legs by channel and recipient: for names of queue files that changed, or were misprinted.
    loose: HashMap<RecipientPlace, Vec<usize>>,
    /// Legs by queue file, channel and original recipient: for active ones that lost their domain.
    text: HashMap<RecipientPlace, Vec<usize>>,
}

/// Where a recipient is: body of the queue file, channel, recipient in lower case.
type RecipientPlace = (Option<Vec<u8>>, Vec<u8>, Vec<u8>);

/// Legs of one place that are looked through, newest first: more than one are rare.
const NEAR: usize = 16;

impl TraceBuilder {
    pub(super) fn add_row(&mut self, index: &Index, row: RowId, original: Option<EntryText>) {
        let Some(original) = original else {
            self.trace.missing += 1;
            return;
        };
        let mut scratch = Scratch::default();
        let Ok(entry) = original.entry(&mut scratch) else {
            self.trace.others.push(row);
            return;
        };
        self.add_entry(&entry);
        match &entry.body {
            Body::Message(message) => self.message(index, row, entry.time, message),
            Body::Header(_) => self.trace.headers.push(row),
            Body::Connection(_) => self.trace.others.push(row),
        }
    }

    fn add_entry(&mut self, entry: &Entry<'_>) {
        let moment = Moment::new(entry.time, entry.stamp);
        match &mut self.trace.seen {
            Some((_, last)) => *last = moment,
            None => self.trace.seen = Some((moment.clone(), moment)),
        }
    }

    fn message(&mut self, index: &Index, row: RowId, time: Time, message: &MessageEntry<'_>) {
        let action = message.code.action();
        self.trace.envelope_from.get_or_insert_with(|| message.envelope_from.to_vec());
        if action == Action::Enqueue {
            self.trace.size.get_or_insert(message.size);
        }
        if let Some(id) = message.message_id
            && !id.is_empty()
            && !self.trace.ids.iter().any(|known| known == id)
        {
            self.trace.ids.push(id.to_vec());
        }
        let is_step = message.outcome().is_some()
            || matches!(action, Action::Enqueue | Action::Refuse | Action::BreakOff);
        if !is_step {
            self.trace.others.push(row);
            return;
        }
        let step = TraceStep {
            row,
            time,
            action,
            outcome: message.outcome(),
            attempt: message.queue_file.and_then(|file| file.attempt()),
            queued: None,
            connection: index.rows().connection(row),
        };
        let leg = match action {
            Action::Enqueue => self.leg_to_begin(message, time),
            Action::Refuse | Action::BreakOff => None,
            _ => self.leg_to_go_on(message),
        };
        let at = leg.unwrap_or_else(|| self.begin(message));
        self.add(at, step, message);
    }

    /// A leg whose enqueue this is: it was begun by an entry that stands before it in the log.
    fn leg_to_begin(&self, message: &MessageEntry<'_>, time: Time) -> Option<usize> {
        near(&self.exact, &place(message, true)).find(|&at| {
            self.trace.hops.get(at).is_some_and(|leg| {
                let first = leg.steps.first().map_or(time, |step| step.time);
                leg.enqueued().is_none()
                    && is_same_recipient(leg, message)
                    && time.0.saturating_sub(first.0) <= OUT_OF_ORDER
            })
        })
    }

    /// The leg that this entry goes on or ends.
    fn leg_to_go_on(&self, message: &MessageEntry<'_>) -> Option<usize> {
        let exact = || near(&self.exact, &place(message, true));
        let open = |at: &usize| self.trace.hops.get(*at).is_some_and(|leg| !leg.is_over());
        let same = |at: &usize| {
            self.trace.hops.get(*at).is_some_and(|leg| is_same_recipient(leg, message))
        };
        exact()
            .find(|at| open(at) && same(at))
            .or_else(|| exact().find(open))
            .or_else(|| exact().find(same).filter(|_| body(message).is_some()))
            .or_else(|| self.leg_of_original(message))
            .or_else(|| near(&self.loose, &place(message, false)).find(open))
    }

    /// In the documents an enqueue to `conversion` is for `bert@sesta.com`, and the dequeue for
    /// `bert`.
    fn leg_of_original(&self, message: &MessageEntry<'_>) -> Option<usize> {
        let active = local_part(message.active_to?);
        let candidates = near(&self.text, &original_place(message)?);
        let mut fitting = candidates.filter(|&at| {
            self.trace.hops.get(at).is_some_and(|leg| {
                let same = leg.active_to.as_deref().map(local_part);
                !leg.is_over() && same.is_some_and(|same| same.eq_ignore_ascii_case(active))
            })
        });
        fitting.next()
    }

    fn begin(&mut self, message: &MessageEntry<'_>) -> usize {
        let at = self.trace.hops.len();
        self.trace
            .hops
            .push(QueueHop { channel: channel(message).to_vec(), ..QueueHop::default() });
        self.files.push(body(message).map(<[u8]>::to_vec));
        self.exact.entry(place(message, true)).or_default().push(at);
        self.loose.entry(place(message, false)).or_default().push(at);
        if let Some(place) = original_place(message) {
            self.text.entry(place).or_default().push(at);
        }
        at
    }

    fn add(&mut self, at: usize, mut step: TraceStep, message: &MessageEntry<'_>) {
        let (Some(leg), Some(file)) = (self.trace.hops.get_mut(at), self.files.get_mut(at)) else {
            return;
        };
        let file_of_step = body(message);
        if step.action == Action::Enqueue {
            leg.from_channel = Some(message.source_channel.to_vec());
            *file = file_of_step.map(<[u8]>::to_vec);
            for later in &mut leg.steps {
                later.queued = waited(step.time, later.time).filter(|_| later.outcome.is_some());
            }
            leg.name(message);
            leg.steps.insert(0, step);
            return;
        }
        if let Some(enqueued) = leg.enqueued()
            && file.as_deref() == file_of_step
        {
            step.queued = waited(enqueued.time, step.time);
        }
        if leg.steps.is_empty() {
            leg.name(message);
        }
        if let Some(response) = message.response {
            leg.response = Some(Reply {
                code: response.code,
                enhanced: response.enhanced.map(<[u8]>::to_vec),
                text: response.text.to_vec(),
            });
        }
        leg.steps.push(step);
    }

    pub(super) fn finish(self) -> MessageTrace {
        self.trace
    }
}

impl QueueHop {
    fn name(&mut self, message: &MessageEntry<'_>) {
        self.original_to =
            Some(message.original_to).filter(|to| !to.is_empty()).map(<[u8]>::to_vec);
        self.active_to = message.active_to.map(<[u8]>::to_vec);
        self.domain = message.domain().map(<[u8]>::to_ascii_lowercase);
    }
}

/// Milliseconds from an enqueue to what came of it; `None` if the clock was set back between.
pub fn waited(enqueued: Time, ended: Time) -> Option<u64> {
    let behind = enqueued.0.saturating_sub(ended.0);
    (behind <= OUT_OF_ORDER).then(|| ended.since(enqueued))
}

fn body<'a>(message: &MessageEntry<'a>) -> Option<&'a [u8]> {
    message.queue_file.and_then(|file| file.body())
}

/// The channel in whose queue the recipient is.
fn channel<'a>(message: &MessageEntry<'a>) -> &'a [u8] {
    match message.destination_channel {
        Some(destination) if !message.code.action().is_dequeue() => destination,
        _ => message.source_channel,
    }
}

fn place(message: &MessageEntry<'_>, exact: bool) -> RecipientPlace {
    let file = body(message).filter(|_| exact).map(<[u8]>::to_vec);
    let recipient = message.active_to.unwrap_or(message.original_to);
    (file, channel(message).to_vec(), recipient.to_ascii_lowercase())
}

fn near<'a>(
    legs: &'a HashMap<RecipientPlace, Vec<usize>>,
    place: &RecipientPlace,
) -> impl Iterator<Item = usize> + use<'a> {
    legs.get(place).into_iter().flat_map(|legs| legs.iter().rev().take(NEAR).copied())
}

/// `None` if file or original recipient is unknown.
fn original_place(message: &MessageEntry<'_>) -> Option<RecipientPlace> {
    let original = Some(message.original_to).filter(|to| !to.is_empty())?;
    Some((Some(body(message)?.to_vec()), channel(message).to_vec(), original.to_ascii_lowercase()))
}

/// What stands before the domain, as far as there is one.
pub(super) fn local_part(address: &[u8]) -> &[u8] {
    match memchr::memrchr(b'@', address) {
        Some(at) if at > 0 => address.get(..at).unwrap_or_default(),
        _ => address,
    }
}

fn is_same_recipient(leg: &QueueHop, message: &MessageEntry<'_>) -> bool {
    leg.original_to.as_deref().unwrap_or_default().eq_ignore_ascii_case(message.original_to)
}
