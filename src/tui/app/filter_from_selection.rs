//! Filter terms from the selection.

use super::App;
use super::group_list::GroupList;
use crate::filter::{Field, Filter, quoted_if_needed};
use crate::index::ConnectionId;
use crate::log::public_suffix;
use crate::stats::GroupBy;
use crate::tui::layout::{Pane, View};

impl App {
    /// Filters by the recipient domain of the selected delivery alone.
    pub(super) fn filter_domain(&mut self) {
        let listed = (self.focus() == Pane::Domains).then(|| self.chosen()).flatten();
        let domain = || self.chosen_domain().map(|it| Filter::text_of(Field::Domain, it));
        if let Some(term) = listed.or_else(domain) {
            self.keep_filter(term);
        }
    }

    /// Adds the selected value to the filter, or excludes it.
    pub(super) fn narrow_to_chosen(&mut self, sign: &str) {
        let Some(term) = self.chosen() else { return };
        let term = format!("{sign}{term}");
        let before = self.filter_text.trim();
        let known = before.strip_suffix(&term);
        if known.is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')) {
            return;
        }
        let blank = if before.is_empty() { "" } else { " " };
        self.keep_filter(format!("{before}{blank}{term}"));
    }

    /// Filter term of the selected row: of a connection the remote host, else its address, else the
    /// channel; of a delivery the recipient domain.
    fn chosen(&self) -> Option<String> {
        let (field, value) = match self.focus() {
            Pane::Connections => self.chosen_of_connection()?,
            Pane::Domains | Pane::Responses | Pane::Via | Pane::Senders => self.chosen_group()?,
            _ => (Field::Domain, self.chosen_domain()?.to_vec()),
        };
        let groups = self.table(self.focus()).map(GroupList::groups);
        let by_organisation = groups.is_some_and(|groups| groups.by() == GroupBy::OrgDomain);
        Some(if by_organisation && public_suffix::is_registrable(&value) {
            // An organisational domain includes its subdomains.
            format!("{}:{}", field.name(), quoted_if_needed(&value))
        } else {
            Filter::text_of(field, &value)
        })
    }

    fn chosen_group(&self) -> Option<(Field, Vec<u8>)> {
        let table = self.table(self.focus())?;
        let groups = table.groups();
        let group = groups.get(table.selected()?)?;
        let label = groups.label(&self.model.index, group).to_vec();
        let label = match groups.by() {
            // The star marks the source of the name and is not part of it.
            GroupBy::User => label.strip_prefix(b"*").unwrap_or(&label).to_vec(),
            _ => label,
        };
        let field = match groups.by() {
            GroupBy::Domain | GroupBy::OrgDomain => Field::Domain,
            GroupBy::Response => Field::Reply,
            GroupBy::Sender => Field::From,
            GroupBy::User => Field::User,
            GroupBy::Channel => Field::Channel,
            GroupBy::Host => Field::Host,
            GroupBy::ConnectingIp | GroupBy::LocalIp | GroupBy::RemoteIp => Field::Ip,
            GroupBy::Connection => {
                let number = ConnectionId(groups.symbol(group).0).number()?;
                return Some((Field::Connection, number.to_string().into_bytes()));
            }
            // No field is of processes.
            GroupBy::Process => return None,
        };
        // A notification has an empty sender, which is a valid term; other blank values are not.
        (field == Field::From || !label.is_empty()).then_some((field, label))
    }

    fn chosen_domain(&self) -> Option<&[u8]> {
        let row = match self.view {
            View::Connections => self.selected_delivery(),
            View::Domains | View::Messages | View::Activity | View::Log => self.selected_entry(),
        };
        let (index, row) = (&self.model.index, row?);
        let domain = index.domains().text(index.rows().domains(row).0);
        (!domain.is_empty()).then_some(domain)
    }

    fn chosen_of_connection(&self) -> Option<(Field, Vec<u8>)> {
        let (_, connection) = self.selected_connection()?;
        let hosts = [connection.dns_host, connection.initial_host];
        let name = |symbol| self.model.index.names().text(symbol);
        let host = hosts.map(name).into_iter().find(|host| !host.is_empty());
        let ip = || connection.ends.map(|ends| ends.remote().0.to_string().into_bytes());
        let channel = || Some(name(connection.channel)).filter(|channel| !channel.is_empty());
        let host = host.map(|host| (Field::Host, host.to_vec()));
        host.or_else(|| Some((Field::Ip, ip()?)))
            .or_else(|| Some((Field::Channel, channel()?.to_vec())))
    }
}
