//! One case after the other, most of them in memory and on disk.

use super::*;

on_every_ground! {
    f1_the_old_file_is_read_to_its_end_before_the_new_one
    f2_late_entries_of_the_old_file_are_read_beside_the_new_one
    f3_a_line_torn_by_the_roll_is_completed_in_its_own_file
    f5_a_truncated_file_begins_anew
    f6_refilled_to_the_same_or_a_larger_size_is_other_content
    f7_deleted_and_back
    f9_a_swapped_link_is_a_roll_and_swapped_back_repeats_nothing
    f9_a_file_that_returns_after_its_drain_goes_on_where_it_was
    f11_a_missing_file_is_read_from_its_first_byte_when_it_comes
    f21_a_directory_is_not_followed
    a_renamed_file_is_followed_until_something_takes_its_place
    the_text_of_old_files_stays_readable
}

fn f1_the_old_file_is_read_to_its_end_before_the_new_one(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", LINE);
    watch.settle();
    ground.append("log", LINE.repeat(5));
    ground.rename("log", "old");
    ground.append("log", "new\n");
    while watch.seen.len() == 1 {
        watch.poll();
    }
    watch.check(0, OpenReason::First, &LINE.repeat(6), false);
    assert_eq!(watch.settle(), FollowState::Draining);
    watch.check(1, OpenReason::Rolled, "new\n", false);
    assert_eq!(watch.pass(TICK * 49), FollowState::Draining);
    assert_eq!(watch.pass(TICK), FollowState::Following);
    watch.check(0, OpenReason::First, &LINE.repeat(6), true);
}

fn f2_late_entries_of_the_old_file_are_read_beside_the_new_one(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", "a1\n");
    watch.settle();
    ground.rename("log", "old");
    for turn in 1..4 {
        ground.append("old", format!("late {turn}\n"));
        ground.append("log", format!("new {turn}\n"));
        watch.pass(Duration::from_secs(4));
    }
    watch.check(0, OpenReason::First, "a1\nlate 1\nlate 2\nlate 3\n", false);
    watch.check(1, OpenReason::Rolled, "new 1\nnew 2\nnew 3\n", false);
    watch.pass(Duration::from_secs(2));
    ground.append("old", "too late\n");
    watch.pass(Duration::from_secs(2));
    watch.check(0, OpenReason::First, "a1\nlate 1\nlate 2\nlate 3\n", true);
}

fn f3_a_line_torn_by_the_roll_is_completed_in_its_own_file(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", "half a ");
    watch.settle();
    ground.rename("log", "old");
    ground.append("log", "new\n");
    watch.settle();
    ground.append("old", "line\nand a torn");
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, "half a line\nand a torn", true);
    watch.check(1, OpenReason::Rolled, "new\n", false);
}

fn f5_a_truncated_file_begins_anew(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", LINE.repeat(3));
    watch.settle();
    ground.truncate("log", 0);
    assert_eq!(watch.settle(), FollowState::Following);
    ground.append("log", "new\n");
    watch.settle();
    watch.check(0, OpenReason::First, &LINE.repeat(3), true);
    watch.check(1, OpenReason::Truncated, "new\n", false);
    // Cut within what was read: what is left is read again, as new content.
    ground.truncate("log", 2);
    watch.settle();
    watch.check(2, OpenReason::Truncated, "ne", false);
}

fn f6_refilled_to_the_same_or_a_larger_size_is_other_content(ground: &Ground) {
    let mut watch = Watch::of(ground);
    let (first, second) = (LINE.repeat(2), LINE.replace('E', "D").repeat(2));
    ground.append("log", &first);
    watch.settle();
    ground.truncate("log", 0);
    ground.append("log", &second);
    watch.settle();
    watch.check(0, OpenReason::First, &first, true);
    watch.check(1, OpenReason::Rewritten, &second, false);
    ground.truncate("log", 0);
    ground.append("log", first.repeat(3));
    watch.settle();
    watch.check(1, OpenReason::Rewritten, &second, true);
    watch.check(2, OpenReason::Rewritten, &first.repeat(3), false);
}

fn f7_deleted_and_back(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", LINE);
    watch.settle();
    ground.remove("log");
    assert_eq!(watch.pass(QUIET * 2), FollowState::Deleted);
    watch.check(0, OpenReason::First, LINE, false);
    // The same text: only its being another file tells it from the old one.
    ground.append("log", LINE);
    watch.settle();
    watch.check(1, OpenReason::Recreated, LINE, false);
    assert_eq!(watch.pass(QUIET), FollowState::Following);
    watch.check(0, OpenReason::First, LINE, true);
}

fn f9_a_swapped_link_is_a_roll_and_swapped_back_repeats_nothing(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("a", "a1\n");
    ground.append("b", "b1\n");
    ground.swap("a", "log");
    watch.settle();
    ground.swap("b", "log");
    watch.settle();
    watch.check(1, OpenReason::Rolled, "b1\n", false);
    ground.swap("a", "log");
    ground.append("a", "a2\n");
    ground.append("b", "b2\n");
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, "a1\na2\n", false);
    watch.check(1, OpenReason::Rolled, "b1\nb2\n", true);
    assert_eq!(watch.seen.len(), 2);
}

fn f9_a_file_that_returns_after_its_drain_goes_on_where_it_was(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("a", LINE);
    ground.append("b", "b1\n");
    ground.swap("a", "log");
    watch.settle();
    ground.swap("b", "log");
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, LINE, true);
    ground.append("a", "a2\n");
    ground.swap("a", "log");
    watch.settle();
    watch.check(2, OpenReason::Returned, "a2\n", false);
}

fn f11_a_missing_file_is_read_from_its_first_byte_when_it_comes(ground: &Ground) {
    let mut watch = Watch::of(ground);
    assert_eq!(watch.settle().to_string(), "no such file; waiting");
    ground.append("log", LINE.repeat(2));
    assert_eq!(watch.settle(), FollowState::Following);
    watch.check(0, OpenReason::First, &LINE.repeat(2), false);
}

fn f21_a_directory_is_not_followed(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.obstruct("log");
    assert_eq!(watch.settle(), FollowState::NotAFile(FileKind::Directory));
    ground.rename("log", "directory");
    ground.append("log", "a1\n");
    watch.settle();
    ground.rename("log", "old");
    ground.obstruct("log");
    ground.append("old", "a2\n");
    assert_eq!(watch.pass(QUIET * 2), FollowState::NotAFile(FileKind::Directory));
    watch.check(0, OpenReason::First, "a1\na2\n", false);
}

fn a_renamed_file_is_followed_until_something_takes_its_place(ground: &Ground) {
    let mut watch = Watch::of(ground);
    ground.append("log", "a1\n");
    watch.settle();
    ground.rename("log", "old");
    assert_eq!(watch.pass(DRAIN_LONGEST * 2), FollowState::Renamed);
    ground.append("old", "a2\n");
    watch.settle();
    ground.rename("old", "log");
    assert_eq!(watch.settle(), FollowState::Following);
    watch.check(0, OpenReason::First, "a1\na2\n", false);
    assert_eq!(watch.seen.len(), 1);
}

fn the_text_of_old_files_stays_readable(ground: &Ground) {
    let mut watch = Watch::of(ground);
    for turn in 0..3 {
        ground.append("log", format!("file {turn}\n"));
        watch.settle();
        ground.rename("log", "old");
    }
    ground.remove("old");
    watch.pass(QUIET);
    for (stream, seen) in &watch.seen {
        let text = read_span(&*seen.handle, 0, 100).unwrap();
        assert_eq!(text, format!("file {}\n", stream.0).as_bytes());
    }
}

#[test]
fn a_file_that_never_stops_growing_drains_for_a_minute() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", "a");
    watch.settle();
    ground.rename("log", "old");
    ground.append("log", "b");
    watch.settle();
    let rolled = watch.now;
    while !watch.seen[&StreamId(0)].is_finished {
        ground.append("old", "a");
        watch.poll();
        watch.now += TICK;
    }
    let end = rolled + DRAIN_LONGEST;
    assert!((end..end + QUIET).contains(&watch.now), "{rolled:?} to {:?}", watch.now);
}

#[test]
fn at_most_eight_replaced_files_are_held() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    for turn in 0..12 {
        ground.append("log", format!("{turn}\n"));
        watch.settle();
        ground.rename("log", &format!("old {turn}"));
    }
    ground.append("log", "now\n");
    watch.settle();
    let finished = watch.seen.values().filter(|seen| seen.is_finished).count();
    assert_eq!((watch.seen.len(), finished), (13, 4));
    watch.check(3, OpenReason::Rolled, "3\n", true);
    watch.check(4, OpenReason::Rolled, "4\n", false);
}

#[test]
fn time_in_which_nobody_polled_does_not_end_a_drain() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", "a1\n");
    watch.settle();
    ground.rename("log", "old");
    ground.append("log", "b1\n");
    watch.settle();
    watch.now += Duration::from_secs(3600);
    assert_eq!(watch.settle(), FollowState::Draining);
    ground.append("old", "a2\n");
    watch.pass(QUIET);
    watch.check(0, OpenReason::First, "a1\na2\n", true);
}

#[test]
fn f7_a_number_used_again_is_not_taken_for_the_file_that_had_it() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", LINE.repeat(2));
    watch.settle();
    let inode = ground.fs().stat(&ground.path("log")).unwrap().identity.inode;
    ground.remove("log");
    ground.append("log", "between\n");
    watch.pass(QUIET);
    // Nobody holds the first file any more, so its number goes to the next one.
    watch.seen.clear();
    ground.rename("log", "old");
    let text = LINE.replace('E', "D").repeat(3);
    ground.append("log", &text);
    assert_eq!(ground.fs().stat(&ground.path("log")).unwrap().identity.inode, inode);
    watch.settle();
    watch.check(2, OpenReason::Rolled, &text, false);
}

#[test]
fn a_busy_old_file_does_not_keep_the_new_one_waiting() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", "a");
    watch.settle();
    ground.rename("log", "old");
    ground.append("log", LINE.repeat(20));
    for _ in 0..60 {
        ground.append("old", LINE);
        watch.poll();
    }
    watch.check(1, OpenReason::Rolled, &LINE.repeat(20), false);
}

#[test]
fn steps_tell_how_much_is_unread() {
    let ground = Ground::memory();
    let mut watch = Watch::of(&ground);
    ground.append("log", [b'x'; 250]);
    watch.poll();
    let behind: Vec<_> = std::iter::from_fn(|| match watch.poll() {
        FollowStep::Bytes { offset, behind, .. } => Some((offset, behind)),
        _ => None,
    })
    .collect();
    assert_eq!(behind, [(0, 150), (100, 50), (200, 0)]);
}
