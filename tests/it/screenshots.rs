//! The pictures of the README, drawn from the same screens that are tested.
//!
//! `UPDATE=1 cargo test screenshots` draws them anew.

use crate::golden;
use crate::harness::{Opened, data};
use crate::svg::svg;
use mtatop::log::entry::Time;
use mtatop::simulate;
use mtatop::tui::demo;
use mtatop::tui::theme::Palette;
use std::path::Path;

/// Monday, 2007-02-19 10:52:00 on the wall.
const START: Time = Time(1_171_882_320_000);

/// The demo, so many seconds after it was started.
fn demo(seconds: i64) -> Opened {
    let now = Time(START.0 + seconds * 1_000);
    let scenario = demo::scenario(START).expect("the time is one of the calendar");
    let lines = simulate::Simulator::new(scenario).take_while(|line| Time::from(line.time) <= now);
    let log: String = lines.map(|line| line.text + "\n").collect();
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.tick(now);
    opened
}

fn check(name: &str, opened: &mut Opened, (width, height): (u16, u16)) {
    let picture = svg(&opened.buffer(width, height), opened.palette != Palette::Light);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(format!("{name}.svg"));
    golden::check(&path, &picture);
}

#[test]
fn screenshots_are_of_this_program() {
    let mut incident = demo(40);
    incident.press("ss");
    check("demo-120x40", &mut incident, (120, 40));
    incident.press("d");
    check("filter-120x40", &mut incident, (120, 40));
    let mut domains = demo(40);
    domains.press("2");
    check("domains-120x40", &mut domains, (120, 40));
    check("domains-80x24", &mut domains, (80, 24));
    check("domains-200x60", &mut domains, (200, 60));
    domains.press("4");
    check("activity-120x40", &mut domains, (120, 40));
    let mut log = demo(40);
    log.press("5N");
    check("log-80x24", &mut log, (80, 24));
    let mut messages = demo(40);
    messages.press("3/outcome:deferred<enter>");
    let screen = messages.screen(120, 40);
    let trace = screen.split_once("── Trace ──").expect("the trace is shown").1;
    assert!(trace.contains("state      ") && trace.contains(" deferred"), "{screen}");
    check("messages-120x40", &mut messages, (120, 40));
    let mut light = demo(40);
    light.palette = Palette::Light;
    light.press("ss<enter>");
    check("light-120x40", &mut light, (120, 40));
    let mut outbound = Opened::new(&data("sjsms2005q4-21-09-outbound-connection.log"), "");
    check("outbound-80x24", &mut outbound, (80, 24));
}
