//! Where entries go that somebody wants to keep: standard output, or a file of which nothing is seen
//! before it is whole.
//!
//! Knows bytes only. A file is written beside its place under another name, for the user's eyes only
//! because a log is full of addresses, and takes its place when all of it is on the disk. If anything
//! fails before, or the program is told to end, what was written is removed.

use crate::text::sanitize::escape;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files under another name that are not whole yet.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is not whole: for a program that ends before it could be.
pub fn remove_temp_files() {
    for part in PARTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = fs::remove_file(part);
    }
}

/// An open output; its errors say what it is.
pub struct Output {
    name: String,
    sink: Sink,
}

enum Sink {
    Standard(io::Stdout),
    /// Whoever follows sees it grow; or it is a pipe or a device.
    Straight(File),
    Beside(TempFile),
}

/// A file under another name.
struct TempFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
    /// What has its place may be replaced.
    replaces: bool,
    whole: bool,
}

impl TempFile {
    fn new(path: PathBuf, replaces: bool) -> io::Result<Self> {
        let process = std::process::id();
        let mut number = 0;
        loop {
            // No name of the user's: it may be as long as a name can be.
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
        // A full disk may show only here.
        self.file.sync_all()?;
        if self.replaces {
            fs::rename(&self.part, &self.path)?;
            self.whole = true;
        } else {
            // It fails if there is anything of this name, be it a link that leads nowhere. The other
            // name goes with the rest.
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
            // Nobody is left to tell if this fails.
            let _ = fs::remove_file(&self.part);
        }
    }
}

impl Output {
    /// Standard output.
    pub fn standard() -> Self {
        Self { name: "standard output".to_owned(), sink: Sink::Standard(io::stdout()) }
    }

    /// A file, which must be none of the inputs. It appears when it is whole, unless `grows`.
    ///
    /// # Errors
    /// The path, and why nothing can be written there.
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

    /// A file of a name that nothing has. It appears when it is whole, unless something has the name
    /// by then.
    ///
    /// # Errors
    /// The path, and why nothing can be written there.
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

    /// Whether a person reads it as it comes.
    pub fn is_terminal(&self) -> bool {
        match &self.sink {
            Sink::Standard(out) => out.is_terminal(),
            Sink::Straight(file) => file.is_terminal(),
            Sink::Beside(_) => false,
        }
    }

    /// Writes all of the bytes, and holds none back.
    ///
    /// # Errors
    /// The name of the output, and what the system says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match &mut self.sink {
            Sink::Standard(out) => out.write_all(bytes).and_then(|()| out.flush()),
            Sink::Straight(file) => file.write_all(bytes),
            Sink::Beside(beside) => beside.file.write_all(bytes),
        };
        written.map_err(|error| with_path(&self.name, &error))
    }

    /// Fails if whoever read it is gone, which else only the next write would show.
    ///
    /// # Errors
    /// The name of the output, and that the pipe is closed.
    pub fn check(&self) -> io::Result<()> {
        let closed = match &self.sink {
            Sink::Standard(out) => is_closed(out),
            Sink::Straight(file) => is_closed(file),
            Sink::Beside(_) => false,
        };
        if closed { Err(with_path(&self.name, &io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
    }

    /// All was written: a file takes its place, unless an input that was found meanwhile has it.
    ///
    /// # Errors
    /// The name of the output, and what the system says.
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
    // A link is followed: what it points to is written, the link stays.
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
    // What can't be asked will show when it is written to.
    let answered = poll(&mut asked, Some(&at_once)).is_ok();
    answered
        && asked.iter().any(|asked| asked.revents().intersects(PollFlags::ERR | PollFlags::HUP))
}

#[cfg(not(unix))]
fn is_closed<T>(_: &T) -> bool {
    false
}

/// Whatever it is, it stays.
fn already_exists() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "exists already")
}

/// A new file is for its owner only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether two paths lead to one file, by whatever links.
fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        use std::os::unix::fs::MetadataExt as _;
        return one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    one == other
}

/// The error with what it is about, in the words of the system.
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
        // The input came while it was written: it stays as it is.
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
        // Somebody else was there first, or later than we looked.
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
