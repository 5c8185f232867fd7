//! Lines of text for people: wrapped at blanks, never cut.

use super::DeliveryState;
use crate::index::EntryKind;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrower than this nothing can be laid out; lines then stick out.
const NARROWEST: usize = 40;
/// Wider lines are hard to read.
const WIDEST: usize = 120;

/// One line, fit for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TraceLine {
    /// What stands there.
    pub text: String,
    /// What it is about.
    pub kind: LineKind,
}

/// What a line is about, for whoever has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// The message.
    #[default]
    Message,
    /// A recipient of whom this became.
    Recipient(DeliveryState),
    /// An entry that counts as this.
    Entry(EntryKind),
}

/// Lines on their way to the output.
pub(super) struct TracePage {
    width: usize,
    lines: Vec<TraceLine>,
    /// What the next lines are about.
    pub(super) kind: LineKind,
}

impl TracePage {
    /// A page of so many columns.
    pub(super) fn new(width: usize) -> Self {
        let width = width.clamp(NARROWEST, WIDEST);
        Self { width, lines: Vec::new(), kind: LineKind::default() }
    }

    /// What was laid out since the last time.
    pub(super) fn take_lines(&mut self) -> Vec<TraceLine> {
        std::mem::take(&mut self.lines)
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.push(String::new());
    }

    /// Lines that were laid out before.
    pub(super) fn lines(&mut self, lines: Vec<TraceLine>) {
        self.lines.extend(lines);
    }

    /// Text behind so many blanks.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.hanging(&" ".repeat(indent), text);
    }

    /// Whether a line has room for text behind so many blanks.
    pub(super) fn fits(&self, indent: usize, text: &str) -> bool {
        indent + text.width() <= self.width
    }

    /// Text behind a label; what does not fit into the line stands below, as far to the right.
    pub(super) fn hanging(&mut self, label: &str, text: &str) {
        let indent = label.width();
        let room = self.width.saturating_sub(indent).max(16);
        for (at, part) in wrap(text, room).into_iter().enumerate() {
            let before = if at == 0 { label } else { &" ".repeat(indent) };
            let mut line = format!("{before}{part}");
            line.truncate(line.trim_end_matches(' ').len());
            self.push(line);
        }
    }

    fn push(&mut self, text: String) {
        self.lines.push(TraceLine { text, kind: self.kind });
    }
}

/// Pieces of at most so many cells, together the whole text but for one blank at each break.
fn wrap(text: &str, room: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (mut used, mut blank, mut end) = (0, None, rest.len());
        for (at, c) in rest.char_indices() {
            used += c.width().unwrap_or(0);
            if used > room && at > 0 {
                end = at;
                break;
            }
            if c == ' ' {
                blank = Some(at);
            }
        }
        if end == rest.len() {
            lines.push(rest);
            return lines;
        }
        let next_is_blank = rest.get(end..).is_some_and(|rest| rest.starts_with(' '));
        let at = if next_is_blank { end } else { blank.filter(|&at| at > 0).unwrap_or(end) };
        let (line, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        lines.push(line);
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_at_blanks_and_else_anywhere() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("one two", 7), ["one two"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        let mut page = TracePage::new(0);
        page.hanging("label  ", &"word ".repeat(9));
        let lines: Vec<_> = page.take_lines().into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["label  word word word word word word", "       word word word"]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_too_long(text in "\\PC{0,60}", room in 2usize..30) {
            let lines = wrap(&text, room);
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
            for line in lines {
                let widths: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
                prop_assert!(widths <= room, "{line:?}");
            }
        }
    }
}
