//! Lists of groups: domains, what their servers answer, over which connections, and who sends.

use super::connections::{arrow, end};
use super::{Theme, list, nothing, text, title};
use crate::app::App;
use crate::app::words::{self, Tone};
use crate::entry::Time;
use crate::filter::{By, Group, GroupId, Groups, Health};
use crate::index::{ConnectionId, RowId};
use crate::layout::{GroupColumn as Column, Pane, Placed, Screen};
use crate::parse::Scratch;
use crate::show::show;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, screen: &Screen, pane: Pane) {
    let area = screen.pane(pane);
    let Some(grouping) = app.grouping(pane).filter(|_| !area.is_empty()) else { return };
    let groups = grouping.groups;
    title(app, theme, frame, area, pane, note(app, theme, pane, usize::from(area.width)));
    let rows = screen.rows(pane);
    let columns = columns(groups.by(), app.group_columns(pane, rows.width));
    let sorted = Some((grouping.order.column, grouping.order.reversed));
    list::heads(theme, frame, screen.heads(pane), &columns, sorted);
    if grouping.count == 0 && pane == app.view().first() {
        nothing(app, theme, frame, rows);
    }
    let visible: Vec<_> = app.visible_groups(pane).collect();
    let listed = (visible.iter().map(|(id, _)| *id), grouping.selected);
    list::rows(app, theme, frame, (screen, pane), listed, |frame, line, id| {
        if let Some(group) = groups.get(id) {
            let row = Row { app, theme, groups, group, id, all: grouping.entries };
            for (cell, column) in list::cells(line, &columns) {
                row.cell(frame, cell, column);
            }
        }
    });
}

/// The columns, with a head that says what the groups are.
fn columns(by: By, mut columns: Vec<Placed<Column>>) -> Vec<Placed<Column>> {
    let unnamed = columns.iter_mut().filter(|placed| placed.head.is_empty());
    unnamed.for_each(|placed| placed.head = words::grouped_by(by).0);
    columns
}

/// Of what the groups are, and how many there are.
fn note(app: &App, theme: &Theme, pane: Pane, width: usize) -> Vec<Span<'static>> {
    let Some(grouping) = app.grouping(pane) else { return Vec::new() };
    let (groups, room) = (grouping.groups, (width / 3).max(12));
    let mut spans = Vec::new();
    if let Some(of) = app.subject(pane).filter(|of| !of.is_empty()) {
        spans.extend(text::spans(&app.show(&of).clip(room), theme.strong, theme));
        spans.push(text::own("  ", theme.plain));
    }
    let (_, one, many) = words::grouped_by(groups.by());
    let word = if grouping.count == 1 { one } else { many };
    spans.push(text::own(words::number(grouping.count as u64), theme.strong));
    let by = if grouping.order.column == Column::Bad { ", most failures first" } else { "" };
    let by = if width < 100 { "" } else { by };
    spans.push(text::own(format!(" {word}{by}"), theme.dim));
    if let [Some(half), Some(most)] = [50, 95].map(|of_100| groups.waits().percentile(of_100)) {
        let waits = format!("  queued {} p50, {} p95", words::age(half), words::age(most));
        spans.push(text::own(waits, theme.dim));
    }
    spans
}

struct Row<'a> {
    app: &'a App,
    theme: &'a Theme,
    groups: &'a Groups,
    group: &'a Group,
    id: GroupId,
    /// Entries of all groups.
    all: u32,
}

impl Row<'_> {
    fn cell(&self, frame: &mut Frame<'_>, cell: Rect, column: Column) {
        let (theme, group) = (self.theme, self.group);
        let counts = &group.counts;
        let count = |frame: &mut Frame<'_>, count: u32, tone| {
            let words =
                if count == 0 { "·".to_owned() } else { words::rough_in(count, cell.width) };
            text::say_right(frame, cell, words, theme.count(count, tone));
        };
        match column {
            Column::Label => self.label(frame, cell),
            Column::Entries => count(frame, counts.entries, Tone::Plain),
            Column::Enqueued => count(frame, counts.enqueued, Tone::Plain),
            Column::Delivered => count(frame, counts.delivered, Tone::Good),
            Column::Deferred => count(frame, counts.deferred, Tone::Late),
            Column::Failed => count(frame, counts.failed, Tone::Bad),
            Column::Rejected => count(frame, counts.rejected, Tone::Bad),
            Column::Refused => count(frame, group.refused, Tone::Bad),
            Column::Unauthenticated => count(frame, group.unauthenticated, Tone::Bad),
            Column::Bad => count(frame, counts.bad(), Tone::Bad),
            Column::Open => {
                count(frame, self.app.open_to(self.groups.symbol(group)), Tone::Plain);
            }
            Column::Marked => self.marked(frame, cell),
            Column::Recovered => count(frame, group.backlog.recovered, Tone::Good),
            Column::Backlog => {
                let change = group.backlog.change;
                let tone = if change > 0 { Tone::Late } else { Tone::Good };
                let words = match change {
                    0 => "·".to_owned(),
                    change => words::change(change, cell.width),
                };
                text::say_right(frame, cell, words, theme.count(change.unsigned_abs(), tone));
            }
            Column::FailShare => self.fail_share(frame, cell),
            Column::Health => self.health(frame, cell),
            Column::Share => {
                let share = u64::from(counts.entries) * 1_000 / u64::from(self.all.max(1));
                text::say_right(frame, cell, words::tenths(share), theme.dim);
            }
            Column::First => self.moment(frame, cell, Some(group.first)),
            Column::Last => self.moment(frame, cell, Some(group.last)),
            Column::LastBad => self.ago(frame, cell, group.bad, Tone::Late),
            Column::LastGood => self.ago(frame, cell, group.good, Tone::Good),
            Column::Response => self.response(frame, cell),
        }
    }

    fn label(&self, frame: &mut Frame<'_>, cell: Rect) {
        let (theme, by) = (self.theme, self.groups.by());
        if by == By::Connection {
            return self.connection(frame, cell);
        }
        let label = self.app.label(self.groups, self.group);
        if label.is_empty() {
            return text::say(frame, cell, words::none_of(by), theme.dim);
        }
        let tone = match by {
            By::Answer => tone_of(&label),
            _ => Tone::Plain,
        };
        text::put(frame, cell, &self.app.show(&label), theme.tone(tone), theme);
    }

    fn connection(&self, frame: &mut Frame<'_>, cell: Rect) {
        let id = ConnectionId(self.groups.symbol(self.group).0);
        let Some(connection) = self.app.connection(id) else { return };
        let host = match (connection.dns_host, connection.initial_host) {
            (dns, initial) if dns.is_none() => initial,
            (dns, _) => dns,
        };
        let (state, _) = self.app.state_of(connection);
        let ends = end(self.app.ends(connection).map(|(_, remote)| remote));
        let words = format!("{} {} ", connection.opened, arrow(connection.direction));
        let state = format!(" {ends} {state}");
        let host = self.app.show(&self.app.host(connection, host));
        let shown = show(words.as_bytes()).then(&host).then(&show(state.as_bytes()));
        text::put(frame, cell, &shown, self.theme.plain, self.theme);
    }

    fn marked(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(mark) = self.app.mark() else { return };
        let bad = self.group.since_mark.bad();
        let words = match bad {
            0 => "·".to_owned(),
            _ if self.groups.by() == By::Answer && self.group.first >= mark.row => "NEW".to_owned(),
            bad => format!("+{}", words::rough_in(bad, cell.width - 1)),
        };
        text::say_right(frame, cell, words, self.theme.count(bad, Tone::Bad));
    }

    /// How the newest attempts ended: read from left to right, the last one is the newest.
    fn health(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(health) = self.groups.health(self.id) else { return };
        let tone = match health.bad() {
            _ if health.is_bad() => Tone::Bad,
            0 => Tone::Good,
            _ => Tone::Late,
        };
        let letters: String = health.letters().collect();
        let words = format!("{letters:.>width$}", width = Health::ATTEMPTS);
        text::say(frame, cell, words, self.theme.tone(tone));
    }

    fn fail_share(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(share) = self.group.counts.failed_of_1000() else { return };
        let tone = match share {
            0 => Tone::Good,
            1..500 => Tone::Late,
            _ => Tone::Bad,
        };
        text::say_right(frame, cell, words::tenths(share.into()), self.theme.tone(tone));
    }

    /// Time of an entry; what left the index stands before all that is held.
    fn moment(&self, frame: &mut Frame<'_>, cell: Rect, row: Option<RowId>) {
        let Some(row) = row else { return };
        let rows = self.app.index().rows();
        let words = if rows.holds(row) {
            words::moment(rows.time(row), self.app.now())
        } else {
            "before".to_owned()
        };
        text::say(frame, cell, words, self.theme.dim);
    }

    fn ago(&self, frame: &mut Frame<'_>, cell: Rect, row: Option<RowId>, tone: Tone) {
        let rows = self.app.index().rows();
        let time: Option<Time> = row.filter(|&row| rows.holds(row)).map(|row| rows.time(row));
        let words = match (row, time) {
            (None, _) => "·".to_owned(),
            (_, None) => "old".to_owned(),
            (_, Some(time)) => words::age(self.app.now().since(time)),
        };
        let style = if row.is_some() { self.theme.tone(tone) } else { self.theme.dim };
        text::say_right(frame, cell, words, style);
    }

    /// What the newest failure was answered with.
    fn response(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(row) = self.group.trouble() else { return };
        let mut scratch = Scratch::default();
        let entry = self.app.original(row).and_then(|text| text.entry(&mut scratch).ok());
        let Some(entry) = entry else { return };
        let (_, tone) = words::event(self.app.index().rows().kind(row), Some(&entry));
        let answer = self.app.show(&words::answer(&entry));
        text::put(frame, cell, &answer, self.theme.tone(tone), self.theme);
    }
}

/// Of an answer, by the first digit of its code.
fn tone_of(answer: &[u8]) -> Tone {
    match answer.first() {
        Some(b'2') => Tone::Good,
        Some(b'4') => Tone::Late,
        Some(b'5') => Tone::Bad,
        _ => Tone::Plain,
    }
}
