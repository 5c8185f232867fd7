//! What decides a term on the screen: the row that the index keeps of each entry, or its text.
//!
//! Each term that rows decide is a bit. What a symbol meets is found out once; a row meets what its
//! symbols, its kind and its connection meet together.

use super::Filter;
use super::term::{Predicate, Term};
use super::value::AddressPattern;
use crate::index::{ConnectionId, Dimensions, Index, Interner, RowView, Symbol};
use crate::log::entry::{Time, Window};

/// What a term is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EvalStage {
    /// The domains of the row.
    Domains,
    /// The same, of a message entry.
    Recipients,
    /// The envelope sender, of a message entry.
    Sender,
    /// What was answered.
    Answer,
    /// The way that it took.
    Way,
    /// What it counts as.
    Kind,
    /// Its connection.
    Connection,
    /// Its time.
    Time,
    /// Nothing but the text, which has to be searched for in the files.
    Text,
}

impl Predicate {
    /// What decides it: the only place that says so.
    pub(super) fn eval_stage(&self) -> EvalStage {
        match self {
            Self::Domain(_) => EvalStage::Domains,
            Self::To(wanted) if wanted.iter().all(AddressPattern::is_of_real_domain) => {
                EvalStage::Recipients
            }
            Self::From(_) => EvalStage::Sender,
            Self::Code(_) | Self::ResponseTemplate(_) => EvalStage::Answer,
            Self::Host(_) | Self::Channel(_) | Self::User(_) | Self::Action(_) => EvalStage::Way,
            Self::Outcome(_) => EvalStage::Kind,
            Self::Connection(_) => EvalStage::Connection,
            Self::Since(_) | Self::Until(_) => EvalStage::Time,
            Self::Word(_)
            | Self::To(_)
            | Self::Ip(_)
            | Self::ResponseRegex(_)
            | Self::Id(_)
            | Self::File(_)
            | Self::Size(_)
            | Self::Text(_) => EvalStage::Text,
        }
    }
}

/// Terms that rows decide at most: each is a bit.
pub const MAX_ROW_TERMS: usize = 32;

/// What a filter wants of a row, but for its time, and what is known of the symbols for it.
#[derive(Clone, Debug, Default)]
pub(super) struct RowMatcher {
    /// Each term on symbols with its bit, and each on what the row has itself.
    on_symbols: Vec<(u32, Term)>,
    on_itself: Vec<(u32, Term)>,
    /// All of the bits, and those of terms that must not be met.
    all: u32,
    negated: u32,
    /// Those that message entries alone can meet.
    of_messages: u32,
    /// By symbol: the terms that it meets. Empty if there are none on the table.
    domains: Vec<u32>,
    senders: Vec<u32>,
    responses: Vec<u32>,
    dimensions: Vec<u32>,
}

impl RowMatcher {
    pub(super) fn new(filter: &Filter) -> Self {
        let mut test = Self::default();
        for (bit, term) in (0..MAX_ROW_TERMS).map(|at| 1 << at).zip(filter.on_rows()) {
            test.all |= bit;
            test.negated |= if term.negated { bit } else { 0 };
            let judge = term.predicate.eval_stage();
            if matches!(judge, EvalStage::Recipients | EvalStage::Sender) {
                test.of_messages |= bit;
            }
            let itself = matches!(judge, EvalStage::Kind | EvalStage::Connection);
            let terms = if itself { &mut test.on_itself } else { &mut test.on_symbols };
            terms.push((bit, term.clone()));
        }
        test
    }

    /// Whether it holds for every row.
    pub(super) fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// Looks at the symbols that came since.
    pub(super) fn prepare(&mut self, index: &Index) {
        let Self { on_symbols, domains, senders, responses: answers, dimensions: ways, .. } = self;
        let of = |judges: &[EvalStage]| -> Vec<&(u32, Term)> {
            on_symbols
                .iter()
                .filter(|(_, term)| judges.contains(&term.predicate.eval_stage()))
                .collect()
        };
        let on_domains = of(&[EvalStage::Domains, EvalStage::Recipients]);
        prepare_masks(domains, index.domains(), &on_domains, Predicate::matches_domain);
        let on_senders = of(&[EvalStage::Sender]);
        prepare_masks(senders, index.senders(), &on_senders, Predicate::is_met_by_sender);
        let on_answers = of(&[EvalStage::Answer]);
        prepare_masks(answers, index.responses(), &on_answers, Predicate::is_met_by_answer);
        let by_way = |test: &Predicate, text: &[u8]| test.is_met_by_way(&Dimensions::read(text));
        prepare_masks(ways, index.dimensions(), &of(&[EvalStage::Way]), by_way);
    }

    /// Whether a row is wanted.
    pub(super) fn leaves(&self, row: &RowView) -> bool {
        let met = |known: &[u32], symbol: Symbol| {
            known.get(symbol.0 as usize).copied().unwrap_or_default()
        };
        let by_domains = met(&self.domains, row.domains.0) | met(&self.domains, row.domains.1);
        let by_facts = met(&self.senders, row.dimensions.sender)
            | met(&self.responses, row.dimensions.response)
            | met(&self.dimensions, row.dimensions.dimensions);
        let others = if row.kind.is_message() { 0 } else { self.of_messages };
        let met = (by_domains | by_facts) & !others | self.own_terms_mask(row);
        met ^ self.negated == self.all
    }

    /// The terms that it meets by its kind and its connection.
    fn own_terms_mask(&self, row: &RowView) -> u32 {
        let meets = |term: &Term| match &term.predicate {
            Predicate::Outcome(kinds) => kinds.contains(&row.kind),
            Predicate::Connection(numbers) => {
                row.connection.number().is_some_and(|number| numbers.contains(&number))
            }
            _ => false,
        };
        self.on_itself.iter().filter(|(_, term)| meets(term)).map(|(bit, _)| bit).sum()
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        let tables = [&self.domains, &self.senders, &self.responses, &self.dimensions];
        tables.map(Vec::capacity).iter().sum::<usize>() * size_of::<u32>()
    }
}

/// Finds out what the symbols meet that came since.
fn prepare_masks(
    known: &mut Vec<u32>,
    symbols: &Interner,
    terms: &[&(u32, Term)],
    is_met: impl Fn(&Predicate, &[u8]) -> bool,
) {
    if terms.is_empty() {
        return;
    }
    let new = (known.len()..symbols.len()).filter_map(|at| u32::try_from(at).ok()).map(|at| {
        let text = symbols.text(Symbol(at));
        let met = terms.iter().filter(|(_, term)| is_met(&term.predicate, text));
        met.map(|(bit, _)| bit).sum::<u32>()
    });
    let new: Vec<u32> = new.collect();
    known.extend(new);
}

impl Filter {
    /// The terms that rows decide.
    pub(super) fn on_rows(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| {
            !matches!(term.predicate.eval_stage(), EvalStage::Time | EvalStage::Text)
        })
    }

    /// The terms that this decides.
    pub(super) fn judged_by(&self, judge: EvalStage) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |term| term.predicate.eval_stage() == judge)
    }

    /// Whether a domain meets all its terms on domains.
    pub fn meets_domain(&self, domain: &[u8]) -> bool {
        let terms = self.judged_by(EvalStage::Domains);
        terms.into_iter().all(|term| term.predicate.matches_domain(domain) != term.negated)
    }

    /// The times at which an entry is wanted, as it is now: see `since:` and `until:`.
    pub fn window(&self, now: Time) -> Window {
        let windows = self.judged_by(EvalStage::Time).map(|term| term.window(now));
        windows.fold(Window::default(), Window::and)
    }

    /// Whether that window moves as time goes by.
    pub fn is_relative(&self) -> bool {
        self.terms.iter().any(Term::is_relative)
    }

    /// Whether an entry of this connection is wanted, as far as the filter asks for that.
    pub fn leaves_connection(&self, id: ConnectionId) -> bool {
        self.terms.iter().all(|term| term.leaves_connection(id))
    }

    /// Whether it asks for connections, which no entry knows by their number.
    pub fn asks_for_connections(&self) -> bool {
        self.judged_by(EvalStage::Connection).next().is_some()
    }
}
