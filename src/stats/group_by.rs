//! What entries can be grouped by, which of them are grouped so, and what names their group.

use crate::index::{Dimensions, EntryKind, Index, RowView, Symbol};
use crate::log::entry::Outcome;
use crate::log::public_suffix;

/// What entries are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Recipient domain.
    Domain,
    /// Organisation of the recipient domain, by the public suffixes.
    OrgDomain,
    /// What was answered, without what differs from message to message.
    Response,
    /// Envelope sender.
    Sender,
    /// User who authenticated, or that the enqueuing process runs as.
    User,
    /// Source channel.
    Channel,
    /// Host that a dequeue reached or tried to reach.
    Host,
    /// Address of a client.
    ConnectingIp,
    /// Our address of the connection.
    LocalIp,
    /// The other side's address of the connection.
    RemoteIp,
    /// The connection itself.
    Connection,
}

impl GroupBy {
    /// Whether entries of this kind are grouped so; all others are in no group.
    pub fn takes(self, kind: EntryKind) -> bool {
        let tried = matches!(
            kind,
            EntryKind::Attempt(
                Outcome::Delivered | Outcome::Relayed | Outcome::Deferred | Outcome::Failed
            )
        );
        let came = matches!(kind, EntryKind::Enqueued | EntryKind::RecipientRejected);
        let proved = matches!(kind, EntryKind::Authenticated | EntryKind::Unauthenticated);
        match self {
            Self::Domain
            | Self::OrgDomain
            | Self::Sender
            | Self::Channel
            | Self::LocalIp
            | Self::RemoteIp
            | Self::Connection => tried || came,
            Self::Response => tried || kind == EntryKind::RecipientRejected,
            Self::User => tried || came || proved,
            Self::Host => tried,
            Self::ConnectingIp => came || kind == EntryKind::ConnectionRejected || proved,
        }
    }

    /// The part of a way that names the group, if that is what does.
    pub fn part_of<'a>(self, way: &Dimensions<'a>) -> Option<&'a [u8]> {
        match self {
            Self::Channel => Some(way.channel),
            Self::User => Some(way.user),
            Self::Host => Some(way.host),
            Self::ConnectingIp => Some(way.ip),
            _ => None,
        }
    }

    /// Whether each symbol is a group of its own.
    pub(super) fn is_direct(self) -> bool {
        matches!(self, Self::Domain | Self::Response | Self::Sender | Self::Connection)
    }

    /// What decides in which group a row is; `None` if it is in none.
    pub(super) fn source(self, row: &RowView) -> Option<u32> {
        let number = match self {
            Self::Domain | Self::OrgDomain => row.domains.0.0,
            Self::Response => row.dimensions.response.0,
            Self::Sender => row.dimensions.sender.0,
            Self::Channel | Self::User | Self::Host | Self::ConnectingIp => {
                row.dimensions.dimensions.0
            }
            Self::LocalIp | Self::RemoteIp | Self::Connection => {
                row.connection.is_real().then_some(row.connection.0)?
            }
        };
        self.takes(row.kind).then_some(number)
    }

    /// The name of the group that something belongs to; `None` if it is a group of its own.
    pub(super) fn label(self, index: &Index, source: u32) -> Option<Vec<u8>> {
        let ends = || index.connections().get(source as usize).and_then(|it| it.ends);
        Some(match self {
            Self::Domain | Self::Response | Self::Sender | Self::Connection => return None,
            Self::Channel | Self::User | Self::Host | Self::ConnectingIp => {
                self.part_of(&Dimensions::read(index.dimensions().text(Symbol(source))))?.to_vec()
            }
            Self::OrgDomain => {
                public_suffix::registrable_domain(index.domains().text(Symbol(source))).to_vec()
            }
            Self::LocalIp => text(ends().map(|ends| ends.local().0)),
            Self::RemoteIp => text(ends().map(|ends| ends.remote().0)),
        })
    }
}

fn text(ip: Option<std::net::IpAddr>) -> Vec<u8> {
    ip.map_or(Vec::new(), |ip| ip.to_string().into_bytes())
}
