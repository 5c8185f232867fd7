//! The text of a filter, cut into terms.

use super::{Domain, FilterError};
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag_no_case};
use nom::character::complete::{char, space1};
use nom::combinator::opt;
use nom::error::{Error, ErrorKind};
use nom::multi::{separated_list0, separated_list1};
use nom::{IResult, Parser};
use std::borrow::Cow;

/// One term, as it was written.
pub(super) enum Raw<'a> {
    /// Alternatives, and the word of the last one if it stands without quotes and star.
    Domains(Vec<Domain>, Option<&'a str>),
    /// A regular expression, and at which byte of the text it begins.
    Text { at: usize, source: &'a str },
    /// Alternatives to be found as they are.
    Literals(Vec<String>),
}

/// The terms that a text begins with, and the rest that makes no sense.
pub(super) fn terms(text: &str) -> (Vec<Raw<'_>>, &str) {
    let begin = text.trim_start_matches([' ', '\t']);
    match separated_list0(space1, term).parse(begin) {
        Ok((rest, mut terms)) => {
            for term in &mut terms {
                if let Raw::Text { at, .. } = term {
                    // Until now it is the length of what begins with it.
                    *at = text.len() - *at;
                }
            }
            (terms, rest)
        }
        Err(nom::Err::Error(_) | nom::Err::Failure(_) | nom::Err::Incomplete(_)) => {
            (Vec::new(), begin)
        }
    }
}

/// The beginning of a domain with which a text ends; `None` if it ends with anything else.
pub(super) fn unfinished_domain(text: &str) -> Option<&str> {
    let (terms, rest) = terms(text);
    let tail = rest.trim_start_matches([' ', '\t']);
    if !tail.is_empty() {
        let of_text = tag_no_case::<_, _, ()>("text:").parse(tail).is_ok() || tail.contains('"');
        return if of_text { None } else { tail.rsplit(['|', ':', ' ']).next() };
    }
    match terms.last() {
        Some(_) | None if text.is_empty() || text.ends_with([' ', '\t']) => Some(""),
        Some(Raw::Domains(_, word)) => *word,
        _ => None,
    }
}

fn term(text: &str) -> IResult<&str, Raw<'_>> {
    if let Ok((value, _)) = tag_no_case::<_, _, Error<&str>>("text:").parse(text) {
        return if value.starts_with('"') {
            literals(value)
        } else {
            is_not(" \t").map(|source| Raw::Text { at: value.len(), source }).parse(value)
        };
    }
    if text.starts_with('"') {
        return literals(text);
    }
    let (values, field) = opt(alt((tag_no_case("domain:"), tag_no_case("to:")))).parse(text)?;
    let value = |text| match field {
        Some(_) => alt((quoted_domain, domain)).parse(text),
        None => domain(text),
    };
    let (rest, values) = separated_list1(char('|'), value).parse(values)?;
    let word = values.last().and_then(|(_, word)| *word);
    Ok((rest, Raw::Domains(values.into_iter().map(|(domain, _)| domain).collect(), word)))
}

fn literals(text: &str) -> IResult<&str, Raw<'_>> {
    separated_list1(char('|'), quoted).map(Raw::Literals).parse(text)
}

fn domain(text: &str) -> IResult<&str, (Domain, Option<&str>)> {
    let (rest, word) = is_not(" \t|*:\"()").parse(text)?;
    let (rest, star) = opt(char('*')).parse(rest)?;
    let name = word.trim_start_matches('@').trim_end_matches('.').to_ascii_lowercase().into_bytes();
    Ok((rest, (Domain { name, prefix: star.is_some() }, star.is_none().then_some(word))))
}

fn quoted_domain(text: &str) -> IResult<&str, (Domain, Option<&str>)> {
    let (rest, name) = quoted(text)?;
    Ok((rest, (Domain { name: name.to_ascii_lowercase().into_bytes(), prefix: false }, None)))
}

/// What stands in quotes, where `\"` is a quote and `\\` a backslash.
fn quoted(text: &str) -> IResult<&str, String> {
    let (mut rest, _) = char('"').parse(text)?;
    let mut value = String::new();
    loop {
        let (piece, behind) = rest
            .split_at_checked(rest.find(['"', '\\']).unwrap_or(rest.len()))
            .unwrap_or((rest, ""));
        value.push_str(piece);
        if let Some(behind) = behind.strip_prefix('"').filter(|_| !value.is_empty()) {
            return Ok((behind, value));
        }
        let Some(escaped) = behind.strip_prefix('\\') else {
            // Empty, or without an end.
            return Err(nom::Err::Error(Error::new(behind, ErrorKind::Char)));
        };
        rest = escaped.strip_prefix(['"', '\\']).unwrap_or(escaped);
        value.push(if escaped.starts_with('"') { '"' } else { '\\' });
    }
}

/// A value as it is written so that nothing in it means anything else.
pub(super) fn quote(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
}

/// Says of the text what a person would: where it goes wrong, and why. `rest` is what made no sense.
pub(super) fn complaint(text: &str, rest: &str) -> FilterError {
    let tail = rest.trim_start_matches([' ', '\t']);
    let at = text.len() - tail.len();
    let before = text.get(..at).unwrap_or_default();
    let error = |at, what| FilterError { at, what: Cow::Borrowed(what) };
    let named = |field| tag_no_case::<_, _, ()>(field).parse(tail).is_ok();
    match tail.chars().next() {
        Some(':') => {
            let word = before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
            error(word, "no such field: filter by domain, domain:NAME, text:REGEX or \"text\"")
        }
        Some('"') if quoted(tail).is_ok() => error(at, "a text in quotes is a term of its own"),
        Some('"') if tail.starts_with("\"\"") => error(at, "there is nothing between the quotes"),
        Some('"') => error(at, "this quote has no end"),
        Some('|') if before.ends_with('"') => error(at, "a text in quotes is missing here"),
        Some(_) if before.ends_with('"') => error(at, "a blank is missing here"),
        Some(_) if named("text:\"") => error(at + "text:".len(), "this quote has no end"),
        Some(_) if named("text:") => {
            error(at + "text:".len(), "a regular expression is missing here")
        }
        Some(_) if named("domain:") => error(at + "domain:".len(), "a domain is missing here"),
        Some(_) if named("to:") => error(at + "to:".len(), "a domain is missing here"),
        Some('|') | None => error(at, "a domain is missing here"),
        Some('*') => error(at, "* stands only at the end of a domain"),
        Some(_) => error(at, "this is no domain"),
    }
}
