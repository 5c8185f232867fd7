//! Any bytes as a log: they are split, unfolded and read as they would be from a file.

use mtatop::log::entry::{Body, Entry, Time};
use mtatop::log::parse;
use mtatop::log::parse::{EntryText, ParseError, Parser, Scratch};
use mtatop::log::splitter;
use mtatop::log::splitter::EntryLayout;
use std::borrow::Cow;

pub(crate) fn run(bytes: &[u8]) {
    let form = EntryLayout::detect(bytes);
    let (mut parser, mut scratch) = (Parser::default(), Scratch::default());
    for text in texts(form, bytes) {
        parser.learn(&text);
    }
    for text in texts(form, bytes) {
        let said = gist(&parser.entry(&text));
        // Read again, for the screen, it says the same.
        let original = EntryText { text: text.into_owned(), profile: parser.profile() };
        assert_eq!(said, gist(&original.entry(&mut scratch)));
        parse::time(&original.text);
    }
    texts(if form == EntryLayout::Lines { EntryLayout::Folded } else { EntryLayout::Lines }, bytes)
        .for_each(drop);
}

/// The texts of all entries, one line each. Each is found behind the one before.
pub(crate) fn texts(form: EntryLayout, bytes: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = splitter::next(form, &bytes[at..], true)?;
        let text = &bytes[at + found.start..][..found.length];
        assert!(found.end > 0 && found.start + found.length <= found.end);
        at += found.end;
        Some(splitter::unfold(form, text))
    })
}

/// As much of what an entry says as is quickly compared: its time, and how long its texts are.
fn gist(
    entry: &Result<Entry<'_>, ParseError>,
) -> Result<(Time, usize, [Option<usize>; 6]), ParseError> {
    let entry = entry.as_ref().map_err(|flaw| *flaw)?;
    let length = |text: Option<&[u8]>| text.map(<[u8]>::len);
    let lengths = match &entry.body {
        Body::Message(message) => [
            length(Some(message.envelope_from)),
            length(message.active_to),
            length(message.message_id),
            message.queue_file.map(|file| file.0.len()),
            length(message.reason),
            length(message.diagnostic),
        ],
        Body::Connection(connection) => {
            let words = [connection.auth_message, connection.username, connection.diagnostic];
            let [message, user, diagnostic] = words.map(length);
            [message, user, diagnostic, None, None, None]
        }
        Body::Header(line) => [length(Some(line)), None, None, None, None, None],
    };
    Ok((entry.time, entry.extra.len(), lengths))
}
