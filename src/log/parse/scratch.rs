//! Room for values that are not in the text of an entry as they are.

/// Room for values that had to be unescaped; an entry borrows from it.
#[derive(Default)]
pub struct Scratch {
    /// Of a text format, with plain blanks.
    pub(super) text: Vec<u8>,
    /// Values without their escapes, and names that were put together.
    pub(super) decoded: Vec<u8>,
    /// JSON without what JSON forbids.
    pub(super) masked: Vec<u8>,
}
