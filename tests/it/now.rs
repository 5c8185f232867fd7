//! What a live log shows without a key: the last minutes, not all of the day.

use crate::harness::Opened;
use mtatop::log::entry::Time;

/// Monday, 2007-02-19 10:52:00, in milliseconds.
const NOW: i64 = 1_171_882_320_000;
const MINUTE: i64 = 60_000;

/// A dequeue so many minutes before [`NOW`].
fn attempt(minutes_ago: i64, action: char, domain: &str) -> String {
    let time = Time(NOW - minutes_ago * MINUTE).calendar().unwrap();
    let response = if action == 'D' { "250 ok" } else { "450 4.7.1 later" };
    format!(
        "{} tcp_local {action} 1 a@x.example rfc822;b@{domain} b@{domain} dns;mx.{domain} smtp;{response}\n",
        time.format("%d-%b-%Y %H:%M:%S.00")
    )
}

/// Hours ago many attempts on one domain were deferred; now another one fails.
fn log() -> String {
    let earlier = (0..40).map(|at| attempt(300 - at, 'Q', "healthy.example"));
    let healthy = (0..14).rev().map(|at| attempt(at, 'D', "healthy.example"));
    let failing = (0..5).rev().map(|at| attempt(at, 'Q', "failing.example"));
    earlier.chain(healthy).chain(failing).collect()
}

/// The first domain of the list.
fn worst(opened: &mut Opened) -> String {
    let screen = opened.screen(120, 40);
    let row = screen.lines().skip_while(|line| !line.starts_with("DOMAIN")).nth(1);
    row.unwrap_or_else(|| panic!("{screen}")).split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_live_log_counts_the_last_15_minutes_and_says_so() {
    let mut opened = Opened::new(log().as_bytes(), "");
    opened.tick(Time(NOW + 1_000));
    for view in ["1", "3", "4", "5", "2"] {
        opened.press(view);
        let screen = opened.screen(80, 24);
        assert!(screen.contains("last 15m"), "{screen}");
    }
    assert_eq!(worst(&mut opened), "failing.example");
    assert!(opened.screen(120, 40).contains("19 of 59 entries"));
    // The whole log is some keys away, and stays chosen.
    opened.press("]]]]]]]]");
    assert_eq!(worst(&mut opened), "healthy.example");
    opened.tick(Time(NOW + 2_000));
    assert!(!opened.screen(120, 40).contains("last "));
}

#[test]
fn an_old_log_is_counted_as_a_whole() {
    let mut opened = Opened::new(log().as_bytes(), "");
    opened.tick(Time(NOW + 24 * 60 * MINUTE));
    opened.press("2");
    assert_eq!(worst(&mut opened), "healthy.example");
    assert!(!opened.screen(120, 40).contains("last 15m"));
}

#[test]
fn a_live_log_that_falls_silent_keeps_its_window() {
    let mut opened = Opened::new(log().as_bytes(), "");
    opened.tick(Time(NOW + 1_000));
    opened.tick(Time(NOW + 24 * 60 * MINUTE));
    assert!(opened.screen(120, 40).contains("last 15m"));
}

#[test]
fn a_filter_with_times_keeps_them() {
    let mut opened = Opened::new(log().as_bytes(), "since:6h");
    opened.tick(Time(NOW + 1_000));
    opened.press("2");
    assert_eq!(worst(&mut opened), "healthy.example");
}

#[test]
fn filters_are_undone_and_redone_one_by_one() {
    let mut opened = Opened::new(log().as_bytes(), "");
    opened.press("/failing.example<enter>/outcome:deferred<enter>");
    let mut filter = |keys: &str| {
        opened.press(keys);
        opened.app.filter_text().to_owned()
    };
    assert_eq!(filter("u"), "failing.example");
    assert_eq!(filter("<esc>"), "");
    assert_eq!(filter("<esc>"), "", "there is nothing left to undo");
    assert_eq!(filter("U"), "failing.example");
    assert_eq!(filter("U"), "failing.example outcome:deferred");
    assert_eq!(filter("U"), "failing.example outcome:deferred");
}

#[test]
fn the_mark_is_removed_by_the_same_key() {
    let mut opened = Opened::new(log().as_bytes(), "");
    opened.press("m");
    opened.append(attempt(0, 'D', "late.example").as_bytes());
    assert!(opened.screen(120, 40).contains("since "));
    opened.press("m");
    assert!(opened.app.mark().is_none());
    assert!(!opened.screen(120, 40).contains("since "));
}

#[test]
fn sorting_shows_the_top_of_the_list() {
    let many: String = (0..60).map(|at| attempt(60 - at, 'Q', &format!("d{at}.example"))).collect();
    let mut opened = Opened::new(many.as_bytes(), "");
    opened.press("2");
    let top = worst(&mut opened);
    opened.press("G");
    assert_ne!(worst(&mut opened), top, "scrolled to the end");
    opened.press("rr");
    assert_eq!(worst(&mut opened), top);
}
