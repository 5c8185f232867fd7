//! Condition of `--fail-if`: parser, and evaluation on counts.
//!
//! Comparisons joined by blanks must all hold; `|` separates alternatives. An alternative that
//! names a count of the whole log (`entries`, `unparsed`, `open`) is evaluated on the totals, any
//! other on each group.

use super::ReportTotals;
use crate::stats::Counts;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, space0, space1};
use nom::combinator::{all_consuming, cut, map_opt, opt, value};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// Alternatives of comparisons.
///
/// ```
/// use mtatop::commands::report::Condition;
/// assert!(Condition::parse("failed>10 fail%>=2.5 | unparsed>0").is_ok());
/// assert_eq!(Condition::parse("faild>10").unwrap_err().at, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Vec<Vec<Comparison>>);

/// Syntax error of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// Byte offset of the error.
    pub at: usize,
    /// Reason.
    pub what: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Comparison {
    name: Metric,
    is: Is,
    /// Threshold in thousandths.
    limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Enqueued,
    Delivered,
    Deferred,
    Failed,
    Rejected,
    /// Failed attempts in percent.
    FailPercent,
    Entries,
    Unparsed,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Other,
}

const NAMES: &[(&str, Metric)] = &[
    ("enqueued", Metric::Enqueued),
    ("delivered", Metric::Delivered),
    ("deferred", Metric::Deferred),
    ("failed", Metric::Failed),
    ("rejected", Metric::Rejected),
    ("fail%", Metric::FailPercent),
    ("entries", Metric::Entries),
    ("unparsed", Metric::Unparsed),
    ("open", Metric::Open),
];

impl Condition {
    /// Parses a condition.
    ///
    /// # Errors
    /// If the text is invalid: offset and reason.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let either = separated_list1(delimited(space0, char('|'), space0), comparisons);
        match all_consuming(delimited(space0, either, space0)).parse(text) {
            Ok((_, alternatives)) => Ok(Self(alternatives)),
            Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
                Err(complaint(text, error.input))
            }
            Err(nom::Err::Incomplete(_)) => Err(complaint(text, "")),
        }
    }

    /// Whether a group matches.
    pub fn holds_for(&self, group: &Counts) -> bool {
        let of_groups = self.0.iter().filter(|all| !all.iter().any(|one| one.name.is_of_totals()));
        of_groups.into_iter().any(|all| all.iter().all(|one| one.is_met(group, None)))
    }

    /// Whether an alternative about the whole log matches.
    pub fn holds_for_totals(&self, totals: &ReportTotals) -> bool {
        let of_totals = self.0.iter().filter(|all| all.iter().any(|one| one.name.is_of_totals()));
        of_totals
            .into_iter()
            .any(|all| all.iter().all(|one| one.is_met(&totals.counts, Some(totals))))
    }
}

impl Metric {
    fn is_of_totals(self) -> bool {
        matches!(self, Self::Entries | Self::Unparsed | Self::Open)
    }
}

impl Comparison {
    fn is_met(self, counts: &Counts, totals: Option<&ReportTotals>) -> bool {
        let count = match self.name {
            Metric::Enqueued => counts.enqueued.into(),
            Metric::Delivered => counts.delivered.into(),
            Metric::Deferred => counts.deferred.into(),
            Metric::Failed => counts.failed.into(),
            Metric::Rejected => counts.rejected.into(),
            Metric::Entries => totals.map_or(0, |totals| totals.entries),
            Metric::Unparsed => totals.map_or(0, |totals| totals.unparsed),
            Metric::Open => totals.map_or(0, |totals| totals.open),
            Metric::FailPercent => {
                let (failed, all) = counts.attempts();
                // A share of no attempts matches no comparison.
                return all > 0
                    && self.is.so(
                        u128::from(failed) * 100_000,
                        u128::from(self.limit) * u128::from(all),
                    );
            }
        };
        self.is.so(u128::from(count) * 1_000, u128::from(self.limit))
    }
}

impl Is {
    fn so(self, count: u128, limit: u128) -> bool {
        match self {
            Self::Above => count > limit,
            Self::AtLeast => count >= limit,
            Self::Below => count < limit,
            Self::AtMost => count <= limit,
            Self::Equal => count == limit,
            Self::Other => count != limit,
        }
    }
}

fn comparisons(text: &str) -> IResult<&str, Vec<Comparison>> {
    separated_list1(space1, comparison).parse(text)
}

fn comparison(text: &str) -> IResult<&str, Comparison> {
    let (rest, name) = map_opt(take_while1(|c: char| c.is_alphanumeric() || c == '%'), |word| {
        NAMES.iter().find(|(name, _)| *name == word).map(|(_, name)| *name)
    })
    .parse(text)?;
    let (rest, is) = cut(preceded(space0, is)).parse(rest)?;
    let (rest, limit) = cut(preceded(space0, number)).parse(rest)?;
    Ok((rest, Comparison { name, is, limit }))
}

fn is(text: &str) -> IResult<&str, Is> {
    alt((
        value(Is::AtLeast, tag(">=")),
        value(Is::Above, tag(">")),
        value(Is::AtMost, tag("<=")),
        value(Is::Below, tag("<")),
        value(Is::Other, tag("!=")),
        value(Is::Equal, alt((tag("=="), tag("=")))),
    ))
    .parse(text)
}

/// Parses up to 15 digits and 3 decimals, in thousandths.
fn number(text: &str) -> IResult<&str, u64> {
    let digits = |most| take_while_m_n(1, most, |c: char| c.is_ascii_digit());
    let (rest, whole) = digits(15).parse(text)?;
    let (rest, fraction) = opt(preceded(char('.'), cut(digits(3)))).parse(rest)?;
    let fraction = fraction.unwrap_or_default();
    let thousandths = whole.chars().chain(fraction.chars().chain("000".chars()).take(3));
    Ok((rest, thousandths.filter_map(|c| c.to_digit(10)).fold(0, |sum, d| sum * 10 + u64::from(d))))
}

/// Syntax error as text for the user.
fn complaint(text: &str, rest: &str) -> ConditionError {
    let rest = rest.trim_start();
    let at = text.len() - rest.len();
    let before = text.get(..at).unwrap_or_default().trim_end();
    let what = if before.ends_with(['>', '<', '=']) {
        "a number is missing here"
    } else if before.ends_with(|c: char| c == '%' || c.is_ascii_alphabetic()) {
        "one of > >= < <= = != is missing here"
    } else if before.ends_with(|c: char| c == '.' || c.is_ascii_digit())
        && rest.starts_with(|c: char| c == '.' || c.is_ascii_digit())
        && text.len() == before.len() + rest.len()
    {
        "a number has at most 15 digits, and 3 behind the point"
    } else {
        "no such count: there are enqueued, delivered, deferred, failed, rejected, fail%, and of \
         the whole log entries, unparsed, open"
    };
    ConditionError { at, what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GROUP: Counts =
        Counts { entries: 45, enqueued: 5, delivered: 30, deferred: 7, failed: 3, rejected: 0 };

    #[test]
    fn comparisons_hold_or_not() {
        for (text, holds) in [
            ("failed>2", true),
            ("failed>3", false),
            ("failed>=3", true),
            ("failed<4", true),
            ("failed<=2", false),
            ("failed=3", true),
            ("failed == 3", true),
            ("failed!=3", false),
            ("fail%>24.9", true),
            ("fail%>25", false),
            ("fail%>=25.000", true),
            ("failed>2 deferred>100", false),
            ("failed>100|deferred>6", true),
            (" failed>2   deferred>2 | rejected>0 ", true),
            ("unparsed>0", false),
        ] {
            assert_eq!(Condition::parse(text).unwrap().holds_for(&GROUP), holds, "{text}");
        }
        assert!(!Condition::parse("fail%<50").unwrap().holds_for(&Counts::default()));
    }

    #[test]
    fn counts_of_the_log_are_tested_on_it() {
        let totals =
            ReportTotals { entries: 100, unparsed: 1, counts: GROUP, ..ReportTotals::default() };
        for (text, holds) in [
            ("unparsed>0", true),
            ("entries>0 failed>2", true),
            ("open>0", false),
            ("failed>2", false),
            ("failed>2|entries<1000", true),
        ] {
            assert_eq!(Condition::parse(text).unwrap().holds_for_totals(&totals), holds, "{text}");
        }
        let mixed = Condition::parse("entries>0 failed>2").unwrap();
        assert!(!mixed.holds_for(&GROUP), "it is about the whole log");
    }

    #[test]
    fn errors_say_where_and_what() {
        for (text, at, what) in [
            ("faild>10", 0, "no such count"),
            ("", 0, "no such count"),
            ("failed>1 x>1", 9, "no such count"),
            ("failed>1|", 8, "no such count"),
            ("failed", 6, "one of >"),
            ("failed 10", 7, "one of >"),
            ("failed>", 7, "a number is missing"),
            ("failed> ten", 8, "a number is missing"),
            ("failed>1.2345", 12, "at most 15"),
        ] {
            let error = Condition::parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}");
            assert!(error.what.starts_with(what) || error.what.contains(what), "{text}: {error:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_into_it(text in r"[a-z%>=<!|. 0-9é\PC]{0,16}") {
            if let Err(error) = Condition::parse(&text) {
                prop_assert!(text.is_char_boundary(error.at));
            }
        }
    }
}
