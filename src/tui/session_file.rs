//! Session file for `--restore`.
//!
//! A small file of the user, replaced atomically and written by its own thread, so that a slow disk
//! does not block the screen. A write error does not stop the program. Of several running programs
//! only the first writes it. Knows nothing of the log.

use crate::tui::app::SessionState;
use crate::tui::config::file;
use crate::tui::config::file::{FileError, Usual};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use etcetera::base_strategy::{BaseStrategy as _, Xdg};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Between two writings at least.
const WRITE_INTERVAL: Duration = Duration::from_millis(100);
/// The end of the program waits so long for the last writing.
const PATIENCE: Duration = Duration::from_millis(700);

/// Loaded session.
#[derive(Default)]
pub struct LoadedSession {
    /// Path.
    pub path: PathBuf,
    /// Saved state of the last session.
    pub state: Option<SessionState>,
    /// Keeper of this session; `None` if another program holds the lock, or the file cannot exist.
    pub writer: Option<SessionWriter>,
    /// Notice for the user.
    pub warning: Option<String>,
}

/// Number of states to write.
static UNWRITTEN: Mutex<usize> = Mutex::new(0);
/// Signals that none are left.
static WRITTEN: Condvar = Condvar::new();

/// Waits briefly for pending writes: for exits that bypass the keeper.
pub fn finish() {
    let unwritten = UNWRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    // A state not written in time is lost.
    drop(WRITTEN.wait_timeout_while(unwritten, PATIENCE, |count| *count > 0));
}

/// Changes the number of pending writes.
fn count(change: impl FnOnce(&mut usize)) {
    change(&mut UNWRITTEN.lock().unwrap_or_else(PoisonError::into_inner));
    WRITTEN.notify_all();
}

/// Handle of the writing thread.
pub struct SessionWriter {
    setups: Sender<SessionState>,
    ended: Receiver<io::Result<()>>,
    path: PathBuf,
    last: SessionState,
}

impl SessionWriter {
    /// Queues a state for writing.
    pub fn save(&mut self, setup: SessionState) {
        if setup != self.last {
            count(|unwritten| *unwritten += 1);
            // A stopped thread left its error, which is shown at exit.
            if self.setups.send(setup.clone()).is_err() {
                count(|unwritten| *unwritten -= 1);
            }
            self.last = setup;
        }
    }

    /// Waits briefly for pending writes. Returns an error message if writing failed.
    pub fn end(self) -> Option<String> {
        drop(self.setups);
        let error = self.ended.recv_timeout(PATIENCE).ok()?.err()?;
        Some(FileError::new(&self.path, &file::reason(&error)).to_string())
    }
}

/// Default folder.
pub fn folder() -> Option<PathBuf> {
    Some(Xdg::new().ok()?.state_dir()?.join("mtatop"))
}

/// Loads the last session of a folder, and starts a keeper for this one.
pub fn open(folder: &Path) -> LoadedSession {
    let path = folder.join("session.toml");
    let locked = locked(folder);
    let (setup, said) = read(&path, locked.as_ref().is_ok_and(Option::is_some));
    let (keeper, told) = match locked {
        Ok(Some(lock)) => match keeper(&path, lock, setup.clone().unwrap_or_default()) {
            Ok(keeper) => (Some(keeper), said),
            Err(error) => (None, Some(file::reason(&error))),
        },
        Ok(None) => (
            None,
            Some("session file is locked by another mtatop; session will not be saved".to_owned()),
        ),
        Err(error) => (None, Some(format!("not kept: {}", file::reason(&error)))),
    };
    LoadedSession { path, state: setup, writer: keeper, warning: told }
}

/// Locks a private folder, created if missing; `None` if another program holds the lock.
fn locked(folder: &Path) -> io::Result<Option<File>> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if let Some(why) = file::untrusted_reason(&fs::metadata(folder)?) {
        return Err(io::Error::other(why));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let lock = options.open(folder.join("session.lock"))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(lock)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Loads the file. An invalid one is renamed if the lock is ours.
fn read(path: &Path, ours: bool) -> (Option<SessionState>, Option<String>) {
    let setup = match file::usual(path) {
        Ok(Usual::Missing) => return (None, None),
        Ok(Usual::Unsafe(why)) => return (None, Some(format!("ignored: {why}"))),
        Ok(Usual::Text(text)) => toml::from_str(&text).ok(),
        Err(_) => None,
    };
    if setup.is_some() {
        return (setup, None);
    }
    if ours {
        // If it cannot be renamed it is overwritten.
        let _ = fs::rename(path, path.with_extension("bad"));
    }
    (None, Some("session file unreadable; started fresh".to_owned()))
}

/// Starts the writing thread, which holds the lock until it ends.
fn keeper(path: &Path, lock: File, last: SessionState) -> io::Result<SessionWriter> {
    let (setups, inbox) = unbounded::<SessionState>();
    let (outcome, ended) = bounded(1);
    let place = path.to_owned();
    thread::Builder::new().name("session".to_owned()).spawn(move || {
        let mut written = Ok(());
        while let Ok(setup) = inbox.recv() {
            // Only the last queued state matters.
            let (mut newest, mut taken) = (setup, 1);
            for setup in inbox.try_iter() {
                (newest, taken) = (setup, taken + 1);
            }
            written = write(&place, &newest);
            count(|unwritten| *unwritten -= taken);
            thread::sleep(WRITE_INTERVAL);
        }
        drop(lock);
        let _ = outcome.send(written);
    })?;
    Ok(SessionWriter { setups, ended, path: path.to_owned(), last })
}

fn write(path: &Path, setup: &SessionState) -> io::Result<()> {
    let text = toml::to_string(setup).map_err(io::Error::other)?;
    let part = path.with_extension("part");
    // Left by a killed program; a symlink is removed, not its target.
    let _ = fs::remove_file(&part);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&part)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::View;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn some() -> SessionState {
        let history = vec!["a.example".to_owned(), "text:\\s\"\n\u{1b}".to_owned()];
        SessionState {
            filter: "b.example".to_owned(),
            history,
            view: View::Log,
            zoom: true,
            ..SessionState::default()
        }
    }

    /// Opens the session, saves this state and ends.
    fn write_file(folder: &Path, setup: SessionState) {
        let mut keeper = open(folder).writer.unwrap();
        keeper.save(setup);
        assert_eq!(keeper.end(), None);
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_one_leaves_the_next_finds() {
        let room = tempfile::tempdir().unwrap();
        let folder = room.path().join("state/mtatop");
        let first = open(&folder);
        assert_eq!((first.state, first.warning), (None, None));
        drop(first.writer.map(SessionWriter::end));
        assert!(!folder.join("session.toml").exists(), "nothing was changed");
        write_file(&folder, some());
        let next = open(&folder);
        assert_eq!((next.state, next.warning), (Some(some()), None));
        assert_eq!((mode(&folder), mode(&folder.join("session.toml"))), (0o700, 0o600));
        assert!(!folder.join("session.part").exists());
    }

    #[test]
    fn f38_of_two_the_first_writes() {
        let room = tempfile::tempdir().unwrap();
        write_file(room.path(), some());
        let first = open(room.path());
        let second = open(room.path());
        assert!(first.writer.is_some() && second.writer.is_none());
        assert_eq!(second.state, Some(some()));
        assert!(second.warning.unwrap().starts_with("session file is locked by another mtatop"));
        assert_eq!(first.writer.unwrap().end(), None);
        assert!(open(room.path()).writer.is_some());
    }

    #[test]
    fn f37_a_file_that_makes_no_sense_is_put_aside() {
        for text in ["filter = ", "view = \"kitchen\"", "\u{0}", "order = 3"] {
            let room = tempfile::tempdir().unwrap();
            let path = room.path().join("session.toml");
            fs::write(&path, text).unwrap();
            let opened = open(room.path());
            assert_eq!(opened.state, None, "{text}");
            assert_eq!(opened.warning.unwrap(), "session file unreadable; started fresh");
            assert_eq!(fs::read_to_string(room.path().join("session.bad")).unwrap(), text);
            assert!(!path.exists());
        }
    }

    #[test]
    fn what_others_may_write_is_neither_read_nor_written() {
        let room = tempfile::tempdir().unwrap();
        write_file(room.path(), some());
        let path = room.path().join("session.toml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let opened = open(room.path());
        assert_eq!(
            (opened.state, opened.warning.unwrap().contains("group- or world-writable")),
            (None, true)
        );
        drop(opened.writer.map(SessionWriter::end));
        fs::set_permissions(room.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let opened = open(room.path());
        assert!(opened.writer.is_none() && opened.warning.unwrap().starts_with("not kept: "));
    }

    #[test]
    fn i22_a_link_that_was_planted_is_not_followed() {
        let room = tempfile::tempdir().unwrap();
        let precious = room.path().join("precious");
        fs::write(&precious, "kept").unwrap();
        for name in ["session.part", "session.toml"] {
            symlink(&precious, room.path().join(name)).unwrap();
        }
        write_file(room.path(), some());
        assert_eq!(fs::read_to_string(&precious).unwrap(), "kept");
        assert_eq!(open(room.path()).state, Some(some()));
    }

    #[test]
    fn f25_what_cannot_be_written_is_told_at_the_end() {
        let room = tempfile::tempdir().unwrap();
        let mut keeper = open(room.path()).writer.unwrap();
        // A folder at the path of the file.
        fs::create_dir_all(room.path().join("session.toml/full")).unwrap();
        keeper.save(some());
        let line = keeper.end().unwrap();
        assert!(line.contains("session.toml: ") && !line.contains("os error"), "{line}");
        assert!(!room.path().join("session.part").exists());
    }
}
