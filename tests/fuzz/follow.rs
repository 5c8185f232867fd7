//! Bytes as the life of a log: two for what happens, and how much, judged by the reference of the
//! follower's own tests.

use std::path::PathBuf;
use std::time::Duration;

use mtatop::input::follow::{
    DRAIN_FILES, DRAIN_LONGEST, FollowStep, Follower, MARKS, OVERLAP, OpenReason, StreamId,
};
use mtatop::input::source::{Fs, Memory};

#[path = "../../src/input/follow/tests/model.rs"]
mod model;

use model::{Action, live};

/// Fewer than there are numbers of contents.
const MOST_ACTIONS: usize = 119;

pub(crate) fn run(bytes: &[u8]) {
    let Some((limit, actions)) = bytes.split_first() else { return };
    let actions = actions.chunks_exact(2).take(MOST_ACTIONS);
    let actions: Vec<Action> = actions.map(|pair| action(pair[0], pair[1].into())).collect();
    let ground = Ground { memory: Memory::default(), folder: PathBuf::from("folder") };
    live(&ground, usize::from(*limit) + 1, &actions);
}

fn action(what: u8, much: usize) -> Action {
    // Which of the old files it is about, where that matters.
    let which = usize::from(what / 11);
    match what % 11 {
        0 => Action::Append(much),
        1 => Action::AppendLate { which, len: much },
        2 => Action::Roll,
        3 => Action::Delete,
        4 => Action::Truncate { len: much },
        5 => Action::TruncateLate { which, len: much },
        6 => Action::Refill { more: much },
        7 => Action::Return { which: much },
        8 => Action::Poll(much % 5),
        9 => Action::Settle,
        _ => Action::Wait(much % 8),
    }
}

/// A folder in memory, in the words of the reference.
struct Ground {
    memory: Memory,
    folder: PathBuf,
}

impl Ground {
    fn fs(&self) -> &dyn Fs {
        &self.memory
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        self.memory.append(&self.path(name), bytes);
    }

    fn rename(&self, from: &str, to: &str) {
        self.memory.rename(&self.path(from), &self.path(to)).unwrap();
    }

    fn remove(&self, name: &str) {
        self.memory.remove(&self.path(name)).unwrap();
    }

    fn truncate(&self, name: &str, len: usize) {
        self.memory.truncate(&self.path(name), len).unwrap();
    }
}
