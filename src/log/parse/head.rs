//! The beginning of an entry behind its time: node, process, channels and action code.
//!
//! The columns are padded to 12 characters in a log and collapsed in pasted text, so the code, the
//! first upper-case word behind a channel, is what tells the columns before it apart.

use super::cursor::FieldCursor;
use super::{ParseError, lexical};
use crate::log::entry::{Code, Direction, ProcessId};

/// Node and process, and what the entry is about.
pub(super) struct Head<'a> {
    pub(super) node: Option<&'a [u8]>,
    pub(super) process: Option<ProcessId<'a>>,
    pub(super) role: Role<'a>,
}

/// The kind of entry that the columns stand for.
pub(super) enum Role<'a> {
    Header(&'a [u8]),
    Message {
        source: &'a [u8],
        destination: Option<&'a [u8]>,
        code: Code<'a>,
        rest: FieldCursor<'a>,
    },
    Connection {
        source: &'a [u8],
        direction: Direction,
        code: Code<'a>,
        rest: FieldCursor<'a>,
    },
}

/// Node, process, source channel and destination channel: no more stand before the code.
const COLUMNS: usize = 4;

/// So many blanks before the code at least are a blank column of 12, even where the columns are
/// misaligned by one.
const BLANK_COLUMN: usize = 14;

/// Reads up to the action code, or to the `>` of a header entry.
pub(super) fn head(mut rest: FieldCursor<'_>) -> Result<Head<'_>, ParseError> {
    // The node is logged and blank (before 6.3 on UNIX): one more blank behind the time.
    let blank_node = matches!(rest.0, [b' ', b' ', other, ..] if *other != b' ');
    let mut tokens: [&[u8]; COLUMNS] = [b""; COLUMNS];
    let mut count = 0;
    let mut head = loop {
        let gap = rest.blanks();
        let token = rest.take(rest.token_length());
        let before = tokens.get(..count).unwrap_or_default();
        match token {
            b"" => return Err(ParseError::NoCode),
            b">" => {
                let (node, process, others) = origin(before);
                let node = node.or(others.first().copied());
                let line = rest.text().unwrap_or_default();
                break Head { node, process, role: Role::Header(line) };
            }
            _ if count > 0 && is_code(token) && !is_column(rest) => {
                let (node, process, channels) = origin(before);
                let no_destination = gap >= BLANK_COLUMN;
                break columns(node, process, channels, (Code(token), no_destination), rest)?;
            }
            _ => *tokens.get_mut(count).ok_or(ParseError::NoCode)? = token,
        }
        count += 1;
    };
    if blank_node && head.node.is_none() {
        head.node = Some(b"");
    }
    Ok(head)
}

/// Whether the code is still to come behind a token that looks like one: the name of a print queue
/// may be upper case (PMDF).
fn is_column(mut rest: FieldCursor<'_>) -> bool {
    rest.blanks();
    rest.0.first().is_some_and(u8::is_ascii_uppercase)
        && is_code(rest.token())
        && lexical::is_digits(rest.peek())
}

/// Splits off node and process where a process id shows where they end.
fn origin<'a, 't>(
    tokens: &'t [&'a [u8]],
) -> (Option<&'a [u8]>, Option<ProcessId<'a>>, &'t [&'a [u8]]) {
    if let [first, rest @ ..] = tokens
        && let Some(process) = ProcessId::new(first)
    {
        return (None, Some(process), rest);
    }
    if let [node, second, rest @ ..] = tokens
        && let Some(process) = ProcessId::new(second)
    {
        return (Some(node), Some(process), rest);
    }
    (None, None, tokens)
}

fn columns<'a>(
    node: Option<&'a [u8]>,
    process: Option<ProcessId<'a>>,
    channels: &[&'a [u8]],
    (code, no_destination): (Code<'a>, bool),
    rest: FieldCursor<'a>,
) -> Result<Head<'a>, ParseError> {
    let message = |source, destination| Role::Message { source, destination, code, rest };
    let connection = |source, sign: &[u8]| {
        let direction = if sign == b"+" { Direction::Inbound } else { Direction::Outbound };
        Role::Connection { source, direction, code, rest }
    };
    // They are ASCII. A no-break space is not, which only looks as if it separated columns.
    if !channels.iter().all(|channel| channel.is_ascii()) {
        return Err(ParseError::NoCode);
    }
    let (unseen_node, role) = match *channels {
        [source, sign @ (b"+" | b"-")] => (None, connection(source, sign)),
        [node, source, sign @ (b"+" | b"-")] => (Some(node), connection(source, sign)),
        [source] => (None, message(source, None)),
        // A dequeue has no destination, so that with two names and no process the first is a node.
        [node, source] if process.is_none() && (no_destination || code.action().is_dequeue()) => {
            (Some(node), message(source, None))
        }
        [source, destination] => (None, message(source, Some(destination))),
        [node, source, destination] => (Some(node), message(source, Some(destination))),
        _ => return Err(ParseError::NoCode),
    };
    Ok(Head { node: node.or(unseen_node), process, role })
}

/// Codes are upper case and short; channels are not upper case.
fn is_code(token: &[u8]) -> bool {
    token.len() <= 8 && token.iter().all(u8::is_ascii_uppercase)
}
