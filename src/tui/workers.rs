//! Worker threads: one searches the files for text, one writes files.

pub mod save;
pub mod search;
