//! Counts of a group and of a whole log.

use crate::index::EntryKind;
use crate::log::entry::{Action, Body, Entry, Moment, Outcome, Stamp, Time};

/// Recipients by outcome, in the names of the export schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportCounts {
    /// Enqueued.
    pub enqueued: u64,
    /// Delivered or relayed.
    pub delivered: u64,
    /// Attempts that failed temporarily.
    pub deferred: u64,
    /// Failed permanently.
    pub failed: u64,
    /// Rejected by our server.
    pub rejected: u64,
    /// Connections rejected by our server.
    pub refused: u64,
    /// Failed authentications.
    pub unauthenticated: u64,
}

impl ReportCounts {
    /// Counts an entry.
    pub fn add(&mut self, kind: EntryKind) {
        *match kind {
            EntryKind::Enqueued => &mut self.enqueued,
            EntryKind::Attempt(Outcome::Delivered | Outcome::Relayed) => &mut self.delivered,
            EntryKind::Attempt(Outcome::Deferred) => &mut self.deferred,
            EntryKind::Attempt(Outcome::Failed) => &mut self.failed,
            EntryKind::RecipientRejected => &mut self.rejected,
            EntryKind::ConnectionRejected => &mut self.refused,
            EntryKind::Unauthenticated => &mut self.unauthenticated,
            _ => return,
        } += 1;
    }

    /// Adds other counts.
    pub fn add_all(&mut self, other: &Self) {
        self.enqueued += other.enqueued;
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.failed += other.failed;
        self.rejected += other.rejected;
        self.refused += other.refused;
        self.unauthenticated += other.unauthenticated;
    }

    /// Sum of all counts.
    pub fn total(&self) -> u64 {
        self.enqueued + self.delivered + self.trouble()
    }

    /// Sum of all failures.
    pub fn trouble(&self) -> u64 {
        self.bad() + self.refused + self.unauthenticated
    }

    /// Recipients without delivery, at least so far.
    pub fn bad(&self) -> u64 {
        self.deferred + self.failed + self.rejected
    }

    /// Failed attempts and all attempts, whose ratio is `fail %`.
    pub fn attempts(&self) -> (u64, u64) {
        let failed = self.deferred + self.failed;
        (failed, failed + self.delivered)
    }

    /// Failed attempts in thousandths, rounded; `None` without attempts.
    pub fn failed_of_1000(&self) -> Option<u64> {
        let (failed, all) = self.attempts();
        let rounded = (u128::from(failed) * 1_000 + u128::from(all) / 2).checked_div(all.into())?;
        u64::try_from(rounded).ok()
    }
}

/// ISO 8601 with this separator between date and time.
pub(super) fn iso(moment: &Moment, between: char) -> String {
    let Some(calendar) = moment.time.calendar() else { return String::new() };
    let [fraction, zone] =
        [moment.stamp().fraction, moment.stamp().zone].map(String::from_utf8_lossy);
    let point = if fraction.is_empty() { "" } else { "." };
    let (date, time) = (calendar.format("%Y-%m-%d"), calendar.format("%H:%M:%S"));
    format!("{date}{between}{time}{point}{fraction}{zone}")
}

/// Total counts.
#[derive(Clone, Debug)]
pub struct ReportTotals {
    /// Entries, including unparsed texts.
    pub entries: u64,
    /// Unparsed texts.
    pub unparsed: u64,
    /// Entries by action letter.
    pub actions: [u64; 256],
    /// Recipients by outcome.
    pub counts: ReportCounts,
    /// Earliest and latest time.
    pub span: Option<(Moment, Moment)>,
    /// Connection entries.
    pub connections: ConnectionCounts,
}

/// Connection entries by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// `O`.
    pub opened: u64,
    /// `C`.
    pub closed: u64,
    /// `Y`.
    pub failed: u64,
    /// `X`.
    pub rejected: u64,
    /// Connections without a close.
    pub open: u64,
}

impl Default for ReportTotals {
    fn default() -> Self {
        let (counts, connections) = (ReportCounts::default(), ConnectionCounts::default());
        Self { entries: 0, unparsed: 0, actions: [0; 256], counts, span: None, connections }
    }
}

impl ReportTotals {
    /// Counts an entry or an unparsed text.
    pub fn add(&mut self, entry: Option<&Entry<'_>>) {
        self.entries += 1;
        let Some(entry) = entry else {
            self.unparsed += 1;
            return;
        };
        self.record(entry.time, entry.stamp);
        self.counts.add(EntryKind::of(entry));
        let code = match &entry.body {
            Body::Message(message) => message.code,
            Body::Connection(connection) => {
                self.connections.add(connection.code.action());
                connection.code
            }
            Body::Header(_) => return,
        };
        let letter = code.0.first().copied().unwrap_or(b'?');
        if let Some(count) = self.actions.get_mut(usize::from(letter)) {
            *count += 1;
        }
    }

    fn record(&mut self, time: Time, stamp: Stamp<'_>) {
        match &mut self.span {
            None => {
                let moment = Moment::new(time, stamp);
                self.span = Some((moment.clone(), moment));
            }
            Some((first, _)) if time < first.time => first.set(time, stamp),
            Some((_, last)) if time > last.time => last.set(time, stamp),
            Some(_) => {}
        }
    }

    /// Action letters with their counts.
    pub fn letters(&self) -> impl Iterator<Item = (char, u64)> + '_ {
        ('\0'..='\u{ff}').zip(self.actions).filter(|&(_, count)| count > 0)
    }
}

impl ConnectionCounts {
    fn add(&mut self, action: Action) {
        match action {
            Action::Open => self.opened += 1,
            Action::Close => self.closed += 1,
            Action::ConnectFail => self.failed += 1,
            Action::Reject => self.rejected += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_failures_is_of_attempts() {
        let counts = |delivered, deferred, failed, rejected| {
            ReportCounts {
                enqueued: 9,
                delivered,
                deferred,
                failed,
                rejected,
                ..ReportCounts::default()
            }
            .failed_of_1000()
        };
        assert_eq!(counts(0, 0, 0, 5), None);
        assert_eq!(counts(2, 1, 0, 5), Some(333));
        assert_eq!(counts(1, 1, 1, 0), Some(667));
        assert_eq!(counts(u64::MAX / 4, u64::MAX / 4, 0, 0), Some(500));
    }
}
