//! The targets of the fuzzer, each a binary of its own in `bin`.
//!
//! `cargo fuzz run -s none --fuzz-dir tests/fuzz entry -- -max_len=4096` (cargo-fuzz 0.13.2, on a
//! stable compiler). `-s none`: the program has no unsafe code for a sanitizer to watch.
//!
//! `cargo fuzz cmin -s none --fuzz-dir tests/fuzz entry` leaves of the corpus what covers as much.

#[path = "../it/harness.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod harness;
#[path = "targets.rs"]
mod targets;

/// Gives the bytes to a target.
///
/// # Panics
/// If there is no such target, and where the program is wrong.
pub fn run(target: &str, bytes: &[u8]) {
    let known = targets::ALL.iter().find(|(name, _)| *name == target);
    let (_, run) = known.expect("a binary is called like its target");
    run(bytes);
}
