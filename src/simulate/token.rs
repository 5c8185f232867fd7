//! The tokens of entries: channels, process ids, message ids, queue files, transport and
//! application information.
//!
//! Knows how each is written and nothing about when.

use std::fmt::{self, Write};
use std::net::IpAddr;

use super::address::Person;
use super::domain::{HOME, LARGEST, MailDomain, MailHost};
use super::random::{scatter, slot};

/// A channel of the MTA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtaChannel {
    Local,
    Intranet,
    /// The same with a name longer than its column.
    Router,
    Submit,
    Auth,
    Store,
    Conversion,
    Process,
}

impl MtaChannel {
    /// The channel that delivers to a remote domain.
    pub fn of(domain: MailDomain) -> Self {
        if domain.is_customer() { Self::Intranet } else { Self::Local }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "tcp_local",
            Self::Intranet => "tcp_intranet",
            Self::Router => "tcp_default_router",
            Self::Submit => "tcp_submit",
            Self::Auth => "tcp_auth",
            Self::Store => "ims-ms",
            Self::Conversion => "conversion",
            Self::Process => "process",
        }
    }
}

impl fmt::Display for MtaChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The writer of an entry: process, thread if it has several, and sequence number of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimProcessId {
    pub pid: u32,
    pub thread: Option<u32>,
    pub sequence: u32,
}

impl fmt::Display for SimProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.thread {
            Some(thread) => write!(f, "{:x}.{thread:x}.{}", self.pid, self.sequence),
            None => write!(f, "{:x}.{}", self.pid, self.sequence),
        }
    }
}

/// A message id, in the style of the program that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailId {
    unique: u64,
    domain: MailDomain,
}

impl MailId {
    /// A new id of a site.
    pub fn new(rng: &mut fastrand::Rng, domain: MailDomain) -> Self {
        Self { unique: rng.u64(..), domain }
    }

    /// A number that no other message has, below 2^53 so that JSON readers keep all of it.
    pub fn number(self) -> u64 {
        self.unique >> 11
    }

    /// Its envelope id.
    pub fn envelope(self) -> Self {
        Self { unique: scatter(self.unique), domain: HOME }
    }

    /// NOTARY flags of a recipient: the one documented value, and likely others.
    pub fn flags(self, recipient: u32) -> u32 {
        [276, 276, 276, 0, 20, 272][slot(self.unique.rotate_left(recipient), 6)]
    }

    /// Sensitivity: none, personal, private or confidential.
    pub fn sensitivity(self) -> u64 {
        (self.unique >> 7) % 16 % 13 % 4
    }

    /// Priority, most often the usual one.
    pub fn priority(self) -> u64 {
        [3, 3, 3, 2, 4, 0, 1, 5][slot(self.unique >> 11, 8)]
    }

    /// Its subject.
    pub fn subject(self) -> &'static str {
        SUBJECTS[slot(self.unique >> 17, SUBJECTS.len())]
    }
}

/// Inner blanks and tabs are kept in the log.
const SUBJECTS: [&str; 6] = [
    "Re: offer 4711",
    "Your order",
    "Minutes of  Monday's\tmeeting",
    "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the sea",
    "invoice (2nd reminder); \"urgent\" <please read>",
    "> E 1 a@b.example rfc822;c@d.example",
];

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unique, domain) = (self.unique, self.domain);
        // Every site has a program most of its mail is written with.
        let style = match (domain, unique >> 60) {
            (HOME, few) => few % 2 * 2,
            (LARGEST, _) => 1,
            (_, 0..3) => unique % 4,
            _ => domain.scattered() / 8 % 4,
        };
        f.write_char('<')?;
        match style {
            0 => {
                f.write_str("0")?;
                digits(f, unique, 36, 5)?;
                f.write_str("0")?;
                digits(f, unique >> 26, 36, 6)?;
                write!(f, "@{domain}")
            }
            1 => {
                f.write_str("CA")?;
                digits(f, unique, 63, 10)?;
                write!(f, "@mail.{domain}")
            }
            2 => write!(f, "{:08x}.{}@{domain}", unique >> 32, unique & 0x00ff_ffff),
            _ => {
                f.write_str("E1")?;
                digits(f, unique >> 34, 62, 5)?;
                f.write_str("-000")?;
                digits(f, unique >> 8, 62, 3)?;
                write!(f, "-{:02X}@{domain}", unique & 0xff)
            }
        }?;
        f.write_char('>')
    }
}

/// A file in the queue of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePath {
    pub channel: MtaChannel,
    body: u64,
    /// Deliveries tried before.
    pub attempts: u32,
    /// Whether it is held.
    pub held: bool,
}

impl QueuePath {
    /// A new file.
    pub fn new(rng: &mut fastrand::Rng, channel: MtaChannel) -> Self {
        Self { channel, body: rng.u64(..), attempts: 0, held: false }
    }
}

impl fmt::Display for QueuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, body, attempts, held } = self;
        let subdirectory = body % 20;
        write!(f, "/opt/SUNWmsgsr/data/queue/{channel}/{subdirectory:03}/")?;
        for place in [attempts / 36 % 36, attempts % 36] {
            f.write_char(digit(u64::from(35 - place), 36).to_ascii_uppercase())?;
        }
        f.write_str("f0")?;
        digits(f, *body, 63, 9)?;
        if *held {
            return f.write_str(".HELD");
        }
        // A second file of the same message, in the few cases that want one.
        write!(f, ".0{}", u8::from(body >> 58 == 0))
    }
}

/// Who connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallDirection {
    /// A client, to the MTA.
    Inbound,
    /// The MTA, to a remote server.
    Outbound,
}

/// Both ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionEnds {
    /// Address and port of the MTA.
    pub ours: (IpAddr, u16),
    /// Address and port of the remote host.
    pub theirs: (IpAddr, u16),
}

impl fmt::Display for ConnectionEnds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (self.ours, self.theirs);
        write!(f, "TCP|{}|{}|{}|{}", ours.0, ours.1, theirs.0, theirs.1)
    }
}

/// Application information of a connection: the protocol, of outbound ones the domain and its mail
/// host, and the cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplicationInfo {
    /// Of an outbound connection: the domain and its mail host.
    pub hosts: Option<(MailDomain, MailHost)>,
    /// The cipher.
    pub tls: Option<&'static str>,
}

impl fmt::Display for ApplicationInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SMTP")?;
        if let Some((asked, chosen)) = self.hosts {
            write!(f, "/{asked}/{chosen}")?;
        }
        match self.tls {
            Some(cipher) => write!(f, "/TLS-{cipher}"),
            None => Ok(()),
        }
    }
}

/// The user who enqueued a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitter {
    /// The account the MTA runs as.
    System,
    /// An authenticated user, marked by a star.
    Authenticated(Person),
    /// The same where user names are addresses.
    AuthenticatedAt(Person),
}

impl Submitter {
    /// The name without the star, and whether there is one.
    pub fn parts(self) -> (String, bool) {
        match self {
            Self::System => ("mailsrv".to_owned(), false),
            Self::Authenticated(person) => (person.to_string(), true),
            Self::AuthenticatedAt(person) => (format!("{person}@{HOME}"), true),
        }
    }
}

impl fmt::Display for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("mailsrv"),
            Self::Authenticated(person) => write!(f, "*{person}"),
            Self::AuthenticatedAt(person) => write!(f, "*{person}@{HOME}"),
        }
    }
}

/// The host at the other end. An enqueue shows the HELO name, the name of its address, and the
/// address; a dequeue only the remote host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerHost {
    /// None: the message was made here.
    None,
    /// A mail host.
    Server(MailHost, IpAddr),
    /// A mail host whose address has no name.
    Nameless(MailHost, IpAddr),
    /// A local host.
    Inside(&'static str, IpAddr),
    /// A mail program whose HELO name is its address.
    Literal(IpAddr),
    /// A host behind a NAT router.
    Dynamic(&'static str, IpAddr),
    /// The remote host of a delivery.
    Called(MailHost),
}

impl PeerHost {
    /// Of a client: HELO name, name of its address, and address.
    pub fn connecting(self) -> Option<(String, Option<String>, IpAddr)> {
        match self {
            Self::None | Self::Called(_) => None,
            Self::Server(host, ip) => Some((host.to_string(), Some(host.to_string()), ip)),
            Self::Nameless(host, ip) => Some((host.to_string(), None, ip)),
            Self::Inside(name, ip) | Self::Dynamic(name, ip) => Some((name.to_owned(), None, ip)),
            Self::Literal(ip) => Some((format!("[{}]", AddressLiteral(ip)), None, ip)),
        }
    }
}

impl fmt::Display for PeerHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::None => Ok(()),
            Self::Server(host, ip) => write!(f, "{host} ({host} [{}])", AddressLiteral(ip)),
            Self::Nameless(host, ip) => write!(f, "{host} ([{}])", AddressLiteral(ip)),
            Self::Inside(name, ip) => {
                write!(f, "{name} ([{}])", AddressLiteral(ip))
            }
            Self::Literal(ip) => write!(f, "[{0}] ([{0}])", AddressLiteral(ip)),
            Self::Dynamic(name, ip) => write!(f, "{name} ([{}])", AddressLiteral(ip)),
            Self::Called(host) => write!(f, "{host}"),
        }
    }
}

/// An address as in an address literal.
pub(super) struct AddressLiteral(pub(super) IpAddr);

impl fmt::Display for AddressLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(ip) => write!(f, "{ip}"),
            IpAddr::V6(ip) => write!(f, "IPv6:{ip}"),
        }
    }
}

/// Writes the lowest digits of a number in a base of up to 63, lowest first.
pub(super) fn digits(
    f: &mut fmt::Formatter<'_>,
    number: u64,
    base: u64,
    places: u32,
) -> fmt::Result {
    let mut rest = number;
    for _ in 0..places {
        f.write_char(digit(rest % base, base))?;
        rest /= base;
    }
    Ok(())
}

fn digit(value: u64, base: u64) -> char {
    const DIGITS: &[u8; 63] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    let found = char::from(DIGITS[slot(value, 63)]);
    if base <= 36 { found.to_ascii_uppercase() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_count_down_in_base_36() {
        let mut file = QueuePath { channel: MtaChannel::Local, body: 3, attempts: 0, held: false };
        for (attempts, prefix) in
            [(0, "ZZ"), (1, "ZY"), (2, "ZX"), (25, "ZA"), (35, "Z0"), (36, "YZ")]
        {
            file.attempts = attempts;
            let printed = file.to_string();
            let name = printed.rsplit('/').next().unwrap();
            assert!(name.starts_with(prefix), "{name}");
        }
        file.attempts = 0;
        assert_eq!(file.to_string(), "/opt/SUNWmsgsr/data/queue/tcp_local/003/ZZf0300000000.01");
    }

    #[test]
    fn transport_has_our_end_first() {
        let transport = ConnectionEnds {
            ours: ([192, 0, 2, 10].into(), 5901),
            theirs: ([198, 51, 100, 20].into(), 25),
        };
        assert_eq!(transport.to_string(), "TCP|192.0.2.10|5901|198.51.100.20|25");
    }

    #[test]
    fn process_ids_are_hexadecimal_with_a_decimal_sequence() {
        let id = SimProcessId { pid: 0x1f625, thread: Some(18), sequence: 12 };
        assert_eq!(id.to_string(), "1f625.12.12");
        assert_eq!(SimProcessId { thread: None, ..id }.to_string(), "1f625.12");
    }

    #[test]
    fn modern_addresses_are_marked_in_brackets() {
        let ip: IpAddr = "2001:db8::19".parse().unwrap();
        assert_eq!(PeerHost::Literal(ip).to_string(), "[IPv6:2001:db8::19] ([IPv6:2001:db8::19])");
        assert_eq!(PeerHost::None.to_string(), "");
    }
}
