use super::*;
use crate::filter::Filter;
use crate::index::{Batch, TextLocation};
use crate::log::entry::Time;
use crate::log::parse::Parser;
use crate::stats::{Backlog, Tally};
use std::collections::BTreeMap;
use std::sync::Arc;

fn line(rng: &mut fastrand::Rng, second: u32) -> String {
    let domain = rng.u8(b'a'..b'f') as char;
    let code = ["D", "Q", "R", "E", "J"][rng.usize(0..5)];
    let (port, sender) = (rng.u16(1..30), rng.u8(0..9));
    // Clocks of several processes are not one.
    let second = second.saturating_sub(rng.u32(0..3)) % 3_600;
    let at = format!("19-Feb-1998 10:{:02}:{:02}", second / 60, second % 60);
    match rng.u8(0..8) {
        0 => "no entry".to_owned(),
        1 => format!("{at} a.{port}.0 tcp_local - O TCP|10.0.0.{domain}|{port}|10.0.0.2|25 SMTP/{domain}.org/mx")
            .replace(domain, &(domain as u8 - b'`').to_string()),
        2 => format!("{at} a.{port}.0 tcp_local + X TCP|10.0.0.1|25|10.0.1.{sender}|9 SMTP no more than 7"),
        3 => format!(
            "{at} a.{port}.0 tcp_submit + U TCP|10.0.0.1|25|10.0.1.{sender}|9 SMTP Bad password joe 535 5.7.8 no"
        ),
        _ => format!(
            "{at} a.{port}.1 tcp_{domain} {code} 1 {sender}@x.org rfc822;y@{domain}.org y@f.{domain}.org q/ZZ{port}.00 <{port}@d> \
             dns;mx{sender}.org smtp;{}50 {sender}.7.1 no <{sender}@y.org>",
            if code == "D" { 2 } else { 4 },
        ),
    }
}

/// Of each group that something is counted of: its name, and all of it but what depends on when it
/// was counted.
type Told = BTreeMap<Vec<u8>, (Counts, Counts, Backlog, u32, u32, bool, bool)>;

fn told(groups: &Groups, index: &Index) -> Told {
    let name = |group: &Group| match groups.by {
        GroupBy::Connection => group.key.to_string().into_bytes(),
        _ => groups.label(index, group).to_vec(),
    };
    let all = groups.iter().map(|(_, group)| {
        let Group { counts, since_mark, backlog, refused, unauthenticated, bad, good, .. } = *group;
        let (bad, good) = (bad.is_some(), good.is_some());
        (name(group), (counts, since_mark, backlog, refused, unauthenticated, bad, good))
    });
    let told: Told = all.collect();
    assert_eq!(told.len(), groups.iter().count(), "no two groups have one name");
    told
}

fn healths(groups: &Groups, index: &Index) -> BTreeMap<Vec<u8>, String> {
    let all = groups.iter().filter_map(|(id, group)| {
        Some((groups.label(index, group).to_vec(), groups.health(id)?.letters().collect()))
    });
    all.collect()
}

/// Its entries are as many as it counts, in their order, each in no other group; the newest are the
/// last of them.
fn check_members(groups: &Groups, sieve: &RowFilter, index: &Index) {
    let mut found = Vec::new();
    for (id, group) in groups.iter() {
        let all = groups.newest(sieve, index, id, usize::MAX);
        assert_eq!(all.len(), group.counts.entries as usize, "{:?}", groups.by);
        assert!(all.is_sorted() && all.last() == Some(&group.last), "{:?}", groups.by);
        assert_eq!(groups.newest(sieve, index, id, 3), all[all.len().saturating_sub(3)..]);
        found.extend(all);
    }
    let count = found.len();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), count, "{:?}", groups.by);
}

const ALL: [GroupBy; 11] = [
    GroupBy::Domain,
    GroupBy::OrgDomain,
    GroupBy::Response,
    GroupBy::Sender,
    GroupBy::User,
    GroupBy::Channel,
    GroupBy::Host,
    GroupBy::ConnectingIp,
    GroupBy::LocalIp,
    GroupBy::RemoteIp,
    GroupBy::Connection,
];

#[test]
fn groups_are_those_of_the_held_rows_in_the_window_whatever_happened_before() {
    let (mut seen, mut waited, mut attempts) = ([0; ALL.len()], 0, 0);
    for seed in 0..40 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let filter = Filter::parse(
            ["", "a.org|b.org", "f.a.org a.org", "-from:x@x.org action:D|Q"][rng.usize(0..4)],
        )
        .unwrap();
        let mut tally = Tally::new(filter.clone());
        let at = match rng.u8(0..4) {
            0 => Some(DomainScope::Domain(Symbol(rng.u32(1..4)))),
            1 => Some(DomainScope::Organisation(Arc::from(&b"a.org"[..]))),
            _ => None,
        };
        let narrow = GroupScope { domain: at, response: None };
        let mut groups = ALL.map(|by| Groups::new(by, narrow.clone()));
        let (mut index, mut second) = (Index::default(), 0);
        for _ in 0..60 {
            let mut batch = Batch::new(index.keys());
            for _ in 0..rng.usize(0..40) {
                second += rng.u32(0..2);
                let text = line(&mut rng, second);
                batch.push(
                    TextLocation { source: 0, offset: 0 },
                    1,
                    &Parser::default().entry(text.as_bytes()),
                );
            }
            index.absorb(&batch);
            let rows = index.rows().len();
            if rng.u8(0..4) == 0 {
                let since = Time(index.newest().0 - rng.i64(0..200_000));
                tally.slide(&index, since);
            }
            if rng.u8(0..20) == 0 {
                let half = RowId(u32::try_from(rows / 2).unwrap());
                for one in &mut groups {
                    one.mark(Some(half));
                }
            }
            tally.extend(&index, rows);
            for one in &mut groups {
                if rng.bool() {
                    one.extend_by(tally.sieve(), &index, rows, rng.usize(0..200));
                }
            }
            if let Some(end) = index.evictable_end().filter(|_| rng.bool()) {
                tally.evict(&index, end);
                for one in &mut groups {
                    one.evict(tally.sieve(), &index, end);
                }
                index.evict_oldest();
                tally.release(&index);
                for one in &mut groups {
                    one.release(&index);
                }
            }
        }
        let rows = index.rows().len();
        tally.extend(&index, rows);
        for (one, seen) in groups.iter_mut().zip(&mut seen) {
            one.extend_by(tally.sieve(), &index, rows, usize::MAX);
            let mut anew = Groups::new(one.by, narrow.clone());
            anew.mark(one.mark);
            anew.extend_by(tally.sieve(), &index, rows, usize::MAX);
            *seen += anew.iter().count();
            assert_eq!(told(one, &index), told(&anew, &index), "seed {seed}, {:?}", one.by);
            let (kept, all) = (healths(one, &index), healths(&anew, &index));
            for (name, letters) in &all {
                // What left not quite in order may have taken the place of others.
                assert!(letters.ends_with(&kept[name]), "seed {seed}: {letters}, {}", kept[name]);
                attempts += kept[name].len();
            }
            let waits =
                [one.waits(), anew.waits()].map(|waits| [5, 50, 95].map(|it| waits.percentile(it)));
            assert_eq!(waits[0], waits[1], "seed {seed}, {:?}", one.by);
            waited += usize::from(waits[0][1].is_some());
            check_members(one, tally.sieve(), &index);
        }
        let mut anew = Tally::new(filter).within(tally.window());
        anew.extend(&index, rows);
        assert_eq!(tally.totals(), anew.totals(), "seed {seed}");
        assert_eq!(tally.connections(), anew.connections(), "seed {seed}");
    }
    assert!(seen.iter().all(|&groups| groups > 20), "{seen:?}");
    assert!(attempts > 200, "{attempts}");
    assert!(waited > 5, "{waited}");
}

#[test]
fn a_row_stands_in_the_group_of_what_it_says() {
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    for text in [
        "19-Feb-1998 10:00:00 a.1.0 tcp_local - O TCP|10.0.0.1|9|10.0.0.2|25 SMTP/a.org/mx.a.org",
        "19-Feb-1998 10:00:01 a.1.1 tcp_local Q 1 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i@d> dns;MX.a.org smtp;450 4.7.1 <y@a.org>: wait",
        "19-Feb-1998 10:00:02 a.2.1 tcp_submit tcp_local EEA 1 x@x.org rfc822;y@a.org y@a.org q/ZZ2.00 <j@d> *joe pc ([192.0.2.7])",
        "19-Feb-1998 10:00:03 a.3.1 tcp_local + X TCP|10.0.0.1|25|192.0.2.7|9 SMTP too many",
    ] {
        batch.push(
            TextLocation { source: 0, offset: 0 },
            1,
            &Parser::default().entry(text.as_bytes()),
        );
    }
    index.absorb(&batch);
    let of = |by| {
        let mut groups = Groups::new(by, GroupScope::default());
        groups.extend_by(Tally::default().sieve(), &index, index.rows().len(), usize::MAX);
        let told = told(&groups, &index).into_iter();
        let words = told.map(|(name, (counts, _, _, refused, ..))| {
            let name = String::from_utf8(name).unwrap();
            (name, counts.enqueued, counts.deferred, refused)
        });
        words.collect::<Vec<_>>()
    };
    let one =
        |name: &str, enqueued, deferred, refused| (name.to_owned(), enqueued, deferred, refused);
    assert_eq!(of(GroupBy::Domain), [one("a.org", 1, 1, 0)]);
    assert_eq!(of(GroupBy::Response), [one("450 4.7.1 <*>: wait", 0, 1, 0)]);
    assert_eq!(of(GroupBy::Sender), [one("x@x.org", 1, 1, 0)]);
    assert_eq!(of(GroupBy::User), [one("", 0, 1, 0), one("*joe", 1, 0, 0)]);
    assert_eq!(of(GroupBy::Channel), [one("tcp_local", 0, 1, 0), one("tcp_submit", 1, 0, 0)]);
    assert_eq!(of(GroupBy::Host), [one("mx.a.org", 0, 1, 0)]);
    assert_eq!(of(GroupBy::ConnectingIp), [one("192.0.2.7", 1, 0, 1)]);
    assert_eq!(of(GroupBy::LocalIp), [one("10.0.0.1", 0, 1, 0)]);
    assert_eq!(of(GroupBy::RemoteIp), [one("10.0.0.2", 0, 1, 0)]);
}

#[test]
fn the_backlog_is_of_recipients_and_a_wait_of_their_messages() {
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    let entry = |at: &str, code: &str, to: &str, file: &str| {
        let (channels, code) = match code {
            "E" => ("tcp_local tcp_out", "E"),
            code => ("tcp_out", code),
        };
        format!(
            "19-Feb-1998 10:{at} {channels} {code} 1 x@x.org rfc822;{to}@a.org {to}@a.org q/{file} <i@d>"
        )
    };
    for text in [
        entry("00:00", "E", "one", "ZZA.00"),
        entry("00:00", "E", "two", "ZZA.00"),
        entry("00:00", "E", "three", "ZZA.00"),
        entry("00:01", "D", "one", "ZZA.00"),
        entry("00:01", "Q", "two", "ZZA.00"),
        entry("00:01", "Q", "three", "ZZA.00"),
        entry("10:00", "Q", "two", "ZYA.00"),
        entry("10:00", "Q", "three", "ZYA.00"),
        entry("20:00", "D", "two", "ZXA.00"),
        entry("20:00", "R", "four", "ZXA.00"),
        entry("30:00", "Q", "five", "ZZB.00"),
    ] {
        batch.push(
            TextLocation { source: 0, offset: 0 },
            1,
            &Parser::default().entry(text.as_bytes()),
        );
    }
    index.absorb(&batch);
    let rows = index.rows().len();
    let of = |filter: &str| {
        let filter = Filter::parse(filter).unwrap();
        let window = filter.window(index.newest());
        let mut tally = Tally::new(filter).within(window);
        tally.extend(&index, rows);
        let mut groups = Groups::new(GroupBy::Response, GroupScope::default());
        groups.extend_by(tally.sieve(), &index, rows, usize::MAX);
        let backlog = groups.iter().fold(Backlog::default(), |mut sum, (_, group)| {
            sum.add(group.backlog);
            sum
        });
        (backlog, [50, 100].map(|of_100| groups.waits().percentile(of_100)))
    };
    // `two` got it in the end; `three` and `five` wait.
    assert_eq!(of(""), (Backlog { recovered: 1, change: 2 }, [Some(960), Some(1_179_648)]));
    assert_eq!(of("since:10:15").0, Backlog { recovered: 1, change: 0 });
    assert_eq!(of("outcome:deferred").0, Backlog { recovered: 0, change: 3 });
}

#[test]
fn nothing_is_lost_when_there_is_no_room_for_more_groups() {
    let mut rng = fastrand::Rng::with_seed(9);
    for most in 1..8 {
        let mut index = Index::default();
        let mut groups = Groups::limited(GroupBy::Domain, most);
        let (mut sieve, mut domains) = (RowFilter::default(), std::collections::BTreeSet::new());
        for _ in 0..30 {
            let mut batch = Batch::new(index.keys());
            for _ in 0..10 {
                let domain = rng.choice(["a", "b", "c", "d", "e"]).unwrap();
                domains.insert(domain);
                let line = format!(
                    "19-Feb-1998 10:00:00 l R 1 x@x.org rfc822;y@{domain}.org y@{domain}.org smtp;550 no {domain}"
                );
                let place = TextLocation { source: 0, offset: 0 };
                batch.push(place, 1, &Parser::default().entry(line.as_bytes()));
            }
            index.absorb(&batch);
            sieve.prepare(&index);
            groups.extend_by(&sieve, &index, index.rows().len(), usize::MAX);
            // What is counted stays when the rows leave.
            index.evict_rows();
        }
        assert!(index.rows().first().0 > 0);
        let kept: Vec<&Group> = groups.iter().map(|(_, group)| group).collect();
        let others = groups.others().map_or(0, |others| others.counts.failed);
        let in_groups: u32 = kept.iter().map(|group| group.counts.failed).sum();
        assert_eq!((kept.len(), in_groups + others), (most.min(domains.len()), 300));
        assert_eq!(groups.codes(None).len(), usize::from(others > 0));
        let top = groups.top_responses();
        for (id, group) in groups.iter() {
            assert_eq!(groups.codes(Some(id)), [(550, group.counts.failed)]);
            let label = String::from_utf8_lossy(groups.label(&index, group)).into_owned();
            let said = format!("550 no {}", label.trim_end_matches(".org"));
            assert_eq!(String::from_utf8_lossy(top[id.0 as usize]), said);
        }
        assert_eq!(groups.uncounted_responses(), 0);
    }
}
