//! Facts of one file.

use super::clock::ClockCheck;
use super::damage::{Bytes, Unparsed};
use super::options::OptionEvidence;
use super::product::VersionEvidence;
use super::questions::ResponseCoverage;
use crate::input::reader::LocatedEntry;
use crate::log::entry::{Action, Body, Code, Entry};
use crate::log::parse::{LogFormat, format};

/// Documented modifier letters of action codes.
const MODIFIERS: &[u8] = b"ASECLPQ";

/// Facts of a file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Path as given, unescaped.
    pub path: String,
    /// Entries per format, by [`LogFormat::ALL`].
    pub written: [u64; LogFormat::ALL.len()],
    /// Message entries, connection entries, header entries.
    pub kinds: [u64; 3],
    /// Entries per action letter.
    pub actions: [u64; 256],
    /// Codes with an undocumented letter: count and first line.
    pub strange: Vec<(String, u64, u64)>,
    /// Multi-line entries.
    pub folded: u64,
    /// See [`ClockCheck`].
    pub clock: ClockCheck,
    /// See [`OptionEvidence`].
    pub options: OptionEvidence,
    /// See [`VersionEvidence`].
    pub product: VersionEvidence,
    /// See [`Unparsed`].
    pub unparsed: Unparsed,
    /// See [`Bytes`].
    pub bytes: Bytes,
    /// See [`ResponseCoverage`].
    pub responses: ResponseCoverage,
    /// Entries that do not match the filter; not counted elsewhere.
    pub left_out: u64,
}

/// Maximum number of distinct undocumented codes.
const STRANGE: usize = 16;

impl FileReport {
    /// Empty facts.
    pub fn new(path: String) -> Self {
        Self {
            path,
            written: Default::default(),
            kinds: Default::default(),
            actions: [0; 256],
            strange: Vec::new(),
            folded: 0,
            clock: ClockCheck::default(),
            options: OptionEvidence::default(),
            product: VersionEvidence::default(),
            unparsed: Unparsed::default(),
            bytes: Bytes::default(),
            responses: ResponseCoverage::default(),
            left_out: 0,
        }
    }

    /// Adds an entry or an unparsed text; its text is shown unless `hides`.
    pub fn add(&mut self, found: &LocatedEntry<'_>, hides: bool) {
        self.bytes.add(found.text, found.cut);
        self.bytes.crlf |= found.bytes.ends_with(b"\r\n");
        match &found.entry {
            Ok(entry) => {
                self.folded += u64::from(found.length != found.text.len());
                self.add_entry(entry, found.text, found.line);
            }
            Err(flaw) => {
                let text = if hides { b"(hidden)" } else { found.text };
                self.unparsed.add(*flaw, found.line, text);
            }
        }
    }

    fn add_entry(&mut self, entry: &Entry<'_>, text: &[u8], line: u64) {
        let written = format(text).unwrap_or(LogFormat::Text);
        let formats = LogFormat::ALL.iter().zip(&mut self.written);
        formats.filter(|(one, _)| **one == written).for_each(|(_, count)| *count += 1);
        self.clock.add(entry.time, line);
        self.options.add(entry, text, written);
        self.product.add(entry, written, line);
        let (kind, code) = match &entry.body {
            Body::Message(message) => {
                self.responses.messages += 1;
                if message.code.action().is_dequeue() && message.source_channel.starts_with(b"tcp_")
                {
                    self.responses.attempts += 1;
                    let answer = message.response.is_some() || message.diagnostic.is_some();
                    self.responses.answered += u64::from(answer);
                }
                (0, Some(message.code))
            }
            Body::Connection(connection) => (1, Some(connection.code)),
            Body::Header(_) => (2, None),
        };
        self.kinds.get_mut(kind).into_iter().for_each(|count| *count += 1);
        if let Some(code) = code {
            self.add_code(code, line);
        }
    }

    fn add_code(&mut self, code: Code<'_>, line: u64) {
        let letter = code.0.first().copied().unwrap_or(b'?');
        self.actions.get_mut(usize::from(letter)).into_iter().for_each(|count| *count += 1);
        let unknown = matches!(code.action(), Action::Other(_))
            || code.modifiers().iter().any(|letter| !MODIFIERS.contains(letter));
        if !unknown {
            return;
        }
        let name = crate::text::table::clip(&crate::text::sanitize::escape(code.0), 16);
        self.add_strange(name, 1, line);
    }

    fn add_strange(&mut self, name: String, more: u64, line: u64) {
        if let Some((_, count, _)) = self.strange.iter_mut().find(|(known, ..)| *known == name) {
            *count += more;
        } else if self.strange.len() < STRANGE {
            self.strange.push((name, more, line));
        }
    }

    /// Adds the report of the following part.
    pub fn join(&mut self, behind: Self) {
        fn add<const N: usize>(counts: &mut [u64; N], more: [u64; N]) {
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
        add(&mut self.written, behind.written);
        add(&mut self.kinds, behind.kinds);
        add(&mut self.actions, behind.actions);
        for (name, count, line) in behind.strange {
            self.add_strange(name, count, line);
        }
        self.folded += behind.folded;
        self.clock.join(behind.clock);
        self.options.join(&behind.options);
        self.product.join(behind.product);
        self.unparsed.join(behind.unparsed);
        self.bytes.join(behind.bytes);
        self.responses.join(behind.responses);
        self.left_out += behind.left_out;
    }

    /// Number of entries.
    pub fn entries(&self) -> u64 {
        self.kinds.iter().sum()
    }

    /// Detected formats with counts. Entries that fit several text formats count for the one that
    /// others prove.
    pub fn formats(&self) -> Vec<(LogFormat, u64)> {
        let count = |wanted| {
            let mut found = LogFormat::ALL.iter().zip(self.written);
            found.find(|(one, _)| **one == wanted).map_or(0, |(_, count)| count)
        };
        let alike = count(LogFormat::Text);
        let telling = [LogFormat::Text1, LogFormat::Text2, LogFormat::LengthPrefixed];
        let mut told = telling.into_iter().filter(|&one| count(one) > 0);
        let only = told.next().filter(|_| told.next().is_none());
        let of = |written| match only {
            Some(_) if written == LogFormat::Text => 0,
            Some(only) if written == only => count(only) + alike,
            _ => count(written),
        };
        let all = LogFormat::ALL.iter().map(|&written| (written, of(written)));
        all.filter(|&(_, count)| count > 0).collect()
    }
}
