//! What one entry of the log says, borrowed from its text.
//!
//! The types know neither the grammar they were read with nor the file they came from; every
//! text is the bytes as logged, for remote servers choose half of them.
//!
//! ```
//! let text = b"16-Feb-2007 14:54:13.72 tcp_local ims-ms EE 1 adam@sesta.com rfc822;marlowe@siroe.com marlowe@ims-ms-daemon";
//! let mut scratch = mtatop::log::parse::Scratch::default();
//! let entry = mtatop::log::parse::entry(text, mtatop::log::parse::Profile::default(), &mut scratch).unwrap();
//! let mtatop::log::entry::Body::Message(message) = &entry.body else { panic!() };
//! assert_eq!(message.code.action(), mtatop::log::entry::Action::Enqueue);
//! assert_eq!(message.domain(), Some(&b"siroe.com"[..]));
//! ```

mod address;
mod code;
mod status;
mod time;

pub use address::{Username, domain_of, is_address, is_id, without_brackets};
pub use code::{Action, Code, Outcome};
pub use status::{Application, ConnectingHost, RemoteMta, Response, Transport, is_enhanced};
pub use time::{Moment, Stamp, Time, Window};

/// One entry: when, by which process, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Local time of the MTA, as logged.
    pub time: Time,
    /// What the time stamp says beyond that.
    pub stamp: Stamp<'a>,
    /// Host name of the MTA (`LOG_NODE`).
    pub node: Option<&'a [u8]>,
    /// The writing process (`LOG_PROCESS`).
    pub process: Option<ProcessId<'a>>,
    /// What happened.
    pub body: Body<'a>,
    /// XML attributes and JSON members that no document at hand names, each with its value.
    pub extra: Vec<(&'a [u8], &'a [u8])>,
}

impl Entry<'_> {
    /// The entry that is filled in, made where the caller will have it: its 760 bytes are not moved.
    pub(crate) fn filled<E>(fill_in: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<Self, E> {
        let mut read = Ok(Self::blank());
        if let Ok(entry) = &mut read
            && let Err(flaw) = fill_in(entry)
        {
            read = Err(flaw);
        }
        read
    }

    /// An entry that says nothing, to be filled in.
    pub(crate) fn blank() -> Self {
        Self {
            time: Time::default(),
            stamp: Stamp::default(),
            node: None,
            process: None,
            body: Body::Header(b""),
            extra: Vec::new(),
        }
    }
}

/// The three kinds of entry that a log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "an entry lives on the stack for a moment; a box would cost an allocation for each"
)]
pub enum Body<'a> {
    /// Something happened to one recipient of one message.
    Message(MessageEntry<'a>),
    /// Something happened to a connection (`LOG_CONNECTION`).
    Connection(ConnectionEntry<'a>),
    /// A header line of a message, as logged (channel keyword `logheader`).
    Header(&'a [u8]),
}

impl<'a> Body<'a> {
    /// Makes it a message entry that says nothing, to be filled in where it stays: it is 600 bytes.
    pub(crate) fn begin_message(&mut self) -> &mut MessageEntry<'a> {
        *self = Self::Message(MessageEntry::default());
        match self {
            Self::Message(message) => message,
            _ => unreachable!("it was just made one"),
        }
    }
}

/// A process id: `process.sequence` or `process.thread.sequence`, process and thread in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessId<'a> {
    /// The whole, as logged.
    pub text: &'a [u8],
    /// Process, hexadecimal.
    pub pid: &'a [u8],
    /// Thread, hexadecimal, of a multithreaded program.
    pub thread: Option<&'a [u8]>,
    /// Number of the logging operation: recipients written together share it.
    pub sequence: &'a [u8],
}

impl<'a> ProcessId<'a> {
    /// Reads `1f625.3.1` or `1e488.0`; any other text is no process id.
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let (pid, rest) = Self::hexadecimal(text)?;
        let (second, rest) = Self::hexadecimal(rest.strip_prefix(b".")?)?;
        let (thread, sequence) = match rest {
            [] => (None, second),
            [b'.', sequence @ ..] => (Some(second), sequence),
            _ => return None,
        };
        let decimal = !sequence.is_empty() && sequence.iter().all(u8::is_ascii_digit);
        decimal.then_some(Self { text, pid, thread, sequence })
    }

    /// The hexadecimal number at the beginning, and what is behind it.
    fn hexadecimal(text: &[u8]) -> Option<(&[u8], &[u8])> {
        let digits = text.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
        text.split_at_checked(digits).filter(|_| digits > 0)
    }
}

/// A message entry: what happened to one recipient of one message.
///
/// A field is `None` when it was not logged, and empty when it was logged and blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageEntry<'a> {
    /// Action and modifiers.
    pub code: Code<'a>,
    /// The channel the message came by, or is being taken from.
    pub source_channel: &'a [u8],
    /// The channel it goes to; entries of a dequeue have none.
    pub destination_channel: Option<&'a [u8]>,
    /// MTA blocks (by default of 1024 bytes); on `Q` the amount handled before the failure.
    pub size: u64,
    /// Envelope From; empty for notifications.
    pub envelope_from: &'a [u8],
    /// Address type of the original recipient, `rfc822` in all but the oldest logs.
    pub original_to_type: Option<&'a [u8]>,
    /// Recipient before alias, list and forwarding expansion; empty if unknown.
    pub original_to: &'a [u8],
    /// Recipient the queue entry really carries.
    pub active_to: Option<&'a [u8]>,
    /// NOTARY flags (`LOG_NOTARY`).
    pub notary_flags: Option<u32>,
    /// Queue file (`LOG_FILENAME`).
    pub queue_file: Option<QueueFile<'a>>,
    /// Envelope id (`LOG_ENVELOPE_ID`), with its brackets.
    pub envelope_id: Option<&'a [u8]>,
    /// Message id (`LOG_MESSAGE_ID`), with its brackets.
    pub message_id: Option<&'a [u8]>,
    /// On the first enqueue of a notification: the id of the message it is about.
    pub related_message_id: Option<&'a [u8]>,
    /// User name (`LOG_USERNAME`).
    pub username: Option<Username<'a>>,
    /// Who connected to us (`LOG_CONNECTION` bit 0, inbound).
    pub connecting_host: Option<ConnectingHost<'a>>,
    /// The host we connected to (`LOG_CONNECTION` bit 0, outbound).
    pub remote_host: Option<&'a [u8]>,
    /// Sensitivity (`LOG_SENSITIVITY`).
    pub sensitivity: Option<u32>,
    /// Priority (`LOG_PRIORITY`).
    pub priority: Option<u32>,
    /// Intermediate address (`LOG_INTERMEDIATE`).
    pub intermediate: Option<&'a [u8]>,
    /// Initial address (`LOG_INTERMEDIATE`).
    pub initial: Option<&'a [u8]>,
    /// Sieve filter actions (`LOG_FILTER`), without the apostrophes.
    pub filter: Option<&'a [u8]>,
    /// Why a recipient was refused or given up (`LOG_REASON`).
    pub reason: Option<&'a [u8]>,
    /// The MTA that gave the response, from `dns;host`.
    pub remote_mta: Option<RemoteMta<'a>>,
    /// Both ends of the TCP connection.
    pub transport: Option<Transport<'a>>,
    /// Protocol, hosts and TLS (`LOG_CONNECTION` bit 6).
    pub application: Option<Application<'a>>,
    /// Greeting of the remote server, without its outer parentheses.
    pub banner: Option<&'a [u8]>,
    /// What the remote server answered.
    pub response: Option<Response<'a>>,
    /// Any other delivery status: our own words, or a status whose parts can't be told apart.
    pub diagnostic: Option<&'a [u8]>,
    /// Time in queue in seconds (`LOG_QUEUE_TIME`), a decimal number as logged.
    pub queue_seconds: Option<&'a [u8]>,
}

impl<'a> MessageEntry<'a> {
    /// The recipient domain as logged: of the active recipient when it is a real one, else of the
    /// original recipient.
    pub fn domain(&self) -> Option<&'a [u8]> {
        self.active_domain().or_else(|| self.original_domain())
    }

    /// Domain of the active recipient; `None` for a bare user or a `…-daemon` pseudo domain.
    pub fn active_domain(&self) -> Option<&'a [u8]> {
        self.active_to.and_then(domain_of)
    }

    /// Domain of the original recipient.
    pub fn original_domain(&self) -> Option<&'a [u8]> {
        domain_of(self.original_to)
    }

    /// How the attempt on this recipient ended; `None` where none was made (an enqueue, a refusal).
    pub fn outcome(&self) -> Option<Outcome> {
        Outcome::of(self.code.action(), self.source_channel)
    }

    /// The recipient a person would name: active if it is a full address, else original.
    pub fn recipient(&self) -> &'a [u8] {
        match self.active_to {
            Some(active) if self.active_domain().is_some() || self.original_to.is_empty() => active,
            _ => self.original_to,
        }
    }

    /// The host that a dequeue went to, or tried to.
    pub fn reached_host(&self) -> Option<&'a [u8]> {
        if !self.code.action().is_dequeue() {
            return None;
        }
        let named = self.remote_mta.map(|mta| mta.host).or(self.remote_host);
        let asked = || self.application.and_then(|asked| asked.dns_host.or(asked.initial_host));
        let ip = || self.transport.map(|transport| transport.remote_ip);
        named.or_else(asked).or_else(ip)
    }

    /// The address that handed the message to us.
    pub fn connecting_ip(&self) -> Option<&'a [u8]> {
        let inbound = !self.code.action().is_dequeue();
        let other_end = || self.transport.map(|transport| transport.remote_ip);
        let host = self.connecting_host;
        host.and_then(|host| host.ip).or_else(|| inbound.then(other_end).flatten())
    }
}

/// Queue file name `…/PPBODY.SS` as logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFile<'a>(pub &'a [u8]);

impl<'a> QueueFile<'a> {
    /// The delivery attempt that this entry is about, 1 for the first, from the two leading
    /// characters: attempts made so far in complemented base 36 (SIMS reference, "Channel Queue
    /// Formats"). `None` if they are no such digits.
    pub fn attempt(&self) -> Option<u32> {
        let start = memchr::memrchr(b'/', self.0).map_or(0, |slash| slash + 1);
        let digit = |at: usize| match self.0.get(start + at)? {
            b @ b'0'..=b'9' => Some(u32::from(b - b'0')),
            b @ b'A'..=b'Z' => Some(u32::from(b - b'A') + 10),
            _ => None,
        };
        Some((35 - digit(0)?) * 36 + (35 - digit(1)?) + 1)
    }

    /// What stays the same when a retry renames the file: the name without the two characters of
    /// the attempt and without the suffix. (The directory can be left out: bodies are unique.)
    pub fn body(&self) -> Option<&'a [u8]> {
        let start = memchr::memrchr(b'/', self.0).map_or(0, |slash| slash + 1);
        let end = memchr::memrchr(b'.', self.0).filter(|&dot| dot >= start)?;
        self.0.get(start + 2..end)
    }

    /// Whether it is the file of this name, at whatever attempt; the body alone will do.
    pub fn is_called(&self, name: &[u8]) -> bool {
        let named = QueueFile(name);
        let body = || named.attempt().and_then(|_| named.body()).filter(|body| !body.is_empty());
        self.body().is_some_and(|of_it| of_it == name || body() == Some(of_it))
    }
}

/// A connection entry: a connection was opened, closed, refused, or said something of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEntry<'a> {
    /// Action, without modifiers in any log seen.
    pub code: Code<'a>,
    /// Channel of our server or client.
    pub source_channel: &'a [u8],
    /// Who opened the connection.
    pub direction: Direction,
    /// Both ends; missing on some `Y`.
    pub transport: Option<Transport<'a>>,
    /// Protocol, hosts and TLS.
    pub application: Option<Application<'a>>,
    /// Who authenticated, or tried to.
    pub username: Option<&'a [u8]>,
    /// What we say of an authentication (`mi` of an XML connection entry: no message id).
    pub auth_message: Option<&'a [u8]>,
    /// Why it was closed or refused, the reply to an authentication; in text formats all that
    /// follows.
    pub diagnostic: Option<&'a [u8]>,
}

impl<'a> ConnectionEntry<'a> {
    /// Why it ended or what came of it, in the log's words.
    pub fn reason(&self) -> Option<&'a [u8]> {
        self.diagnostic.or(self.auth_message)
    }

    /// Whether the client that tried to authenticate did: 235 is success (RFC 4954), and 4yz and 5yz
    /// are none. `None` if this tells of no result.
    ///
    /// In text formats the reply stands behind a message and the user's name, which a client chose;
    /// so the last that looks like a reply is ours.
    pub fn authenticated(&self) -> Option<bool> {
        if self.code.action() != Action::Authenticate {
            return None;
        }
        let is_code = |word: &[u8]| word.len() == 3 && word.iter().all(u8::is_ascii_digit);
        let is_enhanced = |word: &[u8]| word.get(1) == Some(&b'.');
        let words: Vec<&[u8]> = self.diagnostic?.split(|&b| b == b' ').collect();
        let last = words.windows(2).rev().find_map(|pair| match pair {
            [code, next] if is_code(code) && is_enhanced(next) => Some(*code),
            _ => None,
        });
        match last.or(words.first().copied().filter(|word| is_code(word))) {
            Some([b'2', ..]) => Some(true),
            Some([b'4' | b'5', ..]) => Some(false),
            _ => None,
        }
    }
}

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `+`: the other side, to our server.
    Inbound,
    /// `-`: our client.
    Outbound,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_ids_have_two_or_three_parts() {
        let long = ProcessId::new(b"501d.0b.9").unwrap();
        assert_eq!(
            (long.pid, long.thread, long.sequence),
            (&b"501d"[..], Some(&b"0b"[..]), &b"9"[..])
        );
        assert_eq!(ProcessId::new(b"1e488.0").unwrap().thread, None);
        for other in ["l", "tcp_local", "10.0.0.1", "1e488", ".0", "1e488.", "1..2", "1F.0"] {
            assert_eq!(ProcessId::new(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn attempts_count_down_in_base_36() {
        for (name, attempt) in [
            ("ZZ01I.00", 1),
            ("q/ZY01.00", 2),
            ("q/ZA0.00", 26),
            ("q/Z0x.00", 36),
            ("q/YZx.00", 37),
        ] {
            assert_eq!(QueueFile(name.as_bytes()).attempt(), Some(attempt), "{name}");
        }
        assert_eq!(QueueFile(b"q/zz.00").attempt(), None);
        assert_eq!(QueueFile(b"q/").attempt(), None);
        assert_eq!(QueueFile(b"q/ZZ01x.00").body(), QueueFile(b"q/ZY01x.01").body());
        assert_eq!(QueueFile(b"q/Z").body(), None);
    }
}
