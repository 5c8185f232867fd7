//! Progress line on the terminal while the user waits for output.
//!
//! Rewritten in place and erased before other output. Not written unless stderr is a terminal.

use crate::input::reader::FileStatus;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

/// Delay before the first drawing: short commands need none.
const PATIENCE: Duration = Duration::from_secs(1);
/// Interval between drawings.
const PACE: Duration = Duration::from_millis(200);

/// Progress of reading.
pub(super) struct Progress {
    /// Entries read.
    pub(super) entries: u64,
    wanted: bool,
    /// Time of the next drawing.
    next: Duration,
    drawn: bool,
}

impl Progress {
    /// Drawn only if requested and stderr is a terminal.
    pub(super) fn new(wanted: bool) -> Self {
        let wanted = wanted && io::stderr().is_terminal();
        Self { entries: 0, wanted, next: PATIENCE, drawn: false }
    }

    /// Draws the line if due, at this time since the start.
    pub(super) fn draw(&mut self, elapsed: Duration, files: &[FileStatus]) {
        if !self.wanted || elapsed < self.next {
            return;
        }
        self.next = elapsed + PACE;
        let read = files.iter().map(|file| file.read).sum();
        let behind = files.iter().map(|file| file.behind).sum();
        self.drawn = true;
        // A lost terminal does not affect the command.
        let _ = write!(io::stderr(), "\r{}\x1b[K", line(elapsed, read, behind, self.entries));
    }

    /// Erases the line.
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
