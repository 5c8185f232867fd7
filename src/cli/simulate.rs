//! Flags of `mtatop simulate`.

use crate::simulate::Profile;
use clap::Args;
use std::path::PathBuf;

/// Print the log of a simulated busy relay: the same seed gives the same log
#[derive(Clone, Debug, Args)]
pub struct Simulate {
    /// Entries to print
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub entries: usize,
    /// What the site is for
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub profile: Profile,
    /// Decides everything that is left to chance
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Add the odd entries that old and large sites have
    #[arg(long)]
    pub odd: bool,
    /// Write what an export of the log has to say here, an object for each entry
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Options of the MTA.
    #[command(flatten)]
    pub written: Written,
}

/// The options of the MTA that say how its log is written; `N` is 0 for off and 1 for on.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of the MTA (0 is off)")]
pub struct Written {
    /// Text, with `<>`, counted, XML, JSON or flat JSON
    #[arg(long, value_name = "1-6", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub log_format: u8,
    /// Host name
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_node: u32,
    /// Process, thread and operation
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_process: u32,
    /// NOTARY flags of the recipient
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_notary: u32,
    /// Queue file
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_filename: u32,
    /// Envelope id
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_envelope_id: u32,
    /// Message id
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_message_id: u32,
    /// User
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_username: u32,
    /// Bits: 1 other host, 2 connections, 4 ETRN, 32 transport, 64 application, 128 authentication
    #[arg(long, value_name = "BITS", default_value_t = 135)]
    pub log_connection: u32,
    /// Sensitivity
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_sensitivity: u32,
    /// Priority
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_priority: u32,
    /// Intermediate and initial address
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_intermediate: u32,
    /// What a Sieve script did
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_filter: u32,
    /// Why a recipient was refused
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_reason: u32,
    /// Delivery status
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_diagnostics: u32,
    /// Remote MTA as a field of its own
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_remote_mta: u32,
    /// Seconds in the queue
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_queue_time: u32,
    /// Greeting of the other side
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_banner: u32,
    /// Both ends of the connection in the delivery status
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub log_transportinfo: u32,
    /// Header lines (channel keyword `logheader`)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub log_header: u32,
}

impl Written {
    /// Each option but the format, by the name it has in the MTA's option file.
    pub fn options(&self) -> [(&'static str, u32); 19] {
        [
            ("LOG_NODE", self.log_node),
            ("LOG_PROCESS", self.log_process),
            ("LOG_NOTARY", self.log_notary),
            ("LOG_FILENAME", self.log_filename),
            ("LOG_ENVELOPE_ID", self.log_envelope_id),
            ("LOG_MESSAGE_ID", self.log_message_id),
            ("LOG_USERNAME", self.log_username),
            ("LOG_CONNECTION", self.log_connection),
            ("LOG_SENSITIVITY", self.log_sensitivity),
            ("LOG_PRIORITY", self.log_priority),
            ("LOG_INTERMEDIATE", self.log_intermediate),
            ("LOG_FILTER", self.log_filter),
            ("LOG_REASON", self.log_reason),
            ("LOG_DIAGNOSTICS", self.log_diagnostics),
            ("LOG_REMOTE_MTA", self.log_remote_mta),
            ("LOG_QUEUE_TIME", self.log_queue_time),
            ("LOG_BANNER", self.log_banner),
            ("LOG_TRANSPORTINFO", self.log_transportinfo),
            ("LOG_HEADER", self.log_header),
        ]
    }
}
