//! What happens when a thread panics.
//!
//! That of a reader ends only the reading: what was read stays on the screen. Any other one ends the
//! program, after the terminal was given back, so that the message can be read.

use super::exit;
use super::terminal_writer::TerminalWriter;
use crate::text::sanitize::escape;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Mutex;
use std::thread;

/// Exit code of a program that panics.
const PANICKED: i32 = 101;

/// The threads that read.
const READERS: [&str; 2] = ["reader", "parser"];

/// What the reader died of.
static READER_DIED_OF: Mutex<Option<String>> = Mutex::new(None);

/// From here on this is so.
pub(super) fn install_panic_hook(screen: TerminalWriter) {
    panic::set_hook(Box::new(move |info| {
        let message = message(info);
        if thread::current().name().is_some_and(|name| READERS.contains(&name)) {
            if let Ok(mut died_of) = READER_DIED_OF.lock() {
                died_of.get_or_insert(message);
            }
            return;
        }
        // Nobody can be told on a terminal that takes nothing.
        if screen.leave_for_good() {
            let _ = writeln!(io::stderr(), "mtatop: {message}");
        }
        exit::end(PANICKED);
    }));
}

/// Why the reader stopped, which it does for no other reason.
pub(super) fn of_reader() -> String {
    let died_of = READER_DIED_OF.lock().ok().and_then(|died_of| died_of.clone());
    died_of.unwrap_or_default()
}

/// Where it happened, and the words if they are our own: words made up while running may hold text of
/// the log, which is nobody's business in a message that gets passed on.
fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
    let words = info.payload().downcast_ref::<&'static str>().map(|words| format!(": {words}"));
    let message =
        format!("internal error{}{}", place.unwrap_or_default(), words.unwrap_or_default());
    escape(message.as_bytes())
}
