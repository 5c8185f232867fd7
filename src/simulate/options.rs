//! How a log is written: its format, and the options that say what an entry holds.
//!
//! Names and values are those of the MTA's option file and of its channels' ones.

use clap::ValueEnum;

/// `LOG_FORMAT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// 1: fields with blanks between them.
    #[default]
    Text,
    /// 2: the same with `<>` for an empty address.
    Bracketed,
    /// 3: the same with its length before each field that has no fixed one.
    Counted,
    /// 4: an element with attributes.
    Xml,
    /// 5: an object in an object.
    Json,
    /// 6: an object.
    FlatJson,
}

impl Format {
    /// All of them; the first has number 1.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Bracketed, Self::Counted, Self::Xml, Self::Json, Self::FlatJson];

    /// The one of that number.
    pub fn new(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(1)?)).copied()
    }

    /// Whether the words behind the application information of a connection entry are one text.
    pub(super) fn joins_words(self) -> bool {
        matches!(self, Self::Text | Self::Bracketed)
    }

    /// Whether names tell the fields, so that one can be left out where there is nothing to say.
    pub(super) fn is_named(self) -> bool {
        matches!(self, Self::Xml | Self::Json | Self::FlatJson)
    }
}

/// One of the `LOG_…` options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
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

/// What of a connection `LOG_CONNECTION` has logged; its low bits are 0 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bit {
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

/// Name, and value unless something else is said.
const TABLE: [(Setting, &str, u32); SETTINGS] = [
    (Setting::Node, "LOG_NODE", 0),
    (Setting::Process, "LOG_PROCESS", 1),
    (Setting::Notary, "LOG_NOTARY", 0),
    (Setting::Filename, "LOG_FILENAME", 1),
    (Setting::EnvelopeId, "LOG_ENVELOPE_ID", 0),
    (Setting::MessageId, "LOG_MESSAGE_ID", 1),
    (Setting::Username, "LOG_USERNAME", 1),
    (Setting::Connection, "LOG_CONNECTION", 135),
    (Setting::Sensitivity, "LOG_SENSITIVITY", 0),
    (Setting::Priority, "LOG_PRIORITY", 0),
    (Setting::Intermediate, "LOG_INTERMEDIATE", 0),
    (Setting::Filter, "LOG_FILTER", 0),
    (Setting::Reason, "LOG_REASON", 0),
    (Setting::Diagnostics, "LOG_DIAGNOSTICS", 1),
    (Setting::RemoteMta, "LOG_REMOTE_MTA", 0),
    (Setting::QueueTime, "LOG_QUEUE_TIME", 0),
    (Setting::Banner, "LOG_BANNER", 1),
    (Setting::TransportInfo, "LOG_TRANSPORTINFO", 1),
    // That of the channel keyword `logheader`; it is no option of that name.
    (Setting::Header, "LOG_HEADER", 0),
];

/// What the `LOG_…` options say.
///
/// ```
/// use mtatop::simulate::Options;
///
/// let mut options = Options::default();
/// assert!(options.set("LOG_CONNECTION", 3));
/// assert!(!options.set("LOG_NOTHING", 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options([u32; SETTINGS]);

impl Default for Options {
    fn default() -> Self {
        Self(TABLE.map(|(_, _, value)| value))
    }
}

impl Options {
    /// The names of all options.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|(_, name, _)| *name)
    }

    /// Gives an option a value; whether there is one of that name. For all but `LOG_CONNECTION`,
    /// whose bits count, 0 is off and anything else is on.
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
    pub(super) fn is_on(&self, setting: Setting) -> bool {
        self.setting(setting) != 0
    }

    /// Whether a bit of `LOG_CONNECTION` is on.
    pub(super) fn has(&self, bit: Bit) -> bool {
        self.setting(Setting::Connection) >> bit as u32 & 1 != 0
    }

    fn setting(&self, setting: Setting) -> u32 {
        // The table has the order of the settings.
        self.0.get(setting as usize).copied().unwrap_or_default()
    }
}

/// What the simulated site is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Most mail ends in mailboxes of the site: many local deliveries, few connections.
    #[default]
    Store,
    /// All mail is passed on: most connections carry one message, to and from very many domains.
    Relay,
}

/// How the entries of a log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `LOG_FORMAT`.
    pub format: Format,
    /// The other options.
    pub options: Options,
    /// Whether the site has the odd entries that old and large ones have: quoted and routed
    /// addresses, the codes I, K, W and Z, held files, long channel names, wordy closes, replies
    /// that are not ASCII.
    pub odd: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_settings() {
        for (place, (setting, name, _)) in TABLE.iter().enumerate() {
            assert_eq!(*setting as usize, place);
            let mut options = Options::default();
            assert!(options.set(name, 42));
            assert_eq!((options.value(name), options.setting(*setting)), (Some(42), 42));
        }
        assert_eq!(Options::names().count(), SETTINGS);
    }

    #[test]
    fn formats_have_their_numbers() {
        assert_eq!(Format::new(3), Some(Format::Counted));
        assert_eq!(Format::new(6), Some(Format::FlatJson));
        assert_eq!((Format::new(0), Format::new(7)), (None, None));
    }
}
