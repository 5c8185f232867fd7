//! Search term of a trace, and matching of entries.

use crate::log::entry::{Body, Entry, MessageEntry, QueueFile, is_address, is_id};
use regex::bytes::{Regex, RegexBuilder};

/// Message id, queue file or address, or a part of one.
pub(super) struct TraceSubject {
    what: String,
    /// Without the angle brackets, which some logs omit.
    bare: Vec<u8>,
    /// Case-insensitive substring pattern.
    within: Regex,
}

/// Kind of match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MatchKind {
    /// A field contains the term.
    Part,
    /// A field equals the term.
    Whole,
}

impl TraceSubject {
    /// `None` for an empty term.
    pub(super) fn new(what: &str) -> Option<Self> {
        let bare = what.trim().trim_start_matches('<').trim_end_matches('>');
        // An escaped text is always a valid pattern.
        let within = RegexBuilder::new(&regex::escape(bare))
            .case_insensitive(true)
            .unicode(false)
            .build()
            .ok()
            .filter(|_| !bare.is_empty())?;
        let bare = bare.as_bytes().to_vec();
        Some(Self { what: what.to_owned(), bare, within })
    }

    /// The term as given.
    pub(super) fn as_text(&self) -> &str {
        &self.what
    }

    /// Whether a text contains the term.
    pub(super) fn occurs_in(&self, text: &[u8]) -> bool {
        self.within.is_match(text)
    }

    /// Whether and how an entry matches. Linear in the entry, without allocation.
    pub(super) fn mentioned(&self, entry: &Entry<'_>) -> Option<MatchKind> {
        let Body::Message(message) = &entry.body else { return None };
        let ids = [message.message_id, message.related_message_id, message.envelope_id];
        let id = |id: &[u8]| self.match_kind(id, is_id(id, &self.bare));
        let address =
            |address: &[u8]| self.match_kind(address, matches_address(address, &self.bare));
        let mentions = ids.into_iter().flatten().map(id);
        let mentions = mentions.chain(addresses(message).into_iter().flatten().map(address));
        mentions.flatten().chain(message.queue_file.and_then(|file| self.file(file))).max()
    }

    fn match_kind(&self, text: &[u8], whole: bool) -> Option<MatchKind> {
        if whole {
            return Some(MatchKind::Whole);
        }
        self.occurs_in(text).then_some(MatchKind::Part)
    }

    /// Case-sensitive; any attempt number matches.
    fn file(&self, file: QueueFile<'_>) -> Option<MatchKind> {
        if !self.bare.contains(&b'@') && file.is_called(&self.bare) {
            return Some(MatchKind::Whole);
        }
        memchr::memmem::find(file.0, &self.bare).map(|_| MatchKind::Part)
    }
}

fn addresses<'a>(message: &MessageEntry<'a>) -> [Option<&'a [u8]>; 5] {
    [
        Some(message.envelope_from),
        Some(message.original_to),
        message.active_to,
        message.intermediate,
        message.initial,
    ]
}

/// Whether it is the address, or the domain of `@domain`.
fn matches_address(address: &[u8], bare: &[u8]) -> bool {
    let at_domain = || bare.first() == Some(&b'@') && ends_with(address, bare);
    is_address(address, bare) || at_domain()
}

fn ends_with(address: &[u8], tail: &[u8]) -> bool {
    let before = address.len().checked_sub(tail.len());
    before.and_then(|at| address.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::parse::Parser;

    const ENTRY: &str = "19-Feb-1998 10:52:05.41 l tcp_local E 1 adam@sesta.com rfc822;Bobby@hosta.sesta.com @relay.org:bobby@hosta.sesta.com imta/queue/tcp_local/ZYf0s690kN_y0.00 <01ITRF7BDHS6000FCN@SESTA.COM>";

    fn mention(what: &str) -> Option<MatchKind> {
        let mut parser = Parser::default();
        TraceSubject::new(what).unwrap().mentioned(&parser.entry(ENTRY.as_bytes()).unwrap())
    }

    #[test]
    fn ids_addresses_and_files_in_many_forms() {
        for whole in [
            "<01ITRF7BDHS6000FCN@SESTA.COM>",
            "01itrf7bdhs6000fcn@sesta.com",
            "ADAM@sesta.com",
            "bobby@hosta.sesta.com",
            "@sesta.com",
            "@HOSTA.sesta.com",
            "imta/queue/tcp_local/ZYf0s690kN_y0.00",
            "/elsewhere/ZZf0s690kN_y0.01",
            "ZXf0s690kN_y0.00",
            "f0s690kN_y0",
        ] {
            assert_eq!(mention(whole), Some(MatchKind::Whole), "{whole}");
        }
        for part in ["01ITRF7", "dam@sesta", "sesta.com", "relay.org", "queue/tcp_local", "f0s690"]
        {
            assert_eq!(mention(part), Some(MatchKind::Part), "{part}");
        }
        for none in [
            "F0S690",
            "adam@sesta.org",
            "carl",
            "ZYf0s690kN_y1.00",
            "adam@sesta.com.",
            "tcp_locaL/",
        ] {
            assert_eq!(mention(none), None, "{none}");
        }
    }

    #[test]
    fn nothing_can_not_be_asked_for() {
        for what in ["", " ", "<>", "<"] {
            assert!(TraceSubject::new(what).is_none(), "{what:?}");
        }
        // Pattern characters are literal.
        assert_eq!(mention(".*"), None);
        assert_eq!(mention("a(b"), None);
    }
}
