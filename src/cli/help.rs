//! Flags of `mtatop help`, `completions` and `man`.

use clap::Args;
use clap_complete::Shell;

/// Flags of `mtatop help`.
#[derive(Args, Clone, Debug)]
pub struct Help {
    /// A command, or one of keys, filter, screen, config and limits
    #[arg(value_name = "TOPIC")]
    pub of: Vec<String>,
}

/// Flags of `mtatop completions`.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// The shell that is to complete
    pub shell: Shell,
}

/// Flags of `mtatop man`.
#[derive(Args, Clone, Debug)]
pub struct Man {
    /// The page of this command, else of the program
    #[arg(value_name = "COMMAND")]
    pub of: Option<String>,
}
