//! What is held when entries leave: segments are small in tests, so that small logs show it.

use super::*;

/// Adds lines to an index, the next of them being number `from` of the log.
fn add(index: &mut Index, from: usize, lines: &[String]) {
    let mut batch = Batch::new(index.keys());
    for (number, line) in (from as u64..).zip(lines) {
        let place = TextLocation { source: 0, offset: number << 30 };
        batch.push(place, line.len(), &Parser::default().entry(line.as_bytes()));
    }
    index.absorb(&batch);
}

/// A log in which each entry names its process, its ports, its message and its domain, so that
/// what belongs together shows without what stood before.
fn log(rng: &mut fastrand::Rng, lines: usize) -> Vec<String> {
    let line = |number: usize| {
        // Too slow for any to come late behind a close: what it was then would not show any more.
        let second = number * 3;
        let clock = format!("1{}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        let worker = rng.u16(0..9);
        let process = format!("a.{worker}.{number}");
        let ends = format!("(TCP|10.0.0.1|{}|10.0.0.2|25)", 5_000 + worker);
        let message = number.saturating_sub(rng.usize(0..30)) / 3;
        let recipient = format!("y@d{message}.org");
        match rng.u8(0..8) {
            0 => open(&clock, &process, 5_000 + worker),
            1 => close(&clock, &process, 5_000 + worker),
            2 => "no entry".to_owned(),
            _ => at(
                &clock,
                &format!(
                    "{process} tcp_local D 1 x@x.org rfc822;{recipient} {recipient} q/ZZ{message}.00 <{message}@d> h{number}.org dns;h{number}.org {ends} smtp;250 ok"
                ),
            ),
        }
    };
    (0..lines).map(line).collect()
}

/// A row: its kind and length, the first of its connection and of its message, counted from the
/// oldest held one, and its domain.
type Held = (EntryKind, usize, u32, Option<u32>, [Vec<u8>; 4]);

fn held(index: &Index) -> Vec<Held> {
    let first = index.rows().first().0;
    let rows = (first..index.rows().next_id().0).map(RowId);
    let told = |row| {
        let connection = index.rows().connection(row);
        let of_connection: Vec<_> = index.connection_rows(connection, None).collect();
        assert!(of_connection.is_sorted() && of_connection.contains(&row), "{of_connection:?}");
        let known = index.connection(connection).unwrap();
        assert_eq!(known.first, of_connection.first().copied());
        assert_eq!(known.last, of_connection.last().copied());
        assert!(known.last_status_row.is_none_or(|told| of_connection.contains(&told)));
        let of_message: Vec<_> = index.message_rows(row).collect();
        let oldest = of_message.last().map(|oldest| oldest.0 - first);
        assert!(oldest.is_none() || of_message.contains(&row), "{of_message:?}");
        let facts = index.rows().facts(row);
        let texts = [
            index.domains().text(index.rows().domains(row).0),
            index.senders().text(facts.sender),
            index.responses().text(facts.response),
            index.dimensions().text(facts.dimensions),
        ];
        let texts = texts.map(<[u8]>::to_vec);
        let (_, length) = index.rows().place(row).unwrap();
        (index.rows().kind(row), length, of_connection[0].0 - first, oldest, texts)
    };
    rows.map(told).collect()
}

#[test]
fn a_header_entry_that_leaves_takes_no_entry_of_its_message_with_it() {
    let delivery = |clock: &str, process: &str, code: &str| {
        let rest = "tcp_local ims-ms";
        at(clock, &format!("{process} {rest} {code} 1 x@x.org rfc822;y@y.org y@y.org <1@d>"))
    };
    let junk = |count| vec!["no entry".to_owned(); count];
    let mut lines = junk(super::rows::SPAN - 1);
    lines.push(at("10:00:00", "a.1.1 > Subject: x"));
    lines.push(delivery("10:00:01", "a.1.2", "Q"));
    lines.push(delivery("10:00:02", "a.1.1", "D"));
    let mut index = Index::default();
    add(&mut index, 0, &lines);
    let [header, first, last] = [-1, 0, 1].map(|behind| {
        RowId(u32::try_from(super::rows::SPAN).unwrap().checked_add_signed(behind).unwrap())
    });
    let rows = |index: &Index| index.message_rows(last).collect::<Vec<_>>();
    assert!(rows(&index).contains(&header), "{:?}", rows(&index));
    index.evict_oldest();
    assert_eq!(rows(&index), [last, first]);
}

#[test]
fn what_is_held_is_what_the_held_lines_alone_would_give() {
    for seed in 0..15 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let lines = log(&mut rng, 900);
        let (mut index, mut at) = (Index::default(), 0);
        while at < lines.len() {
            let end = lines.len().min(at + rng.usize(1..70));
            add(&mut index, at, &lines[at..end]);
            at = end;
            if rng.bool() {
                index.evict_oldest();
            }
        }
        let first = index.rows().first().0 as usize;
        assert!(first > 0, "seed {seed}");
        let mut alone = Index::default();
        add(&mut alone, first, &lines[first..]);
        assert!(held(&index) == held(&alone), "seed {seed}");
        assert_eq!(index.messages().count(), alone.messages().count(), "seed {seed}");
        let oldest = index.rows().first();
        let place = TextLocation { source: 0, offset: (first as u64) << 30 };
        assert_eq!(index.rows().place(oldest), Some((place, lines[first].len())));
        // Text that is no entry stands at the time of what was before it.
        if index.rows().kind(oldest) != EntryKind::Unparsed {
            assert_eq!(index.rows().time(oldest), alone.rows().time(RowId(0)));
        }
        assert_eq!(index.rows().place(RowId(oldest.0 - 1)), None);
        assert_eq!(index.connection_rows(ConnectionId::UNATTRIBUTED, Some(RowId(0))).next(), None);
    }
}

#[test]
fn a_connection_that_lives_throughout_keeps_its_name_and_its_newest_rows() {
    let mut index = Index::default();
    add(&mut index, 0, &[open("10:00:00", "b.1.0", 4_000)]);
    let long = index.rows().connection(RowId(0));
    let mut rng = fastrand::Rng::with_seed(1);
    for (number, lines) in log(&mut rng, 2_000).chunks(20).enumerate() {
        add(&mut index, number * 21, &[deliver("10:00:01", "b.1.1", "")]);
        add(&mut index, number * 21 + 1, lines);
        if index.rows().len() - index.rows().first().0 as usize > 300 {
            index.evict_oldest();
        }
    }
    let connection = index.connection(long).unwrap();
    assert!(connection.first > Some(RowId(1_700)), "{connection:?}");
    assert_eq!(index.names().text(connection.initial_host), b"a.org");
    assert_eq!(connection.state, ConnectionState::Open);
    assert!(index.connection_rows(long, None).count() < 40);
    let alive = index.connections().iter().count();
    assert!(alive < 200, "{alive} of {} connections", index.connections().len());
}

#[test]
fn ties_of_all_kinds_survive_that_their_ends_leave() {
    for seed in 0..12 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut index = Index::default();
        for number in 0..150 {
            let lines: Vec<String> = (0..rng.usize(1..20)).map(|_| odd(&mut rng)).collect();
            add(&mut index, number, &lines);
            if rng.u8(0..3) > 0 {
                index.evict_oldest();
            }
        }
        held(&index);
        for message in index.messages() {
            assert!(index.rows_of(message).all(|row| index.rows().contains(row)));
            assert!(
                index
                    .successors(message)
                    .all(|after| index.predecessors(after).any(|of| of == message))
            );
        }
    }
}

/// Any line, of few ids, so that all of them meet.
fn odd(rng: &mut fastrand::Rng) -> String {
    let clock = format!("1{}:0{}:0{}", rng.u8(0..9), rng.u8(0..9), rng.u8(0..9));
    let process = format!("a.{}.{}", rng.u8(0..4), rng.u8(0..4));
    let (id, other) = (rng.u16(0..400), rng.u16(0..400));
    let file = format!("q/ZZ{}.00", rng.u16(0..400));
    match rng.u8(0..9) {
        0 => open(&clock, &process, rng.u16(1..9)),
        1 => close(&clock, &process, rng.u16(1..9)),
        2 => entry(&clock, "tcp_local process E", &file, &format!("<{id}@x>,<{other}@x>")),
        3 => entry(&clock, "tcp_local conversion E", &file, &format!("<{id}@x>")),
        4 => entry(&clock, "conversion l E", &file, &format!("<{id}@x>")),
        5 => entry(&clock, "conversion D", &file, ""),
        6 => at(&clock, &format!("{process} > Subject: x")),
        _ => entry(&clock, &format!("{process} l tcp_local E"), &file, ""),
    }
}

#[test]
fn texts_and_ids_that_never_come_again_leave() {
    let mut index = Index::default();
    let mut most = 0;
    for round in 0..400_u32 {
        let line = |number: u32| {
            let name = format!("{round}-{number}");
            at(
                "10:00:00",
                &format!(
                    "{name} tcp_local D 1 x@x.org rfc822;y@{name}.org y@{name}.org q/ZZ{name}.00 <{name}@d> {name}.org dns;{name}.org (TCP|10.0.0.1|5001|10.0.{round}.{number}|25) smtp;250 ok"
                ),
            )
        };
        add(&mut index, 0, &(0..50).map(line).collect::<Vec<_>>());
        while index.rows().len() - index.rows().first().0 as usize > 500 {
            index.evict_oldest();
        }
        // By now it holds all that it will, but for the eight bytes of each segment that left.
        if round == 200 {
            most = index.memory() * 4 / 3;
        }
        assert!(round < 200 || index.memory() < most, "{} of {most} at {round}", index.memory());
    }
}

#[test]
fn rows_that_are_far_from_the_others_are_as_exact() {
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    let places = (0..60_u16).flat_map(|source| {
        [0, 7, u64::from(u32::MAX) + 9, (1 << 48) - 1].map(|offset| TextLocation { source, offset })
    });
    let lengths = [0, 65_534, 65_535, 65_536, usize::try_from(u32::MAX).unwrap()];
    let expected: Vec<_> = places.zip(lengths.into_iter().cycle()).collect();
    let years = ["1998", "0001", "9999", "2024"];
    for (&(place, length), year) in expected.iter().zip(years.iter().cycle()) {
        let text = at("10:00:00", "l tcp_local E 1 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i>");
        batch.push(place, length, &Parser::default().entry(text.replace("1998", year).as_bytes()));
    }
    index.absorb(&batch);
    for (row, &expected) in (0..).map(RowId).zip(&expected) {
        assert_eq!(index.rows().place(row), Some(expected));
        let year = years[row.0 as usize % 4];
        let time = index.rows().time(row).calendar().unwrap();
        assert_eq!(time.format("%Y").to_string(), year);
    }
}
