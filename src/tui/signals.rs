//! What ends or stops the program from outside, on threads of their own: signals, and the end of the
//! terminal. They work whatever the loop is doing.

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

/// How often to look whether the terminal is still there. One that closes wakes us at once; of one
/// that hangs up we only hear by the signal, which somebody else may have taken.
const WATCH: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

/// From here on a signal ends the program after the terminal was given back, with the exit code that
/// a shell gives such an end; one that stops it gives the terminal back for that time, and a resize
/// tells the loop to draw everything anew. Without a terminal the program ends as well.
pub(super) fn watch(screen: TerminalWriter, events: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTSTP => stop(&screen),
                SIGCONT => {
                    // A terminal that can't be taken over again is gone, which is noticed elsewhere.
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

/// Stops the process as the terminal driver does at Ctrl-Z, once the loop gets round to it.
pub(super) fn suspend() -> io::Result<()> {
    raise(SIGTSTP)
}

fn stop(screen: &TerminalWriter) {
    // In the group of the session's leader there is no shell that could continue us: as the system
    // has it, such a stop does nothing.
    if getsid(None).is_ok_and(|session| session == getpgrp()) {
        return;
    }
    screen.restore();
    // It can't fail, and what it does shows by the signal that continues us.
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
