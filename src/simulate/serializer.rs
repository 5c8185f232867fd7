//! How each format writes the fields of an entry.
//!
//! Knows neither which fields there are nor what they mean.

use std::fmt::{Display, Write};

use super::clock::{SimClock, SimTime, StampStyle};
use super::options::MtaFormat;

/// What an entry is about, which XML and format 5 name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryElement {
    Message,
    Connection,
    Header,
}

/// What decides how a format writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldShape {
    /// A word without a length in any format, since it is never empty.
    Word,
    /// The same, padded to twelve characters in formats 1 to 3.
    Column,
    /// A number, also to JSON; never empty, without a length.
    Number,
    /// With its length in format 3, `<>` in format 2 if empty.
    Address,
    /// With its length in format 3.
    Text,
    /// In apostrophes in formats 1 to 3, left out of XML and JSON if empty.
    Filter,
    /// With its length in format 3. In 1 and 2 an empty one that only empty ones follow leaves no
    /// blank behind. (What the MTA does there is unknown; a parser has to take both.)
    Late,
    /// The same, and left out of XML and JSON if empty.
    Remark,
    /// A number behind such fields, also to JSON; never empty, without a length.
    LateNumber,
    /// Of a connection entry: with its length in format 3, left out of all others if empty.
    OfConnection,
    /// The line of a header, behind `> ` in formats 1 to 3.
    Header,
}

/// An entry that is being written.
pub(super) struct EntryWriter {
    format: MtaFormat,
    line: String,
    /// A value whose length or escapes are needed first.
    value: String,
    /// Empty fields at the end of the line: their blanks are written when something follows.
    owed: usize,
}

impl EntryWriter {
    /// An entry with its time stamp.
    pub(super) fn new(
        format: MtaFormat,
        element: EntryElement,
        clock: &mut SimClock,
        time: SimTime,
    ) -> Self {
        // Longer than nearly all entries of text, so that few lines are moved while they grow.
        let mut line = String::with_capacity(512);
        let name = match element {
            EntryElement::Message => "en",
            EntryElement::Connection => "co",
            EntryElement::Header => "he",
        };
        let (begin, style, end) = match format {
            MtaFormat::Text | MtaFormat::Bracketed | MtaFormat::Counted => {
                ([""; 3], StampStyle::Log, "")
            }
            MtaFormat::Xml => (["<", name, " ts=\""], StampStyle::Iso, "\""),
            MtaFormat::Json => (["{\"", name, "\":{\"ts\":\""], StampStyle::Iso, "\""),
            MtaFormat::FlatJson => (["{", "", "\"ts\":\""], StampStyle::Iso, "\""),
        };
        line.extend(begin);
        clock.stamp(&mut line, time, style);
        line.push_str(end);
        Self { format, line, value: String::new(), owed: 0 }
    }

    /// Adds a field, whose value is appended by `value`.
    pub(super) fn put(&mut self, name: &str, shape: FieldShape, value: impl Fn(&mut String)) {
        match self.format {
            MtaFormat::Text => self.put_text(shape, value, ""),
            MtaFormat::Bracketed => self.put_text(shape, value, "<>"),
            MtaFormat::Counted => self.put_counted(shape, value),
            MtaFormat::Xml | MtaFormat::Json | MtaFormat::FlatJson => {
                self.value.clear();
                value(&mut self.value);
                let optional = [FieldShape::Filter, FieldShape::Remark, FieldShape::OfConnection];
                if self.value.is_empty() && optional.contains(&shape) {
                    return;
                }
                if self.format == MtaFormat::Xml {
                    self.put_attribute(name);
                } else {
                    self.put_member(name, shape);
                }
            }
        }
    }

    /// The whole entry.
    pub(super) fn finish(mut self) -> String {
        self.line.push_str(match self.format {
            MtaFormat::Text | MtaFormat::Bracketed | MtaFormat::Counted => "",
            MtaFormat::Xml => "/>",
            MtaFormat::Json => "}}",
            MtaFormat::FlatJson => "}",
        });
        self.line
    }

    /// A blank and the field, also if it is empty; an empty address is written as `nobody`.
    fn put_text(&mut self, shape: FieldShape, value: impl Fn(&mut String), nobody: &str) {
        let before = match shape {
            FieldShape::Late | FieldShape::LateNumber | FieldShape::Remark => {
                return self.put_late(value, 1);
            }
            FieldShape::OfConnection => return self.put_late(value, 0),
            FieldShape::Header => " > ",
            FieldShape::Filter => " '",
            _ => " ",
        };
        self.line.push_str(before);
        let start = self.line.len();
        value(&mut self.line);
        match shape {
            FieldShape::Column => {
                let blanks = "            ";
                let length = self.line.len() - start;
                self.line.push_str(blanks.get(length..).unwrap_or_default());
            }
            FieldShape::Filter => self.line.push('\''),
            FieldShape::Address if self.line.len() == start => self.line.push_str(nobody),
            _ => {}
        }
    }

    /// A field near the end of the line. An empty one takes so many blanks if something follows.
    fn put_late(&mut self, value: impl Fn(&mut String), blanks: usize) {
        let end = self.line.len();
        self.line.extend(std::iter::repeat_n(' ', self.owed + 1));
        let start = self.line.len();
        value(&mut self.line);
        if self.line.len() == start {
            self.line.truncate(end);
            self.owed += blanks;
        } else {
            self.owed = 0;
        }
    }

    /// The field behind the number of its characters, where it has no fixed length.
    fn put_counted(&mut self, shape: FieldShape, value: impl Fn(&mut String)) {
        self.value.clear();
        match shape {
            FieldShape::Word
            | FieldShape::Column
            | FieldShape::Number
            | FieldShape::LateNumber
            | FieldShape::Header => return self.put_text(shape, value, ""),
            FieldShape::Filter => {
                self.value.push('\'');
                value(&mut self.value);
                self.value.push('\'');
            }
            _ => value(&mut self.value),
        }
        append(&mut self.line, format_args!(" {}:{}", self.value.chars().count(), self.value));
    }

    fn put_attribute(&mut self, name: &str) {
        self.line.extend([" ", name, "=\""]);
        for c in self.value.chars() {
            match c {
                '<' => self.line.push_str("&lt;"),
                '>' => self.line.push_str("&gt;"),
                '&' => self.line.push_str("&amp;"),
                '"' => self.line.push_str("&quot;"),
                '\'' => self.line.push_str("&apos;"),
                c if c.is_control() => append(&mut self.line, format_args!("&#{};", u32::from(c))),
                c => self.line.push(c),
            }
        }
        self.line.push('"');
    }

    fn put_member(&mut self, name: &str, shape: FieldShape) {
        self.line.extend([",\"", name, "\":"]);
        if matches!(shape, FieldShape::Number | FieldShape::LateNumber) {
            self.line.push_str(&self.value);
        } else {
            append(&mut self.line, serde_json::Value::from(self.value.as_str()));
        }
    }
}

/// Appends a value.
pub(super) fn append(to: &mut String, value: impl Display) {
    let written = write!(to, "{value}");
    debug_assert!(written.is_ok(), "a String takes everything");
}
