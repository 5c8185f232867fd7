//! How each format writes the fields of an entry.
//!
//! Knows neither which fields there are nor what they mean.

use std::fmt::{Display, Write};

use super::clock::{SimClock, SimTime, StampStyle};
use super::field::{FieldShape, LogField};
use super::options::{LogStyle, MtaFormat};

/// What an entry is about, which XML and format 5 say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryElement {
    Message,
    Connection,
    Header,
}

impl EntryElement {
    fn name(self) -> &'static str {
        match self {
            Self::Message => "en",
            Self::Connection => "co",
            Self::Header => "he",
        }
    }
}

/// An entry being written.
pub(super) struct EntryWriter<'a> {
    written: &'a LogStyle,
    line: String,
    /// A value that has to be counted or escaped.
    value: String,
    /// Empty fields at the end of the line: their blanks are written when something follows.
    owed: usize,
}

impl<'a> EntryWriter<'a> {
    /// An entry with its time stamp.
    pub(super) fn new(
        written: &'a LogStyle,
        kind: EntryElement,
        clock: &mut SimClock,
        time: SimTime,
    ) -> Self {
        let mut line = String::with_capacity(512);
        let (begin, style, end) = match written.format {
            MtaFormat::Text | MtaFormat::Bracketed | MtaFormat::Counted => {
                ([""; 3], StampStyle::Log, "")
            }
            MtaFormat::Xml => (["<", kind.name(), " ts=\""], StampStyle::Iso, "\""),
            MtaFormat::Json => (["{\"", kind.name(), "\":{\"ts\":\""], StampStyle::Iso, "\""),
            MtaFormat::FlatJson => (["{", "", "\"ts\":\""], StampStyle::Iso, "\""),
        };
        line.extend(begin);
        clock.stamp(&mut line, time, style);
        line.push_str(end);
        Self { written, line, value: String::new(), owed: 0 }
    }

    /// Adds a field, if the options have it logged.
    #[inline]
    pub(super) fn put(&mut self, field: LogField, value: &dyn Display) {
        if field.is_on(&self.written.options) {
            self.add(field, value);
        }
    }

    /// The same with a value that is text already, at a third of the cost in formats 1 and 2.
    #[inline]
    pub(super) fn put_word(&mut self, field: LogField, value: &str) {
        if !matches!(self.written.format, MtaFormat::Text | MtaFormat::Bracketed) {
            return self.put(field, &value);
        }
        if field.is_on(&self.written.options) {
            self.line.push(' ');
            let start = self.line.len();
            self.line.push_str(value);
            if field.shape == FieldShape::Column {
                pad(&mut self.line, start);
            }
        }
    }

    fn add(&mut self, field: LogField, value: &dyn Display) {
        match self.written.format {
            MtaFormat::Text => self.put_text(field.shape, value, ""),
            MtaFormat::Bracketed => self.put_text(field.shape, value, "<>"),
            MtaFormat::Counted => self.put_counted(field.shape, value),
            MtaFormat::Xml => self.put_attribute(field, value),
            MtaFormat::Json | MtaFormat::FlatJson => self.put_member(field, value),
        }
    }

    /// The whole entry.
    pub(super) fn finish(mut self) -> String {
        self.line.push_str(match self.written.format {
            MtaFormat::Text | MtaFormat::Bracketed | MtaFormat::Counted => "",
            MtaFormat::Xml => "/>",
            MtaFormat::Json => "}}",
            MtaFormat::FlatJson => "}",
        });
        self.line
    }

    /// A blank and the field, also if it is empty; an empty address is written as `nobody`.
    fn put_text(&mut self, shape: FieldShape, value: &dyn Display, nobody: &str) {
        match shape {
            FieldShape::Late | FieldShape::LateNumber | FieldShape::Remark => {
                return self.put_late(value, 1);
            }
            FieldShape::Change => return self.put_late(value, 0),
            FieldShape::Header => self.line.push_str(" > "),
            FieldShape::Filter => self.line.push_str(" '"),
            _ => self.line.push(' '),
        }
        let start = self.line.len();
        write(&mut self.line, value);
        match shape {
            FieldShape::Column => pad(&mut self.line, start),
            FieldShape::Filter => self.line.push('\''),
            FieldShape::Address if self.line.len() == start => self.line.push_str(nobody),
            _ => {}
        }
    }

    /// A field near the end of the line. An empty one takes so many blanks if something follows.
    fn put_late(&mut self, value: &dyn Display, blanks: usize) {
        let end = self.line.len();
        for _ in 0..=self.owed {
            self.line.push(' ');
        }
        let start = self.line.len();
        write(&mut self.line, value);
        if self.line.len() == start {
            self.line.truncate(end);
            self.owed += blanks;
        } else {
            self.owed = 0;
        }
    }

    /// The field behind the number of its characters, where it has no fixed length.
    fn put_counted(&mut self, shape: FieldShape, value: &dyn Display) {
        match shape {
            FieldShape::Word
            | FieldShape::Column
            | FieldShape::Number
            | FieldShape::LateNumber
            | FieldShape::Header => {
                return self.put_text(shape, value, "");
            }
            _ => self.write_value(value),
        }
        if shape == FieldShape::Filter {
            self.value.insert(0, '\'');
            self.value.push('\'');
        }
        write(&mut self.line, &format_args!(" {}:{}", self.value.chars().count(), self.value));
    }

    fn put_attribute(&mut self, LogField { name, shape, .. }: LogField, value: &dyn Display) {
        self.write_value(value);
        if self.is_left_out(shape) {
            return;
        }
        self.line.extend([" ", name, "=\""]);
        for c in self.value.chars() {
            match c {
                '<' => self.line.push_str("&lt;"),
                '>' => self.line.push_str("&gt;"),
                '&' => self.line.push_str("&amp;"),
                '"' => self.line.push_str("&quot;"),
                '\'' => self.line.push_str("&apos;"),
                c if c.is_control() => {
                    write(&mut self.line, &format_args!("&#{};", u32::from(c)));
                }
                c => self.line.push(c),
            }
        }
        self.line.push('"');
    }

    fn put_member(&mut self, LogField { name, shape, .. }: LogField, value: &dyn Display) {
        self.write_value(value);
        if self.is_left_out(shape) {
            return;
        }
        self.line.extend([",\"", name, "\":"]);
        if matches!(shape, FieldShape::Number | FieldShape::LateNumber) {
            self.line.push_str(&self.value);
        } else {
            write(&mut self.line, &serde_json::Value::from(self.value.as_str()));
        }
    }

    fn is_left_out(&self, shape: FieldShape) -> bool {
        self.value.is_empty()
            && matches!(shape, FieldShape::Filter | FieldShape::Remark | FieldShape::Change)
    }

    fn write_value(&mut self, value: &dyn Display) {
        self.value.clear();
        write(&mut self.value, value);
    }
}

/// Fills a column of twelve up, if what stands in it since `start` has not.
fn pad(line: &mut String, start: usize) {
    let blanks = "            ";
    line.push_str(blanks.get(line.len() - start..).unwrap_or_default());
}

fn write(line: &mut String, value: &dyn Display) {
    let written = write!(line, "{value}");
    debug_assert!(written.is_ok(), "a String takes everything");
}
