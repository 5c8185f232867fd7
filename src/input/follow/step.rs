//! What a follower tells.

use std::sync::Arc;

use super::{FollowEvent, FollowState};
use crate::input::source::Handle;

/// Which stream of a follower a step is about: one physical content of one file.
///
/// Counted from 0 in the order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

/// What one poll found.
#[derive(Clone, Debug)]
pub enum FollowStep {
    /// A stream begins.
    Opened {
        /// Its number; all its further steps carry it.
        stream: StreamId,
        /// The file, to read its text again later. That of a truncated one has other bytes now.
        handle: Arc<dyn Handle>,
        /// Why there is a new stream.
        reason: OpenReason,
    },
    /// There are new bytes in the buffer; none if only a hole was passed over. Holes are runs of NUL
    /// bytes, which are in no buffer: the next bytes stand as much farther in the file.
    Bytes {
        /// The stream they belong to.
        stream: StreamId,
        /// Where in the file the first of them stands.
        offset: u64,
        /// How many bytes after them are still unread.
        behind: u64,
    },
    /// The stream is over: a last line without an end will not get one.
    Finished {
        /// The stream.
        stream: StreamId,
        /// Its file was truncated or filled with other content: what was read can't be read again,
        /// and what was not is lost.
        overwritten: bool,
    },
    /// Something happened to the log.
    Event(FollowEvent),
    /// Nothing new; until the next poll there is time to wait.
    Idle(FollowState),
}

/// Why a stream begins; from its first byte, but for [`OpenReason::Returned`] and [`OpenReason::Unseen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenReason {
    /// The first file at the path.
    First,
    /// The file before was given another name, or the path leads elsewhere.
    Rolled,
    /// The file before was removed.
    Recreated,
    /// The same file is shorter than what was read of it.
    Truncated,
    /// The same file holds other bytes where it was read: truncated and filled again.
    Rewritten,
    /// What was at the path unseen was found in an older file: all of that, or a part of it.
    Unseen,
    /// A file that was let go is back at the path; its stream goes on where the one before ended.
    Returned,
}
