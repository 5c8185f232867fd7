//! Flags of `mtatop simulate`.

use clap::Args;

/// Print the log of a simulated busy relay: the same seed gives the same log
#[derive(Clone, Debug, Args)]
pub struct Simulate {
    /// Entries to print
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub entries: usize,
    /// Decides everything that is left to chance
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}
