//! Text for terminal and files: sanitizing of untrusted bytes, widths, units, tables.
//!
//! Knows nothing of the log.

mod cells;
pub mod char_class;
mod charset;
pub mod escape;
pub mod sanitize;
mod scripts;
pub mod table;
mod unicode_tables;
pub mod units;

pub use char_class::CharsetMode;
