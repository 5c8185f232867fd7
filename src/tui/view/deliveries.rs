//! Deliveries of the selected connection, below a line with both endpoints.

use super::connections::{arrow, end, hosts, tls};
use super::{Theme, list, text, title};
use crate::index::RowId;
use crate::log::entry::Body;
use crate::log::parse::Scratch;
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::Severity;
use crate::tui::layout::{
    DeliveryColumn as Column, Pane, PaneLayout, PlacedColumn, delivery_columns, shows_ends,
};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &PaneLayout) {
    let pane = screen.pane(Pane::Deliveries);
    if pane.is_empty() {
        return;
    }
    title(app, theme, frame, pane, Pane::Deliveries, note(app, theme, usize::from(pane.width)));
    if shows_ends(pane) {
        ends(app, theme, frame, Rect { y: pane.y + 1, height: 1, ..pane });
    }
    let rows = screen.rows(Pane::Deliveries);
    let columns = delivery_columns(rows.width);
    list::heads(theme, frame, screen.heads(Pane::Deliveries), &columns, None);
    if app.deliveries().is_empty() && !app.listed_connections().is_empty() {
        text::draw_label(frame, rows, "no deliveries on this connection yet", theme.dim);
    }
    let place = (screen, Pane::Deliveries);
    let listed = (app.visible_deliveries().iter().copied(), app.selected_delivery());
    list::rows(app, theme, frame, place, listed, |frame, line, row| {
        draw_row(app, theme, frame, line, row, &columns);
    });
}

/// Recipient, and the number of further ones.
fn note(app: &App, theme: &Theme, width: usize) -> Vec<Span<'static>> {
    let mut spans = match app.selected_connection() {
        Some((id, connection)) if id.is_real() => {
            hosts(app, connection, width.saturating_sub(30), theme.plain, theme)
        }
        _ => Vec::new(),
    };
    if !spans.is_empty() {
        spans.push(text::label("  ", theme.plain));
    }
    spans.push(text::label(labels::number(app.deliveries().len() as u64), theme.strong));
    spans
}

/// Both endpoints in full.
fn ends(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let Some((_, connection)) = app.selected_connection().filter(|(id, _)| id.is_real()) else {
        return;
    };
    let names = app.index().names();
    let mut spans = vec![text::label(format!("{} ", arrow(connection.direction)), theme.strong)];
    if let Some((local, remote)) = app.ends(connection) {
        let ends =
            format!("{} {} {}", end(Some(local)), arrow(connection.direction), end(Some(remote)));
        spans.push(text::label(ends, theme.plain));
    }
    let (state, tone) = app.state_of(connection);
    spans.push(text::label(format!("  {state}"), theme.tone(tone)));
    if connection.is_over() {
        let lasted = connection.active.since(connection.opened);
        let lasted = format!(" after {}.{:02} s", lasted / 1_000, lasted % 1_000 / 10);
        spans.push(text::label(lasted, theme.dim));
    }
    spans.push(text::label("  ", theme.plain));
    spans.extend(text::spans(&app.show(names.text(connection.channel)), theme.dim, theme));
    if !connection.tls.is_none() {
        spans.push(text::label("  TLS ", theme.dim));
        spans.extend(text::spans(&tls(app, connection), theme.dim, theme));
    }
    frame.render_widget(text::line(spans), area);
}

fn draw_row(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    line: Rect,
    row: RowId,
    columns: &[PlacedColumn<Column>],
) {
    let rows = app.index().rows();
    let mut scratch = Scratch::default();
    let original = app.original(row);
    let entry = original.and_then(|original| original.entry(&mut scratch).ok());
    let (word, tone) = labels::event(rows.kind(row), entry.as_ref());
    let message = entry.as_ref().and_then(|entry| match &entry.body {
        Body::Message(message) => Some(message),
        _ => None,
    });
    for (cell, column) in list::cells(line, columns) {
        match column {
            Column::Time => text::draw_label(frame, cell, rows.time(row).to_string(), theme.dim),
            Column::Outcome => {
                text::draw_text(frame, cell, &app.show(&word), theme.tone(tone), theme);
            }
            Column::Recipient => {
                let recipient = message.map_or(&b""[..], |message| message.recipient());
                text::draw_text(frame, cell, &app.show(recipient), theme.plain, theme);
            }
            Column::Attempt => {
                let attempt =
                    message.and_then(|message| message.queue_file).and_then(|file| file.attempt());
                let shown =
                    attempt.filter(|_| tone != Severity::Plain).map(|attempt| attempt.to_string());
                text::draw_label_right(frame, cell, shown.unwrap_or_default(), theme.dim);
            }
            Column::Response => {
                let answer = entry
                    .as_ref()
                    .map(labels::answer)
                    .or(original.map(|original| original.text.clone()))
                    .unwrap_or_default();
                text::draw_text(frame, cell, &app.show(&answer), theme.tone(tone), theme);
            }
        }
    }
}
