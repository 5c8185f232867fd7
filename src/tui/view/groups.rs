//! Lists of groups: domains, responses, remote hosts, senders.

use super::connections::{arrow, end};
use super::{Theme, draw_empty_hint, list, text, title};
use crate::index::{ConnectionId, RowId};
use crate::log::entry::Time;
use crate::log::parse::Scratch;
use crate::stats::{Group, GroupBy, GroupId, Groups, RecentAttempts};
use crate::text::sanitize::sanitize;
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::Severity;
use crate::tui::layout::{GroupColumn as Column, Pane, PaneLayout, PlacedColumn};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

pub(super) fn draw(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    screen: &PaneLayout,
    pane: Pane,
) {
    let area = screen.pane(pane);
    let Some(grouping) = app.grouping(pane).filter(|_| !area.is_empty()) else { return };
    let groups = grouping.groups;
    title(app, theme, frame, area, pane, note(app, theme, pane, usize::from(area.width)));
    let rows = screen.rows(pane);
    let columns = columns(groups.by(), app.group_columns(pane, rows.width));
    let sorted = Some((grouping.order.column, grouping.order.reversed));
    list::heads(theme, frame, screen.heads(pane), &columns, sorted);
    if grouping.count == 0 && pane == app.view().first() {
        draw_empty_hint(app, theme, frame, rows);
    }
    let visible: Vec<_> = app.visible_groups(pane).collect();
    let listed = (visible.iter().map(|(id, _)| *id), grouping.selected);
    list::rows(app, theme, frame, (screen, pane), listed, |frame, line, id| {
        if let Some(group) = groups.get(id) {
            let row = GroupRow { app, theme, groups, group, id, all: grouping.entries };
            for (cell, column) in list::cells(line, &columns) {
                row.cell(frame, cell, column);
            }
        }
    });
}

/// Column headings, named by grouping.
fn columns(by: GroupBy, mut columns: Vec<PlacedColumn<Column>>) -> Vec<PlacedColumn<Column>> {
    let unnamed = columns.iter_mut().filter(|placed| placed.head.is_empty());
    unnamed.for_each(|placed| placed.head = labels::grouped_by(by).0);
    columns
}

/// Name of the grouping, and number of groups.
fn note(app: &App, theme: &Theme, pane: Pane, width: usize) -> Vec<Span<'static>> {
    let Some(grouping) = app.grouping(pane) else { return Vec::new() };
    let (groups, room) = (grouping.groups, (width / 3).max(12));
    let mut spans = Vec::new();
    if let Some(of) = app.subject(pane).filter(|of| !of.is_empty()) {
        spans.extend(text::spans(&app.show(&of).clip(room), theme.strong, theme));
        spans.push(text::label("  ", theme.plain));
    }
    let (_, one, many) = labels::grouped_by(groups.by());
    let word = if grouping.count == 1 { one } else { many };
    spans.push(text::label(labels::number(grouping.count as u64), theme.strong));
    let by = if grouping.order.column == Column::Bad { ", most failures first" } else { "" };
    let by = if width < 100 { "" } else { by };
    spans.push(text::label(format!(" {word}{by}"), theme.dim));
    if let [Some(half), Some(most)] = [50, 95].map(|of_100| groups.waits().percentile(of_100)) {
        let waits = format!("  queued {} p50, {} p95", labels::age(half), labels::age(most));
        spans.push(text::label(waits, theme.dim));
    }
    spans
}

struct GroupRow<'a> {
    app: &'a App,
    theme: &'a Theme,
    groups: &'a Groups,
    group: &'a Group,
    id: GroupId,
    /// Entries of all groups.
    all: u32,
}

impl GroupRow<'_> {
    fn cell(&self, frame: &mut Frame<'_>, cell: Rect, column: Column) {
        let (theme, group) = (self.theme, self.group);
        let counts = &group.counts;
        let count = |frame: &mut Frame<'_>, count: u32, tone| {
            let words =
                if count == 0 { "·".to_owned() } else { labels::rough_in(count, cell.width) };
            text::draw_label_right(frame, cell, words, theme.count(count, tone));
        };
        match column {
            Column::Label => self.label(frame, cell),
            Column::Entries => count(frame, counts.entries, Severity::Plain),
            Column::Enqueued => count(frame, counts.enqueued, Severity::Plain),
            Column::Delivered => count(frame, counts.delivered, Severity::Good),
            Column::Deferred => count(frame, counts.deferred, Severity::Warning),
            Column::Failed => count(frame, counts.failed, Severity::Error),
            Column::Rejected => count(frame, counts.rejected, Severity::Error),
            Column::Refused => count(frame, group.refused, Severity::Error),
            Column::Unauthenticated => count(frame, group.unauthenticated, Severity::Error),
            Column::Bad => count(frame, counts.bad(), Severity::Error),
            Column::Open => {
                count(frame, self.app.open_to(self.groups.symbol(group)), Severity::Plain);
            }
            Column::Marked => self.marked(frame, cell),
            Column::Recovered => count(frame, group.backlog.recovered, Severity::Good),
            Column::Backlog => {
                let change = group.backlog.change;
                let tone = if change > 0 { Severity::Warning } else { Severity::Good };
                let words = match change {
                    0 => "·".to_owned(),
                    change => labels::change(change, cell.width),
                };
                text::draw_label_right(
                    frame,
                    cell,
                    words,
                    theme.count(change.unsigned_abs(), tone),
                );
            }
            Column::FailShare => self.fail_share(frame, cell),
            Column::Health => self.health(frame, cell),
            Column::Share => {
                let share = u64::from(counts.entries) * 1_000 / u64::from(self.all.max(1));
                text::draw_label_right(frame, cell, labels::tenths(share), theme.dim);
            }
            Column::First => self.draw_time(frame, cell, Some(group.first)),
            Column::Last => self.draw_time(frame, cell, Some(group.last)),
            Column::LastBad => self.ago(frame, cell, group.bad, Severity::Warning),
            Column::LastGood => self.ago(frame, cell, group.good, Severity::Good),
            Column::Response => self.response(frame, cell),
        }
    }

    fn label(&self, frame: &mut Frame<'_>, cell: Rect) {
        let (theme, by) = (self.theme, self.groups.by());
        if by == GroupBy::Connection {
            return self.connection(frame, cell);
        }
        let label = self.app.label(self.groups, self.group);
        if label.is_empty() {
            return text::draw_label(frame, cell, labels::none_of(by), theme.dim);
        }
        let tone = match by {
            GroupBy::Response => tone_of(&label),
            _ => Severity::Plain,
        };
        text::draw_text(frame, cell, &self.app.show(&label), theme.tone(tone), theme);
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
        let shown = sanitize(words.as_bytes()).append(&host).append(&sanitize(state.as_bytes()));
        text::draw_text(frame, cell, &shown, self.theme.plain, self.theme);
    }

    fn marked(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(mark) = self.app.mark() else { return };
        let bad = self.group.since_mark.bad();
        let words = match bad {
            0 => "·".to_owned(),
            _ if self.groups.by() == GroupBy::Response && self.group.first >= mark.row => {
                "NEW".to_owned()
            }
            bad => format!("+{}", labels::rough_in(bad, cell.width - 1)),
        };
        text::draw_label_right(frame, cell, words, self.theme.count(bad, Severity::Error));
    }

    /// Outcomes of the newest attempts, oldest at the left.
    fn health(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(health) = self.groups.health(self.id) else { return };
        let tone = match health.bad() {
            _ if health.is_bad() => Severity::Error,
            0 => Severity::Good,
            _ => Severity::Warning,
        };
        let letters: String = health.letters().collect();
        let words = format!("{letters:.>width$}", width = RecentAttempts::ATTEMPTS);
        text::draw_label(frame, cell, words, self.theme.tone(tone));
    }

    fn fail_share(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(share) = self.group.counts.failed_of_1000() else { return };
        let tone = match share {
            0 => Severity::Good,
            1..500 => Severity::Warning,
            _ => Severity::Error,
        };
        text::draw_label_right(frame, cell, labels::tenths(share.into()), self.theme.tone(tone));
    }

    /// Time of an entry; evicted entries are older than all others.
    fn draw_time(&self, frame: &mut Frame<'_>, cell: Rect, row: Option<RowId>) {
        let Some(row) = row else { return };
        let rows = self.app.index().rows();
        let words = if rows.contains(row) {
            labels::format_moment(rows.time(row), self.app.now())
        } else {
            "before".to_owned()
        };
        text::draw_label(frame, cell, words, self.theme.dim);
    }

    fn ago(&self, frame: &mut Frame<'_>, cell: Rect, row: Option<RowId>, tone: Severity) {
        let rows = self.app.index().rows();
        let time: Option<Time> = row.filter(|&row| rows.contains(row)).map(|row| rows.time(row));
        let words = match (row, time) {
            (None, _) => "·".to_owned(),
            (_, None) => "old".to_owned(),
            (_, Some(time)) => labels::age(self.app.now().since(time)),
        };
        let style = if row.is_some() { self.theme.tone(tone) } else { self.theme.dim };
        text::draw_label_right(frame, cell, words, style);
    }

    /// Response of the newest failure.
    fn response(&self, frame: &mut Frame<'_>, cell: Rect) {
        let Some(row) = self.group.trouble() else { return };
        let mut scratch = Scratch::default();
        let entry = self.app.original(row).and_then(|text| text.entry(&mut scratch).ok());
        let Some(entry) = entry else { return };
        let (_, tone) = labels::event(self.app.index().rows().kind(row), Some(&entry));
        let answer = self.app.show(&labels::answer(&entry));
        text::draw_text(frame, cell, &answer, self.theme.tone(tone), self.theme);
    }
}

/// Severity of a response, by the first digit of its code.
fn tone_of(answer: &[u8]) -> Severity {
    match answer.first() {
        Some(b'2') => Severity::Good,
        Some(b'4') => Severity::Warning,
        Some(b'5') => Severity::Error,
        _ => Severity::Plain,
    }
}
