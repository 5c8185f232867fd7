//! Redaction: the same option for the screen and every command.

use crate::log::redact::RedactLevel;
use clap::Args;

/// Redaction option.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Redact {
    /// Pseudonymize users, clients, IP addresses, subjects and ids [=all: domains too]
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "people",
        hide_possible_values = true
    )]
    pub redact: Option<RedactLevel>,
}
