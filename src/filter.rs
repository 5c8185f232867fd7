//! What the user wants to see: from the text in the filter bar to a test on entries.
//!
//! Terms joined by blanks must all hold; values joined by `|` are alternatives. A bare value is a
//! recipient domain, subdomains included; with a `*` at its end it is the beginning of one, which
//! is how a word matches while it is being typed. `domain:` may stand before the values. A text in
//! quotes stands anywhere in the entry as it was logged, and `text:` is a regular expression over
//! it. Domains are known of every row; texts have to be searched for in the files, block by block,
//! and [`Tally`] counts what was found so far.
//!
//! ```
//! use mtatop::filter::Filter;
//! let filter = Filter::parse("domain:example.com|Example.org").unwrap();
//! assert!(filter.matches([&b"mail.example.com"[..], b"other.test"]));
//! assert!(!filter.matches([&b"notexample.com"[..]]));
//! assert!(Filter::parse(r"text:4\.7\.\d").unwrap().patterns()[0].is_in(b"421 4.7.0 Try again"));
//! assert_eq!(Filter::parse("code:421").unwrap_err().at, 0);
//! ```

mod counts;
mod grammar;
mod groups;
mod hits;
mod pattern;
mod reach;
mod recent;
mod sieve;
mod tally;

pub use counts::Counts;
pub use groups::{By, Group, GroupId, Groups, Narrow};
pub use hits::{BLOCK, Hits};
pub use pattern::Pattern;
pub use recent::{Recent, Second};
pub use sieve::Sieve;
pub use tally::{Tally, Totals};

use crate::entry::{Body, Entry};
use grammar::Raw;
use memchr::memmem;
use reach::Reach;
use std::borrow::Cow;
use std::fmt;

/// A condition on an entry; the default holds for every one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// On its recipient domains.
    terms: Vec<Term>,
    /// On its text: all of them must be in it.
    patterns: Vec<Pattern>,
}

/// Terms on domains at most: each is a bit of what is known of a domain.
const TERMS: usize = 32;

/// Alternatives: one of them must match.
type Term = Vec<Domain>;

/// A domain with its subdomains.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Domain {
    /// Lower case.
    name: Vec<u8>,
    /// Any domain that begins with the name, or has a parent that does.
    prefix: bool,
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
    /// Reads a filter as it is used.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let (raws, rest) = grammar::terms(text);
        if !rest.trim_matches([' ', '\t']).is_empty() {
            return Err(grammar::complaint(text, rest));
        }
        let mut filter = Self::default();
        for raw in raws {
            match raw {
                Raw::Domains(term, _) => filter.terms.push(term),
                Raw::Literals(texts) => filter.patterns.push(Pattern::literal(&texts)?),
                Raw::Text { at, source } => {
                    let pattern = Pattern::new(source);
                    let shifted = |error: FilterError| FilterError { at: at + error.at, ..error };
                    filter.patterns.push(pattern.map_err(shifted)?);
                }
            }
        }
        if filter.terms.len() > TERMS {
            let (at, what) = (text.trim_end().len(), Cow::Borrowed("too many terms"));
            return Err(FilterError { at, what });
        }
        Ok(filter)
    }

    /// Reads a filter that is still being typed: its last word is the beginning of a domain, and a
    /// quote at its end is still open.
    pub fn parse_unfinished(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::parse(&Self::closed(text))?;
        if Self::unfinished_domain(text).is_some_and(|word| !word.is_empty())
            && let Some(domain) = filter.terms.last_mut().and_then(|term| term.last_mut())
        {
            domain.prefix = true;
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

    /// The word that a text ends with, if it is the beginning of a domain; `None` in anything else.
    pub fn unfinished_domain(text: &str) -> Option<&str> {
        grammar::unfinished_domain(text)
    }

    /// The filter for one of these domains, as given on the command line, where nothing else can be
    /// asked for.
    pub fn of_domains(domains: &[String]) -> Result<Self, FilterError> {
        let text = Self::text_of_domains(domains);
        let filter = Self::parse(&text)?;
        if filter.patterns.is_empty() {
            Ok(filter)
        } else {
            Err(FilterError { at: 0, what: Cow::Borrowed("only domains can be named here") })
        }
    }

    /// The text of a filter for one of these domains, as given on the command line.
    pub fn text_of_domains(domains: &[String]) -> String {
        if domains.is_empty() { String::new() } else { format!("domain:{}", domains.join("|")) }
    }

    /// The text of a filter for this very domain, whatever stands in it.
    pub fn text_of_domain(domain: &str) -> String {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let is_plain = domain.chars().all(plain) && !domain.ends_with('.');
        let value = if is_plain { domain } else { &grammar::quote(domain) };
        format!("domain:{value}")
    }

    /// The terms that a domain meets, a bit each.
    fn met_by(&self, domain: &[u8]) -> u32 {
        let meets = |term: &Term| term.iter().any(|alternative| alternative.matches(domain));
        let bits = (0..TERMS).map(|term| 1 << term);
        bits.zip(&self.terms).filter(|(_, term)| meets(term)).map(|(bit, _)| bit).sum()
    }

    /// A bit for each of its terms on domains.
    fn all_terms(&self) -> u32 {
        (0..TERMS).zip(&self.terms).map(|(term, _)| 1 << term).sum()
    }

    /// Whether it holds for every entry.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.patterns.is_empty()
    }

    /// What must be in the text of an entry, each of them.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether an entry with these recipient domains, in lower case, is wanted, whatever its text
    /// says.
    #[expect(clippy::needless_pass_by_value, reason = "callers have an array or iterator at hand")]
    pub fn matches<'a>(&self, domains: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
        let one_of = |term: &Term| {
            domains.clone().into_iter().any(|domain| term.iter().any(|d| d.matches(domain)))
        };
        self.terms.iter().all(one_of)
    }
}

impl Filter {
    /// Whether an entry is wanted, as [`Tally::leaves`] says of its row: a message entry by either
    /// recipient address, a connection entry by the host it was opened to reach. What has no
    /// domain, and text that is no entry, only an empty filter wants. Of a filter without patterns.
    pub fn leaves(&self, entry: Option<&Entry<'_>>) -> bool {
        if self.is_empty() {
            return true;
        }
        let lower = |domain: Option<&[u8]>| domain.unwrap_or_default().to_ascii_lowercase();
        let [one, other] = match entry.map(|entry| &entry.body) {
            Some(Body::Message(message)) => {
                [lower(message.active_domain()), lower(message.original_domain())]
            }
            Some(Body::Connection(connection)) => {
                let asked = connection.application.and_then(|application| application.initial_host);
                [lower(asked), Vec::new()]
            }
            _ => return false,
        };
        self.matches([&*one, &*other])
    }
}

impl Domain {
    fn matches(&self, domain: &[u8]) -> bool {
        if domain.is_empty() {
            return false;
        }
        if self.prefix {
            let after_dot = |at: usize| at == 0 || domain.get(at - 1) == Some(&b'.');
            return memmem::find_iter(domain, &self.name).any(after_dot);
        }
        match domain.strip_suffix(self.name.as_slice()) {
            Some(rest) => rest.is_empty() || rest.ends_with(b"."),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(filter: &str, domain: &str) -> bool {
        Filter::parse(filter).unwrap().matches([domain.as_bytes()])
    }

    #[test]
    fn a_domain_includes_its_subdomains() {
        for (filter, domain, expected) in [
            ("example.com", "example.com", true),
            ("EXAMPLE.com.", "mail.example.com", true),
            ("@example.com", "example.com", true),
            ("example.com", "notexample.com", false),
            ("example.com", "example.com.test", false),
            ("example.com", "", false),
            ("a.org|b.org", "b.org", true),
            ("a.org b.org", "b.org", false),
            ("exam*", "example.com", true),
            ("exam*", "mail.example.com", true),
            ("xam*", "example.com", false),
            ("domain:a.org|b.org", "c.org", false),
            ("", "", true),
        ] {
            assert_eq!(holds(filter, domain), expected, "{filter} on {domain}");
        }
    }

    #[test]
    fn both_recipient_addresses_count() {
        let filter = Filter::parse("a.org b.org").unwrap();
        assert!(filter.matches([&b"a.org"[..], b"b.org"]));
    }

    #[test]
    fn the_last_word_matches_while_it_is_typed() {
        assert!(Filter::parse_unfinished("hostb.se").unwrap().matches([&b"hostb.sesta.com"[..]]));
        assert!(!Filter::parse_unfinished("hostb.se ").unwrap().matches([&b"hostb.sesta.com"[..]]));
    }

    #[test]
    fn errors_say_where() {
        for (text, at) in [
            ("code:421", 0),
            ("a.org code:421", 6),
            ("a|", 1),
            ("a*b", 2),
            ("a \"b", 2),
            ("|a", 0),
            ("text:", 5),
            ("a text:", 7),
            ("a text:x(y", 8),
            ("domain:", 7),
            ("\"\"", 0),
            ("\"a\"b", 3),
            ("\"a\"|b", 3),
            ("a\"b\"", 1),
            ("text:\"a", 5),
            ("a:b", 0),
        ] {
            assert_eq!(Filter::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Filter::parse(&"a ".repeat(TERMS)).is_ok());
        assert_eq!(Filter::parse(&"a ".repeat(TERMS + 1)).unwrap_err().at, 2 * TERMS + 1);
    }

    #[test]
    fn texts_are_found_in_quotes_and_by_expressions() {
        for (filter, text, expected) in [
            (r#""a b""#, "xa bx", true),
            (r#""a.b""#, "a-b", false),
            (r#""a"|"b""#, "b", true),
            (r#""a" "b""#, "b", false),
            (r#"text:"a.b""#, "a-b", false),
            (r#""say \"a\"""#, "say \"a\"", true),
            (r#""\\d""#, r"\d", true),
            (r#""\d""#, r"\d", true),
            ("text:a.b|c", "a-b", true),
            ("TEXT:(?i)X$ text:^x", "xX", true),
            (r#"text:x"y text:z"#, "zx\"y", true),
        ] {
            let filter = Filter::parse(filter).unwrap();
            let found = filter.patterns().iter().all(|pattern| pattern.is_in(text.as_bytes()));
            assert_eq!(found, expected, "{filter:?} in {text}");
        }
    }

    #[test]
    fn on_the_command_line_only_domains_are_named() {
        assert!(Filter::of_domains(&["a.org".to_owned(), "exam*".to_owned()]).is_ok());
        assert!(Filter::of_domains(&["a.org text:x".to_owned()]).is_err());
        assert!(Filter::of_domains(&["a.org".to_owned(), "x \"y\"".to_owned()]).is_err());
    }

    proptest! {
        #[test]
        fn a_picked_domain_stands_for_itself(domain in r#"[a-z.*|: @"\\()]{1,8}|text:x"#) {
            let filter = Filter::parse(&Filter::text_of_domain(&domain)).unwrap();
            prop_assert!(filter.patterns().is_empty());
            prop_assert!(filter.matches([domain.as_bytes()]));
            let other = format!("{domain}x");
            prop_assert!(!filter.matches([other.as_bytes()]));
        }

        #[test]
        fn no_text_panics_and_errors_point_into_it(text in r"[a-z.*|: @\PC]{0,12}") {
            if let Err(error) = Filter::parse(&text) {
                prop_assert!(text.is_char_boundary(error.at));
            }
            let _ = Filter::parse_unfinished(&text);
        }
    }
}
