//! Time of an entry: local time of the MTA, without a zone.

use chrono::{DateTime, NaiveDateTime};

/// Milliseconds since 1970-01-01 00:00 on the MTA's own clock.
///
/// The log names no zone, so a time is what the clock on the wall showed: it repeats an hour in
/// autumn, and two hosts in two zones can't be compared by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// From a time on, and before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first time in it.
    pub since: Time,
    /// The first time behind it.
    pub until: Time,
}

impl Default for Window {
    /// All times there are.
    fn default() -> Self {
        Self { since: Time(i64::MIN), until: Time(i64::MAX) }
    }
}

impl Window {
    /// Whether a time lies in it.
    pub fn contains(self, time: Time) -> bool {
        self.since <= time && time < self.until
    }

    /// What lies in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { since: self.since.max(other.since), until: self.until.min(other.until) }
    }

    /// Whether it holds every time there is.
    pub fn is_all(self) -> bool {
        self == Self::default()
    }
}

/// What a time stamp says beyond the [`Time`] it was read as, so that it can be written again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// Digits of the fraction of the second; empty if there is none.
    pub fraction: &'a [u8],
    /// Zone suffix `Z`, `+hhmm` or `+hh:mm`; empty if there is none.
    pub zone: &'a [u8],
}

/// A time as logged, kept beyond the text it was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Local time of the MTA.
    pub time: Time,
    fraction: Vec<u8>,
    zone: Vec<u8>,
}

impl Moment {
    /// Keeps a time.
    pub fn new(time: Time, stamp: Stamp<'_>) -> Self {
        let mut moment = Self::default();
        moment.set(time, stamp);
        moment
    }

    /// Keeps another time in its place.
    pub fn set(&mut self, time: Time, stamp: Stamp<'_>) {
        self.time = time;
        self.fraction.clear();
        self.fraction.extend_from_slice(stamp.fraction);
        self.zone.clear();
        self.zone.extend_from_slice(stamp.zone);
    }

    /// What the time stamp says beyond the time.
    pub fn stamp(&self) -> Stamp<'_> {
        Stamp { fraction: &self.fraction, zone: &self.zone }
    }
}

/// Within this of the clock on the wall a log is live, in milliseconds.
const LIVE: u64 = 60 * 60 * 1_000;

impl Time {
    /// The calendar's view of it; `None` past the years a calendar knows.
    pub fn calendar(self) -> Option<NaiveDateTime> {
        DateTime::from_timestamp_millis(self.0).map(|utc| utc.naive_utc())
    }

    /// Whole seconds since 1970 on the same clock.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Whether a log with this as its newest time is being written at the time on the wall.
    pub fn is_live(self, wall: Self) -> bool {
        wall.0.abs_diff(self.0) <= LIVE
    }

    /// What "now" means of a log with this as its newest time: the time on the wall if it is live,
    /// else just behind its last entry.
    pub fn now(self, wall: Self) -> Self {
        if self.is_live(wall) { wall } else { Self(self.0.saturating_add(1_000)) }
    }

    /// Milliseconds from `earlier` to this, never less than 0: the clock may have been set back.
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

impl From<NaiveDateTime> for Time {
    fn from(calendar: NaiveDateTime) -> Self {
        Self(calendar.and_utc().timestamp_millis())
    }
}

impl std::fmt::Display for Time {
    /// Time of day `hh:mm:ss`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.calendar() {
            Some(calendar) => write!(f, "{}", calendar.format("%H:%M:%S")),
            None => f.write_str("--:--:--"),
        }
    }
}
