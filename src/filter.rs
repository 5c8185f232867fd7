//! What the user wants to see: from the text in the filter bar to a test on recipient domains.
//!
//! Terms joined by blanks must all hold; values joined by `|` are alternatives. A value is a
//! recipient domain, subdomains included; with a `*` at its end it is the beginning of one, which
//! is how a word matches while it is being typed. `domain:` may stand before the values.
//!
//! ```
//! use mtatop::filter::Filter;
//! let filter = Filter::parse("domain:example.com|Example.org").unwrap();
//! assert!(filter.matches([&b"mail.example.com"[..], b"other.test"]));
//! assert!(!filter.matches([&b"notexample.com"[..]]));
//! assert_eq!(Filter::parse("code:421").unwrap_err().at, 0);
//! ```

mod recent;
mod tally;

pub use recent::{Recent, Second};
pub use tally::{Counts, Tally, Totals};

use crate::entry::{Body, Entry};
use memchr::memmem;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag_no_case};
use nom::character::complete::{char, space0, space1};
use nom::combinator::{all_consuming, opt};
use nom::multi::{separated_list0, separated_list1};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};
use std::fmt;

/// A condition on the recipient domains of an entry; the default holds for every entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Terms of a filter at most: each is a bit of what is known of a domain.
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
    pub what: &'static str,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl Filter {
    /// Reads a filter as it is used.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut whole = all_consuming(delimited(space0, separated_list0(space1, term), space0));
        match whole.parse(text) {
            Ok((_, terms)) if terms.len() > TERMS => {
                Err(FilterError { at: text.trim_end().len(), what: "too many terms" })
            }
            Ok((_, terms)) => Ok(Self { terms }),
            Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
                Err(complaint(text, text.len() - error.input.len()))
            }
            Err(nom::Err::Incomplete(_)) => Err(complaint(text, text.len())),
        }
    }

    /// Reads a filter that is still being typed: its last word is the beginning of a domain.
    pub fn parse_unfinished(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::parse(text)?;
        if !text.ends_with(' ')
            && let Some(domain) = filter.terms.last_mut().and_then(|term| term.last_mut())
        {
            domain.prefix = true;
        }
        Ok(filter)
    }

    /// The text of a filter for one of these domains, as given on the command line.
    pub fn text_of_domains(domains: &[String]) -> String {
        if domains.is_empty() { String::new() } else { format!("domain:{}", domains.join("|")) }
    }

    /// The terms that a domain meets, a bit each.
    fn met_by(&self, domain: &[u8]) -> u32 {
        let meets = |term: &Term| term.iter().any(|alternative| alternative.matches(domain));
        let bits = (0..TERMS).map(|term| 1 << term);
        bits.zip(&self.terms).filter(|(_, term)| meets(term)).map(|(bit, _)| bit).sum()
    }

    /// A bit for each of its terms.
    fn all_terms(&self) -> u32 {
        (0..TERMS).zip(&self.terms).map(|(term, _)| 1 << term).sum()
    }

    /// Whether it holds for every entry.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether an entry with these recipient domains, in lower case, is wanted.
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
    /// domain, and text that is no entry, only an empty filter wants.
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

fn term(text: &str) -> IResult<&str, Term> {
    preceded(
        opt(alt((tag_no_case("domain:"), tag_no_case("to:")))),
        separated_list1(char('|'), domain),
    )
    .parse(text)
}

fn domain(text: &str) -> IResult<&str, Domain> {
    let (rest, word) = is_not(" \t|*:\"()").parse(text)?;
    let (rest, star) = opt(char('*')).parse(rest)?;
    let name = word.trim_start_matches('@').trim_end_matches('.').to_ascii_lowercase().into_bytes();
    Ok((rest, Domain { name, prefix: star.is_some() }))
}

/// Says of the text what a person would: the word at fault, and why.
fn complaint(text: &str, at: usize) -> FilterError {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let word = before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
    match rest.chars().next() {
        Some(':') => {
            FilterError { at: word, what: "no such field: filter by domain, or domain:NAME" }
        }
        Some('|') | None => FilterError { at, what: "a domain is missing here" },
        Some('*') => FilterError { at, what: "* stands only at the end of a domain" },
        Some(_) => FilterError { at, what: "this is no domain" },
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
        for (text, at) in
            [("code:421", 0), ("a.org code:421", 6), ("a|", 1), ("a*b", 2), ("a \"b", 2), ("|a", 0)]
        {
            assert_eq!(Filter::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Filter::parse(&"a ".repeat(TERMS)).is_ok());
        assert_eq!(Filter::parse(&"a ".repeat(TERMS + 1)).unwrap_err().at, 2 * TERMS + 1);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_into_it(text in r"[a-z.*|: @\PC]{0,12}") {
            if let Err(error) = Filter::parse(&text) {
                prop_assert!(text.is_char_boundary(error.at));
            }
            let _ = Filter::parse_unfinished(&text);
        }
    }
}
