//! The recipient of a `B` entry: the SMTP command that was refused, which can hold blanks.

use super::cursor::FieldCursor;
use super::optional_fields::Tail;
use super::profile::Profile;
use super::profiled_fields::{self, FieldFit};
use super::status;
use crate::log::entry::MessageEntry;
use memchr::{memchr, memchr_iter, memmem};

/// Blanks of a command that are looked at.
const MOST_WORDS: usize = 64;

/// Reads the recipient fields, from behind the address type on, and says what follows them.
///
/// They end where the fields of the profile follow, or else where the reply does. A stranger chose
/// the command, so that if there are several such places none is taken, and the whole stays text.
pub(super) fn recipient<'a>(
    message: &mut MessageEntry<'a>,
    text: &'a [u8],
    profile: Profile,
) -> FieldCursor<'a> {
    let blanks = || memchr_iter(b' ', text).take(MOST_WORDS);
    let fits = |&at: &usize| {
        let tail = Tail::Plain(FieldCursor(text.get(at..).unwrap_or_default()));
        let mut message = message.clone();
        profile.is_learned()
            && profiled_fields::fill(&mut message, tail, profile) == FieldFit::Whole
            && message.diagnostic.is_some_and(|text| status::begins_reply(FieldCursor(text)))
    };
    let replies = |&at: &usize| {
        text.get(at + 1..).is_some_and(|rest| status::begins_reply(FieldCursor(rest)))
    };
    let end = single(blanks().filter(fits)).or_else(|| {
        let reply = single(blanks().filter(replies))?;
        // Before the fields that are blank, more than one stands.
        let fields = text.get(1..reply).and_then(|text| memmem::find(text, b"  "));
        Some(fields.map_or(reply, |at| at + 1))
    });
    let Some((command, rest)) = end.and_then(|at| text.split_at_checked(at)) else {
        return FieldCursor(text);
    };
    (message.original_to, message.active_to) = both(command);
    FieldCursor(rest)
}

fn single(mut places: impl Iterator<Item = usize>) -> Option<usize> {
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// Original and active To. The command stands in both, or in the second alone.
fn both(command: &[u8]) -> (&[u8], Option<&[u8]>) {
    let half = command.len() / 2;
    let twice = command.get(..half).zip(command.get(half + 1..));
    match (command, twice) {
        ([b' ', active @ ..], _) => (b"", Some(active)),
        (_, Some((one, other))) if one == other && command.get(half) == Some(&b' ') => {
            (one, Some(other))
        }
        _ => match memchr(b' ', command) {
            Some(at) => (
                command.get(..at).unwrap_or_default(),
                Some(command.get(at + 1..).unwrap_or_default()),
            ),
            None => (command, None),
        },
    }
}
