//! Names of groups by a part of something else.

use std::collections::HashMap;

/// Names of groups by a part of something else, each once.
#[derive(Clone, Default)]
pub(super) struct Labels {
    all: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    pub(super) memory: usize,
}

/// What a label takes beside its bytes, which stand there twice.
const AROUND: usize = 80;

impl Labels {
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(&known) = self.numbers.get(text) {
            return known;
        }
        let new = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.into());
        self.numbers.insert(text.into(), new);
        self.memory += 2 * text.len() + AROUND;
        new
    }

    pub(super) fn text(&self, number: u32) -> &[u8] {
        self.all.get(number as usize).map_or(b"", |text| text)
    }
}
