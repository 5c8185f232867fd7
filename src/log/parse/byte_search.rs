//! Finds bytes that stand near, as the next blank or bracket does in an entry.
//!
//! `memchr` is made for far ones: its call alone takes as long as to look at thirty bytes here,
//! eight at a time, and most fields end before that.

/// Offset of the first such byte.
pub(super) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    find_any([byte], text)
}

/// Offset of the first byte that is one of them.
pub(super) fn find_any<const N: usize>(bytes: [u8; N], text: &[u8]) -> Option<usize> {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        let marks = bytes.map(|byte| zeros(word ^ in_each_byte(byte)));
        let marks = marks.into_iter().fold(0, |all, marks| all | marks);
        if marks != 0 {
            return Some(text.len() - rest.len() + marks.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    let at = rest.iter().position(|byte| bytes.contains(byte))?;
    Some(text.len() - rest.len() + at)
}

/// Offset of the first byte that is another, or the end.
pub(super) fn find_other(byte: u8, text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let others = u64::from_le_bytes(*word) ^ in_each_byte(byte);
        if others != 0 {
            return text.len() - rest.len() + others.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    let same = rest.iter().take_while(|other| **other == byte).count();
    text.len() - rest.len() + same
}

/// Offsets of all such bytes.
pub(super) fn find_all(byte: u8, text: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(byte, text.get(from..)?)?;
        from = at + 1;
        Some(at)
    })
}

/// What stands between such bytes.
pub(super) fn split(byte: u8, text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = find(byte, text);
        rest = end.and_then(|end| text.get(end + 1..));
        text.get(..end.unwrap_or(text.len()))
    })
}

/// The bytes of a word that are zero, by their highest bits. The lowest mark is right; those above
/// it may be of a byte that is 1.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(in_each_byte(1)) & !word & in_each_byte(0x80)
}

const fn in_each_byte(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_one_is_found(text in prop::collection::vec(0..4_u8, 0..40), high: bool) {
            let text: Vec<u8> = text.iter().map(|b| b | u8::from(high) << 7).collect();
            let (one, other) = (u8::from(high) << 7, u8::from(high) << 7 | 1);
            prop_assert_eq!(find(other, &text), memchr::memchr(other, &text));
            prop_assert_eq!(find_any([other, one], &text), memchr::memchr2(one, other, &text));
            prop_assert!(split(other, &text).eq(text.split(|byte| *byte == other)));
            let same = text.iter().take_while(|byte| **byte == other).count();
            prop_assert_eq!(find_other(other, &text), same);
            prop_assert!(find_all(other, &text).eq(memchr::memchr_iter(other, &text)));
        }
    }
}
