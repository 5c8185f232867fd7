//! Exit of the program: exit status and lines for stderr.

use std::io;

/// The exit status, and a line of standard error for each note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// The exit status.
    pub code: u8,
    /// Lines for stderr.
    pub notes: Vec<String>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a reason is a text or an error, not needed later"
)]
impl Exit {
    /// Something went wrong.
    pub const FAILURE: u8 = 1;
    /// The command line, the configuration or the terminal cannot be used.
    pub const USAGE: u8 = 2;

    /// Ends with a status and no notes.
    pub fn with_code(code: u8) -> Self {
        Self { code, notes: Vec::new() }
    }

    /// Failure with this reason.
    pub fn failure(reason: impl ToString) -> Self {
        Self { code: Self::FAILURE, notes: vec![reason.to_string()] }
    }

    /// Usage error with this reason.
    pub fn usage(reason: impl ToString) -> Self {
        Self { code: Self::USAGE, notes: vec![reason.to_string()] }
    }
}

/// After printing to standard output. A reader such as `head` that had enough closes the pipe: that is
/// no failure.
impl From<io::Result<()>> for Exit {
    fn from(printed: io::Result<()>) -> Self {
        match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Self::failure(format!("standard output: {error}"))
            }
            _ => Self::default(),
        }
    }
}
