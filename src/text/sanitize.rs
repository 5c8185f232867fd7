//! The only way from log bytes to a screen, a table or a title.
//!
//! Anyone who sends mail to a server, or accepts its connections, chooses text in its log.
//! [`sanitize`] makes that text safe for a terminal, and [`escape`] for exports, titles and error
//! messages. Nothing is deleted: characters that act, hide, reorder or have an uncertain width
//! become visible escapes, and both notations can be decoded to the original bytes.
//!
//! Knows nothing of entries, colours or ratatui. The caller must style escapes differently from
//! literal text, since a banner may contain a literal `^[`.
//!
//! | bytes | shown | plain |
//! |---|---|---|
//! | C0 control, DEL | `^[`, `^?` | `\x1b`, `\x7f` |
//! | TAB, LF, CR | `→`, `^J`, `^M` | `\t`, `\n`, `\r` |
//! | not UTF-8 | `<9B>` for each byte | `\x9b` |
//! | C1 control, bidi control, blank but U+0020, filler, variation selector, emoji, private, unassigned … | `<U+202E>` | `\u{202e}` |
//! | a mark without a letter, or the fourth and later on one | `<U+0301>` | `\u{301}` |
//! | the same mark 4,997 times more | `+4,997` | each as above |
//! | `\` | `\` | `\\` |
//!
//! ```
//! use mtatop::text::sanitize::{escape, sanitize};
//!
//! let banner = sanitize(b"220 \x1b[2Jhost");
//! let pieces: Vec<_> = banner.pieces().map(|piece| (piece.text, piece.escape)).collect();
//! assert_eq!(pieces, [("220 ", false), ("^[", true), ("[2Jhost", false)]);
//! assert_eq!(escape(b"220 \x1b[2Jhost"), r"220 \x1b[2Jhost");
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;
use std::iter;
use std::ops::Range;

use super::cells::{cells, width};
use super::char_class::{CharClass, CharsetMode};
use super::units::number;

/// Text that may reach a terminal: a run of pieces, each literal or an escape made visible.
///
/// Made by [`sanitize`], and by [`SafeText::label`] for the program's own text; there is no
/// conversion from a `String`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SafeText {
    text: Cow<'static, str>,
    /// Ranges of the escapes in `text`, in order. None is empty; two may be adjacent.
    escapes: Vec<Range<usize>>,
}

/// Literal text of the log, or one escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Drawable as it is; as many cells as its characters sum to.
    pub text: &'a str,
    /// To be drawn in a style of its own, for the same text may stand in the log literally.
    pub escape: bool,
}

/// All of the bytes, made fit for a terminal. Cut long text first: the work is linear in it.
pub fn sanitize(bytes: &[u8]) -> SafeText {
    made(bytes, CharsetMode::All)
}

pub(super) fn made(bytes: &[u8], alphabet: CharsetMode) -> SafeText {
    if let Some(text) = printable_ascii(bytes) {
        return SafeText { text: Cow::Owned(text.to_owned()), escapes: Vec::new() };
    }
    let mut making = Making { charset: alphabet, ..Making::default() };
    making.text.reserve(bytes.len());
    scan(bytes, alphabet, |seen| making.add(seen));
    making.end()
}

/// All of the bytes as one string without any style, in the notation of C: every `\` in it begins an escape.
///
/// For exports, titles and error text. No control character is left in it, and no two inputs give the same output.
pub fn escape(bytes: &[u8]) -> String {
    if let Some(text) = printable_ascii(bytes).filter(|text| !text.contains('\\')) {
        return text.to_owned();
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    scan(bytes, CharsetMode::All, |seen| match seen {
        Seen::Drawn('\\') => text.push_str(r"\\"),
        Seen::Drawn(c) => text.push(c),
        Seen::Hidden('\t') => text.push_str(r"\t"),
        Seen::Hidden('\n') => text.push_str(r"\n"),
        Seen::Hidden('\r') => text.push_str(r"\r"),
        Seen::Hidden(c) | Seen::Again(c) => {
            let code = u32::from(c);
            write_to(&mut text, |text| {
                if c.is_ascii() {
                    write!(text, r"\x{code:02x}")
                } else {
                    write!(text, r"\u{{{code:x}}}")
                }
            });
        }
        Seen::Byte(byte) => write_to(&mut text, |text| write!(text, r"\x{byte:02x}")),
    });
    text
}

impl SafeText {
    /// Our own words, drawn as they are: for headings and units beside what comes from the log.
    pub const fn label(words: &'static str) -> Self {
        Self { text: Cow::Borrowed(words), escapes: Vec::new() }
    }

    /// Our own words, looking as an escape does, so that no text of a log can be taken for them.
    pub(super) fn warning(words: &'static str) -> Self {
        Self { text: Cow::Borrowed(words), escapes: iter::once(0..words.len()).collect() }
    }

    /// Literal runs and escapes, in order. Each escape is a piece of its own.
    pub fn pieces(&self) -> impl Iterator<Item = Fragment<'_>> {
        let mut at = 0;
        let mut escapes = self.escapes.iter().peekable();
        iter::from_fn(move || {
            let escape = escapes.next_if(|escape| escape.start == at);
            let end = match (escape, escapes.peek()) {
                (Some(escape), _) => escape.end,
                (None, Some(next)) => next.start,
                (None, None) => self.text.len(),
            };
            let text = self.text.get(at..end).filter(|text| !text.is_empty())?;
            at = end;
            Some(Fragment { text, escape: escape.is_some() })
        })
    }

    /// This with the other behind it.
    #[must_use]
    pub fn append(mut self, other: &Self) -> Self {
        let offset = self.text.len();
        self.text.to_mut().push_str(&other.text);
        let moved = other.escapes.iter().map(|escape| escape.start + offset..escape.end + offset);
        self.escapes.extend(moved);
        self
    }

    /// Cells it takes on a screen.
    pub fn width(&self) -> usize {
        cells(&self.text)
    }

    /// The text clipped to a width, with an escape `…` at the end if it was cut.
    ///
    /// Never splits an escape or a wide character, so the result may be a few cells narrower.
    #[must_use]
    pub fn clip(&self, cells: usize) -> Self {
        if cells == 0 {
            return Self::default();
        }
        let (mut used, mut kept) = (0, 0);
        for unit in self.units() {
            used += unit.cells;
            if used > cells {
                let mut cut = self.part(0..kept);
                cut.text.to_mut().push('…');
                cut.escapes.push(kept..cut.text.len());
                return cut;
            }
            if used < cells {
                kept = unit.range.end;
            }
        }
        self.clone()
    }

    /// The text without its first cells. An escape or wide character that would be split is
    /// dropped.
    #[must_use]
    pub fn skip(&self, cells: usize) -> Self {
        let mut used = 0;
        let shown = self.units().find(|unit| {
            used += unit.cells;
            used >= cells + unit.cells
        });
        self.part(shown.map_or(self.text.len(), |unit| unit.range.start)..self.text.len())
    }

    /// The text wrapped to a width; at least one line.
    ///
    /// Breaks after a blank if the line has one, else anywhere except within an escape or a
    /// character. A line may exceed the width by one final blank, or by a single escape wider than
    /// `cells`. With 0 cells the result is one line.
    pub fn wrap(&self, cells: usize) -> Vec<Self> {
        if cells == 0 {
            return vec![self.clone()];
        }
        let mut lines = Vec::new();
        let (mut start, mut used) = (0, 0);
        // Candidate for the line break: after the last blank, and the width up to there.
        let mut last_blank = None;
        for unit in self.units() {
            while used > 0 && used + unit.cells > cells && !unit.blank {
                let (end, cells_to_end) = last_blank.take().unwrap_or((unit.range.start, used));
                lines.push(self.part(start..end));
                start = end;
                used -= cells_to_end;
            }
            used += unit.cells;
            if unit.blank {
                last_blank = Some((unit.range.end, used));
            }
            if used > cells && unit.blank {
                lines.push(self.part(start..unit.range.end));
                (start, used, last_blank) = (unit.range.end, 0, None);
            }
        }
        if start < self.text.len() || lines.is_empty() {
            lines.push(self.part(start..self.text.len()));
        }
        lines
    }

    /// Indivisible units in order: an escape, or a character with its combining marks.
    fn units(&self) -> impl Iterator<Item = Unit> {
        let mut at = 0;
        let mut escapes = self.escapes.iter().peekable();
        iter::from_fn(move || {
            let start = at;
            if let Some(escape) = escapes.next_if(|escape| escape.start == start) {
                at = escape.end;
                let cells = self.text.get(escape.clone()).map_or(0, cells);
                return Some(Unit { range: escape.clone(), cells, blank: false });
            }
            let end = escapes.peek().map_or(self.text.len(), |next| next.start);
            let mut rest = self.text.get(start..end)?.chars();
            let first = rest.next()?;
            let marks = rest.take_while(|c| width(*c) == 0).map(char::len_utf8);
            at += first.len_utf8() + marks.sum::<usize>();
            Some(Unit { range: start..at, cells: width(first), blank: first == ' ' })
        })
    }

    /// A range between units.
    fn part(&self, range: Range<usize>) -> Self {
        let first = self.escapes.partition_point(|escape| escape.start < range.start);
        let escapes = self.escapes.iter().skip(first);
        Self {
            escapes: escapes
                .take_while(|escape| escape.start < range.end)
                .map(|escape| escape.start - range.start..escape.end - range.start)
                .collect(),
            text: Cow::Owned(self.text.get(range).unwrap_or_default().to_owned()),
        }
    }
}

struct Unit {
    range: Range<usize>,
    cells: usize,
    blank: bool,
}

/// One decoded item of the input.
#[derive(Clone, Copy)]
enum Seen {
    /// Drawn as it is.
    Drawn(char),
    /// Valid, but must not reach a terminal.
    Hidden(char),
    /// A hidden combining mark equal to the one just before it.
    Again(char),
    /// A byte of invalid UTF-8.
    Byte(u8),
}

/// Decides for each character whether it is drawn. One pass, looking back one character.
fn scan(bytes: &[u8], alphabet: CharsetMode, mut tell: impl FnMut(Seen)) {
    // Marks that the preceding character may still take, and that character if it is a mark.
    let mut room = 0_u8;
    let mut last_mark = None;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let seen = alphabet.sight(c);
            if seen == CharClass::Mark {
                tell(match room {
                    0 if last_mark == Some(c) => Seen::Again(c),
                    0 => Seen::Hidden(c),
                    _ => Seen::Drawn(c),
                });
                room = room.saturating_sub(1);
                last_mark = Some(c);
                continue;
            }
            let drawn = seen == CharClass::Letter;
            tell(if drawn { Seen::Drawn(c) } else { Seen::Hidden(c) });
            // A mark on a blank would look like a mark on nothing.
            room = if drawn && c != ' ' { alphabet.marks() } else { 0 };
            last_mark = None;
        }
        for byte in chunk.invalid() {
            tell(Seen::Byte(*byte));
            (room, last_mark) = (0, None);
        }
    }
}

/// A [`SafeText`] on its way.
#[derive(Default)]
struct Making {
    charset: CharsetMode,
    text: String,
    escapes: Vec<Range<usize>>,
    /// Repetitions of the last mark.
    again: usize,
}

impl Making {
    fn add(&mut self, seen: Seen) {
        if let Seen::Again(_) = seen {
            self.again += 1;
            return;
        }
        self.count();
        match seen {
            Seen::Drawn(c) => self.text.push(c),
            Seen::Hidden('\t') if self.charset == CharsetMode::All => {
                self.escape(format_args!("→"));
            }
            // Caret notation: the control with the bit flipped that makes it a letter.
            Seen::Hidden(c @ ..='\x7f') => {
                let letter = char::from_u32(u32::from(c) ^ 0x40).unwrap_or('?');
                self.escape(format_args!("^{letter}"));
            }
            Seen::Hidden(c) => self.escape(format_args!("<U+{:04X}>", u32::from(c))),
            Seen::Again(_) => {}
            Seen::Byte(byte) => self.escape(format_args!("<{byte:02X}>")),
        }
    }

    /// Puts down the marks that are only counted, so that a run of them takes one escape.
    fn count(&mut self) {
        if self.again > 0 {
            let count = number(std::mem::take(&mut self.again));
            self.escape(format_args!("+{count}"));
        }
    }

    fn escape(&mut self, escape: std::fmt::Arguments<'_>) {
        let start = self.text.len();
        write_to(&mut self.text, |text| text.write_fmt(escape));
        self.escapes.push(start..self.text.len());
    }

    fn end(mut self) -> SafeText {
        self.count();
        SafeText { text: Cow::Owned(self.text), escapes: self.escapes }
    }
}

/// The bytes as text if all of it is printable ASCII: nearly always, and worth being quick about.
fn printable_ascii(bytes: &[u8]) -> Option<&str> {
    let printable = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    printable.then(|| str::from_utf8(bytes).ok()).flatten()
}

/// Writing to a string has a result only because the trait wants one.
pub(super) fn write_to(text: &mut String, write: impl FnOnce(&mut String) -> std::fmt::Result) {
    write(text).expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthChar;

    use super::*;
    use crate::text::unicode_tables;

    /// The pieces in one string, escapes between brackets that no piece of these tests holds.
    fn marked(shown: &SafeText) -> String {
        let piece = |Fragment { text, escape }| {
            if escape { format!("⟦{text}⟧") } else { String::from(text) }
        };
        shown.pieces().map(piece).collect()
    }

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, shown: &str, in_plain: &str) {
        assert_eq!(marked(&sanitize(bytes.as_ref())), shown);
        assert_eq!(escape(bytes.as_ref()), in_plain);
    }

    #[test]
    fn ascii_is_itself() {
        check("", "", "");
        check(
            "250 2.1.5 <a@b.example> ok",
            "250 2.1.5 <a@b.example> ok",
            "250 2.1.5 <a@b.example> ok",
        );
    }

    #[test]
    fn escape_sequences_are_readable() {
        check("\x1b[31m\x1b]0;t\x07", "⟦^[⟧[31m⟦^[⟧]0;t⟦^G⟧", r"\x1b[31m\x1b]0;t\x07");
        check("\x1b[21t\x1bP\x1b\\", "⟦^[⟧[21t⟦^[⟧P⟦^[⟧\\", r"\x1b[21t\x1bP\x1b\\");
    }

    #[test]
    fn clipboard_and_link_sequences_are_readable() {
        check("\x1b]52;c;cm0=\x07", "⟦^[⟧]52;c;cm0=⟦^G⟧", r"\x1b]52;c;cm0=\x07");
        check("\x1b]8;;http://e/\x1b\\x", "⟦^[⟧]8;;http://e/⟦^[⟧\\x", r"\x1b]8;;http://e/\x1b\\x");
    }

    #[test]
    fn eight_bit_controls_tell_byte_from_character() {
        check("\u{9b}31m", "⟦<U+009B>⟧31m", r"\u{9b}31m");
        check(b"\x9b31m", "⟦<9B>⟧31m", r"\x9b31m");
    }

    #[test]
    fn controls_are_never_deleted() {
        check("ev\x08\x08il", "ev⟦^H⟧⟦^H⟧il", r"ev\x08\x08il");
        check("\0\t\x0b\x0c\r\x7f", "⟦^@⟧⟦→⟧⟦^K⟧⟦^L⟧⟦^M⟧⟦^?⟧", r"\x00\t\x0b\x0c\r\x7f");
        assert_eq!(sanitize(b"a\tb").width(), 3);
    }

    #[test]
    fn line_ends_do_not_end_lines() {
        check("a\r\nb", "a⟦^M⟧⟦^J⟧b", r"a\r\nb");
        check(
            "\u{85}\u{2028}\u{2029}",
            "⟦<U+0085>⟧⟦<U+2028>⟧⟦<U+2029>⟧",
            r"\u{85}\u{2028}\u{2029}",
        );
    }

    #[test]
    fn direction_is_not_overridden_but_letters_are_drawn() {
        check("a\u{202e}gpj.exe", "a⟦<U+202E>⟧gpj.exe", r"a\u{202e}gpj.exe");
        check(
            "\u{2066}\u{200f}\u{61c}",
            "⟦<U+2066>⟧⟦<U+200F>⟧⟦<U+061C>⟧",
            r"\u{2066}\u{200f}\u{61c}",
        );
        check("שלום سلام", "שלום سلام", "שלום سلام");
        // Some say a lam and an alef are one cell; they are drawn as two.
        assert_eq!(sanitize("سلام".as_bytes()).width(), 4);
    }

    #[test]
    fn nothing_hides() {
        let hidden = "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{e0041}\u{e007f}\u{115f}\u{3164}\u{ffa0}\
                      \u{2800}\u{a0}\u{3000}\u{2003}\u{34f}\u{180e}\u{fff9}\u{fffb}\u{2061}\u{e000}\
                      \u{10fffd}\u{fdd0}\u{ffff}\u{378}";
        for c in hidden.chars() {
            let text = format!("a{c}b");
            let code = u32::from(c);
            check(&text, &format!("a⟦<U+{code:04X}>⟧b"), &format!(r"a\u{{{code:x}}}b"));
        }
    }

    #[test]
    fn marks_are_drawn_on_letters_and_no_more_than_three() {
        check("e\u{301}", "e\u{301}", "e\u{301}");
        check(
            "e\u{301}\u{301}\u{301}\u{302}",
            "e\u{301}\u{301}\u{301}⟦<U+0302>⟧",
            "e\u{301}\u{301}\u{301}\\u{302}",
        );
        let run = format!("e{}x", "\u{301}".repeat(5000));
        assert_eq!(marked(&sanitize(run.as_bytes())), "e\u{301}\u{301}\u{301}⟦+4,997⟧x");
        assert_eq!(sanitize(run.as_bytes()).width(), 8);
        check("\u{301}\u{301}a", "⟦<U+0301>⟧⟦+1⟧a", r"\u{301}\u{301}a");
        check("a \u{301}\t\u{301}", "a ⟦<U+0301>⟧⟦→⟧⟦<U+0301>⟧", r"a \u{301}\t\u{301}");
    }

    #[test]
    fn what_terminals_disagree_on_is_escaped() {
        check("\u{2764}\u{fe0f}", "⟦<U+2764>⟧⟦<U+FE0F>⟧", r"\u{2764}\u{fe0f}");
        check("\u{1f469}\u{200d}", "⟦<U+1F469>⟧⟦<U+200D>⟧", r"\u{1f469}\u{200d}");
        check("\u{1f1eb}\u{1f3fd}", "⟦<U+1F1EB>⟧⟦<U+1F3FD>⟧", r"\u{1f1eb}\u{1f3fd}");
        check("1\u{20e3}", "1⟦<U+20E3>⟧", r"1\u{20e3}");
        check("\u{915}\u{93f}\u{94d}", "\u{915}⟦<U+093F>⟧⟦<U+094D>⟧", "\u{915}\\u{93f}\\u{94d}");
    }

    #[test]
    fn letters_of_any_script_are_drawn() {
        let text = "Größe Ελλάδα Москва 日本語 한국어 ไทย ქართული — “x” © 5€ ±½";
        check(text, text, text);
        assert_eq!(sanitize("日本".as_bytes()).width(), 4);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_kept_apart() {
        check(b"a\xff\xfe", "a⟦<FF>⟧⟦<FE>⟧", r"a\xff\xfe");
        check(b"\xc0\xaf", "⟦<C0>⟧⟦<AF>⟧", r"\xc0\xaf");
        check(b"\xed\xa0\x80", "⟦<ED>⟧⟦<A0>⟧⟦<80>⟧", r"\xed\xa0\x80");
        check(b"\xe2\x82", "⟦<E2>⟧⟦<82>⟧", r"\xe2\x82");
    }

    #[test]
    fn text_that_looks_like_an_escape_is_none() {
        check("^[<U+202E>→+1", "^[<U+202E>→+1", "^[<U+202E>→+1");
        check(r"\x1b", r"\x1b", r"\\x1b");
        assert_ne!(sanitize(b"^["), sanitize(b"\x1b"));
    }

    #[test]
    fn our_own_words() {
        let label = SafeText::label("from ▁▂▃");
        assert_eq!(marked(&label), "from ▁▂▃");
        assert_eq!(label.width(), 8);
    }

    #[test]
    fn clips_before_what_does_not_fit() {
        let clip = |text: &str, cells| marked(&sanitize(text.as_bytes()).clip(cells));
        assert_eq!(clip("example", 7), "example");
        assert_eq!(clip("example", 6), "examp⟦…⟧");
        assert_eq!(clip("example", 1), "⟦…⟧");
        assert_eq!(clip("example", 0), "");
        assert_eq!(clip("日本語", 5), "日本⟦…⟧");
        assert_eq!(clip("日本語", 4), "日⟦…⟧");
        assert_eq!(clip("a\u{202e}b", 9), "a⟦…⟧");
        assert_eq!(clip("a\u{202e}b", 10), "a⟦<U+202E>⟧b");
        assert_eq!(clip("e\u{301}e\u{301}x", 2), "e\u{301}⟦…⟧");
    }

    #[test]
    fn skips_what_would_be_cut_in_two() {
        let skip = |text: &str, cells| marked(&sanitize(text.as_bytes()).skip(cells));
        assert_eq!(skip("example", 0), "example");
        assert_eq!(skip("example", 6), "e");
        assert_eq!(skip("example", 9), "");
        assert_eq!(skip("日本語", 3), "語");
        assert_eq!(skip("a\u{202e}bc", 1), "⟦<U+202E>⟧bc");
        assert_eq!(skip("a\u{202e}bc", 2), "bc");
        assert_eq!(skip("e\u{301}x", 1), "x");
    }

    #[test]
    fn wraps_at_blanks_else_anywhere() {
        let wrap = |text: &str, cells| -> Vec<String> {
            sanitize(text.as_bytes()).wrap(cells).iter().map(marked).collect()
        };
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("hello world", 5), ["hello ", "world"]);
        assert_eq!(wrap("hello big world", 8), ["hello ", "big ", "world"]);
        assert_eq!(wrap("hello big world", 9), ["hello big ", "world"]);
        assert_eq!(wrap("a bcdefghijk", 5), ["a ", "bcdef", "ghijk"]);
        assert_eq!(wrap("abc     d", 3), ["abc ", "    ", "d"]);
        assert_eq!(wrap("ab\u{202e}日本", 3), ["ab", "⟦<U+202E>⟧", "日", "本"]);
        assert_eq!(wrap("a b", 0), ["a b"]);
    }

    #[test]
    fn tables_are_in_order_and_agree_with_the_widths_we_count() {
        for table in [unicode_tables::LETTERS, unicode_tables::MARKS] {
            assert!(table.is_sorted_by(|a, b| a < b));
            assert!(table.len().is_multiple_of(2));
        }
        for c in
            ('\u{80}'..=char::MAX).filter(|c| unicode_tables::contains(unicode_tables::LETTERS, *c))
        {
            assert!(matches!(c.width(), Some(1 | 2)), "{c:?}");
            assert!(!unicode_tables::contains(unicode_tables::MARKS, c), "{c:?}");
        }
        for c in
            ('\u{80}'..=char::MAX).filter(|c| unicode_tables::contains(unicode_tables::MARKS, *c))
        {
            assert_eq!(c.width(), Some(0), "{c:?}");
        }
    }

    #[test]
    fn hostile_text_grows_by_a_factor_and_no_more() {
        let worst =
            ["\x1b", "\u{202e}", "\u{301}\u{302}", "\u{9b}", "a\u{301}\u{301}\u{301}\u{301}"];
        for token in worst {
            let bytes = token.repeat(64 * 1024 / token.len()).into_bytes();
            let shown = sanitize(&bytes);
            assert!(shown.text.len() <= 8 * bytes.len(), "{token:?}");
            let lines = shown.wrap(80);
            assert!(lines.len() <= shown.width() / 40 + 1, "{token:?}");
        }
    }

    /// Characters that must never reach a terminal, from sources other than the code's tables.
    fn forbidden(c: char) -> bool {
        let code = u32::from(c);
        c.is_control()
            || (c.is_whitespace() && c != ' ')
            || matches!(code,
                0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
                | 0xD800..=0xF8FF | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
                | 0xFFF0..=0xFFFF | 0x1D173..=0x1D17A | 0x1F1E6..=0x1F1FF | 0x1F300..=0x1FAFF
                | 0x0003_0000..=0x0010_FFFF)
    }

    /// Reads escapes back: that it can be done is what makes them safe to rely on.
    fn bytes_of(shown: &SafeText) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut last = String::new();
        for Fragment { text, escape } in shown.pieces() {
            let number = |digits: &str| u32::from_str_radix(digits, 16).unwrap();
            let inner = text.trim_matches(['<', '>']);
            let mut again = 1;
            if !escape {
                bytes.extend(text.as_bytes());
                last = text.chars().last().into_iter().collect();
                continue;
            } else if text.contains("MIXED") || text.contains("RTL") {
                continue;
            } else if let Some(count) = text.strip_prefix('+') {
                again = count.replace(',', "").parse().unwrap();
            } else if text == "→" {
                last = "\t".to_owned();
            } else if let Some(letter) = text.strip_prefix('^') {
                last = char::from(letter.as_bytes()[0] ^ 0x40).to_string();
            } else if let Some(code) = inner.strip_prefix("U+") {
                last = char::from_u32(number(code)).unwrap().to_string();
            } else {
                bytes.push(u8::try_from(number(inner)).unwrap());
                continue;
            }
            bytes.extend(last.repeat(again).bytes());
        }
        bytes
    }

    fn bytes_of_plain(plain: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut chars = plain.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                bytes.extend(c.to_string().bytes());
                continue;
            }
            let number = |digits: String| u32::from_str_radix(&digits, 16).unwrap();
            match chars.next().unwrap() {
                't' => bytes.push(b'\t'),
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                'x' => bytes.push(u8::try_from(number(chars.by_ref().take(2).collect())).unwrap()),
                'u' => {
                    let digits = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    bytes.extend(char::from_u32(number(digits)).unwrap().to_string().bytes());
                }
                backslash => bytes.extend(backslash.to_string().bytes()),
            }
        }
        bytes
    }

    /// Text as an attacker would write it: all that is special, close together.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let token = prop_oneof![
            4 => "[a-z ]{1,8}".prop_map(String::into_bytes),
            2 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
            2 => any::<u8>().prop_map(|byte| vec![byte]),
            2 => prop::char::range('\0', '\u{20ff}').prop_map(|c| c.to_string().into_bytes()),
            2 => prop::char::range('\u{300}', '\u{303}').prop_map(|c| c.to_string().into_bytes()),
            1 => (1..2000_usize).prop_map(|n| "\u{301}".repeat(n).into_bytes()),
            2 => prop::sample::select(vec![
                "日本", "سلام", "\u{202e}", "\x1b[", "\t", "\\", r"\x1b", "<U+202E>", "^[", "→", "+1", "…",
            ]).prop_map(|text| text.as_bytes().to_vec()),
        ];
        prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn nothing_forbidden_comes_out(bytes in hostile()) {
            for piece in sanitize(&bytes).pieces() {
                prop_assert!(!piece.text.is_empty());
                prop_assert!(!piece.text.chars().any(forbidden), "{:?}", piece);
            }
            prop_assert!(!escape(&bytes).chars().any(forbidden));
        }

        #[test]
        fn bytes_can_be_read_back_in_ascii_too(bytes in hostile()) {
            let shown = CharsetMode::Ascii.show(&bytes);
            prop_assert!(shown.text.is_ascii());
            prop_assert_eq!(&bytes_of(&shown), &bytes);
            let plain = CharsetMode::Ascii.plain(&bytes);
            prop_assert!(plain.is_ascii());
            prop_assert_eq!(&bytes_of_plain(&plain), &bytes);
            prop_assert_eq!(&bytes_of(&CharsetMode::All.show(&bytes)), &bytes);
        }

        #[test]
        fn bytes_can_be_read_back(bytes in hostile()) {
            prop_assert_eq!(&bytes_of(&sanitize(&bytes)), &bytes);
            prop_assert_eq!(&bytes_of_plain(&escape(&bytes)), &bytes);
        }

        #[test]
        fn widths_add_up(bytes in hostile()) {
            let shown = sanitize(&bytes);
            let pieces: usize = shown.pieces().map(|piece| cells(piece.text)).sum();
            prop_assert_eq!(pieces, shown.width());
            let units: usize = shown.units().map(|unit| unit.cells).sum();
            prop_assert_eq!(units, shown.width());
        }

        #[test]
        fn clip_never_exceeds(bytes in hostile(), limit in 0..40_usize) {
            let shown = sanitize(&bytes);
            let clipped = shown.clip(limit);
            prop_assert!(clipped.width() <= limit);
            if shown.width() <= limit {
                prop_assert_eq!(clipped, shown);
            } else if limit > 0 {
                let pieces: Vec<_> = clipped.pieces().collect();
                let (last, kept) = pieces.split_last().unwrap();
                prop_assert_eq!(*last, Fragment { text: "…", escape: true });
                let kept: String = kept.iter().map(|piece| piece.text).collect();
                prop_assert!(shown.text.starts_with(&kept));
                // Nothing was cut that a unit less would have left room for.
                let next = shown.units().find(|unit| unit.range.start == kept.len()).unwrap();
                prop_assert!(cells(&kept) + next.cells >= limit);
            }
        }

        #[test]
        fn wrap_loses_nothing_and_fits(bytes in hostile(), limit in 1..40_usize) {
            let shown = sanitize(&bytes);
            let mut joined = SafeText::default();
            for line in shown.wrap(limit) {
                let blank = usize::from(line.text.ends_with(' '));
                let alone = line.units().count() - blank <= 1;
                prop_assert!(alone || line.width() - blank <= limit, "{:?}", line);
                let start = joined.text.len();
                joined.escapes.extend(line.escapes.iter().map(|e| e.start + start..e.end + start));
                joined.text.to_mut().push_str(&line.text);
            }
            prop_assert_eq!(joined, shown);
        }
    }
}
