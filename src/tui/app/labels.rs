//! Labels for facts of the index.

use crate::index::{Connection, ConnectionState, EntryKind};
use crate::log::entry::{Action, Body, Entry, Outcome, Time};
use crate::stats::GroupBy;
use crate::trace;

pub use crate::text::units::{number, tenths};

use std::borrow::Cow;
use std::time::Duration;

/// Severity of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// Neutral.
    #[default]
    Plain,
    /// Secondary.
    Dim,
    /// Success.
    Good,
    /// Temporary failure.
    Warning,
    /// Permanent failure.
    Error,
}

/// Label and severity of an entry kind.
pub fn kind(kind: EntryKind) -> (&'static str, Severity) {
    match kind {
        EntryKind::Enqueued => ("enqueued", Severity::Plain),
        EntryKind::Attempt(outcome @ (Outcome::Delivered | Outcome::Relayed)) => {
            (outcome.name(), Severity::Good)
        }
        EntryKind::Attempt(outcome @ Outcome::HandedOn) => (outcome.name(), Severity::Plain),
        EntryKind::Attempt(outcome @ (Outcome::Deferred | Outcome::Warned)) => {
            (outcome.name(), Severity::Warning)
        }
        EntryKind::Attempt(outcome @ Outcome::Failed) => (outcome.name(), Severity::Error),
        EntryKind::RecipientRejected => ("rejected", Severity::Error),
        EntryKind::OtherMessage => ("other", Severity::Plain),
        EntryKind::Opened => ("opened", Severity::Dim),
        EntryKind::Closed => ("closed", Severity::Dim),
        EntryKind::ConnectionRejected => ("refused", Severity::Error),
        EntryKind::ConnectFailed => ("no connect", Severity::Error),
        EntryKind::Authenticated => ("auth ok", Severity::Good),
        EntryKind::Unauthenticated => ("auth fails", Severity::Error),
        EntryKind::OtherConnection => ("event", Severity::Plain),
        EntryKind::Header => ("header", Severity::Dim),
        EntryKind::Unparsed => ("unparsed", Severity::Error),
    }
}

/// Severity of a recipient's state.
pub fn state_severity(state: trace::DeliveryState) -> Severity {
    match state {
        trace::DeliveryState::Queued => Severity::Plain,
        trace::DeliveryState::Deferred => Severity::Warning,
        trace::DeliveryState::Delivered | trace::DeliveryState::Relayed => Severity::Good,
        trace::DeliveryState::Failed | trace::DeliveryState::Rejected => Severity::Error,
    }
}

/// Whether entries of this kind are failures.
pub fn is_trouble(of: EntryKind) -> bool {
    matches!(kind(of).1, Severity::Warning | Severity::Error)
}

/// Label and severity of an entry: as [`kind`], else by its action letter. An undocumented letter
/// is shown as it is.
pub fn event<'a>(counted: EntryKind, entry: Option<&Entry<'a>>) -> (Cow<'a, [u8]>, Severity) {
    let code = match entry.map(|entry| &entry.body) {
        Some(Body::Message(message)) if counted == EntryKind::OtherMessage => message.code,
        Some(Body::Connection(event)) if counted == EntryKind::OtherConnection => event.code,
        _ => {
            let (word, tone) = kind(counted);
            return (Cow::Borrowed(word.as_bytes()), tone);
        }
    };
    let (word, tone): (&[u8], _) = match code.action() {
        Action::BadCommand => (b"bad cmd", Severity::Error),
        Action::BreakOff => (b"broken off", Severity::Error),
        Action::Etrn => (b"ETRN", Severity::Plain),
        Action::Authenticate => (b"auth", Severity::Plain),
        _ => (code.0, Severity::Plain),
    };
    (Cow::Borrowed(word), tone)
}

/// State of a connection with its age while open, or its silence once that reaches `stall`
/// milliseconds.
pub(super) fn state(connection: &Connection, now: Time, stall: u64) -> (String, Severity) {
    let silence = now.since(connection.active);
    match connection.state {
        ConnectionState::Open if silence >= stall => {
            (format!("STALL? {}", age(silence)), Severity::Warning)
        }
        ConnectionState::Open => {
            (format!("open {}", age(now.since(connection.opened))), Severity::Good)
        }
        ConnectionState::Closed => ("closed".to_owned(), Severity::Dim),
        ConnectionState::Superseded => ("closed (?)".to_owned(), Severity::Dim),
        ConnectionState::Failed => ("failed".to_owned(), Severity::Error),
        ConnectionState::Rejected => ("rejected".to_owned(), Severity::Error),
        ConnectionState::Inferred => ("inferred".to_owned(), Severity::Dim),
    }
}

/// Duration with one unit and two digits.
pub fn age(millis: u64) -> String {
    match millis / 1000 {
        seconds @ 0..100 => format!("{seconds}s"),
        seconds @ 100..6_000 => format!("{}m", seconds / 60),
        seconds @ 6_000..360_000 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// Size in bytes with a unit.
pub fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) if count < 10 * size => {
            format!("{}.{} {unit}", count / size, count % size * 10 / size)
        }
        Some((unit, size)) => format!("{} {unit}", count / size),
        None => format!("{count} bytes"),
    }
}

/// Short count: `2.1 M`.
pub fn format_count(count: usize) -> String {
    const UNITS: [(&str, usize); 2] = [("M", 1_000_000), ("k", 1_000)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) if count < 10 * size => {
            format!("{}.{} {unit}", count / size, count % size * 10 / size)
        }
        Some((unit, size)) => format!("{} {unit}", count / size),
        None => count.to_string(),
    }
}

/// A count within a width: all digits if they fit.
pub fn rough_in(count: u32, cells: u16) -> String {
    let whole = number(count);
    if whole.len() <= usize::from(cells) { whole } else { format_count(count as usize) }
}

/// Signed change of a count within a width.
pub fn change(change: i32, cells: u16) -> String {
    let sign = match change {
        0 => return "0".to_owned(),
        1.. => '+',
        _ => '-',
    };
    format!("{sign}{}", rough_in(change.unsigned_abs(), cells.saturating_sub(1)))
}

/// Time in eight cells: time of day, or the date if it is another day.
pub fn format_moment(time: Time, now: Time) -> String {
    const FEW_HOURS: u64 = 20 * 60 * 60 * 1_000;
    match time.calendar() {
        Some(day) if now.since(time) >= FEW_HOURS => day.format("%d-%b").to_string(),
        _ => time.to_string(),
    }
}

/// Date and time.
pub(super) fn format_stamp(time: Time) -> String {
    let calendar = time.calendar();
    calendar.map_or("-".to_owned(), |it| it.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Names of a grouping: column heading, singular and plural.
pub fn grouped_by(by: GroupBy) -> (&'static str, &'static str, &'static str) {
    match by {
        GroupBy::Domain => ("DOMAIN", "domain", "domains"),
        GroupBy::OrgDomain => ("ORG DOMAIN", "organisational domain", "organisational domains"),
        GroupBy::Response => ("RESPONSE", "response", "responses"),
        GroupBy::Sender => ("SENDER", "sender", "senders"),
        GroupBy::User => ("USER", "user", "users"),
        GroupBy::Channel => ("CHANNEL", "channel", "channels"),
        GroupBy::Host => ("MX HOST", "host", "hosts"),
        GroupBy::Process => ("PROCESS", "process", "processes"),
        GroupBy::ConnectingIp => ("CLIENT IP", "client", "clients"),
        GroupBy::LocalIp => ("LOCAL IP", "local IP", "local IPs"),
        GroupBy::RemoteIp => ("REMOTE IP", "remote IP", "remote IPs"),
        GroupBy::Connection => ("CONNECTION", "connection", "connections"),
    }
}

/// Label of entries without a value for this grouping.
pub fn none_of(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Domain | GroupBy::OrgDomain => "(no domain)",
        GroupBy::Response => "(no response)",
        GroupBy::Sender => "<> (notifications)",
        GroupBy::User => "(no user logged)",
        GroupBy::LocalIp | GroupBy::RemoteIp | GroupBy::ConnectingIp => "(no address logged)",
        GroupBy::Channel | GroupBy::Host | GroupBy::Process | GroupBy::Connection => "(none)",
    }
}

/// Remaining time, with tenths of a second while short.
pub fn format_eta(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..10 => format!("{seconds}.{} s", left.subsec_millis() / 100),
        seconds @ 10..100 => format!("{seconds} s"),
        seconds => age(seconds * 1_000),
    }
}

/// `3 entries`.
pub fn entries(count: u32) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{} entries", number(count)) }
}

/// A count in three cells, in thousands above 999.
pub fn short(count: u32) -> String {
    match count {
        0 => "·".to_owned(),
        1..1_000 => count.to_string(),
        1_000..100_000 => format!("{}k", count / 1_000),
        100_000..1_000_000 => format!(".{}M", count / 100_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// Remote response in full, else another status or reason.
pub fn answer(entry: &Entry<'_>) -> Vec<u8> {
    match &entry.body {
        Body::Message(message) => match &message.response {
            Some(response) => response.line(),
            None => message.diagnostic.unwrap_or_default().to_vec(),
        },
        Body::Connection(connection) => connection.reason().unwrap_or_default().to_vec(),
        Body::Header(line) => line.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_of(text: &str) -> (String, Severity) {
        let mut parser = crate::log::parse::Parser::default();
        let entry = parser.entry(text.as_bytes()).unwrap();
        let (word, tone) = event(EntryKind::of(&entry), Some(&entry));
        (String::from_utf8_lossy(&word).into_owned(), tone)
    }

    #[test]
    fn what_counts_as_nothing_is_named_by_its_action() {
        let ends = "TCP|192.0.2.1|465|192.0.2.2|9 SMTP";
        for (entry, word, tone) in [
            (
                format!(
                    "tcp_submit + U {ends} Authentication successful - switched to channel tcp_submit joe 235 2.7.0 PLAIN authentication successful."
                ),
                "auth ok",
                Severity::Good,
            ),
            // The name that the client gave in EHLO.
            (
                format!(
                    "tcp_submit + U {ends} Bad password x 235 2.7.0 535 5.7.8 Bad username or password."
                ),
                "auth fails",
                Severity::Error,
            ),
            (format!("tcp_submit + U {ends}"), "auth", Severity::Plain),
            (format!("tcp_local + I {ends}"), "ETRN", Severity::Plain),
            (
                "tcp_local B 0  rfc822; HELP 500 5.5.1 Unknown command".to_owned(),
                "bad cmd",
                Severity::Error,
            ),
            (
                "tcp_local ims-ms VEA 0 a@x.org rfc822;b@y.org b@y.org data/big_smtp_read Error"
                    .to_owned(),
                "broken off",
                Severity::Error,
            ),
            ("tcp_local TQ 0 a@x.org rfc822;b@y.org b@y.org".to_owned(), "TQ", Severity::Plain),
        ] {
            let found = event_of(&format!("19-Feb-1998 10:52:10.79 {entry}"));
            assert_eq!(found, (word.to_owned(), tone), "{entry}");
        }
    }

    #[test]
    fn quantities_are_short() {
        assert_eq!([99_999, 100_000, 6_000_000, 400_000_000].map(age), ["99s", "1m", "1h", "4d"]);
        assert_eq!(
            [999, 1_500, 34_000_000, 1_230_000_000].map(bytes),
            ["999 bytes", "1.5 kB", "34 MB", "1.2 GB"]
        );
        assert_eq!([0_u64, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [999, 43_000, 6_190_000, 41_999_999].map(format_count),
            ["999", "43 k", "6.1 M", "41 M"]
        );
        assert_eq!(
            [1_290, 34_000, 150_000].map(Duration::from_millis).map(format_eta),
            ["1.2 s", "34 s", "2m"]
        );
        assert_eq!([0, 999, 9_999, 250_000, 3_000_000].map(short), ["·", "999", "9k", ".2M", "3M"]);
    }
}
