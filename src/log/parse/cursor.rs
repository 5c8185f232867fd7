//! A place in the text of one entry, moved on field by field.

use super::byte_search;

/// What is left of an entry's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldCursor<'a>(pub(super) &'a [u8]);

impl<'a> FieldCursor<'a> {
    /// Whether a field ends here: at a blank, or at the end of the entry.
    pub(super) fn ends_field(self) -> bool {
        matches!(self.0, [] | [b' ', ..])
    }

    /// Moves over blanks, and says over how many.
    pub(super) fn blanks(&mut self) -> usize {
        let before = self.0.len();
        self.0 = skip_blanks(self.0);
        before - self.0.len()
    }

    /// The next token, without moving; empty at the end.
    pub(super) fn peek(&self) -> &'a [u8] {
        let text = skip_blanks(self.0);
        text.get(..byte_search::find(b' ', text).unwrap_or(text.len())).unwrap_or_default()
    }

    /// Moves over the next token.
    pub(super) fn token(&mut self) -> &'a [u8] {
        self.blanks();
        self.take(byte_search::find(b' ', self.0).unwrap_or(self.0.len()))
    }

    /// Moves over an address: as a token, but blanks inside quotes belong to it.
    pub(super) fn address(&mut self) -> &'a [u8] {
        self.blanks();
        self.take(address_end(self.0))
    }

    /// Moves over the one blank before a field.
    pub(super) fn separator(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(b" ")?;
        Some(())
    }

    /// Bytes of the token that begins here.
    pub(super) fn token_length(self) -> usize {
        byte_search::find(b' ', self.0).unwrap_or(self.0.len())
    }

    /// Bytes of the address that begins here.
    pub(super) fn address_length(self) -> usize {
        address_end(self.0)
    }

    /// Moves over `length` bytes, or to the end.
    pub(super) fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Everything left, without blanks around it; `None` if that is nothing.
    pub(super) fn text(mut self) -> Option<&'a [u8]> {
        self.blanks();
        let text = self.0.trim_ascii_end();
        (!text.is_empty()).then_some(text)
    }
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    match text {
        // Nearly always it is one.
        [b' ', rest @ ..] if rest.first().is_some_and(|b| *b > b' ') => rest,
        _ => {
            let rest = text.get(byte_search::find_other(b' ', text)..).unwrap_or_default();
            let tabs = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            rest.get(tabs..).unwrap_or_default()
        }
    }
}

/// Where an address ends: at the first blank outside quotes. A quote that is never closed is an
/// ordinary character, or one odd address would swallow the fields behind it.
fn address_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) =
        text.get(at..).and_then(|rest| byte_search::find_any([b' ', b'"'], rest))
    {
        at += found;
        if text.get(at) == Some(&b' ') {
            return at;
        }
        match closing_quote(text, at + 1) {
            Some(close) => at = close + 1,
            None => return byte_search::find(b' ', text).unwrap_or(text.len()),
        }
    }
    text.len()
}

/// The quote that closes a quoted local part: one not behind a backslash.
fn closing_quote(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += byte_search::find_any([b'"', b'\\'], text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_blanks_together() {
        for (text, address) in [
            (r#""John Doe"@x.org rest"#, r#""John Doe"@x.org"#),
            (r#"rfc822;"a \" b"@x.org rest"#, r#"rfc822;"a \" b"@x.org"#),
            (r#""never closed@x.org rest"#, r#""never"#),
            ("plain@x.org", "plain@x.org"),
            (r#"""#, r#"""#),
            (r#""\"#, r#""\"#),
        ] {
            assert_eq!(FieldCursor(text.as_bytes()).address(), address.as_bytes(), "{text}");
        }
    }
}
