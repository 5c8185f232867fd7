//! Handling of panics.
//!
//! A panic of a reader thread ends the reading only: entries read so far stay on the screen. Any
//! other panic restores the terminal and ends the program, so that its message can be read.

use super::exit;
use super::terminal_writer::TerminalWriter;
use crate::text::sanitize::escape;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Mutex;
use std::thread;

/// Exit status after a panic.
const PANICKED: i32 = 101;

/// Names of the threads that read.
const READERS: [&str; 2] = ["reader", "parser"];

/// Message of a reader's panic.
static READER_DIED_OF: Mutex<Option<String>> = Mutex::new(None);

/// Installs the panic hook.
pub(super) fn install_panic_hook(screen: TerminalWriter) {
    panic::set_hook(Box::new(move |info| {
        let message = message(info);
        if thread::current().name().is_some_and(|name| READERS.contains(&name)) {
            if let Ok(mut died_of) = READER_DIED_OF.lock() {
                died_of.get_or_insert(message);
            }
            return;
        }
        // A terminal that takes no output cannot show a message.
        if screen.leave_for_good() {
            let _ = writeln!(io::stderr(), "mtatop: {message}");
        }
        exit::end(PANICKED);
    }));
}

/// Reason why the reader stopped; it stops only by a panic.
pub(super) fn of_reader() -> String {
    let died_of = READER_DIED_OF.lock().ok().and_then(|died_of| died_of.clone());
    died_of.unwrap_or_default()
}

/// Location of a panic, and its message if that is a constant: a formatted message may hold text of
/// the log, which must not leak into error reports.
fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
    let words = info.payload().downcast_ref::<&'static str>().map(|words| format!(": {words}"));
    let message =
        format!("internal error{}{}", place.unwrap_or_default(), words.unwrap_or_default());
    escape(message.as_bytes())
}
