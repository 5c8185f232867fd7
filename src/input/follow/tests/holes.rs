//! Holes, and what may be old news of another machine.

use super::*;
use crate::input::follow::stream::HOLE;
use crate::input::source::Stat;

on_every_ground! {
    f15_holes_are_passed_over_wherever_they_are
    f15_a_few_nul_bytes_are_text
    f15_nul_bytes_at_the_end_wait_for_what_follows
}

/// Where each piece of a stream stood, and what it was.
fn pieces(watch: &Watch<'_>) -> String {
    watch.order.iter().map(|(_, bytes)| str::from_utf8(bytes).unwrap()).collect()
}

fn f15_holes_are_passed_over_wherever_they_are(ground: &Ground) {
    for hole in [HOLE, HOLE + 1, 99, 100, 101, 164, 1_000, 300_000] {
        let mut watch = Watch::of(ground);
        ground.append("log", vec![0; hole]);
        ground.append("log", "one\nhalf a ");
        ground.append("log", vec![0; hole]);
        ground.append("log", "line\n");
        watch.settle();
        assert_eq!(pieces(&watch), "one\nhalf a line\n");
        let told = format!("skipped {hole} bytes of NUL bytes");
        if hole < 1_000 {
            assert_eq!(watch.events(), [&*told, &*told]);
        }
        // In one that is rolled, too.
        ground.append("log", vec![0; hole]);
        watch.settle();
        ground.append("log", "two\n");
        ground.rename("log", "old");
        ground.append("log", "new\n");
        watch.pass(QUIET);
        assert_eq!(pieces(&watch), "one\nhalf a line\ntwo\nnew\n");
        ground.remove("log");
    }
}

fn f15_a_few_nul_bytes_are_text(ground: &Ground) {
    let mut watch = Watch::of(ground);
    let text = format!("a\0b{}c\n", "\0".repeat(HOLE - 1));
    ground.append("log", &text);
    watch.settle();
    assert_eq!(pieces(&watch), text);
    assert!(watch.events().is_empty());
}

fn f15_nul_bytes_at_the_end_wait_for_what_follows(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", "one\n\0\0");
    assert_eq!(watch.pass(TICK), FollowState::Following);
    assert_eq!(pieces(&watch), "one\n");
    ground.append("log", "two\n");
    watch.settle();
    assert_eq!(pieces(&watch), "one\n\0\0two\n");
    ground.append("log", [0; 3]);
    watch.settle();
    ground.append("log", [0; HOLE]);
    ground.append("log", "three\n");
    watch.settle();
    assert_eq!(pieces(&watch), "one\n\0\0two\nthree\n");
    assert_eq!(watch.events(), [format!("skipped {} bytes of NUL bytes", HOLE + 3)]);
}

/// In a time in which nobody could read a tenth of it.
#[cfg(target_os = "linux")]
#[test]
fn f15_a_hole_of_many_gigabytes_takes_no_time() {
    use std::os::unix::fs::FileExt;
    let ground = Ground::disk();
    let mut watch = Watch::of(&ground);
    let file = fs::File::create(ground.path("log")).unwrap();
    file.write_all_at(b"one\n", 0).unwrap();
    file.write_all_at(b"two\n", 100_000_000_000).unwrap();
    watch.settle();
    assert_eq!(pieces(&watch), "one\ntwo\n");
    file.set_len(200_000_000_000).unwrap();
    watch.settle();
    let told = ["skipped 99.9 GB of NUL bytes", "skipped 99.9 GB of NUL bytes"];
    assert_eq!(watch.events(), told);
}

/// Another machine's file, of which old news may come.
struct Remote(Memory);

#[derive(Debug)]
struct RemoteFile(Arc<dyn Handle>);

impl Fs for Remote {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        Ok(Arc::new(RemoteFile(self.0.open(path)?)))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.0.stat(path)
    }
}

impl Handle for RemoteFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buffer)
    }

    fn stat(&self) -> io::Result<Stat> {
        self.0.stat()
    }

    fn is_remote(&self) -> bool {
        true
    }
}

#[test]
fn f16_a_truncation_on_another_machine_has_to_last() {
    let (fs, log) = (Remote(Memory::default()), Path::new("log"));
    fs.0.append(log, LINE.as_bytes());
    let mut watch = Watch::over(&fs, log);
    watch.settle();
    fs.0.truncate(log, 10).unwrap();
    watch.settle();
    fs.0.truncate(log, 0).unwrap();
    fs.0.append(log, format!("{LINE}and more\n").as_bytes());
    watch.now += TICK;
    watch.settle();
    watch.check(0, OpenReason::First, &format!("{LINE}and more\n"), false);
    fs.0.truncate(log, 0).unwrap();
    watch.pass(TICK);
    fs.0.append(log, b"new\n");
    watch.settle();
    watch.check(1, OpenReason::Truncated, "new\n", false);
}
