//! Flags of `mtatop check`.

use super::InputArgs;
use clap::{Args, ValueEnum};

/// Report the log's format and missing log options
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// Files and entry conditions.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
}

/// Output format of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Text for people.
    Text,
    /// One JSON object.
    Json,
}
