//! Flags of `mtatop check`.

use super::Input;
use clap::Args;

/// Say how a log is written, and what it cannot answer
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
}
