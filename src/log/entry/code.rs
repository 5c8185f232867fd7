//! Action codes: one letter for what happened, more letters for how.

/// Action letter and modifiers, as logged: `EEC` is an enqueue by ESMTP with CHUNKING.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code<'a>(pub &'a [u8]);

impl<'a> Code<'a> {
    /// What happened.
    pub fn action(&self) -> Action {
        Action::from_letter(self.0.first().copied().unwrap_or(b'?'))
    }

    /// How: authenticated, TLS, ESMTP, CHUNKING, LMTP and letters not yet known.
    pub fn modifiers(&self) -> &'a [u8] {
        self.0.get(1..).unwrap_or_default()
    }
}

/// What happened. Letters from the table "Logging Entry Codes" of the administration guides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `E`: a recipient was accepted into a queue.
    Enqueue,
    /// `D`: a recipient left a queue.
    Dequeue,
    /// `Q`: a temporary failure; the recipient stays queued.
    Defer,
    /// `R`: a permanent failure; the sender is told.
    Fail,
    /// `J`: our server refused a recipient.
    Refuse,
    /// `K`: as `R`, but nobody is told.
    Discard,
    /// `W`: the sender was warned that delivery is late.
    Warn,
    /// `Z`: some recipients done, this one failed temporarily and moves to a new queue file.
    Requeue,
    /// `B`: a bad SMTP command.
    BadCommand,
    /// `V`: a transaction broken off during the data.
    BreakOff,
    /// `O`: a connection was opened.
    Open,
    /// `C`: a connection was closed.
    Close,
    /// `X`: a connection was rejected.
    Reject,
    /// `Y`: an outbound connection failed before it was established.
    ConnectFail,
    /// `I`: ETRN was received.
    Etrn,
    /// `U`: the result of an authentication.
    Authenticate,
    /// A letter that no document at hand names.
    Other(u8),
}

impl Action {
    /// The action of a letter; unknown letters are kept.
    pub fn from_letter(letter: u8) -> Self {
        match letter {
            b'E' => Self::Enqueue,
            b'D' => Self::Dequeue,
            b'Q' => Self::Defer,
            b'R' => Self::Fail,
            b'J' => Self::Refuse,
            b'K' => Self::Discard,
            b'W' => Self::Warn,
            b'Z' => Self::Requeue,
            b'B' => Self::BadCommand,
            b'V' => Self::BreakOff,
            b'O' => Self::Open,
            b'C' => Self::Close,
            b'X' => Self::Reject,
            b'Y' => Self::ConnectFail,
            b'I' => Self::Etrn,
            b'U' => Self::Authenticate,
            other => Self::Other(other),
        }
    }

    /// Whether the entry is about taking a recipient out of a queue, so that it names no
    /// destination channel.
    pub fn is_dequeue(self) -> bool {
        matches!(
            self,
            Self::Dequeue | Self::Defer | Self::Fail | Self::Discard | Self::Warn | Self::Requeue
        )
    }
}

/// How a delivery attempt on one recipient ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Into a message store or a local channel.
    Delivered,
    /// Handed to another host by an SMTP or LMTP client.
    Relayed,
    /// Handed to another channel of this MTA: not yet delivery.
    HandedOn,
    /// Stays queued.
    Deferred,
    /// Given up.
    Failed,
    /// Stays queued, and the sender was told so.
    Warned,
}

impl Outcome {
    /// The outcome that an action on a channel means; `None` for what is no delivery attempt.
    pub fn of(action: Action, channel: &[u8]) -> Option<Self> {
        Some(match action {
            Action::Dequeue if is_intermediate(channel) => Self::HandedOn,
            Action::Dequeue if channel.starts_with(b"tcp_") => Self::Relayed,
            Action::Dequeue => Self::Delivered,
            Action::Defer | Action::Requeue => Self::Deferred,
            Action::Fail | Action::Discard => Self::Failed,
            Action::Warn => Self::Warned,
            _ => return None,
        })
    }

    /// The word of export-schema: stable, for people and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::HandedOn => "handed-on",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Warned => "warned",
        }
    }
}

/// Channels that pass a message on inside the MTA.
fn is_intermediate(channel: &[u8]) -> bool {
    matches!(channel, b"conversion" | b"process" | b"reprocess" | b"defragment")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dequeue_from_an_intermediate_channel_is_no_delivery() {
        for (channel, outcome) in [
            ("tcp_local", Outcome::Relayed),
            ("ims-ms", Outcome::Delivered),
            ("l", Outcome::Delivered),
            ("conversion", Outcome::HandedOn),
        ] {
            assert_eq!(
                Outcome::of(Action::Dequeue, channel.as_bytes()),
                Some(outcome),
                "{channel}"
            );
        }
        assert_eq!(Outcome::of(Action::Enqueue, b"tcp_local"), None);
    }

    #[test]
    fn unknown_letters_are_kept() {
        let code = Code(b"DSA");
        assert_eq!((code.action(), code.modifiers()), (Action::Dequeue, &b"SA"[..]));
        assert_eq!(Code(b"T").action(), Action::Other(b'T'));
        assert_eq!(Code(b"").action(), Action::Other(b'?'));
    }
}
