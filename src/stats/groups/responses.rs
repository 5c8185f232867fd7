//! What the entries of each group were answered: reply codes, and the text of failures.

use super::GroupId;
use super::labels::Labels;
use crate::index::{EntryKind, Index, RowView};
use crate::log::entry::{Outcome, Response};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::cmp::Reverse;

/// Answers by group, in bounded memory.
#[derive(Clone)]
pub(super) struct GroupResponses {
    /// By symbol of the index: what is known of it.
    symbols: Vec<Option<KnownResponse>>,
    texts: Labels,
    /// By group: codes, each with how often it was given, ascending.
    codes: Vec<Vec<(u16, u32)>>,
    /// Of the group of all that there was no room for.
    codes_of_others: Vec<(u16, u32)>,
    /// How often a group was told a text when something failed. Both are numbers of our own.
    counts: HashMap<(u32, u32), u32, foldhash::fast::RandomState>,
    most: usize,
    /// Failures whose text there was no room for.
    uncounted: u64,
}

/// What a symbol of the index stands for.
#[derive(Clone, Copy)]
struct KnownResponse {
    code: Option<u16>,
    /// Among the texts, if somebody asked for it.
    text: Option<TextNumber>,
}

/// `None` if there is no room for it.
type TextNumber = Option<u32>;

impl GroupResponses {
    /// Room for so many texts, and as many of them in groups.
    pub(super) fn new(most: usize) -> Self {
        Self {
            symbols: Vec::new(),
            texts: Labels::limited(most),
            codes: Vec::new(),
            codes_of_others: Vec::new(),
            counts: HashMap::default(),
            most,
            uncounted: 0,
        }
    }

    /// Counts a row in a group, or in that of all others.
    pub(super) fn count(&mut self, index: &Index, group: Option<usize>, row: &RowView) {
        let symbol = row.dimensions.response;
        if symbol.is_none() {
            return;
        }
        let at = symbol.0 as usize;
        if self.symbols.len() <= at {
            self.symbols.resize(at + 1, None);
        }
        let Some(slot) = self.symbols.get_mut(at) else { return };
        let known = slot.get_or_insert_with(|| KnownResponse {
            code: Response::beginning(index.responses().text(symbol)).map(|reply| reply.code),
            text: None,
        });
        if let Some(code) = known.code.filter(|_| row.kind.is_message()) {
            let codes = match group {
                Some(group) if self.codes.len() <= group => {
                    self.codes.resize(group + 1, Vec::new());
                    self.codes.last_mut()
                }
                Some(group) => self.codes.get_mut(group),
                None => Some(&mut self.codes_of_others),
            };
            if let Some(codes) = codes {
                add_code(codes, code);
            }
        }
        if let Some(group) = group.and_then(|group| u32::try_from(group).ok())
            && is_failure(row.kind)
        {
            let texts = &mut self.texts;
            let number =
                *known.text.get_or_insert_with(|| texts.number(index.responses().text(symbol)));
            self.count_text(group, number);
        }
    }

    fn count_text(&mut self, group: u32, text: TextNumber) {
        let room = self.counts.len() < self.most;
        let count = text.and_then(|text| match self.counts.entry((group, text)) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) => room.then(|| place.insert(0)),
        });
        match count {
            Some(count) => *count += 1,
            None => self.uncounted += 1,
        }
    }

    /// The codes of a group, or of that of all others.
    pub(super) fn codes(&self, group: Option<GroupId>) -> &[(u16, u32)] {
        match group {
            Some(GroupId(at)) => self.codes.get(at as usize).map_or(&[], Vec::as_slice),
            None => &self.codes_of_others,
        }
    }

    /// What each of so many groups was told most often when something failed.
    pub(super) fn top_texts(&self, groups: usize) -> Vec<&[u8]> {
        let mut top: Vec<(u32, &[u8])> = vec![(0, b""); groups];
        for (&(group, text), &count) in &self.counts {
            let text = self.texts.text(text);
            if let Some(best) = top.get_mut(group as usize)
                && (count, Reverse(text)) > (best.0, Reverse(best.1))
            {
                *best = (count, text);
            }
        }
        top.into_iter().map(|(_, text)| text).collect()
    }

    pub(super) fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        let codes = |codes: &Vec<(u16, u32)>| codes.capacity() * size_of::<(u16, u32)>();
        self.symbols.capacity() * size_of::<Option<KnownResponse>>()
            + self.texts.memory()
            + self.codes.capacity() * size_of::<Vec<(u16, u32)>>()
            + self.codes.iter().map(codes).sum::<usize>()
            + self.counts.allocation_size()
    }
}

fn add_code(codes: &mut Vec<(u16, u32)>, code: u16) {
    match codes.binary_search_by_key(&code, |&(code, _)| code) {
        Ok(at) => codes.get_mut(at).into_iter().for_each(|(_, times)| *times += 1),
        Err(at) => codes.insert(at, (code, 1)),
    }
}

/// Whether something went wrong.
fn is_failure(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::Attempt(Outcome::Deferred | Outcome::Failed)
            | EntryKind::RecipientRejected
            | EntryKind::ConnectionRejected
            | EntryKind::Unauthenticated
    )
}
