//! Learns from entries which optional fields a log has.
//!
//! Only entries teach that hold no free text of others: an enqueue, and a delivery into a local
//! channel. Of each, all ways are found in which it splits exactly; what fits all entries is what
//! the log may be written like, and the simplest of that is the profile. Nothing of it depends on
//! how the entries came, only on their order.

use super::optional_fields::{self, Tail};
use super::profile::{OptionalField, Profile};

/// Entries that are compared at the beginning. Later ones teach only if they do not fit.
const BEGINNING: u32 = 64;
/// Entries that must contradict what was learned before it is given up, or, once the beginning is
/// over, add to it.
const DOUBTS: u32 = 4;
/// Ways of one log that are told apart: the simplest.
const WAYS: usize = 128;
/// Ways of one entry. If it has more, it teaches nothing.
const MAX_CANDIDATES: usize = 1_024;
/// Steps by which they are looked for, so that no entry takes long.
const STEPS: usize = 16_384;

/// An entry without free text of others.
#[derive(Clone, Copy)]
pub(super) struct TrainingSample<'a> {
    /// Its optional fields.
    pub(super) tail: Tail<'a>,
    /// They fit the profile.
    pub(super) clean: bool,
    /// It came over a connection.
    pub(super) from_client: bool,
    /// It left a queue.
    pub(super) dequeue: bool,
}

impl TrainingSample<'_> {
    /// Whether nothing can stand in a field on such an entry. Who sent it is known of what a client
    /// sent, and how long it was queued of what was.
    pub(super) fn may_be_blank(self, field: OptionalField) -> bool {
        match field {
            OptionalField::Connection | OptionalField::Transport | OptionalField::Application => {
                !self.from_client
            }
            OptionalField::QueueTime => !self.dequeue,
            _ => true,
        }
    }
}

/// Some ways to write an entry: which fields are on, of those that it shows. A line that ends early
/// does not show the fields behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CandidateProfile {
    on: u16,
    shown: u16,
}

impl CandidateProfile {
    fn and(self, other: Self) -> Option<Self> {
        let both = self.shown & other.shown;
        (self.on & both == other.on & both)
            .then_some(Self { on: self.on | other.on, shown: self.shown | other.shown })
    }

    /// Undecidable cases are decided by this: the fewest fields, those that most sites have, a lone
    /// id the message id, a lone small number the priority, and else the earlier field.
    fn cost(self) -> (u32, u16) {
        let on = OptionalField::ALL.into_iter().filter(|field| self.on & field.bit() != 0);
        (on.map(field_cost).sum(), self.on)
    }
}

fn field_cost(field: OptionalField) -> u32 {
    match field {
        OptionalField::QueueFile
        | OptionalField::MessageId
        | OptionalField::Username
        | OptionalField::Connection => 4,
        OptionalField::Priority => 5,
        OptionalField::Sensitivity => 7,
        OptionalField::NotaryFlags
        | OptionalField::QueueTime
        | OptionalField::Transport
        | OptionalField::Application
        | OptionalField::RemoteMta => 8,
        OptionalField::Reason => 9,
        OptionalField::EnvelopeId | OptionalField::Filter => 10,
        OptionalField::Intermediate | OptionalField::Initial => 16,
    }
}

/// What is known of one log.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Learner {
    /// The ways that fit all entries that taught; none before the first.
    candidates: Vec<CandidateProfile>,
    /// Entries that taught.
    taught: u32,
    /// The ways of the entries that did not fit.
    doubted: Vec<CandidateProfile>,
    doubts: u32,
}

impl Learner {
    /// Takes note of an entry that may teach, read under the profile that was learned before. True
    /// if the profile changed.
    pub(super) fn observe(&mut self, lesson: TrainingSample<'_>) -> bool {
        let clean = lesson.clean;
        if clean && !self.is_beginning() {
            self.confirm();
            return false;
        }
        let Some(found) = ways(lesson) else { return false };
        let before = self.profile();
        if self.is_beginning() {
            let common = common(&self.candidates, &found);
            if self.candidates.is_empty() {
                self.candidates = found;
                self.taught = 1;
            } else if !common.is_empty() {
                self.candidates = common;
                self.taught += 1;
            } else if !clean {
                self.penalize(&found);
            }
        } else {
            self.penalize(&found);
        }
        self.profile() != before
    }

    pub(super) fn profile(&self) -> Profile {
        let simplest = self.candidates.first();
        simplest.map_or(Profile::default(), |way| Profile::of(way.on))
    }

    /// Whether an entry teaches even if it fits.
    fn is_beginning(&self) -> bool {
        self.taught < BEGINNING
    }

    /// An entry that fits puts an end to doubts, but for those that only ask for more fields: of
    /// these it may simply have shown none.
    fn confirm(&mut self) {
        if self.doubts > 0 && common(&self.candidates, &self.doubted).is_empty() {
            self.doubts = 0;
            self.doubted.clear();
        }
    }

    fn penalize(&mut self, found: &[CandidateProfile]) {
        let agreed = common(&self.doubted, found);
        if agreed.is_empty() {
            self.doubted = found.to_vec();
            self.doubts = 1;
        } else {
            self.doubted = agreed;
            self.doubts += 1;
        }
        if self.doubts < DOUBTS {
            return;
        }
        let more = common(&self.candidates, &self.doubted);
        let doubted = std::mem::take(&mut self.doubted);
        self.candidates = if more.is_empty() { doubted } else { more };
        self.doubts = 0;
    }
}

/// The ways that fit both, simplest first.
fn common(some: &[CandidateProfile], others: &[CandidateProfile]) -> Vec<CandidateProfile> {
    let pairs = some.iter().flat_map(|way| others.iter().filter_map(|other| way.and(*other)));
    in_order(pairs.collect())
}

fn in_order(mut ways: Vec<CandidateProfile>) -> Vec<CandidateProfile> {
    ways.sort_by_cached_key(|way| (way.cost(), way.shown));
    ways.dedup();
    ways.truncate(WAYS);
    ways
}

/// One step on the search for ways.
#[derive(Clone, Copy)]
struct SearchStep<'a> {
    tail: Tail<'a>,
    /// Index of the next field.
    next: usize,
    on: u16,
    /// There is an envelope id. Every message has a message id, so that this is no lone id if both
    /// are logged.
    envelope_id: bool,
    /// The place of the diagnostics lies behind.
    behind: bool,
}

impl SearchStep<'_> {
    /// The step over the next field, where it stands and could hardly be another.
    fn with(mut self, field: OptionalField, lesson: TrainingSample<'_>) -> Option<Self> {
        let value =
            self.tail.field(field).filter(|value| optional_fields::is_telling(field, value))?;
        if value.is_empty() && !lesson.may_be_blank(field) {
            return None;
        }
        self.envelope_id |= field == OptionalField::EnvelopeId && !value.is_empty();
        Some(Self { next: self.next + 1, on: self.on | field.bit(), ..self })
    }

    /// Fields that are known to be on or off, once nothing is left of the line.
    fn shown(self) -> u16 {
        let reached =
            u16::MAX.checked_shr(u32::try_from(OptionalField::ALL.len() - self.next).unwrap_or(16));
        let lone = if self.envelope_id { OptionalField::MessageId.bit() } else { 0 };
        reached.unwrap_or(0) | lone
    }
}

/// All ways in which the rest of an entry splits without any diagnostics; `None` if there are none,
/// or too many.
fn ways(lesson: TrainingSample<'_>) -> Option<Vec<CandidateProfile>> {
    let mut found = Vec::new();
    let mut open =
        vec![SearchStep { tail: lesson.tail, next: 0, on: 0, envelope_id: false, behind: false }];
    let mut steps = 0;
    while let Some(step) = open.pop() {
        steps += 1;
        if steps > STEPS || found.len() > MAX_CANDIDATES {
            return None;
        }
        if step.tail.is_empty() {
            found.push(CandidateProfile { on: step.on, shown: step.shown() });
        } else if step.next == OptionalField::BEFORE_DIAGNOSTICS && !step.behind {
            open.push(SearchStep { behind: true, ..step });
            let empty = step.tail.no_diagnostics();
            open.extend(empty.map(|tail| SearchStep { tail, behind: true, ..step }));
        } else if let Some(&field) = OptionalField::ALL.get(step.next) {
            open.push(SearchStep { next: step.next + 1, ..step });
            open.extend(step.with(field, lesson));
        }
    }
    (!found.is_empty()).then(|| in_order(found))
}
