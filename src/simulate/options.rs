//! How a log is written: its format, and the options that decide which fields an entry has.
//!
//! Names and values are those of the MTA's and the channels' option files.

use clap::ValueEnum;

/// `LOG_FORMAT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MtaFormat {
    /// 1: fields with blanks between them.
    #[default]
    Text,
    /// 2: the same with `<>` for an empty address.
    Bracketed,
    /// 3: the same with a length before each field of variable length.
    Counted,
    /// 4: an element with attributes.
    Xml,
    /// 5: an object in an object.
    Json,
    /// 6: an object.
    FlatJson,
}

impl MtaFormat {
    /// All of them; the first has number 1.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Bracketed, Self::Counted, Self::Xml, Self::Json, Self::FlatJson];

    /// The format of that number.
    pub fn new(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(1)?)).copied()
    }
}

/// One of the `LOG_…` options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MtaOption {
    Node,
    Process,
    Notary,
    Filename,
    EnvelopeId,
    MessageId,
    Username,
    Connection,
    Sensitivity,
    Priority,
    Intermediate,
    Filter,
    Reason,
    Diagnostics,
    RemoteMta,
    QueueTime,
    Banner,
    TransportInfo,
    Header,
}

/// The bits of `LOG_CONNECTION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionBit {
    /// The other host, in message entries.
    Information = 0,
    /// Connections opened, closed, rejected or failed.
    Entries = 1,
    /// ETRN.
    Etrn = 2,
    /// Both ends, in message entries.
    Transport = 5,
    /// Protocol and hosts, in message entries.
    Application = 6,
    /// Authentication.
    Authentication = 7,
}

const SETTINGS: usize = 19;

/// Name and default value.
const TABLE: [(MtaOption, &str, u32); SETTINGS] = [
    (MtaOption::Node, "LOG_NODE", 0),
    (MtaOption::Process, "LOG_PROCESS", 1),
    (MtaOption::Notary, "LOG_NOTARY", 0),
    (MtaOption::Filename, "LOG_FILENAME", 1),
    (MtaOption::EnvelopeId, "LOG_ENVELOPE_ID", 0),
    (MtaOption::MessageId, "LOG_MESSAGE_ID", 1),
    (MtaOption::Username, "LOG_USERNAME", 1),
    (MtaOption::Connection, "LOG_CONNECTION", 135),
    (MtaOption::Sensitivity, "LOG_SENSITIVITY", 0),
    (MtaOption::Priority, "LOG_PRIORITY", 0),
    (MtaOption::Intermediate, "LOG_INTERMEDIATE", 0),
    (MtaOption::Filter, "LOG_FILTER", 0),
    (MtaOption::Reason, "LOG_REASON", 0),
    (MtaOption::Diagnostics, "LOG_DIAGNOSTICS", 1),
    (MtaOption::RemoteMta, "LOG_REMOTE_MTA", 0),
    (MtaOption::QueueTime, "LOG_QUEUE_TIME", 0),
    (MtaOption::Banner, "LOG_BANNER", 1),
    (MtaOption::TransportInfo, "LOG_TRANSPORTINFO", 1),
    // That of the channel keyword `logheader`; it is no option of that name.
    (MtaOption::Header, "LOG_HEADER", 0),
];

/// The values of the `LOG_…` options.
///
/// ```
/// use mtatop::simulate::MtaOptions;
///
/// let mut options = MtaOptions::default();
/// assert!(options.set("LOG_CONNECTION", 3));
/// assert!(!options.set("LOG_NOTHING", 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MtaOptions([u32; SETTINGS]);

impl Default for MtaOptions {
    fn default() -> Self {
        Self(TABLE.map(|(_, _, value)| value))
    }
}

impl MtaOptions {
    /// The names of all options.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|(_, name, _)| *name)
    }

    /// Sets an option; false if there is none of that name. For all but `LOG_CONNECTION`,
    /// which is a bit set, 0 is off and anything else is on.
    pub fn set(&mut self, name: &str, value: u32) -> bool {
        let found = TABLE.iter().zip(&mut self.0).find(|((_, known, _), _)| *known == name);
        found.map(|(_, slot)| *slot = value).is_some()
    }

    /// The value of an option, if there is one of that name.
    pub fn value(&self, name: &str) -> Option<u32> {
        TABLE
            .iter()
            .zip(self.0)
            .find_map(|((_, known, _), value)| (*known == name).then_some(value))
    }

    /// Whether an option is on.
    pub(super) fn is_on(&self, setting: MtaOption) -> bool {
        self.setting(setting) != 0
    }

    /// Whether a bit of `LOG_CONNECTION` is on.
    pub(super) fn has(&self, bit: ConnectionBit) -> bool {
        self.setting(MtaOption::Connection) >> bit as u32 & 1 != 0
    }

    fn setting(&self, setting: MtaOption) -> u32 {
        // The table has the order of the settings.
        self.0.get(setting as usize).copied().unwrap_or_default()
    }
}

/// The kind of site that is simulated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SiteProfile {
    /// Most mail ends in mailboxes of the site: many local deliveries, few connections.
    #[default]
    Store,
    /// All mail is relayed: most connections carry one message, to and from very many domains.
    Relay,
}

/// How the entries of a log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogStyle {
    /// `LOG_FORMAT`.
    pub format: MtaFormat,
    /// The other options.
    pub options: MtaOptions,
    /// Whether the site is old and large, and logs what only such sites do: quoted and routed
    /// addresses, the codes I, K, W and Z, held files, long channel names, closes with a text,
    /// responses that are not ASCII.
    pub odd: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_settings() {
        for (place, (setting, name, _)) in TABLE.iter().enumerate() {
            assert_eq!(*setting as usize, place);
            let mut options = MtaOptions::default();
            assert!(options.set(name, 42));
            assert_eq!((options.value(name), options.setting(*setting)), (Some(42), 42));
        }
        assert_eq!(MtaOptions::names().count(), SETTINGS);
    }

    #[test]
    fn formats_have_their_numbers() {
        assert_eq!(MtaFormat::new(3), Some(MtaFormat::Counted));
        assert_eq!(MtaFormat::new(6), Some(MtaFormat::FlatJson));
        assert_eq!((MtaFormat::new(0), MtaFormat::new(7)), (None, None));
    }
}
