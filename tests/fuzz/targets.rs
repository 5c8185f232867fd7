//! What each target does with the bytes it is given. It returns, or panics where something is wrong.
//!
//! The fuzzer calls it, and so does `cargo test`, with every input that a corpus holds.

mod entry;
mod filter;
mod follow;
mod markup;
mod packed;
mod screen;

/// The name of a corpus, and what is done with an input.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const ALL: [Target; 6] = [
    ("entry", entry::run),
    ("filter", filter::run),
    ("follow", follow::run),
    ("markup", markup::run),
    ("packed", packed::run),
    ("screen", screen::run),
];
