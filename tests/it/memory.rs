//! How much the log takes in memory, whatever is in it.

use mtatop::index::{Batch, TextLocation};
use mtatop::log::entry::{Body, Entry};
use mtatop::log::parse::Parser;
use mtatop::tui::app::{App, Msg};

const OPEN: &[u8] =
    b"19-Feb-1998 10:00:00 a.1.0 tcp_local + O TCP|10.0.0.1|25|10.0.0.9|4000 SMTP/a.org/mx.a.org";
const ENQUEUE: &[u8] =
    b"19-Feb-1998 10:00:00 a.1.1 tcp_local l E 1 x@x.org rfc822;y@a.org y@a.org /q/ZZb1.00 <i@d>";

/// Gives `entry` names that no other has, and adds it.
fn push(batch: &mut Batch, entry: &Entry<'_>, number: u32) {
    let mut entry = entry.clone();
    let name = format!("{:08x}.example.org", number.wrapping_mul(2_654_435_761));
    let recipient = format!("y@{name}");
    entry.process = None;
    match &mut entry.body {
        Body::Message(message) => {
            message.message_id = Some(name.as_bytes());
            message.active_to = Some(recipient.as_bytes());
        }
        Body::Connection(connection) => {
            if let Some(application) = &mut connection.application {
                application.initial_host = Some(name.as_bytes());
            }
            if let Some(transport) = &mut connection.transport {
                transport.remote_ip = name.as_bytes();
            }
        }
        Body::Header(_) => {}
    }
    batch.push(TextLocation { source: 0, offset: number.into() }, 100, &Ok(entry));
}

#[test]
fn names_and_ids_that_never_come_again_keep_within_the_limit() {
    const LIMIT: usize = 16_000_000;
    let mut app = App::new("").within(LIMIT);
    let (mut one, mut other) = (Parser::default(), Parser::default());
    let (open, enqueue) = (one.entry(OPEN).unwrap(), other.entry(ENQUEUE).unwrap());
    for batches in 0..110 {
        let mut batch = Batch::new(app.index().keys());
        for number in batches * 4_000..(batches + 1) * 4_000 {
            push(&mut batch, if number % 3 == 0 { &open } else { &enqueue }, number);
        }
        app.update(Msg::Batch(batch));
        // What was swept of late may stand in the tables for a while.
        assert!(app.memory() < LIMIT * 5 / 4, "{} after {batches}", app.memory());
    }
    app.refresh();
    let (held, all) = app.retained().unwrap();
    assert!(all == 440_000 && (40_000..200_000).contains(&held), "{held} of {all}");
    assert_eq!(app.total_tally().totals().counts.entries as usize, held);
}
