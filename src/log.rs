//! The log of the MTA: from bytes to entries, and their pseudonyms.
//!
//! Knows neither files nor the index.

pub mod entry;
pub mod parse;
pub mod public_suffix;
pub mod redact;
pub mod response_template;
pub mod splitter;
