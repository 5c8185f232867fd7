//! CSV by RFC 4180: header row, CR LF, quotes where needed.
//!
//! Knows no field by name. Tables are opened in spreadsheets, which run what looks like a formula,
//! and strangers choose the text: a cell that begins with one of `= + - @ | %`, TAB, CR, LF, a
//! full-width sign of these, or an apostrophe gets an apostrophe in front, so that to take one away
//! gives back the text. A cell with characters that act on a terminal, hide or reorder text is written
//! in the notation of [`plain`](crate::text::sanitize::escape()). A writer of its own rather than a crate: the quoting is five lines.

use super::{FieldWriter, json};
use crate::text::escape::{put_csv, put_harmless};

/// Line end.
const END: &[u8] = b"\r\n";

/// Row in progress, and the properties of all rows.
pub struct Csv {
    columns: &'static [&'static str],
    cells: Vec<Vec<u8>>,
    /// Path of the enclosing objects, each name followed by a dot.
    within: String,
    /// Column after the last filled one: fields arrive in column order.
    next: usize,
}

impl Csv {
    /// A table with these columns.
    pub fn new(columns: &'static [&'static str]) -> Self {
        let cells = vec![Vec::new(); columns.len()];
        Self { columns, cells, within: String::new(), next: 0 }
    }

    /// Writes the header row.
    pub fn head(&self, out: &mut Vec<u8>) {
        cells(self.columns.iter().map(|column| column.as_bytes()), out);
        out.extend_from_slice(END);
    }

    /// Writes a row.
    pub fn record(&mut self, out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        self.begin_record(out, members);
        out.extend_from_slice(END);
    }

    /// Writes these columns without a line end: the first ones of a row.
    pub fn begin_record(
        &mut self,
        out: &mut Vec<u8>,
        members: &mut dyn FnMut(&mut dyn FieldWriter),
    ) {
        self.cells.iter_mut().for_each(Vec::clear);
        self.next = 0;
        members(self);
        cells(self.cells.iter().map(Vec::as_slice), out);
    }

    /// Writes these columns as the last ones of a row.
    pub fn end_record(&mut self, out: &mut Vec<u8>, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        out.push(b',');
        self.record(out, members);
    }

    /// Cell of a field; fields without a column are dropped.
    fn cell(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        let is = |column: &&str| column.strip_prefix(&*self.within) == Some(name);
        let (before, behind) = self.columns.split_at_checked(self.next)?;
        let at = match behind.iter().position(is) {
            Some(at) => self.next + at,
            None => before.iter().position(is)?,
        };
        self.next = at + 1;
        self.cells.get_mut(at)
    }
}

impl FieldWriter for Csv {
    fn text(&mut self, name: &str, value: &[u8]) {
        if let Some(cell) = self.cell(name) {
            put_harmless(cell, value);
        }
    }

    fn number(&mut self, name: &str, value: u64) {
        if let Some(cell) = self.cell(name) {
            json::whole(value, cell);
        }
    }

    fn decimal(&mut self, name: &str, digits: &[u8]) {
        self.text(name, digits);
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.text(name, if value { b"true" } else { b"false" });
    }

    fn strings(&mut self, name: &str, members: &[(&[u8], &[u8])]) {
        if let Some(cell) = self.cell(name) {
            json::strings(cell, members);
        }
    }

    fn object(&mut self, name: &str, members: &mut dyn FnMut(&mut dyn FieldWriter)) {
        let outer = self.within.len();
        self.within.push_str(name);
        self.within.push('.');
        members(self);
        self.within.truncate(outer);
    }

    fn list(
        &mut self,
        name: &str,
        length: usize,
        item: &mut dyn FnMut(usize, &mut dyn FieldWriter),
    ) {
        if let Some(cell) = self.cell(name) {
            json::list(cell, length, item);
        }
    }
}

fn cells<'a>(cells: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        put_csv(out, cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::char_class::{CharClass, char_class};
    use proptest::prelude::*;

    const COLUMNS: &[&str] = &["a", "o.x", "o.y", "b"];

    fn written(members: &mut dyn FnMut(&mut dyn FieldWriter)) -> String {
        let (mut csv, mut out) = (Csv::new(COLUMNS), Vec::new());
        csv.record(&mut out, members);
        String::from_utf8(out).unwrap()
    }

    /// Parses rows by an independent reading of RFC 4180.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
        let (mut quoted, mut rest) = (false, text.chars().peekable());
        while let Some(c) = rest.next() {
            match c {
                '"' if quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                '\r' if !quoted && rest.next_if_eq(&'\n').is_some() => {
                    cells.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut cells));
                }
                c => cell.push(c),
            }
        }
        assert!(cell.is_empty() && cells.is_empty() && !quoted, "{text}");
        rows
    }

    #[test]
    fn fields_find_their_columns_in_any_order() {
        let line = written(&mut |out| {
            out.flag("b", true);
            out.object("o", &mut |out| {
                out.number("y", 7);
                out.text("x", b"one, \"two\"");
            });
            out.text("unasked", b"x");
        });
        assert_eq!(line, ",\"one, \"\"two\"\"\",7,true\r\n");
        let mut head = Vec::new();
        Csv::new(COLUMNS).head(&mut head);
        assert_eq!(head, b"a,o.x,o.y,b\r\n");
    }

    #[test]
    fn what_has_no_columns_of_its_own_is_json_in_a_cell() {
        let line = written(&mut |out| {
            out.strings("a", &[(b"k", b"=v")]);
            out.list("b", 1, &mut |_, out| out.number("n", 1));
        });
        assert_eq!(line, "\"{\"\"k\"\":\"\"=v\"\"}\",,,\"[{\"\"n\"\":1}]\"\r\n");
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for text in ["=1+1", "+1", "-1", "@a", "|x", "%0a", "\tx", "\rx", "\nx", "\u{ff1d}1", "'x"]
        {
            let line = written(&mut |out| out.text("a", text.as_bytes()));
            assert!(line.starts_with('\'') || line.starts_with("\"'"), "{line:?}");
        }
        assert_eq!(written(&mut |out| out.text("a", b"a=b")), "a=b,,,\r\n");
    }

    #[test]
    fn controls_are_escaped() {
        let text = "a\x1b[2J\u{202e}\r\nb".as_bytes();
        assert_eq!(written(&mut |out| out.text("a", text)), "a\\x1b[2J\\u{202e}\\r\\nb,,,\r\n");
        assert_eq!(written(&mut |out| out.text("a", b"\xff")), "\\xff,,,\r\n");
        assert_eq!(written(&mut |out| out.text("a", br"DOM\user")), "DOM\\user,,,\r\n");
        assert_eq!(written(&mut |out| out.text("a", "Müller".as_bytes())), "Müller,,,\r\n");
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_cell(bytes: Vec<u8>, text in r#"[a-z,"'= \\]{0,8}"#) {
            let rows = read(&written(&mut |out| {
                out.text("a", &bytes);
                out.text("b", text.as_bytes());
            }));
            prop_assert_eq!((rows.len(), rows[0].len()), (1, COLUMNS.len()));
            let back = rows[0][3].strip_prefix('\'').unwrap_or(&rows[0][3]);
            prop_assert_eq!(back, &text);
            prop_assert!(rows[0][0].chars().all(|c| char_class(c) != CharClass::Hidden));
        }
    }
}
