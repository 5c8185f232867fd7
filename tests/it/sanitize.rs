//! That ratatui, which clusters characters by rules of its own, draws text in the cells `show` counts.

use mtatop::text::sanitize::sanitize;
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Cells the pieces take when ratatui draws them one after the other, and what can be read there.
fn drawn(bytes: &[u8]) -> (usize, String) {
    let shown = sanitize(bytes);
    let columns = u16::try_from(shown.width() + 8).expect("a short text");
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 1));
    let mut x = 0;
    for piece in shown.pieces() {
        x = buffer.set_stringn(x, 0, piece.text, usize::MAX, Style::new()).0;
    }
    let symbols = buffer.content.iter().map(Cell::symbol);
    (usize::from(x), symbols.collect())
}

/// The text of all pieces.
fn text(bytes: &[u8]) -> String {
    sanitize(bytes).pieces().map(|piece| piece.text).collect()
}

#[track_caller]
fn check(bytes: &[u8]) {
    let (cells, symbols) = drawn(bytes);
    assert_eq!(cells, sanitize(bytes).width(), "{bytes:?}");
    // The second cell of a wide character holds a blank of its own.
    let wanted: String = text(bytes).split(' ').collect();
    assert_eq!(symbols.split(' ').collect::<String>(), wanted, "{bytes:?}");
}

#[test]
fn every_character_alone_and_beside_others() {
    let mut text = String::new();
    for c in '\0'..='\u{ffff}' {
        text.clear();
        text.extend(['a', c, c, '日', c]);
        check(text.as_bytes());
    }
}

proptest! {
    #[test]
    fn any_text(text in "[\\PCa-z \u{300}-\u{36f}\u{600}-\u{6ff}\u{900}-\u{97f}\u{e00}-\u{e7f}\u{1100}-\u{11ff}]{0,40}") {
        check(text.as_bytes());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        check(&bytes);
    }
}
