//! Signals that interrupt a command, which then ends in order, leaving no partial output.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Exit status as a shell reports it, once a signal arrived.
pub(super) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// The first signal is only recorded. A second one ends the program at once, in case blocked
    /// output delays the orderly end. SIGHUP counts unless the command runs forever, as `nohup`
    /// would have it; whether `nohup` was used cannot be queried safely. Further calls return the
    /// same instance.
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

    /// Exit status, if a signal arrived.
    pub(super) fn code(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|&code| code > 0)
    }
}
