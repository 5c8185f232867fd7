//! What happened to the files, for the status line and the list of it.

use crate::log::entry::Time;
use crate::text::sanitize::escape;
use std::collections::VecDeque;

/// Events that are kept; of more, the oldest are only counted.
const MOST_EVENTS: usize = 1_000;
/// How long the newest stands in the status line, in milliseconds.
const NEWS: u64 = 10_000;

/// Something that happened to a file.
pub struct FileEvent {
    /// When we heard of it.
    pub at: Time,
    /// The file.
    pub path: Vec<u8>,
    /// What happened.
    pub text: String,
}

/// What happened so far.
#[derive(Default)]
pub struct Events {
    retained: VecDeque<FileEvent>,
    /// Those that are not kept any more.
    forgotten: u64,
}

impl Events {
    /// Takes down one more.
    pub(super) fn record(&mut self, at: Time, path: Vec<u8>, words: &[u8]) {
        if self.retained.len() == MOST_EVENTS {
            self.retained.pop_front();
            self.forgotten += 1;
        }
        self.retained.push_back(FileEvent { at, path, text: escape(words) });
    }

    /// Those that are kept, oldest first.
    pub fn kept(&self) -> impl Iterator<Item = &FileEvent> {
        self.retained.iter()
    }

    /// How many are not kept any more.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The newest, if that is not long ago.
    pub fn latest(&self, now: Time) -> Option<&FileEvent> {
        self.retained.back().filter(|event| now.0.abs_diff(event.at.0) < NEWS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted() {
        let mut events = Events::default();
        for number in 0..MOST_EVENTS + 3 {
            events.record(Time(0), b"log".to_vec(), number.to_string().as_bytes());
        }
        assert_eq!((events.kept().count(), events.forgotten()), (MOST_EVENTS, 3));
        assert_eq!(events.kept().next().unwrap().text, "3");
    }

    #[test]
    fn news_are_news_for_a_while() {
        let mut events = Events::default();
        events.record(Time(5_000), b"log".to_vec(), b"rolled");
        assert!(events.latest(Time(14_999)).is_some());
        assert!(events.latest(Time(15_000)).is_none());
    }
}
