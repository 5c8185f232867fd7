//! Detection of `LOG_…` options from the fields of the entries.
//!
//! An option that is off and one that produced no output look the same, so an option is "seen" or
//! "not seen".

use crate::log::entry::{Action, Body, ConnectionEntry, Entry, MessageEntry};
use crate::log::parse::LogFormat;
use memchr::memmem;

/// Effect of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogOption {
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
    /// Client and server hosts.
    Hosts,
    /// Opened, closed, failed and rejected connections.
    Connections,
    /// ETRN commands.
    Etrn,
    /// Addresses and ports as a separate field.
    Transport,
    /// Protocol and hosts in message entries.
    Application,
    /// Authentication results.
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
    /// Reason of a rejection.
    Reason,
    /// Remote MTA as a separate field.
    RemoteMta,
    /// Time in queue.
    QueueTime,
    /// Banners of remote servers.
    Banner,
    /// Addresses and ports in the delivery status.
    TransportInfo,
    /// Header lines.
    Header,
}

/// Effects with their options; the bits of `LOG_CONNECTION` with their value.
pub(super) const ALL: [(LogOption, &str, u32); 23] = [
    (LogOption::Node, "LOG_NODE", 0),
    (LogOption::Process, "LOG_PROCESS", 0),
    (LogOption::Hosts, "LOG_CONNECTION", 1),
    (LogOption::Connections, "LOG_CONNECTION", 2),
    (LogOption::Etrn, "LOG_CONNECTION", 4),
    (LogOption::Transport, "LOG_CONNECTION", 32),
    (LogOption::Application, "LOG_CONNECTION", 64),
    (LogOption::Authentication, "LOG_CONNECTION", 128),
    (LogOption::QueueFile, "LOG_FILENAME", 0),
    (LogOption::EnvelopeId, "LOG_ENVELOPE_ID", 0),
    (LogOption::MessageId, "LOG_MESSAGE_ID", 0),
    (LogOption::Username, "LOG_USERNAME", 0),
    (LogOption::Notary, "LOG_NOTARY", 0),
    (LogOption::Sensitivity, "LOG_SENSITIVITY", 0),
    (LogOption::Priority, "LOG_PRIORITY", 0),
    (LogOption::Intermediate, "LOG_INTERMEDIATE", 0),
    (LogOption::Filter, "LOG_FILTER", 0),
    (LogOption::Reason, "LOG_REASON", 0),
    (LogOption::RemoteMta, "LOG_REMOTE_MTA", 0),
    (LogOption::QueueTime, "LOG_QUEUE_TIME", 0),
    (LogOption::Banner, "LOG_BANNER (channel)", 0),
    (LogOption::TransportInfo, "LOG_TRANSPORTINFO (channel)", 0),
    (LogOption::Header, "logheader (channel)", 0),
];

/// Number of entries that prove each effect.
#[derive(Clone, Debug, Default)]
pub struct OptionEvidence {
    seen: [u64; ALL.len()],
}

impl OptionEvidence {
    /// Adds an entry and its source text.
    pub fn add(&mut self, entry: &Entry<'_>, text: &[u8], written: LogFormat) {
        self.record(LogOption::Node, entry.node.is_some());
        self.record(LogOption::Process, entry.process.is_some());
        match &entry.body {
            Body::Message(message) => self.add_message(message, text, written),
            Body::Connection(connection) => self.add_connection(connection),
            Body::Header(_) => self.record(LogOption::Header, true),
        }
    }

    fn add_message(&mut self, message: &MessageEntry<'_>, text: &[u8], written: LogFormat) {
        let hosts = message.connecting_host.is_some() || message.remote_host.is_some();
        let transport = message.transport.is_some();
        // Text entries have two places for it; one is in parentheses.
        let in_status = transport && written.is_text() && memmem::find(text, b"(TCP|").is_some();
        let named = |name: &[u8]| !written.is_text() && memmem::find(text, name).is_some();
        for (logs, here) in [
            (LogOption::QueueFile, message.queue_file.is_some()),
            (LogOption::EnvelopeId, message.envelope_id.is_some()),
            (LogOption::MessageId, message.message_id.is_some()),
            (LogOption::Username, message.username.is_some()),
            (LogOption::Hosts, hosts),
            (LogOption::Notary, message.notary_flags.is_some()),
            (LogOption::Sensitivity, message.sensitivity.is_some()),
            (LogOption::Priority, message.priority.is_some()),
            (LogOption::Intermediate, message.intermediate.is_some() || message.initial.is_some()),
            (LogOption::Filter, message.filter.is_some()),
            (LogOption::Reason, message.reason.is_some()),
            (LogOption::RemoteMta, named(b" rm=\"") || named(b"\"rm\"")),
            (LogOption::QueueTime, message.queue_seconds.is_some()),
            (LogOption::Banner, message.banner.is_some()),
            (LogOption::TransportInfo, in_status),
            (LogOption::Transport, transport && !in_status),
            (LogOption::Application, message.application.is_some()),
        ] {
            self.record(logs, here);
        }
    }

    fn add_connection(&mut self, connection: &ConnectionEntry<'_>) {
        self.record(
            match connection.code.action() {
                Action::Etrn => LogOption::Etrn,
                Action::Authenticate => LogOption::Authentication,
                _ => LogOption::Connections,
            },
            true,
        );
    }

    fn record(&mut self, logs: LogOption, here: bool) {
        if let Some(count) = self.place(logs).and_then(|at| self.seen.get_mut(at)) {
            *count += u64::from(here);
        }
    }

    fn place(&self, logs: LogOption) -> Option<usize> {
        ALL.iter().take(self.seen.len()).position(|&(other, ..)| other == logs)
    }

    /// Adds the evidence of another file.
    pub fn join(&mut self, other: &Self) {
        for (here, there) in self.seen.iter_mut().zip(other.seen) {
            *here += there;
        }
    }

    /// Number of entries that prove an effect.
    pub fn of(&self, logs: LogOption) -> u64 {
        self.place(logs).and_then(|at| self.seen.get(at)).copied().unwrap_or_default()
    }

    /// Whether any entry proves an effect.
    pub fn has(&self, logs: LogOption) -> bool {
        self.of(logs) > 0
    }

    /// Options seen or not seen, `LOG_CONNECTION` with the sum of the matching bits.
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
        let mut options = OptionEvidence::default();
        for (logs, ..) in ALL {
            assert!(!options.has(logs));
            options.record(logs, logs != LogOption::Process);
        }
        assert_eq!(options.names(false), ["LOG_PROCESS"]);
        assert_eq!(options.names(true).get(1).map(String::as_str), Some("LOG_CONNECTION=231"));
        assert_eq!(
            OptionEvidence::default().names(false).get(2).map(String::as_str),
            Some("LOG_CONNECTION 1 2 4 32 64 128")
        );
    }
}
