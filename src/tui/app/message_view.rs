//! Row of a message in the list, and its trace.

use super::App;
use super::labels::{self, Severity, number};
use super::messages::{MAX_TRACE_ENTRIES, SUMMARY_ENTRIES, newest, sum};
use crate::index::{MessageId, RowId};
use crate::log::entry::Time;
use crate::log::parse::EntryText;
use crate::text::sanitize::SafeText;
use crate::trace;
use crate::trace::{DeliveryState, LineKind, MessageTrace, TraceFormatter};

/// Row of the message list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageSummary {
    /// Time of the first entry.
    pub time: Time,
    /// Envelope From; empty for a notification, `None` if unknown.
    pub from: Option<Vec<u8>>,
    /// First recipient.
    pub to: Vec<u8>,
    /// Number of recipients.
    pub recipients: usize,
    /// States of the recipients.
    pub states: String,
    /// Severity.
    pub severity: Severity,
    /// Size in blocks.
    pub size: Option<u64>,
    /// Message id.
    pub id: Vec<u8>,
}

/// Line of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceViewLine {
    /// Text.
    pub text: SafeText,
    /// Severity.
    pub severity: Severity,
}

impl App {
    /// Row of a message from its newest entries, as far as their texts are cached.
    pub fn glance(&self, message: MessageId) -> MessageSummary {
        let (rows, sum) =
            (newest(&self.model, message, SUMMARY_ENTRIES), sum(&self.model, message));
        let is_whole = rows.len() < SUMMARY_ENTRIES;
        let story = self.build_trace(rows);
        let first = story.recipients.first().and_then(|recipient| story.last_hop(recipient));
        let to = first.map(|leg| trace::display_address(leg).to_vec());
        let (recipients, states, tone) = if is_whole {
            let states = story.recipients.iter().map(|recipient| recipient.state);
            (story.recipients.len(), trace::state_summary(&story), worst(states))
        } else {
            let waiting = sum.recipients - sum.delivered - sum.failed;
            let parts = [(sum.delivered, "delivered"), (sum.failed, "failed"), (waiting, "queued")];
            let words = parts.iter().filter(|(count, _)| *count > 0);
            let words = words.map(|(count, word)| format!("{} {word}", number(*count)));
            let tone = if sum.failed > 0 { Severity::Error } else { Severity::Plain };
            (sum.recipients as usize, words.collect::<Vec<_>>().join(", "), tone)
        };
        MessageSummary {
            time: sum.oldest.map(|row| self.index().rows().time(row)).unwrap_or_default(),
            from: story.envelope_from,
            to: to.unwrap_or_default(),
            recipients,
            states,
            severity: tone,
            size: story.size,
            id: story.ids.into_iter().next().unwrap_or_default(),
        }
    }

    /// Trace of the selected message, wrapped to this width.
    pub fn trace(&self, width: usize) -> Vec<TraceViewLine> {
        let Some(message) = self.messages.selected() else { return Vec::new() };
        let message = trace::origin(&self.model.index, message);
        let mut rows = self.traced(message);
        let is_cut = rows.len() == MAX_TRACE_ENTRIES;
        // Other texts are cached before the next drawing.
        rows.retain(|&row| self.text_cache.knows(row));
        let story = self.build_trace(rows);
        let read = |row: RowId| self.original(row).cloned();
        let mut telling =
            TraceFormatter::new(&self.model.index, &read, width).hiding(self.redactor());
        telling.story(message, &story);
        if is_cut {
            let count = number(MAX_TRACE_ENTRIES as u64);
            telling.push_text(&format!("Only the newest {count} of its entries are told here."));
        }
        let toned = telling.take_lines().into_iter().flat_map(|line| {
            let tone = match line.kind {
                LineKind::Message => Severity::Plain,
                LineKind::Recipient(state) => labels::state_severity(state),
                LineKind::Entry(kind) => labels::kind(kind).1,
            };
            // Laid out unescaped; escaped characters take more cells.
            let text = self.show(line.text.as_bytes());
            let parts = if line.text.is_ascii() { vec![text] } else { text.wrap(width) };
            parts.into_iter().map(move |text| TraceViewLine { text, severity: tone })
        });
        toned.collect()
    }

    /// Entries that the trace of a message covers.
    pub(super) fn traced(&self, message: MessageId) -> Vec<RowId> {
        newest(&self.model, trace::origin(&self.model.index, message), MAX_TRACE_ENTRIES)
    }

    /// Trace of these entries. Recipients with a matching entry come first, since the search was
    /// for their mail.
    fn build_trace(&self, rows: Vec<RowId>) -> MessageTrace {
        let read = &mut |row| -> Option<EntryText> { self.original(row).cloned() };
        let mut story = trace::trace_rows(&self.model.index, rows, read);
        if self.model.filtered.is_some() {
            let mut recipients = std::mem::take(&mut story.recipients);
            recipients.sort_by_cached_key(|recipient| {
                let mut steps = story.hops_of(recipient).flat_map(|leg| &leg.steps);
                !steps.any(|step| self.model.leaves(step.row))
            });
            story.recipients = recipients;
        }
        story
    }

    /// Largest scroll position of the trace: its last line is at the bottom of the pane.
    pub(super) fn last_trace_top(&self) -> usize {
        let pane = crate::tui::layout::Pane::Trace;
        let width = self.screen().map_or(0, |screen| screen.rows(pane).width);
        self.trace(width.into()).len().saturating_sub(self.rows_of(pane))
    }
}

/// Severity of a message: that of its worst recipient.
fn worst(states: impl Iterator<Item = DeliveryState>) -> Severity {
    let rank = |tone: &Severity| match tone {
        Severity::Good => 0,
        Severity::Plain | Severity::Dim => 1,
        Severity::Warning => 2,
        Severity::Error => 3,
    };
    states.map(labels::state_severity).max_by_key(rank).unwrap_or_default()
}
