//! The fields of an entry: what each is called, what switches it on, and what shape it has.
//!
//! Names are those of the XML format, as the 6.3 Administration Guide (819-4428) lists them; which
//! fields format 3 counts is said in the wiki's page on `log_format`. That page does not speak of
//! the remote MTA and of connection entries: their fields have no fixed length either, so they are
//! counted too, and a connection entry has all five of them, `0:` where there is nothing to say.

use super::options::{ConnectionBit, MtaOption, MtaOptions};

/// A field.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogField {
    /// Its name in XML and JSON.
    pub(super) name: &'static str,
    pub(super) shape: FieldShape,
    on: FieldSwitch,
}

/// What decides how a format writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldShape {
    /// A word that no format counts, since it is never empty.
    Word,
    /// The same, padded to twelve characters in formats 1 to 3.
    Column,
    /// A number, also to JSON; never empty, never counted.
    Number,
    /// Counted in format 3, `<>` in format 2 if empty.
    Address,
    /// Counted in format 3.
    Text,
    /// In apostrophes in formats 1 to 3, left out of XML and JSON if empty.
    Filter,
    /// Counted in format 3. In 1 and 2 an empty one that only empty ones follow leaves no blank
    /// behind. (What the MTA does there is not known; a parser has to take both.)
    Late,
    /// The same, and left out of XML and JSON if empty.
    Remark,
    /// A number behind such fields, also to JSON; never empty, never counted.
    LateNumber,
    /// Of a connection entry: counted in format 3, left out of all others if empty.
    Change,
    /// The line of a header, behind `> ` in formats 1 to 3.
    Header,
}

/// What has a field logged.
#[derive(Clone, Copy, Debug)]
enum FieldSwitch {
    Always,
    Set(MtaOption),
    Connection(ConnectionBit),
}

impl LogField {
    const fn new(name: &'static str, shape: FieldShape) -> Self {
        Self { name, shape, on: FieldSwitch::Always }
    }

    const fn set(name: &'static str, shape: FieldShape, setting: MtaOption) -> Self {
        Self { name, shape, on: FieldSwitch::Set(setting) }
    }

    const fn of(name: &'static str, shape: FieldShape, bit: ConnectionBit) -> Self {
        Self { name, shape, on: FieldSwitch::Connection(bit) }
    }

    /// Whether the options have it logged.
    pub(super) fn is_on(&self, options: &MtaOptions) -> bool {
        match self.on {
            FieldSwitch::Always => true,
            FieldSwitch::Set(setting) => options.is_on(setting),
            FieldSwitch::Connection(bit) => options.has(bit),
        }
    }
}

pub(super) const NODE: LogField = LogField::set("no", FieldShape::Word, MtaOption::Node);
pub(super) const PROCESS: LogField = LogField::set("pi", FieldShape::Word, MtaOption::Process);
pub(super) const SOURCE: LogField = LogField::new("sc", FieldShape::Column);
pub(super) const CODE: LogField = LogField::new("ac", FieldShape::Word);

// Of a message entry.
pub(super) const DESTINATION: LogField = LogField::new("dc", FieldShape::Column);
pub(super) const SIZE: LogField = LogField::new("sz", FieldShape::Number);
pub(super) const FROM: LogField = LogField::new("so", FieldShape::Address);
pub(super) const ORIGINAL: LogField = LogField::new("od", FieldShape::Address);
pub(super) const ACTIVE: LogField = LogField::new("de", FieldShape::Address);
pub(super) const FLAGS: LogField = LogField::set("rf", FieldShape::Number, MtaOption::Notary);
pub(super) const FILE: LogField = LogField::set("fi", FieldShape::Text, MtaOption::Filename);
pub(super) const ENVELOPE_ID: LogField =
    LogField::set("ei", FieldShape::Text, MtaOption::EnvelopeId);
pub(super) const MESSAGE_ID: LogField = LogField::set("mi", FieldShape::Text, MtaOption::MessageId);
pub(super) const USER: LogField = LogField::set("us", FieldShape::Text, MtaOption::Username);
pub(super) const SYSTEM: LogField =
    LogField::of("ss", FieldShape::Text, ConnectionBit::Information);
pub(super) const SENSITIVITY: LogField =
    LogField::set("se", FieldShape::Number, MtaOption::Sensitivity);
pub(super) const PRIORITY: LogField = LogField::set("pr", FieldShape::Number, MtaOption::Priority);
pub(super) const INTERMEDIATE: LogField =
    LogField::set("in", FieldShape::Address, MtaOption::Intermediate);
pub(super) const INITIAL: LogField =
    LogField::set("ia", FieldShape::Address, MtaOption::Intermediate);
pub(super) const FILTER: LogField = LogField::set("fl", FieldShape::Filter, MtaOption::Filter);
pub(super) const REASON: LogField = LogField::set("re", FieldShape::Remark, MtaOption::Reason);
pub(super) const DIAGNOSTICS: LogField =
    LogField::set("di", FieldShape::Remark, MtaOption::Diagnostics);
pub(super) const REMOTE_MTA: LogField =
    LogField::set("rm", FieldShape::Remark, MtaOption::RemoteMta);
pub(super) const TRANSPORT: LogField =
    LogField::of("tr", FieldShape::Late, ConnectionBit::Transport);
pub(super) const APPLICATION: LogField =
    LogField::of("ap", FieldShape::Late, ConnectionBit::Application);
/// Whole seconds (the unit is a guess of the reference); 0 where nothing was in a queue.
pub(super) const QUEUE_TIME: LogField =
    LogField::set("qt", FieldShape::LateNumber, MtaOption::QueueTime);

// Of a connection entry.
pub(super) const DIRECTION: LogField = LogField::new("dr", FieldShape::Column);
pub(super) const ENDS: LogField = LogField::new("tr", FieldShape::Change);
pub(super) const SPOKEN: LogField = LogField::new("ap", FieldShape::Change);
pub(super) const WORDS: LogField = LogField::new("mi", FieldShape::Change);
pub(super) const WHO: LogField = LogField::new("us", FieldShape::Change);
pub(super) const WHY: LogField = LogField::new("di", FieldShape::Change);

/// Of a header entry.
pub(super) const HEADER: LogField = LogField::new("va", FieldShape::Header);
