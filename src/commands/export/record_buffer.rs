//! Buffer for a record that lacks a field not known yet.
//!
//! Stores fields in one buffer and replays them later.

use super::FieldWriter;
use std::ops::Range;

/// Buffered fields.
#[derive(Default)]
pub(super) struct RecordBuffer {
    bytes: Vec<u8>,
    names: String,
    fields: Vec<(Range<usize>, RecordValue)>,
}

enum RecordValue {
    Text(Range<usize>),
    Number(u64),
    Decimal(Range<usize>),
    Flag(bool),
    Strings(Vec<(Range<usize>, Range<usize>)>),
    /// The next so many fields are members of an object.
    Object(usize),
    /// Items of a list with their fields.
    List(Vec<RecordBuffer>),
}

impl RecordBuffer {
    /// Records fields.
    pub(super) fn new(members: &mut dyn FnMut(&mut dyn FieldWriter)) -> Self {
        let mut kept = Self::default();
        members(&mut kept);
        kept
    }

    /// Replays the fields.
    pub(super) fn replay(&self, out: &mut dyn FieldWriter) {
        self.tell_some(0..self.fields.len(), out);
    }

    fn tell_some(&self, range: Range<usize>, out: &mut dyn FieldWriter) {
        let mut at = range.start;
        while at < range.end
            && let Some((name, value)) = self.fields.get(at)
        {
            at += 1;
            let name = self.names.get(name.clone()).unwrap_or_default();
            match value {
                RecordValue::Text(text) => out.text(name, self.part(text)),
                RecordValue::Number(number) => out.number(name, *number),
                RecordValue::Decimal(digits) => out.decimal(name, self.part(digits)),
                RecordValue::Flag(flag) => out.flag(name, *flag),
                RecordValue::Strings(members) => {
                    let part = |(name, text): &(_, _)| (self.part(name), self.part(text));
                    out.strings(name, &members.iter().map(part).collect::<Vec<_>>());
                }
                RecordValue::Object(count) => {
                    let members = at..at + count;
                    at = members.end;
                    out.object(name, &mut |out| self.tell_some(members.clone(), out));
                }
                RecordValue::List(items) => out.list(name, items.len(), &mut |item, out| {
                    if let Some(item) = items.get(item) {
                        item.replay(out);
                    }
                }),
            }
        }
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    fn push(&mut self, name: &str, value: RecordValue) {
        let start = self.names.len();
        self.names.push_str(name);
        self.fields.push((start..self.names.len(), value));
    }

    fn store(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}

impl FieldWriter for RecordBuffer {
    fn text(&mut self, name: &str, value: &[u8]) {
        let value = self.store(value);
        self.push(name, RecordValue::Text(value));
    }

    fn number(&mut self, name: &str, value: u64) {
        self.push(name, RecordValue::Number(value));
    }

    fn decimal(&mut self, name: &str, digits: &[u8]) {
        let digits = self.store(digits);
        self.push(name, RecordValue::Decimal(digits));
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.push(name, RecordValue::Flag(value));
    }

    fn strings(&mut self, name: &str, members: &[(&[u8], &[u8])]) {
        let members = members.iter().map(|(name, text)| (self.store(name), self.store(text)));
        let members = members.collect();
        self.push(name, RecordValue::Strings(members));
    }

    fn object(&mut self, name: &str, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        let at = self.fields.len();
        self.push(name, RecordValue::Object(0));
        members(self);
        let count = self.fields.len() - at - 1;
        if let Some((_, value)) = self.fields.get_mut(at) {
            *value = RecordValue::Object(count);
        }
    }

    fn list(
        &mut self,
        name: &str,
        length: usize,
        item: &mut dyn FnMut(usize, &mut dyn FieldWriter),
    ) {
        let items = (0..length).map(|at| Self::new(&mut |out| item(at, out))).collect();
        self.push(name, RecordValue::List(items));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::export::json;

    #[test]
    fn what_is_told_again_is_what_was_told() {
        let mut members = |out: &mut dyn FieldWriter| {
            out.text("a", b"x\xff");
            out.object("o", &mut |out| {
                out.number("n", 7);
                out.object("inner", &mut |_| {});
                out.decimal("d", b"1.50");
            });
            out.flag("f", true);
            out.strings("s", &[(b"k", b"v"), (b"l", b"")]);
            out.list("l", 2, &mut |at, out| {
                out.object("p", &mut |out| out.number("at", at as u64));
            });
        };
        let (mut once, mut again) = (Vec::new(), Vec::new());
        json::record(&mut once, &mut members);
        let kept = RecordBuffer::new(&mut members);
        json::record(&mut again, &mut |out| kept.replay(out));
        assert_eq!(String::from_utf8(once).unwrap(), String::from_utf8(again).unwrap());
    }
}
