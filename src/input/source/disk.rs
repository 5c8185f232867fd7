//! The real file system, opened for reading only.
//!
//! What only Unix has stands in `platform`, once; elsewhere a slower fallback builds, which tells
//! files apart by their time of birth alone.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::{FileKind, Fs, Handle, STDIN, Stat};

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Fs for Disk {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        // Looked at before, because to open a device can do things, and to open a FIFO can wait for ever;
        // and again after, because the path may lead elsewhere by then.
        refuse_irregular(&fs::metadata(path)?)?;
        let file = platform::open(path)?;
        refuse_irregular(&file.metadata()?)?;
        Ok(Arc::new(DiskFile(file)))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        Ok(stat(&fs::metadata(path)?))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn pipe(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        if path == Path::new(STDIN) {
            return Ok(Box::new(io::stdin()));
        }
        let file = File::open(path)?;
        match kind(&file.metadata()?) {
            FileKind::Pipe => Ok(Box::new(file)),
            FileKind::Regular | FileKind::Directory | FileKind::Other => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}

#[derive(Debug)]
struct DiskFile(File);

impl Handle for DiskFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        platform::read_at(&self.0, offset, buffer)
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(stat(&self.0.metadata()?))
    }

    fn data_from(&self, offset: u64) -> io::Result<u64> {
        sparse::data_from(&self.0, offset)
    }

    fn is_remote(&self) -> bool {
        mounts::is_remote(&self.0)
    }
}

fn stat(metadata: &Metadata) -> Stat {
    Stat {
        len: metadata.len(),
        identity: platform::identity(metadata),
        kind: kind(metadata),
        unlinked: platform::is_unlinked(metadata),
    }
}

fn kind(metadata: &Metadata) -> FileKind {
    if metadata.is_file() {
        FileKind::Regular
    } else if metadata.is_dir() {
        FileKind::Directory
    } else if platform::is_pipe(metadata) {
        FileKind::Pipe
    } else {
        FileKind::Other
    }
}

fn refuse_irregular(metadata: &Metadata) -> io::Result<()> {
    match kind(metadata) {
        FileKind::Regular => Ok(()),
        FileKind::Directory => Err(io::ErrorKind::IsADirectory.into()),
        FileKind::Pipe | FileKind::Other => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(unix)]
mod platform {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    use crate::input::source::Identity;

    /// `O_NONBLOCK`, so that even a FIFO put in place at the last moment opens at once. The value
    /// is the kernel's; 0 where it is not known, and then the look before the open has to do.
    const NONBLOCK: i32 = if cfg!(all(
        any(target_os = "linux", target_os = "android"),
        not(any(
            target_arch = "mips",
            target_arch = "mips64",
            target_arch = "sparc",
            target_arch = "sparc64"
        ))
    )) {
        0o4000
    } else if cfg!(any(target_os = "solaris", target_os = "illumos")) {
        0x80
    } else if cfg!(any(
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly"
    )) {
        0x4
    } else {
        0
    };

    pub(super) fn open(path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)
    }

    pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    pub(super) fn identity(metadata: &Metadata) -> Identity {
        Identity { device: metadata.dev(), inode: metadata.ino(), born: metadata.created().ok() }
    }

    pub(super) fn is_unlinked(metadata: &Metadata) -> bool {
        metadata.nlink() == 0
    }

    pub(super) fn is_pipe(metadata: &Metadata) -> bool {
        metadata.file_type().is_fifo()
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{File, Metadata};
    use std::io::{self, Read, Seek, SeekFrom};
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};

    use crate::input::source::Identity;

    /// Held from the seek to the read: std has no read by position that is the same everywhere.
    static POSITION: Mutex<()> = Mutex::new(());

    pub(super) fn open(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    pub(super) fn read_at(mut file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let _held = POSITION.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read(buffer)
    }

    pub(super) fn identity(metadata: &Metadata) -> Identity {
        Identity { device: 0, inode: 0, born: metadata.created().ok() }
    }

    pub(super) fn is_unlinked(_: &Metadata) -> bool {
        false
    }

    pub(super) fn is_pipe(_: &Metadata) -> bool {
        false
    }
}

#[cfg(target_os = "linux")]
mod sparse {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;
    use std::fs::File;
    use std::io;

    /// This moves the file's position, by which nobody reads.
    pub(super) fn data_from(file: &File, offset: u64) -> io::Result<u64> {
        match seek(file, SeekFrom::Data(offset)) {
            // From here on there is nothing else.
            Err(Errno::NXIO) => Ok(file.metadata()?.len().max(offset)),
            found => Ok(found?),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod sparse {
    use std::fs::File;
    use std::io;

    pub(super) fn data_from(_: &File, offset: u64) -> io::Result<u64> {
        Ok(offset)
    }
}

#[cfg(target_os = "linux")]
mod mounts {
    use std::fs::File;

    /// The kernel's numbers of NFS, SMB 1, CIFS, SMB 2, FUSE, AFS, Ceph and 9P.
    const REMOTE: [u32; 8] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x5346_414f,
        0x00c3_6400,
        0x0102_1997,
    ];

    pub(super) fn is_remote(file: &File) -> bool {
        // Its type has a sign on some machines and none on others, but never more than 32 bits.
        let is_known = |number: i128| REMOTE.iter().any(|&known| number == i128::from(known));
        rustix::fs::fstatfs(file).is_ok_and(|stat| is_known(i128::from(stat.f_type)))
    }
}

#[cfg(not(target_os = "linux"))]
mod mounts {
    use std::fs::File;

    pub(super) fn is_remote(_: &File) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::read_span;

    #[test]
    fn a_file_stays_readable_after_it_is_renamed_and_removed() {
        let room = tempfile::tempdir().unwrap();
        let (now, old) = (room.path().join("now"), room.path().join("old"));
        fs::write(&now, b"one\ntwo\n").unwrap();
        let handle = Disk.open(&now).unwrap();
        fs::rename(&now, &old).unwrap();
        assert_eq!(read_span(&*handle, 4, 100).unwrap(), b"two\n");
        assert!(!handle.stat().unwrap().unlinked);
        fs::remove_file(&old).unwrap();
        assert_eq!(read_span(&*handle, 0, 4).unwrap(), b"one\n");
        assert_eq!(handle.stat().unwrap().len, 8);
        assert!(handle.stat().unwrap().unlinked);
    }

    #[test]
    fn path_and_handle_agree_on_the_identity() {
        let room = tempfile::tempdir().unwrap();
        let (one, two) = (room.path().join("one"), room.path().join("two"));
        fs::write(&one, b"same").unwrap();
        fs::write(&two, b"same").unwrap();
        let opened = Disk.open(&one).unwrap().stat().unwrap();
        assert!(opened.identity.is_same(&Disk.stat(&one).unwrap().identity));
        assert!(!opened.identity.is_same(&Disk.stat(&two).unwrap().identity));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_hole_is_passed_over_without_reading_it() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("log");
        let file = File::create(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        let handle = Disk.open(&path).unwrap();
        assert_eq!(handle.data_from(5).unwrap(), 1 << 40);
        std::os::unix::fs::FileExt::write_all_at(&file, b"data", 1 << 30).unwrap();
        let data = handle.data_from(5).unwrap();
        assert!(((1 << 30) - (1 << 20)..=1 << 30).contains(&data), "{data}");
        assert_eq!(handle.data_from((1 << 30) + 1).unwrap(), (1 << 30) + 1);
        assert!(!handle.is_remote());
    }

    #[test]
    fn only_regular_files_are_opened() {
        let room = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Disk.open(path).unwrap_err().kind();
        assert_eq!(refused(room.path()), io::ErrorKind::IsADirectory);
        assert_eq!(refused(&room.path().join("none")), io::ErrorKind::NotFound);
        assert_eq!(Disk.stat(room.path()).unwrap().kind, FileKind::Directory);
    }

    #[cfg(unix)]
    #[test]
    fn sockets_and_devices_are_refused() {
        let room = tempfile::tempdir().unwrap();
        let socket = room.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for path in [socket.as_path(), Path::new("/dev/null")] {
            assert_eq!(Disk.open(path).unwrap_err().kind(), io::ErrorKind::Unsupported);
            assert_eq!(Disk.stat(path).unwrap().kind, FileKind::Other);
        }
    }

    /// Opened past the first look, as when the FIFO takes the path between the look and the open.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_fifo_opens_without_waiting_for_a_writer() {
        let room = tempfile::tempdir().unwrap();
        let fifo = room.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        let file = platform::open(&fifo).unwrap();
        assert!(refuse_irregular(&file.metadata().unwrap()).is_err());
        assert_eq!(Disk.stat(&fifo).unwrap().kind, FileKind::Pipe);
        assert!(Disk.open(&fifo).is_err());
    }
}
