//! Signals that end the program, on a thread of their own: they work whatever the loop is doing.

use super::terminal;
use crossbeam_channel::bounded;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::time::Duration;
use std::{io, process, thread};

/// How long a terminal that takes no output (Ctrl-S, a dead line) may hold up the end.
const PATIENCE: Duration = Duration::from_millis(500);

/// From here on the terminal is given back before one of these signals ends the program, with the
/// exit code that a shell gives such an end.
pub(super) fn restore_on_death() -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            restore_in_time();
            process::exit(128 + signal);
        }
    })?;
    Ok(())
}

/// Restores the terminal, unless that takes too long: then whoever draws waits for it as well.
fn restore_in_time() {
    let (restored, done) = bounded::<()>(0);
    let restoring = thread::Builder::new().name("restore".to_owned()).spawn(move || {
        let held = terminal::restore();
        drop(restored);
        // Nothing is drawn any more: the program ends under this thread.
        thread::park();
        drop(held);
    });
    if restoring.is_ok() {
        // It never sends: what comes is the end of the channel, or of the time.
        let _ = done.recv_timeout(PATIENCE);
    }
}
