//! A line on the terminal that says how far the reading is, while a person waits for it.
//!
//! Rewritten in place, and gone before anything else is printed. Where standard error is no
//! terminal nothing is ever written.

use crate::input::reader::FileStatus;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

/// Work that takes less is over before anybody asks.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two drawings.
const PACE: Duration = Duration::from_millis(200);

/// How far the reading is.
pub(super) struct Progress {
    /// Entries read.
    pub(super) entries: u64,
    wanted: bool,
    /// When it is drawn next.
    next: Duration,
    drawn: bool,
}

impl Progress {
    /// Drawn only if it is wanted and somebody can see it.
    pub(super) fn new(wanted: bool) -> Self {
        let wanted = wanted && io::stderr().is_terminal();
        Self { entries: 0, wanted, next: PATIENCE, drawn: false }
    }

    /// Draws it if it is time, so long after the start.
    pub(super) fn draw(&mut self, elapsed: Duration, files: &[FileStatus]) {
        if !self.wanted || elapsed < self.next {
            return;
        }
        self.next = elapsed + PACE;
        let read = files.iter().map(|file| file.read).sum();
        let behind = files.iter().map(|file| file.behind).sum();
        self.drawn = true;
        // A terminal that is gone is none of the work's business.
        let _ = write!(io::stderr(), "\r{}\x1b[K", line(elapsed, read, behind, self.entries));
    }

    /// Takes it away.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// `mtatop: 43 % · 2.1 M entries · 1.2 s left`.
fn line(elapsed: Duration, read: u64, behind: u64, entries: u64) -> String {
    let whole = read.saturating_add(behind).max(1);
    let percent = u128::from(read) * 100 / u128::from(whole);
    let left = elapsed.as_millis() * u128::from(behind) / u128::from(read.max(1)) / 100;
    let tenths = entries / 100_000;
    let (seconds, tenth) = (left / 10, left % 10);
    let (millions, part) = (tenths / 10, tenths % 10);
    format!("mtatop: {percent} % · {millions}.{part} M entries · {seconds}.{tenth} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_much_and_how_long() {
        let second = Duration::from_secs(1);
        assert_eq!(line(second, 43, 57, 2_190_000), "mtatop: 43 % · 2.1 M entries · 1.3 s left");
        assert_eq!(line(second, 0, 0, 0), "mtatop: 0 % · 0.0 M entries · 0.0 s left");
        assert_eq!(line(second, u64::MAX, 9, 1), "mtatop: 100 % · 0.0 M entries · 0.0 s left");
    }
}
