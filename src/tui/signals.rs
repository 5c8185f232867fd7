//! Signals and terminal hang-up, handled on threads of their own so that they work whatever the
//! loop does.

use super::exit::{HANGUP, end};
use super::terminal_writer::TerminalWriter;
use crossbeam_channel::Sender;
use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{getpgrp, getsid};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGSTOP, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::raise;
use std::io::{self, stdout};
use std::thread;

/// Poll interval for a lost terminal. A closed one wakes the poll at once; a hang-up is known only
/// by its signal, which another handler may have consumed.
const WATCH: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

/// Installs the handlers. A terminating signal restores the terminal and ends the program with the
/// status that a shell gives: 128 plus the signal's number. A stop signal gives the terminal back
/// until SIGCONT; a resize redraws the screen. Loss of the terminal ends the program.
pub(super) fn watch(screen: TerminalWriter, events: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTSTP => stop(&screen),
                SIGCONT => {
                    // A terminal that cannot be re-entered is gone; the poll detects that.
                    let _ = screen.enter();
                    let _ = events.send(Event::Resize(0, 0));
                }
                signal => {
                    screen.leave_for_good();
                    end(128 + signal);
                }
            }
        }
    })?;
    thread::Builder::new().name("watchdog".to_owned()).spawn(|| {
        while !is_gone() {}
        end(HANGUP);
    })?;
    Ok(())
}

/// Stops the process as the terminal driver does on Ctrl-Z, when the loop handles the key.
pub(super) fn suspend() -> io::Result<()> {
    raise(SIGTSTP)
}

fn stop(screen: &TerminalWriter) {
    // An orphaned process group has no shell that could continue it; the kernel ignores such a
    // stop.
    if getsid(None).is_ok_and(|session| session == getpgrp()) {
        return;
    }
    screen.restore();
    // kill cannot fail here, and SIGCONT shows the effect.
    let _ = raise(SIGSTOP);
}

/// Whether the terminal is gone; waits a little to see.
fn is_gone() -> bool {
    let out = stdout();
    let mut asked = [PollFd::new(&out, PollFlags::empty())];
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut asked, Some(&WATCH)).is_ok()
        && asked.iter().any(|asked| asked.revents().intersects(gone))
}
