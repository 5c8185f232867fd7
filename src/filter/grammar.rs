//! The text of a filter, cut into terms.
//!
//! Knows where a value ends and which fields there are, not what a value means.

use super::{Field, FilterError};
use nom::branch::alt;
use nom::bytes::complete::is_not;
use nom::character::complete::{char, space0};
use nom::combinator::{map, opt};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{many0, separated_list1};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};
use std::borrow::Cow;
use std::net::IpAddr;

/// One term, as it was written.
pub(super) struct RawTerm<'a> {
    /// Entries that meet it are not wanted.
    pub(super) negated: bool,
    /// What stands before the colon; `None` of a word, or of a text in quotes.
    pub(super) field: Option<Field>,
    /// One of these.
    pub(super) values: Vec<RawValue<'a>>,
}

/// One value.
pub(super) struct RawValue<'a> {
    /// The byte of the filter at which it begins.
    pub(super) at: usize,
    pub(super) text: Cow<'a, [u8]>,
    /// It stood in quotes, so that nothing in it means anything else.
    pub(super) quoted: bool,
}

/// Where a text goes wrong, and why.
struct SyntaxError<'a> {
    rest: &'a str,
    what: Cow<'static, str>,
}

impl<'a> ParseError<&'a str> for SyntaxError<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        Self { rest, what: Cow::Borrowed("this is no filter") }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

type GrammarResult<'a, T> = IResult<&'a str, T, SyntaxError<'a>>;

/// No other way to read it is tried.
fn flaw<T>(rest: &str, what: impl Into<Cow<'static, str>>) -> GrammarResult<'_, T> {
    Err(nom::Err::Failure(SyntaxError { rest, what: what.into() }))
}

/// The terms of a text.
pub(super) fn terms(text: &str) -> Result<Vec<RawTerm<'_>>, FilterError> {
    let place = |rest: &str| text.len() - rest.len();
    let mut all = preceded(space0, many0(terminated(term, separated)));
    match all.parse(text) {
        Ok((_, mut terms)) => {
            for value in terms.iter_mut().flat_map(|term| &mut term.values) {
                // Until now it is the length of what begins with it.
                value.at = text.len() - value.at;
            }
            Ok(terms)
        }
        Err(nom::Err::Error(flaw) | nom::Err::Failure(flaw)) => {
            Err(FilterError { at: place(flaw.rest), what: flaw.what })
        }
        Err(nom::Err::Incomplete(_)) => Ok(Vec::new()),
    }
}

/// What stands behind a term: blanks, or the end.
fn separated(text: &str) -> GrammarResult<'_, ()> {
    let (rest, blanks) = space0(text)?;
    if blanks.is_empty() && !rest.is_empty() {
        return flaw(
            rest,
            if rest.starts_with('"') {
                "a text in quotes is a term of its own"
            } else if rest.starts_with(['(', ')']) {
                "no name has parentheses; put it in quotes"
            } else {
                "a blank is missing here"
            },
        );
    }
    Ok((rest, ()))
}

fn term(text: &str) -> GrammarResult<'_, RawTerm<'_>> {
    if text.is_empty() {
        return Err(nom::Err::Error(SyntaxError::from_error_kind(text, ErrorKind::Eof)));
    }
    let (begin, minus) = opt(char('-')).parse(text)?;
    if minus.is_some() && begin.starts_with('-') {
        return flaw(begin, "one - is enough");
    }
    let (values, field) = field(begin)?;
    let value = |text| value(text, field);
    let (rest, values) = match field {
        Some(field) if field.is_expression() && !values.starts_with('"') => {
            map(value, |value| vec![value]).parse(values)?
        }
        None if begin.starts_with('"') => {
            separated_list1(char('|'), |text| text_in_quotes(text)).parse(values)?
        }
        _ => separated_list1(char('|'), value).parse(values)?,
    };
    Ok((rest, RawTerm { negated: minus.is_some(), field, values }))
}

/// The field that a term begins with, if it does. An address of IPv6 has colons too.
fn field(text: &str) -> GrammarResult<'_, Option<Field>> {
    let Ok((behind, name)) =
        terminated(is_not(" \t|:\"<"), char(':')).parse(text) as GrammarResult<'_, &str>
    else {
        return if text.starts_with(':') { unknown(text) } else { Ok((text, None)) };
    };
    match Field::from_name(name) {
        Some(field) => Ok((behind, Some(field))),
        None if is_ip(text) => Ok((text, None)),
        None => unknown(text),
    }
}

fn unknown<T>(text: &str) -> GrammarResult<'_, T> {
    let names: Vec<&str> = Field::all().map(Field::name).collect();
    flaw(text, format!("no such field; there are {}", names.join(", ")))
}

/// Whether the first word is an address, or several.
fn is_ip(text: &str) -> bool {
    let word = text.split([' ', '\t', '|', '/']).next().unwrap_or_default();
    word.parse::<IpAddr>().is_ok()
}

fn value(text: &str, field: Option<Field>) -> GrammarResult<'_, RawValue<'_>> {
    let noun = field.map_or("a domain or a word", Field::value);
    if text.starts_with('"') && field.is_some() {
        // Nothing is a value of its own only where something can be blank.
        let may_be_blank = matches!(field, Some(Field::From | Field::To));
        return quoted(text, may_be_blank);
    }
    let end = match field {
        Some(field) if field.is_expression() => " \t",
        Some(Field::Domain) => " \t|:\"()",
        None if !is_ip(text) => " \t|:\"()",
        _ => " \t|\"",
    };
    let word: GrammarResult<'_, &str> = is_not(end).parse(text);
    match word {
        Ok((rest, word)) => {
            let text = Cow::Borrowed(word.as_bytes());
            Ok((rest, RawValue { at: word.len() + rest.len(), text, quoted: false }))
        }
        Err(_) if text.starts_with(['(', ')']) => {
            flaw(text, "no name has parentheses; put it in quotes")
        }
        Err(_) => flaw(text, format!("{noun} is missing here")),
    }
}

fn text_in_quotes(text: &str) -> GrammarResult<'_, RawValue<'_>> {
    if text.starts_with('"') {
        quoted(text, false)
    } else {
        flaw(text, "a text in quotes is missing here")
    }
}

/// What stands in quotes, where `\"` is a quote, `\\` a backslash, and `\x` with two digits a byte.
fn quoted(text: &str, may_be_blank: bool) -> GrammarResult<'_, RawValue<'_>> {
    let (mut rest, _) = char('"').parse(text)?;
    let mut value = Vec::new();
    loop {
        let plain: GrammarResult<'_, &str> = is_not("\"\\").parse(rest);
        if let Ok((behind, piece)) = plain {
            value.extend_from_slice(piece.as_bytes());
            rest = behind;
        }
        if let Some(behind) = rest.strip_prefix('"') {
            if value.is_empty() && !may_be_blank {
                return flaw(text, "there is nothing between the quotes");
            }
            return Ok((behind, RawValue { at: text.len(), text: value.into(), quoted: true }));
        }
        if rest.is_empty() {
            return flaw(text, "this quote has no end");
        }
        let (behind, byte) = escape(rest)?;
        value.push(byte);
        rest = behind;
    }
}

/// Any other backslash stands for itself.
fn escape(text: &str) -> GrammarResult<'_, u8> {
    alt((
        map(nom::bytes::complete::tag("\\\""), |_| b'"'),
        map(nom::bytes::complete::tag("\\\\"), |_| b'\\'),
        hexadecimal,
        map(char('\\'), |_| b'\\'),
    ))
    .parse(text)
}

fn hexadecimal(text: &str) -> GrammarResult<'_, u8> {
    let digits = text.strip_prefix("\\x").and_then(|behind| behind.split_at_checked(2));
    let byte = digits.filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    match byte.and_then(|(digits, rest)| Some((rest, u8::from_str_radix(digits, 16).ok()?))) {
        Some((rest, byte)) => Ok((rest, byte)),
        None => Err(nom::Err::Error(SyntaxError::from_error_kind(text, ErrorKind::HexDigit))),
    }
}

/// A value seen in the log, as one would type it: in quotes only if something in it would mean
/// anything else.
pub fn quoted_if_needed(value: &[u8]) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'@' | b'+');
    match std::str::from_utf8(value) {
        Ok(text) if value.iter().all(plain) && !text.ends_with('.') => text.to_owned(),
        _ => quote(value),
    }
}

/// A value as it is written so that nothing in it means anything else. What is no text, or can't be
/// typed, becomes `\x` and two digits.
pub(super) fn quote(value: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for chunk in value.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_control() => {
                    let mut bytes = [0; 4];
                    c.encode_utf8(&mut bytes).bytes().for_each(|b| escape_byte(b, &mut quoted));
                }
                c => quoted.push(c),
            }
        }
        chunk.invalid().iter().for_each(|&b| escape_byte(b, &mut quoted));
    }
    quoted.push('"');
    quoted
}

fn escape_byte(byte: u8, into: &mut String) {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    into.extend(['\\', 'x', digit(byte >> 4), digit(byte & 15)]);
}
