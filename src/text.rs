//! Text for the terminal and for files: what may be shown of untrusted bytes, widths, units, tables.
//!
//! Knows nothing of the log.

mod cells;
mod charset;
pub mod escape;
pub mod sanitize;
mod scripts;
pub mod table;
mod unicode_tables;
pub mod units;

pub use charset::CharsetMode;
