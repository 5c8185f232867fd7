//! What is counted: of a group, and of everything.

use crate::entry::{Action, Body, Entry, Message, Moment, Outcome, Stamp, Time};

/// Recipients of a group by what became of them, in the words of the export schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Came into a queue.
    pub enqueued: u64,
    /// Delivered or relayed.
    pub delivered: u64,
    /// Attempts that failed for now.
    pub deferred: u64,
    /// Given up.
    pub failed: u64,
    /// Refused by our server.
    pub rejected: u64,
}

/// Which of the [`Counts`] an entry belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// See [`Counts`].
    Enqueued,
    /// See [`Counts`].
    Delivered,
    /// See [`Counts`].
    Deferred,
    /// See [`Counts`].
    Failed,
    /// See [`Counts`].
    Rejected,
}

impl Count {
    /// What a message entry counts as; `None` for a warning, a message that is handed on inside the
    /// MTA, a bad command and the like.
    pub fn of(message: &Message<'_>) -> Option<Self> {
        match (message.outcome(), message.code.action()) {
            (Some(Outcome::Delivered | Outcome::Relayed), _) => Some(Self::Delivered),
            (Some(Outcome::Deferred), _) => Some(Self::Deferred),
            (Some(Outcome::Failed), _) => Some(Self::Failed),
            (None, Action::Enqueue) => Some(Self::Enqueued),
            (None, Action::Refuse) => Some(Self::Rejected),
            _ => None,
        }
    }

    /// Whether somebody did not get a message, for now at least.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Deferred | Self::Failed | Self::Rejected)
    }
}

impl Counts {
    /// Counts a recipient.
    pub fn add(&mut self, count: Count) {
        *match count {
            Count::Enqueued => &mut self.enqueued,
            Count::Delivered => &mut self.delivered,
            Count::Deferred => &mut self.deferred,
            Count::Failed => &mut self.failed,
            Count::Rejected => &mut self.rejected,
        } += 1;
    }

    /// All recipients counted.
    pub fn all(&self) -> u64 {
        self.enqueued + self.delivered + self.bad()
    }

    /// Those that did not get their message, for now at least.
    pub fn bad(&self) -> u64 {
        self.deferred + self.failed + self.rejected
    }

    /// Failed attempts and all attempts to deliver: `fail %` is their ratio.
    pub fn attempts(&self) -> (u64, u64) {
        let failed = self.deferred + self.failed;
        (failed, failed + self.delivered)
    }

    /// Failed attempts of 1,000, rounded; `None` if there was none to deliver.
    pub fn failed_of_1000(&self) -> Option<u64> {
        let (failed, all) = self.attempts();
        let rounded = (u128::from(failed) * 1_000 + u128::from(all) / 2).checked_div(all.into())?;
        u64::try_from(rounded).ok()
    }
}

/// ISO 8601 with this between date and time.
pub(super) fn iso(moment: &Moment, between: char) -> String {
    let Some(calendar) = moment.time.calendar() else { return String::new() };
    let [fraction, zone] =
        [moment.stamp().fraction, moment.stamp().zone].map(String::from_utf8_lossy);
    let point = if fraction.is_empty() { "" } else { "." };
    let (date, time) = (calendar.format("%Y-%m-%d"), calendar.format("%H:%M:%S"));
    format!("{date}{between}{time}{point}{fraction}{zone}")
}

/// Counts of everything.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Entries of any kind, unparsed ones among them.
    pub entries: u64,
    /// Text that could not be read as an entry.
    pub unparsed: u64,
    /// By the letter of the action.
    pub actions: [u64; 256],
    /// Recipients.
    pub counts: Counts,
    /// The earliest and the latest entry.
    pub span: Option<(Moment, Moment)>,
    /// Connection entries.
    pub connections: Connections,
}

/// Connection entries by what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// `O`.
    pub opened: u64,
    /// `C`.
    pub closed: u64,
    /// `Y`.
    pub failed: u64,
    /// `X`.
    pub rejected: u64,
    /// Opened, and not seen closed.
    pub open: u64,
}

impl Default for Totals {
    fn default() -> Self {
        let (counts, connections) = (Counts::default(), Connections::default());
        Self { entries: 0, unparsed: 0, actions: [0; 256], counts, span: None, connections }
    }
}

impl Totals {
    /// Counts an entry, or what could not be read as one.
    pub fn add(&mut self, entry: Option<&Entry<'_>>) {
        self.entries += 1;
        let Some(entry) = entry else {
            self.unparsed += 1;
            return;
        };
        self.see(entry.time, entry.stamp);
        let code = match &entry.body {
            Body::Message(message) => {
                if let Some(count) = Count::of(message) {
                    self.counts.add(count);
                }
                message.code
            }
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

    fn see(&mut self, time: Time, stamp: Stamp<'_>) {
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

    /// Letters that were seen, each with its count.
    pub fn letters(&self) -> impl Iterator<Item = (char, u64)> + '_ {
        ('\0'..='\u{ff}').zip(self.actions).filter(|&(_, count)| count > 0)
    }
}

impl Connections {
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
            Counts { enqueued: 9, delivered, deferred, failed, rejected }.failed_of_1000()
        };
        assert_eq!(counts(0, 0, 0, 5), None);
        assert_eq!(counts(2, 1, 0, 5), Some(333));
        assert_eq!(counts(1, 1, 1, 0), Some(667));
        assert_eq!(counts(u64::MAX / 4, u64::MAX / 4, 0, 0), Some(500));
    }
}
