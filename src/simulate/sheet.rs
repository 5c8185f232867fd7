//! How each format writes the fields of an entry.
//!
//! Knows neither which fields there are nor what they mean.

use std::fmt::{Display, Write};

use super::clock::{Clock, Style, Time};
use super::field::{Field, Shape};
use super::options::{Format, Written};

/// What an entry is about, which XML and format 5 say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Connection,
    Header,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Message => "en",
            Self::Connection => "co",
            Self::Header => "he",
        }
    }
}

/// An entry being written.
pub(super) struct Sheet<'a> {
    written: &'a Written,
    line: String,
    /// A value that has to be counted or escaped.
    value: String,
    /// Empty fields at the end of the line: their blanks are written when something follows.
    owed: usize,
}

impl<'a> Sheet<'a> {
    /// An entry with its time stamp.
    pub(super) fn new(written: &'a Written, kind: Kind, clock: &mut Clock, time: Time) -> Self {
        let mut line = String::with_capacity(512);
        let (begin, style, end) = match written.format {
            Format::Text | Format::Bracketed | Format::Counted => ([""; 3], Style::Log, ""),
            Format::Xml => (["<", kind.name(), " ts=\""], Style::Iso, "\""),
            Format::Json => (["{\"", kind.name(), "\":{\"ts\":\""], Style::Iso, "\""),
            Format::FlatJson => (["{", "", "\"ts\":\""], Style::Iso, "\""),
        };
        line.extend(begin);
        clock.stamp(&mut line, time, style);
        line.push_str(end);
        Self { written, line, value: String::new(), owed: 0 }
    }

    /// Adds a field, if the options have it logged.
    #[inline]
    pub(super) fn put(&mut self, field: Field, value: &dyn Display) {
        if field.is_on(&self.written.options) {
            self.add(field, value);
        }
    }

    /// The same with a value that is text already, at a third of the cost in formats 1 and 2.
    #[inline]
    pub(super) fn put_word(&mut self, field: Field, value: &str) {
        if !matches!(self.written.format, Format::Text | Format::Bracketed) {
            return self.put(field, &value);
        }
        if field.is_on(&self.written.options) {
            self.line.push(' ');
            let start = self.line.len();
            self.line.push_str(value);
            if field.shape == Shape::Column {
                pad(&mut self.line, start);
            }
        }
    }

    fn add(&mut self, field: Field, value: &dyn Display) {
        match self.written.format {
            Format::Text => self.put_text(field.shape, value, ""),
            Format::Bracketed => self.put_text(field.shape, value, "<>"),
            Format::Counted => self.put_counted(field.shape, value),
            Format::Xml => self.put_attribute(field, value),
            Format::Json | Format::FlatJson => self.put_member(field, value),
        }
    }

    /// The whole entry.
    pub(super) fn finish(mut self) -> String {
        self.line.push_str(match self.written.format {
            Format::Text | Format::Bracketed | Format::Counted => "",
            Format::Xml => "/>",
            Format::Json => "}}",
            Format::FlatJson => "}",
        });
        self.line
    }

    /// A blank and the field, also if it is empty; an empty address is written as `nobody`.
    fn put_text(&mut self, shape: Shape, value: &dyn Display, nobody: &str) {
        match shape {
            Shape::Late | Shape::LateNumber | Shape::Remark => return self.put_late(value, 1),
            Shape::Change => return self.put_late(value, 0),
            Shape::Header => self.line.push_str(" > "),
            Shape::Filter => self.line.push_str(" '"),
            _ => self.line.push(' '),
        }
        let start = self.line.len();
        write(&mut self.line, value);
        match shape {
            Shape::Column => pad(&mut self.line, start),
            Shape::Filter => self.line.push('\''),
            Shape::Address if self.line.len() == start => self.line.push_str(nobody),
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
    fn put_counted(&mut self, shape: Shape, value: &dyn Display) {
        match shape {
            Shape::Word | Shape::Column | Shape::Number | Shape::LateNumber | Shape::Header => {
                return self.put_text(shape, value, "");
            }
            _ => self.write_value(value),
        }
        if shape == Shape::Filter {
            self.value.insert(0, '\'');
            self.value.push('\'');
        }
        write(&mut self.line, &format_args!(" {}:{}", self.value.chars().count(), self.value));
    }

    fn put_attribute(&mut self, Field { name, shape, .. }: Field, value: &dyn Display) {
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

    fn put_member(&mut self, Field { name, shape, .. }: Field, value: &dyn Display) {
        self.write_value(value);
        if self.is_left_out(shape) {
            return;
        }
        self.line.extend([",\"", name, "\":"]);
        if matches!(shape, Shape::Number | Shape::LateNumber) {
            self.line.push_str(&self.value);
        } else {
            write(&mut self.line, &serde_json::Value::from(self.value.as_str()));
        }
    }

    fn is_left_out(&self, shape: Shape) -> bool {
        self.value.is_empty() && matches!(shape, Shape::Filter | Shape::Remark | Shape::Change)
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
