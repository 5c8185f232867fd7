use super::*;
use crate::simulate::address::{Addressee, MailAddress, Person};
use crate::simulate::domain::{LARGEST, REFUSING};
use crate::simulate::options::MtaFormat;
use crate::simulate::queue::Envelope;
use crate::simulate::record::{ActiveRecipient, ConnectionText, HeaderLine};
use crate::simulate::remote::RemoteVerdict;
use crate::simulate::token::{
    ApplicationInfo, ConnectionEnds, PeerHost, QueuePath, SimProcessId, Submitter,
};
use chrono::NaiveDate;

fn clock() -> SimClock {
    SimClock::new(NaiveDate::from_ymd_opt(2007, 2, 16).unwrap().and_hms_opt(14, 54, 13).unwrap())
}

const PID: SimProcessId = SimProcessId { pid: 0x1f625, thread: Some(3), sequence: 1 };

fn transport() -> ConnectionEnds {
    ConnectionEnds { ours: ([192, 0, 2, 10].into(), 5901), theirs: ([198, 51, 100, 20].into(), 25) }
}

/// A message to somebody of a list that the other side refused: no field of it is empty.
fn refused() -> MessageEvent {
    let mut rng = fastrand::Rng::with_seed(1);
    let from = MailAddress::local(Person::local(&mut rng)).quoted();
    let envelope = Envelope::new(&mut rng, from, Submitter::System);
    let member = MailAddress::automatic(&mut rng, REFUSING);
    let list = MailAddress::list(&mut rng);
    let recipient = Addressee { original: list, active: member, number: 2 };
    let host = REFUSING.first_host();
    let said = RemoteReply {
        host,
        transport: transport(),
        greeting: "mx1 (we log) ready".into(),
        verdict: RemoteVerdict::UnknownUser,
        recipient: member,
        id: envelope.id,
        token: 0,
        odd: false,
    };
    MessageEvent {
        destination: Some(MtaChannel::Process),
        size: 7,
        peer: PeerHost::Called(host),
        filter: "keep",
        reason: "recipient unknown",
        status: DeliveryStatus::Remote(said),
        over: Some((transport(), ApplicationInfo { hosts: Some((REFUSING, host)), tls: None })),
        queued: Some(SimTime(0)),
        ..MessageEvent::about(
            "RES",
            &envelope,
            &recipient,
            QueuePath::new(&mut rng, MtaChannel::Local),
        )
    }
}

/// Somebody unknown wanted to send to nobody.
fn blank() -> MessageEvent {
    MessageEvent {
        destination: None,
        code: "J",
        size: 0,
        from: None,
        original: None,
        active: ActiveRecipient::Command("x"),
        file: None,
        id: None,
        peer: PeerHost::None,
        filter: "",
        reason: "",
        status: DeliveryStatus::Blank,
        over: None,
        queued: None,
        recipient: 0,
        ..refused()
    }
}

fn written(format: MtaFormat, settings: &[(&str, u32)]) -> LogStyle {
    let mut options = MtaOptions::default();
    for (name, value) in settings {
        assert!(options.set(name, *value), "{name}");
    }
    LogStyle { format, options, odd: false }
}

fn print(written: &LogStyle, body: RecordBody) -> String {
    let record = Record { time: SimTime(941), pid: PID, connection: None, body };
    entry(written, &mut clock(), &record)
}

/// Everything on.
fn all() -> Vec<(&'static str, u32)> {
    MtaOptions::names().map(|name| (name, 255)).collect()
}

/// Its fields in text, in the order of the reference, with what switches each of them on.
const FIELDS: [(&str, u32, &str); 22] = [
    ("LOG_NODE", 1, "mta1"),
    ("LOG_PROCESS", 1, "1f625.3.1"),
    ("", 0, "tcp_local    process      RES 7"),
    ("", 0, "\"ines ludwig\"@elbe.example"),
    ("", 0, "rfc822;lager@elbe.example"),
    ("", 0, "alerts@nordpost.example"),
    ("LOG_NOTARY", 1, "272"),
    ("LOG_FILENAME", 1, "/opt/SUNWmsgsr/data/queue/tcp_local/013/ZZf0vRMJGgW3U.00"),
    ("LOG_ENVELOPE_ID", 1, "<19ff8621.7812679@elbe.example>"),
    ("LOG_MESSAGE_ID", 1, "<02MMOT0NBNWRM@elbe.example>"),
    ("LOG_USERNAME", 1, "mailsrv"),
    ("LOG_CONNECTION", 1, "mx1.nordpost.example"),
    ("LOG_SENSITIVITY", 1, "2"),
    ("LOG_PRIORITY", 1, "1"),
    ("LOG_INTERMEDIATE", 1, "alerts@nordpost.example lager@elbe.example"),
    ("LOG_FILTER", 1, "'keep'"),
    ("LOG_REASON", 1, "recipient unknown"),
    ("LOG_DIAGNOSTICS", 1, ""),
    ("LOG_REMOTE_MTA", 1, "dns;mx1.nordpost.example"),
    ("LOG_CONNECTION", 32, "TCP|192.0.2.10|5901|198.51.100.20|25"),
    ("LOG_CONNECTION", 64, "SMTP/nordpost.example/mx1.nordpost.example"),
    ("LOG_QUEUE_TIME", 1, "9"),
];

const REPLY: &str =
    "smtp;550 5.1.1 <alerts@nordpost.example>: Recipient address rejected: User unknown";

#[test]
fn text_has_the_fields_that_are_on_in_their_order() {
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..2_000 {
        let settings: Vec<(&str, u32)> =
            MtaOptions::names().map(|name| (name, rng.u32(0..256) * rng.u32(0..2))).collect();
        let value = |name| settings.iter().find(|(known, _)| *known == name).unwrap().1;
        let is_on = |name, bit| match name {
            "" => true,
            "LOG_CONNECTION" => value(name) & bit != 0,
            _ => value(name) != 0,
        };
        let status = [
            (value("LOG_REMOTE_MTA") == 0, "dns;mx1.nordpost.example"),
            (is_on("LOG_TRANSPORTINFO", 1), "(TCP|192.0.2.10|5901|198.51.100.20|25)"),
            (is_on("LOG_BANNER", 1), "(mx1 (we log) ready)"),
            (true, REPLY),
        ];
        let status: Vec<&str> =
            status.iter().filter(|(on, _)| *on).map(|(_, text)| *text).collect();
        let status = status.join(" ");
        let mut expected = String::from("16-Feb-2007 14:54:22.41");
        for (name, bit, text) in FIELDS {
            let text = if name == "LOG_DIAGNOSTICS" { &status } else { text };
            if is_on(name, bit) && !text.is_empty() {
                expected = expected + " " + text;
            }
        }
        let written = written(MtaFormat::Text, &settings);
        assert_eq!(print(&written, RecordBody::Message(refused())), expected);
    }
}

#[test]
fn empty_fields_keep_their_blanks_but_for_the_last() {
    let head = "16-Feb-2007 14:54:22.41 mta1 1f625.3.1 tcp_local                 J 0";
    for (format, message, expected) in [
        (MtaFormat::Text, blank(), "  rfc822; x 0    mailsrv  0 0   ''      0"),
        (MtaFormat::Bracketed, blank(), " <> rfc822; x 0    mailsrv  0 0 <> <> ''      0"),
        (
            MtaFormat::Counted,
            blank(),
            " 0: 7:rfc822; 1:x 0 0: 0: 0: 7:mailsrv 0: 0 0 0: 0: 2:'' 0: 0: 0: 0: 0: 0",
        ),
        (
            MtaFormat::Text,
            MessageEvent {
                reason: "no",
                status: DeliveryStatus::Local("550 no".into()),
                ..blank()
            },
            "  rfc822; x 0    mailsrv  0 0   '' no 550 no    0",
        ),
    ] {
        let written = written(format, &all());
        assert_eq!(print(&written, RecordBody::Message(message)), format!("{head}{expected}"));
    }
    let mut bare: Vec<_> = MtaOptions::names().map(|name| (name, 0)).collect();
    bare.extend([("LOG_CONNECTION", 1), ("LOG_REASON", 1), ("LOG_DIAGNOSTICS", 1)]);
    assert_eq!(
        print(&written(MtaFormat::Text, &bare), RecordBody::Message(blank())),
        "16-Feb-2007 14:54:22.41 tcp_local                 J 0  rfc822; x "
    );
}

#[test]
fn counts_are_of_characters() {
    let status = DeliveryStatus::Local("Empfänger unbekannt".into());
    let message = MessageEvent { status, ..blank() };
    let text = print(&written(MtaFormat::Counted, &[]), RecordBody::Message(message));
    assert_eq!(
        text,
        "16-Feb-2007 14:54:22.41 1f625.3.1 tcp_local                 J 0 0: 7:rfc822; 1:x 0: 0: \
         7:mailsrv 0: 19:Empfänger unbekannt"
    );
}

#[test]
fn xml_names_its_fields_and_escapes_their_values() {
    assert_eq!(
        print(&written(MtaFormat::Xml, &all()), RecordBody::Message(refused())),
        "<en ts=\"2007-02-16T14:54:22.41\" no=\"mta1\" pi=\"1f625.3.1\" sc=\"tcp_local\" \
         dc=\"process\" ac=\"RES\" sz=\"7\" so=\"&quot;ines ludwig&quot;@elbe.example\" \
         od=\"rfc822;lager@elbe.example\" de=\"alerts@nordpost.example\" rf=\"272\" \
         fi=\"/opt/SUNWmsgsr/data/queue/tcp_local/013/ZZf0vRMJGgW3U.00\" \
         ei=\"&lt;19ff8621.7812679@elbe.example&gt;\" mi=\"&lt;02MMOT0NBNWRM@elbe.example&gt;\" \
         us=\"mailsrv\" ss=\"mx1.nordpost.example\" se=\"2\" pr=\"1\" \
         in=\"alerts@nordpost.example\" ia=\"lager@elbe.example\" fl=\"keep\" \
         re=\"recipient unknown\" di=\"(TCP|192.0.2.10|5901|198.51.100.20|25) (mx1 (we log) \
         ready) smtp;550 5.1.1 &lt;alerts@nordpost.example&gt;: Recipient address rejected: User \
         unknown\" rm=\"dns;mx1.nordpost.example\" tr=\"TCP|192.0.2.10|5901|198.51.100.20|25\" \
         ap=\"SMTP/nordpost.example/mx1.nordpost.example\" qt=\"9\"/>"
    );
    assert_eq!(
        print(&written(MtaFormat::Xml, &[]), RecordBody::Message(blank())),
        "<en ts=\"2007-02-16T14:54:22.41\" pi=\"1f625.3.1\" sc=\"tcp_local\" dc=\"\" ac=\"J\" \
         sz=\"0\" so=\"\" od=\"rfc822;\" de=\"x\" fi=\"\" mi=\"\" us=\"mailsrv\" ss=\"\"/>"
    );
}

/// An authentication, and a connection of which nothing is known but where it was to go.
fn changes() -> [ConnectionEvent; 2] {
    let mut rng = fastrand::Rng::with_seed(1);
    let login = ConnectionEvent {
        channel: MtaChannel::Submit,
        direction: CallDirection::Inbound,
        code: 'U',
        transport: Some(transport()),
        application: ApplicationInfo { hosts: None, tls: Some("128-RC4") },
        text: ConnectionText {
            message: "Bad password".into(),
            user: Some(Person::local(&mut rng)),
            diagnostic: "535 5.7.8 no".into(),
        },
    };
    let application = ApplicationInfo { hosts: Some((LARGEST, LARGEST.first_host())), tls: None };
    let failed = ConnectionEvent {
        channel: MtaChannel::Local,
        direction: CallDirection::Outbound,
        code: 'Y',
        transport: None,
        application,
        text: ConnectionText::default(),
    };
    [login, failed]
}

#[test]
fn connection_entries_leave_out_what_is_empty_unless_they_are_counted() {
    for (format, expected) in [
        (
            MtaFormat::Text,
            [
                "16-Feb-2007 14:54:22.41 1f625.3.1 tcp_submit   +            U \
                 TCP|192.0.2.10|5901|198.51.100.20|25 SMTP/TLS-128-RC4 Bad password iludwig 535 \
                 5.7.8 no",
                "16-Feb-2007 14:54:22.41 1f625.3.1 tcp_local    -            Y \
                 SMTP/bigmail.example/mx1.bigmail.example",
            ],
        ),
        (
            MtaFormat::Counted,
            [
                "16-Feb-2007 14:54:22.41 1f625.3.1 tcp_submit   +            U \
                 36:TCP|192.0.2.10|5901|198.51.100.20|25 16:SMTP/TLS-128-RC4 12:Bad password \
                 7:iludwig 12:535 5.7.8 no",
                "16-Feb-2007 14:54:22.41 1f625.3.1 tcp_local    -            Y 0: \
                 40:SMTP/bigmail.example/mx1.bigmail.example 0: 0: 0:",
            ],
        ),
        (
            MtaFormat::Xml,
            [
                "<co ts=\"2007-02-16T14:54:22.41\" pi=\"1f625.3.1\" sc=\"tcp_submit\" dr=\"+\" \
                 ac=\"U\" tr=\"TCP|192.0.2.10|5901|198.51.100.20|25\" ap=\"SMTP/TLS-128-RC4\" \
                 mi=\"Bad password\" us=\"iludwig\" di=\"535 5.7.8 no\"/>",
                "<co ts=\"2007-02-16T14:54:22.41\" pi=\"1f625.3.1\" sc=\"tcp_local\" dr=\"-\" \
                 ac=\"Y\" ap=\"SMTP/bigmail.example/mx1.bigmail.example\"/>",
            ],
        ),
        (
            MtaFormat::Json,
            [
                "{\"co\":{\"ts\":\"2007-02-16T14:54:22.41\",\"pi\":\"1f625.3.1\",\
                 \"sc\":\"tcp_submit\",\"dr\":\"+\",\"ac\":\"U\",\
                 \"tr\":\"TCP|192.0.2.10|5901|198.51.100.20|25\",\"ap\":\"SMTP/TLS-128-RC4\",\
                 \"mi\":\"Bad password\",\"us\":\"iludwig\",\"di\":\"535 5.7.8 no\"}}",
                "{\"co\":{\"ts\":\"2007-02-16T14:54:22.41\",\"pi\":\"1f625.3.1\",\
                 \"sc\":\"tcp_local\",\"dr\":\"-\",\"ac\":\"Y\",\
                 \"ap\":\"SMTP/bigmail.example/mx1.bigmail.example\"}}",
            ],
        ),
    ] {
        for (change, expected) in changes().into_iter().zip(expected) {
            assert_eq!(print(&written(format, &[]), RecordBody::Connection(change)), expected);
        }
    }
}

#[test]
fn header_entries_have_no_channel() {
    let MessageEvent { id: Some(id), .. } = refused() else { panic!("a message has an id") };
    for (format, expected) in [
        (MtaFormat::Text, "16-Feb-2007 14:54:22.41 1f625.3.1 > Subject: a  \"b\""),
        (
            MtaFormat::Xml,
            "<he ts=\"2007-02-16T14:54:22.41\" pi=\"1f625.3.1\" va=\"Subject: a  &quot;b&quot;\"/>",
        ),
        (
            MtaFormat::FlatJson,
            "{\"ts\":\"2007-02-16T14:54:22.41\",\"pi\":\"1f625.3.1\",\
             \"va\":\"Subject: a  \\\"b\\\"\"}",
        ),
    ] {
        let body = RecordBody::Header(HeaderLine::Subject("a  \"b\""), id);
        assert_eq!(print(&written(format, &[("LOG_HEADER", 1)]), body), expected);
    }
}
