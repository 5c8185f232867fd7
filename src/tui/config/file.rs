//! Location and trust of the user's configuration file.

use crate::text::sanitize::escape;
use etcetera::base_strategy::{BaseStrategy as _, Xdg};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::geteuid;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Maximum size of a configuration file in bytes.
const LONGEST_FILE: u64 = 256 * 1_024;

/// Permission bits that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// Result of reading the default configuration file.
pub enum Usual {
    /// Content.
    Text(String),
    /// No such file.
    Missing,
    /// Others may have written it, for this reason.
    Unsafe(&'static str),
}

/// Default path.
pub(super) fn of_user() -> Option<PathBuf> {
    Some(Xdg::new().ok()?.config_dir().join("mtatop").join("config.toml"))
}

/// The text of a file that was named, which is to be there.
pub(super) fn describe_path(path: &Path) -> Result<String, FileError> {
    let (file, known) = opened(path).map_err(|error| FileError::new(path, &reason(&error)))?;
    match untrusted_reason(&known) {
        Some(why) => Err(FileError::new(path, why)),
        None => text(path, file),
    }
}

/// Reads the default file.
///
/// # Errors
/// When it cannot be read.
pub fn usual(path: &Path) -> Result<Usual, FileError> {
    match opened(path) {
        Ok((file, known)) => match untrusted_reason(&known) {
            Some(why) => Ok(Usual::Unsafe(why)),
            None => text(path, file).map(Usual::Text),
        },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Usual::Missing)
        }
        Err(error) => Err(FileError::new(path, &reason(&error))),
    }
}

/// What is wrong with a file: its path and the reason, on one line that is fit for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {reason}")]
pub struct FileError {
    path: String,
    reason: String,
}

impl FileError {
    /// About the file of this path.
    pub fn new(path: &Path, reason: &str) -> Self {
        let path = escape(path.as_os_str().as_encoded_bytes());
        Self { path, reason: escape(reason.as_bytes()) }
    }
}

/// Checks the open file, not its path, so that it cannot be swapped. Opening a pipe would block,
/// and opening a device can have effects.
fn opened(path: &Path) -> io::Result<(File, Metadata)> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("is not a regular file"));
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    let known = file.metadata()?;
    if known.is_file() { Ok((file, known)) } else { Err(io::Error::other("is not a regular file")) }
}

/// Reason not to trust a file, if any.
pub fn untrusted_reason(known: &Metadata) -> Option<&'static str> {
    let owner = known.uid();
    if owner != 0 && owner != geteuid().as_raw() {
        Some("not owned by you or root")
    } else if known.mode() & OTHERS_WRITE != 0 {
        Some("group- or world-writable")
    } else {
        None
    }
}

fn text(path: &Path, file: File) -> Result<String, FileError> {
    let mut text = String::new();
    match file.take(LONGEST_FILE + 1).read_to_string(&mut text) {
        Ok(length) if length as u64 > LONGEST_FILE => Err(FileError::new(path, "is too long")),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(FileError::new(path, "is not UTF-8"))
        }
        Err(error) => Err(FileError::new(path, &reason(&error))),
    }
}

/// Text of a system error without its number.
pub fn reason(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn written(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.toml");
        fs::write(&path, "mouse = false\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (room, path)
    }

    #[test]
    fn i26_what_others_may_write_is_not_obeyed() {
        for (mode, trusted) in [(0o644, true), (0o600, true), (0o664, false), (0o646, false)] {
            let (_room, path) = written(mode);
            assert_eq!(describe_path(&path).is_ok(), trusted, "{mode:o}");
            match usual(&path).unwrap() {
                Usual::Text(text) => assert_eq!((trusted, &*text), (true, "mouse = false\n")),
                Usual::Unsafe(why) => {
                    assert_eq!((trusted, why), (false, "group- or world-writable"));
                }
                Usual::Missing => panic!("it is there"),
            }
        }
    }

    #[test]
    fn the_usual_file_may_be_missing_and_a_named_one_not() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("none").join("config.toml");
        assert!(matches!(usual(&path), Ok(Usual::Missing)));
        assert!(
            describe_path(&path)
                .unwrap_err()
                .to_string()
                .ends_with("none/config.toml: No such file or directory")
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let (room, path) = written(0o600);
        assert!(
            describe_path(room.path()).unwrap_err().to_string().ends_with("is not a regular file")
        );
        fs::write(&path, b"filter = \"\xff\"").unwrap();
        assert!(describe_path(&path).unwrap_err().to_string().ends_with("is not UTF-8"));
        fs::write(&path, vec![b'#'; 300_000]).unwrap();
        assert!(describe_path(&path).unwrap_err().to_string().ends_with("is too long"));
        assert!(
            describe_path(Path::new("/dev/zero"))
                .unwrap_err()
                .to_string()
                .ends_with("is not a regular file")
        );
    }
}
