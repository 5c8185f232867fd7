//! Connection list.

use super::{Theme, draw_empty_hint, list, text, title};
use crate::index::{Connection, ConnectionId};
use crate::log::entry::{Body, Direction};
use crate::log::parse::Scratch;
use crate::text::sanitize::SafeText;
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::Severity;
use crate::tui::layout::{
    ConnectionColumn as Column, Pane, PaneLayout, PlacedColumn, connection_columns,
};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use std::net::IpAddr;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Connections);
    if pane.is_empty() {
        return;
    }
    title(app, theme, frame, pane, Pane::Connections, note(app, theme));
    let rows = screen.rows(Pane::Connections);
    let columns = connection_columns(rows.width);
    let sorted = Some((app.order().column, app.order().reversed));
    list::heads(theme, frame, screen.heads(Pane::Connections), &columns, sorted);
    if app.listed_connections().is_empty() {
        draw_empty_hint(app, theme, frame, rows);
    }
    let selected = app.selected_connection().map(|(id, _)| id);
    let visible = app.visible_connections().map(|(id, _)| id);
    let place = (screen, Pane::Connections);
    list::rows(app, theme, frame, place, (visible, selected), |frame, row, id| {
        match app.connection(id) {
            Some(connection) if id.is_real() => {
                ConnectionRow { app, theme, id, connection }.draw(frame, row, &columns);
            }
            _ => draw_placeholder_row(app, theme, frame, row, id),
        }
    });
}

fn note(app: &App, theme: &Theme) -> Vec<Span<'static>> {
    let stand_ins = [ConnectionId::UNATTRIBUTED, ConnectionId::UNPARSED].into_iter();
    let shown = stand_ins.filter(|&id| app.tally().of(id).entries > 0).count();
    let listed = app.listed_connections().len().saturating_sub(shown);
    vec![text::label(labels::number(listed as u64), theme.strong)]
}

/// Label of a row for entries without a connection, with the reason.
fn draw_placeholder_row(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    row: Rect,
    id: ConnectionId,
) {
    let counts = app.tally().of(id);
    let words = if id == ConnectionId::UNPARSED {
        format!("(unparsed)  {} unparsed lines", labels::number(counts.entries))
    } else {
        let logged = app.index().seen_options();
        let why = match (logged.connection, logged.process) {
            (true, true) => "outside any logged connection",
            (true, false) => "cannot be attributed: LOG_PROCESS is off",
            (false, true) => "cannot be attributed: LOG_CONNECTION is off",
            (false, false) => "cannot be attributed: LOG_CONNECTION and LOG_PROCESS are off",
        };
        format!("(no connection logged)  {} {why}", labels::entries(counts.entries))
    };
    text::draw_label(
        frame,
        row,
        words,
        if id == ConnectionId::UNPARSED { theme.tone(Severity::Error) } else { theme.dim },
    );
}

struct ConnectionRow<'a> {
    app: &'a App,
    theme: &'a Theme,
    id: ConnectionId,
    connection: &'a Connection,
}

impl ConnectionRow<'_> {
    fn draw(&self, frame: &mut Frame<'_>, row: Rect, columns: &[PlacedColumn<Column>]) {
        let over = self.connection.is_over();
        let base = if over { self.theme.plain } else { self.theme.strong };
        for (cell, column) in list::cells(row, columns) {
            self.cell(frame, cell, column, base);
        }
    }

    fn cell(&self, frame: &mut Frame<'_>, cell: Rect, column: Column, base: Style) {
        let (theme, connection) = (self.theme, self.connection);
        let name = |symbol| self.app.show(self.app.index().names().text(symbol));
        let counts = self.app.tally().of(self.id);
        match column {
            Column::Opened => {
                text::draw_label(frame, cell, connection.opened.to_string(), theme.dim);
            }
            Column::Direction => text::draw_label(frame, cell, arrow(connection.direction), base),
            Column::Channel => text::draw_text(frame, cell, &name(connection.channel), base, theme),
            Column::Host => self.host(frame, cell, base),
            Column::Local => {
                let ends = self.app.ends(connection);
                text::draw_label(frame, cell, end(ends.map(|(local, _)| local)), theme.dim);
            }
            Column::Remote => {
                let ends = self.app.ends(connection);
                text::draw_label(frame, cell, end(ends.map(|(_, remote)| remote)), base);
            }
            Column::Tls => {
                text::draw_text(frame, cell, &tls(self.app, connection), theme.dim, theme);
            }
            Column::State => {
                let (words, tone) = self.app.state_of(connection);
                text::draw_label(frame, cell, words, theme.tone(tone));
            }
            Column::Enqueued => count(frame, cell, counts.enqueued, Severity::Plain, theme),
            Column::Delivered => count(frame, cell, counts.delivered, Severity::Good, theme),
            Column::Deferred => count(frame, cell, counts.deferred, Severity::Warning, theme),
            Column::Failed => count(frame, cell, counts.failed, Severity::Error, theme),
            Column::Rejected => count(frame, cell, counts.rejected, Severity::Error, theme),
            Column::Response => self.answer(frame, cell),
        }
    }

    fn host(&self, frame: &mut Frame<'_>, cell: Rect, base: Style) {
        let spans = hosts(self.app, self.connection, usize::from(cell.width), base, self.theme);
        frame.render_widget(text::line(spans), cell);
    }

    fn answer(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(row) = self.connection.last_status_row else { return };
        let mut scratch = Scratch::default();
        let entry = self.app.original(row).and_then(|text| text.entry(&mut scratch).ok());
        if let Some(entry) = entry {
            let (_, tone) = labels::event(self.app.index().rows().kind(row), Some(&entry));
            text::draw_text(
                frame,
                cell,
                &self.app.show(&labels::answer(&entry)),
                self.theme.tone(tone),
                self.theme,
            );
        }
    }
}

/// Requested host and the MX host if different, within a width. For inbound connections the
/// client's name or address.
pub(super) fn hosts(
    app: &App,
    connection: &Connection,
    cells: usize,
    style: Style,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let (initial, dns) = (connection.initial_host, connection.dns_host);
    if initial.is_none() {
        let remote = app.ends(connection).map(|(_, remote)| remote);
        return match peer(app, connection) {
            Some(name) => text::spans(&name.clip(cells), style, theme),
            None => vec![text::label(end(remote), style)],
        };
    }
    let initial_name = app.show(&app.host(connection, initial));
    if dns.is_none() || dns == initial {
        return text::spans(&initial_name.clip(cells), style, theme);
    }
    // The requested host is the one searched for; the MX host gets the remaining cells.
    let mut spans = text::spans(&initial_name.clip(cells), style, theme);
    let room = cells.saturating_sub(initial_name.width() + 3);
    if room > 3 {
        spans.push(text::label(" → ", theme.dim));
        spans.extend(text::spans(&app.show(&app.host(connection, dns)).clip(room), style, theme));
    }
    spans
}

/// Name of the remote host from a single entry: the responding MTA, or the client by reverse DNS,
/// else by EHLO.
fn peer(app: &App, connection: &Connection) -> Option<SafeText> {
    let mut scratch = Scratch::default();
    let entry = app.original(connection.last_status_row?)?.entry(&mut scratch).ok()?;
    let Body::Message(message) = entry.body else { return None };
    let client = message.connecting_host.map(|host| host.rdns.unwrap_or(host.helo));
    message.remote_mta.map(|mta| mta.host).or(client).map(|name| app.show(name))
}

fn count(frame: &mut Frame<'_>, cell: Rect, count: u32, tone: Severity, theme: &Theme) {
    text::draw_label_right(frame, cell, labels::short(count), theme.count(count, tone));
}

pub(super) fn arrow(direction: Option<Direction>) -> &'static str {
    match direction {
        Some(Direction::Inbound) => "←",
        Some(Direction::Outbound) => "→",
        None => " ",
    }
}

/// `ip:port`, with brackets around IPv6.
pub(super) fn end(end: Option<(IpAddr, u16)>) -> String {
    match end {
        Some((IpAddr::V4(ip), port)) => format!("{ip}:{port}"),
        Some((IpAddr::V6(ip), port)) => format!("[{ip}]:{port}"),
        None => String::new(),
    }
}

pub(super) fn tls(app: &App, connection: &Connection) -> SafeText {
    let tls = app.index().names().text(connection.tls);
    app.show(tls.strip_prefix(b"TLS-").unwrap_or(tls))
}
