//! The beginning of an entry behind its time: node, process, channels and action code.
//!
//! The columns are padded to 12 characters in a log and collapsed in pasted text, so the code, the
//! first upper-case word behind a channel, is what tells the columns before it apart.

use super::Flaw;
use super::cursor::Cursor;
use crate::entry::{Code, Direction, ProcessId};

/// Node and process, and what the entry is about.
pub(super) struct Head<'a> {
    pub(super) node: Option<&'a [u8]>,
    pub(super) process: Option<ProcessId<'a>>,
    pub(super) role: Role<'a>,
}

/// The kind of entry that the columns stand for.
pub(super) enum Role<'a> {
    Header(&'a [u8]),
    Message { source: &'a [u8], destination: Option<&'a [u8]>, code: Code<'a>, rest: Cursor<'a> },
    Connection { source: &'a [u8], direction: Direction, code: Code<'a>, rest: Cursor<'a> },
}

/// Node, process, source channel and destination channel: no more stand before the code.
const MOST_COLUMNS: usize = 4;

/// Reads up to the action code, or to the `>` of a header entry.
pub(super) fn head(mut rest: Cursor<'_>) -> Result<Head<'_>, Flaw> {
    let mut tokens: [&[u8]; MOST_COLUMNS] = [b""; MOST_COLUMNS];
    let mut count = 0;
    let code = loop {
        let token = rest.token();
        match token {
            b"" => return Err(Flaw::NoCode),
            b">" => {
                let (node, process, _) = origin(tokens.get(..count).unwrap_or_default());
                let line = rest.text().unwrap_or_default();
                return Ok(Head { node, process, role: Role::Header(line) });
            }
            _ if count > 0 && is_code(token) => break Code(token),
            _ => *tokens.get_mut(count).ok_or(Flaw::NoCode)? = token,
        }
        count += 1;
    };
    let (node, process, channels) = origin(tokens.get(..count).unwrap_or_default());
    columns(node, process, channels, code, rest)
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
    code: Code<'a>,
    rest: Cursor<'a>,
) -> Result<Head<'a>, Flaw> {
    let message = |source, destination| Role::Message { source, destination, code, rest };
    let connection = |source, sign: &[u8]| {
        let direction = if sign == b"+" { Direction::Inbound } else { Direction::Outbound };
        Role::Connection { source, direction, code, rest }
    };
    let (unseen_node, role) = match *channels {
        [source, sign @ (b"+" | b"-")] => (None, connection(source, sign)),
        [node, source, sign @ (b"+" | b"-")] => (Some(node), connection(source, sign)),
        [source] => (None, message(source, None)),
        // A dequeue has no destination, so that with two names and no process the first is a node.
        [node, source] if process.is_none() && code.action().is_dequeue() => {
            (Some(node), message(source, None))
        }
        [source, destination] => (None, message(source, Some(destination))),
        [node, source, destination] => (Some(node), message(source, Some(destination))),
        _ => return Err(Flaw::NoCode),
    };
    Ok(Head { node: node.or(unseen_node), process, role })
}

/// Codes are upper case and short; channels are not upper case.
fn is_code(token: &[u8]) -> bool {
    token.len() <= 8 && token.iter().all(u8::is_ascii_uppercase)
}
