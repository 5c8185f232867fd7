//! What decides a term on the screen: the row that the index keeps of each entry, or its text.

use super::Filter;
use super::term::{Term, Test};
use crate::entry::{Outcome, Time, Window};
use crate::index::{ConnectionId, Counted, Kind};

/// What a term is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judge {
    /// The domains of the row.
    Domains,
    /// What it counts as.
    Kind,
    /// Its connection.
    Connection,
    /// Its time.
    Time,
    /// Nothing but the text, which has to be searched for in the files.
    Text,
}

impl Test {
    /// What decides it: the only place that says so.
    pub(super) fn judge(&self) -> Judge {
        match self {
            Self::Domain(_) => Judge::Domains,
            Self::Outcome(_) => Judge::Kind,
            Self::Connection(_) => Judge::Connection,
            Self::Since(_) | Self::Until(_) => Judge::Time,
            Self::Word(_)
            | Self::To(_)
            | Self::From(_)
            | Self::Host(_)
            | Self::Ip(_)
            | Self::Channel(_)
            | Self::User(_)
            | Self::Action(_)
            | Self::Code(_)
            | Self::Answer(_)
            | Self::Said(_)
            | Self::Id(_)
            | Self::File(_)
            | Self::Size(_)
            | Self::Text(_) => Judge::Text,
        }
    }
}

/// Terms on domains at most: each is a bit of what is known of a domain.
pub(super) const TERMS: usize = 32;

/// What a filter wants of a row, but for its time.
#[derive(Clone, Debug)]
pub(super) struct RowTest {
    /// A bit for each term on domains, and for those that must not be met.
    terms: u32,
    negated: u32,
    /// A bit for each kind that is wanted.
    kinds: u32,
    on_connection: Vec<Term>,
}

impl Default for RowTest {
    fn default() -> Self {
        Self { terms: 0, negated: 0, kinds: u32::MAX, on_connection: Vec::new() }
    }
}

impl RowTest {
    pub(super) fn new(filter: &Filter) -> Self {
        let mut test = Self::default();
        for (bit, term) in filter.domain_terms() {
            test.terms |= bit;
            test.negated |= if term.negated { bit } else { 0 };
        }
        for term in filter.judged_by(Judge::Kind) {
            if let Test::Outcome(kinds) = &term.test {
                let meeting = kinds.iter().fold(0, |kinds, &kind| kinds | bit(kind));
                test.kinds &= if term.negated { !meeting } else { meeting };
            }
        }
        test.on_connection = filter.judged_by(Judge::Connection).cloned().collect();
        test
    }

    /// Whether it holds for every row.
    pub(super) fn is_empty(&self) -> bool {
        self.terms == 0 && self.kinds == u32::MAX && self.on_connection.is_empty()
    }

    /// Whether a row is wanted whose domains meet these terms.
    pub(super) fn leaves(&self, met: u32, row: &Counted) -> bool {
        met ^ self.negated == self.terms
            && self.kinds & bit(row.kind) != 0
            && self.leaves_connection(row.connection)
    }

    fn leaves_connection(&self, id: ConnectionId) -> bool {
        self.on_connection.iter().all(|term| term.leaves_connection(id))
    }
}

/// The bit of a kind.
fn bit(kind: Kind) -> u32 {
    let number = match kind {
        Kind::Ended(Outcome::Delivered) => 0,
        Kind::Ended(Outcome::Relayed) => 1,
        Kind::Ended(Outcome::HandedOn) => 2,
        Kind::Ended(Outcome::Deferred) => 3,
        Kind::Ended(Outcome::Failed) => 4,
        Kind::Ended(Outcome::Warned) => 5,
        Kind::Enqueued => 6,
        Kind::Refused => 7,
        // No outcome.
        _ => 31,
    };
    1 << number
}

impl Filter {
    /// The terms on domains, each with its bit.
    pub(super) fn domain_terms(&self) -> impl Iterator<Item = (u32, &Term)> {
        let bits = (0..TERMS).map(|term| 1 << term);
        bits.zip(self.judged_by(Judge::Domains))
    }

    /// The terms that this decides.
    pub(super) fn judged_by(&self, judge: Judge) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |term| term.test.judge() == judge)
    }

    /// The terms that a domain meets, a bit each.
    pub(super) fn met_by(&self, domain: &[u8]) -> u32 {
        let met = self.domain_terms().filter(|(_, term)| term.test.is_met_by(domain));
        met.map(|(bit, _)| bit).sum()
    }

    /// Whether a domain meets all its terms on domains.
    pub fn meets_domain(&self, domain: &[u8]) -> bool {
        self.judged_by(Judge::Domains).all(|term| term.test.is_met_by(domain) != term.negated)
    }

    /// The times at which an entry is wanted, as it is now: see `since:` and `until:`.
    pub fn window(&self, now: Time) -> Window {
        let windows = self.judged_by(Judge::Time).map(|term| term.window(now));
        windows.fold(Window::default(), Window::and)
    }

    /// Whether that window moves as time goes by.
    pub fn moves(&self) -> bool {
        self.terms.iter().any(Term::moves)
    }

    /// Whether an entry of this connection is wanted, as far as the filter asks for that.
    pub fn leaves_connection(&self, id: ConnectionId) -> bool {
        self.terms.iter().all(|term| term.leaves_connection(id))
    }

    /// Whether it asks for connections, which no entry knows by their number.
    pub fn asks_for_connections(&self) -> bool {
        self.judged_by(Judge::Connection).next().is_some()
    }
}
