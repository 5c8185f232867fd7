//! Flags of `mtatop export`.

use super::InputArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Export entries, connections, deliveries or messages
#[derive(Clone, Debug, Args)]
pub struct Export {
    /// The table to export
    #[arg(value_enum, value_name = "WHAT")]
    pub what: ExportTable,
    /// Files and entry conditions.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format; raw writes the bytes of the entries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExportFormat::Ndjson)]
    pub format: ExportFormat,
    /// Keep reading as the log grows
    #[arg(long)]
    pub follow: bool,
    /// Exit after S seconds without new entries
    #[arg(long, value_name = "S", requires = "follow")]
    pub exit_after_idle: Option<u64>,
    /// Write reader progress to FILE as JSON
    #[arg(long, value_name = "FILE", requires = "follow")]
    pub status_file: Option<PathBuf>,
    /// Write to FILE instead of standard output: atomically, or growing with --follow
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The tables of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportTable {
    /// Entries.
    Entries,
    /// Connections from open to close.
    Connections,
    /// Delivery attempts with their outcome.
    Deliveries,
    /// Messages with their recipients.
    Messages,
}

/// Output format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object per line.
    Ndjson,
    /// Comma-separated values with a header row.
    Csv,
    /// The bytes of the log; entries only.
    Raw,
}
