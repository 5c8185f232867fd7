//! What a log consists of, counted where its entries are parsed and added up in their order.

use crate::log::entry::{Action, Body, Entry, Moment, Stamp, Time};

/// Counts of entries by what they are.
#[derive(Clone, Debug)]
pub struct LogSummary {
    /// Entries of any kind, unparsed ones among them.
    pub entries: u64,
    /// Text that could not be read as an entry.
    pub unparsed: u64,
    /// The earliest and the latest entry; of equals the first.
    pub span: Option<(Moment, Moment)>,
    /// Connection entries.
    pub connections: ConnectionCounts,
    /// By the letter of the action.
    actions: [u64; 256],
}

/// Connection entries by what they say.
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
}

impl Default for LogSummary {
    fn default() -> Self {
        let connections = ConnectionCounts::default();
        Self { entries: 0, unparsed: 0, span: None, connections, actions: [0; 256] }
    }
}

impl LogSummary {
    /// Counts an entry, or what could not be read as one.
    pub fn add(&mut self, entry: Option<&Entry<'_>>) {
        self.entries += 1;
        let Some(entry) = entry else {
            self.unparsed += 1;
            return;
        };
        self.widen(entry.time, entry.stamp);
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

    /// Adds what was counted of the entries behind.
    pub fn join(&mut self, behind: &Self) {
        self.entries += behind.entries;
        self.unparsed += behind.unparsed;
        self.connections.join(behind.connections);
        self.actions.iter_mut().zip(behind.actions).for_each(|(count, more)| *count += more);
        if let Some((first, last)) = &behind.span {
            self.widen(first.time, first.stamp());
            self.widen(last.time, last.stamp());
        }
    }

    fn widen(&mut self, time: Time, stamp: Stamp<'_>) {
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

    /// Letters of actions that were seen, each with its count.
    pub fn actions(&self) -> impl Iterator<Item = (char, u64)> + '_ {
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

    fn join(&mut self, behind: Self) {
        self.opened += behind.opened;
        self.closed += behind.closed;
        self.failed += behind.failed;
        self.rejected += behind.rejected;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::parse::Parser;

    #[test]
    fn parts_add_up_to_the_whole() {
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..100 {
            let (mut whole, mut joined) = (LogSummary::default(), LogSummary::default());
            for _ in 0..rng.usize(0..5) {
                let mut part = LogSummary::default();
                for _ in 0..rng.usize(0..5) {
                    let line = match rng.u8(0..4) {
                        0 => "no entry".to_owned(),
                        1 => format!(
                            "19-Feb-1998 10:00:0{} tcp_local + {} TCP|10.0.0.1|25|10.0.0.2|9 SMTP",
                            rng.u8(0..9),
                            ["O", "C", "X"][rng.usize(0..3)]
                        ),
                        // The digits tell which of two entries of a time was the first.
                        _ => format!(
                            "19-Feb-1998 10:00:00.{} l D 1 x@x.org rfc822;y@y.org y@y.org",
                            ["5", "50", "500", "7"][rng.usize(0..4)]
                        ),
                    };
                    let mut parser = Parser::default();
                    let entry = parser.entry(line.as_bytes()).ok();
                    whole.add(entry.as_ref());
                    part.add(entry.as_ref());
                }
                joined.join(&part);
            }
            assert_eq!(format!("{joined:?}"), format!("{whole:?}"));
        }
    }
}
