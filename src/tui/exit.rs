//! The end of the program from any thread: nothing half written stays.

use crate::output::atomic_file;
use crate::tui::session_file;
use signal_hook::consts::SIGHUP;
use std::process;

/// Exit code of a program whose terminal is gone, as a shell gives it.
pub(super) const HANGUP: i32 = 128 + SIGHUP;

/// Ends the program now. What it holds is not worth waiting for, but the session as it was last seen.
pub(super) fn end(code: i32) -> ! {
    atomic_file::remove_temp_files();
    session_file::finish();
    process::exit(code)
}
