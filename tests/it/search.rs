//! What a search for a text finds is what is in the log, however it comes and whenever it is asked.

use crate::harness::{Opened, data};
use mtatop::filter::{BLOCK, Filter};
use mtatop::index::RowId;
use mtatop::input::reader::TextStore;
use mtatop::log::parse::Scratch;
use mtatop::simulate;
use mtatop::tui::app::Msg;
use mtatop::tui::workers::search::SearchWorker;
use proptest::prelude::*;

fn simulated(entries: usize, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    simulate::print(entries, seed, &mut log).unwrap();
    log
}

/// The rows that a filter leaves, looked at one by one.
fn looked_at(opened: &Opened, filter: &str) -> Vec<RowId> {
    let filter = Filter::parse(filter).unwrap();
    let index = opened.app.index();
    let rows = (0..).map(RowId).take(index.rows().len());
    rows.filter(|&row| {
        let Some(original) = opened.original(row) else { return false };
        let mut scratch = Scratch::default();
        filter.matches(original.entry(&mut scratch).ok().as_ref(), &original.text)
            && filter.window(opened.app.now()).contains(index.rows().time(row))
            && filter.leaves_connection(index.rows().connection(row))
    })
    .collect()
}

/// The rows that the filter in force leaves.
fn left(opened: &Opened) -> Vec<RowId> {
    let index = opened.app.index();
    let rows = (0..).map(RowId).take(index.rows().len());
    rows.filter(|&row| opened.app.tally().leaves(index, row)).collect()
}

#[track_caller]
fn check(opened: &Opened, filter: &str) {
    let expected = looked_at(opened, filter);
    assert_eq!(left(opened), expected, "{filter}");
    let counted = opened.app.tally().totals().counts.entries as usize;
    assert_eq!(counted, expected.len(), "{filter}");
    let in_list = opened.app.listed_connections().iter();
    let sum: u32 = in_list.map(|&id| opened.app.tally().of(id).entries).sum();
    assert_eq!(sum as usize, counted, "each entry belongs to one row of the list: {filter}");
}

const FILTERS: [&str; 8] = [
    "\"tcp_local\"",
    "\"421\"|\"550 5.1.1\"",
    r"text:^\S+\s[\d:.]+\s",
    r"text:\.$",
    r"text:[^q]*D\s1",
    "bigmail.example text:4..",
    "text:mx. \"rfc822\"",
    r"text:\Ax|junk",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_is_there(
        seed in 0_u64..1_000,
        entries in 1_usize..400,
        cuts in proptest::collection::vec(0_usize..60_000, 0..4),
        junk in proptest::collection::vec(("[a-z ]{0,9}|x{66000}", 0_usize..400), 0..4),
        crlf in any::<bool>(),
        first in 0..FILTERS.len(),
        second in 0..FILTERS.len(),
    ) {
        let log = String::from_utf8(simulated(entries, seed)).unwrap();
        let mut lines: Vec<&str> = log.lines().collect();
        for (line, at) in &junk {
            lines.insert((*at).min(lines.len()), line);
        }
        let end = if crlf { "\r\n" } else { "\n" };
        let log: String = lines.iter().flat_map(|line| [*line, end]).collect();
        let log = log.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(log.len())).collect();
        cuts.sort_unstable();
        let mut opened = Opened::new(&[], FILTERS[first]);
        let mut from = 0;
        for cut in cuts.into_iter().chain([log.len()]) {
            opened.append(&log[from..cut]);
            from = cut;
        }
        check(&opened, FILTERS[first]);
        opened.press(&format!("/<c-u>{}<enter>", FILTERS[second]));
        check(&opened, FILTERS[second]);
    }
}

#[test]
fn folded_entries_are_searched_as_one_line() {
    let mut opened = Opened::new(&data("sjsms2005q4-21-09-outbound-connection.log"), "");
    opened.press("/\"carl@hosta.sesta.com and options OK\"<enter>");
    check(&opened, "\"carl@hosta.sesta.com and options OK\"");
    assert_eq!(left(&opened).len(), 1);
}

#[test]
fn the_newest_are_found_first_and_what_comes_meanwhile_too() {
    let log = simulated(BLOCK + 500, 5);
    let half = log.len() / 2 + log[log.len() / 2..].iter().position(|&b| b == b'\n').unwrap() + 1;
    let mut opened = Opened::new(&log[..half], "");
    opened.searches = false;
    opened.press("/\"tcp_local\"<enter>");
    let first = opened.app.ask().unwrap();
    let known = opened.app.index().rows().len();
    assert_eq!(first.rows.end, known);
    assert!(opened.app.ask().is_none(), "nothing is asked for twice");
    opened.append(&log[half..]);
    assert_eq!(left(&opened), [], "nothing was answered yet");
    let newer = opened.app.ask().unwrap();
    assert_eq!((newer.rows.start, newer.rows.end), (BLOCK, opened.app.index().rows().len()));
    let found = opened.search(newer);
    let later = found.hits.clone();
    opened.app.update(Msg::SearchResult(found));
    opened.refresh();
    assert_eq!(left(&opened), later);
    assert!(opened.app.progress().is_some_and(|(word, _)| word == "searching"));
    let found = opened.search(first);
    opened.app.update(Msg::SearchResult(found));
    opened.searches = true;
    opened.refresh();
    check(&opened, "\"tcp_local\"");
    assert_eq!(opened.app.progress(), None);
}

#[test]
fn a_search_that_nobody_waits_for_is_left_off_and_gone_on_with_later() {
    let mut opened = Opened::new(&simulated(2 * BLOCK, 6), "");
    opened.searches = false;
    opened.press("/\"421\"<enter>");
    let (newest, next) = (opened.app.ask().unwrap(), opened.app.ask().unwrap());
    let unwanted = SearchWorker::default().search(newest.clone(), &TextStore::default(), || false);
    assert_eq!(unwanted, None);
    let answered = newest.rows.clone();
    let found = opened.search(newest);
    opened.app.update(Msg::SearchResult(found));
    let late = opened.search(next);
    opened.press("/<c-u>\"550\"<enter>");
    opened.app.update(Msg::SearchResult(late.clone()));
    opened.refresh();
    assert_eq!(left(&opened), [], "what was found for another filter counts for nothing");
    opened.press("/<c-u>\"421\"<enter>");
    let expected = looked_at(&opened, "\"421\"");
    let known = expected.into_iter().filter(|row| answered.contains(&(row.0 as usize)));
    assert_eq!(left(&opened), known.collect::<Vec<_>>(), "what was found before is known");
    assert_eq!(opened.app.ask().unwrap().rows, late.rows, "and what was not is asked for again");
    opened.press("/<c-u>\"550\"<enter>");
    opened.searches = true;
    opened.press("/<c-u>\"421\"<enter>");
    check(&opened, "\"421\"");
}

#[test]
fn texts_that_are_gone_do_not_match() {
    let log = simulated(3_000, 8);
    let mut opened = Opened::new(&log, "");
    opened.cut(log.len() / 2 + 30);
    opened.press("/text:.<enter>");
    let index = opened.app.index();
    let last = index.rows().next_id().0 - 1;
    assert!(!left(&opened).contains(&RowId(last)) && left(&opened).contains(&RowId(0)));
    check(&opened, "text:.");
    opened.cut(0);
    opened.press("/<c-u>text:x*<enter>");
    assert_eq!(left(&opened), []);
}

#[test]
fn deliveries_of_the_selected_connection_come_as_they_are_found() {
    let log = String::from_utf8(simulated(BLOCK + 3_000, 9)).unwrap();
    // Without process ids and connection entries, all belong to one row of the list.
    let bare = log.lines().filter(|line| line.contains("rfc822;") && !line.contains("TCP|"));
    let bare: String = bare.flat_map(|line| [line, "\n"]).collect();
    let log = bare.repeat(3);
    let mut opened = Opened::new(log.as_bytes(), "");
    opened.searches = false;
    opened.press("/\"bigmail\"<enter>g");
    while let Some(ask) = opened.app.ask() {
        let found = opened.search(ask);
        opened.app.update(Msg::SearchResult(found));
        opened.refresh();
        opened.press("g");
    }
    let (id, _) = opened.app.selected_connection().unwrap();
    let rows = opened.app.index().rows();
    let expected = looked_at(&opened, "\"bigmail\"").into_iter();
    let expected: Vec<RowId> = expected.filter(|&row| rows.connection(row) == id).collect();
    assert!(expected.len() > 100, "{}", expected.len());
    assert_eq!(opened.app.deliveries(), expected);
}

#[test]
fn the_screen_tells_how_far_a_search_is() {
    let mut opened = Opened::new(&simulated(BLOCK + BLOCK / 2, 5), "");
    opened.searches = false;
    opened.press("/\"no such text\"<enter>");
    let begun = opened.screen(100, 30);
    assert!(begun.contains("searching 0 %"), "{begun}");
    assert!(begun.contains("searching: no entries match this filter so far"), "{begun}");
    let ask = opened.app.ask().unwrap();
    let found = opened.search(ask);
    opened.app.update(Msg::SearchResult(found));
    let on = opened.screen(80, 24);
    assert!(on.contains("searching 33 %") && on.contains("0 so far of 24,576 entries"), "{on}");
    opened.press("<esc>");
    assert!(!opened.screen(80, 24).contains("searching"), "Esc ends it");
    opened.searches = true;
    opened.press("/\"no such text\"<enter>");
    let done = opened.screen(80, 24);
    assert!(
        done.contains("no entries match this filter; Esc") && !done.contains("searching"),
        "{done}"
    );
}

#[test]
fn panes_narrow_to_a_text_and_a_mistake_stays_in_the_prompt() {
    let mut opened = Opened::new(&data("sjsms2005q4-21-09-outbound-connection.log"), "");
    opened.press("/text:dave@.*2\\.1\\.5");
    let screen = opened.screen(100, 30);
    assert!(screen.contains("E 0 D 1 Q 0 R 0 J 0"), "{screen}");
    assert!(screen.contains("dave@hostb.sesta.com"), "{screen}");
    opened.press("(<enter>");
    let wrong = opened.screen(100, 30);
    assert!(wrong.contains("unclosed group") && wrong.contains("E 0 D 1"), "{wrong}");
    opened.press("<backspace><enter>");
    let kept = opened.screen(100, 30);
    assert!(kept.contains("filter text:dave@.*2\\.1\\.5"), "{kept}");
    opened.press("/<c-u>hostb.sesta.com \"carl");
    assert!(opened.screen(100, 30).contains("no entries match this filter"));
    opened.press("<c-u>\"and options<enter>");
    assert!(opened.screen(100, 30).contains("filter \"and options\""));
}
