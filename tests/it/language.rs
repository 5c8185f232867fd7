//! A filter leaves on the screen what each entry tells by itself, in every format, whatever is asked.

use crate::harness::Opened;
use mtatop::filter::{Field, Filter, quoted_if_needed};
use mtatop::index::{Dimensions, RowId};
use mtatop::log::entry::{Body, Entry};
use mtatop::log::parse::Scratch;
use mtatop::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, Simulator};

const FORMATS: [MtaFormat; 6] = [
    MtaFormat::Text,
    MtaFormat::Bracketed,
    MtaFormat::Counted,
    MtaFormat::Xml,
    MtaFormat::Json,
    MtaFormat::FlatJson,
];
const ENTRIES: usize = 400;
const FILTERS: usize = 60;

fn simulated(format: MtaFormat, seed: u64) -> Vec<u8> {
    let mut options = MtaOptions::default();
    for name in MtaOptions::names() {
        options.set(name, 255);
    }
    let written = LogStyle { format, options, odd: seed % 2 == 1 };
    let scenario = Scenario::batch(seed, chrono::NaiveDateTime::default());
    let lines = Simulator::with_style(scenario, written).take(ENTRIES);
    let mut log: Vec<u8> = lines.flat_map(|line| (line.text + "\n").into_bytes()).collect();
    log.extend_from_slice(b"what is no entry\n");
    log
}

/// A value that an entry has, with its field.
fn value(entry: &Entry<'_>, rng: &mut fastrand::Rng) -> Option<(Field, Vec<u8>)> {
    let way = Dimensions::of(entry)?;
    let of_way = [
        (Field::Channel, way.channel),
        (Field::Channel, way.destination),
        (Field::Host, way.host),
        (Field::Ip, way.ip),
        (Field::User, way.user),
        (Field::Action, way.code),
    ];
    let of_message = match &entry.body {
        Body::Message(message) => vec![
            (Field::From, message.envelope_from),
            (Field::To, message.recipient()),
            (Field::Domain, message.domain().unwrap_or_default()),
            (Field::Id, message.message_id.unwrap_or_default()),
            (Field::File, message.queue_file.map_or(b"", |file| file.0)),
            (Field::Response, message.response.map_or(b"", |response| response.text)),
            (Field::Text, message.response.map_or(b"", |response| response.text)),
        ],
        _ => Vec::new(),
    };
    let mut values: Vec<(Field, Vec<u8>)> = of_way
        .into_iter()
        .chain(of_message)
        .filter(|(field, text)| *field == Field::From || !text.is_empty())
        .map(|(field, text)| (field, text.to_vec()))
        .collect();
    let mut said = Vec::new();
    mtatop::log::response_template::of_entry(entry, &mut said);
    values.extend((!said.is_empty()).then_some((Field::Reply, said)));
    Some(values.swap_remove(rng.usize(0..values.len())))
}

/// A term for the value: just this, or as somebody would type it.
fn term(field: Field, value: &[u8], rng: &mut fastrand::Rng) -> String {
    let picked = Filter::text_of(field, value);
    let plain = quoted_if_needed(value);
    let part = plain.get(..plain.len() / 2).filter(|part| !part.is_empty() && !part.contains('"'));
    let typed = match (rng.u8(0..4), field, part) {
        (0, Field::Channel | Field::User | Field::Host | Field::Domain, Some(part)) => {
            format!("{}:{part}*", field.name())
        }
        (1, Field::From | Field::To, Some(part)) => format!("{}:{part}", field.name()),
        (2, Field::From | Field::To | Field::Domain | Field::Host, _) => plain,
        (3, ..) => return picked,
        _ => format!("{}:{plain}", field.name()),
    };
    if Filter::parse(&typed).is_ok() { typed } else { picked }
}

fn filter(entries: &[Entry<'_>], rng: &mut fastrand::Rng) -> String {
    let fixed = [
        "outcome:deferred|failed",
        "-outcome:enqueued",
        "action:D|O",
        "code:4xx|5.x.x",
        "size:>3",
        "conn:3|5|8",
        "-conn:2",
        "since:1m",
        "-until:00:00:10",
        "\"no entry\"",
        "-\"tcp_local\"",
        "response:^[45]",
        "from:<>",
        "user:*",
        "busy",
        "10.0.0.0/8",
        "ip:203.0.113.0/24|198.51.100.128/25",
        "ip:2001:db8::/32",
    ];
    let mut terms = Vec::new();
    for _ in 0..rng.usize(1..4) {
        let sign = if rng.u8(0..4) == 0 { "-" } else { "" };
        let entry = &entries[rng.usize(0..entries.len())];
        match value(entry, rng) {
            Some((field, value)) if rng.u8(0..4) > 0 => {
                terms.push(format!("{sign}{}", term(field, &value, rng)));
            }
            _ => terms.push(fixed[rng.usize(0..fixed.len())].to_owned()),
        }
    }
    terms.join(" ")
}

#[test]
fn the_screen_leaves_what_each_entry_tells_by_itself() {
    for (seed, format) in (0..).zip(FORMATS) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut opened = Opened::new(&simulated(format, seed), "");
        let rows = (0..).map(RowId).take(opened.app.index().rows().len());
        let originals: Vec<_> = rows.map(|row| (row, opened.original(row).unwrap())).collect();
        let mut scratches: Vec<Scratch> = originals.iter().map(|_| Scratch::default()).collect();
        let entries: Vec<(RowId, &[u8], Option<Entry<'_>>)> = originals
            .iter()
            .zip(&mut scratches)
            .map(|((row, original), scratch)| (*row, &*original.text, original.entry(scratch).ok()))
            .collect();
        let read: Vec<Entry<'_>> = entries.iter().filter_map(|(.., entry)| entry.clone()).collect();
        let (mut some, mut other) = (0, 0);
        for _ in 0..FILTERS {
            let text = filter(&read, &mut rng);
            let filter = Filter::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            opened.press("/<c-u>");
            opened.paste(&text);
            opened.press(" <enter>");
            let window = filter.window(opened.app.now());
            let (index, tally) = (opened.app.index(), opened.app.tally());
            let mut left = 0;
            for (row, original, entry) in &entries {
                let expected = filter.matches(entry.as_ref(), original)
                    && filter.leaves_connection(index.rows().connection(*row))
                    && window.contains(index.rows().time(*row));
                let shown = original.escape_ascii();
                assert_eq!(tally.leaves(index, *row), expected, "{format:?} {text}\n{shown}");
                left += u32::from(expected);
            }
            assert_eq!(tally.totals().counts.entries, left, "{format:?} {text}");
            some += u32::from(left > 0);
            other += u32::from((left as usize) < entries.len());
        }
        assert!(some > 20 && other > 20, "{format:?}: {some} {other}");
    }
}

#[test]
fn what_is_selected_is_narrowed_to_or_excluded() {
    let log = simulated(MtaFormat::Text, 2);
    for (keys, begins) in [("", "host:\""), ("<tab>g", "domain:\"")] {
        let mut opened = Opened::new(&log, "action:D");
        opened.press(&format!("gj{keys}"));
        let of = |opened: &Opened| opened.app.tally().totals().counts.entries;
        let before = of(&opened);
        opened.press("f");
        let (text, left) = (opened.app.filter_text().to_owned(), of(&opened));
        let screen = opened.screen(120, 30);
        assert!(text.starts_with(&format!("action:D {begins}")), "{keys} {text}\n{screen}");
        assert!(left > 0 && left < before, "{text}: {left} of {before}");
        opened.press("f");
        assert_eq!(opened.app.filter_text(), text, "it holds already");
        opened.press("/<c-u>action:D<enter>");
        opened.press(&format!("gj{keys}x"));
        let text = opened.app.filter_text();
        assert!(text.starts_with(&format!("action:D -{begins}")), "{text}");
        assert_eq!(of(&opened), before - left, "{text}");
    }
}

#[test]
fn words_are_domains_where_the_log_has_such_and_else_parts() {
    let log = crate::harness::data("sjsms2005q4-21-09-outbound-connection.log");
    let mut opened = Opened::new(&log, "");
    opened.press("/hostb");
    assert!(opened.screen(100, 30).contains("E 1 D 1"), "a domain begins so");
    opened.press("<enter>");
    assert_eq!(opened.app.filter_text(), "hostb*");
    opened.press("/<c-u>options");
    assert!(opened.screen(100, 30).contains("E 0 D 3"), "{}", opened.screen(100, 30));
    opened.press("<enter>");
    assert_eq!(opened.app.filter_text(), "options");
}

#[test]
fn the_prompt_completes_recalls_and_keeps_the_last_good_filter() {
    let log = crate::harness::data("sjsms2005q4-21-09-outbound-connection.log");
    let mut opened = Opened::new(&log, "");
    opened.press("/act<tab>d<enter>/<c-u>-ch<tab>tcp_l<tab><enter>");
    assert_eq!(opened.app.filter_text(), "-channel:tcp_local");
    opened.press("/<up>");
    assert!(opened.screen(100, 30).contains("/-channel:tcp_local"), "{}", opened.screen(100, 30));
    opened.press("<up>");
    let screen = opened.screen(100, 30);
    assert!(screen.contains("/action:d") && screen.contains("E 0 D 3"), "{screen}");
    opened.press(" outcome:x<enter>");
    let screen = opened.screen(100, 30);
    assert!(screen.contains("an outcome is one of") && screen.contains("E 0 D 3"), "{screen}");
    opened.press("<esc>");
    assert_eq!(opened.app.filter_text(), "-channel:tcp_local");
}

#[test]
fn a_long_filter_is_shown_where_it_is_typed_and_what_is_wrong_beside_it() {
    let log = crate::harness::data("sjsms2005q4-21-09-outbound-connection.log");
    let mut opened = Opened::new(&log, "");
    opened.press("/from:adam@sesta.com to:@sesta.com channel:tcp_local host:sesta.com size:<9 ");
    let bar = |opened: &mut Opened| opened.screen(80, 24).lines().nth(2).unwrap().to_owned();
    let shown = bar(&mut opened);
    assert!(shown.contains("sesta.com size:<9") && !shown.contains("from:"), "{shown}");
    opened.press("-cod:4");
    let shown = bar(&mut opened);
    assert!(shown.contains("size:<9 -cod:4   no such field; there are"), "{shown}");
    assert!(shown.ends_with('…'), "{shown}");
    assert!(opened.screen(80, 24).contains("E 0 D 3"), "the last good one is in force");
    opened.press("<esc>/<c-u>channel:tcp_local -domain:an.example.with.a.long.name.test<enter>");
    let shown = bar(&mut opened);
    assert!(shown.starts_with("filter channel:tcp_local -domain:an.example"), "{shown}");
}

#[test]
fn a_window_moves_with_the_log() {
    let line = |second: u32| {
        format!("19-Feb-1998 10:00:{second:02}.00 l ims-ms D 1 a@b.org rfc822;x@y.org x@y.org\n")
    };
    let mut opened = Opened::new(&[], "since:10s");
    for second in 0..40 {
        opened.append(line(second).as_bytes());
    }
    let left = opened.app.tally().totals().counts.entries;
    assert_eq!(left, 10, "since is counted from just behind the last entry");
    opened.press("/<c-u>until:10s since:10:00:05<enter>");
    assert_eq!(opened.app.tally().totals().counts.entries, 25);
}
