//! Which files, and which of their entries: the same for every command.

use super::{FilterArgs, Redact};
use clap::Args;
use std::path::PathBuf;

/// Files and filter of a command.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// Log files, merged by time; a directory means its mail.log* and connection.log*, and - standard
    /// input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Which of their entries.
    #[command(flatten)]
    pub conditions: FilterArgs,
    /// What is hidden of them.
    #[command(flatten)]
    pub hide: Redact,
}
