//! Filter prompt.

use super::completion;
use crate::filter::{CompletionContext, Filter, FilterError};
use crate::index::{Index, Interner};
use crate::log::redact::RedactLevel;
use tui_input::{Input, InputRequest};

/// Line editor with a cursor, and the filter to restore on cancel.
pub struct Prompt {
    input: Input,
    /// Filter in force before, restored by `Esc`.
    pub before: String,
    /// Error of the text, if any.
    pub error: Option<FilterError>,
    completing: Option<Completing>,
    recalling: Option<Recalling>,
}

/// Completion in progress: candidates for the last word, and the current one.
struct Completing {
    /// Text before the word.
    before: String,
    candidates: Vec<String>,
    at: usize,
}

/// Position in the filter history.
struct Recalling {
    /// Text typed before the first recall.
    typed: String,
    /// Steps back in the history.
    ago: usize,
}

impl Prompt {
    /// Opens the prompt with the filter in force.
    pub fn new(text: &str) -> Self {
        let before = text.to_owned();
        let text = if text.is_empty() { String::new() } else { format!("{text} ") };
        let input = Input::new(text);
        Self { input, before, error: None, completing: None, recalling: None }
    }

    /// Opens the prompt empty.
    pub(super) fn emptied(self) -> Self {
        Self { input: Input::default(), ..self }
    }

    /// Edits the text; true if it changed.
    pub fn edit(&mut self, request: InputRequest) -> bool {
        self.completing = None;
        let changed = self.input.handle(request).is_some_and(|change| change.value);
        if changed {
            self.recalling = None;
        }
        changed
    }

    /// Typed text.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Text before the cursor.
    pub fn before_cursor(&self) -> &str {
        before_cursor(&self.input)
    }

    /// Filter applied while typing.
    pub fn filter(&mut self, domains: &Interner) -> Option<Filter> {
        let parsed = Filter::parse(&self.understood(domains, false));
        self.error = parsed.as_ref().err().cloned();
        parsed.ok()
    }

    /// Filter to confirm: the one applied while typing.
    pub fn finished(&self, domains: &Interner) -> String {
        self.understood(domains, true).trim().to_owned()
    }

    /// The text with an open quote closed, or with a star after a last word that starts a domain of
    /// the log: always while typing; at the end unless the word is a full domain.
    fn understood(&self, domains: &Interner, at_end: bool) -> String {
        let closed = Filter::closed(self.text()).into_owned();
        let Some(ending) =
            CompletionContext::of(self.text()).filter(CompletionContext::may_begin_domain)
        else {
            return closed;
        };
        let matched = |filter: Option<Filter>| {
            filter.is_some_and(|it| domains.iter().any(|(_, domain)| it.meets_domain(domain)))
        };
        if !matched(ending.beginning()) {
            // A word that may become a field name is not searched as text.
            let before = ending.before_field().filter(|_| !at_end);
            return before.map_or(closed, str::to_owned);
        }
        if at_end && matched(ending.whole()) { closed } else { closed + "*" }
    }

    /// Completes the last word, or selects the next candidate, without hidden values; true if there
    /// is one.
    pub fn complete(&mut self, index: &Index, hides: Option<RedactLevel>) -> bool {
        let next = match self.completing.take() {
            Some(Completing { before, candidates, at }) => {
                let at = (at + 1) % candidates.len().max(1);
                Some(Completing { before, candidates, at })
            }
            None => CompletionContext::of(self.text()).map(|ending| {
                let candidates = completion::candidates(&ending, index, hides);
                Completing { before: ending.before.to_owned(), candidates, at: 0 }
            }),
        };
        let Some(next) = next else { return false };
        let Some(candidate) = next.candidates.get(next.at) else { return false };
        self.input = Input::new(format!("{}{candidate}", next.before));
        // A single candidate is final: the next Tab completes the following word.
        self.completing = Some(next).filter(|next| next.candidates.len() > 1);
        true
    }

    /// Recalls the previous or next of these filters (latest last), and finally the typed text.
    /// True if there is one.
    pub fn recall(&mut self, history: &[String], earlier: bool) -> bool {
        let (typed, ago) = match self.recalling.take() {
            Some(Recalling { typed, ago }) => (typed, ago),
            None => (self.text().to_owned(), 0),
        };
        // The filter that the prompt opened with is not an earlier one.
        let shown = |ago: usize| history.len().checked_sub(ago).and_then(|at| history.get(at));
        let ago = match earlier {
            true if shown(ago + 1).is_some() => ago + 1,
            true => ago,
            false => ago.saturating_sub(1),
        };
        let text = shown(ago).unwrap_or(&typed).clone();
        let changed = text != self.text();
        self.input = Input::new(text);
        self.completing = None;
        self.recalling = (ago > 0).then_some(Recalling { typed, ago });
        changed
    }
}

/// Text before the cursor.
pub(super) fn before_cursor(input: &Input) -> &str {
    let text = input.value();
    let end = text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, TextLocation};
    use crate::log::parse::Parser;

    fn typed(text: &str) -> Prompt {
        let mut prompt = Prompt::new("");
        text.chars().for_each(|c| {
            prompt.edit(InputRequest::InsertChar(c));
        });
        prompt
    }

    fn index() -> Index {
        let (mut index, mut parser) = (Index::default(), Parser::default());
        let mut batch = Batch::new(index.keys());
        for line in [
            "19-Feb-1998 10:00:00.00 tcp_intranet tcp_local E 1 adam@sesta.com rfc822;bob@hosta.sesta.com bob@hosta.sesta.com",
            "19-Feb-1998 10:00:00.00 tcp_local D 1 adam@sesta.com rfc822;dave@hostb.sesta.com dave@hostb.sesta.com",
        ] {
            batch.push(TextLocation { source: 0, offset: 0 }, 1, &parser.entry(line.as_bytes()));
        }
        index.absorb(&batch);
        index
    }

    #[test]
    fn what_was_matched_while_typing_stays() {
        let index = index();
        let domains = index.domains();
        for (text, kept) in [
            ("hostb.se", "hostb.se*"),
            ("sesta.com", "sesta.com"),
            ("sest", "sest*"),
            ("sesta", "sesta*"),
            ("domain:com", "domain:com"),
            ("domain:hostb.sesta.com", "domain:hostb.sesta.com"),
            ("a.org|host", "a.org|host*"),
            ("-host", "-host*"),
            ("not-yet-seen.org", "not-yet-seen.org"),
            ("greylist", "greylist"),
            ("host ", "host"),
            ("host*", "host*"),
            ("", ""),
            ("text:hostb", "text:hostb"),
            ("from:host", "from:host"),
            ("\"hostb", "\"hostb\""),
            ("from:\"hostb", "from:\"hostb\""),
            ("text:x host", "text:x host*"),
        ] {
            assert_eq!(typed(text).finished(domains), kept, "{text}");
        }
    }

    #[test]
    fn completion_goes_through_what_was_seen() {
        let index = index();
        for (text, completed) in [
            ("domain:x.org|hostb", &["domain:x.org|hostb.sesta.com"][..]),
            ("host", &["host:", "hosta.sesta.com", "hostb.sesta.com", "host:"]),
            ("-ch", &["-channel:", "-channel:tcp_intranet", "-channel:tcp_local"]),
            ("channel:TCP_L", &["channel:tcp_local", "channel:tcp_local"]),
            ("a.org outcome:re", &["a.org outcome:relayed", "a.org outcome:rejected"]),
            ("from:a", &["from:adam@sesta.com"]),
            ("action:E|d", &["action:E|D"]),
            ("code:", &["code:4xx", "code:5xx"]),
        ] {
            let mut prompt = typed(text);
            for expected in completed {
                assert!(prompt.complete(&index, None), "{text}");
                assert_eq!(prompt.text(), *expected);
            }
        }
        for text in ["nowhere", "text:hostb", "x.org \"hostb", "size:>", "cod:4"] {
            assert!(!typed(text).complete(&index, None), "{text}");
        }
    }

    #[test]
    fn earlier_filters_come_back_and_so_does_what_was_typed() {
        let history = ["a".to_owned(), "b".to_owned()];
        let mut prompt = typed("c");
        let texts = [true, true, true, false, false, false].map(|earlier| {
            prompt.recall(&history, earlier);
            prompt.text().to_owned()
        });
        assert_eq!(texts, ["b", "a", "a", "b", "c", "c"]);
        assert!(!prompt.recall(&[], true));
    }
}
