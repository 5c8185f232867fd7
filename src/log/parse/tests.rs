use super::*;
use crate::log::entry::{Action, Body, Direction, MessageEntry};
use proptest::prelude::*;

/// Reads an entry of which nothing is known but its text.
fn alone(text: &[u8]) -> Result<Entry<'_>, ParseError> {
    entry(text, Profile::default(), Box::leak(Box::default()))
}

fn message(text: &str) -> MessageEntry<'_> {
    match alone(text.as_bytes()).map(|entry| entry.body) {
        Ok(Body::Message(message)) => message,
        other => panic!("{text}: {other:?}"),
    }
}

fn text(bytes: Option<&[u8]>) -> Option<&str> {
    bytes.map(|bytes| std::str::from_utf8(bytes).unwrap())
}

const HEAD: &str = "19-Feb-1998 10:52:12.28 1f625.3.1 tcp_local                  D 1 a@x.org rfc822;b@y.org b@y.org";

#[test]
fn a_blank_envelope_from_shifts_nothing() {
    for line in [
        "11-Jun-2019 09:07:57.65 process      ims-ms       EEQ 5  rfc822;a@b.org a@ims-ms-daemon",
        "11-Jun-2019 09:07:57.65 process ims-ms EEQ 5 rfc822;a@b.org a@ims-ms-daemon",
        "11-Jun-2019 09:07:57.65 process ims-ms EEQ 5 <> rfc822;a@b.org a@ims-ms-daemon",
    ] {
        let message = message(line);
        assert_eq!(message.envelope_from, b"", "{line}");
        assert_eq!(text(message.active_to), Some("a@ims-ms-daemon"));
        assert_eq!(text(message.domain()), Some("b.org"));
        assert_eq!(message.code.modifiers(), b"EQ");
    }
}

#[test]
fn nodes_are_told_from_channels() {
    for (line, node, source, destination) in [
        (
            "19-Feb-1998 10:52:12 hosta 1f625.3.1 tcp_local D 1 a rfc822;b c",
            Some("hosta"),
            "tcp_local",
            None,
        ),
        ("19-Feb-1998 10:52:12 hosta tcp_local D 1 a rfc822;b c", Some("hosta"), "tcp_local", None),
        (
            "19-Feb-1998 10:52:12 HOSTA tcp_local l E 1 a rfc822;b c",
            Some("HOSTA"),
            "tcp_local",
            Some("l"),
        ),
        ("19-Feb-1998 10:52:12 tcp_local l E 1 a rfc822;b c", None, "tcp_local", Some("l")),
    ] {
        let entry = alone(line.as_bytes()).unwrap();
        assert_eq!(text(entry.node), node, "{line}");
        let Body::Message(message) = entry.body else { panic!("{line}") };
        assert_eq!(text(Some(message.source_channel)), Some(source), "{line}");
        assert_eq!(text(message.destination_channel), destination, "{line}");
    }
}

#[test]
fn user_names_hosts_and_diagnostics_are_told_apart() {
    for (tail, user, host, diagnostic) in [
        (
            "<i@d> mailsrv mx.y.org dns;mx.y.org smtp;250 ok",
            Some("mailsrv"),
            Some("mx.y.org"),
            None,
        ),
        ("<i@d> mx.y.org dns;mx.y.org smtp;250 ok", None, Some("mx.y.org"), None),
        ("<i@d> mailsrv dns;mx.y.org smtp;250 ok", Some("mailsrv"), None, None),
        ("<i@d> mailsrv  Too many failures", Some("mailsrv"), None, Some("Too many failures")),
        ("<i@d> Mailbox is busy", None, None, Some("Mailbox is busy")),
        ("<i@d> *joe@y.org", Some("joe@y.org"), None, None),
        ("<i@d> mailsrv", Some("mailsrv"), None, None),
        ("<i@d>", None, None, None),
    ] {
        let line = format!("{HEAD} /q/tcp_local/ZZ01.00 {tail}");
        let message = message(&line);
        assert_eq!(text(message.message_id), Some("<i@d>"), "{tail}");
        assert_eq!(text(message.username.map(|user| user.name)), user, "{tail}");
        assert_eq!(text(message.remote_host), host, "{tail}");
        assert_eq!(text(message.diagnostic), diagnostic, "{tail}");
    }
}

/// Each field of each kind of entry is found, whichever of the six options are on.
#[test]
fn any_options_may_be_on_or_off() {
    const CLIENT: &str = "helo.org (rdns.org [192.0.2.1])";
    let kinds = [
        ("E", "tcp_local    ims-ms       ", CLIENT, ""),
        (
            "D",
            "tcp_local                 ",
            "mx.y.org",
            "dns;mx.y.org (TCP|192.0.2.1|5|192.0.2.2|25) (banner) smtp;250 2.1.5 fine",
        ),
        ("D", "ims-ms                    ", "", ""),
        (
            "QES",
            "tcp_local                 ",
            "",
            "TCP active open: Failed connect()  Error: no route to host",
        ),
        ("Q", "ims-ms                    ", "", "Mailbox is busy"),
        ("R", "tcp_local                 ", "mx.y.org", "dns;mx.y.org smtp;550 5.1.1 unknown"),
        ("J", "tcp_local    ims-ms       ", CLIENT, "550 5.7.1 Relaying not permitted: b@y.org"),
    ];
    for options in 0..64 {
        let on = |bit: u32| options & (1 << bit) != 0;
        let (process, node, id, file, connection, user) =
            (on(0), on(1), on(2), on(3), on(4), on(5));
        for (code, channels, host, status) in kinds {
            let mut line = String::from("11-Jun-2019 09:07:57.65 ");
            for (on, text) in [(node, "mta1 "), (process, "1f625.3.1 ")] {
                line += if on { text } else { "" };
            }
            line = format!("{line}{channels}{code} 1 a@x.org rfc822;b@y.org b@y.org");
            let fields = [
                (file, "/q/tcp_local/ZZ01.00"),
                (id, "<i@d>"),
                (user, "mailsrv"),
                (connection, host),
                (!status.is_empty(), status),
            ];
            for (_, field) in fields.into_iter().filter(|(on, _)| *on) {
                line = line + " " + field;
            }
            let parsed = alone(line.as_bytes()).unwrap();
            assert_eq!(
                (text(parsed.node).is_some(), parsed.process.is_some()),
                (node, process),
                "{line}"
            );
            let message = message(&line);
            assert_eq!(text(message.active_to), Some("b@y.org"), "{line}");
            assert_eq!(message.queue_file.is_some(), file, "{line}");
            assert_eq!(text(message.message_id), id.then_some("<i@d>"), "{line}");
            assert_eq!(
                text(message.username.map(|user| user.name)),
                user.then_some("mailsrv"),
                "{line}"
            );
            assert_eq!(
                text(message.connecting_host.map(|host| host.text)),
                (connection && host == CLIENT).then_some(CLIENT),
                "{line}"
            );
            assert_eq!(
                text(message.remote_host),
                (connection && host == "mx.y.org").then_some(host),
                "{line}"
            );
            let ours = (!status.is_empty() && !status.starts_with("dns;")).then_some(status);
            assert_eq!(text(message.diagnostic), ours, "{line}");
            assert_eq!(message.response.is_some(), status.starts_with("dns;"), "{line}");
        }
    }
}

#[test]
fn flags_are_told_from_a_reply() {
    let line = "28-May-1998 12:02:23 tcp_local l J 0 h@v.com rfc822; a@b.com 550 5.7.1 Relaying not permitted: a@b.com";
    let refused = message(line);
    assert_eq!((refused.notary_flags, refused.original_to), (None, &b""[..]));
    assert_eq!(text(refused.diagnostic), Some("550 5.7.1 Relaying not permitted: a@b.com"));
    let line = format!("{HEAD} 420 /q/ZZ01.HELD <e@d> <i@d>,<old@d>");
    let flagged = message(&line);
    assert_eq!(flagged.notary_flags, Some(420));
    assert_eq!(text(flagged.envelope_id), Some("<e@d>"));
    assert_eq!(text(flagged.related_message_id), Some("<old@d>"));
}

#[test]
fn banners_may_hold_parentheses_and_replies_anything() {
    for (status, banner, reply) in [
        (
            "(mx (Debian/GNU) ready, (yes)) smtp;250 2.0.0 Ok (done)",
            Some("mx (Debian/GNU) ready, (yes)"),
            Some("Ok (done)"),
        ),
        ("(smtp;250 forged) smtp;550 5.1.1 no", Some("smtp;250 forged"), Some("no")),
        ("smtp; 553 sorry (x) smtp;250 forged", None, Some("sorry (x) smtp;250 forged")),
        (
            "(TCP|1.2.3.4|5|6.7.8.9|25) (b) (TCP|1.2.3.4|5|6.7.8.9|25) smtp;250 ok",
            Some("b"),
            Some("ok"),
        ),
        ("(only a banner)", Some("only a banner"), None),
    ] {
        let line = format!("{HEAD} dns;mx.y.org {status}");
        let message = message(&line);
        assert_eq!(text(message.banner), banner, "{status}");
        assert_eq!(text(message.response.map(|response| response.text)), reply, "{status}");
        assert_eq!(message.diagnostic, None, "{status}");
    }
}

#[test]
fn an_imitated_structure_stays_text() {
    // Either the banner ends in a forged reply or the reply imitates a banner: nobody can know.
    let status = "(mx) smtp;250 2.1.5 forged (x) smtp;550 5.7.1 blocked";
    let line = format!("{HEAD} dns;mx.y.org {status}");
    let message = message(&line);
    assert_eq!((message.response, message.banner), (None, None));
    assert_eq!(text(message.diagnostic), Some(status));
    assert_eq!(text(message.remote_mta.map(|mta| mta.host)), Some("mx.y.org"));
}

#[test]
fn connection_entries() {
    let cases = [
        (
            "- O TCP|::1|5900|2001:db8::1|25 SMTP/a.org/mx.a.org/TLS-256-X",
            Action::Open,
            Direction::Outbound,
            None,
        ),
        (
            "+ X TCP|1.2.3.4|25|6.7.8.9|99 SMTP 554 5.7.1 go away",
            Action::Reject,
            Direction::Inbound,
            Some("554 5.7.1 go away"),
        ),
        ("- Y SMTP/a.org/mx.a.org", Action::ConnectFail, Direction::Outbound, None),
    ];
    for (tail, action, direction, reason) in cases {
        let line = format!("19-Feb-1998 10:52:10.79 1f625.2.0 tcp_local    {tail}");
        let entry = alone(line.as_bytes()).unwrap();
        let Body::Connection(connection) = entry.body else { panic!("{tail}") };
        assert_eq!((connection.code.action(), connection.direction), (action, direction));
        assert_eq!(text(connection.reason()), reason);
        let application = connection.application.unwrap();
        assert_eq!(application.initial_host.is_some(), direction == Direction::Outbound);
        assert_eq!(application.tls.is_some(), action == Action::Open);
    }
}

#[test]
fn header_entries_keep_their_line() {
    let entry = alone(b"19-Feb-1998 10:52:10.79 1f625.2.0 > Subject: hello   there").unwrap();
    assert_eq!(entry.body, Body::Header(b"Subject: hello   there"));
}

#[test]
fn flaws_are_named() {
    for (line, flaw) in [
        ("hello", ParseError::NoTime),
        ("19-Feb-1998 10:52:10", ParseError::NoCode),
        ("19-Feb-1998 10:52:10 a b c d e f", ParseError::NoCode),
        ("19-Feb-1998 10:52:10 l tcp_local E", ParseError::NoSize),
        ("19-Feb-1998 10:52:10 l tcp_local E 1", ParseError::NoRecipient),
        ("19-Feb-1998 10:52:10 l tcp_local E 1 adam@x.org", ParseError::NoRecipient),
        ("19-Feb-1998 10:52:10 tcp_local - O", ParseError::NoConnection),
        ("19-Feb-1998 10:52:10 tcp_local - O (4)", ParseError::NoConnection),
    ] {
        assert_eq!(alone(line.as_bytes()), Err(flaw), "{line}");
    }
}

/// What stands behind the addresses of entries that a parser reads one after the other.
fn read_all(lines: &[String]) -> Vec<String> {
    let mut parser = Parser::default();
    let shown = |line: &String| {
        let parsed = format!("{:?}", parser.entry(line.as_bytes()).unwrap());
        let original = EntryText { text: line.clone().into_bytes(), profile: parser.profile() };
        let again = format!("{:?}", original.entry(&mut Scratch::default()).unwrap());
        assert_eq!(parsed, again, "{line}");
        parser.profile().options().collect::<Vec<_>>().join(" ")
    };
    lines.iter().map(shown).collect()
}

const E: &str = "11-Jun-2019 09:07:57.65 tcp_local    ims-ms       E 5 a@x.org rfc822;b@y.org b";
const D: &str = "11-Jun-2019 09:07:57.65 ims-ms                    D 5 a@x.org rfc822;b@y.org b";
const CLIENT: &str = "h.org (r.org [192.0.2.1])";

#[test]
fn options_are_learned_from_entries_without_foreign_text() {
    for (tails, options) in [
        (vec![""], ""),
        (vec!["<i@d>"], "LOG_MESSAGE_ID"),
        (vec!["<e@d> <i@d>"], "LOG_ENVELOPE_ID LOG_MESSAGE_ID"),
        (vec!["3"], "LOG_PRIORITY"),
        (vec!["276"], "LOG_NOTARY"),
        (vec!["2 3"], "LOG_SENSITIVITY LOG_PRIORITY"),
        (vec!["mailsrv"], "LOG_USERNAME"),
        (vec!["i@x.org n@x.org"], "LOG_INTERMEDIATE"),
        (vec!["mailsrv i@x.org n@x.org"], "LOG_USERNAME LOG_INTERMEDIATE"),
        (vec![CLIENT, "''"], "LOG_CONNECTION"),
        (vec!["mailsrv ''"], "LOG_USERNAME LOG_FILTER"),
        (
            vec!["  TCP|1.2.3.4|5|6.7.8.9|25 SMTP"],
            "LOG_REMOTE_MTA LOG_CONNECTION bit 5 LOG_CONNECTION bit 6",
        ),
    ] {
        let lines: Vec<String> = tails.iter().map(|tail| format!("{E} {tail}")).collect();
        assert_eq!(read_all(&lines).last().map(String::as_str), Some(options), "{tails:?}");
    }
}

#[test]
fn blanks_say_which_fields_are_logged_and_blank() {
    let mut parser = Parser::default();
    for line in
        [format!("{E} /q/ZZ01.00 <i@d> mailsrv {CLIENT}"), format!("{D} /q/ZZ01.00 <i@d> mailsrv ")]
    {
        parser.entry(line.as_bytes()).unwrap();
    }
    let refused = "11-Jun-2019 09:07:57.65 tcp_local                 J 0 a@x.org rfc822; b@y.org   mailsrv [1.2.3.4] ([1.2.3.4]) 550 5.7.1 no";
    let Body::Message(message) = parser.entry(refused.as_bytes()).unwrap().body else { panic!() };
    assert_eq!(message.queue_file.map(|file| file.0), Some(&b""[..]));
    assert_eq!(text(message.message_id), Some(""));
    assert_eq!(text(message.username.map(|user| user.name)), Some("mailsrv"));
    assert_eq!(text(message.diagnostic), Some("550 5.7.1 no"));
    let waits = format!("{HEAD} /q/ZZ01.00 <i@d> mailsrv  Too many failures");
    let Body::Message(message) = parser.entry(waits.as_bytes()).unwrap().body else { panic!() };
    assert_eq!(text(message.remote_host), Some(""));
    assert_eq!(text(message.diagnostic), Some("Too many failures"));
}

#[test]
fn a_refused_command_may_hold_blanks() {
    let mut parser = Parser::default();
    let taught = format!("{E} /q/ZZ01.00 <i@d> mailsrv {CLIENT}");
    parser.entry(taught.as_bytes()).unwrap();
    for (recipient, original, active) in
        [(" GET / HTTP/1.1", "", "GET / HTTP/1.1"), ("HELP ME HELP ME", "HELP ME", "HELP ME")]
    {
        for learned in [true, false] {
            let line = format!(
                "11-Jun-2019 09:07:57.65 tcp_local                 B 0  rfc822;{recipient}   mailsrv User ([192.0.2.1]) 500 5.5.1 Unknown command \"X\" specified"
            );
            let profile = if learned { parser.profile() } else { Profile::default() };
            let parsed = entry(line.as_bytes(), profile, Box::leak(Box::default()));
            let Body::Message(message) = parsed.unwrap().body else { panic!("{line}") };
            assert_eq!(text(Some(message.original_to)), Some(original), "{line}");
            assert_eq!(text(message.active_to), Some(active), "{line}");
            assert_eq!(text(message.connecting_host.map(|host| host.helo)), Some("User"), "{line}");
            assert_eq!(text(message.diagnostic), Some("500 5.5.1 Unknown command \"X\" specified"));
        }
    }
}

#[test]
fn options_may_change_in_the_middle_of_a_file() {
    let before = format!("{E} /q/ZZ01.00 <i@d> mailsrv {CLIENT}");
    let after = format!("{E} 276 /q/ZZ01.00 <e@d> <i@d> {CLIENT} 0 3");
    let mut lines = vec![before; 100];
    lines.extend(vec![after; 5]);
    let options = read_all(&lines);
    assert_eq!(options[99], "LOG_FILENAME LOG_MESSAGE_ID LOG_USERNAME LOG_CONNECTION");
    assert_eq!(
        options[104],
        "LOG_NOTARY LOG_FILENAME LOG_ENVELOPE_ID LOG_MESSAGE_ID LOG_CONNECTION LOG_SENSITIVITY LOG_PRIORITY"
    );
}

#[test]
fn fields_behind_foreign_text_are_taken_only_where_they_were_learned() {
    const REPLY: &str = "dns;mx.y.org smtp;550 5.1.1 no TCP|1.2.3.4|5|6.7.8.9|25 SMTP 77";
    let line = format!("{HEAD} /q/ZZ01.00 <i@d> mailsrv mx.y.org {REPLY}");
    let mut parser = Parser::default();
    for _ in 0..100 {
        parser.entry(line.as_bytes()).unwrap();
    }
    assert_eq!(parser.profile(), Profile::default());
    parser.entry(format!("{E} /q/ZZ01.00 <i@d> mailsrv {CLIENT}").as_bytes()).unwrap();
    let Body::Message(message) = parser.entry(line.as_bytes()).unwrap().body else { panic!() };
    assert_eq!((message.transport, message.queue_seconds), (None, None));
    let taught = format!("{E} /q/ZZ01.00 <i@d> mailsrv {CLIENT}  TCP|1.2.3.4|25|6.7.8.9|5 SMTP ");
    let mut parser = Parser::default();
    parser.entry(taught.as_bytes()).unwrap();
    parser.entry(format!("{D} /q/ZZ01.00 <i@d> mailsrv     12").as_bytes()).unwrap();
    let Body::Message(message) = parser.entry(line.as_bytes()).unwrap().body else { panic!() };
    assert_eq!(text(message.queue_seconds), Some("77"));
    assert_eq!(text(message.response.map(|response| response.text)), Some("no"));
}

#[test]
fn counted_fields_hold_anything() {
    let line = "11-Jun-2019 09:07:57.65 tcp_local                 Q 0 0: 14:rfc822;\"a b\"@c 5:\"a\"@c 10:/q/ZZ01.00 5:<i@d> 7:mailsrv 0: 15:Mailbox is busy";
    let taught = "11-Jun-2019 09:07:57.65 tcp_local    l            E 1 3:a@b 10:rfc822;b@c 1:b 10:/q/ZZ01.00 5:<i@d> 7:mailsrv 13:h ([1.2.3.4]) 0:";
    let mut parser = Parser::default();
    for learned in [false, true] {
        let Body::Message(message) = parser.entry(line.as_bytes()).unwrap().body else { panic!() };
        assert_eq!(text(Some(message.original_to)), Some("\"a b\"@c"));
        assert_eq!(text(message.message_id), Some("<i@d>"));
        assert_eq!(text(message.diagnostic), Some("Mailbox is busy"));
        assert_eq!(text(message.remote_host), learned.then_some(""));
        parser.entry(taught.as_bytes()).unwrap();
    }
}

#[test]
fn a_counted_reason_is_no_intermediate_address() {
    let line = |code: &str, tail: &str| {
        format!("11-Jun-2019 09:07:57.65 mta1 1f.2.3 {code} 5 5:a@b.c 13:rfc822;x@y.zz 1:x {tail}")
    };
    let mut parser = Parser::default();
    for tail in ["0: 0: 0:", "6:z@y.zz 0: 0:"] {
        parser.learn(line("tcp_local E", tail).as_bytes());
        parser.learn(line("ims-ms D", tail).as_bytes());
    }
    let rejected = line("tcp_local J", "0: 7:blocked 28:550 5.7.1 Relaying forbidden");
    let Body::Message(message) = parser.entry(rejected.as_bytes()).unwrap().body else { panic!() };
    assert_eq!((text(message.intermediate), text(message.reason)), (Some(""), Some("blocked")));
    assert_eq!(text(message.diagnostic), Some("550 5.7.1 Relaying forbidden"));
}

#[test]
fn of_two_counted_texts_the_first_is_the_reason() {
    let line = "11-Jun-2019 09:07:58.65 1f.2.3 tcp_local J 5 5:a@b.c 13:rfc822;x@y.zz 6:x@y.zz 0: \
                23:blocked by jmitudm list 28:550 5.7.1 Relaying forbidden";
    let message = message(line);
    assert_eq!(text(message.reason), Some("blocked by jmitudm list"));
    assert_eq!(text(message.diagnostic), Some("550 5.7.1 Relaying forbidden"));
}

#[test]
fn prefixes_and_damaged_blanks_are_read_through() {
    for line in [
        format!("mail.log:{E}"),
        format!("mail.log_current:12:{E}"),
        format!("Jun 11 09:07:57 mta1 ims: {E}"),
        E.replace(' ', "\u{a0}"),
        format!("\0\0{E}"),
    ] {
        let parsed = alone(line.as_bytes()).unwrap_or_else(|flaw| panic!("{line}: {flaw}"));
        assert_eq!(parsed.node.is_some(), line.starts_with("Jun"), "{line}");
        let Body::Message(message) = parsed.body else { panic!("{line}") };
        assert_eq!(text(Some(message.source_channel)), Some("tcp_local"));
        assert!(time(line.as_bytes()).is_some() || line.contains(['\0', '\u{a0}']), "{line}");
    }
    assert_eq!(alone(format!("some text {E}").as_bytes()), Err(ParseError::NoTime));
}

#[test]
fn old_products_are_read() {
    for (line, node, source, from, original) in [
        (
            "05-Nov-2002 10:00:00.00  l tcp_local E 1 a@x rfc822;b@y b@y",
            Some(""),
            "l",
            "a@x",
            "b@y",
        ),
        ("05-Nov-2002 10:00:00.00 sims-ms D 1 a@x b@y b@y", None, "sims-ms", "a@x", "b@y"),
        ("05-Nov-2002 10:00:00.00 sims-ms D 1  b@y b@y", None, "sims-ms", "", "b@y"),
        (" 5-NOV-2002 10:00:00 1f.0 LASER S 1 a@x rfc822;b@y b@y", None, "LASER", "a@x", "b@y"),
        (" 5-NOV-2002 10:00:00 LASER A 1 a@x rfc822;b@y b@y", None, "LASER", "a@x", "b@y"),
    ] {
        let parsed = alone(line.as_bytes()).unwrap_or_else(|flaw| panic!("{line}: {flaw}"));
        assert_eq!(text(parsed.node), node, "{line}");
        let Body::Message(message) = parsed.body else { panic!("{line}") };
        assert_eq!(text(Some(message.source_channel)), Some(source), "{line}");
        assert_eq!(text(Some(message.envelope_from)), Some(from), "{line}");
        assert_eq!(text(Some(message.original_to)), Some(original), "{line}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = alone(&bytes);
    }

    /// Whatever was learned, from whatever entries, an entry reads again as it was read.
    #[test]
    fn what_is_learned_reads_again(tails in prop::collection::vec(r"( ([0-4]|mailsrv|<i@d>|/q/ZZ01\.00|''|TCP\|1\|2\|3\|4|)){0,6}", 1..20)) {
        let lines: Vec<String> = tails.iter().map(|tail| format!("{E}{tail}")).collect();
        read_all(&lines);
    }

    #[test]
    fn no_tail_panics(tail in r#"[a-z0-9 ;.()|<>@*'"\\/]{0,80}"#, connection: bool) {
        let middle = if connection { "tcp_local - O " } else { "tcp_local D 1 " };
        let _ = alone(format!("19-Feb-1998 10:52:10 {middle}{tail}").as_bytes());
    }

    /// Whatever a remote server says, it can't change the fields that the MTA wrote before it.
    #[test]
    fn a_banner_moves_no_trusted_field(banner in r"[ -~]{0,60}", reply in r"[ -~]{0,60}") {
        let line = format!("{HEAD} /q/ZZ01.00 <i@d> mailsrv mx.y.org dns;mx.y.org (TCP|1.2.3.4|5|6.7.8.9|25) ({banner}) smtp;550 {reply}");
        let message = message(&line);
        prop_assert_eq!(message.code.action(), Action::Dequeue);
        prop_assert_eq!(text(message.active_to), Some("b@y.org"));
        prop_assert_eq!(text(message.remote_host), Some("mx.y.org"));
        prop_assert_eq!(message.transport.unwrap().remote_port, 25);
        prop_assert!(message.response.is_none_or(|response| response.code == 550));
    }
}
