use super::*;
use crate::log::entry::{Body, Direction, Outcome, Transport};
use crate::log::parse::Parser;

mod forgetting;

fn absorbed(lines: &[&str]) -> Index {
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    for (number, line) in (0..).zip(lines) {
        batch.push(
            TextLocation { source: 0, offset: number },
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
fn tied(lines: &[String]) -> (Vec<u32>, Vec<ConnectionState>) {
    let index = absorbed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = (0..).map(RowId).take(index.rows().len());
    let connections = rows.map(|row| index.rows().connection(row).0).collect();
    (
        connections,
        index.connections().iter().skip(2).map(|(_, connection)| connection.state).collect(),
    )
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
    assert_eq!(
        tied(&lines),
        (vec![2, 3, 2, 3, 2, 2, 0, 0], vec![ConnectionState::Closed, ConnectionState::Open])
    );
}

#[test]
fn a_thread_that_opens_another_has_left_the_first() {
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        open("10:05:00", "a.1.3", 5002),
        deliver("10:05:01", "a.1.4", ""),
    ];
    assert_eq!(
        tied(&lines),
        (vec![2, 3, 3], vec![ConnectionState::Superseded, ConnectionState::Open])
    );
}

#[test]
fn what_a_thread_delivers_over_other_ports_does_not_hide_what_it_opened() {
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        deliver("10:00:01", "a.1.1", "(TCP|10.0.0.1|5002|10.0.0.2|25)"),
        open("10:00:02", "a.1.2", 5003),
    ];
    let states =
        vec![ConnectionState::Superseded, ConnectionState::Inferred, ConnectionState::Open];
    assert_eq!(tied(&lines), (vec![2, 3, 4], states));
}

#[test]
fn the_quadruple_ties_what_no_process_does() {
    let ends = "(TCP|10.0.0.1|5001|10.0.0.2|25)";
    let lines =
        [open("10:00:00", "", 5001), deliver("10:00:01", "", ends), close("10:00:02", "", 5001)];
    assert_eq!(tied(&lines), (vec![2, 2, 2], vec![ConnectionState::Closed]));
    // Without any connection entry, deliveries that name one quadruple are one connection, for a while.
    let lines = [
        deliver("10:00:00", "", ends),
        deliver("10:00:05", "", ends),
        deliver("11:00:00", "", ends),
    ];
    assert_eq!(
        tied(&lines),
        (vec![2, 2, 3], vec![ConnectionState::Inferred, ConnectionState::Inferred])
    );
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
    assert_eq!(
        tied(&lines),
        (vec![2, 2, 3, 1], vec![ConnectionState::Failed, ConnectionState::Rejected])
    );
}

#[test]
fn one_that_failed_ends_no_other() {
    let ends = "(TCP|10.0.0.1|5001|10.0.0.2|25)";
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        at("10:00:01", "a.1.1 tcp_local - Y SMTP/b.org/mx.b.org"),
        at(
            "10:00:01",
            "a.1.2 tcp_local Q 0 x@x.org rfc822;y@b.org y@b.org q/ZZ1.00 <i@d>  refused",
        ),
        deliver("10:00:02", "a.1.3", ends),
        close("10:00:03", "a.1.4", 5001),
    ];
    assert_eq!(
        tied(&lines),
        (vec![2, 3, 3, 2, 2], vec![ConnectionState::Closed, ConnectionState::Failed])
    );
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
    assert_eq!(index.rows().kind(RowId(2)), EntryKind::Attempt(Outcome::Relayed));
    assert_eq!(
        index.connection_rows(ConnectionId::UNATTRIBUTED, None).collect::<Vec<_>>(),
        [RowId(0), RowId(2)]
    );
    assert_eq!(
        index.connection_rows(ConnectionId::UNATTRIBUTED, Some(RowId(0))).collect::<Vec<_>>(),
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
            TextLocation { source: 0, offset: number },
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

/// An entry of the recipient `y@a.org`.
fn entry(clock: &str, head: &str, file: &str, id: &str) -> String {
    at(clock, &format!("{head} 1 x@x.org rfc822;y@a.org y@a.org {file} {id}"))
}

/// The message of each line, as the first line of the same message.
fn messages(lines: &[String]) -> Vec<Option<u32>> {
    let index = absorbed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = (0..).map(RowId).take(index.rows().len());
    rows.map(|row| index.message_rows(row).min().map(|row| row.0)).collect()
}

#[test]
fn without_an_id_the_queue_file_ties_retries() {
    let lines = [
        entry("10:00:00", "l tcp_local E", "q/tcp_local/ZZa1.00", ""),
        entry("10:00:01", "tcp_local Q", "q/tcp_local/ZZa1.00", ""),
        entry("10:00:01", "l tcp_local E", "q/tcp_local/ZZb2.00", ""),
        entry("10:30:00", "tcp_local D", "q/tcp_local/ZYa1.01", ""),
        entry("10:30:00", "l tcp_local E", "", ""),
    ];
    assert_eq!(messages(&lines), [Some(0), Some(0), Some(2), Some(0), None]);
}

#[test]
fn ids_and_queue_files_tie_each_other() {
    let lines = [
        entry("10:00:00", "l tcp_local E", "q/tcp_local/ZZa1.00", "<1@x>"),
        // Another file of the same message, then an entry that has lost its id.
        entry("10:00:00", "l tcp_local E", "q/tcp_local/ZZb2.00", "<1@x>"),
        entry("10:00:09", "tcp_local D", "q/tcp_local/ZZb2.00", ""),
        // Of two ids in one file each is a message.
        entry("10:00:09", "tcp_local D", "q/tcp_local/ZZa1.00", "<2@x>"),
        // Here the option was switched on while the message was queued.
        entry("10:00:10", "l tcp_local E", "q/tcp_local/ZZc3.00", ""),
        entry("10:00:11", "tcp_local Q", "q/tcp_local/ZZc3.00", "<3@x>"),
        entry("10:00:12", "l tcp_local E", "q/tcp_local/ZZd4.00", "<3@x>"),
        entry("10:00:12", "l tcp_local E", "q/tcp_local/ZZc3.00", "<4@x>"),
        // Case matters in both.
        entry("10:00:12", "l tcp_local E", "q/tcp_local/ZZC3.00", "<1@X>"),
    ];
    assert_eq!(
        messages(&lines),
        [Some(0), Some(0), Some(0), Some(3), Some(4), Some(4), Some(4), Some(7), Some(8)]
    );
}

#[test]
fn a_notification_and_its_cause_name_each_other() {
    let lines = [
        entry("10:00:00", "l tcp_local E", "q/ZZa1.00", "<1@x>"),
        entry("10:00:01", "tcp_local process E", "q/ZZb1.00", "<2@x>,<1@x>"),
        entry("10:00:02", "process tcp_local E", "q/ZZc1.00", "<2@x>"),
        // About a message of a log that is not there.
        entry("10:00:03", "tcp_local process E", "q/ZZd1.00", "<4@x>,<3@x>"),
    ];
    let index = absorbed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let message = |row| index.rows().message(RowId(row)).unwrap();
    assert_eq!(index.notification_subjects(message(1)).collect::<Vec<_>>(), [message(0)]);
    assert_eq!(index.bounces(message(0)).collect::<Vec<_>>(), [message(1)]);
    assert_eq!(
        index.notification_subjects(message(0)).count() + index.bounces(message(1)).count(),
        0
    );
    let gone = index.notification_subjects(message(3)).next().unwrap();
    assert_eq!(index.rows_of(gone).count(), 0);
    assert_eq!(index.messages().collect::<Vec<_>>(), [message(0), message(1), message(3)]);
}

#[test]
fn a_message_that_conversion_renames_is_known_again_unless_two_look_alike() {
    let into = |id: &str, file: &str| entry("10:00:00", "tcp_local conversion E", file, id);
    let on = |id: &str, file: &str| entry("10:00:01", "conversion l E", file, id);
    let out = |id: &str, file: &str| entry("10:00:02", "conversion D", file, id);
    let before = |lines: &[String], row| {
        let index = absorbed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let message = index.rows().message(RowId(row)).unwrap();
        let before: Vec<_> = index.predecessors(message).collect();
        for &origin in &before {
            assert!(index.successors(origin).any(|after| after == message));
        }
        before.into_iter().map(|origin| index.rows_of(origin).min().unwrap().0).collect::<Vec<_>>()
    };
    let alone = [into("<1@x>", "q/ZZa.00"), on("<2@x>", "q/ZZb.00"), out("<1@x>", "q/ZZa.00")];
    assert_eq!(before(&alone, 1), [0]);
    let without_ids = [into("", "q/ZZa.00"), on("", "q/ZZb.00"), out("", "q/ZZa.00")];
    assert_eq!(before(&without_ids, 1), [0]);
    let left = [into("<1@x>", "q/ZZa.00"), out("<1@x>", "q/ZZa.00"), on("<2@x>", "q/ZZb.00")];
    assert!(before(&left, 2).is_empty());
    let two = [into("<1@x>", "q/ZZa.00"), into("<3@x>", "q/ZZc.00"), on("<2@x>", "q/ZZb.00")];
    assert!(before(&two, 2).is_empty());
}

#[test]
fn header_entries_belong_to_the_message_beside_them() {
    let header = |clock, process: &str| at(clock, &format!("{process} > Subject: x"));
    let lines = [
        // By process, in spite of what stands between, on either side.
        header("10:00:00", "a.1.2"),
        entry("10:00:00", "a.1.1 tcp_local l E", "q/ZZa1.00", "<1@x>"),
        entry("10:00:00", "a.1.2 tcp_local l E", "q/ZZb1.00", "<2@x>"),
        header("10:00:00.10", "a.1.1"),
        header("10:00:00.10", "a.1.9"),
        // Without one by time.
        entry("10:00:01", "tcp_local l E", "q/ZZc1.00", "<3@x>"),
        header("10:00:01", ""),
        header("10:00:01", ""),
        header("10:00:02", ""),
        entry("10:00:02", "tcp_local l E", "q/ZZd1.00", "<4@x>"),
        header("10:00:03", ""),
        // A process id that comes again is another one.
        header("12:00:00", "a.1.1"),
    ];
    assert_eq!(
        messages(&lines),
        [
            Some(0),
            Some(1),
            Some(0),
            Some(1),
            None,
            Some(5),
            Some(5),
            Some(5),
            Some(8),
            Some(8),
            None,
            None
        ]
    );
    // Of two that stand side by side at one time the nearer one before is meant.
    let lines = [
        entry("10:00:01", "tcp_local l E", "q/ZZc1.00", "<3@x>"),
        entry("10:00:01", "tcp_local l E", "q/ZZd1.00", "<4@x>"),
        header("10:00:01", ""),
    ];
    assert_eq!(messages(&lines), [Some(0), Some(1), Some(1)]);
}

#[test]
fn ports_that_are_opened_again_have_left_what_they_had() {
    let ends = "(TCP|10.0.0.1|5001|10.0.0.2|25)";
    let lines =
        [open("10:00:00", "", 5001), open("11:00:00", "", 5001), deliver("11:00:01", "", ends)];
    assert_eq!(
        tied(&lines),
        (vec![2, 3, 3], vec![ConnectionState::Superseded, ConnectionState::Open])
    );
}

#[test]
fn an_open_connection_that_was_silent_for_a_day_is_no_longer_meant() {
    let lines = [
        open("10:00:00", "a.1.0", 5001),
        deliver("10:00:00", "a.1.1", "").replace("19-Feb", "21-Feb"),
    ];
    assert_eq!(tied(&lines).0, [2, 0]);
}

#[test]
fn a_message_that_names_its_transport_came_in_over_it() {
    // As `tr` of an XML entry says it, without any connection entry.
    let transport = Transport {
        protocol: b"TCP",
        local_ip: b"10.0.0.1",
        local_port: 25,
        remote_ip: b"10.0.0.9",
        remote_port: 4000,
    };
    let text = entry("10:00:00", "a.1.1 tcp_local l E", "q/ZZc1.00", "<3@x>");
    let mut parser = Parser::default();
    let mut entry = parser.entry(text.as_bytes()).unwrap();
    let Body::Message(message) = &mut entry.body else { panic!() };
    message.transport = Some(transport);
    let mut index = Index::default();
    let mut batch = Batch::new(index.keys());
    batch.push(TextLocation { source: 0, offset: 0 }, text.len(), &Ok(entry));
    index.absorb(&batch);
    let connection = index.connection(index.rows().connection(RowId(0))).unwrap();
    assert_eq!(connection.direction, Some(Direction::Inbound));
    assert_eq!(connection.ends.unwrap().remote().1, 4000);
}
