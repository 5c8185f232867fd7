//! Files written on request.

pub mod atomic_file;
pub mod status_file;
