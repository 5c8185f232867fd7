//! Which files a name on the command line means: itself, those in a directory, or those that fit a
//! pattern.

use crate::input::source::{FileKind, Fs, STDIN};
use globset::{GlobBuilder, GlobMatcher};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The logs in a directory begin so (`mta-log-format` section 2): those of today, of yesterday, and
/// all that sites make of the older ones.
const LOGS: [&str; 2] = ["mail.log", "connection.log"];

/// Why a name on the command line means no file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// A directory without a log.
    #[error("holds no mail.log* and no connection.log*")]
    NoLogs,
    /// A glob without a match.
    #[error("no file matches the pattern")]
    NoMatch,
    /// A directory that cannot be read.
    #[error("cannot be listed: {0}")]
    Unlisted(String),
}

/// The files that a name means, the oldest of each set first; a name that is none of the above means
/// itself, whether it exists or not.
///
/// # Errors
/// When it means no file.
pub fn expand_paths(fs: &dyn Fs, name: &Path) -> Result<Vec<PathBuf>, PathError> {
    match fs.stat(name) {
        _ if name == Path::new(STDIN) => {}
        Ok(stat) if stat.kind == FileKind::Directory => {
            let is_log = |name: &OsStr| {
                LOGS.iter().any(|log| name.as_encoded_bytes().starts_with(log.as_bytes()))
            };
            return inside(fs, name, is_log, PathError::NoLogs);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(fits) = name.file_name().and_then(glob) {
                let place = name.parent().unwrap_or(Path::new(""));
                return inside(fs, place, |name| fits.is_match(name), PathError::NoMatch);
            }
        }
        _ => {}
    }
    Ok(vec![name.to_owned()])
}

/// Regular files of a directory.
fn inside(
    fs: &dyn Fs,
    place: &Path,
    is_wanted: impl Fn(&OsStr) -> bool,
    wrong: PathError,
) -> Result<Vec<PathBuf>, PathError> {
    let here = if place == Path::new("") { Path::new(".") } else { place };
    let names = fs.list(here).map_err(|error| PathError::Unlisted(error.to_string()))?;
    let wanted = names.iter().filter(|name| is_wanted(name));
    let paths = wanted.map(|name| place.join(name));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| fs.stat(path).is_ok_and(|stat| stat.kind == FileKind::Regular))
        .collect();
    files.sort_by_cached_key(|path| {
        let (log, age) = RollGeneration::of(path);
        (log, std::cmp::Reverse(age), path.clone())
    });
    if files.is_empty() { Err(wrong) } else { Ok(files) }
}

/// How old a file of a set is, by its name: `X_current`, `X_yesterday`, `X`, and all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RollGeneration {
    Current,
    Yesterday,
    Older,
    /// Put aside: `X.20070216`, `X-20070216.gz` and the like.
    Aside,
}

impl RollGeneration {
    /// The age, and the path of the set, the X.
    pub(super) fn of(path: &Path) -> (PathBuf, Self) {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let set = |bytes: &[u8]| path.with_file_name(String::from_utf8_lossy(bytes).as_ref());
        if let Some(set_name) = name.strip_suffix(b"_current") {
            (set(set_name), Self::Current)
        } else if let Some(set_name) = name.strip_suffix(b"_yesterday") {
            (set(set_name), Self::Yesterday)
        } else if let Some(log) = LOGS.iter().find(|log| is_put_aside(name, log.as_bytes())) {
            (path.with_file_name(log), Self::Aside)
        } else {
            (path.to_owned(), Self::Older)
        }
    }

    /// Whether the file is one of the set that was put aside, by a name that begins with that of the
    /// set.
    pub(super) fn is_aside(path: &Path, set: &Path) -> bool {
        let name = |path: &Path| path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        path.parent() == set.parent() && is_put_aside(&name(path), &name(set))
    }
}

fn is_put_aside(name: &[u8], set: &[u8]) -> bool {
    name.strip_prefix(set).is_some_and(|rest| matches!(rest, [b'.' | b'-' | b'_', _, ..]))
}

/// The glob of a name with `*`, `?` or `[…]`; `None` for one without, or with an invalid class.
fn glob(name: &OsStr) -> Option<GlobMatcher> {
    let name = name.to_str().filter(|name| name.contains(['*', '?', '[']))?;
    // Braces are part of a name, as in a shell that found no match for the name as a whole.
    let name = name.replace('{', "[{]").replace('}', "[}]");
    Some(GlobBuilder::new(&name).backslash_escape(false).build().ok()?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::Memory;

    fn matching_names(names: &[&str], wanted: &str) -> Result<Vec<String>, String> {
        let memory = Memory::default();
        memory.insert_special(Path::new("/log"), FileKind::Directory);
        memory.insert_special(Path::new("/log/mail.log.d"), FileKind::Directory);
        for name in names {
            memory.append(&Path::new("/log").join(name), b"x");
        }
        let files = expand_paths(&memory, Path::new(wanted)).map_err(|wrong| wrong.to_string())?;
        Ok(files.iter().map(|path| path.file_name().unwrap().to_str().unwrap().into()).collect())
    }

    #[test]
    fn a_directory_means_its_logs_the_oldest_first() {
        let names = [
            "mail.log_current",
            "mail.log",
            "mail.log_yesterday",
            "mail.log.20070216",
            "mail.log.20070215.gz",
            "connection.log_current",
            "imta.log",
            "old.mail.log",
        ];
        let wanted = [
            "connection.log_current",
            "mail.log.20070215.gz",
            "mail.log.20070216",
            "mail.log",
            "mail.log_yesterday",
            "mail.log_current",
        ];
        assert_eq!(matching_names(&names, "/log").unwrap(), wanted);
        let nothing = matching_names(&["imta.log"], "/log").unwrap_err();
        assert_eq!(nothing, "holds no mail.log* and no connection.log*");
    }

    #[test]
    fn a_pattern_means_what_fits_it() {
        let names = ["mail.log", "mail.log.1", "mail.log.20", "mail.log_current", "a[b"];
        for (pattern, wanted) in [
            ("/log/mail.log*", &["mail.log.1", "mail.log.20", "mail.log", "mail.log_current"][..]),
            ("/log/mail.log.?", &["mail.log.1"]),
            ("/log/mail.log.[0-9]*", &["mail.log.1", "mail.log.20"]),
            ("/log/mail.log[!.]*", &["mail.log_current"]),
            ("/log/*.20", &["mail.log.20"]),
            ("/log/a[[]b", &["a[b"]),
            // What is there is meant, whatever it looks like; and what is no pattern means itself.
            ("/log/a[b", &["a[b"]),
            ("/log/b[a", &["b[a"]),
            ("/log/b", &["b"]),
        ] {
            assert_eq!(matching_names(&names, pattern).unwrap(), wanted, "{pattern}");
        }
        assert_eq!(matching_names(&names, "/log/b*").unwrap_err(), "no file matches the pattern");
    }

    #[test]
    fn no_pattern_takes_long() {
        let name = "a".repeat(200);
        let wanted = format!("/log/{}b", "*a".repeat(100));
        assert!(matching_names(&[&name], &wanted).is_err());
    }
}
