//! Planned incidents of remote domains.
//!
//! Knows the times only; `outbound` decides what they do to a delivery.

use std::time::Duration;

use super::clock::{MINUTE, SECOND, SimTime};

/// A recurring incident: its first beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedIncident {
    begin: Option<u64>,
}

impl PlannedIncident {
    /// Time from one beginning to the next.
    const EVERY: u64 = 40 * MINUTE;
    /// How long the largest domain defers mail.
    const LONG: u64 = 12 * MINUTE;
    /// The other domain refuses connections a little later, and recovers sooner.
    const LATER: u64 = 8 * SECOND;
    const SOONER: u64 = 8 * MINUTE;

    /// An incident that begins so long after the start, or never.
    pub(super) fn new(begin: Option<Duration>) -> Self {
        let hundredths = |begin: Duration| u64::try_from(begin.as_millis() / 10).ok();
        Self { begin: begin.and_then(hundredths) }
    }

    /// Whether the largest domain defers nearly all mail.
    pub(super) fn throttled(self, at: SimTime) -> bool {
        self.since(at).is_some_and(|since| since < Self::LONG)
    }

    /// Whether the other domain's host refuses connections.
    pub(super) fn refused(self, at: SimTime) -> bool {
        self.since(at).is_some_and(|since| (Self::LATER..Self::SOONER).contains(&since))
    }

    fn since(self, at: SimTime) -> Option<u64> {
        at.0.checked_sub(self.begin?).map(|since| since % Self::EVERY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_comes_goes_and_comes_again() {
        let incident = PlannedIncident::new(Some(Duration::from_secs(25)));
        let at = |seconds: u64| SimTime(seconds * SECOND);
        let throttled: Vec<bool> =
            [24, 25, 744, 745, 2_424, 2_425].map(|s| incident.throttled(at(s))).to_vec();
        assert_eq!(throttled, [false, true, true, false, false, true]);
        let refused: Vec<bool> = [32, 33, 504, 505].map(|s| incident.refused(at(s))).to_vec();
        assert_eq!(refused, [false, true, true, false]);
        assert!(!PlannedIncident::new(None).throttled(at(10_000)));
    }
}
