//! Groups by a key of untrusted text, in bounded memory.

use super::counts::ReportCounts;
use super::interned::Interned;
use crate::index::EntryKind;
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Maximum number of separate groups: some 200 bytes each. Further keys share one group,
/// `(others)`.
pub const MOST_GROUPS: usize = 1_000_000;

/// Label of the group for keys beyond the maximum.
pub(super) const OTHERS: &str = "(others)";

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportGroup {
    /// Recipients by outcome.
    pub counts: ReportCounts,
    /// Reply codes with their counts, ascending.
    pub codes: Vec<(u16, u64)>,
}

/// Groups, and the most frequent response to the failures of each.
pub struct ReportGroups {
    keys: Interned,
    all: Vec<ReportGroup>,
    others: ReportGroup,
    /// Responses to failures.
    texts: Interned,
    /// Count by group and response.
    responses: HashTable<ResponseCount>,
    hasher: RandomState,
    most: usize,
    /// Failures whose response exceeded the table.
    untold: u64,
}

/// Response of a group.
#[derive(Clone, Copy)]
struct ResponseCount {
    group: u32,
    text: u32,
    count: u64,
}

impl Default for ReportGroups {
    fn default() -> Self {
        Self::new(MOST_GROUPS)
    }
}

impl ReportGroups {
    /// Groups with these limits on groups and responses.
    fn new(most: usize) -> Self {
        Self {
            keys: Interned::new(most),
            all: Vec::new(),
            others: ReportGroup::default(),
            texts: Interned::new(most),
            responses: HashTable::new(),
            hasher: RandomState::default(),
            most,
            untold: 0,
        }
    }

    /// Counts an entry with its reply code, and the response to a failure.
    pub fn add(&mut self, key: &[u8], kind: EntryKind, code: Option<u16>, text: &[u8]) {
        let number = self.keys.number(key);
        let at = number.map(|number| number as usize);
        if at.is_some_and(|at| at >= self.all.len()) {
            self.all.push(ReportGroup::default());
        }
        let known = at.and_then(|at| self.all.get_mut(at));
        known.unwrap_or(&mut self.others).add(kind, code);
        if let Some(group) = number.filter(|_| !text.is_empty()) {
            self.add_response(group, text);
        }
    }

    fn add_response(&mut self, group: u32, text: &[u8]) {
        let Some(text) = self.texts.number(text) else {
            self.untold += 1;
            return;
        };
        let hash = self.hasher.hash_one((group, text));
        let same = |told: &ResponseCount| (told.group, told.text) == (group, text);
        if let Some(told) = self.responses.find_mut(hash, same) {
            told.count += 1;
        } else if self.responses.len() < self.most {
            let told = ResponseCount { group, text, count: 1 };
            let rehash = |told: &ResponseCount| self.hasher.hash_one((told.group, told.text));
            self.responses.insert_unique(hash, told, rehash);
        } else {
            self.untold += 1;
        }
    }

    /// Number of groups without `(others)`.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Counts of `(others)`, if any.
    pub fn others(&self) -> Option<&ReportGroup> {
        (self.others.counts.total() > 0).then_some(&self.others)
    }

    /// Failures whose response exceeded the table, so that the most frequent one may be another.
    pub fn uncounted_responses(&self) -> u64 {
        self.untold
    }

    /// Groups with keys, worst last: sorted by all failures, then by recipients. The group without
    /// a key comes first.
    pub fn sorted(&self) -> Vec<(&[u8], &ReportGroup, &[u8])> {
        let top = self.top_texts();
        let numbered = (0_u32..).zip(&self.all).zip(&top);
        let mut sorted: Vec<_> = numbered
            .map(|((number, group), &(_, text))| (self.keys.text(number), group, text))
            .collect();
        sorted.sort_by_key(|&(key, ReportGroup { counts, .. }, _)| {
            (!key.is_empty(), counts.trouble(), counts.total(), key)
        });
        sorted
    }

    /// Most frequent response by group.
    fn top_texts(&self) -> Vec<(u64, &[u8])> {
        let mut top: Vec<(u64, &[u8])> = vec![(0, b""); self.all.len()];
        for told in &self.responses {
            let text = self.texts.text(told.text);
            if let Some(best) = top.get_mut(told.group as usize)
                && (told.count, std::cmp::Reverse(text)) > (best.0, std::cmp::Reverse(best.1))
            {
                *best = (told.count, text);
            }
        }
        top
    }
}

impl ReportGroup {
    fn add(&mut self, kind: EntryKind, code: Option<u16>) {
        self.counts.add(kind);
        let Some(code) = code else { return };
        match self.codes.binary_search_by_key(&code, |&(code, _)| code) {
            Ok(at) => self.codes.get_mut(at).into_iter().for_each(|(_, times)| *times += 1),
            Err(at) => self.codes.insert(at, (code, 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::entry::Outcome;
    use proptest::prelude::*;

    #[test]
    fn the_worst_comes_last_and_says_why() {
        let mut groups = ReportGroups::default();
        for (key, count, text) in [
            ("b", EntryKind::Attempt(Outcome::Delivered), ""),
            ("a", EntryKind::Attempt(Outcome::Deferred), "421 busy"),
            ("a", EntryKind::Attempt(Outcome::Deferred), "450 later"),
            ("a", EntryKind::Attempt(Outcome::Failed), "450 later"),
            ("c", EntryKind::RecipientRejected, "550 no"),
            ("", EntryKind::Attempt(Outcome::Failed), ""),
            ("", EntryKind::Attempt(Outcome::Failed), ""),
            ("", EntryKind::Attempt(Outcome::Failed), ""),
            ("", EntryKind::Attempt(Outcome::Failed), ""),
            ("b", EntryKind::Enqueued, ""),
        ] {
            groups.add(key.as_bytes(), count, None, text.as_bytes());
        }
        let sorted = groups.sorted();
        let sorted: Vec<_> = sorted.iter().map(|&(key, _, top)| (key, top)).collect();
        assert_eq!(
            sorted,
            [(&b""[..], &b""[..]), (b"b", b""), (b"c", b"550 no"), (b"a", b"450 later")]
        );
        assert_eq!(groups.others(), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_when_there_is_no_room(
            keys in proptest::collection::vec("[a-e]{0,2}", 0..60),
            most in 1_usize..8,
        ) {
            let mut groups = ReportGroups::new(most);
            for key in &keys {
                groups.add(key.as_bytes(), EntryKind::Attempt(Outcome::Failed), Some(550), key.as_bytes());
            }
            let kept: u64 = groups.sorted().iter().map(|(_, group, _)| group.counts.failed).sum();
            let others = groups.others().map_or(0, |others| others.counts.failed);
            prop_assert!(groups.len() <= most);
            prop_assert_eq!(kept + others, keys.len() as u64);
        }
    }
}
