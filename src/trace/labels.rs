//! What stories are told in: states, outcomes, answers and times in words.

use super::{DeliveryState, MessageTrace, QueueHop, RecipientTrace, TraceStep};
use crate::log::entry::{Action, MessageEntry, Outcome, domain_of};
use crate::text::sanitize::escape;
use crate::text::units::number;

/// How many recipients are in which state.
pub fn state_summary(story: &MessageTrace) -> String {
    let words = |state: DeliveryState| {
        let count = story.recipients.iter().filter(|recipient| recipient.state == state).count();
        match count {
            0 => None,
            1 if story.recipients.len() == 1 => Some(state.name().to_owned()),
            _ => Some(format!("{} {}", number(count), state.name())),
        }
    };
    DeliveryState::ALL.into_iter().filter_map(words).collect::<Vec<_>>().join(", ")
}

/// The name of a recipient that a person knows: the active address if it is a whole one.
pub fn display_address(leg: &QueueHop) -> &[u8] {
    let active = leg.active_to.as_deref().filter(|active| domain_of(active).is_some());
    active.or(leg.original_to.as_deref()).or(leg.active_to.as_deref()).unwrap_or(b"(unknown)")
}

/// A recipient, and what became of them.
pub(super) fn heading(recipient: &RecipientTrace, last: &QueueHop) -> (String, String) {
    let name = match (display_address(last), last.active_to.as_deref()) {
        (name, Some(active)) if name != active => format!("{} as {}", escape(name), escape(active)),
        (name, _) => match last.original_to.as_deref() {
            Some(original) if !original.eq_ignore_ascii_case(name) => {
                format!("{} (originally {})", escape(name), escape(original))
            }
            _ => escape(name),
        },
    };
    let attempts = match recipient.attempts {
        0 => String::new(),
        1 => ", 1 attempt".to_owned(),
        attempts => format!(", {} attempts", number(attempts)),
    };
    let queued = last.queued().map(|queued| format!(", {} queued", span(queued)));
    let words = format!("{}{attempts}{}", recipient.state.name(), queued.unwrap_or_default());
    (name, words)
}

/// What happened, in words.
pub(super) fn action_text(message: &MessageEntry<'_>, step: Option<&TraceStep>) -> String {
    let source = escape(message.source_channel);
    let mut words = match (message.outcome(), message.destination_channel) {
        (Some(Outcome::HandedOn), _) => format!("handed on by {source}"),
        (Some(outcome), _) => format!("{} by {source}", outcome.name()),
        (None, destination) => {
            let verb = match message.code.action() {
                Action::Enqueue => "enqueued",
                Action::Refuse => "rejected",
                Action::BreakOff => "broken off",
                Action::BadCommand => "bad command",
                _ => "entry",
            };
            let to = destination.map_or_else(String::new, |to| format!(" to {}", escape(to)));
            format!("{verb}, {source}{to}")
        }
    };
    if message.queue_file.is_some_and(|file| file.0.ends_with(b".HELD")) {
        words.push_str(", held");
    }
    match step {
        // A warning is no attempt.
        Some(TraceStep { outcome: Some(outcome), attempt: Some(attempt), .. })
            if *outcome != Outcome::Warned =>
        {
            words = format!("{words}, attempt {attempt}");
        }
        Some(_) => {}
        None => {
            let (from, to) = (escape(message.envelope_from), escape(message.recipient()));
            words = format!("{words}: {from} to {to}");
        }
    }
    words
}

/// What was answered: the whole response of the remote server, else any other status.
pub(super) fn answer(message: &MessageEntry<'_>) -> Option<String> {
    match &message.response {
        Some(response) => Some(escape(&response.line())),
        None => message.diagnostic.map(escape),
    }
}

/// Milliseconds as a person says them.
pub(super) fn span(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0..60 => format!("{seconds}.{:02} s", millis % 1_000 / 10),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units_at_most() {
        let spans = [0, 6_870, 59_999, 61_000, 3_720_000, 100_000_000].map(span);
        assert_eq!(spans, ["0.00 s", "6.87 s", "59.99 s", "1 min 01 s", "1 h 02 min", "1 d 3 h"]);
    }
}
