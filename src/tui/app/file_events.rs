//! File events for the status line and the file events pop-up.

use crate::log::entry::Time;
use crate::text::sanitize::escape;
use std::collections::VecDeque;

/// Events that are kept; of more, the oldest are only counted.
const MOST_EVENTS: usize = 1_000;
/// Milliseconds for which the newest event stays in the status line.
const NEWS: u64 = 10_000;

/// One event of a file.
pub struct FileEvent {
    /// Time of detection.
    pub at: Time,
    /// Path of the file.
    pub path: Vec<u8>,
    /// The event.
    pub text: String,
}

/// File events of this session.
#[derive(Default)]
pub struct Events {
    retained: VecDeque<FileEvent>,
    /// Number of dropped events.
    forgotten: u64,
}

impl Events {
    /// Records an event.
    pub(super) fn record(&mut self, at: Time, path: Vec<u8>, words: &[u8]) {
        if self.retained.len() == MOST_EVENTS {
            self.retained.pop_front();
            self.forgotten += 1;
        }
        self.retained.push_back(FileEvent { at, path, text: escape(words) });
    }

    /// Stored events, oldest first.
    pub fn kept(&self) -> impl Iterator<Item = &FileEvent> {
        self.retained.iter()
    }

    /// Number of dropped events.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The newest event, if recent.
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
