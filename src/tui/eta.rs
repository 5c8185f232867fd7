//! Estimated time to read the remaining bytes, from recent throughput.

use std::collections::VecDeque;
use std::time::Duration;

/// Period over which throughput is measured.
const LATELY: Duration = Duration::from_secs(2);
/// Shortest measurement that gives an estimate.
const SHORT: Duration = Duration::from_millis(200);
/// Interval between stored samples.
const APART: Duration = Duration::from_millis(50);

/// Bytes read at a time.
#[derive(Default)]
pub(super) struct Eta(VecDeque<(Duration, u64)>);

impl Eta {
    /// Records the bytes read `now` (time since any fixed start), and returns the estimated time
    /// for `left` bytes, once known.
    pub(super) fn remaining(&mut self, now: Duration, read: u64, behind: u64) -> Option<Duration> {
        if self.0.back().is_none_or(|(at, _)| now.saturating_sub(*at) >= APART) {
            self.0.push_back((now, read));
        }
        while self.0.len() > 2
            && self.0.front().is_some_and(|(at, _)| now.saturating_sub(*at) > LATELY)
        {
            self.0.pop_front();
        }
        let &(since, before) = self.0.front()?;
        let (took, came) = (now.saturating_sub(since), read.saturating_sub(before));
        if took < SHORT || came == 0 {
            return None;
        }
        let millis = u128::from(behind) * took.as_millis() / u128::from(came);
        u64::try_from(millis).ok().map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_takes_as_long_as_the_last_two_seconds_tell() {
        let mut pace = Eta::default();
        let at = Duration::from_millis;
        assert_eq!(pace.remaining(at(0), 0, 1_000), None, "nothing to tell it by");
        assert_eq!(pace.remaining(at(100), 50, 950), None, "not for long enough");
        assert_eq!(pace.remaining(at(1_000), 500, 500), Some(at(1_000)));
        // Ten times faster.
        for step in 1..=30 {
            pace.remaining(at(1_000 + step * 100), 500 + step * 500, 10_000);
        }
        assert_eq!(pace.remaining(at(4_100), 16_000, 5_000), Some(at(1_000)));
        assert_eq!(pace.remaining(at(9_000), 16_000, 5_000), None, "it stands still");
    }
}
