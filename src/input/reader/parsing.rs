//! Parses entries one after the other as they are found, for those who want each with its text.

use super::raw_entry::{EntrySink, RawEntry};
use super::{Listener, LocatedEntry, ReaderEvent};
use crate::log::parse::{Parser, ParserState};

/// The parser of each source, by number.
#[derive(Default)]
pub(super) struct Parsers(Vec<Parser>);

impl Parsers {
    fn begin(&mut self, source: u16, learned: ParserState) {
        let at = usize::from(source);
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Parser::default);
        }
        if let Some(parser) = self.0.get_mut(at) {
            *parser = Parser::knowing(learned);
        }
    }
}

/// Hands each entry to a listener.
pub(super) struct Parsing<'a> {
    pub(super) parsers: &'a mut Parsers,
    pub(super) listener: &'a mut dyn Listener,
}

impl EntrySink for Parsing<'_> {
    fn begin(&mut self, source: u16, learned: ParserState) {
        self.parsers.begin(source, learned);
    }

    fn push_event(&mut self, news: ReaderEvent) {
        self.listener.on_event(news);
    }

    fn push_entry(&mut self, raw: &RawEntry<'_>) {
        let Some(parser) = self.parsers.0.get_mut(usize::from(raw.location.source)) else { return };
        let (before, text) = (parser.profile(), raw.text());
        let &RawEntry { location: place, line, length, cut, bytes, .. } = raw;
        let entry = parser.entry(&text);
        let found = LocatedEntry {
            location: place,
            line,
            length,
            cut,
            bytes,
            text: &text,
            profile: before,
            entry,
        };
        self.listener.entry(&found);
        drop(found);
        let profile = parser.profile();
        if profile != before {
            let (number, from) = (place.source, place.offset);
            self.listener.on_event(ReaderEvent::Profile { number, from, profile });
        }
    }
}
