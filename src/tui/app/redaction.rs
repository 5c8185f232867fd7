//! Redaction of shown text.
//!
//! Index and filters hold the real names, so that a known name can be searched. Texts of the log
//! are redacted when read; names from the index are redacted here, when shown.

use super::App;
use crate::index::{Connection, Symbol};
use crate::log::parse::{EntryText, Scratch};
use crate::log::redact::{RedactLevel, Redactor};
use crate::log::response_template;
use crate::stats::{Group, GroupBy, Groups};
use crate::tui::layout::Pane;
use std::borrow::Cow;
use std::net::IpAddr;

/// Redactor, and whether it is in force.
pub(super) struct RedactionState {
    redactor: Redactor,
    on: bool,
    /// Whether redaction was ever in force; the session is then not saved.
    ever: bool,
}

impl Default for RedactionState {
    fn default() -> Self {
        Self { redactor: Redactor::new(RedactLevel::People), on: false, ever: false }
    }
}

/// One endpoint of a connection.
type End = (IpAddr, u16);

impl App {
    /// Turns redaction on from the start, if requested.
    #[must_use]
    pub fn redacted(mut self, how: Option<RedactLevel>) -> Self {
        if let Some(how) = how {
            self.redaction = RedactionState { redactor: Redactor::new(how), on: true, ever: true };
            self.text_cache = super::TextCache::default();
        }
        self
    }

    /// Turns redaction on or off.
    pub(super) fn toggle_redaction(&mut self) {
        self.redaction.on = !self.redaction.on;
        self.redaction.ever = true;
        // Cached texts are in the previous form.
        self.text_cache = super::TextCache::default();
    }

    /// Redactor in force, if any.
    pub fn redactor(&self) -> Option<&Redactor> {
        Some(&self.redaction.redactor).filter(|_| self.redaction.on)
    }

    /// Redacts a text of the log if redaction is on.
    pub(super) fn shown<'a>(&self, original: &'a EntryText) -> Cow<'a, EntryText> {
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.shown(original)),
            None => Cow::Borrowed(original),
        }
    }

    /// Whether redaction was on at any time.
    pub(super) fn was_redacted(&self) -> bool {
        self.redaction.ever
    }

    /// Filter in force, redacted if redaction is on.
    pub fn shown_filter(&self) -> Cow<'_, str> {
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.filter(&self.filter_text)),
            None => Cow::Borrowed(&self.filter_text),
        }
    }

    /// Label of a group, redacted if redaction is on; empty for the group without a value.
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
            GroupBy::Channel | GroupBy::Process | GroupBy::Connection => redactor.said(label),
        })
    }

    /// Response of a group as logged by its newest entry.
    fn hidden_answer(&self, redactor: &Redactor, group: &Group, answer: &[u8]) -> Vec<u8> {
        let original = group.trouble().and_then(|row| self.original(row));
        original.and_then(answer_to).unwrap_or_else(|| redactor.codes(answer))
    }

    /// Selected domain or response that a pane is narrowed to.
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

    /// Label of the group with this symbol.
    fn named_group(&self, pane: Pane, symbol: Symbol) -> Option<Cow<'_, [u8]>> {
        let groups = self.grouping(pane)?.groups;
        let mut of_it = groups.iter().filter(|(_, group)| groups.symbol(group) == symbol);
        of_it.next().map(|(_, group)| self.label(groups, group))
    }

    /// Name of the remote host of a connection, redacted if redaction is on.
    pub fn host(&self, connection: &Connection, name: Symbol) -> Cow<'_, [u8]> {
        let name = self.index().names().text(name);
        let inbound = connection.direction == Some(crate::log::entry::Direction::Inbound);
        match self.redactor() {
            Some(redactor) => Cow::Owned(redactor.peer(name, inbound)),
            None => Cow::Borrowed(name),
        }
    }

    /// Local and remote endpoint of a connection, redacted if redaction is on.
    pub fn ends(&self, connection: &Connection) -> Option<(End, End)> {
        let ends = connection.ends?;
        let hidden =
            |(ip, port): End| (self.redactor().map_or(ip, |redactor| redactor.ip(ip)), port);
        Some((hidden(ends.local()), hidden(ends.remote())))
    }
}

/// Response of an already redacted entry.
pub(super) fn answer_to(original: &EntryText) -> Option<Vec<u8>> {
    let (mut scratch, mut told) = (Scratch::default(), Vec::new());
    response_template::of_entry(&original.entry(&mut scratch).ok()?, &mut told);
    Some(told).filter(|told| !told.is_empty())
}
