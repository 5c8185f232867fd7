//! Signals that tell a command to end: it does so itself, so that nothing half-written stays.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The exit code that a shell gives the end by a signal, once one came.
pub(super) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// From here on the first signal is only noted. A second one ends the program at once, should
    /// somebody who takes no output hold it up. A lost terminal counts unless the command is to go
    /// on for ever: that is how `nohup` has it, and whether it was used can't be asked safely.
    /// Once is enough for the whole program.
    pub(super) fn catch(for_ever: bool) -> io::Result<&'static Self> {
        static CAUGHT: OnceLock<Interrupt> = OnceLock::new();
        if let Some(caught) = CAUGHT.get() {
            return Ok(caught);
        }
        let interrupt = Self::register(for_ever)?;
        Ok(CAUGHT.get_or_init(|| interrupt))
    }

    fn register(for_ever: bool) -> io::Result<Self> {
        let (seen, code) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if for_ever && signal == SIGHUP {
                continue;
            }
            let end = 128 + signal;
            flag::register_conditional_shutdown(signal, end, Arc::clone(&seen))?;
            flag::register(signal, Arc::clone(&seen))?;
            let end = usize::try_from(end).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&code), end)?;
        }
        Ok(Self(code))
    }

    /// The exit code, if a signal came.
    pub(super) fn code(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|&code| code > 0)
    }
}
