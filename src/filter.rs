//! What the user wants to see: from the text in the filter bar, or on the command line, to a test on
//! entries.
//!
//! Terms joined by blanks must all hold; values joined by `|` are alternatives; `-` before a term
//! leaves what does not meet it. A value in quotes is just that, and nothing in it means anything
//! else; without quotes a domain stands for its subdomains too. Upper and lower case are the same,
//! but for queue files, replies and texts. What each term looks at, in a message entry (M) and in a
//! connection entry (C); any of these will do:
//!
//! | term | looks at |
//! | --- | --- |
//! | `domain:`, a word with a dot or a star | M: domain of `active_to`, of `original_to`; C: `initial_host` |
//! | any other word | M: `active_to`, `original_to`, `envelope_from`, `intermediate`, `initial`; both: as `host:` and `response:` |
//! | an IP address | as `ip:` |
//! | `to:` | M: `active_to`, `original_to` |
//! | `from:` | M: `envelope_from` |
//! | `host:` | the other side ([`Dimensions::host`]): M: of a dequeue `remote_mta`, else `remote_host`, `dns_host`, `initial_host`, remote IP; else the client's `rdns`, else `helo`; C: `dns_host`, else `initial_host` |
//! | `ip:` | M: `connecting_host`; both: either end of `transport` |
//! | `channel:` | `source_channel`, `destination_channel` |
//! | `user:` | `username` |
//! | `action:` | the action code |
//! | `outcome:` | M: what it counts as ([`Kind`](crate::index::EntryKind)) |
//! | `response:` | M: `response` in one line, else `diagnostic` or `reason`, but of no enqueue; C: its reason |
//! | `reply:` | the same, blanked ([`said`](mod@crate::log::response_template)) |
//! | `code:` | what that begins with |
//! | `id:` | M: `message_id`, `related_message_id`, `envelope_id` |
//! | `file:` | M: `queue_file`, at whatever attempt |
//! | `size:` | M: `size` |
//! | `conn:` | the connection that the index tied it to |
//! | `since:`, `until:` | its time; of what has none that of the entry before |
//! | `text:`, a text in quotes | the text as it was logged |
//!
//! What is no entry meets only terms on its text and its time, and so does a header line.
//!
//! ```
//! use mtatop::filter::Filter;
//! let text = b"16-Feb-2007 14:54:13.72 tcp_local Q 1 a@x.org rfc822;b@y.org b@y.org smtp;450 4.7.1 no";
//! let mut parser = mtatop::log::parse::Parser::default();
//! let entry = parser.entry(text).ok();
//! let matches = |filter| Filter::parse(filter).unwrap().matches(entry.as_ref(), text);
//! assert!(matches("y.org|z.org from:@x.org outcome:deferred code:4xx"));
//! assert!(!matches("y.org -from:a@x.org"));
//! assert_eq!(Filter::parse("y.org cod:421").unwrap_err().at, 6);
//! ```
//!
//! [`Dimensions::host`]: crate::index::Dimensions::host

mod completion_context;
mod entry_fields;
mod field;
mod from_args;
mod grammar;
mod hit_set;
mod pattern;
mod row_filter;
mod row_matcher;
mod term;
mod text_matcher;
mod time_spec;
mod value;

pub use completion_context::CompletionContext;
pub use field::{EXAMPLES, Field, markdown};
pub use from_args::{ArgError, combine_args};
pub use grammar::quoted_if_needed;
pub use hit_set::{BLOCK, HitSet};
pub use pattern::{Pattern, REGEX_SIZE_LIMIT};
pub use row_filter::RowFilter;
pub use row_matcher::MAX_ROW_TERMS;
pub use term::OUTCOMES;
pub use text_matcher::TextMatcher;

use crate::log::entry::Entry;
use std::borrow::Cow;
use std::fmt;
use term::Term;

/// A condition on an entry; the default holds for every one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// All of them must hold.
    terms: Vec<Term>,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Byte at which the text stops making sense.
    pub at: usize,
    /// What is wrong there.
    pub what: Cow<'static, str>,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let terms: Result<Vec<Term>, FilterError> =
            grammar::terms(text)?.into_iter().map(Term::read).collect();
        let filter = Self { terms: terms? };
        if filter.on_rows().count() > row_matcher::MAX_ROW_TERMS {
            let (at, what) = (text.trim_end().len(), Cow::Borrowed("too many terms"));
            return Err(FilterError { at, what });
        }
        Ok(filter)
    }

    /// The text with its last quote closed, if that makes it a filter.
    pub fn closed(text: &str) -> Cow<'_, str> {
        let closed = format!("{text}\"");
        if Self::parse(text).is_err() && Self::parse(&closed).is_ok() {
            Cow::Owned(closed)
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The text of a term for this very value, whatever stands in it; of a `text:` or `response:`
    /// for what contains it.
    pub fn text_of(field: Field, value: &[u8]) -> String {
        format!("{}:{}", field.name(), grammar::quote(value))
    }

    /// Whether it holds for every entry.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether an entry with this text is wanted, as far as it tells itself: `None` is a text that is
    /// no entry. When it was and on which connection is for [`Filter::window`] and
    /// [`Filter::leaves_connection`] to judge.
    pub fn matches(&self, entry: Option<&Entry<'_>>, text: &[u8]) -> bool {
        self.terms.iter().all(|term| term.leaves(entry, text))
    }
}

#[cfg(test)]
mod tests;
