//! Which files, and which of their entries: the same for every command.

use super::{Conditions, Redact};
use clap::Args;
use std::path::PathBuf;

/// Files and filter of a command.
#[derive(Clone, Debug, Default, Args)]
pub struct Input {
    /// Log files, merged by time; a directory means its mail.log* and connection.log*, and - standard
    /// input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Which of their entries.
    #[command(flatten)]
    pub conditions: Conditions,
    /// What is hidden of them.
    #[command(flatten)]
    pub hide: Redact,
}
