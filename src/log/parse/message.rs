//! A message entry behind its code: size and addresses, and the fields that options switch on, split
//! exactly where the profile fits and by their shapes where it does not.

use super::cursor::FieldCursor;
use super::optional_fields::Tail;
use super::profile::{OptionalField, Profile};
use super::profile_inference::TrainingSample;
use super::profiled_fields::{self, FieldFit, unbracketed};
use super::{ParseError, command, heuristic_fields, length_prefixed, lexical, status};
use crate::log::entry::{Action, MessageEntry};

/// How an entry is written.
#[derive(Default)]
pub(super) struct TextLayout<'a> {
    /// What it can teach of its log.
    pub(super) sample: Option<TrainingSample<'a>>,
    /// Its fields stand behind their lengths.
    pub(super) counted: bool,
}

/// Reads everything behind the action code.
pub(super) fn fill_in<'a>(
    message: &mut MessageEntry<'a>,
    mut rest: FieldCursor<'a>,
    profile: Profile,
) -> Result<TextLayout<'a>, ParseError> {
    message.size = lexical::integer(rest.token()).ok_or(ParseError::NoSize)?;
    let tail = if length_prefixed::begins(rest) {
        counted_addresses(message, rest)?
    } else {
        addresses(message, &mut rest, profile)?;
        Tail::Plain(rest)
    };
    let clean = match fill(message, tail, profile) {
        FieldFit::None => {
            *message = only_addresses(message);
            match tail {
                Tail::Plain(rest) => heuristic_fields::plain(message, rest),
                Tail::Counted(_) => heuristic_fields::counted(message, tail),
            }
            false
        }
        fit => fit == FieldFit::Clean,
    };
    let lesson = training_sample(message, tail, clean);
    Ok(TextLayout { sample: lesson, counted: matches!(tail, Tail::Counted(_)) })
}

/// Splits exactly, if the profile fits.
fn fill<'a>(message: &mut MessageEntry<'a>, tail: Tail<'a>, profile: Profile) -> FieldFit {
    if !profile.is_learned() {
        return FieldFit::None;
    }
    let fit = profiled_fields::fill(message, tail, profile);
    // What an enqueue has left over is no diagnostics, but fields that the profile misses.
    if message.code.action() == Action::Enqueue {
        return if fit == FieldFit::Clean { fit } else { FieldFit::None };
    }
    if fit != FieldFit::None {
        return fit;
    }
    for other in variants(profile, matches!(tail, Tail::Counted(_))) {
        *message = only_addresses(message);
        if profiled_fields::fill(message, tail, other) == FieldFit::Whole {
            return FieldFit::Whole;
        }
    }
    FieldFit::None
}

/// What an entry that teaches cannot tell from the profile, the likeliest first.
fn variants(profile: Profile, counted: bool) -> impl Iterator<Item = Profile> {
    // Where all that taught came from this host, connection information was blank, and perhaps lost
    // as blanks at the end of a line.
    let connection = profile.with(OptionalField::Connection);
    // On an enqueue both of these are blank, and at the end of a line neither shows.
    let reason = profile.without(OptionalField::RemoteMta).with(OptionalField::Reason);
    // What is blank at the end may not be written at all.
    let ended = [profile, reason].map(Profile::up_to_diagnostics);
    // Of what is counted no blank is lost.
    let first = if counted { [reason, connection] } else { [connection, reason] };
    let variants = first.into_iter().chain([reason.with(OptionalField::Connection)]).chain(ended);
    variants.filter(move |&variant| variant != profile)
}

/// The entry without its optional fields.
fn only_addresses<'a>(message: &MessageEntry<'a>) -> MessageEntry<'a> {
    MessageEntry {
        code: message.code,
        source_channel: message.source_channel,
        destination_channel: message.destination_channel,
        size: message.size,
        envelope_from: message.envelope_from,
        original_to_type: message.original_to_type,
        original_to: message.original_to,
        active_to: message.active_to,
        ..MessageEntry::default()
    }
}

/// An enqueue and a delivery into a local channel say nothing that another server said.
fn training_sample<'a>(
    message: &MessageEntry<'a>,
    tail: Tail<'a>,
    clean: bool,
) -> Option<TrainingSample<'a>> {
    let network = message.source_channel.starts_with(b"tcp_");
    let dequeue = match message.code.action() {
        Action::Enqueue => false,
        Action::Dequeue if !network => true,
        _ => return None,
    };
    // A client that gives up a message enqueues the notification itself.
    let ours = message.envelope_from.is_empty() && message.destination_channel == Some(b"process");
    Some(TrainingSample { tail, clean, from_client: network && !ours, dequeue })
}

/// Envelope From, original To and active To.
fn addresses<'a>(
    message: &mut MessageEntry<'a>,
    rest: &mut FieldCursor<'a>,
    profile: Profile,
) -> Result<(), ParseError> {
    let gap = rest.blanks();
    let mut begin = rest.0;
    let mut original = rest.address();
    let mut kind = lexical::address_type(original);
    // One blank ends the size, so a second one means a blank envelope From. Pasted text may have
    // lost it; then the type prefix shows that the original To is next.
    if kind.is_none() && !(gap == 2 && is_untyped_pair(*rest)) {
        message.envelope_from = unbracketed(original);
        rest.blanks();
        begin = rest.0;
        original = rest.address();
        kind = lexical::address_type(original);
    }
    if original.is_empty() {
        return Err(ParseError::NoRecipient);
    }
    if message.code.action() == Action::BadCommand {
        message.original_to_type = kind;
        let skip = kind.map_or(0, |kind| kind.len() + 1);
        *rest = command::recipient(message, begin.get(skip..).unwrap_or_default(), profile);
    } else {
        set_original(message, kind, original);
        active(message, rest);
    }
    let named = message.original_to_type.is_some() || message.active_to.is_some();
    named.then_some(()).ok_or(ParseError::NoRecipient)
}

fn set_original<'a>(message: &mut MessageEntry<'a>, kind: Option<&'a [u8]>, original: &'a [u8]) {
    message.original_to_type = kind;
    let typed = kind.and_then(|kind| original.get(kind.len() + 1..));
    message.original_to = unbracketed(typed.unwrap_or(original));
}

/// Whether, behind an address, an active To follows and nothing like a third address: where the
/// original To has no type (SIMS), only that tells a blank envelope From.
fn is_untyped_pair(mut rest: FieldCursor<'_>) -> bool {
    rest.blanks();
    let active = rest.address();
    rest.blanks();
    let third = rest.address();
    let address = |token: &[u8]| !token.is_empty() && memchr::memchr2(b'/', b';', token).is_none();
    lexical::address_type(active).is_none()
        && address(active)
        && (third.is_empty() || lexical::is_queue_file(third) || third.starts_with(b"<"))
}

fn active<'a>(message: &mut MessageEntry<'a>, rest: &mut FieldCursor<'a>) {
    let mut ahead = *rest;
    ahead.blanks();
    if status::begins_reply(ahead) {
        return;
    }
    let address = ahead.address();
    if !address.is_empty() && !lexical::is_queue_file(address) {
        message.active_to = Some(unbracketed(address));
        *rest = ahead;
    }
}

fn counted_addresses<'a>(
    message: &mut MessageEntry<'a>,
    mut rest: FieldCursor<'a>,
) -> Result<Tail<'a>, ParseError> {
    message.envelope_from = unbracketed(length_prefixed::value(&mut rest).unwrap_or_default());
    let original = length_prefixed::value(&mut rest).ok_or(ParseError::NoRecipient)?;
    set_original(message, lexical::address_type(original), original);
    message.active_to = length_prefixed::value(&mut rest).map(unbracketed);
    message.active_to.map(|_| Tail::Counted(rest)).ok_or(ParseError::NoRecipient)
}
