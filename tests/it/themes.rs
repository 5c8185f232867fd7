//! Each theme on the same screens: the same text in other looks, and no look that the terminal lacks.

use crate::harness::Opened;
use mtatop::log::entry::Time;
use mtatop::simulate;
use mtatop::tui::demo;
use mtatop::tui::theme::Palette;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const ALL: [Palette; 6] = [
    Palette::Dark,
    Palette::Light,
    Palette::Sixteen,
    Palette::SixteenOnLight,
    Palette::Mono,
    Palette::Ascii,
];

/// The demo after a while: something of every kind is on the screen.
fn demo() -> Opened {
    let start = Time(1_171_882_320_000);
    let scenario = demo::scenario(start).expect("the time is one of the calendar");
    let end = Time(start.0 + 40_000);
    let lines = simulate::Simulator::new(scenario).take_while(|line| Time::from(line.time) <= end);
    let log: String = lines.map(|line| line.text + "\n").collect();
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.tick(end);
    opened
}

/// Screens of all views, a prompt and the help, in a theme.
fn screens(palette: Palette) -> Vec<Buffer> {
    let mut opened = demo();
    opened.palette = palette;
    let mut draw = |keys, size: (u16, u16)| {
        opened.press(keys);
        opened.buffer(size.0, size.1)
    };
    let sizes = [(80, 24), (120, 40)];
    let keys = ["1", "2", "3", "4", "5", "1ss<enter>", "/a.example code:", "<esc>?"];
    keys.iter().flat_map(|keys| sizes.map(|size| (keys, size))).map(|(k, s)| draw(k, s)).collect()
}

fn colours(screens: &[Buffer]) -> Vec<Color> {
    let cells = screens.iter().flat_map(|screen| &screen.content);
    cells.flat_map(|cell| [cell.fg, cell.bg]).filter(|colour| *colour != Color::Reset).collect()
}

#[test]
fn a_theme_has_the_colours_that_it_says() {
    for palette in ALL {
        let mut colours = colours(&screens(palette));
        colours.sort_unstable_by_key(|colour| format!("{colour:?}"));
        colours.dedup();
        let fixed = colours.iter().all(|colour| matches!(colour, Color::Indexed(16..)));
        let named =
            !colours.iter().any(|colour| matches!(colour, Color::Indexed(_) | Color::Rgb(..)));
        match palette {
            Palette::Dark | Palette::Light => assert!(fixed && colours.len() > 3, "{colours:?}"),
            Palette::Sixteen | Palette::SixteenOnLight => {
                assert!(named && colours.len() > 3, "{colours:?}");
            }
            Palette::Mono | Palette::Ascii => assert_eq!(colours, []),
        }
    }
}

#[test]
fn a_theme_changes_looks_and_no_text() {
    let text = |screens: &[Buffer]| -> Vec<String> {
        let cells = |screen: &Buffer| screen.content.iter().map(Cell::symbol).collect();
        screens.iter().map(cells).collect()
    };
    let dark = text(&screens(Palette::Dark));
    for palette in ALL {
        let other = text(&screens(palette));
        if palette == Palette::Ascii {
            assert!(other.iter().all(|screen| screen.is_ascii()));
            let questions = |screens: &[String]| screens.concat().matches('?').count();
            assert_eq!(
                questions(&other),
                questions(&dark),
                "each of our signs has something like it"
            );
        } else {
            assert_eq!(other, dark, "{palette:?}");
        }
    }
}

#[test]
fn without_colours_bad_news_still_stands_out() {
    let screen = &screens(Palette::Mono)[0];
    let has = |modifier| screen.content.iter().any(|cell| cell.modifier.contains(modifier));
    assert!(has(Modifier::BOLD) && has(Modifier::DIM) && has(Modifier::REVERSED));
}

#[test]
fn what_ascii_lacks_is_marked_and_told_by_the_bytes() {
    let log = "19-Feb-1998 10:52:12.28 1f625.3.1 tcp_local D 1 a@x.org rfc822;\u{e9}@b.org \
               \u{4e2d}@b.org q/ZZ1.00 <1@x> h dns;h (h) smtp;250 ok?\n";
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.palette = Palette::Ascii;
    let buffer = opened.buffer(120, 40);
    let questions = buffer.content.iter().filter(|cell| cell.symbol() == "?");
    let (marked, literal): (Vec<_>, Vec<_>) =
        questions.partition(|cell| cell.modifier.contains(Modifier::UNDERLINED));
    assert!(!marked.is_empty() && !literal.is_empty());
    opened.press("X");
    assert!(opened.screen(120, 40).contains(" a9 "));
}
