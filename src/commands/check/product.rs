//! Detection of the product that wrote a log (`mta-log-format` section 12).
//!
//! Each piece of evidence is a feature that only some products write. The intersection is reported,
//! often more than one product.

use crate::log::entry::{Action, Body, ConnectionEntry, Entry, MessageEntry};
use crate::log::parse::LogFormat;
use memchr::memmem;

/// Distinguishable products, oldest first.
const PRODUCTS: [&str; 5] = [
    "PMDF 6",
    "SIMS",
    "Messaging Server 5 to 6 2005Q4",
    "Messaging Server 6.3",
    "Messaging Server 7 or 8",
];

const PMDF: u8 = 1;
const SIMS: u8 = 2;
const TO_2005: u8 = 4;
const V63: u8 = 8;
const V7: u8 = 16;
const ALL: u8 = 31;

/// Feature, and the products that write it.
type Ground = (&'static str, u8);

const XML: Ground = ("XML entries came with 6.3", V63 | V7);
const JSON: Ground = ("JSON entries came with 8.0.2", V7);
const MODIFIERS: Ground = ("the modifiers E, C and L of codes came with 6.3", V63 | V7);
const LATER_MODIFIERS: Ground = ("the modifiers P and Q of codes are of 7 or 8", V7);
const LATER_CODES: Ground = ("the codes U and V are of 7 or 8", V7);
const NODE: Ground = ("a node name: before 6.3 only PMDF on OpenVMS had one", PMDF | V63 | V7);
const STORE: Ground = ("the channel ims-ms is that of Messaging Server", TO_2005 | V63 | V7);
const SIMS_STORE: Ground = ("the channel sims-ms is that of SIMS", SIMS);
const LOCAL: Ground =
    ("delivery by the channel l is of PMDF and early Messaging Server", PMDF | TO_2005);
const TYPED: Ground = ("recipients have a type as in rfc822;", PMDF | TO_2005 | V63 | V7);
const BARE: Ground = ("recipients have no type as in rfc822;", SIMS);
const REASON: Ground = ("LOG_REASON and LOG_QUEUE_TIME came with 6.3", V63 | V7);
const MIXED: Ground = ("names of queue files in mixed case", V63 | V7);
const CAPITALS: Ground = ("names of queue files in capitals", PMDF | SIMS | TO_2005);
const PATH_PMDF: Ground = ("queue files below a directory of PMDF", PMDF);
const PATH_SIMS: Ground = ("queue files below SUNWmail", SIMS);
const PATH_64: Ground = ("queue files below messaging64", V7);
const CONNECT: Ground = ("failed connects are logged with the address", V63 | V7);
const CONNECT_BARE: Ground =
    ("failed connects are logged without the address", PMDF | SIMS | TO_2005);
const CLOSE: Ground = ("closing a connection is logged with the reason", V7);

/// Evidence found, with the first line of each.
#[derive(Clone, Debug, Default)]
pub struct VersionEvidence {
    grounds: Vec<(Ground, u64)>,
}

impl VersionEvidence {
    /// Adds the entry that starts on this line.
    pub fn add(&mut self, entry: &Entry<'_>, written: LogFormat, line: u64) {
        match written {
            LogFormat::Xml => self.add_evidence(XML, line),
            LogFormat::Json | LogFormat::FlatJson => self.add_evidence(JSON, line),
            _ => {}
        }
        self.evidence_if(entry.node.is_some_and(|node| !node.is_empty()), NODE, line);
        match &entry.body {
            Body::Message(message) => self.add_message(message, written, line),
            Body::Connection(connection) => self.add_connection(connection, line),
            Body::Header(_) => {}
        }
    }

    fn add_message(&mut self, message: &MessageEntry<'_>, written: LogFormat, line: u64) {
        let (action, modifiers) = (message.code.action(), message.code.modifiers());
        let has = |letters: &[u8]| modifiers.iter().any(|letter| letters.contains(letter));
        self.evidence_if(has(b"ECL"), MODIFIERS, line);
        self.evidence_if(has(b"PQ"), LATER_MODIFIERS, line);
        self.evidence_if(action == Action::BreakOff, LATER_CODES, line);
        for channel in
            [Some(message.source_channel), message.destination_channel].into_iter().flatten()
        {
            self.evidence_if(channel == b"ims-ms", STORE, line);
            self.evidence_if(channel == b"sims-ms", SIMS_STORE, line);
        }
        self.evidence_if(message.source_channel == b"l" && action.is_dequeue(), LOCAL, line);
        match message.original_to_type {
            Some(_) => self.add_evidence(TYPED, line),
            None => {
                self.evidence_if(written.is_text() && !message.original_to.is_empty(), BARE, line);
            }
        }
        self.evidence_if(message.reason.is_some() || message.queue_seconds.is_some(), REASON, line);
        self.add_queue_file(message, line);
        if let Some((_, behind)) = message.diagnostic.and_then(split_connect) {
            let address = behind.trim_ascii_start().first().is_some_and(u8::is_ascii_digit);
            self.add_evidence(if address { CONNECT } else { CONNECT_BARE }, line);
        }
    }

    fn add_queue_file(&mut self, message: &MessageEntry<'_>, line: u64) {
        let Some(file) = message.queue_file else { return };
        let within = |part: &[u8]| memmem::find(file.0, part).is_some();
        self.evidence_if(within(b"/pmdf/") || within(b"PMDF_") || within(b"]"), PATH_PMDF, line);
        self.evidence_if(within(b"/SUNWmail/"), PATH_SIMS, line);
        self.evidence_if(within(b"/messaging64/"), PATH_64, line);
        // Long names only: a short one may be upper case by chance.
        if let Some(body) = file.body().filter(|body| body.len() >= 8) {
            let mixed = body.iter().any(u8::is_ascii_lowercase);
            self.add_evidence(if mixed { MIXED } else { CAPITALS }, line);
        }
    }

    fn add_connection(&mut self, connection: &ConnectionEntry<'_>, line: u64) {
        let action = connection.code.action();
        self.evidence_if(action == Action::Authenticate, LATER_CODES, line);
        let reason = connection.reason().is_some_and(|reason| !reason.is_empty());
        self.evidence_if(action == Action::Close && reason, CLOSE, line);
    }

    fn evidence_if(&mut self, seen: bool, ground: Ground, line: u64) {
        if seen {
            self.add_evidence(ground, line);
        }
    }

    fn add_evidence(&mut self, ground: Ground, line: u64) {
        if !self.grounds.iter().any(|(known, _)| *known == ground) {
            self.grounds.push((ground, line));
        }
    }

    /// Adds the evidence of the following part.
    pub fn join(&mut self, behind: Self) {
        behind.grounds.into_iter().for_each(|(ground, line)| self.add_evidence(ground, line));
    }

    /// Candidates as text.
    pub fn words(&self) -> String {
        let left = self.grounds.iter().fold(ALL, |left, ((_, mask), _)| left & mask);
        let possible = PRODUCTS.iter().enumerate().filter(|(at, _)| left & (1 << at) != 0);
        let names: Vec<&str> = possible.map(|(_, &name)| name).collect();
        match (left, names.as_slice()) {
            (ALL, _) => "cannot tell".to_owned(),
            (_, []) => "cannot tell: the grounds contradict each other, so that it may be of \
                        several products"
                .to_owned(),
            (_, [one]) => (*one).to_owned(),
            (_, [first @ .., last]) => format!("{} or {last}", first.join(", ")),
        }
    }

    /// Evidence as text, with line numbers.
    pub fn grounds(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let telling = self.grounds.iter().filter(|((_, mask), _)| *mask != ALL);
        telling.map(|&((words, _), line)| (words, line))
    }
}

fn split_connect(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const CALL: &[u8] = b"Failed connect()";
    let at = memmem::find(text, CALL)?;
    text.split_at_checked(at + CALL.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::parse::Parser;

    fn guess(lines: &[&str]) -> String {
        let mut product = VersionEvidence::default();
        for (line, text) in (1..).zip(lines) {
            let mut parser = Parser::default();
            let entry = parser.entry(text.as_bytes()).unwrap();
            product.add(&entry, crate::log::parse::format(text.as_bytes()).unwrap(), line);
        }
        product.words()
    }

    #[test]
    fn what_is_left_is_said() {
        let early =
            "19-Jan-1998 19:16:57.64 l            tcp_local    E 1 a@x.org rfc822;b@y.org b@y.org";
        let later =
            "16-Feb-2007 14:54:13.72 tcp_local ims-ms EE 1 a@x.org rfc822;b@y.org b@ims-ms-daemon";
        let close = "19-Feb-1998 10:52:12.40 1f625.3.2 tcp_local - C TCP|1.2.3.4|1|1.2.3.5|25 SMTP";
        let reason = "19-Feb-2010 10:52:12.40 1f625.3.2 tcp_local - C TCP|1.2.3.4|1|1.2.3.5|25 SMTP Idle too long";
        let local =
            "19-Feb-1998 17:02:31.73 l                          D 1 a@x.org rfc822;b@y.org b";
        assert_eq!(guess(&[close]), "cannot tell");
        assert_eq!(
            guess(&[early]),
            "PMDF 6, Messaging Server 5 to 6 2005Q4, Messaging Server 6.3 or Messaging Server 7 or 8"
        );
        assert_eq!(guess(&[local]), "PMDF 6 or Messaging Server 5 to 6 2005Q4");
        assert_eq!(guess(&[later]), "Messaging Server 6.3 or Messaging Server 7 or 8");
        assert_eq!(guess(&[later, reason]), "Messaging Server 7 or 8");
        assert!(guess(&[local, later]).starts_with("cannot tell: "));
    }
}
