//! What is told of all that happens.

use super::*;

#[test]
fn f1_a_roll_is_told_once() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", LINE);
    watch.pass(TICK);
    assert!(watch.events().is_empty());
    ground.rename("log", "old");
    watch.pass(TICK);
    ground.append("log", LINE);
    watch.pass(QUIET * 2);
    assert_eq!(watch.events(), ["rotated; still reading the old file (5 s)"]);
}

#[test]
fn f5_what_is_known_of_a_truncation_is_told() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", LINE.repeat(20));
    watch.settle();
    watch.now += Duration::from_millis(80);
    ground.truncate("log", 0);
    watch.settle();
    let told = "truncated at 1,580 bytes; all read 80 ms before";
    assert_eq!(watch.events(), [told]);
    ground.append("log", LINE.repeat(3));
    watch.poll();
    ground.truncate("log", 0);
    watch.settle();
    let told = "truncated at 237 bytes; 137 bytes were not read and are lost";
    assert_eq!(watch.events(), [told]);
    ground.rename("log", "old");
    ground.append("log", LINE);
    watch.settle();
    watch.events();
    ground.append("old", LINE);
    watch.settle();
    ground.truncate("old", 3);
    watch.settle();
    let told = "truncated after rotation at 79 bytes; all read 0 ms before";
    assert_eq!(watch.events(), [told]);
}

#[test]
fn f7_a_removal_and_the_return_are_told_even_if_nobody_saw_the_gap() {
    for sees_gap in [true, false] {
        let ground = Ground::memory();
        let mut watch = Watch::of(&ground);
        ground.append("log", LINE);
        watch.settle();
        ground.remove("log");
        if sees_gap {
            watch.pass(TICK * 3);
            assert_eq!(watch.events(), ["deleted; waiting"]);
        }
        ground.append("log", LINE);
        watch.pass(QUIET);
        let told = ["deleted; waiting", "is back"];
        assert_eq!(watch.events(), &told[usize::from(sees_gap)..]);
    }
}

#[test]
fn f11_f21_what_is_in_the_way_is_told_and_when_it_is_gone() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    watch.pass(TICK * 3);
    ground.obstruct("log");
    watch.pass(TICK * 3);
    ground.rename("log", "directory");
    ground.append("log", LINE);
    watch.pass(TICK * 3);
    let told = ["no such file; waiting", "is a directory; waiting", "readable again"];
    assert_eq!(watch.events(), told);
}

#[cfg(unix)]
#[test]
fn f10_another_directory_in_place_of_the_old_one() {
    let ground = Ground::disk();
    let (log, now, old) = (ground.path("now/log"), ground.path("now"), ground.path("old"));
    fs::create_dir(&now).unwrap();
    fs::write(&log, LINE).unwrap();
    let mut watch = Watch::over(&Disk, &log);
    watch.settle();
    fs::rename(&now, old).unwrap();
    assert_eq!(watch.settle(), FollowState::Renamed);
    ground.append("old/log", "late\n");
    fs::create_dir(&now).unwrap();
    fs::write(&log, "new\n").unwrap();
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, &format!("{LINE}late\n"), true);
    watch.check(1, OpenReason::Rolled, "new\n", false);
    let told = "log directory replaced";
    assert_eq!(watch.events(), [told]);
}
