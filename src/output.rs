//! Files that the program writes because it was asked to.

pub mod atomic_file;
pub mod status_file;
