//! What other mail hosts say: their greetings and their replies, in the manner of their software.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::address::Address;
use super::clock::{Clock, Time};
use super::domain::{Host, Software};
use super::token::{MessageId, Transport, digits};

/// The greeting of a host, without its code.
pub(super) fn greeting(clock: &Clock, at: Time, host: Host, odd: bool) -> String {
    let software = host.software();
    let mut text = host.to_string();
    let (words, dated) = match software {
        Software::Provider => (" ESMTP ready", false),
        Software::Postfix if host.domain.scattered() & 1 == 0 => (" ESMTP Postfix", false),
        Software::Postfix => (" ESMTP Postfix (Debian/GNU)", false),
        Software::Exim => (" ESMTP Exim 4.96 ", true),
        Software::Exchange => (" Microsoft ESMTP MAIL Service ready at ", true),
        Software::SunMessaging => (" -- Server ESMTP [iMS V5.0 #8790]", false),
        Software::Sendmail => (" ESMTP Sendmail 8.15.2/8.15.2; ", true),
        Software::Shield => (" ESMTP (mailshield 9.2 (eu-3)) ready", false),
        Software::Appliance if odd => (" ESMTP (c) 1998; no UCE :-) be welcome", false),
        Software::Appliance => (" -- no spam, no relaying (all use is logged) ESMTP", false),
    };
    text.push_str(words);
    if dated {
        clock.header_date(&mut text, at);
    }
    text
}

/// An answer that decides about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    /// The large provider has enough of us and hangs up.
    Throttled,
    /// The same in other words, without hanging up.
    RateLimited,
    Greylisted,
    UnknownUser,
    MailboxFull,
    Unwanted,
    /// None came.
    Silence,
}

impl Answer {
    /// Why a recipient was given up, in a few words.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Accepted => "",
            Self::UnknownUser => "recipient unknown",
            Self::MailboxFull => "mailbox full",
            Self::Unwanted => "content refused",
            Self::Throttled | Self::RateLimited | Self::Greylisted | Self::Silence => {
                "deferred too often"
            }
        }
    }

    /// The action an entry with this answer logs.
    pub(super) fn action(self) -> char {
        match self {
            Self::Accepted => 'D',
            Self::UnknownUser | Self::MailboxFull | Self::Unwanted => 'R',
            Self::Throttled | Self::RateLimited | Self::Greylisted | Self::Silence => 'Q',
        }
    }
}

/// An attempt: whom we reached, over what, how it greeted and what it answered.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) host: Host,
    pub(super) transport: Transport,
    pub(super) greeting: Arc<str>,
    pub(super) answer: Answer,
    pub(super) recipient: Address,
    pub(super) id: MessageId,
    /// What the host calls the message from now on.
    pub(super) token: u64,
    /// Whether it says so in the words of old software.
    pub(super) odd: bool,
}

/// What we say when no reply came.
pub(super) const SILENCE: &str = "Error reading SMTP packet; response to data is missing";

impl Conversation {
    /// The codes of the reply, the enhanced one where the host gives one; none if none came.
    pub(super) fn reply(&self) -> Option<(u16, Option<&'static str>)> {
        Some(match (self.answer, self.host.software()) {
            (Answer::Silence, _) => return None,
            (Answer::Accepted, Software::Exim | Software::Appliance) => (250, None),
            (Answer::Accepted, Software::Exchange | Software::Shield) => (250, Some("2.6.0")),
            (Answer::Accepted, Software::SunMessaging) => (250, Some("2.1.5")),
            (Answer::Accepted, _) => (250, Some("2.0.0")),
            (Answer::Throttled, _) => (421, Some("4.7.0")),
            (Answer::RateLimited, _) => (451, Some("4.7.650")),
            (Answer::Greylisted, Software::Exim) => (451, None),
            (Answer::Greylisted, _) => (451, Some("4.7.1")),
            (Answer::UnknownUser, Software::Exim) => (550, None),
            (Answer::UnknownUser, Software::Exchange) => (550, Some("5.1.10")),
            (Answer::UnknownUser, Software::Appliance) if self.odd => (553, None),
            (Answer::UnknownUser, _) => (550, Some("5.1.1")),
            (Answer::MailboxFull, _) => (552, Some("5.2.2")),
            (Answer::Unwanted, _) => (554, Some("5.7.1")),
        })
    }

    /// Whether the reply is logged behind a blank, as that of a few hosts is.
    pub(super) fn is_spaced(&self) -> bool {
        self.odd && matches!(self.host.software(), Software::Appliance | Software::Shield)
    }

    fn acceptance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token;
        match self.host.software() {
            Software::Provider => write!(f, "OK {:x}-{:x}", token >> 32, token & 0x00ff_ffff),
            Software::Postfix => write!(f, "Ok: queued as {:010X}", token >> 24),
            Software::Exim => {
                f.write_str("OK id=1")?;
                digits(f, token, 62, 5)?;
                f.write_str("-000")?;
                digits(f, token >> 30, 62, 3)?;
                write!(f, "-{:02X}", token >> 56)
            }
            Software::Exchange => {
                write!(f, "{} [InternalId={}] Queued mail for delivery", self.id, token >> 20)
            }
            Software::SunMessaging => write!(f, "{} and options OK.", self.recipient),
            Software::Sendmail => {
                f.write_str("k1J9q")?;
                digits(f, token, 36, 3)?;
                write!(f, "{:06} Message accepted for delivery", token >> 40 & 0x7_ffff)
            }
            Software::Shield => {
                f.write_str("Message received and queued (")?;
                digits(f, token, 36, 12)?;
                f.write_char(')')
            }
            Software::Appliance => write!(f, "Ok: queued as {:08x}", token >> 32),
        }
    }
}

/// The words of a reply, without its codes; ours if none came.
impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, transport, recipient, .. } = self;
        let ours = transport.ours.0;
        match (self.answer, host.software()) {
            (Answer::Silence, _) => f.write_str(SILENCE),
            (Answer::Accepted, _) => self.acceptance(f),
            (Answer::Throttled, _) => {
                write!(f, "{host} Temporarily deferred due to unusual volume from {ours}")
            }
            (Answer::RateLimited, _) => write!(
                f,
                "The mail server [{ours}] has been temporarily rate limited due to IP reputation"
            ),
            (Answer::Greylisted, Software::Exim) => {
                f.write_str("Greylisted, please try again in 300 seconds")
            }
            (Answer::Greylisted, _) => f.write_str("Greylisted, try again in 300 seconds"),
            (Answer::UnknownUser, Software::Exim) => f.write_str("Unrouteable address"),
            (Answer::UnknownUser, Software::Exchange) => write!(
                f,
                "RESOLVER.ADR.RecipientNotFound; Recipient {recipient} not found by SMTP address \
                 lookup"
            ),
            (Answer::UnknownUser, Software::Sendmail) if self.odd => {
                write!(f, "<{recipient}>... Empfänger unbekannt")
            }
            (Answer::UnknownUser, Software::Sendmail) => {
                write!(f, "<{recipient}>... User unknown")
            }
            (Answer::UnknownUser, Software::SunMessaging) => {
                write!(f, "unknown or illegal alias: {recipient}")
            }
            (Answer::UnknownUser, Software::Appliance) if self.odd => {
                f.write_str("sorry, no mailbox here by that name (#5.1.1)")
            }
            (Answer::UnknownUser, _) => {
                write!(f, "<{recipient}>: Recipient address rejected: User unknown")
            }
            (Answer::MailboxFull, _) => write!(f, "<{recipient}>: mailbox full"),
            (Answer::Unwanted, _) => f.write_str("Message rejected because of its content"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::domain::{Domain, LARGEST};

    #[test]
    fn every_host_accepts_in_its_own_manner() {
        let mut rng = fastrand::Rng::with_seed(5);
        let from = Address::automatic(&mut rng, LARGEST);
        let mut manners = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let host = Domain::of_recipient(&mut rng, 5).host(&mut rng);
            let end = (host.ip(), 25);
            let conversation = Conversation {
                host,
                transport: Transport { ours: end, theirs: end },
                greeting: "".into(),
                answer: Answer::Accepted,
                recipient: from,
                id: MessageId::new(&mut rng, LARGEST),
                token: rng.u64(..),
                odd: false,
            };
            assert_eq!(conversation.reply().map(|(code, _)| code), Some(250));
            let reply = conversation.to_string();
            manners.insert(reply.chars().take(15).filter(|c| !c.is_numeric()).collect::<String>());
        }
        assert!(manners.len() > 6, "{manners:?}");
    }
}
