//! The key that escapes all that is not ASCII, and the warnings before what may mislead.

use crate::harness::{Opened, is_ours};
use ratatui::buffer::Buffer;

/// An inbound connection of a mixed name, and what it delivered: to a mixed domain, and to a name
/// that runs from right to left. The second letter of `раypal` is one of ASCII.
fn log() -> String {
    let host = "mx.p\u{430}ypal.example";
    [
        format!("19-Feb-1998 10:52:05.10 1f625.3.0 tcp_local + O TCP|10.0.0.1|1025|10.0.0.2|25 SMTP/{host}"),
        format!("19-Feb-1998 10:52:12.28 1f625.3.1 tcp_local D 1 m\u{fc}ller@a.org rfc822;u@{host} u@{host} q/ZZ1.00 <1@b> dns;{host} smtp;250 ok \u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
        "19-Feb-1998 10:52:13.28 1f625.3.1 tcp_local Q 1 a@b.org rfc822;\u{633}\u{644}\u{627}\u{645}@b.org \u{633}\u{644}\u{627}\u{645}@b.org q/ZZ2.00 <2@b> dns;h smtp;450 later".to_owned(),
        "19-Feb-1998 10:52:14.28 \u{440}\u{430}ypal is no entry".to_owned(),
    ]
    .map(|line| line + "\n")
    .concat()
}

fn opened() -> Opened {
    Opened::new(log().as_bytes(), "")
}

#[track_caller]
fn check_ascii(buffer: &Buffer, place: &str) {
    for cell in &buffer.content {
        let symbol = cell.symbol();
        assert!(symbol.chars().all(|c| c.is_ascii() || is_ours(c)), "{place}: {symbol:?}");
    }
}

#[test]
fn warnings_stand_before_what_may_mislead() {
    let mut opened = opened();
    let screen = opened.screen(120, 40);
    assert!(screen.contains("MIXED u@mx.p\u{430}ypal"), "{screen}");
    opened.press("5");
    insta::assert_snapshot!("alphabet_all", opened.screen(160, 24));
    opened.press("a");
    insta::assert_snapshot!("alphabet_ascii", opened.screen(160, 24));
}

#[test]
fn nothing_but_ascii_is_left_in_any_pane_of_any_view() {
    let mut opened = opened();
    opened.press("a");
    let mut told = 0;
    for view in ["1", "2", "3", "4", "5"] {
        opened.press(view);
        for pane in 0..4 {
            for keys in ["g", "j", "j", "z", "z", "!", "<esc>"] {
                opened.press(keys);
                for size in [(160, 50), (80, 24), (47, 12)] {
                    let buffer = opened.buffer(size.0, size.1);
                    check_ascii(&buffer, &format!("view {view}, pane {pane}, {keys}"));
                }
                told += usize::from(opened.screen(160, 50).contains("<U+0430>"));
            }
            opened.press("<tab>");
        }
    }
    assert!(told > 60, "{told} screens tell the look-alike by its number");
    let filter = "/from:m\u{fc}ller";
    opened.press(filter);
    check_ascii(&opened.buffer(100, 30), "a filter that is typed");
    opened.press("<enter>");
    check_ascii(&opened.buffer(100, 30), "a filter in force");
}

#[test]
fn it_is_told_while_it_lasts() {
    let mut opened = opened();
    let before = opened.screen(120, 40);
    opened.press("a");
    let screen = opened.screen(120, 40);
    assert!(screen.contains("non-ASCII escaped"), "{screen}");
    assert!(screen.contains("MIXED mx.p<U+0430>ypal.example"), "{screen}");
    opened.press("a");
    assert_eq!(opened.screen(120, 40), before);
}

#[test]
fn a_log_of_ascii_looks_the_same_but_for_the_header() {
    let log = crate::harness::data("sjsms2005q4-21-09-outbound-connection.log");
    let mut opened = Opened::new(&log, "");
    let screen = |opened: &mut Opened| {
        let screen = opened.screen(160, 50);
        screen.lines().skip(1).collect::<Vec<_>>().join("\n")
    };
    for view in ["1", "2", "3", "4", "5"] {
        opened.press(view);
        let before = screen(&mut opened);
        opened.press("a");
        assert_eq!(screen(&mut opened), before);
        opened.press("a");
    }
}
