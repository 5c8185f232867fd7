//! Flags of `mtatop trace`.

use super::InputArgs;
use clap::Args;

/// Tell the story of messages
#[derive(Clone, Debug, Args)]
pub struct Trace {
    /// A message id, a queue file or an address; a part of it will do
    #[arg(value_name = "WHAT")]
    pub what: String,
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Another of these
    #[arg(short = 'e', long = "also", value_name = "WHAT")]
    pub also: Vec<String>,
}
