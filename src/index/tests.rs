use super::*;
use crate::entry::Outcome;
use crate::parse::Parser;

fn absorbed(lines: &[&str]) -> Index {
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    for (number, line) in (0..).zip(lines) {
        batch.push(
            Place { source: 0, offset: number },
            line.len(),
            &Parser::default().entry(line.as_bytes()),
        );
    }
    index.absorb(&batch);
    index
}

fn at(clock: &str, rest: &str) -> String {
    format!("19-Feb-1998 {clock} {rest}")
}

fn open(clock: &str, process: &str, port: u16) -> String {
    at(
        clock,
        &format!("{process} tcp_local - O TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/a.org/mx.a.org"),
    )
}

fn close(clock: &str, process: &str, port: u16) -> String {
    at(
        clock,
        &format!("{process} tcp_local - C TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/a.org/mx.a.org"),
    )
}

fn deliver(clock: &str, process: &str, ends: &str) -> String {
    at(
        clock,
        &format!(
            "{process} tcp_local D 1 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i@d> mx.a.org dns;mx.a.org {ends} smtp;250 ok"
        ),
    )
}

/// The connection of each line, and the states of all connections.
fn tied(lines: &[String]) -> (Vec<u32>, Vec<State>) {
    let index = absorbed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = (0..).map(RowId).take(index.rows().len());
    let connections = rows.map(|row| index.rows().connection(row).0).collect();
    (connections, index.connections().iter().skip(2).map(|connection| connection.state).collect())
}

#[test]
fn process_and_thread_tie_deliveries_to_their_connection() {
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        open("10:00:00", "a.2.0", 5002),
        deliver("10:00:01", "a.1.1", ""),
        deliver("10:00:01", "a.2.1", ""),
        close("10:00:02", "a.1.2", 5001),
        deliver("10:00:02.50", "a.1.1", ""),
        deliver("10:00:09", "a.1.1", ""),
        deliver("10:00:01", "b.1.1", ""),
    ];
    assert_eq!(tied(&lines), (vec![2, 3, 2, 3, 2, 2, 0, 0], vec![State::Closed, State::Open]));
}

#[test]
fn a_thread_that_opens_another_has_left_the_first() {
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        open("10:05:00", "a.1.3", 5002),
        deliver("10:05:01", "a.1.4", ""),
    ];
    assert_eq!(tied(&lines), (vec![2, 3, 3], vec![State::Superseded, State::Open]));
}

#[test]
fn the_quadruple_ties_what_no_process_does() {
    let ends = "(TCP|10.0.0.1|5001|10.0.0.2|25)";
    let lines =
        [open("10:00:00", "", 5001), deliver("10:00:01", "", ends), close("10:00:02", "", 5001)];
    assert_eq!(tied(&lines), (vec![2, 2, 2], vec![State::Closed]));
    // Without any connection entry, deliveries that name one quadruple are one connection, for a while.
    let lines = [
        deliver("10:00:00", "", ends),
        deliver("10:00:05", "", ends),
        deliver("11:00:00", "", ends),
    ];
    assert_eq!(tied(&lines), (vec![2, 2, 3], vec![State::Implied, State::Implied]));
}

#[test]
fn failed_and_rejected_connections_are_connections() {
    let lines = [
        at("10:00:00", "a.1.0 tcp_local - Y SMTP/a.org/mx.a.org"),
        at(
            "10:00:00.10",
            "a.1.1 tcp_local Q 0 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i@d>  TCP active open: refused",
        ),
        at("10:00:01", "b.1.0 tcp_local + X TCP|10.0.0.1|25|10.0.0.9|999 SMTP 554 go away"),
        "no entry at all".to_owned(),
    ];
    assert_eq!(tied(&lines), (vec![2, 2, 3, 1], vec![State::Failed, State::Rejected]));
}

#[test]
fn messages_chain_their_entries() {
    let lines = [
        deliver("10:00:00", "a.1.1", ""),
        open("10:00:00", "b.1.0", 5001),
        deliver("10:00:01", "a.1.1", ""),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let index = absorbed(&lines);
    assert_eq!(index.message_rows(RowId(0)).collect::<Vec<_>>(), [RowId(2), RowId(0)]);
    assert_eq!(index.message_rows(RowId(1)).count(), 0);
    assert_eq!(index.rows().kind(RowId(2)), Kind::Ended(Outcome::Relayed));
    assert_eq!(
        index.connection_rows(ConnectionId::NONE_LOGGED, None).collect::<Vec<_>>(),
        [RowId(0), RowId(2)]
    );
    assert_eq!(
        index.connection_rows(ConnectionId::NONE_LOGGED, Some(RowId(0))).collect::<Vec<_>>(),
        [RowId(2)]
    );
}

#[test]
fn batches_of_any_size_give_the_same_index() {
    let log =
        std::fs::read("tests/data/sjsms2005q4-21-09-outbound-connection.unfolded.log").unwrap();
    let lines: Vec<&str> = std::str::from_utf8(&log).unwrap().lines().collect();
    let whole = absorbed(&lines);
    let mut single = Index::default();
    for (number, line) in (0..).zip(&lines) {
        let mut batch = Batch::new(single.keys());
        batch.push(
            Place { source: 0, offset: number },
            line.len(),
            &Parser::default().entry(line.as_bytes()),
        );
        single.absorb(&batch);
    }
    for row in (0..).map(RowId).take(lines.len()) {
        assert_eq!(whole.rows().connection(row), single.rows().connection(row));
        assert_eq!(whole.rows().domains(row), single.rows().domains(row));
        assert_eq!(whole.message_rows(row).count(), single.message_rows(row).count());
    }
    assert_eq!(whole.connections().len(), 4);
}
