//! Drawing: the screen as a function of the state, one file per pane.
//!
//! ```text
//! mtatop mail.log_current  following                    E 3  D 3  Q 0  R 0  J 0   header
//! 0.3 D/s  0.0 Q/s  0.0 R/s  2 connections, 0 open      ▁▁▃▇ 60s
//! no filter; / filters by domain or text                                  3 entries  filter
//! ━━ Connections ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 3 ━━━━━━━━━  panes
//! / filter  d this domain  Enter open  Esc back  …  ? help  q quit                footer
//! ```
//! Nothing is drawn but by `text`, which lets no text pass but through [`show`](mod@crate::text::sanitize).

mod connections;
mod deliveries;
mod filter_bar;
mod footer;
mod groups;
mod header;
mod list;
mod log;
mod message;
mod messages;
mod overlay;
mod text;
mod timeline;
mod trace;

use crate::tui::theme::Theme;

use crate::tui::app::App;
use crate::tui::keymap::Command;
use crate::tui::layout::{MIN_SIZE, Pane};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the screen. The state must be refreshed and have its requested texts.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let Some(screen) = app.screen() else {
        let words = format!("too small: {}x{} needed", MIN_SIZE.0, MIN_SIZE.1);
        text::draw_label(frame, frame.area(), words, theme.plain);
        return;
    };
    header::draw(app, theme, frame, screen.header);
    filter_bar::draw(app, theme, frame, screen.filter);
    connections::draw(app, theme, frame, &screen);
    deliveries::draw(app, theme, frame, &screen);
    message::draw(app, theme, frame, &screen);
    messages::draw(app, theme, frame, &screen);
    trace::draw(app, theme, frame, &screen);
    log::draw(app, theme, frame, &screen);
    timeline::draw(app, theme, frame, &screen);
    for pane in [Pane::Domains, Pane::Responses, Pane::Via, Pane::Senders] {
        groups::draw(app, theme, frame, &screen, pane);
    }
    footer::draw(app, theme, frame, screen.footer);
    overlay::draw(app, theme, frame);
    if theme.is_ascii() {
        text::in_ascii(frame, theme);
    }
}

/// Title line of a pane, with a note at the right.
fn title(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
    pane: Pane,
    note: Vec<Span<'static>>,
) {
    let (focused, top) = (app.focus() == pane, area.y == app.screen().map_or(0, |it| it.names.y));
    let (rule, style) = if focused { ("━", theme.focus) } else { ("─", theme.dim) };
    let line = Rect { height: 1.min(area.height), ..area };
    text::draw_label(frame, line, rule.repeat(usize::from(line.width)), style);
    let end = if top && area.x == 0 {
        names(app, theme, frame, line, focused)
    } else {
        let name = format!(" {} ", pane.name());
        let width = cells(name.chars().count());
        text::draw_label(
            frame,
            Rect { x: line.x + 2, width, ..line }.intersection(line),
            name,
            theme.title(focused),
        );
        width + 2
    };
    if note.is_empty() {
        return;
    }
    let mut spans = vec![text::label(" ", theme.plain)];
    spans.extend(note);
    spans.extend([text::label(" ", theme.plain), text::label(rule.repeat(2), style)]);
    let note = text::line(spans);
    let width = u16::try_from(note.width()).unwrap_or(u16::MAX);
    // Title and note side by side; the note is dropped if they do not fit.
    if end + width <= line.width {
        frame.render_widget(note, Rect { x: line.right() - width, width, ..line });
    }
}

/// Draws the view bar; returns the first cell after it.
fn names(app: &App, theme: &Theme, frame: &mut Frame<'_>, line: Rect, focused: bool) -> u16 {
    let names = app.names(line.width.into());
    let end = names.last().map_or(0, |name| cells(name.end()));
    for name in names {
        let style = if name.view == app.view() { theme.title(focused) } else { theme.dim };
        let place = Rect { x: line.x + cells(name.x), width: cells(name.end() - name.x), ..line };
        text::draw_label(frame, place.intersection(line), name.label, style);
    }
    end
}

fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Highlights the selected row of the focused or another pane.
fn mark(frame: &mut Frame<'_>, theme: &Theme, row: Rect, focused: bool) {
    let style = if focused { theme.selected } else { theme.selected_elsewhere };
    frame.buffer_mut().set_style(row, style);
}

/// Reason why a list is empty.
fn draw_empty_hint(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    frame.render_widget(why_nothing(app, theme), area);
}

fn why_nothing(app: &App, theme: &Theme) -> Line<'static> {
    if !app.index().rows().is_empty() {
        let words = if let Some((word, _)) = app.progress() {
            format!("{word}: no entries match this filter so far")
        } else {
            let why = app.outside().unwrap_or_else(|| "no entries match this filter".to_owned());
            format!("{why}; {} clears it", app.key_for(Command::Back))
        };
        return text::line([text::label(words, theme.dim)]);
    }
    if !app.reading().missing {
        return text::line([text::label("no entries yet", theme.dim)]);
    }
    let mut spans = vec![text::label("waiting for ", theme.plain)];
    spans.extend(text::spans(&app.show(&app.reading().name), theme.strong, theme));
    spans.push(text::label(" (no such file)", theme.plain));
    text::line(spans)
}
