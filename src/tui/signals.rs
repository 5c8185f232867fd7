//! Signals that end the program, on a thread of their own: they work whatever the loop is doing.

use super::terminal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::{io, process, thread};

/// From here on the terminal is given back before one of these signals ends the program, with the
/// exit code that a shell gives such an end.
pub(super) fn restore_on_death() -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            terminal::restore();
            process::exit(128 + signal);
        }
    })?;
    Ok(())
}
