//! The numbers on the screen are those of the log, counted again by other means.

use crate::harness::Opened;
use mtatop::filter::Filter;
use mtatop::index::RowId;
use mtatop::log::entry::{Action, Body};
use mtatop::log::parse::Parser;
use mtatop::simulate;
use mtatop::stats::{Counts, Tally};
use proptest::prelude::*;

fn simulated(entries: usize, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    simulate::print(entries, seed, &mut log).unwrap();
    log
}

/// Counts of the entries that have a recipient, or a host asked for, in the domain.
fn recounted(log: &[u8], domain: &str) -> Counts {
    let mut counts = Counts::default();
    let inside = |host: &[u8]| {
        let host = String::from_utf8_lossy(host).to_lowercase();
        domain.is_empty() || host == domain || host.ends_with(&format!(".{domain}"))
    };
    let behind_at =
        |address: &[u8]| address.rsplit(|&b| b == b'@').next().unwrap_or_default().to_vec();
    let mut parser = Parser::default();
    for line in log.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let (action, wanted) = match parser.entry(line).unwrap().body {
            Body::Message(message) => {
                let active = message.active_to.is_some_and(|to| inside(&behind_at(to)));
                (message.code.action(), active || inside(&behind_at(message.original_to)))
            }
            Body::Connection(connection) => {
                let asked = connection.application.and_then(|application| application.initial_host);
                (connection.code.action(), inside(asked.unwrap_or_default()))
            }
            Body::Header(_) => continue,
        };
        if !wanted {
            continue;
        }
        counts.entries += 1;
        match action {
            Action::Enqueue => counts.enqueued += 1,
            Action::Dequeue if !line_is_handed_on(line) => counts.delivered += 1,
            Action::Defer | Action::Requeue => counts.deferred += 1,
            Action::Fail | Action::Discard => counts.failed += 1,
            Action::Refuse => counts.rejected += 1,
            _ => {}
        }
    }
    counts
}

fn line_is_handed_on(line: &[u8]) -> bool {
    let channel =
        line.split(|&b| b == b' ').filter(|word| !word.is_empty()).nth(3).unwrap_or_default();
    [&b"conversion"[..], b"process", b"reprocess", b"defragment"].contains(&channel)
}

#[test]
fn an_entry_is_left_whenever_its_row_is() {
    let mut log = simulated(2_000, 7);
    log.extend_from_slice(b"junk\n16-Feb-2007 14:54:13.72 > Subject: x\n");
    log.extend_from_slice(
        b"16-Feb-2007 14:54:13.72 l tcp_local E 1 a@b.c rfc822;x@BIGMAIL.example u@Nordpost.Example\n",
    );
    for text in ["", "bigmail.example", "exam*", "none.test", "bigmail.example nordpost.example"] {
        let filter = Filter::parse(text).unwrap();
        let opened = Opened::new(&log, text);
        let (index, tally) = (opened.app.index(), opened.app.tally());
        let mut parser = Parser::default();
        let mut left = 0;
        for (row, line) in (0..).map(RowId).zip(log.trim_ascii_end().split(|&b| b == b'\n')) {
            let wanted = tally.leaves(index, row);
            let entry = parser.entry(line).ok();
            assert_eq!(
                filter.matches(entry.as_ref(), line),
                wanted,
                "{text}: {}",
                line.escape_ascii()
            );
            left += usize::from(wanted);
        }
        assert_eq!(left == 0, text == "none.test", "{text}: {left}");
    }
}

#[test]
fn what_is_counted_in_parts_is_what_is_counted_at_once() {
    let opened = Opened::new(&simulated(2_000, 3), "");
    let (index, rows) = (opened.app.index(), opened.app.index().rows().len());
    for text in ["", "bigmail.example", "bigmail.example example", "e*"] {
        let filter = Filter::parse(text).unwrap();
        let (mut whole, mut parts) = (Tally::new(filter.clone()), Tally::new(filter));
        whole.extend(index, rows);
        parts.extend_by(index, rows - 300, 700);
        assert_eq!((parts.remaining(), parts.rows()), (rows - 1_000, rows - 300));
        while parts.remaining() > 0 {
            parts.extend_by(index, rows, 700);
        }
        assert_eq!(parts.totals(), whole.totals(), "{text}");
        assert_eq!(parts.connections(), whole.connections(), "{text}");
        for &id in whole.connections() {
            assert_eq!(parts.of(id), whole.of(id), "{text}");
        }
        let now = index.newest();
        assert_eq!(parts.recent().sum(now, 3_000), whole.recent().sum(now, 3_000), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_exact_at_rest_and_while_entries_arrive(
        seed in 0_u64..1_000,
        entries in 1_usize..2_500,
        cuts in proptest::collection::vec(0.0_f64..1.0, 0..4),
        domain in prop_oneof![Just(""), Just("bigmail.example"), Just("example"), Just("nordpost.example"), Just("none.test")],
    ) {
        let log = simulated(entries, seed);
        let expected = recounted(&log, domain);
        let filter = if domain.is_empty() { String::new() } else { format!("domain:{domain}") };
        let mut whole = Opened::new(&log, &filter);
        prop_assert_eq!(whole.app.tally().totals().counts, expected);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the log")]
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| (cut * log.len() as f64) as usize).collect();
        cuts.sort_unstable();
        let mut opened = Opened::new(&[], "");
        let mut from = 0;
        for cut in cuts.into_iter().chain([log.len()]) {
            opened.append(&log[from..cut]);
            from = cut;
        }
        opened.press(&format!("/{filter}<enter>"));
        prop_assert_eq!(opened.app.tally().totals().counts, expected);
        prop_assert_eq!(opened.screen(100, 30), whole.screen(100, 30));
        let sum: u32 = whole.app.listed_connections().iter().map(|&id| whole.app.tally().of(id).entries).sum();
        prop_assert_eq!(sum, expected.entries, "each entry belongs to one row of the list");
    }
}
