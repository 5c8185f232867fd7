//! What is looked for in the texts of entries, in the files.
//!
//! Most entries are passed over without being parsed: where a term wants a name, it stands somewhere
//! in the text as it is, or in a text that writes it in another way.

use super::row_matcher::EvalStage;
use super::term::{BareWord, Predicate, Term};
use super::value::Ip;
use super::{Filter, Pattern};
use crate::log::entry::{Entry, QueueFile};
use std::borrow::Cow;

/// What a filter wants of the text of an entry.
#[derive(Clone, Debug)]
pub struct TextMatcher {
    /// What must be in it, each of them.
    needles: Vec<Pattern>,
    /// What the entry must say then.
    terms: Vec<Term>,
}

/// In a text with these, a name may be written in another way: entities of XML, escapes of JSON, and
/// what is cleaned away before parsing.
const OTHERWISE: &str = r"[&\\\x00]|\xC2\xA0";

/// And an address of IPv4 as one of IPv6.
const MAPPED: &str = ":ffff:";

impl Filter {
    /// What has to be searched for in the texts; `None` if the rows decide all.
    pub fn text_test(&self) -> Option<TextMatcher> {
        let (mut needles, mut terms) = (Vec::new(), Vec::new());
        for term in self.judged_by(EvalStage::Text) {
            match (&term.predicate, term.negated) {
                // The fastest first: it is what passes over the others.
                (Predicate::Text(pattern), false) => needles.insert(0, pattern.clone()),
                (test, false) => {
                    needles.extend(test.needle());
                    terms.push(term.clone());
                }
                (_, true) => terms.push(term.clone()),
            }
        }
        (!needles.is_empty() || !terms.is_empty()).then_some(TextMatcher { needles, terms })
    }
}

impl TextMatcher {
    /// What must be in the text, each of them.
    pub fn needles(&self) -> &[Pattern] {
        &self.needles
    }

    /// Whether entries that hold all needles have to be parsed.
    pub fn needs_entry(&self) -> bool {
        let asks = |term: &Term| !matches!(term.predicate, Predicate::Text(_));
        self.terms.iter().any(asks)
    }

    /// Whether an entry that holds all needles is wanted.
    pub fn leaves(&self, entry: Option<&Entry<'_>>, text: &[u8]) -> bool {
        self.terms.iter().all(|term| term.leaves(entry, text))
    }
}

impl Predicate {
    /// What stands in the text of all entries that meet it, if there is such a thing.
    fn needle(&self) -> Option<Pattern> {
        let names: Option<Vec<Cow<'_, [u8]>>> = match self {
            Self::To(wanted) => wanted.iter().map(|it| it.needle().map(Cow::Borrowed)).collect(),
            Self::Id(ids) => Some(ids.iter().map(|id| id.needle().into()).collect()),
            Self::File(names) => Some(names.iter().map(|name| body(name).into()).collect()),
            Self::Ip(ips) => ips.iter().map(address).collect(),
            Self::Word(words) => words.iter().map(BareWord::needle).collect(),
            _ => None,
        };
        let names = names?;
        if !names.iter().all(|name| is_written_as_it_is(name)) {
            return None;
        }
        let names: Vec<String> = names.iter().map(|name| super::pattern::escape(name)).collect();
        Pattern::new(&format!("(?i:{}|{MAPPED})|{OTHERWISE}", names.join("|"))).ok()
    }
}

impl BareWord {
    fn needle(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Domain(domain) => Some(domain.needle().into()),
            Self::Ip(ip) => address(ip),
            // In JSON a reply code need be no text.
            Self::Part(part) => {
                let needle = part.needle();
                (!needle.iter().all(u8::is_ascii_digit)).then_some(needle.into())
            }
        }
    }
}

fn address(ip: &Ip) -> Option<Cow<'_, [u8]>> {
    Some(ip.needle()?.into_bytes().into())
}

/// The part of a queue file's name that all of its attempts have.
fn body(name: &[u8]) -> &[u8] {
    let file = QueueFile(name);
    let body = file.attempt().and_then(|_| file.body());
    body.filter(|body| !body.is_empty()).unwrap_or(name)
}

/// Whether no format has another way to write it, but for those that show.
fn is_written_as_it_is(name: &[u8]) -> bool {
    let plain =
        |b: &u8| b.is_ascii_graphic() && !matches!(b, b'&' | b'<' | b'>' | b'"' | b'\'' | b'\\');
    !name.is_empty() && name.iter().all(plain)
}
