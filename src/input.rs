//! Where entries come from: files, pipes, compressed files, through rotations and truncations.
//!
//! The only part of the program that opens logs, and it opens them for reading.

pub mod follow;
pub mod reader;
pub mod source;
