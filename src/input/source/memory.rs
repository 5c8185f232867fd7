//! A file system in memory: a log for `--demo`, and the ground on which the follower is tested.
//!
//! It does what matters to a follower: names can be moved, removed and shared, opened files outlive
//! their names, and the number of a file that is gone goes to the next new one, as on ext4. It
//! knows neither permissions nor times, and of directories only which names are in them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{FileKind, Fs, Handle, Identity, Stat};

/// A file system in memory; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    names: Arc<Mutex<HashMap<PathBuf, Node>>>,
    inodes: Arc<Mutex<Inodes>>,
}

impl Memory {
    /// Appends to the file at `path`, which is made if there is none, as an MTA process does.
    pub fn append(&self, path: &Path, bytes: &[u8]) {
        let file = self.file(path).unwrap_or_else(|| self.create(path));
        file.append(bytes);
    }

    /// Puts a new, empty file at `path`; what was there loses this name.
    pub fn create(&self, path: &Path) -> Arc<MemoryFile> {
        // The name goes first, so that the number it may give back can be the new file's.
        drop(lock(&self.names).remove(path));
        let file = Arc::new(MemoryFile {
            inode: lock(&self.inodes).read_limit(),
            inodes: Arc::clone(&self.inodes),
            names: AtomicU64::new(0),
            content: Mutex::default(),
        });
        let node = Node::File(DirectoryEntry::of(&file));
        lock(&self.names).insert(path.to_owned(), node);
        file
    }

    /// The file at `path`, to go on writing it whatever it is called later.
    pub fn file(&self, path: &Path) -> Option<Arc<MemoryFile>> {
        match lock(&self.names).get(path) {
            Some(Node::File(name)) => Some(Arc::clone(&name.0)),
            _ => None,
        }
    }

    /// Moves the name `from` to `to`; what was called `to` loses that name.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut names = lock(&self.names);
        let node = names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        names.insert(to.to_owned(), node);
        Ok(())
    }

    /// Gives the file at `path` the further name `link`, at once in place of what was there: to
    /// who looks by name this is also what the swap of a symbolic link looks like.
    pub fn link(&self, path: &Path, link: &Path) -> io::Result<()> {
        let file = self.file(path).ok_or(io::ErrorKind::NotFound)?;
        let node = Node::File(DirectoryEntry::of(&file));
        lock(&self.names).insert(link.to_owned(), node);
        Ok(())
    }

    /// Removes the name `path`.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        let node = lock(&self.names).remove(path);
        node.map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    /// Cuts the file at `path` to its first `len` bytes.
    pub fn truncate(&self, path: &Path, len: usize) -> io::Result<()> {
        let file = self.file(path).ok_or(io::ErrorKind::NotFound)?;
        file.truncate(len);
        Ok(())
    }

    /// Puts something at `path` that is not a file to follow.
    pub fn insert_special(&self, path: &Path, kind: FileKind) {
        lock(&self.names).insert(path.to_owned(), Node::Obstacle(kind));
    }
}

impl Fs for Memory {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        match lock(&self.names).get(path) {
            Some(Node::File(name)) => {
                let file = Arc::clone(&name.0);
                Ok(file)
            }
            Some(Node::Obstacle(FileKind::Directory)) => Err(io::ErrorKind::IsADirectory.into()),
            Some(Node::Obstacle(_)) => Err(io::ErrorKind::Unsupported.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        match lock(&self.names).get(path) {
            Some(Node::File(name)) => name.0.stat(),
            Some(Node::Obstacle(kind)) => Ok(Stat {
                len: 0,
                identity: Identity { device: 0, inode: 0, born: None },
                kind: *kind,
                unlinked: false,
            }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let names = lock(&self.names);
        let inside = names.keys().filter(|name| name.parent() == Some(path));
        Ok(inside.filter_map(|name| Some(name.file_name()?.to_owned())).collect())
    }
}

/// One file of a [`Memory`]: its writers append to it, its readers hold it as a [`Handle`].
#[derive(Debug)]
pub struct MemoryFile {
    inode: u64,
    inodes: Arc<Mutex<Inodes>>,
    /// How many names lead to it.
    names: AtomicU64,
    content: Mutex<Vec<u8>>,
}

impl MemoryFile {
    /// Appends, as a writer with the file open does, whatever the file is called by now.
    pub fn append(&self, bytes: &[u8]) {
        lock(&self.content).extend_from_slice(bytes);
    }

    /// Cuts it to its first `len` bytes.
    pub fn truncate(&self, len: usize) {
        lock(&self.content).truncate(len);
    }
}

impl Handle for MemoryFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let content = lock(&self.content);
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| content.get(offset..))
            .unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(Stat {
            len: lock(&self.content).len() as u64,
            identity: Identity { device: 0, inode: self.inode, born: None },
            kind: FileKind::Regular,
            unlinked: self.names.load(Ordering::Relaxed) == 0,
        })
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        lock(&self.inodes).free.push(self.inode);
    }
}

/// What a name leads to.
#[derive(Debug)]
enum Node {
    File(DirectoryEntry),
    Obstacle(FileKind),
}

/// A name of a file, counted for as long as it stands.
#[derive(Debug)]
struct DirectoryEntry(Arc<MemoryFile>);

impl DirectoryEntry {
    fn of(file: &Arc<MemoryFile>) -> Self {
        file.names.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(file))
    }
}

impl Drop for DirectoryEntry {
    fn drop(&mut self) {
        self.0.names.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The numbers of files: those given back first, the last of them before all.
#[derive(Debug, Default)]
struct Inodes {
    free: Vec<u64>,
    given: u64,
}

impl Inodes {
    fn read_limit(&mut self) -> u64 {
        self.free.pop().unwrap_or_else(|| {
            self.given += 1;
            self.given
        })
    }
}

/// Locked; bytes and names are whole even after a thread panicked while it held them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::read_span;

    #[test]
    fn a_file_outlives_its_name_and_says_so() {
        let (memory, path) = (Memory::default(), Path::new("log"));
        memory.append(path, b"one");
        let handle = memory.open(path).unwrap();
        assert!(!handle.stat().unwrap().unlinked);
        memory.rename(path, Path::new("old")).unwrap();
        memory.append(Path::new("old"), b"two");
        assert!(!handle.stat().unwrap().unlinked);
        memory.remove(Path::new("old")).unwrap();
        assert!(handle.stat().unwrap().unlinked);
        assert_eq!(read_span(&*handle, 0, 9).unwrap(), b"onetwo");
        assert!(memory.stat(path).is_err());
    }

    #[test]
    fn a_number_is_used_again_once_nobody_holds_the_file() {
        let (memory, path) = (Memory::default(), Path::new("log"));
        let number = || memory.stat(path).unwrap().identity.inode;
        memory.append(path, b"one");
        let first = number();
        let handle = memory.open(path).unwrap();
        memory.remove(path).unwrap();
        memory.append(path, b"two");
        assert_ne!(number(), first);
        drop(handle);
        memory.create(path);
        assert_eq!(number(), 2, "the file this name had until now gave its number back last");
        memory.create(Path::new("other"));
        assert_eq!(memory.stat(Path::new("other")).unwrap().identity.inode, first);
    }

    #[test]
    fn a_link_takes_the_place_of_what_was_there() {
        let memory = Memory::default();
        memory.append(Path::new("a"), b"A");
        memory.append(Path::new("b"), b"B");
        memory.link(Path::new("a"), Path::new("now")).unwrap();
        memory.link(Path::new("b"), Path::new("now")).unwrap();
        let now = memory.open(Path::new("now")).unwrap();
        assert_eq!(read_span(&*now, 0, 9).unwrap(), b"B");
    }

    #[test]
    fn what_is_not_a_file_is_seen_and_refused() {
        let (memory, path) = (Memory::default(), Path::new("log"));
        memory.insert_special(path, FileKind::Directory);
        assert_eq!(memory.stat(path).unwrap().kind, FileKind::Directory);
        assert_eq!(memory.open(path).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        memory.insert_special(path, FileKind::Other);
        assert_eq!(memory.open(path).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }
}
