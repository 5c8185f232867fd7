//! Remote mail hosts: their banners and responses, as their software writes them.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::address::MailAddress;
use super::clock::{SimClock, SimTime};
use super::domain::{HostSoftware, MailHost};
use super::token::{ConnectionEnds, MailId, digits};

/// The banner of a host, without its code.
pub(super) fn greeting(clock: &SimClock, at: SimTime, host: MailHost, odd: bool) -> String {
    let software = host.software();
    let mut text = host.to_string();
    let (words, dated) = match software {
        HostSoftware::Provider => (" ESMTP ready", false),
        HostSoftware::Postfix if host.domain.scattered() & 1 == 0 => (" ESMTP Postfix", false),
        HostSoftware::Postfix => (" ESMTP Postfix (Debian/GNU)", false),
        HostSoftware::Exim => (" ESMTP Exim 4.96 ", true),
        HostSoftware::Exchange => (" Microsoft ESMTP MAIL Service ready at ", true),
        HostSoftware::SunMessaging => (" -- Server ESMTP [iMS V5.0 #8790]", false),
        HostSoftware::Sendmail => (" ESMTP Sendmail 8.15.2/8.15.2; ", true),
        HostSoftware::Shield => (" ESMTP (mailshield 9.2 (eu-3)) ready", false),
        HostSoftware::Appliance if odd => (" ESMTP (c) 1998; no UCE :-) be welcome", false),
        HostSoftware::Appliance => (" -- no spam, no relaying (all use is logged) ESMTP", false),
    };
    text.push_str(words);
    if dated {
        clock.header_date(&mut text, at);
    }
    text
}

/// A response that decides about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteVerdict {
    Accepted,
    /// A large provider defers, and closes the connection.
    Throttled,
    /// The same in other words, and the connection stays open.
    RateLimited,
    Greylisted,
    UnknownUser,
    MailboxFull,
    Unwanted,
    /// No response came.
    Silence,
}

impl RemoteVerdict {
    /// The reason why a recipient failed, in a few words.
    pub fn reason(self) -> &'static str {
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

    /// The action of the entry.
    pub fn action(self) -> char {
        match self {
            Self::Accepted => 'D',
            Self::UnknownUser | Self::MailboxFull | Self::Unwanted => 'R',
            Self::Throttled | Self::RateLimited | Self::Greylisted | Self::Silence => 'Q',
        }
    }
}

/// A response: of which host, over which connection, and what it says.
#[derive(Clone, Debug)]
pub struct RemoteReply {
    pub host: MailHost,
    pub transport: ConnectionEnds,
    pub greeting: Arc<str>,
    pub verdict: RemoteVerdict,
    pub recipient: MailAddress,
    pub id: MailId,
    /// The queue id that the host gives the message.
    pub token: u64,
    /// Whether the host runs old software.
    pub odd: bool,
}

/// The text if no response came.
const SILENCE: &str = "Error reading SMTP packet; response to data is missing";

impl RemoteReply {
    /// The reply code, and the enhanced code if there is one; none if no response came.
    pub fn codes(&self) -> Option<(u16, Option<&'static str>)> {
        Some(match (self.verdict, self.host.software()) {
            (RemoteVerdict::Silence, _) => return None,
            (RemoteVerdict::Accepted, HostSoftware::Exim | HostSoftware::Appliance) => (250, None),
            (RemoteVerdict::Accepted, HostSoftware::Exchange | HostSoftware::Shield) => {
                (250, Some("2.6.0"))
            }
            (RemoteVerdict::Accepted, HostSoftware::SunMessaging) => (250, Some("2.1.5")),
            (RemoteVerdict::Accepted, _) => (250, Some("2.0.0")),
            (RemoteVerdict::Throttled, _) => (421, Some("4.7.0")),
            (RemoteVerdict::RateLimited, _) => (451, Some("4.7.650")),
            (RemoteVerdict::Greylisted, HostSoftware::Exim) => (451, None),
            (RemoteVerdict::Greylisted, _) => (451, Some("4.7.1")),
            (RemoteVerdict::UnknownUser, HostSoftware::Exim) => (550, None),
            (RemoteVerdict::UnknownUser, HostSoftware::Exchange) => (550, Some("5.1.10")),
            (RemoteVerdict::UnknownUser, HostSoftware::Appliance) if self.odd => (553, None),
            (RemoteVerdict::UnknownUser, _) => (550, Some("5.1.1")),
            (RemoteVerdict::MailboxFull, _) => (552, Some("5.2.2")),
            (RemoteVerdict::Unwanted, _) => (554, Some("5.7.1")),
        })
    }

    /// Whether a blank stands before the reply code, as of a few hosts.
    pub fn is_spaced(&self) -> bool {
        self.odd && matches!(self.host.software(), HostSoftware::Appliance | HostSoftware::Shield)
    }

    fn acceptance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token;
        match self.host.software() {
            HostSoftware::Provider => write!(f, "OK {:x}-{:x}", token >> 32, token & 0x00ff_ffff),
            HostSoftware::Postfix => write!(f, "Ok: queued as {:010X}", token >> 24),
            HostSoftware::Exim => {
                f.write_str("OK id=1")?;
                digits(f, token, 62, 5)?;
                f.write_str("-000")?;
                digits(f, token >> 30, 62, 3)?;
                write!(f, "-{:02X}", token >> 56)
            }
            HostSoftware::Exchange => {
                write!(f, "{} [InternalId={}] Queued mail for delivery", self.id, token >> 20)
            }
            HostSoftware::SunMessaging => write!(f, "{} and options OK.", self.recipient),
            HostSoftware::Sendmail => {
                f.write_str("k1J9q")?;
                digits(f, token, 36, 3)?;
                write!(f, "{:06} Message accepted for delivery", token >> 40 & 0x7_ffff)
            }
            HostSoftware::Shield => {
                f.write_str("Message received and queued (")?;
                digits(f, token, 36, 12)?;
                f.write_char(')')
            }
            HostSoftware::Appliance => write!(f, "Ok: queued as {:08x}", token >> 32),
        }
    }
}

/// The text of a response, without its codes; a text of the MTA if none came.
impl fmt::Display for RemoteReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, transport, recipient, .. } = self;
        let ours = transport.ours.0;
        match (self.verdict, host.software()) {
            (RemoteVerdict::Silence, _) => f.write_str(SILENCE),
            (RemoteVerdict::Accepted, _) => self.acceptance(f),
            (RemoteVerdict::Throttled, _) => {
                write!(f, "{host} Temporarily deferred due to unusual volume from {ours}")
            }
            (RemoteVerdict::RateLimited, _) => write!(
                f,
                "The mail server [{ours}] has been temporarily rate limited due to IP reputation"
            ),
            (RemoteVerdict::Greylisted, HostSoftware::Exim) => {
                f.write_str("Greylisted, please try again in 300 seconds")
            }
            (RemoteVerdict::Greylisted, _) => f.write_str("Greylisted, try again in 300 seconds"),
            (RemoteVerdict::UnknownUser, HostSoftware::Exim) => f.write_str("Unrouteable address"),
            (RemoteVerdict::UnknownUser, HostSoftware::Exchange) => write!(
                f,
                "RESOLVER.ADR.RecipientNotFound; Recipient {recipient} not found by SMTP address \
                 lookup"
            ),
            (RemoteVerdict::UnknownUser, HostSoftware::Sendmail) if self.odd => {
                write!(f, "<{recipient}>... Empfänger unbekannt")
            }
            (RemoteVerdict::UnknownUser, HostSoftware::Sendmail) => {
                write!(f, "<{recipient}>... User unknown")
            }
            (RemoteVerdict::UnknownUser, HostSoftware::SunMessaging) => {
                write!(f, "unknown or illegal alias: {recipient}")
            }
            (RemoteVerdict::UnknownUser, HostSoftware::Appliance) if self.odd => {
                f.write_str("sorry, no mailbox here by that name (#5.1.1)")
            }
            (RemoteVerdict::UnknownUser, _) => {
                write!(f, "<{recipient}>: Recipient address rejected: User unknown")
            }
            (RemoteVerdict::MailboxFull, _) => write!(f, "<{recipient}>: mailbox full"),
            (RemoteVerdict::Unwanted, _) => f.write_str("Message rejected because of its content"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::domain::{LARGEST, MailDomain};

    #[test]
    fn every_host_accepts_in_its_own_manner() {
        let mut rng = fastrand::Rng::with_seed(5);
        let from = MailAddress::automatic(&mut rng, LARGEST);
        let mut manners = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let host = MailDomain::of_recipient(&mut rng, 5).host(&mut rng);
            let end = (host.ip(), 25);
            let conversation = RemoteReply {
                host,
                transport: ConnectionEnds { ours: end, theirs: end },
                greeting: "".into(),
                verdict: RemoteVerdict::Accepted,
                recipient: from,
                id: MailId::new(&mut rng, LARGEST),
                token: rng.u64(..),
                odd: false,
            };
            assert_eq!(conversation.codes().map(|(code, _)| code), Some(250));
            let reply = conversation.to_string();
            manners.insert(reply.chars().take(15).filter(|c| !c.is_numeric()).collect::<String>());
        }
        assert!(manners.len() > 6, "{manners:?}");
    }
}
