//! Input files and entry conditions: the same options for every command.

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
    /// Entry conditions.
    #[command(flatten)]
    pub conditions: FilterArgs,
    /// Redaction.
    #[command(flatten)]
    pub hide: Redact,
}
