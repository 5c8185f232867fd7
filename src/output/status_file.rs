//! `--status-file`: reader progress for monitoring.
//!
//! One JSON object, replaced atomically so that readers never see a partial one. Knows nothing of
//! the entries: no text of the log gets into it.

use crate::input::follow::Counters;
use crate::input::reader::ReaderEvent;
use crate::text::sanitize::escape;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Minimum interval between writes.
pub const PACE: Duration = Duration::from_millis(100);

/// Prefix of every status file.
const BEGINNING: &str = "{\"entries\":";

/// Reader progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReaderProgress {
    /// Entries read, including unparsed ones.
    pub entries: u64,
    /// Unparsed entries.
    pub unparsed: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes still to be read.
    pub behind_bytes: u64,
    /// File events.
    pub counters: Counters,
}

impl ReaderProgress {
    /// Updates progress and file events.
    pub fn observe(&mut self, news: &ReaderEvent) {
        match news {
            ReaderEvent::Status(files) => {
                self.bytes = files.iter().map(|file| file.read).sum();
                self.behind_bytes = files.iter().map(|file| file.behind).sum();
            }
            ReaderEvent::Event { event, .. } => self.counters.count(event),
            _ => {}
        }
    }
}

/// The status file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("--status-file {path}: {reason}")]
pub struct StatusFileError {
    /// Fit for a terminal.
    path: String,
    reason: String,
}

/// The file, and what stands in it.
pub struct StatusFile {
    path: PathBuf,
    part: PathBuf,
    /// Content and time of the last write.
    written: Option<(ReaderProgress, Duration)>,
    /// Last time at which everything was read.
    caught_up: Duration,
}

impl StatusFile {
    /// Creates the file, readable by its owner only. An existing file must be a status file.
    ///
    /// # Errors
    /// When it cannot be written, or is another file.
    pub fn new(path: &Path) -> Result<Self, StatusFileError> {
        let part = path.with_file_name(format!(".mtatop-{}.status", std::process::id()));
        let file = Self { path: path.to_owned(), part, written: None, caught_up: Duration::ZERO };
        let begun = if is_foreign(path) {
            Err(io::Error::other("exists and is not a status file"))
        } else {
            file.replace(Duration::ZERO, &ReaderProgress::default())
        };
        match begun {
            Ok(()) => Ok(file),
            Err(error) => {
                let words = error.to_string();
                let words = words.split(" (os error").next().unwrap_or_default();
                let path = escape(path.as_os_str().as_encoded_bytes());
                Err(StatusFileError { path, reason: words.to_owned() })
            }
        }
    }

    /// Writes a changed status, at most once per interval; `now` is the time since the start. True
    /// if a write is pending. A write error does not stop the program.
    pub fn write(&mut self, now: Duration, status: &ReaderProgress) -> bool {
        if status.behind_bytes == 0 {
            self.caught_up = now;
        }
        match &self.written {
            Some((written, _)) if written == status => return false,
            Some((_, at)) if now.saturating_sub(*at) < PACE => return true,
            _ => {}
        }
        let _ = self.replace(now, status);
        self.written = Some((*status, now));
        false
    }

    /// Writes the final status.
    pub fn end(&mut self, now: Duration, status: &ReaderProgress) {
        if self.written.as_ref().is_none_or(|(written, _)| written != status) {
            let _ = self.replace(now, status);
        }
    }

    fn replace(&self, now: Duration, status: &ReaderProgress) -> io::Result<()> {
        let lag = now.saturating_sub(self.caught_up).as_millis();
        let lag = if status.behind_bytes == 0 { 0 } else { lag };
        // Left by a killed program.
        let _ = fs::remove_file(&self.part);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(&self.part)
            .and_then(|mut file| file.write_all(json(status, lag).as_bytes()))
            .and_then(|()| fs::rename(&self.part, &self.path));
        if written.is_err() {
            let _ = fs::remove_file(&self.part);
        }
        written
    }
}

/// Whether a file exists that must not be overwritten.
fn is_foreign(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(known) if known.is_file() && known.len() == 0 => false,
        // A status file is short: a longer file is not one.
        Ok(known) if known.is_file() && known.len() < 4_096 => {
            !fs::read(path).is_ok_and(|bytes| bytes.starts_with(BEGINNING.as_bytes()))
        }
        Ok(_) => true,
        Err(_) => false,
    }
}

fn json(status: &ReaderProgress, lag: u128) -> String {
    let ReaderProgress { entries, unparsed, bytes, behind_bytes, counters } = status;
    let Counters { rolls, truncations, catch_ups, skipped_nul_bytes, cut_lines } = counters;
    let known = |number: Option<u64>| number.map_or("null".to_owned(), |number| number.to_string());
    let (rss, fds) = (known(rss_bytes()), known(open_files()));
    format!(
        "{BEGINNING}{entries},\"unparsed\":{unparsed},\"bytes\":{bytes},\
         \"behind_bytes\":{behind_bytes},\"lag_ms\":{lag},\"rolls\":{rolls},\
         \"truncations\":{truncations},\"catch_ups\":{catch_ups},\
         \"skipped_nul_bytes\":{skipped_nul_bytes},\"cut_lines\":{cut_lines},\
         \"rss_bytes\":{rss},\"fds\":{fds}}}\n"
    )
}

/// Memory in use, if the system reports it.
fn rss_bytes() -> Option<u64> {
    let told = fs::read_to_string("/proc/self/status").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

/// Open files, if the system reports them, without the one used to count.
fn open_files() -> Option<u64> {
    let files = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(files).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn it_is_written_when_something_changed_and_not_too_often() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("status");
        let mut file = StatusFile::new(&path).unwrap();
        let at = Duration::from_millis;
        assert_eq!(read(&path)["entries"], 0);
        let mut status =
            ReaderProgress { entries: 3, behind_bytes: 7, ..ReaderProgress::default() };
        assert!(!file.write(at(1_000), &status));
        assert_eq!((&read(&path)["entries"], &read(&path)["lag_ms"]), (&3.into(), &1_000.into()));
        status.entries = 4;
        assert!(file.write(at(1_050), &status), "too early");
        assert_eq!(read(&path)["entries"], 3);
        status.behind_bytes = 0;
        assert!(!file.write(at(1_100), &status));
        assert_eq!((&read(&path)["entries"], &read(&path)["lag_ms"]), (&4.into(), &0.into()));
        fs::remove_file(&path).unwrap();
        assert!(!file.write(at(2_000), &status));
        assert!(!path.exists(), "nothing changed");
    }

    #[test]
    fn nothing_else_is_replaced() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("mail.log_current");
        fs::write(&path, "19-Feb-1998 10:52:10.79\n").unwrap();
        let error = StatusFile::new(&path).err().unwrap().to_string();
        assert!(error.ends_with("mail.log_current: exists and is not a status file"));
        assert!(StatusFile::new(room.path()).is_err());
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
        let path = room.path().join("status");
        StatusFile::new(&path).unwrap();
        StatusFile::new(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let error =
            StatusFile::new(&room.path().join("no").join("such")).err().unwrap().to_string();
        assert!(error.ends_with("No such file or directory"), "{error}");
    }
}
