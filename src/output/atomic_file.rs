//! Output of exports and saved entries: stdout, or a file written atomically.
//!
//! Knows bytes only. A file is written under a temporary name beside its destination, readable by
//! its owner only since a log is full of addresses, and renamed once it is on the disk. It is
//! removed if anything fails before that, or if a signal ends the program.

use crate::text::sanitize::escape;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Unfinished temporary files.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes unfinished temporary files: for an exit that bypasses their owners.
pub fn remove_temp_files() {
    for part in PARTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = fs::remove_file(part);
    }
}

/// Open output; its errors name it.
pub struct Output {
    name: String,
    sink: Sink,
}

enum Sink {
    Standard(io::Stdout),
    /// A followed output grows in place, as do pipes and devices.
    Straight(File),
    Beside(TempFile),
}

/// Temporary file.
struct TempFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
    /// Whether an existing destination may be replaced.
    replaces: bool,
    whole: bool,
}

impl TempFile {
    fn new(path: PathBuf, replaces: bool) -> io::Result<Self> {
        let process = std::process::id();
        let mut number = 0;
        loop {
            // Not derived from the user's name, which may have the maximum length.
            let part = path.with_file_name(format!(".mtatop-{process}-{number}.part"));
            match private(OpenOptions::new().write(true).create_new(true)).open(&part) {
                Ok(file) => {
                    PARTS.lock().unwrap_or_else(PoisonError::into_inner).push(part.clone());
                    return Ok(Self { file, part, path, replaces, whole: false });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {
                    number += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn take_place(&mut self) -> io::Result<()> {
        // A full disk may be reported only here.
        self.file.sync_all()?;
        if self.replaces {
            fs::rename(&self.part, &self.path)?;
            self.whole = true;
        } else {
            // Fails if anything has this name, even a dangling symlink. The temporary name is
            // removed with the rest.
            fs::hard_link(&self.part, &self.path).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => already_exists(),
                _ => error,
            })?;
        }
        Ok(())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        PARTS.lock().unwrap_or_else(PoisonError::into_inner).retain(|part| *part != self.part);
        if !self.whole {
            // An error here cannot be reported anywhere.
            let _ = fs::remove_file(&self.part);
        }
    }
}

impl Output {
    /// Standard output.
    pub fn standard() -> Self {
        Self { name: "standard output".to_owned(), sink: Sink::Standard(io::stdout()) }
    }

    /// A file, which must not be one of the inputs. It is written atomically unless it `grows`.
    ///
    /// # Errors
    /// If the file cannot be created: path and reason.
    pub fn file(path: &Path, grows: bool, inputs: &[PathBuf]) -> io::Result<Self> {
        let name = escape(path.as_os_str().as_encoded_bytes());
        if inputs.iter().any(|input| is_same(input, path)) {
            return Err(io::Error::other(format!("{name}: is one of the files to read")));
        }
        match sink(path, grows) {
            Ok(sink) => Ok(Self { name, sink }),
            Err(error) => Err(with_path(&name, &error)),
        }
    }

    /// A new file, written atomically; fails if the name exists, then or at the end.
    ///
    /// # Errors
    /// If the file exists or cannot be created: path and reason.
    pub fn create_new(path: &Path) -> io::Result<Self> {
        let name = escape(path.as_os_str().as_encoded_bytes());
        let beside = match fs::symlink_metadata(path) {
            Ok(_) => Err(already_exists()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                TempFile::new(path.to_owned(), false)
            }
            Err(error) => Err(error),
        };
        match beside {
            Ok(beside) => Ok(Self { name, sink: Sink::Beside(beside) }),
            Err(error) => Err(with_path(&name, &error)),
        }
    }

    /// Whether output goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        match &self.sink {
            Sink::Standard(out) => out.is_terminal(),
            Sink::Straight(file) => file.is_terminal(),
            Sink::Beside(_) => false,
        }
    }

    /// Writes all bytes without buffering.
    ///
    /// # Errors
    /// If the write fails: name of the output and system error.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match &mut self.sink {
            Sink::Standard(out) => out.write_all(bytes).and_then(|()| out.flush()),
            Sink::Straight(file) => file.write_all(bytes),
            Sink::Beside(beside) => beside.file.write_all(bytes),
        };
        written.map_err(|error| with_path(&self.name, &error))
    }

    /// Detects a closed pipe, which otherwise only the next write would report.
    ///
    /// # Errors
    /// If the pipe is closed: name of the output.
    pub fn check(&self) -> io::Result<()> {
        let closed = match &self.sink {
            Sink::Standard(out) => is_closed(out),
            Sink::Straight(file) => is_closed(file),
            Sink::Beside(_) => false,
        };
        if closed { Err(with_path(&self.name, &io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
    }

    /// Finishes: renames a temporary file, unless an input has that name by now.
    ///
    /// # Errors
    /// If it fails: name of the output and system error.
    pub fn finish<'a>(&mut self, inputs: impl IntoIterator<Item = &'a Path>) -> io::Result<()> {
        let Sink::Beside(beside) = &mut self.sink else { return Ok(()) };
        if inputs.into_iter().any(|input| is_same(input, &beside.path)) {
            let text = format!("{}: is one of the files that were read", self.name);
            return Err(io::Error::other(text));
        }
        beside.take_place().map_err(|error| with_path(&self.name, &error))
    }
}

fn sink(path: &Path, grows: bool) -> io::Result<Sink> {
    // A symlink stays; its target is written.
    let known = match fs::metadata(path) {
        Ok(known) => Some(known),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let is_file = known.as_ref().is_none_or(fs::Metadata::is_file);
    if grows || !is_file {
        return private(OpenOptions::new().write(true).create(true).truncate(is_file))
            .open(path)
            .map(Sink::Straight);
    }
    let path = if known.is_some() { path.canonicalize()? } else { path.to_owned() };
    TempFile::new(path, true).map(Sink::Beside)
}

#[cfg(unix)]
fn is_closed(output: &impl std::os::fd::AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut asked = [PollFd::new(output, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    // If this cannot be checked, the write will fail.
    let answered = poll(&mut asked, Some(&at_once)).is_ok();
    answered
        && asked.iter().any(|asked| asked.revents().intersects(PollFlags::ERR | PollFlags::HUP))
}

#[cfg(not(unix))]
fn is_closed<T>(_: &T) -> bool {
    false
}

/// An existing name of any kind stays.
fn already_exists() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "exists already")
}

/// New files are readable by their owner only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether two paths lead to the same file, through any links.
fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        use std::os::unix::fs::MetadataExt as _;
        return one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    one == other
}

/// The error with its subject, in the system's words.
fn with_path(name: &str, error: &io::Error) -> io::Error {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    io::Error::new(error.kind(), format!("{name}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "before").unwrap();
        let mut output = Output::file(&path, false, &[]).unwrap();
        output.write(b"one\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        output.finish([]).unwrap();
        drop(output);
        assert_eq!(fs::read(&path).unwrap(), b"one\n");
        assert_eq!(names(folder.path()), ["out"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn of_what_failed_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut output = Output::file(&path, false, &[]).unwrap();
        output.write(b"half").unwrap();
        drop(output);
        assert_eq!(names(folder.path()), [""; 0]);
        // The input appeared during the write: it stays unchanged.
        let mut output = Output::file(&path, false, &[]).unwrap();
        fs::write(&path, "a log").unwrap();
        assert!(output.finish([&*path]).unwrap_err().to_string().contains("one of the files"));
        drop(output);
        assert_eq!(
            (names(folder.path()), fs::read(&path).unwrap()),
            (vec!["out".into()], b"a log".into())
        );
    }

    #[cfg(unix)]
    #[test]
    fn no_input_is_written_over_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let (log, link) = (folder.path().join("mail.log"), folder.path().join("link"));
        fs::write(&log, "a log").unwrap();
        std::os::unix::fs::symlink(&log, &link).unwrap();
        let hard = folder.path().join("hard");
        fs::hard_link(&log, &hard).unwrap();
        for path in [&log, &link, &hard, &folder.path().join(".").join("mail.log")] {
            for grows in [false, true] {
                let error = Output::file(path, grows, std::slice::from_ref(&log)).err().unwrap();
                assert!(error.to_string().ends_with("is one of the files to read"), "{error}");
            }
        }
        assert_eq!(fs::read(&log).unwrap(), b"a log");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "before").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let mut output = Output::file(&link, false, &[]).unwrap();
        output.write(b"after").unwrap();
        output.finish([]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"after");
    }

    #[test]
    fn a_fresh_file_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut output = Output::create_new(&path).unwrap();
        output.write(b"one\n").unwrap();
        assert!(!path.exists());
        // Another process created it first, or after the check.
        fs::write(&path, "theirs").unwrap();
        let error = output.finish([]).unwrap_err();
        assert!(error.kind() == io::ErrorKind::AlreadyExists, "{error}");
        drop(output);
        assert!(Output::create_new(&path).is_err());
        assert_eq!(
            (names(folder.path()), fs::read(&path).unwrap()),
            (vec!["out".into()], b"theirs".into())
        );
        let mut output = Output::create_new(&folder.path().join("two")).unwrap();
        output.write(b"two\n").unwrap();
        output.finish([]).unwrap();
        drop(output);
        assert_eq!(names(folder.path()), ["out", "two"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_fresh_file_follows_no_link_and_is_for_its_owner() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("out"), folder.path().join("elsewhere"));
        let mut output = Output::create_new(&path).unwrap();
        output.write(b"x").unwrap();
        symlink(&elsewhere, &path).unwrap();
        assert!(Output::create_new(&path).is_err() && output.finish([]).is_err());
        drop(output);
        assert!(!elsewhere.exists());
        fs::remove_file(&path).unwrap();
        let mut output = Output::create_new(&path).unwrap();
        output.finish([]).unwrap();
        drop(output);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_and_not_replaced() {
        let mut output = Output::file(Path::new("/dev/full"), false, &[]).unwrap();
        let error = output.write(b"x").unwrap_err();
        assert_eq!(error.to_string(), "/dev/full: No space left on device");
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("no").join("such")] {
            let error = Output::file(&path, false, &[]).err().unwrap().to_string();
            assert!(error.starts_with(&escape(path.as_os_str().as_encoded_bytes())), "{error}");
            assert!(!error.contains("os error"), "{error}");
        }
    }
}
