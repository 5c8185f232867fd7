//! What a person sees and presses: log, keys, screen.

use crate::harness::{Opened, data};
use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mtatop::log::entry::Time;
use mtatop::simulate::{self, LogStyle, MtaFormat, MtaOptions, Scenario, Simulator};
use mtatop::text::sanitize;
use mtatop::tui::app::{Flow, Msg, ReaderStatus, message};
use mtatop::tui::demo;
use mtatop::tui::keymap::pointer;
use mtatop::tui::layout::{ConnectionColumn, connection_columns};
use mtatop::tui::theme::Palette;

use ratatui::style::Modifier;
use std::time::Duration;

const OUTBOUND: &str = "sjsms2005q4-21-09-outbound-connection.log";
const OUTBOUND_LINES: &str = "sjsms2005q4-21-09-outbound-connection.unfolded.log";

fn outbound() -> Opened {
    Opened::new(&data(OUTBOUND), "")
}

/// The lines of a screen that hold a word.
fn lines_with<'a>(screen: &'a str, word: &str) -> Vec<&'a str> {
    screen.lines().filter(|line| line.contains(word)).collect()
}

#[test]
fn the_documented_example_at_three_sizes() {
    let mut opened = outbound();
    insta::assert_snapshot!("outbound_80x24", opened.screen(80, 24));
    insta::assert_snapshot!("outbound_120x40", opened.screen(120, 40));
    insta::assert_snapshot!("outbound_40x10", opened.screen(40, 10));
    insta::assert_snapshot!("help_80x24", {
        opened.press("?");
        opened.screen(80, 24)
    });
}

#[test]
fn folded_and_one_line_forms_show_the_same() {
    let mut lines = Opened::new(&data(OUTBOUND_LINES), "");
    assert_eq!(outbound().screen(120, 40), lines.screen(120, 40));
}

#[test]
fn both_connections_and_all_deliveries_are_shown() {
    let mut opened = outbound();
    let screen = opened.screen(160, 50);
    assert!(screen.contains("E 3 D 3 Q 0 R 0 J 0"), "{screen}");
    assert!(screen.contains("hostb.sesta.com → mailhub.sesta.com"), "{screen}");
    assert!(
        screen.contains("206.184.139.12:5900") && screen.contains("206.184.139.66:25"),
        "{screen}"
    );
    let deliveries = |screen: &str| lines_with(screen, "relayed  ").len();
    assert_eq!(deliveries(&screen), 2, "{screen}");
    assert!(
        screen.contains("response        250 2.1.5 carl@hosta.sesta.com and options OK."),
        "{screen}"
    );
    opened.press("k");
    let screen = opened.screen(160, 50);
    assert_eq!(deliveries(&screen), 1, "{screen}");
    assert!(
        screen.contains("response        250 2.1.5 dave@hostb.sesta.com and options OK."),
        "{screen}"
    );
}

#[test]
fn a_domain_filter_leaves_one_of_each() {
    for (filter, keys) in [
        ("domain:hostb.sesta.com", ""),
        ("", "/hostb.sesta.com<enter>"),
        ("", "/hostb.s"),
        ("", "kd"),
    ] {
        let mut opened = Opened::new(&data(OUTBOUND), filter);
        opened.press(keys);
        let screen = opened.screen(100, 30);
        assert!(screen.contains("E 1 D 1 Q 0 R 0 J 0"), "{filter} {keys}\n{screen}");
        assert_eq!(lines_with(&screen, "closed  ").len(), 1, "{screen}");
        assert_eq!(lines_with(&screen, "hosta").len(), 0, "{screen}");
    }
}

#[test]
fn the_filter_holds_for_what_arrives_later() {
    let log = data(OUTBOUND_LINES);
    let (first, rest) = log.split_at(log.len() / 2);
    let mut opened = Opened::new(first, "domain:hostb.sesta.com");
    opened.append(rest);
    let mut whole = Opened::new(&log, "domain:hostb.sesta.com");
    assert_eq!(opened.screen(100, 30), whole.screen(100, 30));
}

#[test]
fn what_was_seen_while_typing_stays_and_escape_brings_all_back() {
    let mut opened = outbound();
    opened.press("/hostb.s<enter>");
    assert!(opened.screen(80, 24).contains("filter hostb.s*"));
    opened.press("/x<esc>");
    assert!(
        opened.screen(80, 24).contains("filter hostb.s*"),
        "Esc in the prompt leaves the filter as before"
    );
    opened.press("<esc>");
    assert!(opened.screen(80, 24).contains("no filter"));
    opened.press("/hosta.sesta.com cod:421");
    let screen = opened.screen(80, 24);
    assert!(screen.contains("no such field"), "{screen}");
    opened.press("<c-u>nowhere.test<enter>");
    assert!(opened.screen(80, 24).contains("no entries match this filter; Esc clears it"));
    for (filter, why) in [
        ("since:2030-01-01", "time window starts after the last entry, 1998-02-19 10:"),
        ("until:1990-01-01", "time window ends before the first entry, 1998-02-19 1"),
    ] {
        opened.press(&format!("/<c-u>{filter}<enter>"));
        let screen = opened.screen(100, 24);
        assert!(screen.contains(why) && screen.contains("; Esc clears it"), "{screen}");
    }
}

#[test]
fn enter_goes_deeper_and_escape_comes_back() {
    let mut opened = outbound();
    opened.press("<enter><enter>");
    assert!(opened.screen(80, 24).contains("━━ Message"));
    opened.press("G");
    let end = opened.screen(80, 24);
    assert!(end.contains("relayed dave@hostb.sesta.com"), "the end of the message: {end}");
    opened.press("z");
    let zoomed = opened.screen(80, 24);
    assert!(zoomed.contains("this message") && !zoomed.contains("OPENED"), "{zoomed}");
    assert!(
        lines_with(&zoomed, "relayed").len() == 3,
        "the last lines stay at the bottom: {zoomed}"
    );
    opened.press("<esc><esc><esc>");
    assert!(opened.screen(80, 24).contains("━━ Connections"));
    assert_eq!(opened.press("q"), Flow::Quit);
}

#[test]
fn header_lines_of_the_message_are_shown_below_its_entries() {
    let log = b"\
19-Feb-1998 10:00:00.00 l tcp_local E 1 a@x.org rfc822;b@y.org b@y.org q/ZZ1.00 <1@x>
19-Feb-1998 10:00:00.00 > Subject: the plan
19-Feb-1998 10:00:05.00 tcp_local D 1 a@x.org rfc822;b@y.org b@y.org q/ZZ1.00 <1@x> smtp;250 ok
";
    let mut opened = Opened::new(log, "");
    opened.press("<enter><enter>z");
    let screen = opened.screen(80, 40);
    assert!(screen.contains("5.00 s after its enqueue"), "{screen}");
    let below = screen.split("this message").nth(1).unwrap();
    assert_eq!(lines_with(below, "the plan").len(), 1, "{screen}");
    assert!(
        below.contains("enqueued b@y.org") && below.contains("header          Subject"),
        "{screen}"
    );
}

#[test]
fn the_help_scrolls_from_its_end_at_once() {
    let mut opened = outbound();
    opened.screen(80, 24);
    opened.press("?G");
    let end = opened.screen(80, 24);
    assert!(end.contains("stands for a byte"), "{end}");
    opened.press("k");
    assert_ne!(opened.screen(80, 24), end);
    opened.press("j");
    assert_eq!(opened.screen(80, 24), end);
}

#[test]
fn a_selection_stays_on_its_connection_while_others_arrive() {
    let log = data(OUTBOUND_LINES);
    let mut opened = Opened::new(&log, "");
    opened.press("k");
    let later = String::from_utf8(log).unwrap().replace("1f625", "2f625").replace("|59", "|69");
    opened.append(later.as_bytes());
    let screen = opened.screen(100, 30);
    assert!(screen.contains("paused +10"), "{screen}");
    assert!(screen.contains("dave@hostb.sesta.com and options OK."), "{screen}");
    opened.press("G");
    let screen = opened.screen(100, 30);
    assert!(
        screen.contains("following") && (screen.contains("6900") || screen.contains("6901")),
        "{screen}"
    );
}

#[test]
fn a_frozen_screen_stands_still_and_counts_what_comes() {
    let log = data(OUTBOUND_LINES);
    let half = log.split_inclusive(|&b| b == b'\n').take(5).map(<[u8]>::len).sum();
    let mut opened = Opened::new(&log[..half], "");
    opened.press("<space>");
    let before = opened.screen(100, 30);
    assert!(before.contains("‖ frozen +0"), "{before}");
    opened.append(&log[half..]);
    assert_eq!(opened.screen(100, 30).replace("+5", "+0"), before);
    opened.press("<space>");
    assert_eq!(opened.screen(100, 30), Opened::new(&log, "").screen(100, 30));
}

#[test]
fn sorting_by_key_and_by_click_are_the_same() {
    let mut by_key = outbound();
    by_key.press("ssss");
    let sorted = by_key.screen(100, 30);
    assert!(sorted.contains("D▼"), "{sorted}");
    let first = sorted.lines().skip_while(|line| !line.contains("D▼")).nth(1).unwrap();
    assert!(first.contains("hosta.sesta.com"), "most deliveries first: {sorted}");
    let mut by_click = outbound();
    let y = by_click.screen(100, 30).lines().position(|line| line.starts_with("OPENED")).unwrap();
    let column = connection_columns(100)
        .into_iter()
        .find(|placed| placed.column == ConnectionColumn::Delivered);
    let (column, row) = (column.unwrap().x + 1, u16::try_from(y).unwrap());
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = pointer(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }).unwrap();
    by_click.app.update(Msg::Pointer(event));
    assert_eq!(by_click.screen(100, 30), sorted);
}

#[test]
fn logs_without_connection_entries_say_what_is_missing() {
    let mut opened = Opened::new(&data("sjsms2005q4-21-01-outgoing.log"), "");
    let screen = opened.screen(120, 40);
    assert!(screen.contains("LOG_CONNECTION and LOG_PROCESS are off"), "{screen}");
    assert!(screen.contains("inferred") && screen.contains("thor.siroe.com"), "{screen}");
    assert!(screen.contains("THOR.SIROE.COM -- Server ESMTP [iMS V5.0"), "{screen}");
}

#[test]
fn what_is_no_entry_is_counted_and_shown() {
    let mut opened =
        Opened::new(b"garbage \x1b[31m one\n16-Feb-2007 14:54:13.72 tcp_local ims-ms EE 1\n", "");
    let screen = opened.screen(100, 30);
    assert!(screen.contains("unparsed 2") && screen.contains("(unparsed)"), "{screen}");
    assert!(screen.contains("no recipient"), "{screen}");
    opened.press("<enter>k");
    let screen = opened.screen(100, 30);
    assert!(screen.contains("garbage ^[[31m one") && screen.contains("no time stamp"), "{screen}");
}

#[test]
fn no_character_of_a_hostile_log_reaches_a_cell() {
    let evil = "evil\u{202e}\u{200b}\x1b]0;pwn\x07\u{9b}31m\t\u{feff}";
    let log = format!(
        "19-Feb-1998 10:52:12.28 1f625.3.1 tcp_local D 1 a@{evil} rfc822;{evil}@b.org {evil}@b.org q/ZZ1.00 <{evil}> h dns;h ({evil}) smtp;250 {evil}\n"
    );
    for size in [(80, 24), (200, 60)] {
        for palette in [Palette::Dark, Palette::Mono] {
            let mut opened = Opened::new(log.as_bytes(), "");
            opened.palette = palette;
            let buffer = opened.buffer(size.0, size.1);
            for cell in &buffer.content {
                let drawable = cell.symbol().chars().all(|c| {
                    sanitize::sanitize(c.to_string().as_bytes()).pieces().all(|piece| !piece.escape)
                        || "→←…".contains(c)
                });
                assert!(drawable, "{:?}", cell.symbol());
            }
            let escapes =
                buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
            assert!(escapes.count() > 10, "escapes are marked");
        }
    }
}

/// What the message pane says of entries all over a log, label and value.
fn said(format: MtaFormat) -> Vec<String> {
    let mut options = MtaOptions::default();
    for name in MtaOptions::names() {
        options.set(name, 255);
    }
    let scenario = Scenario::batch(2, chrono::NaiveDateTime::default());
    let written = LogStyle { format, options, odd: true };
    let log: String =
        Simulator::with_style(scenario, written).take(600).map(|line| line.text + "\n").collect();
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.screen(160, 50);
    opened.press("g");
    let mut said = Vec::new();
    for _ in 0..opened.app.index().connections().len() {
        opened.press("<enter>g");
        for _ in 0..8 {
            let fields = message::fields(&opened.app).into_iter();
            said.extend(fields.map(|field| format!("{}: {:?}", field.label, field.value)));
            opened.press("j");
        }
        opened.press("<esc>j");
    }
    said
}

#[test]
fn the_message_pane_says_the_same_in_every_format() {
    let expected = said(MtaFormat::Xml);
    for (label, least) in [("time queued", 50), ("filter", 1), ("initial", 1), ("header", 50)] {
        let begin = format!("{label}: ");
        let count = expected.iter().filter(|field| field.starts_with(&begin)).count();
        assert!(count >= least, "{count} {label}");
    }
    for format in [MtaFormat::Json, MtaFormat::FlatJson] {
        assert!(said(format) == expected, "{format:?}");
    }
    // What text says of a connection is one text.
    let of_messages = |said: Vec<String>| {
        let parted = ["reason: ", "auth message: ", "user: "];
        let whole = move |field: &String| !parted.iter().any(|label| field.starts_with(label));
        said.into_iter().filter(whole).collect::<Vec<_>>()
    };
    let expected = of_messages(expected);
    for format in [MtaFormat::Text, MtaFormat::Bracketed, MtaFormat::Counted] {
        let said = of_messages(said(format));
        for (said, expected) in said.iter().zip(&expected) {
            assert_eq!(said, expected, "{format:?}");
        }
        assert_eq!(said.len(), expected.len());
    }
}

#[test]
fn no_size_panics_and_drawing_again_changes_nothing() {
    let start = Time(1_000_000_000_000);
    let scenario = demo::scenario(start).unwrap();
    let log: String =
        simulate::Simulator::new(scenario).take(1_500).map(|line| line.text + "\n").collect();
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.press("kk<enter>");
    for width in (0..240).step_by(13).chain([39, 40, 41]) {
        for height in (0..70).step_by(3).chain([7, 8]) {
            assert_eq!(opened.buffer(width, height), opened.buffer(width, height));
        }
    }
    opened.press("?");
    opened.screen(40, 8);
    assert!(opened.screen(39, 8).contains("too small: 40x8 needed"));
}

#[test]
fn the_header_tells_how_far_loading_is_as_far_as_there_is_room() {
    let mut opened = outbound();
    opened.app.update(Msg::ReaderStatus(ReaderStatus {
        name: b"/var/log/imta/mail.log_current".to_vec(),
        read: 430_000_000,
        behind: 570_000_000,
        remaining: Some(Duration::from_millis(1_234)),
        ..ReaderStatus::default()
    }));
    let head =
        |opened: &mut Opened, width| opened.screen(width, 24).lines().next().unwrap().to_owned();
    let wide = head(&mut opened, 120);
    assert!(wide.contains("mail.log_current  loading 43 % · 10 entries · 1.2 s left  "), "{wide}");
    let narrow = head(&mut opened, 60);
    assert!(narrow.contains("loading 43 % · 1.2 s left E 3"), "{narrow}");
    let least = head(&mut opened, 42);
    assert!(least.contains("loading 43 % E 3 D 3 Q 0 R 0 J 0"), "{least}");
    opened.press("<space>");
    let frozen = head(&mut opened, 120);
    assert!(frozen.contains("‖ frozen +0") && !frozen.contains("left"), "{frozen}");
}

#[test]
fn what_happens_to_a_file_is_told_and_listed() {
    let mut opened = Opened::new(&data("sjsms2005q4-21-09-outbound-connection.log"), "");
    let now = mtatop::log::entry::Time(1_000_000_000_000);
    opened.tick(now);
    opened.press("!");
    assert!(opened.screen(80, 24).contains("no events"));
    opened.press("<esc>");
    let happened = |words: &str| Msg::FileEvent(b"mail.log_current".to_vec(), words.to_owned());
    opened.app.update(happened("rotated; still reading the old file (5 s)"));
    let screen = opened.screen(80, 24);
    assert!(screen.contains("rotated; still reading the old file (5 s)"), "{screen}");
    // A name that is chosen by whoever makes files there.
    opened.app.update(happened("cannot read x\u{1b}[2J\u{202e}: permission denied"));
    opened.tick(mtatop::log::entry::Time(now.0 + 10_000));
    assert!(opened.screen(80, 24).contains("mail.log_current  following"));
    opened.press("!");
    let screen = opened.screen(80, 24);
    for words in [
        "01:46:40  mail.log_current rotated; still reading the old file (5 s)",
        r"01:46:40  mail.log_current cannot read x\x1b[2J\u{202e}: permission denied",
    ] {
        assert!(screen.contains(words), "{screen}");
    }
    opened.press("<esc>");
    assert!(!opened.screen(80, 24).contains("01:46:40"));
}

#[test]
fn the_bytes_of_an_entry_are_shown_as_they_are() {
    let mut opened = Opened::new(b"19-Feb-1998 10:52:10.79 \x1b[2J\xff \xe2\x80\xae\n", "");
    opened.press("X");
    for (size, lines) in [
        (
            (80, 24),
            &["00000  31 39 2d 46 65 62 2d 31 39 39 38 20 31 30 3a 35  19-Feb-1998 10:5"][..],
        ),
        ((40, 8), &["00000  31 39 2d 46  19-F", "00004  65 62 2d 31  eb-1"]),
    ] {
        let screen = opened.screen(size.0, size.1);
        assert!(lines.iter().all(|line| screen.contains(line)), "{screen}");
    }
    opened.press("G");
    assert!(opened.screen(40, 8).contains("ff 20 e2 80  . .."));
    opened.press("<esc>q");
}

#[test]
fn what_came_last_finds_its_place_in_the_order_though_nothing_follows() {
    let line = |host: &str, port, code| {
        format!(
            "19-Feb-1998 10:52:10.79 a.{port}.0 l - {code} TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{host}/{host}\n"
        )
    };
    let log = line("a.org", 1, "O") + &line("b.org", 2, "O");
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.press("s");
    let before = opened.app.listed_connections().to_vec();
    opened.append(line("a.org", 1, "C").as_bytes());
    assert!(opened.app.needs_tick(), "the list is not made anew for each entry");
    opened.tick(Time(1_000));
    let after = opened.app.listed_connections();
    assert_eq!(after, [before[1], before[0]], "open ones first");
    assert!(!opened.app.needs_tick());
}

#[test]
fn the_bytes_of_an_entry_that_was_not_drawn_yet_are_shown_too() {
    let mut opened = Opened::new("no entry\n".repeat(100).as_bytes(), "");
    opened.press("<tab>");
    // Keys that come faster than drawings.
    for key in ['g', 'X'] {
        opened.app.update(Msg::Key(KeyCode::Char(key).into()));
        opened.app.refresh();
    }
    let screen = opened.screen(80, 24);
    assert!(screen.contains("00000  6e 6f 20 65 6e 74 72 79"), "{screen}");
}
