//! What other mail hosts say: their greetings and their replies, in the manner of their software.

use std::fmt::{self, Write};

use super::address::Address;
use super::clock::{Clock, Time};
use super::domain::{Host, Software};
use super::queue::Envelope;
use super::token::{Transport, digits};

/// The greeting of a host, without its code.
pub(super) fn greeting(clock: &Clock, at: Time, host: Host) -> String {
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
    /// The action an entry with this answer logs.
    pub(super) fn action(self) -> char {
        match self {
            Self::Accepted => 'D',
            Self::UnknownUser | Self::MailboxFull | Self::Unwanted => 'R',
            Self::Throttled | Self::RateLimited | Self::Greylisted | Self::Silence => 'Q',
        }
    }
}

/// The diagnostics of an attempt: whom we reached, over what, how it greeted and what it answered.
pub(super) struct Diagnostics<'a> {
    pub(super) host: Host,
    pub(super) transport: Transport,
    pub(super) greeting: &'a str,
    pub(super) answer: Answer,
    pub(super) recipient: Address,
    pub(super) envelope: &'a Envelope,
    /// What the host calls the message from now on.
    pub(super) token: u64,
}

impl fmt::Display for Diagnostics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, transport, greeting, recipient, .. } = self;
        if self.answer == Answer::Silence {
            return write!(
                f,
                "dns;{host} ({transport}) ({greeting}) Error reading SMTP packet; response to \
                 data is missing"
            );
        }
        write!(f, "dns;{host} ({transport}) ({greeting}) smtp;")?;
        match (self.answer, host.software()) {
            (Answer::Accepted, _) => self.acceptance(f),
            (Answer::Throttled, _) => write!(
                f,
                "421 4.7.0 {host} Temporarily deferred due to unusual volume from {}",
                transport.ours.0
            ),
            (Answer::RateLimited, _) => write!(
                f,
                "451 4.7.650 The mail server [{}] has been temporarily rate limited due to IP \
                 reputation",
                transport.ours.0
            ),
            (Answer::Greylisted, Software::Exim) => {
                f.write_str("451 Greylisted, please try again in 300 seconds")
            }
            (Answer::Greylisted, _) => {
                f.write_str("451 4.7.1 Greylisted, try again in 300 seconds")
            }
            (Answer::UnknownUser, Software::Exim) => f.write_str("550 Unrouteable address"),
            (Answer::UnknownUser, Software::Exchange) => write!(
                f,
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {recipient} not found by \
                 SMTP address lookup"
            ),
            (Answer::UnknownUser, Software::Sendmail) => {
                write!(f, "550 5.1.1 <{recipient}>... User unknown")
            }
            (Answer::UnknownUser, Software::SunMessaging) => {
                write!(f, "550 5.1.1 unknown or illegal alias: {recipient}")
            }
            (Answer::UnknownUser, _) => {
                write!(f, "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown")
            }
            (Answer::MailboxFull, _) => write!(f, "552 5.2.2 <{recipient}>: mailbox full"),
            (Answer::Unwanted, _) => {
                f.write_str("554 5.7.1 Message rejected because of its content")
            }
            (Answer::Silence, _) => Ok(()),
        }
    }
}

impl Diagnostics<'_> {
    fn acceptance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token, envelope) = (self.token, self.envelope);
        match self.host.software() {
            Software::Provider => {
                write!(f, "250 2.0.0 OK {:x}-{:x}", token >> 32, token & 0x00ff_ffff)
            }
            Software::Postfix => write!(f, "250 2.0.0 Ok: queued as {:010X}", token >> 24),
            Software::Exim => {
                f.write_str("250 OK id=1")?;
                digits(f, token, 62, 5)?;
                f.write_str("-000")?;
                digits(f, token >> 30, 62, 3)?;
                write!(f, "-{:02X}", token >> 56)
            }
            Software::Exchange => write!(
                f,
                "250 2.6.0 {} [InternalId={}] Queued mail for delivery",
                envelope.id,
                token >> 20
            ),
            Software::SunMessaging => write!(f, "250 2.1.5 {} and options OK.", self.recipient),
            Software::Sendmail => {
                f.write_str("250 2.0.0 k1J9q")?;
                digits(f, token, 36, 3)?;
                write!(f, "{:06} Message accepted for delivery", token >> 40 & 0x7_ffff)
            }
            Software::Shield => {
                f.write_str("250 2.6.0 Message received and queued (")?;
                digits(f, token, 36, 12)?;
                f.write_char(')')
            }
            Software::Appliance => write!(f, "250 Ok: queued as {:08x}", token >> 32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::domain::{Domain, LARGEST};
    use crate::simulate::token::User;

    #[test]
    fn every_host_accepts_in_its_own_manner() {
        let mut rng = fastrand::Rng::with_seed(5);
        let from = Address::automatic(&mut rng, LARGEST);
        let envelope = Envelope::new(&mut rng, from, User::System);
        let mut manners = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let host = Domain::of_recipient(&mut rng, 5).host(&mut rng);
            let end = (host.ip(), 25);
            let diagnostics = Diagnostics {
                host,
                transport: Transport { ours: end, theirs: end },
                greeting: "",
                answer: Answer::Accepted,
                recipient: from,
                envelope: &envelope,
                token: rng.u64(..),
            };
            let text = diagnostics.to_string();
            let reply = text.split_once(" smtp;").unwrap().1.to_owned();
            assert!(reply.starts_with("250 "), "{reply}");
            manners.insert(reply.chars().take(15).filter(|c| !c.is_numeric()).collect::<String>());
        }
        assert!(manners.len() > 6, "{manners:?}");
    }
}
