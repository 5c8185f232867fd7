//! Filter in force: typed, confirmed, undone and redone.

use super::{App, Prompt};
use crate::filter::Filter;
use crate::log::redact::Redactor;
use crate::tui::keymap::Command;

impl App {
    /// Completes the word before the cursor of the prompt.
    pub(super) fn complete(&mut self) {
        let hides = self.redactor().map(Redactor::level);
        if let Some(prompt) = &mut self.prompt
            && prompt.complete(&self.model.index, hides)
        {
            self.narrow();
        }
    }

    /// Puts an earlier or a later filter into the prompt.
    pub(super) fn recall(&mut self, command: Command) {
        let earlier = command == Command::EarlierFilter;
        // Earlier filters hold personal data, as the log does.
        let history = if self.redactor().is_some() { &[] } else { self.history.offered() };
        if self.prompt.as_mut().is_some_and(|prompt| prompt.recall(history, earlier)) {
            self.narrow();
        }
    }

    /// Confirms the typed filter.
    pub(super) fn accept(&mut self) {
        let Some(prompt) = &self.prompt else { return };
        let text = prompt.finished(self.model.index.domains());
        // An invalid filter stays in the prompt, where the error is marked.
        if self.keep_filter(text) {
            self.prompt = None;
        }
    }

    /// Opens the prompt with the filter in force, or empty under redaction.
    pub(super) fn edit_filter(&mut self) {
        let hides = self.redactor().is_some();
        let prompt = Prompt::new(&self.filter_text);
        self.prompt = Some(if hides { prompt.emptied() } else { prompt });
    }

    /// Applies the text typed so far; while it is invalid the last valid filter stays in force.
    pub(super) fn narrow(&mut self) {
        let domains = self.model.index.domains();
        if let Some(filter) = self.prompt.as_mut().and_then(|prompt| prompt.filter(domains)) {
            self.set_filter(filter);
        }
    }

    /// Applies a filter, if the text is valid.
    pub(super) fn keep_filter(&mut self, text: String) -> bool {
        let Ok(filter) = Filter::parse(&text) else { return false };
        self.history.replace(&self.filter_text, &text);
        self.put_in_force(text, filter);
        true
    }

    /// Undoes the last change of the filter, or redoes the last undone one.
    pub(super) fn step_filter(&mut self, command: Command) {
        let text = match command {
            Command::RedoFilter => self.history.redo(&self.filter_text),
            _ => self.history.undo(&self.filter_text),
        };
        if let Some(text) = text {
            self.restore_filter(text);
        }
    }

    /// An earlier filter is valid, unless its relative times no longer are.
    fn restore_filter(&mut self, text: String) {
        if let Ok(filter) = Filter::parse(&text) {
            self.put_in_force(text, filter);
        }
    }

    fn put_in_force(&mut self, text: String, filter: Filter) {
        self.filter_text = text;
        self.set_filter(filter);
    }

    pub(super) fn set_filter(&mut self, filter: Filter) {
        if self.tally().filter() == &filter {
            return;
        }
        self.recount(filter);
    }
}
