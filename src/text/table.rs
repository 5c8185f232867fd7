//! Text tables with columns as wide as their cells, for terminals, pipes and tickets.
//!
//! Knows nothing of what it holds. Cells are our own words or text that went through
//! [`plain`](crate::text::sanitize::escape()). Rows are given twice, to be measured and to be laid out, so that
//! a table of a million rows needs no room.
//!
//! ```
//! use mtatop::text::table::{Column, Table};
//! let mut table = Table::new(vec![Column::text("domain"), Column::number("failed", "R")]);
//! let row = ["a.example".to_owned(), "1,204".to_owned()];
//! table.measure(&row);
//! table.fit_to(None);
//! assert_eq!(table.head(), "domain     failed");
//! assert_eq!(table.line(&row), "a.example   1,204");
//! ```

use crate::text::sanitize::{SafeText, sanitize};
use std::io::IsTerminal;

/// Maximum alignment width of a text column in unlimited lines; longer cells stick out, so that one
/// long untrusted text does not widen every line.
pub const WIDEST: usize = 80;
/// Minimum width of a clipped text column before the next column is clipped.
const NARROWEST: usize = 12;
const BETWEEN: &str = "  ";

/// Column.
#[derive(Clone, Debug)]
pub struct Column {
    head: &'static str,
    /// Shorter heading for narrow terminals.
    short: &'static str,
    right: bool,
    cells: usize,
    /// Whether cells are clipped to `cells`.
    clips: bool,
}

impl Column {
    /// Left-aligned text, clipped on a terminal.
    pub fn text(head: &'static str) -> Self {
        Self { head, short: head, right: false, cells: 0, clips: false }
    }

    /// Right-aligned numbers, never clipped.
    pub fn number(head: &'static str, short: &'static str) -> Self {
        Self { head, short, right: true, cells: 0, clips: false }
    }
}

/// Table layout.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }

    /// Widens the columns for a row.
    pub fn measure(&mut self, row: &[String]) {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.cells = column.cells.max(width(cell));
        }
    }

    /// Fixes the layout after all rows are measured; `None` for unlimited lines.
    pub fn fit_to(&mut self, line: Option<usize>) {
        let bare: Vec<usize> = self.columns.iter().map(|column| column.cells).collect();
        for column in &mut self.columns {
            column.cells = column.cells.max(column.head.len());
        }
        let Some(line) = line else {
            for column in self.columns.iter_mut().filter(|column| !column.right) {
                column.cells = column.cells.min(WIDEST);
            }
            return;
        };
        if self.cells() > line {
            for (column, bare) in self.columns.iter_mut().zip(bare) {
                column.head = column.short;
                column.cells = bare.max(column.head.len());
            }
        }
        for least in [NARROWEST, 1] {
            // The last text column is clipped first: it explains, while the first one names.
            for at in (0..self.columns.len()).rev() {
                let excess = self.cells().saturating_sub(line);
                if let Some(column) = self.columns.get_mut(at).filter(|column| !column.right) {
                    let cells = column.cells.saturating_sub(excess).max(least).min(column.cells);
                    column.clips |= cells < column.cells;
                    column.cells = cells;
                }
            }
        }
    }

    fn cells(&self) -> usize {
        let gaps = BETWEEN.len() * self.columns.len().saturating_sub(1);
        self.columns.iter().map(|column| column.cells).sum::<usize>() + gaps
    }

    /// Header row.
    pub fn head(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|column| column.head.to_owned()).collect();
        self.line(&heads)
    }

    /// Line of a row.
    pub fn line(&self, row: &[String]) -> String {
        let mut line = String::new();
        for (at, (column, cell)) in self.columns.iter().zip(row).enumerate() {
            if at > 0 {
                line.push_str(BETWEEN);
            }
            let clipped = column.clips.then(|| clip(cell, column.cells));
            let cell = clipped.as_deref().unwrap_or(cell);
            let room = " ".repeat(column.cells.saturating_sub(width(cell)));
            let (before, behind) = if column.right { (&*room, "") } else { ("", &*room) };
            line.extend([before, cell, behind]);
        }
        line.truncate(line.trim_end_matches(' ').len());
        line
    }

    /// Header row and ruler in Markdown.
    pub fn markdown_head(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|column| column.head.to_owned()).collect();
        let rule = |column: &Column| if column.right { "---:" } else { "---" }.to_owned();
        let rules: Vec<String> = self.columns.iter().map(rule).collect();
        format!("{}\n{}", markdown_line(&heads), markdown_line(&rules))
    }
}

/// Markdown row, of cells escaped by [`markdown`](crate::text::escape::markdown()).
pub fn markdown_line(row: &[String]) -> String {
    format!("| {} |", row.join(" | "))
}

/// Text clipped to a width, with `…` where it is cut.
pub fn clip(text: &str, cells: usize) -> String {
    if text.is_ascii() && text.len() <= cells {
        return text.to_owned();
    }
    sanitize(text.as_bytes()).clip(cells).pieces().map(|piece| piece.text).collect()
}

/// Text wrapped to a width, with `indent` blanks before all lines but the first.
pub fn wrap(text: &str, cells: usize, indent: usize) -> String {
    let line = |shown: &SafeText| -> String { shown.pieces().map(|piece| piece.text).collect() };
    let lines = sanitize(text.as_bytes()).wrap(cells.saturating_sub(indent));
    let lines: Vec<String> = lines.iter().map(|shown| line(shown).trim_end().to_owned()).collect();
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

fn width(cell: &str) -> usize {
    if cell.is_ascii() { cell.len() } else { sanitize(cell.as_bytes()).width() }
}

/// Width of stdout, if it is a terminal.
pub fn terminal_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    // Queries the terminal itself; other ways may start a program found on the path.
    let size = crossterm::terminal::window_size().ok();
    Some(size.map_or(80, |size| usize::from(size.columns)).max(20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(rows: &[[&str; 3]], line: Option<usize>) -> Vec<String> {
        let columns =
            vec![Column::text("domain"), Column::number("deferred", "Q"), Column::text("response")];
        let mut table = Table::new(columns);
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        for row in &rows {
            table.measure(row);
        }
        table.fit_to(line);
        std::iter::once(table.head()).chain(rows.iter().map(|row| table.line(row))).collect()
    }

    #[test]
    fn a_narrow_terminal_takes_short_heads_and_clips_the_last_text_first() {
        let rows = [["a.example", "1,000", "421 4.7.0 try again later"], ["b.example", "7", ""]];
        assert_eq!(
            table(&rows, Some(80)),
            [
                "domain     deferred  response",
                "a.example     1,000  421 4.7.0 try again later",
                "b.example         7"
            ]
        );
        assert_eq!(
            table(&rows, Some(36)),
            [
                "domain         Q  response",
                "a.example  1,000  421 4.7.0 try aga…",
                "b.example      7"
            ]
        );
        assert_eq!(table(&rows, None), table(&rows, Some(80)));
    }

    #[test]
    fn nothing_is_clipped_in_a_pipe_and_nobody_makes_all_lines_long() {
        let long = "x".repeat(1_000);
        let lines = table(&[[&long, "1", ""], ["b.example", "7", ""]], None);
        assert!(lines[1].starts_with(&long));
        assert_eq!(lines[2].len(), WIDEST + 2 + "deferred".len());
    }

    proptest! {
        #[test]
        fn lines_fit(cells in proptest::collection::vec("[a日é ]{0,30}", 2), line in 20_usize..60) {
            for row in table(&[[&cells[0], "123", &cells[1]]], Some(line)) {
                prop_assert!(width(&row) <= line, "{:?}", row);
            }
        }
    }
}
