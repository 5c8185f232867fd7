//! Flags of `mtatop report`.

use super::InputArgs;
use crate::stats::GroupBy;
use clap::{Args, ValueEnum};

/// Exit status: a group matches `--fail-if`.
pub const EXIT_CONDITION_MET: u8 = 3;

/// Summarize delivery outcomes by group
#[derive(Clone, Debug, Args)]
pub struct Report {
    /// Files and entry conditions.
    #[command(flatten)]
    pub input: InputArgs,
    /// Group by
    #[arg(long, value_enum, value_name = "KEY", default_value_t = GroupBy::Domain)]
    pub by: GroupBy,
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Table)]
    pub format: ReportFormat,
    /// Exit with status 3 if any group matches EXPR, for example 'failed>10 fail%>5 | deferred>=100'
    ///
    /// Comparisons joined by blanks are AND, | is OR. Counts of a group: enqueued, delivered, deferred,
    /// failed, rejected, and fail% (deferred and failed attempts as a share of all attempts).
    /// A comparison with entries, unparsed or open is about the whole log, and so are those joined to
    /// it by blanks. Matching groups are named on standard error.
    #[arg(long, value_name = "EXPR")]
    pub fail_if: Option<String>,
}

/// Output format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text table for people.
    Table,
    /// One JSON object.
    Json,
    /// Comma-separated values with a header row.
    Csv,
    /// Markdown table for tickets.
    Markdown,
}
