//! Flags of `mtatop trace`.

use super::InputArgs;
use clap::Args;

/// Trace messages
#[derive(Clone, Debug, Args)]
pub struct Trace {
    /// Message id, queue file or address; substrings match
    #[arg(value_name = "WHAT")]
    pub what: String,
    /// Files and entry conditions.
    #[command(flatten)]
    pub input: InputArgs,
    /// One more search term (repeatable)
    #[arg(short = 'e', long = "also", value_name = "WHAT")]
    pub also: Vec<String>,
}
