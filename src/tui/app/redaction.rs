//! What is shown of names: themselves, or pseudonyms.
//!
//! The index and the filters have the names as they are, so that whoever knows one finds it. Texts
//! come from the log already hidden; what the index tells is hidden here, as it is shown.

use super::App;
use crate::index::{Connection, Symbol};
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::{RedactLevel, Redactor};
use crate::log::response_template;
use crate::stats::{Group, GroupBy, Groups};
use crate::tui::layout::Pane;
use std::borrow::Cow;
use std::net::IpAddr;

/// Who makes pseudonyms, and whether they are shown.
pub(super) struct RedactionState {
    redactor: Redactor,
    on: bool,
    /// They were shown at some time, so that nothing of the session is to be kept.
    ever: bool,
}

impl Default for RedactionState {
    fn default() -> Self {
        Self { redactor: Redactor::new(RedactLevel::People), on: false, ever: false }
    }
}

/// One end of a connection.
type End = (IpAddr, u16);

impl App {
    /// With pseudonyms from the beginning on, if that is asked for.
    #[must_use]
    pub fn redacted(mut self, how: Option<RedactLevel>) -> Self {
        if let Some(how) = how {
            self.redaction = RedactionState { redactor: Redactor::new(how), on: true, ever: true };
            self.text_cache = super::TextCache::default();
        }
        self
    }

    /// Shows pseudonyms from here on, or names again.
    pub(super) fn toggle_redaction(&mut self) {
        self.redaction.on = !self.redaction.on;
        self.redaction.ever = true;
        // Those at hand are as they were to be shown.
        self.text_cache = super::TextCache::default();
    }

    /// Who makes the pseudonyms that are shown; nobody if names are.
    pub fn redactor(&self) -> Option<&Redactor> {
        Some(&self.redaction.redactor).filter(|_| self.redaction.on)
    }

    /// A text of the log as it may be shown.
    pub(super) fn shown<'a>(&self, original: &'a EntryText) -> Cow<'a, EntryText> {
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.shown(original)),
            None => Cow::Borrowed(original),
        }
    }

    /// Whether pseudonyms were shown at any time.
    pub(super) fn was_redacted(&self) -> bool {
        self.redaction.ever
    }

    /// The filter in force, as it may be shown.
    pub fn shown_filter(&self) -> Cow<'_, str> {
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.filter(&self.filter_text)),
            None => Cow::Borrowed(&self.filter_text),
        }
    }

    /// What a group is called, as it may be shown; empty if its entries say nothing of the kind.
    pub fn label<'a>(&'a self, groups: &'a Groups, group: &Group) -> Cow<'a, [u8]> {
        let label = groups.label(self.index(), group);
        let Some(redactor) = self.redactor().filter(|_| !label.is_empty()) else {
            return Cow::Borrowed(label);
        };
        Cow::Owned(match groups.by() {
            GroupBy::Domain | GroupBy::OrgDomain | GroupBy::Host => redactor.domain(label),
            GroupBy::Sender => redactor.address(label),
            GroupBy::User => redactor.user(label),
            GroupBy::ConnectingIp | GroupBy::LocalIp | GroupBy::RemoteIp => redactor.ip_text(label),
            GroupBy::Response => self.hidden_answer(redactor, group, label),
            GroupBy::Channel | GroupBy::Connection => redactor.said(label),
        })
    }

    /// What was answered, as the newest entry to which it was tells it.
    fn hidden_answer(&self, redactor: &Redactor, group: &Group, answer: &[u8]) -> Vec<u8> {
        let original = group.trouble().and_then(|row| self.original(row));
        original.and_then(answer_to).unwrap_or_else(|| redactor.codes(answer))
    }

    /// The domain or the answer that a pane is about.
    pub fn subject(&self, pane: Pane) -> Option<Cow<'_, [u8]>> {
        let narrow = self.grouping(pane)?.groups.narrow();
        match (pane, narrow.response) {
            (Pane::Responses, _) => {
                let place = narrow.place(self.index())?;
                Some(match self.redactor() {
                    Some(redactor) => Cow::Owned(redactor.domain(place)),
                    None => Cow::Borrowed(place),
                })
            }
            (Pane::Via, Some(answer)) => self.named_group(Pane::Responses, answer),
            _ => None,
        }
    }

    /// What the group of this symbol is called.
    fn named_group(&self, pane: Pane, symbol: Symbol) -> Option<Cow<'_, [u8]>> {
        let groups = self.grouping(pane)?.groups;
        let mut of_it = groups.iter().filter(|(_, group)| groups.symbol(group) == symbol);
        of_it.next().map(|(_, group)| self.label(groups, group))
    }

    /// The name of the other side of a connection, as it may be shown.
    pub fn host(&self, connection: &Connection, name: Symbol) -> Cow<'_, [u8]> {
        let name = self.index().names().text(name);
        let inbound = connection.direction == Some(crate::log::entry::Direction::Inbound);
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.peer(name, inbound)),
            None => Cow::Borrowed(name),
        }
    }

    /// Our end of a connection and the other one, as they may be shown.
    pub fn ends(&self, connection: &Connection) -> Option<(End, End)> {
        let ends = connection.ends?;
        let hidden =
            |(ip, port): End| (self.redactor().map_or(ip, |redactor| redactor.ip(ip)), port);
        Some((hidden(ends.local()), hidden(ends.remote())))
    }
}

/// What was answered to the entry of a text that may be shown.
pub(super) fn answer_to(original: &EntryText) -> Option<Vec<u8>> {
    let (mut scratch, mut told) = (Scratch::default(), Vec::new());
    response_template::of_entry(&original.entry(&mut scratch).ok()?, &mut told);
    Some(told).filter(|told| !told.is_empty())
}
