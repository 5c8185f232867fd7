//! The views: how one comes from one to another, and what each shows.

use crate::harness::{Opened, data};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mtatop::simulate::{LogStyle, MtaFormat, Scenario, Simulator};
use mtatop::tui::app::Msg;
use mtatop::tui::app::labels::Severity;
use mtatop::tui::keymap::pointer;
use mtatop::tui::theme::Theme;
use ratatui::buffer::Cell;

fn outbound() -> Opened {
    Opened::new(&data("sjsms2005q4-21-09-outbound-connection.unfolded.log"), "")
}

fn line(screen: &str, at: usize) -> &str {
    screen.lines().nth(at).expect("the screen has this line")
}

/// The line with the names of the views.
fn names(opened: &mut Opened, width: u16) -> String {
    let screen = opened.screen(width, 24);
    line(&screen, 3).to_owned()
}

fn click(opened: &mut Opened, column: u16, row: u16) {
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    opened.app.update(Msg::Pointer(pointer(event).expect("a click means something")));
    opened.refresh();
}

#[test]
fn a_key_or_a_click_on_its_name_shows_a_view() {
    let mut opened = outbound();
    assert!(
        names(&mut opened, 80)
            .starts_with("━━ Connections ━━ 2 Domains  3 Messages  4 Activity  5 Log ━━")
    );
    opened.press("5");
    assert!(
        names(&mut opened, 80)
            .starts_with("━━ 1 Connections  2 Domains  3 Messages  4 Activity ━━ Log ━━")
    );
    click(&mut opened, 5, 3);
    assert!(names(&mut opened, 80).starts_with("━━ Connections ━━"));
    click(&mut opened, 55, 3);
    assert!(
        names(&mut opened, 80)
            .starts_with("━━ 1 Connections  2 Domains  3 Messages  4 Activity ━━ Log ━━")
    );
}

#[test]
fn a_view_is_as_it_was_left() {
    let mut opened = outbound();
    opened.press("k<enter>");
    let before = opened.screen(80, 24);
    opened.press("5gj<enter>");
    let log = opened.screen(80, 24);
    opened.press("1");
    assert_eq!(opened.screen(80, 24), before);
    opened.press("5");
    assert_eq!(opened.screen(80, 24), log);
}

#[test]
fn the_pane_in_the_place_of_the_first_one_is_named() {
    let mut opened = outbound();
    opened.press("<enter>z");
    assert!(names(&mut opened, 80).starts_with("━━ Connections › Deliveries ━━ 2  3  4  5 ━━"));
    let narrow = names(&mut opened, 40);
    assert!(narrow.starts_with("━━ Connections › Deliveries ━━ 2  3"), "{narrow}");
}

#[test]
fn the_log_is_shown_as_it_was_logged_and_follows() {
    let log = String::from_utf8(data("sjsms2005q4-21-09-outbound-connection.unfolded.log"));
    let log = log.expect("the document is ASCII");
    let (first, rest) = log.split_at(log.find("19-Feb-1998 10:52:12.28").expect("there it is"));
    let mut opened = Opened::new(first.as_bytes(), "");
    opened.press("5");
    for line in first.lines() {
        assert!(opened.screen(250, 24).contains(line), "{line}");
    }
    opened.append(rest.as_bytes());
    let screen = opened.screen(250, 24);
    assert!(screen.contains(rest.lines().last().expect("there are more")), "{screen}");
    opened.press("k");
    opened.append(b"no entry\n");
    assert!(opened.screen(250, 24).contains("paused +1"));
    opened.press("G");
    let screen = opened.screen(250, 24);
    assert!(screen.contains("\n?no entry\n") && !screen.contains("paused"), "{screen}");
}

#[test]
fn a_filter_holds_in_the_log() {
    let mut opened = outbound();
    opened.press("5/hostb.sesta.com<enter>");
    let screen = opened.screen(250, 24);
    let entries = |word: &str| screen.lines().filter(|line| line.contains(word)).count();
    assert!(entries("rfc822;dave@hostb.sesta.com") == 2 && entries("hosta") == 0, "{screen}");
    assert!(line(&screen, 3).ends_with(" 4 ━━"), "{screen}");
    opened.press("<esc>");
    assert!(opened.screen(250, 24).contains("hosta"));
}

#[test]
fn n_goes_from_trouble_to_trouble() {
    let entry = |code: &str, to: &str| {
        format!(
            "19-Feb-1998 10:00:00.00 tcp_local {code} 1 x@x.org rfc822;{to} {to} q/ZZ1.00 <i@d>\n"
        )
    };
    let log = entry("D", "a@a.org")
        + &entry("Q", "b@b.org")
        + &entry("D", "c@c.org").repeat(9)
        + "no entry\n"
        + &entry("R", "d@d.org")
        + &entry("D", "e@a.org");
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.press("5");
    let mut at = |keys: &str| {
        opened.press(keys);
        opened.app.selected_entry().map(|row| row.0)
    };
    assert_eq!(["N", "N", "N", "N"].map(&mut at), [12, 11, 1, 1].map(Some));
    assert_eq!(["n", "n", "n"].map(&mut at), [11, 12, 12].map(Some));
    assert_eq!(at("/b.org<enter>N"), Some(1), "no others are under the filter");
    assert_eq!(at("<esc>gn"), Some(1));
    assert!(opened.screen(80, 24).contains("paused"));
}

#[test]
fn lines_that_are_cut_can_be_moved_until_their_end_is_seen() {
    let mut opened = outbound();
    opened.press("5g");
    let screen = opened.screen(80, 24);
    assert!(line(&screen, 4).ends_with('…'), "{screen}");
    opened.press("<right><right>");
    let screen = opened.screen(80, 24);
    assert!(line(&screen, 4).starts_with(" l            tcp_local"), "{screen}");
    assert!(line(&screen, 3).ends_with(" ← 32  10 ━━"), "{screen}");
    for _ in 0..99 {
        opened.press("<right>");
        opened.screen(80, 24);
    }
    let screen = opened.screen(80, 24);
    assert!(
        screen.contains("bobby@hosta.sesta.com and options OK.\n"),
        "as far as the longest needs: {screen}"
    );
    for _ in 0..99 {
        opened.press("<left>");
    }
    assert!(line(&opened.screen(80, 24), 4).starts_with(" 19-Feb-1998 10:52:05.41"));
}

#[test]
fn what_happened_is_marked_in_every_format() {
    for format in [MtaFormat::Text, MtaFormat::Xml, MtaFormat::Json] {
        let written = LogStyle { format, ..LogStyle::default() };
        let scenario = Scenario::batch(2, chrono::NaiveDateTime::default());
        let lines = Simulator::with_style(scenario, written).take(4_000);
        let log: String = lines.map(|line| line.text + "\n").collect();
        let mut opened = Opened::new(log.as_bytes(), "action:Q");
        opened.press("5");
        let buffer = opened.buffer(700, 60);
        let bad = Theme::new(opened.palette).tone(Severity::Warning).fg;
        let marked: String = (0..700)
            .map(|x| &buffer[(x, 4)])
            .filter(|cell| Some(cell.fg) == bad)
            .map(Cell::symbol)
            .collect();
        assert!(marked.trim_start().starts_with('Q'), "{format:?}: {marked}");
        assert!(marked.to_lowercase().contains("try again"), "{format:?}: {marked}");
    }
}

#[test]
fn the_message_is_that_of_the_entry_selected_in_the_log() {
    let mut opened = outbound();
    opened.press("5g");
    assert!(opened.screen(80, 40).contains("outcome         enqueued (E)"));
    opened.press("G");
    let screen = opened.screen(80, 40);
    assert!(screen.contains("event           closed (C)"), "{screen}");
}

#[test]
fn messages_are_listed_with_what_became_of_them() {
    let mut opened = outbound();
    opened.press("3");
    let screen = opened.screen(120, 24);
    assert!(
        line(&screen, 3)
            .starts_with("━━ 1 Connections  2 Domains ━━ Messages ━━ 4 Activity  5 Log ━━"),
        "{screen}"
    );
    assert!(line(&screen, 3).ends_with(" 1 ━━"), "{screen}");
    let message = line(&screen, 5);
    for words in ["10:52:05", "adam@sesta.com", "bobby@hosta.sesta.c…", "  3 3 relayed", "<01ITRF7"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[test]
fn the_trace_tells_what_the_command_tells() {
    let mut opened = outbound();
    opened.press("3<enter>z");
    let screen = opened.screen(120, 60);
    let told = include_str!("../../assets/manual.md").split("```text\n$ mtatop trace ").nth(1);
    let told = told.and_then(|text| text.split("```").next()).expect("the manual has one");
    for expected in told.lines().skip(1).filter(|line| *line != "…") {
        assert!(screen.lines().any(|line| line == expected), "{expected}\n{screen}");
    }
}

#[test]
fn t_traces_the_message_of_the_selected_entry() {
    let mut opened = outbound();
    let other =
        "19-Feb-1998 10:53:00.00 l ims-ms E 2 x@x.org rfc822;y@y.org y@y.org q/ZZ9.00 <9@x.org>\n";
    opened.append(other.as_bytes());
    let traced = |opened: &mut Opened| {
        let screen = opened.screen(100, 40);
        assert!(screen.contains("━━ Trace ━━"), "{screen}");
        screen.contains("<01ITRF7BDHS6000FCN@SESTA.COM>")
    };
    for keys in ["5gt", "1k<enter>t", "1<enter><enter><enter>", "5g<enter><enter>"] {
        let mut anew = outbound();
        anew.append(other.as_bytes());
        anew.press(keys);
        assert!(traced(&mut anew), "{keys}");
    }
    opened.press("5Gt");
    assert!(!traced(&mut opened));
    opened.press("<esc>k");
    let screen = opened.screen(100, 40);
    assert!(screen.contains("3 recipients: 3 relayed"), "{screen}");
    assert!(screen.contains("paused"), "{screen}");
}

#[test]
fn messages_of_a_filter_are_those_of_which_it_leaves_an_entry() {
    let entry = |(number, code): (usize, &str)| {
        format!(
            "19-Feb-1998 10:00:0{number}.00 tcp_local {code} 1 x@x.org rfc822;y@{number}.org y@{number}.org q/ZZ{number}.00 <i{number}@d>\n"
        )
    };
    let entries = (0..9).flat_map(|number| ["E", "Q", "R"].map(|code| (number, code)));
    let log: String = entries.map(entry).collect();
    for (keys, count) in
        [("3", 9), ("3/4.org<enter>", 1), ("3/id:i7@d<enter>", 1), ("/\"i3@d\"<enter>3", 1)]
    {
        let mut opened = Opened::new(log.as_bytes(), "");
        opened.press(keys);
        let screen = opened.screen(120, 40);
        assert!(line(&screen, 3).ends_with(&format!(" {count} ━━")), "{keys}: {screen}");
        assert!(screen.contains(".org: failed"), "{screen}");
    }
}

#[test]
fn whose_mail_is_looked_for_is_told_of_first() {
    let entry = |code: &str, to: char| {
        format!(
            "19-Feb-1998 10:00:00.00 tcp_local {code} 1 x@x.org rfc822;{to}@{to}.org {to}@{to}.org q/ZZ1.00 <i@d>\n"
        )
    };
    let log: String = ['a', 'b', 'c'].map(|to| entry("E", to)).concat()
        + &[("D", 'a'), ("Q", 'b'), ("R", 'c')].map(|(code, to)| entry(code, to)).concat();
    for (filter, first) in [("", 'a'), ("c@c.org", 'c'), ("outcome:deferred", 'b')] {
        let mut opened = Opened::new(log.as_bytes(), filter);
        opened.press("3");
        let screen = opened.screen(120, 40);
        let address = format!("{first}@{first}.org");
        assert_eq!(
            line(&screen, 5).split_whitespace().nth(2),
            Some(&*address),
            "{filter}: {screen}"
        );
        let told: Vec<&str> = screen.lines().filter(|line| line.contains(".org: ")).collect();
        assert!(told[0].trim_start().starts_with(&address) && told.len() == 3, "{screen}");
    }
}

#[test]
fn of_a_long_message_the_newest_entries_are_told_and_all_are_counted() {
    let entry = |code: &str, to: usize| {
        format!(
            "19-Feb-1998 10:00:00.00 tcp_local {code} 1 x@x.org rfc822;y{to}@a.org y{to}@a.org q/ZZ1.00 <i@d>\n"
        )
    };
    let log: String =
        (0..600).map(|to| entry("E", to)).chain((0..500).map(|to| entry("D", to))).collect();
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.press("3");
    let screen = opened.screen(120, 24);
    assert!(line(&screen, 5).contains("600 500 delivered, 100 queued"), "{screen}");
    opened.press("<enter>G");
    let screen = opened.screen(120, 24);
    assert!(screen.contains("Only the newest 500 of its entries are told here."), "{screen}");
}

#[test]
fn labels_of_the_message_are_not_cut() {
    let log = data("sjsms2005q4-21-09-outbound-connection.log");
    let mut opened = Opened::new(&log, "action:O");
    let screen = opened.screen(80, 24) + &opened.screen(120, 40);
    for label in ["local endpoint  ", "remote endpoint ", "requested host  "] {
        assert_eq!(screen.matches(label).count(), 2, "{label:?} is cut:\n{screen}");
    }
}
