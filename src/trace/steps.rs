//! The steps of a recipient in a line each, with what was said below.

use super::format::{RenderState, TraceFormatter};
use super::labels::{action_text, answer, span};
use super::page::LineKind;
use super::{MessageTrace, RecipientTrace, TraceStep};
use crate::index::{ConnectionId, RowId};
use crate::log::entry::{Body, Direction, Entry, MessageEntry, Time};
use crate::log::parse::Scratch;
use crate::text::sanitize::escape;
use crate::text::units::number;
use std::borrow::Cow;

impl TraceFormatter<'_> {
    /// What happened to a recipient, a line or more for each entry.
    pub(super) fn steps(
        &mut self,
        manner: &mut RenderState,
        story: &MessageTrace,
        recipient: &RecipientTrace,
    ) {
        let mut steps: Vec<(RowId, &TraceStep)> = Vec::new();
        for &at in &recipient.hops {
            let Some(leg) = story.hops.get(at) else { continue };
            if manner.printed.insert(at) {
                // An enqueue may stand behind what it began, by a moment.
                let begun = leg.steps.iter().map(|step| step.row).min();
                let order = leg.steps.iter().enumerate().map(|(at, step)| match begun {
                    Some(begun) if at == 0 => (begun, step),
                    _ => (step.row, step),
                });
                steps.extend(order);
            } else {
                self.page.line(4, &format!("through {}, as above", escape(&leg.channel)));
            }
        }
        steps.sort_by_key(|&(order, _)| order);
        let mut before = None;
        for (_, step) in steps {
            self.day(manner, step.time);
            self.entry(manner, step.time, step.row, Some(step), before);
            before = Some(step.time);
        }
    }

    /// Names the day of a time, if it is not that of the time before.
    pub(super) fn day(&mut self, manner: &mut RenderState, time: Time) {
        let day = time.calendar().map(|time| time.date());
        if day != manner.day {
            manner.day = day;
            let words =
                day.map_or("(no time)".to_owned(), |day| day.format("%Y-%m-%d").to_string());
            self.page.line(4, &words);
        }
    }

    /// An entry: when, how long after the one before, what, and what was said.
    pub(super) fn entry(
        &mut self,
        manner: &RenderState,
        time: Time,
        row: RowId,
        step: Option<&TraceStep>,
        before: Option<Time>,
    ) {
        self.page.kind = LineKind::Entry(self.index.rows().kind(row));
        let waited = before.map(|before| format!("+ {}", span(time.since(before))));
        let (clock, waited) = (manner.clock(time), waited.unwrap_or_default());
        let (original, mut scratch) = ((self.read)(row), Scratch::default());
        let entry = original.as_ref().and_then(|original| original.entry(&mut scratch).ok());
        let Some(Entry { body: Body::Message(message), .. }) = &entry else {
            let text = original.map_or_else(
                || "(its text is no longer in the log)".to_owned(),
                |original| escape(&original.text),
            );
            self.page.hanging(&format!("    {clock}  {waited:<13}  "), &text);
            return;
        };
        let indent = 6 + clock.len();
        let label = format!("    {clock}  {waited:<13}  {:<5} ", escape(message.code.0));
        self.page.hanging(&label, &action_text(message, step));
        let mut said = vec![answer(message), message.reason.map(escape)];
        let connection = self.index.rows().connection(row);
        said.push(self.connection_text(connection, message));
        for text in said.into_iter().flatten().filter(|text| !text.is_empty()) {
            self.page.line(indent, &text);
        }
    }

    /// The connection that something happened on, as far as it is known.
    fn connection_text(&self, id: ConnectionId, message: &MessageEntry<'_>) -> Option<String> {
        let index = self.index;
        let connection = index.connection(id).and_then(|known| Some((id.number()?, known)));
        let Some((number, connection)) = connection else {
            let to = message.remote_mta.map(|mta| format!("to {}", escape(mta.host)));
            let from = || message.connecting_host.map(|host| format!("from {}", escape(host.text)));
            return to.or_else(from);
        };
        let inbound = connection.direction == Some(Direction::Inbound);
        let way = if inbound { "from" } else { "to" };
        let told = if inbound {
            message.connecting_host.map(|host| host.text)
        } else {
            message.remote_mta.map(|mta| mta.host).or(message.remote_host)
        };
        let known = index.names().text(connection.dns_host);
        let known = match self.redactor {
            Some(redactor) => Cow::Owned(redactor.peer(known, inbound)),
            None => Cow::Borrowed(known),
        };
        let host = Some(&*known).filter(|host| !host.is_empty()).or(told).unwrap_or_default();
        let (mut host, mut port) = (escape(host), String::new());
        if let Some((address, number)) = connection.ends.map(|ends| ends.remote()) {
            let address = self.redactor.map_or(address, |redactor| redactor.ip(address));
            port = format!(" port {number} of");
            if !host.contains(&format!("{address}]")) {
                let between = if host.is_empty() { "" } else { " " };
                host = format!("{host}{between}[{address}]");
            }
        }
        let words = format!("connection {number} {way}{port} {host}");
        Some(words.trim_end_matches(' ').to_owned())
    }

    /// Header lines, and entries that are about no recipient in a queue.
    pub(super) fn push_rest(&mut self, manner: &mut RenderState, story: &MessageTrace) {
        if !story.headers.is_empty() {
            self.page.blank();
            for &row in &story.headers {
                let (original, mut scratch) = ((self.read)(row), Scratch::default());
                if let Some(Ok(Entry { body: Body::Header(line), .. })) =
                    original.as_ref().map(|original| original.entry(&mut scratch))
                {
                    self.page.hanging("  > ", &escape(line));
                }
            }
        }
        if !story.others.is_empty() {
            self.page.blank();
            self.page.line(2, "other entries");
            for &row in &story.others {
                let time = self.index.rows().time(row);
                self.day(manner, time);
                self.entry(manner, time, row, None, None);
            }
        }
        if story.missing > 0 {
            let gone = number(story.missing);
            self.page.blank();
            self.page.line(2, &format!("{gone} of its entries are no longer in the log"));
        }
    }
}
