//! Rolls that nobody saw.

use super::*;

on_every_ground! {
    f4_two_rolls_nobody_saw
    f4_five_rolls_nobody_saw
    f4_rolls_before_anything_was_there
    f4_rolls_of_empty_files
    f4_what_was_known_at_the_start_is_not_read
    f4_caught_up_before_the_new_file_is_there
    f4_a_copy_that_is_being_taken_is_read_once
    f4_late_entries_written_after_the_drain
    f4_a_total_that_was_put_aside
    f4_a_total_that_does_not_hold_what_is_known
    f4_yesterday_restored_from_a_copy_is_not_read_again
    f4_rolls_after_a_removal
    f9_a_removed_log_brings_nothing_old_back
}

/// A night's entries.
fn night(number: usize, entries: usize) -> String {
    (0..entries).fold(String::new(), |entries, entry| {
        entries + &format!("{number:02}-Feb-2007 00:00:{entry:04} {LINE}")
    })
}

fn watch(ground: &Ground) -> Watch<'_> {
    Watch::over(ground.fs(), ground.path("log_current"))
}

/// All that was told, in the order of telling.
fn told(watch: &Watch<'_>) -> String {
    watch.order.iter().map(|(_, bytes)| str::from_utf8(bytes).unwrap()).collect()
}

fn nights(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| night(number, number)).collect()
}

fn f4_two_rolls_nobody_saw(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_current", night(1, 1));
    watch.settle();
    ground.return_job();
    ground.append("log_current", night(2, 2));
    ground.return_job();
    ground.append("log_current", night(3, 3));
    watch.pass(QUIET * 2);
    assert_eq!(told(&watch), nights(1..4));
    watch.check(0, OpenReason::First, &night(1, 1), true);
    watch.check(1, OpenReason::Unseen, &night(2, 2), true);
    watch.check(2, OpenReason::Rolled, &night(3, 3), false);
    let told = [
        "caught up 1 missed rotation from log_yesterday (2 entries)",
        "rotated; still reading the old file (5 s)",
    ];
    assert_eq!(watch.events(), told);
}

fn f4_five_rolls_nobody_saw(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(1..4));
    ground.append("log_yesterday", night(4, 4));
    ground.append("log_current", night(5, 5));
    watch.settle();
    ground.append("log_current", "unread until the end\n");
    for number in 6..11 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    watch.pass(QUIET * 2);
    let expected = format!("{}unread until the end\n{}", night(5, 5), nights(6..11));
    assert_eq!(told(&watch), expected);
    let told = [
        "caught up 2 or more missed rotations from log_yesterday, log (30 entries)",
        "rotated; still reading the old file (5 s)",
    ];
    assert_eq!(watch.events(), told);
    // And once more, from what is known now.
    for number in 11..15 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    watch.pass(QUIET * 2);
    assert_eq!(self::told(&watch), format!("{expected}{}", nights(11..15)));
}

fn f4_rolls_before_anything_was_there(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(1..4));
    watch.settle();
    for number in 4..7 {
        ground.append("log_current", night(number, number));
        ground.return_job();
    }
    ground.append("log_current", night(7, 7));
    watch.pass(QUIET);
    assert_eq!(told(&watch), nights(4..8));
}

fn f4_rolls_of_empty_files(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_yesterday", night(1, 1));
    ground.append("log_current", "");
    watch.settle();
    for number in [2, 3, 0, 4, 0, 5] {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    watch.pass(QUIET);
    assert_eq!(told(&watch), nights(2..6));
}

fn f4_what_was_known_at_the_start_is_not_read(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(1..3));
    ground.append("log_yesterday", night(3, 3));
    ground.append("log_current", night(4, 4));
    watch.settle();
    ground.return_job();
    ground.append("log_current", night(5, 5));
    watch.pass(QUIET * 2);
    assert_eq!(told(&watch), nights(4..6));
    assert_eq!(watch.events(), ["rotated; still reading the old file (5 s)"]);
}

fn f4_caught_up_before_the_new_file_is_there(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_current", night(1, 1));
    watch.settle();
    for number in 2..5 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    ground.return_job();
    assert_eq!(watch.pass(QUIET * 2), FollowState::Renamed);
    assert_eq!(told(&watch), nights(1..5));
    ground.append("log_yesterday", "late\n");
    ground.append("log_current", night(5, 5));
    watch.pass(QUIET * 2);
    assert_eq!(told(&watch), format!("{}late\n{}", nights(1..5), night(5, 5)));
}

fn f4_a_copy_that_is_being_taken_is_read_once(ground: &Ground) {
    for part in [1, 20, 90, 300, 500] {
        let mut watch = watch(ground);
        ground.append("log_current", night(1, 3));
        watch.settle();
        for number in 2..5 {
            ground.return_job();
            ground.append("log_current", night(number, number));
        }
        // The fourth job is not done with its copy yet.
        let copied = ground.text("log_yesterday");
        let part = part.min(copied.len());
        ground.append("log", &copied[..part]);
        watch.settle();
        assert_eq!(told(&watch), format!("{}{}", night(1, 3), nights(2..5)));
        ground.append("log", &copied[part..]);
        ground.rename("log_current", "log_yesterday");
        ground.append("log_current", night(5, 5));
        for number in 6..8 {
            ground.return_job();
            ground.append("log_current", night(number, number));
        }
        watch.pass(QUIET);
        assert_eq!(told(&watch), format!("{}{}", night(1, 3), nights(2..8)), "{part}");
        for name in ["log", "log_yesterday", "log_current"] {
            ground.remove(name);
        }
    }
}

fn f4_late_entries_written_after_the_drain(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_current", night(1, 1));
    watch.settle();
    ground.return_job();
    ground.append("log_current", night(2, 2));
    watch.pass(QUIET * 2);
    ground.append("log_yesterday", "late\n");
    watch.pass(QUIET * 2);
    ground.return_job();
    ground.append("log_current", night(3, 3));
    watch.pass(QUIET * 2);
    watch.check(2, OpenReason::Returned, "late\n", true);
    watch.check(3, OpenReason::Rolled, &night(3, 3), false);
    for number in 4..8 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    watch.pass(QUIET * 2);
    let bytes: usize = watch.seen.values().map(|seen| seen.bytes.len()).sum();
    assert_eq!(bytes, nights(1..8).len() + 5);
}

fn f4_a_total_that_was_put_aside(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(10..20));
    ground.append("log_yesterday", night(1, 1));
    ground.append("log_current", night(2, 2));
    watch.settle();
    ground.rename("log", "log.aside");
    for number in 3..7 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    watch.pass(QUIET);
    assert_eq!(told(&watch), nights(2..7));
}

fn f4_a_total_that_does_not_hold_what_is_known(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(10..20));
    ground.append("log_current", night(2, 2));
    watch.settle();
    for number in 3..5 {
        ground.return_job();
        ground.append("log_current", night(number, number));
    }
    ground.return_job();
    ground.remove("log");
    ground.append("log", nights(10..15));
    ground.append("log_current", night(5, 5));
    watch.pass(QUIET);
    assert_eq!(told(&watch), [night(2, 2), nights(4..6)].concat());
    let told = watch.events();
    assert_eq!(told[0], "rotated while not watched; missed entries are not in log");
    assert_eq!(told[1], "caught up 1 missed rotation from log_yesterday (4 entries)");
}

fn f4_yesterday_restored_from_a_copy_is_not_read_again(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_current", night(1, 1));
    watch.settle();
    ground.return_job();
    ground.append("log_current", night(2, 2));
    watch.pass(QUIET * 2);
    let text = ground.text("log_yesterday");
    ground.append("copy", text);
    ground.rename("copy", "log_yesterday");
    ground.rename("log_current", "old");
    ground.append("log_current", night(3, 3));
    watch.pass(QUIET * 2);
    assert_eq!(told(&watch), nights(1..4));
}

fn f9_a_removed_log_brings_nothing_old_back(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log", nights(1..3));
    ground.append("log_yesterday", night(3, 3));
    ground.append("log_current", night(4, 4));
    watch.settle();
    ground.remove("log_current");
    watch.pass(QUIET * 2);
    ground.append("log_current", night(5, 5));
    watch.pass(QUIET * 2);
    assert_eq!(told(&watch), nights(4..6));
    assert_eq!(watch.events(), ["deleted; waiting", "is back"]);
}

fn f4_rolls_after_a_removal(ground: &Ground) {
    let mut watch = watch(ground);
    ground.append("log_yesterday", night(1, 1));
    ground.append("log_current", night(2, 2));
    watch.settle();
    ground.remove("log_current");
    for number in 3..6 {
        ground.append("log_current", night(number, number));
        ground.return_job();
    }
    ground.append("log_current", night(6, 6));
    watch.pass(QUIET);
    assert_eq!(told(&watch), nights(2..7));
}

#[test]
fn f4_what_cannot_be_read_keeps_the_new_file_waiting_for_a_while_only() {
    let ground = Ground::memory();
    let mut watch = watch(&ground);
    ground.append("log_current", night(1, 1));
    watch.settle();
    ground.return_job();
    ground.append("log_current", night(2, 2));
    ground.return_job();
    ground.append("log_current", night(3, 3));
    let fs = Denied { memory: ground.fs(), name: "log_yesterday" };
    watch.fs = &fs;
    watch.pass(TICK * 48);
    assert_eq!(told(&watch), nights(1..2));
    watch.pass(TICK * 4);
    assert_eq!(told(&watch), [night(1, 1), night(3, 3)].concat());
    let told = "rotated while not watched; cannot read log_yesterday: permission denied";
    assert!(watch.events().iter().any(|event| event == told));
}

/// One name cannot be opened.
struct Denied<'a> {
    memory: &'a dyn Fs,
    name: &'static str,
}

impl Fs for Denied<'_> {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn Handle>> {
        if path == Path::new(self.name) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.memory.open(path)
    }

    fn stat(&self, path: &Path) -> io::Result<crate::input::source::Stat> {
        self.memory.stat(path)
    }
}
