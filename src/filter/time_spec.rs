//! Times: how long ago, a time of day, or a date.

use crate::log::entry::Time;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use std::borrow::Cow;

/// A time as it is written: what it means depends on what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeSpec {
    /// So many milliseconds ago.
    Ago(i64),
    /// When the clock on the wall last showed this.
    Clock(NaiveTime),
    /// Once and for all.
    At(Time),
}

const DATES: [&str; 3] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H"];
const CLOCKS: [&str; 2] = ["%H:%M:%S%.f", "%H:%M"];

impl TimeSpec {
    /// Reads `15m`, `1h30m`, `10:52`, `2007-02-16` or `2007-02-16T10:52`.
    pub(super) fn read(text: &str) -> Result<Self, Cow<'static, str>> {
        let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(NaiveDateTime::from);
        let iso = text.replacen(' ', "T", 1);
        let with_time =
            || DATES.iter().find_map(|form| NaiveDateTime::parse_from_str(&iso, form).ok());
        let clock = || CLOCKS.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok());
        if let Some(clock) = clock() {
            Ok(Self::Clock(clock))
        } else if let Some(calendar) = date().or_else(with_time) {
            Ok(Self::At(calendar.into()))
        } else {
            ago(text).map(Self::Ago)
        }
    }

    /// What it means at this time.
    pub(super) fn at(self, now: Time) -> Time {
        match self {
            Self::Ago(milliseconds) => Time(now.0.saturating_sub(milliseconds)),
            Self::At(time) => time,
            Self::Clock(clock) => last(clock, now),
        }
    }

    /// Whether it means something else as time goes by.
    pub(super) fn is_relative(self) -> bool {
        !matches!(self, Self::At(_))
    }
}

/// The last time at or before now that the clock showed this; now itself if no calendar reaches it.
fn last(clock: NaiveTime, now: Time) -> Time {
    let Some(calendar) = now.calendar() else { return now };
    let today = Time::from(calendar.date().and_time(clock));
    let yesterday = || calendar.date().checked_sub_signed(TimeDelta::days(1));
    match yesterday() {
        Some(date) if today > now => date.and_time(clock).into(),
        _ => today,
    }
}

/// Milliseconds of `15m`, `1h30m` and the like.
fn ago(text: &str) -> Result<i64, Cow<'static, str>> {
    const WRONG: &str = "a time is 15m, 2h, 10:52, 2007-02-16 or 2007-02-16T10:52";
    const FAR: &str = "no log reaches back so far";
    let (mut rest, mut sum) = (text, 0_i64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(WRONG)?;
        let (number, behind) = rest.split_at_checked(digits).ok_or(WRONG)?;
        let mut units = behind.chars();
        let unit = match units.next().ok_or(WRONG)?.to_ascii_lowercase() {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 7 * 86_400_000,
            _ => return Err(WRONG.into()),
        };
        if number.is_empty() {
            return Err(WRONG.into());
        }
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
        sum = part.and_then(|part| sum.checked_add(part)).ok_or(FAR)?;
        rest = units.as_str();
    }
    if text.is_empty() { Err(WRONG.into()) } else { Ok(sum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap().into()
    }

    #[test]
    fn times_are_written_in_many_ways() {
        let now = time("2007-02-16 10:30:00.5");
        for (text, meant) in [
            ("15m", "2007-02-16 10:15:00.5"),
            ("1h30M", "2007-02-16 09:00:00.5"),
            ("2d", "2007-02-14 10:30:00.5"),
            ("1w", "2007-02-09 10:30:00.5"),
            ("90s", "2007-02-16 10:28:30.5"),
            ("10:29", "2007-02-16 10:29:00"),
            ("10:30:00.5", "2007-02-16 10:30:00.5"),
            ("10:31", "2007-02-15 10:31:00"),
            ("2007-02-16", "2007-02-16 00:00:00"),
            ("2007-02-16T10:52", "2007-02-16 10:52:00"),
            ("2007-02-16 10:52:13.41", "2007-02-16 10:52:13.41"),
        ] {
            assert_eq!(TimeSpec::read(text).map(|when| when.at(now)), Ok(time(meant)), "{text}");
        }
        for text in [
            "",
            "x",
            "15",
            "m",
            "15x",
            "15m5",
            "25:00",
            "2007-02-30",
            "-5m",
            "é",
            "99999999999999999999h",
            "9999999999999999h",
        ] {
            assert!(TimeSpec::read(text).is_err(), "{text}");
        }
        // However wrong a clock is.
        for clock in [i64::MIN, i64::MAX, 0] {
            for text in ["99999999999999999s", "10:52", "2007-02-16"] {
                let _ = TimeSpec::read(text).map(|when| when.at(Time(clock)));
            }
        }
    }
}
