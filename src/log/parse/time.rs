//! Time stamps: `19-Feb-1998 10:52:05.41`, also with an upper-case month, a one-digit day, leading
//! blanks, or without the fraction (older samples of the guides, PMDF on OpenVMS); or as in ISO 8601,
//! `2014-06-02T22:02:13.94`. A zone may follow either.

use crate::log::entry::{Stamp, Time};
use chrono::{NaiveDate, NaiveTime};
use nom::bytes::complete::{take, take_while, take_while_m_n};
use nom::character::complete::char;
use nom::combinator::{map_opt, opt};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// Reads the time stamp that begins an entry.
pub(super) fn stamp(text: &[u8]) -> IResult<&[u8], (Time, Stamp<'_>)> {
    match usual(text) {
        Some(stamp) => Ok(stamp),
        None => any_stamp(text),
    }
}

/// Reads `19-Feb-1998 10:52:05.41` or `1998-02-19T10:52:05.41`, as nearly every entry begins, without
/// looking for any other form.
fn usual(text: &[u8]) -> Option<(&[u8], (Time, Stamp<'_>))> {
    let (year, month, day, rest) = match text {
        [d1, d2, b'-', m1, m2, m3, b'-', y1, y2, y3, y4, b' ', rest @ ..] => {
            (two(*y1, *y2)? * 100 + two(*y3, *y4)?, month(&[*m1, *m2, *m3])?, two(*d1, *d2)?, rest)
        }
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', rest @ ..] => {
            (two(*y1, *y2)? * 100 + two(*y3, *y4)?, two(*m1, *m2)?, two(*d1, *d2)?, rest)
        }
        _ => return None,
    };
    let (clock, rest) = rest.split_first_chunk::<11>()?;
    let ([h1, h2, b':', m1, m2, b':', s1, s2, b'.', fraction @ ..], [] | [b' ', ..]) =
        (clock, rest)
    else {
        return None;
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
    let [tenth, hundredth] = fraction;
    let milli = 10 * two(*tenth, *hundredth)?;
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, milli)?;
    Some((rest, (date.and_time(time).into(), Stamp { fraction, zone: b"" })))
}

/// A number of two digits.
fn two(tens: u8, ones: u8) -> Option<u32> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

fn any_stamp(text: &[u8]) -> IResult<&[u8], (Time, Stamp<'_>)> {
    let (text, _) = take_while(|b| b == b' ' || b == b'\t').parse(text)?;
    let (text, date) = day(text)?;
    let (text, (hour, _, minute, _, second)) =
        (number(2, 2), char(':'), number(2, 2), char(':'), number(2, 2)).parse(text)?;
    let (text, digits) = opt(preceded(char('.'), fraction)).parse(text)?;
    let (text, zone) = zone(text)?;
    let fraction = digits.unwrap_or_default();
    // A leap second is shown as the second after it: chrono writes one as 59 s and 1,000 ms.
    let clock = |second: u32| {
        NaiveTime::from_hms_milli_opt(
            hour,
            minute,
            second.min(59),
            millis(fraction) + 1000 * (second / 60),
        )
    };
    match clock(second).filter(|_| second <= 60) {
        Some(time) => Ok((text, (date.and_time(time).into(), Stamp { fraction, zone }))),
        None => Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Verify))),
    }
}

/// The date, and what separates it from the time: `19-Feb-1998 ` or `1998-02-19T`.
fn day(text: &[u8]) -> IResult<&[u8], NaiveDate> {
    if text.get(4) == Some(&b'-') {
        terminated(iso_date, char('T')).parse(text)
    } else {
        terminated(date, char(' ')).parse(text)
    }
}

/// `Z`, `+hhmm` or `+hh:mm`, if it is the whole rest of the word.
fn zone(text: &[u8]) -> IResult<&[u8], &[u8]> {
    let length = match text {
        [b'Z', ..] => 1,
        [b'+' | b'-', rest @ ..] => match rest {
            [a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()) => 6,
            digits if digits.iter().take(4).filter(|b| b.is_ascii_digit()).count() == 4 => 5,
            _ => 0,
        },
        _ => 0,
    };
    let ended = matches!(text.get(length), None | Some(b' ' | b'\t'));
    take(if ended { length } else { 0 }).parse(text)
}

fn iso_date(text: &[u8]) -> IResult<&[u8], NaiveDate> {
    let fields = (number(4, 4), char('-'), number(2, 2), char('-'), number(2, 2));
    map_opt(fields, |(year, _, month, _, day)| {
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    })
    .parse(text)
}

fn date(text: &[u8]) -> IResult<&[u8], NaiveDate> {
    let fields = (number(1, 2), char('-'), map_opt(take(3_usize), month), char('-'), number(4, 4));
    map_opt(fields, |(day, _, month, _, year)| {
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    })
    .parse(text)
}

/// A decimal number of `least` to `most` digits.
fn number<'a>(
    least: usize,
    most: usize,
) -> impl Parser<&'a [u8], Output = u32, Error = nom::error::Error<&'a [u8]>> {
    take_while_m_n(least, most, |b: u8| b.is_ascii_digit()).map(decimal)
}

fn decimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

/// One to nine digits of a second.
fn fraction(text: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(1, 9, |b: u8| b.is_ascii_digit()).parse(text)
}

fn millis(fraction: &[u8]) -> u32 {
    let known = fraction.get(..3).unwrap_or(fraction);
    decimal(known) * [0, 100, 10, 1].get(known.len()).copied().unwrap_or(1)
}

/// Number of a month by its English abbreviation, in any case.
pub(super) fn month(name: &[u8]) -> Option<u32> {
    let name = <[u8; 3]>::try_from(name).ok()?.map(|letter| letter.to_ascii_lowercase());
    match &name {
        b"jan" => Some(1),
        b"feb" => Some(2),
        b"mar" => Some(3),
        b"apr" => Some(4),
        b"may" => Some(5),
        b"jun" => Some(6),
        b"jul" => Some(7),
        b"aug" => Some(8),
        b"sep" => Some(9),
        b"oct" => Some(10),
        b"nov" => Some(11),
        b"dec" => Some(12),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let (_, (time, _)) = stamp(text.as_bytes()).ok()?;
        Some(time.calendar()?.format("%Y-%m-%dT%H:%M:%S%.3f").to_string())
    }

    #[test]
    fn stamps_of_all_ages() {
        for (text, expected) in [
            ("19-Feb-1998 10:52:05.41 x", "1998-02-19T10:52:05.410"),
            ("19-JAN-1998 20:49:04 x", "1998-01-19T20:49:04.000"),
            (" 5-Nov-2002 00:00:00.1", "2002-11-05T00:00:00.100"),
            ("29-Feb-2024 23:59:60.00", "2024-03-01T00:00:00.000"),
            ("01-Jan-2024 00:00:00.123456789", "2024-01-01T00:00:00.123"),
            ("2014-06-02T22:02:13.94 x", "2014-06-02T22:02:13.940"),
            ("2014-06-02T22:02:13 x", "2014-06-02T22:02:13.000"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn zones_are_kept_as_logged() {
        for (text, expected) in [
            ("2014-06-02T22:02:13.94Z x", "Z"),
            ("2014-06-02T22:02:13.94+0200 x", "+0200"),
            ("2-Jun-2014 22:02:13-05:30", "-05:30"),
            ("2-Jun-2014 22:02:13.9 x", ""),
            ("2-Jun-2014 22:02:13.9+2 x", ""),
            ("2-Jun-2014 22:02:13.9Zebra", ""),
        ] {
            let (rest, (_, stamp)) = stamp(text.as_bytes()).unwrap();
            assert_eq!(stamp.zone, expected.as_bytes(), "{text}");
            assert_eq!(
                rest.is_empty() || rest.starts_with(b" "),
                !text.ends_with("2 x") && !text.ends_with("ra")
            );
        }
    }

    #[test]
    fn impossible_times_are_none() {
        for text in [
            "99-Foo-9999 00:00:00",
            "30-Feb-2024 00:00:00",
            "01-Jan-2024 25:00:00",
            "01-Jan-24 00:00:00",
            "",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
