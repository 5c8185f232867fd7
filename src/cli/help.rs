//! Flags of `mtatop help`, `completions` and `man`.

use clap::Args;
use clap_complete::Shell;

/// `mtatop help`: what to tell about.
#[derive(Args, Clone, Debug)]
pub struct Help {
    /// A command, or one of keys, filter, screen, config and limits
    #[arg(value_name = "TOPIC")]
    pub of: Vec<String>,
}

/// `mtatop completions`: for which shell.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// The shell that is to complete
    pub shell: Shell,
}

/// `mtatop man`: of which command.
#[derive(Args, Clone, Debug)]
pub struct Man {
    /// The page of this command, else of the program
    #[arg(value_name = "COMMAND")]
    pub of: Option<String>,
}
