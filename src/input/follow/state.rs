//! What a follower that has nothing new is doing, in words for a status line.

use std::fmt;
use std::io;

use crate::input::source::FileKind;

/// Why there is nothing new.
///
/// Its text goes on where the path ends, as in `mail.log_current: deleted; waiting`. The path is
/// for the caller to show: it can hold characters that must not reach a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowState {
    /// All that is there was read.
    Following,
    /// All that is there was read, but a replaced file may still grow.
    Draining,
    /// The file was renamed, and nothing took its place yet; the old file is followed on.
    Renamed,
    /// The file was removed, and nothing took its place yet; the old file is followed on.
    Deleted,
    /// The path cannot be looked at or not be opened.
    Waiting(IoReason),
    /// What is at the path is no regular file.
    NotAFile(FileKind),
    /// It is not followed, but was read once, and that to its end. No follower says so.
    Ended,
    /// A held file cannot be read on.
    Unreadable {
        /// Where in the file.
        offset: u64,
        /// What the system says.
        reason: IoReason,
    },
}

impl FollowState {
    /// Whether something is wrong, so that entries may be missing.
    pub(super) fn is_trouble(self) -> bool {
        match self {
            Self::Following | Self::Draining | Self::Renamed | Self::Ended => false,
            Self::Deleted | Self::Waiting(_) | Self::NotAFile(_) | Self::Unreadable { .. } => true,
        }
    }
}

impl fmt::Display for FollowState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Following => out.write_str("following"),
            Self::Draining => out.write_str("rotated; still reading the old file"),
            Self::Renamed => out.write_str("renamed; waiting for the new file"),
            Self::Deleted => out.write_str("deleted; waiting"),
            Self::Waiting(reason) if reason.kind == io::ErrorKind::NotFound => {
                write!(out, "{reason}; waiting")
            }
            Self::Waiting(reason) => write!(out, "{reason}; retrying"),
            Self::NotAFile(kind) => write!(out, "is {kind}; waiting"),
            Self::Ended => out.write_str("read to its end"),
            Self::Unreadable { offset, reason } => {
                write!(out, "read error at byte {offset}: {reason}; retrying")
            }
        }
    }
}

/// What the system says why something failed: the part of an [`io::Error`] that can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoReason {
    /// The kind of error.
    pub kind: io::ErrorKind,
    /// The system's number of it.
    pub code: Option<i32>,
}

impl IoReason {
    /// Why this went wrong.
    pub fn of(error: &io::Error) -> Self {
        Self { kind: error.kind(), code: error.raw_os_error() }
    }
}

impl fmt::Display for IoReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.code) {
            (io::ErrorKind::NotFound, _) => out.write_str("no such file"),
            (io::ErrorKind::PermissionDenied, _) => out.write_str("permission denied"),
            // What `Disk` says of a file that took the path between the look and the open.
            (io::ErrorKind::Unsupported, None) => write!(out, "{}", FileKind::Other),
            (_, Some(code)) => {
                let text = io::Error::from_raw_os_error(code).to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                let mut letters = text.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                out.write_str(first.map_or(String::new(), String::from).as_str())?;
                out.write_str(letters.as_str())
            }
            (kind, None) => write!(out, "{kind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: i32) -> IoReason {
        IoReason::of(&io::Error::from_raw_os_error(code))
    }

    #[test]
    fn states_read_on_after_the_path() {
        let missing = IoReason::of(&io::ErrorKind::NotFound.into());
        let denied = IoReason::of(&io::ErrorKind::PermissionDenied.into());
        for (state, text) in [
            (FollowState::Following, "following"),
            (FollowState::Draining, "rotated; still reading the old file"),
            (FollowState::Renamed, "renamed; waiting for the new file"),
            (FollowState::Deleted, "deleted; waiting"),
            (FollowState::Waiting(missing), "no such file; waiting"),
            (FollowState::Waiting(denied), "permission denied; retrying"),
            (FollowState::NotAFile(FileKind::Directory), "is a directory; waiting"),
            (FollowState::NotAFile(FileKind::Other), "is not a regular file; waiting"),
            (FollowState::Ended, "read to its end"),
        ] {
            assert_eq!(state.to_string(), text);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn numbers_of_the_system_become_its_words() {
        assert_eq!(FollowState::Waiting(reason(24)).to_string(), "too many open files; retrying");
        assert_eq!(FollowState::Waiting(reason(13)).to_string(), "permission denied; retrying");
        let unreadable = FollowState::Unreadable { offset: 1_234_567, reason: reason(5) };
        let text = "read error at byte 1234567: input/output error; retrying";
        assert_eq!(unreadable.to_string(), text);
    }
}
