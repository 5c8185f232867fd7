//! How new a log is, looked up before it is read.

use super::expand_paths;
use crate::input::source::{FileKind, Fs, read_span};
use crate::log::entry::Time;
use crate::log::parse;
use std::path::{Path, PathBuf};

/// Bytes at the end of a file that are looked at: an entry may be as long.
const END: u64 = 64 * 1024;

/// The time of the newest entry at the end of one of these files; `None` if none of them is there,
/// or all are packed or pipes.
pub fn newest(fs: &dyn Fs, paths: &[PathBuf]) -> Option<Time> {
    let files = paths.iter().flat_map(|path| expand_paths(fs, path).unwrap_or_default());
    files.filter_map(|file| at_end(fs, &file)).max()
}

fn at_end(fs: &dyn Fs, path: &Path) -> Option<Time> {
    let stat = fs.stat(path).ok().filter(|stat| stat.kind == FileKind::Regular)?;
    let from = stat.len.saturating_sub(END);
    let length = usize::try_from(stat.len - from).ok()?;
    let bytes = read_span(&*fs.open(path).ok()?, from, length).ok()?;
    bytes.rsplit(|&b| b == b'\n').find_map(parse::time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::source::Memory;

    #[test]
    fn the_last_stamp_of_the_newest_file_counts() {
        let memory = Memory::default();
        let paths = ["old", "new", "junk", "none"].map(PathBuf::from);
        let entry =
            |day: u8| format!("{day:02}-Feb-2007 10:00:00.00 l D 1 a@b.c rfc822;d@e.f d@e.f\n");
        memory.append(Path::new("old"), entry(3).as_bytes());
        memory.append(Path::new("new"), (entry(5).repeat(3_000) + &entry(6) + "x\n").as_bytes());
        memory.append(Path::new("junk"), &vec![0xff; 100_000]);
        let time = parse::time(entry(6).as_bytes());
        assert!(time.is_some());
        assert_eq!(newest(&memory, &paths), time);
        assert_eq!(newest(&memory, &paths[2..]), None);
    }
}
