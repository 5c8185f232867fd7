//! Width of text in terminal cells.

use unicode_width::UnicodeWidthChar;

pub(super) fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(width).sum()
}

pub(super) fn width(c: char) -> usize {
    if c.is_ascii() { 1 } else { c.width().unwrap_or(0) }
}
