//! What is to be done with each of the files that were named: follow it, read it once, or leave it
//! out because another one holds the same.
//!
//! Every night the MTA appends `X_yesterday` to `X` and renames `X_current` to `X_yesterday`
//! (`mta-log-format` section 2). Who followed all three would read a day twice. So of a set only the
//! newest file is followed, and the others are read as they are at the start.

use super::expand_paths::{RollGeneration, expand_paths};
use super::input_log::InputLog;
use super::input_stream::{FileNote, InputStream, Skip};
use super::overlap::{Plain, part_of};
use crate::input::follow::IoReason;
use crate::input::source::{
    Compression, FileKind, Fs, Handle, MAGIC, STDIN, Stat, read_span, uninterrupted,
};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that was named.
struct Candidate {
    path: PathBuf,
    /// It is the newest of its set.
    is_newest: bool,
    /// Nobody named it, but tonight's roll will make it.
    is_expected: bool,
    /// What the path leads to, unless it is followed alone.
    probe: Option<io::Result<Probe>>,
    skip: Option<Skip>,
    /// It is left out.
    left_out: Option<FileNote>,
    note: Option<FileNote>,
}

/// A file that was looked at.
struct Probe {
    handle: Arc<dyn Handle>,
    stat: Stat,
    is_packed: bool,
}

/// A log for each file that is meant.
pub(super) fn logs(fs: &Arc<dyn Fs>, named: &[PathBuf]) -> Vec<InputLog> {
    let mut candidates = Vec::new();
    for name in named {
        match expand_paths(&**fs, name) {
            Ok(paths) => {
                let is_directory = fs.stat(name).is_ok_and(|stat| stat.kind == FileKind::Directory);
                let expected = if is_directory { expected(&paths) } else { Vec::new() };
                candidates.extend(paths.into_iter().map(Candidate::new));
                candidates.extend(expected);
            }
            Err(wrong) => {
                let left_out = Some(FileNote::failure(wrong.to_string()));
                candidates.push(Candidate { left_out, ..Candidate::new(name.clone()) });
            }
        }
    }
    tell_newest(&mut candidates);
    if candidates.len() > 1 {
        for candidate in candidates.iter_mut().filter(|candidate| candidate.left_out.is_none()) {
            candidate.probe = probe(&**fs, &candidate.path);
        }
        leave_out_same(&mut candidates);
        leave_out_parts(&mut candidates);
    }
    candidates.into_iter().map(|candidate| InputLog::new(candidate.into_stream(fs))).collect()
}

/// The files that are not there between the roll and the first entry of the day.
fn expected(paths: &[PathBuf]) -> Vec<Candidate> {
    let rolled = paths
        .iter()
        .map(|path| RollGeneration::of(path))
        .filter(|(_, age)| *age == RollGeneration::Yesterday);
    let current = rolled.map(|(mut set, _)| {
        set.as_mut_os_string().push("_current");
        set
    });
    current
        .filter(|path| !paths.contains(path))
        .map(|path| Candidate { is_expected: true, ..Candidate::new(path) })
        .collect()
}

impl Candidate {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            is_newest: true,
            is_expected: false,
            probe: None,
            skip: None,
            left_out: None,
            note: None,
        }
    }

    fn file(&self) -> Option<&Probe> {
        self.probe.as_ref()?.as_ref().ok().filter(|_| self.left_out.is_none())
    }

    fn is_followed(&self) -> bool {
        self.is_newest && self.file().is_none_or(|file| !file.is_packed)
    }

    fn into_stream(self, fs: &Arc<dyn Fs>) -> InputStream {
        let path = &self.path;
        if let Some(note) = self.left_out {
            return InputStream::missing(path, note);
        }
        if is_pipe(&**fs, path) {
            return InputStream::pipe(fs, path);
        }
        match self.probe {
            Some(Ok(Probe { handle, stat, is_packed: true })) => {
                InputStream::packed(path, handle, stat.len)
            }
            Some(Ok(Probe { handle, stat, .. })) if !self.is_newest => {
                InputStream::snapshot(path, handle, stat.len)
            }
            // What appears here later was read under another name.
            Some(Err(error)) if !self.is_newest => {
                InputStream::missing(path, FileNote::failure(IoReason::of(&error).to_string()))
            }
            _ if self.is_expected => InputStream::expected(path),
            _ => InputStream::followed(path, self.skip).with_note(self.note),
        }
    }
}

fn is_pipe(fs: &dyn Fs, path: &Path) -> bool {
    path == Path::new(STDIN) || fs.stat(path).is_ok_and(|stat| stat.kind == FileKind::Pipe)
}

/// Tells the newest file of each set: only that is followed.
fn tell_newest(candidates: &mut [Candidate]) {
    let mut newest: HashMap<PathBuf, RollGeneration> = HashMap::new();
    for (set, age) in candidates.iter().map(|candidate| RollGeneration::of(&candidate.path)) {
        newest.entry(set).and_modify(|newest| *newest = age.min(*newest)).or_insert(age);
    }
    // A name that is of no set by itself may still begin with that of one.
    let sets: Vec<PathBuf> = newest
        .iter()
        .filter(|(_, age)| **age <= RollGeneration::Yesterday)
        .map(|(set, _)| set.clone())
        .collect();
    for candidate in candidates {
        let (set, age) = RollGeneration::of(&candidate.path);
        let is_older = newest.get(&set).is_some_and(|&newest| newest < age);
        let is_aside = age == RollGeneration::Older
            && sets.iter().any(|set| RollGeneration::is_aside(&candidate.path, set));
        candidate.is_newest = !is_older && !is_aside;
    }
}

/// Looks at what a path leads to; `None` for what is no file.
fn probe(fs: &dyn Fs, path: &Path) -> Option<io::Result<Probe>> {
    if is_pipe(fs, path) {
        return None;
    }
    Some(uninterrupted(|| fs.open(path)).and_then(|handle| {
        let stat = uninterrupted(|| handle.stat())?;
        let is_packed = Compression::of(&read_span(&*handle, 0, MAGIC)?).is_some();
        Ok(Probe { handle, stat, is_packed })
    }))
}

/// Leaves out all but one of the names that lead to the same file.
fn leave_out_same(candidates: &mut [Candidate]) {
    for at in 0..candidates.len() {
        for other in 0..candidates.len() {
            let (Some(this), Some(that)) = (candidates.get(at), candidates.get(other)) else {
                continue;
            };
            let goes_first = (that.is_followed(), at) > (this.is_followed(), other);
            let is_same = this.path == that.path
                || match (this.file(), that.file()) {
                    (Some(this), Some(that)) => this.stat.identity.is_same(&that.stat.identity),
                    _ => false,
                };
            if at != other && goes_first && is_same && that.left_out.is_none() {
                let note = format!("is the same file as {}; read once", that.path.display());
                leave_out(candidates, at, note);
                break;
            }
        }
    }
}

fn leave_out(candidates: &mut [Candidate], at: usize, note: String) {
    if let Some(candidate) = candidates.get_mut(at) {
        candidate.left_out = Some(FileNote::remark(note));
    }
}

/// Leaves out what stands in another file as well.
fn leave_out_parts(candidates: &mut [Candidate]) {
    let plain: Vec<Option<Plain>> = candidates
        .iter()
        .map(|candidate| candidate.file().filter(|file| !file.is_packed))
        .map(|file| file.and_then(|file| Plain::new(&file.handle, file.stat.len)))
        .collect();
    for at in 0..candidates.len() {
        let Some(Some(this)) = plain.get(at) else { continue };
        for other in 0..candidates.len() {
            let (Some(Some(that)), Some(candidate)) = (plain.get(other), candidates.get(other))
            else {
                continue;
            };
            let is_left = candidate.left_out.is_some() || candidate.skip.is_some();
            let is_longer = (that.len, at) > (this.len, other);
            if at == other || is_left || !is_longer {
                continue;
            }
            if let Some(lines) = part_of(this, that) {
                let note = format!("stands in {} as well; read once", candidate.path.display());
                skip(candidates, at, lines, note);
                break;
            }
        }
    }
}

/// Leaves out what a file holds by now; what is followed may still grow.
fn skip(candidates: &mut [Candidate], at: usize, lines: u64, note: String) {
    let Some(candidate) = candidates.get_mut(at) else { return };
    let note = FileNote::remark(note);
    match candidate.file().map(|file| file.stat) {
        Some(stat) if candidate.is_followed() => {
            candidate.skip = Some(Skip { identity: stat.identity, bytes: stat.len, lines });
            candidate.note = Some(note);
        }
        _ => candidate.left_out = Some(note),
    }
}
