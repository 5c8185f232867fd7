//! A text with other words in some of its places.

use super::Redactor;
use super::free_text;
use std::ops::Range;

/// What stands somewhere from now on.
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) put: Vec<u8>,
}

/// The text with what is put in the places, which are sorted; between them nothing is said of
/// anybody, or it is hidden. Where the fields are written behind their lengths, these change with
/// them.
pub(super) fn rewritten(
    redactor: &Redactor,
    text: &[u8],
    spans: &[Span],
    counted: bool,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    if !counted {
        part(redactor, text, spans, 0..text.len(), &mut out);
        return out;
    }
    let mut at = 0;
    while let Some(value) = next_counted(text, at) {
        part(redactor, text, spans, at..value.count.start, &mut out);
        let mut inside = Vec::new();
        part(redactor, text, spans, value.range.clone(), &mut inside);
        out.extend_from_slice(format!("{}:", inside.len()).as_bytes());
        out.extend(inside);
        at = value.range.end;
    }
    part(redactor, text, spans, at..text.len(), &mut out);
    out
}

/// A value behind its length.
struct PrefixedValue {
    count: Range<usize>,
    range: Range<usize>,
}

/// The first from here on.
fn next_counted(text: &[u8], from: usize) -> Option<PrefixedValue> {
    let mut at = from;
    loop {
        let colon = at + memchr::memchr(b':', text.get(at..)?)?;
        at = colon + 1;
        let before = text.get(from..colon)?;
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let start = colon - digits;
        let count = str::from_utf8(text.get(start..colon)?).ok().and_then(|it| it.parse().ok());
        let Some(count) = count.filter(|_| start > 0 && text.get(start - 1) == Some(&b' ')) else {
            continue;
        };
        let length = length(text.get(at..)?, count);
        if let Some(length) = length {
            return Some(PrefixedValue { count: start..colon, range: at..at + length });
        }
    }
}

/// Bytes of so many characters, or else of so many bytes, behind which a field ends.
pub(super) fn length(text: &[u8], count: usize) -> Option<usize> {
    if text.len() <= count {
        return Some(text.len());
    }
    let ends = |length: &usize| matches!(text.get(*length), None | Some(b' '));
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
    let characters = starts.map(|(at, _)| at).nth(count);
    characters.into_iter().chain([count]).find(ends)
}

/// A part of the text.
fn part(redactor: &Redactor, text: &[u8], spans: &[Span], within: Range<usize>, out: &mut Vec<u8>) {
    let mut at = within.start;
    let near = spans.partition_point(|span| span.range.end <= within.start);
    for span in spans.get(near..).unwrap_or_default() {
        if span.range.start >= within.end {
            break;
        }
        // Of two that overlap the second is what is left of it, and stands for the whole.
        if span.range.start < at {
            at = at.max(span.range.end.min(within.end));
            continue;
        }
        free_text::between(redactor, text.get(at..span.range.start).unwrap_or_default(), out);
        out.extend_from_slice(&span.put);
        at = span.range.end.min(within.end);
    }
    free_text::between(redactor, text.get(at..within.end).unwrap_or_default(), out);
}
