//! Any bytes as a log on the screen: no view of it has a cell that acts on a terminal, hides or
//! reorders, and drawing again changes nothing.

use crate::harness::{Opened, is_ours};
use mtatop::text::sanitize::sanitize;
use mtatop::tui::theme::Palette;
use ratatui::buffer::Buffer;

/// First views, then keys in each of them.
const VIEWS: [&str; 5] = ["1", "2", "3", "4", "5"];
const KEYS: [&str; 6] = ["", "<enter>", "<tab>", "g", "<right>X", "<esc>z"];

pub(crate) fn run(bytes: &[u8]) {
    let Some((&[how, width, height], log)) = bytes.split_first_chunk() else { return };
    let mut opened = Opened::new(log, "");
    let in_ascii = how & 1 == 1;
    opened.palette = if how & 2 == 2 { Palette::Mono } else { Palette::Dark };
    opened.press(if in_ascii { "a" } else { "" });
    let size = (u16::from(width % 200) + 1, u16::from(height % 60) + 1);
    for view in VIEWS {
        opened.press(view);
        for keys in KEYS {
            opened.press(keys);
            let buffer = opened.buffer(size.0, size.1);
            check(&buffer, in_ascii);
            assert_eq!(buffer, opened.buffer(size.0, size.1));
        }
        opened.press("<esc>z");
    }
    let all = opened.app.total_tally().totals();
    assert_eq!(all.counts.entries as usize, opened.app.index().rows().len());
}

fn check(buffer: &Buffer, in_ascii: bool) {
    for cell in &buffer.content {
        let symbol = cell.symbol();
        let is_fit = symbol.is_ascii() || !in_ascii;
        let is_drawn = || sanitize(symbol.as_bytes()).pieces().all(|piece| !piece.escape);
        assert!(symbol.chars().all(is_ours) || is_fit && is_drawn(), "{symbol:?}");
    }
}
