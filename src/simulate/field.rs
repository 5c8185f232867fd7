//! The fields of an entry: what each is called, what switches it on, and what shape it has.
//!
//! Names are those of the XML format, as the 6.3 Administration Guide (819-4428) lists them; which
//! fields format 3 counts is said in the wiki's page on `log_format`. That page does not speak of
//! the remote MTA and of connection entries: their fields have no fixed length either, so they are
//! counted too, and a connection entry has all five of them, `0:` where there is nothing to say.

use super::options::{Bit, Options, Setting};

/// A field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its name in XML and JSON.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    on: Switch,
}

/// What decides how a format writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
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
enum Switch {
    Always,
    Set(Setting),
    Connection(Bit),
}

impl Field {
    const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, on: Switch::Always }
    }

    const fn set(name: &'static str, shape: Shape, setting: Setting) -> Self {
        Self { name, shape, on: Switch::Set(setting) }
    }

    const fn of(name: &'static str, shape: Shape, bit: Bit) -> Self {
        Self { name, shape, on: Switch::Connection(bit) }
    }

    /// Whether the options have it logged.
    pub(super) fn is_on(&self, options: &Options) -> bool {
        match self.on {
            Switch::Always => true,
            Switch::Set(setting) => options.is_on(setting),
            Switch::Connection(bit) => options.has(bit),
        }
    }
}

pub(super) const NODE: Field = Field::set("no", Shape::Word, Setting::Node);
pub(super) const PROCESS: Field = Field::set("pi", Shape::Word, Setting::Process);
pub(super) const SOURCE: Field = Field::new("sc", Shape::Column);
pub(super) const CODE: Field = Field::new("ac", Shape::Word);

// Of a message entry.
pub(super) const DESTINATION: Field = Field::new("dc", Shape::Column);
pub(super) const SIZE: Field = Field::new("sz", Shape::Number);
pub(super) const FROM: Field = Field::new("so", Shape::Address);
pub(super) const ORIGINAL: Field = Field::new("od", Shape::Address);
pub(super) const ACTIVE: Field = Field::new("de", Shape::Address);
pub(super) const FLAGS: Field = Field::set("rf", Shape::Number, Setting::Notary);
pub(super) const FILE: Field = Field::set("fi", Shape::Text, Setting::Filename);
pub(super) const ENVELOPE_ID: Field = Field::set("ei", Shape::Text, Setting::EnvelopeId);
pub(super) const MESSAGE_ID: Field = Field::set("mi", Shape::Text, Setting::MessageId);
pub(super) const USER: Field = Field::set("us", Shape::Text, Setting::Username);
pub(super) const SYSTEM: Field = Field::of("ss", Shape::Text, Bit::Information);
pub(super) const SENSITIVITY: Field = Field::set("se", Shape::Number, Setting::Sensitivity);
pub(super) const PRIORITY: Field = Field::set("pr", Shape::Number, Setting::Priority);
pub(super) const INTERMEDIATE: Field = Field::set("in", Shape::Address, Setting::Intermediate);
pub(super) const INITIAL: Field = Field::set("ia", Shape::Address, Setting::Intermediate);
pub(super) const FILTER: Field = Field::set("fl", Shape::Filter, Setting::Filter);
pub(super) const REASON: Field = Field::set("re", Shape::Remark, Setting::Reason);
pub(super) const DIAGNOSTICS: Field = Field::set("di", Shape::Remark, Setting::Diagnostics);
pub(super) const REMOTE_MTA: Field = Field::set("rm", Shape::Remark, Setting::RemoteMta);
pub(super) const TRANSPORT: Field = Field::of("tr", Shape::Late, Bit::Transport);
pub(super) const APPLICATION: Field = Field::of("ap", Shape::Late, Bit::Application);
/// Whole seconds (the unit is a guess of the reference); 0 where nothing was in a queue.
pub(super) const QUEUE_TIME: Field = Field::set("qt", Shape::LateNumber, Setting::QueueTime);

// Of a connection entry.
pub(super) const DIRECTION: Field = Field::new("dr", Shape::Column);
pub(super) const ENDS: Field = Field::new("tr", Shape::Change);
pub(super) const SPOKEN: Field = Field::new("ap", Shape::Change);
pub(super) const WORDS: Field = Field::new("mi", Shape::Change);
pub(super) const WHO: Field = Field::new("us", Shape::Change);
pub(super) const WHY: Field = Field::new("di", Shape::Change);

/// Of a header entry.
pub(super) const HEADER: Field = Field::new("va", Shape::Header);
