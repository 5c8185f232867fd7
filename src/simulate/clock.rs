//! Simulated time in hundredths of a second since the start of a scenario, and its time stamps.
//!
//! Knows no wall clock: the only date is the one a scenario starts with.

use std::fmt::Write;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

const DAY: u64 = 24 * HOUR;
const HOUR: u64 = 60 * MINUTE;
/// Hundredths in a minute.
pub(super) const MINUTE: u64 = 60 * SECOND;
/// Hundredths in a second.
pub(super) const SECOND: u64 = 100;

/// A moment, in hundredths of a second since the scenario began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SimTime(pub u64);

impl SimTime {
    /// The moment `hundredths` later.
    pub(super) fn after(self, hundredths: u64) -> Self {
        Self(self.0 + hundredths)
    }
}

/// Turns moments into the local date and time of the log.
pub(super) struct SimClock {
    midnight: NaiveDateTime,
    /// Hundredths from that midnight to the start of the scenario.
    offset: u64,
    /// The last date as text: nearly every entry has the date of the one before it.
    printed: (u64, [String; 2]),
}

/// How a time stamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StampStyle {
    /// `19-Feb-1998 10:52:12.28`.
    Log,
    /// `1998-02-19T10:52:12.28`.
    Iso,
}

impl SimClock {
    /// A clock that starts at `start`, cut down to whole hundredths.
    pub(super) fn new(start: NaiveDateTime) -> Self {
        let midnight = start.date().and_time(NaiveTime::MIN);
        let seconds = u64::from(start.num_seconds_from_midnight());
        let hundredths = u64::from(start.nanosecond() / 10_000_000).min(99);
        let printed = (0, print_date(start.date()));
        Self { midnight, offset: seconds * SECOND + hundredths, printed }
    }

    /// The date and time of a moment; the end of the calendar if it lies beyond.
    pub(super) fn date_time(&self, time: SimTime) -> NaiveDateTime {
        i64::try_from(self.offset + time.0)
            .ok()
            .and_then(|hundredths| hundredths.checked_mul(10))
            .and_then(TimeDelta::try_milliseconds)
            .and_then(|since| self.midnight.checked_add_signed(since))
            .unwrap_or(NaiveDateTime::MAX)
    }

    /// Appends the time stamp of an entry.
    pub(super) fn stamp(&mut self, line: &mut String, time: SimTime, style: StampStyle) {
        let since = self.offset + time.0;
        let day = since / DAY;
        if day != self.printed.0 {
            let date = self.midnight.date().checked_add_days(Days::new(day));
            self.printed = (day, print_date(date.unwrap_or(NaiveDate::MAX)));
        }
        let [log, iso] = &self.printed.1;
        let (date, between) = if style == StampStyle::Log { (log, ' ') } else { (iso, 'T') };
        line.push_str(date);
        for (unit, count, before) in
            [(HOUR, 24, between), (MINUTE, 60, ':'), (SECOND, 60, ':'), (1, 100, '.')]
        {
            line.push(before);
            push_two_digits(line, since / unit % count);
        }
    }

    /// Appends the date as in a mail header, for the banners that contain one.
    pub(super) fn header_date(&self, line: &mut String, time: SimTime) {
        // Writing to a String cannot fail.
        let _ = write!(line, "{}", self.date_time(time).format("%a, %d %b %Y %H:%M:%S +0100"));
    }
}

fn print_date(date: NaiveDate) -> [String; 2] {
    ["%d-%b-%Y", "%Y-%m-%d"].map(|format| date.format(format).to_string())
}

/// As `{:02}`, at a tenth of the cost: it runs four times an entry.
fn push_two_digits(line: &mut String, number: u64) {
    for digit in [number / 10, number % 10] {
        line.push(u8::try_from(digit).map_or('9', |digit| char::from(b'0' + digit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_run_over_midnight_and_the_end_of_a_year() {
        let start = NaiveDate::from_ymd_opt(2006, 12, 31)
            .and_then(|date| date.and_hms_milli_opt(23, 59, 59, 987))
            .unwrap();
        let mut clock = SimClock::new(start);
        let mut stamps = String::new();
        for time in [SimTime(0), SimTime(1), SimTime(2), SimTime(0)] {
            clock.stamp(&mut stamps, time, StampStyle::Log);
            stamps.push('|');
        }
        assert_eq!(
            stamps,
            "31-Dec-2006 23:59:59.98|31-Dec-2006 23:59:59.99|\
             01-Jan-2007 00:00:00.00|31-Dec-2006 23:59:59.98|"
        );
        stamps.clear();
        clock.stamp(&mut stamps, SimTime(2), StampStyle::Iso);
        assert_eq!(stamps, "2007-01-01T00:00:00.00");
        assert_eq!(clock.date_time(SimTime(2)).to_string(), "2007-01-01 00:00:00");
    }
}
