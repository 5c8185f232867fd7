//! What entries can be grouped by, which of them are grouped so, and what names their group.

use crate::index::{Dimensions, EntryKind, Index, RowView, Symbol};
use crate::log::entry::Outcome;
use crate::log::public_suffix;
use clap::ValueEnum;
use std::borrow::Cow;

/// What entries are grouped by; the values of `report --by`, where that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// Recipient domains.
    Domain,
    /// Organisational domains, by the Public Suffix List.
    OrgDomain,
    /// Source channels.
    Channel,
    /// Remote hosts.
    #[value(name = "remote-host")]
    Host,
    /// Response templates.
    Response,
    /// Processes.
    Process,
    /// IP addresses of clients.
    ConnectingIp,
    /// Envelope senders.
    Sender,
    /// Authenticated users, or the user of the enqueuing process.
    User,
    /// Our addresses of connections.
    #[value(skip)]
    LocalIp,
    /// The other side's addresses of connections.
    #[value(skip)]
    RemoteIp,
    /// Connections.
    #[value(skip)]
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
            | Self::Process
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

    /// Whether the groups are those who connect, who can be refused as such too.
    pub fn are_clients(self) -> bool {
        matches!(self, Self::ConnectingIp | Self::User)
    }

    /// Whether each symbol is a group of its own.
    pub(super) fn is_direct(self) -> bool {
        matches!(self, Self::Domain | Self::Response | Self::Sender | Self::Connection)
    }

    /// What decides in which group a row is; `None` if it is in none, or if the row does not tell.
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
            Self::Process => return None,
        };
        self.takes(row.kind).then_some(number)
    }

    /// The name of the group that something belongs to, where the index knows it.
    pub(super) fn name(self, index: &Index, source: u32) -> Cow<'_, [u8]> {
        let ends = || index.connections().get(source as usize).and_then(|it| it.ends);
        let way = || Dimensions::read(index.dimensions().text(Symbol(source)));
        match self {
            Self::Domain => index.domains().text(Symbol(source)).into(),
            Self::Response => index.responses().text(Symbol(source)).into(),
            // A filter on nobody is written so too.
            Self::Sender => match index.senders().text(Symbol(source)) {
                b"" => b"<>".into(),
                sender => sender.into(),
            },
            Self::Channel | Self::User | Self::Host | Self::ConnectingIp => {
                self.part_of(&way()).unwrap_or_default().into()
            }
            Self::OrgDomain => {
                public_suffix::registrable_domain(index.domains().text(Symbol(source))).into()
            }
            Self::LocalIp => text(ends().map(|ends| ends.local().0)).into(),
            Self::RemoteIp => text(ends().map(|ends| ends.remote().0)).into(),
            Self::Process | Self::Connection => b"".into(),
        }
    }
}

fn text(ip: Option<std::net::IpAddr>) -> Vec<u8> {
    ip.map_or(Vec::new(), |ip| ip.to_string().into_bytes())
}
