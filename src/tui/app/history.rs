//! Filter history: entries for the prompt, and steps for undo and redo.

/// Filters that are kept.
const MOST_FILTERS: usize = 100;

/// Filter history.
#[derive(Default)]
pub(super) struct History {
    /// Entries for the prompt: unique, latest last.
    offered: Vec<String>,
    /// Undo steps: previous filters, latest last.
    undo: Vec<String>,
    /// Redo steps: undone filters, latest last.
    redo: Vec<String>,
}

impl History {
    /// Records that one filter replaces another.
    pub(super) fn replace(&mut self, before: &str, now: &str) {
        if before != now {
            push_bounded(&mut self.undo, before);
            self.redo.clear();
        }
        self.offer(now);
    }

    /// Records a filter for the prompt.
    pub(super) fn offer(&mut self, filter: &str) {
        if !filter.is_empty() {
            self.offered.retain(|offered| offered != filter);
            push_bounded(&mut self.offered, filter);
        }
    }

    /// The filter before this one, which becomes redoable.
    pub(super) fn undo(&mut self, now: &str) -> Option<String> {
        let before = self.undo.pop()?;
        push_bounded(&mut self.redo, now);
        Some(before)
    }

    /// The last undone filter.
    pub(super) fn redo(&mut self, now: &str) -> Option<String> {
        let next = self.redo.pop()?;
        push_bounded(&mut self.undo, now);
        Some(next)
    }

    /// Entries for the prompt, latest last.
    pub(super) fn offered(&self) -> &[String] {
        &self.offered
    }
}

fn push_bounded(filters: &mut Vec<String>, filter: &str) {
    if filters.len() >= MOST_FILTERS {
        filters.remove(0);
    }
    filters.push(filter.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_filters_are_offered_each_once() {
        let mut history = History::default();
        let mut before = String::new();
        for number in (0..MOST_FILTERS + 2).map(|number| number.to_string()) {
            history.replace(&before, &number);
            before = number;
        }
        history.replace(&before, "");
        history.replace("", "7");
        assert_eq!(history.offered().len(), MOST_FILTERS);
        assert_eq!(history.offered().first().map(String::as_str), Some("2"));
        assert_eq!(history.offered().last().map(String::as_str), Some("7"));
    }

    #[test]
    fn undone_filters_come_back_until_another_one_is_chosen() {
        let mut history = History::default();
        history.replace("", "a.example");
        history.replace("a.example", "a.example code:4xx");
        // Confirming the same filter again is no step.
        history.replace("a.example code:4xx", "a.example code:4xx");
        assert_eq!(history.undo("a.example code:4xx").as_deref(), Some("a.example"));
        assert_eq!(history.undo("a.example").as_deref(), Some(""));
        assert_eq!(history.undo(""), None);
        assert_eq!(history.redo("").as_deref(), Some("a.example"));
        history.replace("a.example", "b.example");
        assert_eq!(history.redo("b.example"), None);
        assert_eq!(history.undo("b.example").as_deref(), Some("a.example"));
    }
}
