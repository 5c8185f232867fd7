//! Which `LOG_…` options a log shows to be on, by the fields that its entries have.
//!
//! Off and without anything to say look the same in a log, so that an option is seen or not seen.

use crate::entry::{Action, Body, ConnectionEntry, Entry, Message};
use crate::parse::Format;
use memchr::memmem;

/// What an option switches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// Host name of the MTA.
    Node,
    /// Process id.
    Process,
    /// Queue file.
    QueueFile,
    /// Envelope id.
    EnvelopeId,
    /// Message id.
    MessageId,
    /// User name.
    Username,
    /// Who connected to us, and whom we connected to.
    Hosts,
    /// Connections opened, closed, failed and rejected.
    Connections,
    /// ETRN commands.
    Etrn,
    /// Addresses and ports in a field of their own.
    Transport,
    /// Protocol and hosts in message entries.
    Application,
    /// Results of authentications.
    Authentication,
    /// NOTARY flags.
    Notary,
    /// Sensitivity.
    Sensitivity,
    /// Priority.
    Priority,
    /// Intermediate and initial addresses.
    Intermediate,
    /// Sieve filter actions.
    Filter,
    /// Why something was rejected.
    Reason,
    /// The remote MTA in a field of its own.
    RemoteMta,
    /// Time in queue.
    QueueTime,
    /// Greetings of remote servers.
    Banner,
    /// Addresses and ports within the delivery status.
    TransportInfo,
    /// Header lines.
    Header,
}

/// Each with its option; the bits of `LOG_CONNECTION` with their value.
pub(super) const ALL: [(Logs, &str, u32); 23] = [
    (Logs::Node, "LOG_NODE", 0),
    (Logs::Process, "LOG_PROCESS", 0),
    (Logs::Hosts, "LOG_CONNECTION", 1),
    (Logs::Connections, "LOG_CONNECTION", 2),
    (Logs::Etrn, "LOG_CONNECTION", 4),
    (Logs::Transport, "LOG_CONNECTION", 32),
    (Logs::Application, "LOG_CONNECTION", 64),
    (Logs::Authentication, "LOG_CONNECTION", 128),
    (Logs::QueueFile, "LOG_FILENAME", 0),
    (Logs::EnvelopeId, "LOG_ENVELOPE_ID", 0),
    (Logs::MessageId, "LOG_MESSAGE_ID", 0),
    (Logs::Username, "LOG_USERNAME", 0),
    (Logs::Notary, "LOG_NOTARY", 0),
    (Logs::Sensitivity, "LOG_SENSITIVITY", 0),
    (Logs::Priority, "LOG_PRIORITY", 0),
    (Logs::Intermediate, "LOG_INTERMEDIATE", 0),
    (Logs::Filter, "LOG_FILTER", 0),
    (Logs::Reason, "LOG_REASON", 0),
    (Logs::RemoteMta, "LOG_REMOTE_MTA", 0),
    (Logs::QueueTime, "LOG_QUEUE_TIME", 0),
    (Logs::Banner, "LOG_BANNER (channel)", 0),
    (Logs::TransportInfo, "LOG_TRANSPORTINFO (channel)", 0),
    (Logs::Header, "logheader (channel)", 0),
];

/// How many entries show an option to be on.
#[derive(Clone, Debug, Default)]
pub struct Options {
    seen: [u64; ALL.len()],
}

impl Options {
    /// Looks at an entry and the text it was read from.
    pub fn add(&mut self, entry: &Entry<'_>, text: &[u8], written: Format) {
        self.see(Logs::Node, entry.node.is_some());
        self.see(Logs::Process, entry.process.is_some());
        match &entry.body {
            Body::Message(message) => self.add_message(message, text, written),
            Body::Connection(connection) => self.add_connection(connection),
            Body::Header(_) => self.see(Logs::Header, true),
        }
    }

    fn add_message(&mut self, message: &Message<'_>, text: &[u8], written: Format) {
        let hosts = message.connecting_host.is_some() || message.remote_host.is_some();
        let transport = message.transport.is_some();
        // Of the two places that a text entry can have for it, one has parentheses.
        let in_status = transport && written.is_text() && memmem::find(text, b"(TCP|").is_some();
        let named = |name: &[u8]| !written.is_text() && memmem::find(text, name).is_some();
        for (logs, here) in [
            (Logs::QueueFile, message.queue_file.is_some()),
            (Logs::EnvelopeId, message.envelope_id.is_some()),
            (Logs::MessageId, message.message_id.is_some()),
            (Logs::Username, message.username.is_some()),
            (Logs::Hosts, hosts),
            (Logs::Notary, message.notary_flags.is_some()),
            (Logs::Sensitivity, message.sensitivity.is_some()),
            (Logs::Priority, message.priority.is_some()),
            (Logs::Intermediate, message.intermediate.is_some() || message.initial.is_some()),
            (Logs::Filter, message.filter.is_some()),
            (Logs::Reason, message.reason.is_some()),
            (Logs::RemoteMta, named(b" rm=\"") || named(b"\"rm\"")),
            (Logs::QueueTime, message.queue_seconds.is_some()),
            (Logs::Banner, message.banner.is_some()),
            (Logs::TransportInfo, in_status),
            (Logs::Transport, transport && !in_status),
            (Logs::Application, message.application.is_some()),
        ] {
            self.see(logs, here);
        }
    }

    fn add_connection(&mut self, connection: &ConnectionEntry<'_>) {
        self.see(
            match connection.code.action() {
                Action::Etrn => Logs::Etrn,
                Action::Authenticate => Logs::Authentication,
                _ => Logs::Connections,
            },
            true,
        );
    }

    fn see(&mut self, logs: Logs, here: bool) {
        if let Some(count) = self.place(logs).and_then(|at| self.seen.get_mut(at)) {
            *count += u64::from(here);
        }
    }

    fn place(&self, logs: Logs) -> Option<usize> {
        ALL.iter().take(self.seen.len()).position(|&(other, ..)| other == logs)
    }

    /// Takes what another file shows as well.
    pub fn join(&mut self, other: &Self) {
        for (here, there) in self.seen.iter_mut().zip(other.seen) {
            *here += there;
        }
    }

    /// Entries that show it to be on.
    pub fn of(&self, logs: Logs) -> u64 {
        self.place(logs).and_then(|at| self.seen.get(at)).copied().unwrap_or_default()
    }

    /// Whether some entry shows it to be on.
    pub fn has(&self, logs: Logs) -> bool {
        self.of(logs) > 0
    }

    /// The options that were seen, with the value of `LOG_CONNECTION` that its bits make, or those
    /// that were not, with its bits.
    pub fn names(&self, seen: bool) -> Vec<String> {
        let wanted = ALL.iter().zip(self.seen).filter(|&(_, count)| (count > 0) == seen);
        let mut names: Vec<String> = Vec::new();
        let mut bits: Vec<u32> = Vec::new();
        for (&(_, name, bit), _) in wanted {
            if bit == 0 {
                names.push(name.to_owned());
                continue;
            }
            if !bits.is_empty() {
                names.pop();
            }
            bits.push(bit);
            let each = || bits.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
            let value = bits.iter().sum::<u32>();
            names.push(if seen { format!("{name}={value}") } else { format!("{name} {}", each()) });
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_has_its_place_and_bits_are_summed() {
        let mut options = Options::default();
        for (logs, ..) in ALL {
            assert!(!options.has(logs));
            options.see(logs, logs != Logs::Process);
        }
        assert_eq!(options.names(false), ["LOG_PROCESS"]);
        assert_eq!(options.names(true).get(1).map(String::as_str), Some("LOG_CONNECTION=231"));
        assert_eq!(
            Options::default().names(false).get(2).map(String::as_str),
            Some("LOG_CONNECTION 1 2 4 32 64 128")
        );
    }
}
