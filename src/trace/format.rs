//! Stories as text for people.
//!
//! ```text
//! <01ITRF7BDHS6000FCN@SESTA.COM>
//!   from      adam@sesta.com
//!   …
//!
//!   bobby@hosta.sesta.com: relayed, 1 attempt, 6.87 s queued
//!     10:52:05.41                 E     enqueued, l to tcp_local
//!     10:52:12.28  + 6.87 s       D     relayed by tcp_local, attempt 1
//!                  250 2.1.5 bobby@hosta.sesta.com and options OK.
//! ```

use super::labels::{display_address, heading, span, state_summary};
use super::page::{LineKind, TraceLine, TracePage};
use super::{DeliveryState, MessageTrace};
use crate::index::{Index, MessageId, RowId};
use crate::log::entry::{Body, Entry, Time};
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::Redactor;
use crate::text::sanitize::escape;
use crate::text::units::number;
use std::collections::{HashMap, HashSet};

/// Entries of a message that are looked at for its id.
const NEWEST: usize = 16;

/// Tells stories of a log, on a page.
pub struct TraceFormatter<'a> {
    pub(super) index: &'a Index,
    pub(super) read: &'a dyn Fn(RowId) -> Option<EntryText>,
    pub(super) page: TracePage,
    /// Hides what the index tells; what is read is hidden already.
    pub(super) redactor: Option<&'a Redactor>,
}

/// What is the same all over one story.
pub(super) struct RenderState {
    /// The day that was named last, as a time of day is meant.
    pub(super) day: Option<chrono::NaiveDate>,
    /// Some time has a fraction.
    pub(super) fractions: bool,
    /// Stays that were told for another recipient.
    pub(super) printed: HashSet<usize>,
}

impl RenderState {
    /// Time of day, with hundredths if the log has any.
    pub(super) fn clock(&self, time: Time) -> String {
        let hundredths = time.0.rem_euclid(1_000) / 10;
        if self.fractions { format!("{time}.{hundredths:02}") } else { time.to_string() }
    }
}

impl<'a> TraceFormatter<'a> {
    /// Nothing told yet, on a page of so many columns. `read` gives the text of an entry.
    pub fn new(
        index: &'a Index,
        read: &'a dyn Fn(RowId) -> Option<EntryText>,
        columns: usize,
    ) -> Self {
        Self { index, read, page: TracePage::new(columns), redactor: None }
    }

    /// The same with pseudonyms, if there is somebody to make them.
    #[must_use]
    pub fn hiding(mut self, redactor: Option<&'a Redactor>) -> Self {
        self.redactor = redactor;
        self
    }

    /// The lines that were told since the last time.
    pub fn take_lines(&mut self) -> Vec<TraceLine> {
        self.page.take_lines()
    }

    /// A sentence.
    pub fn push_text(&mut self, text: &str) {
        self.page.kind = LineKind::Message;
        self.page.line(0, text);
    }

    /// Entries that no story tells.
    pub fn entries(&mut self, rows: &[RowId]) {
        let time_of = |row: RowId| self.index.rows().time(row);
        let fractions = rows.iter().any(|&row| time_of(row).0 % 1_000 != 0);
        let mut manner = RenderState { day: None, fractions, printed: HashSet::new() };
        for &row in rows {
            let time = time_of(row);
            self.day(&mut manner, time);
            self.entry(&manner, time, row, None, None);
        }
    }

    /// `1998-02-19 10:52:05  3 relayed  adam@sesta.com to bobby@hosta.sesta.com and 2 more  <id>`
    pub fn summary(&self, message: MessageId, story: &MessageTrace) -> String {
        let when = story.seen.as_ref().and_then(|(first, _)| first.time.calendar());
        let when = when.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string());
        let from = story.envelope_from.as_deref().unwrap_or_default();
        let from = if from.is_empty() { "<>".to_owned() } else { escape(from) };
        let to = story.recipients.first().and_then(|recipient| story.last_hop(recipient));
        let to = to.map_or_else(|| "nobody".to_owned(), |leg| escape(display_address(leg)));
        let more = match story.recipients.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", number(count - 1)),
        };
        let (states, id) = (state_summary(story), self.heading(message, story));
        format!("{}  {states}  {from} to {to}{more}  {id}", when.unwrap_or_default())
    }

    fn heading(&self, message: MessageId, story: &MessageTrace) -> String {
        if let Some(id) = story.ids.first() {
            return escape(id);
        }
        let rows = self.index.rows_of(message).take(NEWEST);
        let file = rows.filter_map(|row| {
            let (original, mut scratch) = ((self.read)(row)?, Scratch::default());
            match original.entry(&mut scratch).ok()?.body {
                Body::Message(message) => message.queue_file.map(|file| escape(file.0)),
                _ => None,
            }
        });
        file.last().map_or_else(|| "(no id)".to_owned(), |file| format!("(no id) {file}"))
    }

    /// The whole story.
    pub fn story(&mut self, message: MessageId, story: &MessageTrace) {
        let heading = self.heading(message, story);
        self.push_text(&heading);
        for id in story.ids.iter().skip(1) {
            self.field("later", &escape(id));
        }
        match story.envelope_from.as_deref() {
            Some([]) => self.field("from", "(none: a notification)"),
            Some(from) => self.field("from", &escape(from)),
            None => {}
        }
        if let Some(size) = story.size {
            let unit = if size == 1 { "block" } else { "blocks" };
            self.field("size", &format!("{} {unit}", number(size)));
        }
        let steps = || story.hops.iter().flat_map(|leg| &leg.steps);
        let mut manner = RenderState {
            day: None,
            fractions: steps().any(|step| step.time.0 % 1_000 != 0),
            printed: HashSet::new(),
        };
        self.push_remaining(&mut manner, story);
        if !story.recipients.is_empty() {
            let count = story.recipients.len();
            let words = match count {
                1 => state_summary(story),
                _ => format!("{} recipients: {}", number(count), state_summary(story)),
            };
            self.field("state", &words);
        }
        self.links(message, story);
        self.recipients(&mut manner, story);
        self.push_rest(&mut manner, story);
    }

    /// Each recipient; those whom just the same happened to stand above one another.
    fn recipients(&mut self, manner: &mut RenderState, story: &MessageTrace) {
        let above = self.page.take_lines();
        // Where there are several days, each recipient's times have theirs above them.
        let day = manner.day.filter(|_| is_of_one_day(story));
        let mut alike: Vec<Vec<String>> = Vec::new();
        let mut known: HashMap<(String, DeliveryState, Vec<TraceLine>), usize> = HashMap::new();
        for recipient in &story.recipients {
            let Some(last) = story.last_hop(recipient) else { continue };
            let (name, words) = heading(recipient, last);
            manner.day = day;
            self.steps(manner, story, recipient);
            let told = (words, recipient.state, self.page.take_lines());
            let at = *known.entry(told).or_insert(alike.len());
            match alike.get_mut(at) {
                Some(names) => names.push(name),
                None => alike.push(vec![name]),
            }
        }
        self.page.lines(above);
        let mut known: Vec<_> = known.into_iter().collect();
        known.sort_unstable_by_key(|(_, at)| *at);
        for (names, ((words, state, steps), _)) in alike.into_iter().zip(known) {
            self.page.blank();
            self.page.kind = LineKind::Recipient(state);
            self.names(&names, &words);
            self.page.lines(steps);
        }
    }

    /// `one,` `other: relayed, 1 attempt`
    fn names(&mut self, names: &[String], words: &str) {
        let Some((last, others)) = names.split_last() else { return };
        for name in others {
            self.page.line(2, &format!("{name},"));
        }
        let whole = format!("{last}: {words}");
        if self.page.fits(2, &whole) {
            self.page.line(2, &whole);
        } else {
            self.page.line(2, &format!("{last}:"));
            self.page.line(6, words);
        }
    }

    fn field(&mut self, label: &str, value: &str) {
        self.page.hanging(&format!("  {label:<11}"), value);
    }

    fn push_remaining(&mut self, manner: &mut RenderState, story: &MessageTrace) {
        let Some((first, last)) = &story.seen else { return };
        let time = |time: Time| {
            let day = time.calendar().map(|time| time.format("%Y-%m-%d").to_string());
            format!("{} {}", day.unwrap_or_default(), manner.clock(time))
        };
        let words = if first.time == last.time {
            time(first.time)
        } else {
            let span = span(last.time.since(first.time));
            let last = if is_of_one_day(story) { manner.clock(last.time) } else { time(last.time) };
            format!("{} to {last}, {span}", time(first.time))
        };
        manner.day = first.time.calendar().map(|time| time.date());
        self.field("seen", &words);
    }

    /// Bounces: what this one is about, and what was sent about it.
    fn links(&mut self, message: MessageId, story: &MessageTrace) {
        let index = self.index;
        if index.notification_subjects(message).next().is_some() {
            let steps = story.hops.iter().flat_map(|leg| &leg.steps);
            let mut about: Vec<String> = Vec::new();
            for row in steps.map(|step| step.row) {
                let (original, mut scratch) = ((self.read)(row), Scratch::default());
                if let Some(Ok(Entry { body: Body::Message(message), .. })) =
                    original.as_ref().map(|original| original.entry(&mut scratch))
                    && let Some(id) = message.related_message_id.map(escape)
                    && !about.contains(&id)
                {
                    about.push(id);
                }
            }
            for id in about {
                self.field("is about", &id);
            }
        }
        let notifications: Vec<MessageId> = index.bounces(message).collect();
        for notification in notifications {
            if let Some(id) = self.id_of(notification) {
                self.field("bounced as", &id);
            }
        }
    }

    fn id_of(&self, message: MessageId) -> Option<String> {
        self.index.rows_of(message).take(NEWEST).find_map(|row| {
            let (original, mut scratch) = ((self.read)(row)?, Scratch::default());
            match original.entry(&mut scratch).ok()?.body {
                Body::Message(message) => message.message_id.map(escape),
                _ => None,
            }
        })
    }
}

fn is_of_one_day(story: &MessageTrace) -> bool {
    let day = |time: Time| time.calendar().map(|time| time.date());
    story.seen.as_ref().is_some_and(|(first, last)| day(first.time) == day(last.time))
}
