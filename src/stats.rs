//! The only part of the program that counts: outcomes, groups, rates, latencies.
//!
//! Knows no text of the log beyond the symbols of the index, no file and no screen.

mod backlog;
mod counts;
mod group_by;
mod groups;
mod log_summary;
pub mod minute_histogram;
mod rate_window;
mod scan_progress;
mod tally;

pub use backlog::{Backlog, LatencyHistogram};
pub use counts::Counts;
pub use group_by::GroupBy;
pub use groups::{
    DomainScope, Group, GroupId, GroupScope, Groups, MOST_GROUPS, RecentAttempts, RowNames,
};
pub use log_summary::{ConnectionCounts, LogSummary};
pub use minute_histogram::MinuteHistogram;
pub use rate_window::{CountBucket, RateWindow};
pub use tally::{Tally, Totals};
