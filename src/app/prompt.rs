//! The filter while it is being typed.

use crate::filter::{Filter, FilterError};
use crate::index::Symbols;
use tui_input::{Input, InputRequest};

/// A line of text with a cursor, and the filter to go back to.
pub struct Prompt {
    input: Input,
    /// The text in force before, for `Esc`.
    pub before: String,
    /// What is wrong with the text, if anything.
    pub error: Option<FilterError>,
}

impl Prompt {
    /// Begins with the filter in force.
    pub fn new(text: &str) -> Self {
        let text = if text.is_empty() { String::new() } else { format!("{text} ") };
        Self { before: text.trim_end().to_owned(), input: Input::new(text), error: None }
    }

    /// Changes the text; true if it is another one now.
    pub fn edit(&mut self, request: InputRequest) -> bool {
        self.input.handle(request).is_some_and(|change| change.value)
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Cells before the cursor.
    pub fn cursor(&self) -> usize {
        self.input.visual_cursor()
    }

    /// The filter while typing, under which the panes narrow.
    pub fn filter(&mut self) -> Option<Filter> {
        let parsed = Filter::parse_unfinished(self.text());
        self.error = parsed.as_ref().err().cloned();
        parsed.ok()
    }

    /// The text to keep: a last word that was matched only as the beginning of a domain gets the
    /// star for that, so that what was seen while typing is what stays.
    pub fn finished(&self, domains: &Symbols) -> String {
        let closed = Filter::closed(self.text());
        let text = closed.trim();
        let Some(word) = Filter::unfinished_domain(self.text()) else {
            return text.to_owned();
        };
        let matched = |filter: Result<Filter, FilterError>| {
            filter.is_ok_and(|filter| domains.iter().any(|(_, domain)| filter.matches([domain])))
        };
        let beginning = !word.is_empty()
            && !matched(Filter::parse(word))
            && matched(Filter::parse_unfinished(word));
        if beginning { format!("{text}*") } else { text.to_owned() }
    }

    /// Completes the last word to the first domain of the log that it begins; true if there is one.
    pub fn complete(&mut self, domains: &Symbols) -> bool {
        let Some(word) = Filter::unfinished_domain(self.text()).map(str::to_owned) else {
            return false;
        };
        let Ok(filter) = Filter::parse_unfinished(&word) else { return false };
        let Some((_, domain)) = domains.iter().find(|(_, domain)| filter.matches([*domain])) else {
            return false;
        };
        let (Ok(domain), Some(kept)) =
            (std::str::from_utf8(domain), self.text().strip_suffix(&word))
        else {
            return false;
        };
        self.input = Input::new(format!("{kept}{domain}"));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Prompt {
        let mut prompt = Prompt::new("");
        text.chars().for_each(|c| {
            prompt.edit(InputRequest::InsertChar(c));
        });
        prompt
    }

    #[test]
    fn what_was_matched_while_typing_stays() {
        let mut domains = Symbols::default();
        domains.intern(b"hostb.sesta.com");
        for (text, kept) in [
            ("hostb.se", "hostb.se*"),
            ("sesta.com", "sesta.com"),
            ("domain:hostb.sesta.com", "domain:hostb.sesta.com"),
            ("a.org|host", "a.org|host*"),
            ("not-yet-seen.org", "not-yet-seen.org"),
            ("host ", "host"),
            ("host*", "host*"),
            ("", ""),
            ("text:hostb", "text:hostb"),
            ("\"hostb", "\"hostb\""),
            ("text:x host", "text:x host*"),
        ] {
            assert_eq!(typed(text).finished(&domains), kept, "{text}");
        }
    }

    #[test]
    fn completion_takes_a_domain_of_the_log() {
        let mut domains = Symbols::default();
        domains.intern(b"hosta.sesta.com");
        domains.intern(b"hostb.sesta.com");
        let mut prompt = typed("domain:x.org|hostb");
        assert!(prompt.complete(&domains));
        assert_eq!(prompt.text(), "domain:x.org|hostb.sesta.com");
        assert!(!typed("nowhere").complete(&domains));
        assert!(!typed("text:hostb").complete(&domains));
        assert!(!typed("x.org \"hostb").complete(&domains));
    }
}
