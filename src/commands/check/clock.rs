//! Time range of a file, and its clock jumps.

use crate::log::entry::Time;

/// Tolerated disorder between neighbours in milliseconds: many processes write one log.
const UNORDERED: u64 = 2_000;
/// Gap worth reporting, in milliseconds.
const SILENCE: u64 = 60 * 60 * 1_000;

/// Jump from one entry to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jump {
    /// Milliseconds.
    pub by: u64,
    /// Line number after the jump, from 1.
    pub line: u64,
}

impl Jump {
    /// Keeps the larger of the two.
    fn enlarge(&mut self, other: Self) {
        if other.by > self.by {
            *self = other;
        }
    }
}

/// Times of the entries of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockCheck {
    span: Option<(Time, Time)>,
    /// The first time, with its line, and the last one.
    first: Option<(Time, u64)>,
    last: Option<Time>,
    back: Jump,
    silence: Jump,
}

impl ClockCheck {
    /// Adds the next entry, which starts on this line.
    pub fn add(&mut self, time: Time, line: u64) {
        self.first.get_or_insert((time, line));
        let (first, latest) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), latest.max(time)));
        self.step_to(time, line);
        self.last = Some(time);
    }

    /// Adds the times of the following part.
    pub fn join(&mut self, behind: Self) {
        let Some((time, line)) = behind.first else { return };
        self.add(time, line);
        if let (Some((first, latest)), Some((from, to))) = (self.span, behind.span) {
            self.span = Some((first.min(from), latest.max(to)));
        }
        self.last = behind.last;
        self.back.enlarge(behind.back);
        self.silence.enlarge(behind.silence);
    }

    fn step_to(&mut self, time: Time, line: u64) {
        if let Some(last) = self.last {
            self.back.enlarge(Jump { by: last.since(time), line });
            self.silence.enlarge(Jump { by: time.since(last), line });
        }
    }

    /// Earliest and latest time.
    pub fn span(&self) -> Option<(Time, Time)> {
        self.span
    }

    /// Largest step back, if beyond the tolerance.
    pub fn back(&self) -> Option<Jump> {
        Some(self.back).filter(|jump| jump.by > UNORDERED)
    }

    /// Longest gap, if it is an hour or more.
    pub fn silence(&self) -> Option<Jump> {
        Some(self.silence).filter(|jump| jump.by >= SILENCE)
    }
}

/// Duration in its two largest units.
pub(super) fn format_duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_as_if_it_was_one() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let (mut whole, mut joined, mut line) =
                (ClockCheck::default(), ClockCheck::default(), 0);
            for _ in 0..rng.usize(0..5) {
                let mut part = ClockCheck::default();
                for _ in 0..rng.usize(0..4) {
                    let time = Time(rng.i64(0..30_000_000));
                    line += 1;
                    whole.add(time, line);
                    part.add(time, line);
                }
                joined.join(part);
            }
            assert_eq!(joined, whole);
        }
    }

    #[test]
    fn jumps_are_named_from_a_size_on() {
        let mut clock = ClockCheck::default();
        for (line, second) in (1..).zip([100, 101, 99, 50, 200, 5_000, 4_000]) {
            clock.add(Time(second * 1_000), line);
        }
        assert_eq!(clock.span(), Some((Time(50_000), Time(5_000_000))));
        assert_eq!(clock.back(), Some(Jump { by: 1_000_000, line: 7 }));
        assert_eq!(clock.silence(), Some(Jump { by: 4_800_000, line: 6 }));
        let mut quiet = ClockCheck::default();
        quiet.add(Time(2_000), 1);
        quiet.add(Time(0), 2);
        assert_eq!((quiet.back(), quiet.silence()), (None, None));
        assert_eq!(
            [900, 61_000, 3_660_000, 90_000_000].map(format_duration),
            ["0 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"]
        );
    }
}
