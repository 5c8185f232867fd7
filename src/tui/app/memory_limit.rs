//! Memory limit: the oldest entries are evicted beyond it.

use super::App;
use crate::index::Batch;

/// Maximum number of eviction steps per batch: each takes a few milliseconds, while keys wait. One
/// step evicts more than a batch adds.
const STEPS: usize = 2;

impl App {
    /// Sets the limit in bytes; usage may exceed it slightly.
    #[must_use]
    pub fn within(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    pub(super) fn absorb_batch(&mut self, batch: &Batch) {
        self.model.index.absorb(batch);
        for _ in 0..STEPS {
            if self.memory() > self.limit {
                self.evict();
            }
        }
    }

    /// Memory that grows with the log, in bytes.
    pub fn memory(&self) -> usize {
        let tables = self.domains.memory() + self.activity.senders.memory();
        let lists = self.connections.memory() + self.messages.memory() + self.log.memory();
        self.model.memory() + lists + tables
    }

    /// Evicts the oldest entries from everything that counts, lists or freezes them.
    fn evict(&mut self) {
        let Some(end) = self.model.index.evictable_end() else { return };
        self.recount_copy();
        self.save.evict(&self.model, end);
        self.domains.evict(&self.model, end);
        self.activity.senders.evict(&self.model, end);
        self.model.evict(end);
        self.connections.evict(&self.model);
        self.domains.release(&self.model.index);
        self.activity.senders.release(&self.model.index);
        self.messages.evict(&self.model);
        self.log.evict(&self.model);
    }

    /// Entries in memory and entries read; `None` if they are equal.
    pub fn retained(&self) -> Option<(usize, usize)> {
        let rows = self.model.index.rows();
        let left = rows.first().0 as usize;
        (left > 0).then(|| (rows.len() - left, rows.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{EntryKind, Index, MessageId, RowId, TextLocation};
    use crate::log::entry::Time;
    use crate::log::parse::Parser;
    use crate::stats::{Group, GroupBy, Groups, Tally};
    use crate::tui::app::Msg;
    use crate::tui::keymap::{Command, Command as C, Motion};
    use crate::tui::layout::{Pane, View};
    use crate::tui::workers::search::SearchResult;
    use std::collections::BTreeSet;

    fn line(rng: &mut fastrand::Rng) -> String {
        let (port, second, minute) = (rng.u16(1..20), rng.u8(0..9), rng.u8(0..4));
        let (domain, message) = (char::from(rng.u8(b'a'..b'f')), rng.u16(0..99));
        let at = format!("19-Feb-1998 10:0{minute}:0{second} a.{port}");
        match rng.u8(0..9) {
            0 => "no entry".to_owned(),
            1 => {
                format!("{at}.0 tcp_local - O TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{domain}.org/mx")
            }
            2 => {
                format!("{at}.2 tcp_local - C TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{domain}.org/mx")
            }
            _ => format!(
                "{at}.1 tcp_local D 1 x@x.org rfc822;y@{domain}.org y@{domain}.org q/ZZ{message}.00 <{message}@d>"
            ),
        }
    }

    fn batch(index: &Index, rng: &mut fastrand::Rng) -> Batch {
        let (mut batch, mut parser) = (Batch::new(index.keys()), Parser::default());
        for _ in 0..rng.usize(0..40) {
            let place = TextLocation { source: 0, offset: 0 };
            batch.push(place, 1, &parser.entry(line(rng).as_bytes()));
        }
        batch
    }

    fn act(app: &mut App, rng: &mut fastrand::Rng) {
        let motions = [Motion::Up, Motion::First, Motion::Last, Motion::PageUp];
        let filters =
            ["", "a.org", "b.org|c.org", "-from:x@x.org|nobody", "since:3s host:mx|a.org"];
        match rng.u8(0..12) {
            11 => {
                let commands = [C::Mark, C::NarrowWindow, C::WidenWindow, C::GroupBy, C::Reverse];
                app.execute(commands[rng.usize(0..5)]);
            }
            9 | 10 => drop(app.execute(Command::View(View::ALL[rng.usize(0..View::ALL.len())]))),
            0 => drop(app.execute(Command::Freeze)),
            1 => drop(app.keep_filter(filters[rng.usize(0..filters.len())].to_owned())),
            2 => drop(app.execute(Command::Sort)),
            3 => drop(app.execute(Command::NextPane)),
            4 | 5 => app.move_cursor(motions[rng.usize(0..4)]),
            _ => {
                let batch = batch(&app.model.index, rng);
                app.update(Msg::Batch(batch));
            }
        }
        // Lists not sorted by arrival are rebuilt with a delay.
        app.update(Msg::Tick(Time(app.wall.0 + 1_000)));
        app.refresh();
    }

    #[test]
    fn what_is_found_of_entries_that_left_is_not_listed() {
        let mut app = App::new("\"D\"");
        let mut ask_of = |rows: usize| {
            let (mut batch, mut parser) = (Batch::new(app.model.index.keys()), Parser::default());
            let line = "19-Feb-1998 10:00:00.00 l ims-ms D 1 x@x.org rfc822;y@y.org y@y.org";
            for _ in 0..rows {
                batch.push(
                    TextLocation { source: 0, offset: 0 },
                    1,
                    &parser.entry(line.as_bytes()),
                );
            }
            app.update(Msg::Batch(batch));
            app.refresh();
            let ask = app.ask().unwrap();
            let hits = ask.entries.iter().map(|&(row, ..)| row).collect();
            let found =
                Msg::SearchResult(SearchResult { number: ask.search_id, rows: ask.rows, hits });
            if rows == 40 {
                app.update(found);
                app.refresh();
                assert_eq!(app.deliveries().len(), 40);
            } else {
                app.evict();
                app.update(found);
            }
        };
        ask_of(40);
        ask_of(100);
        let rows = app.model.index.rows();
        assert!(rows.first() > RowId(40));
        assert!(app.deliveries().iter().all(|&row| rows.contains(row)), "{:?}", app.deliveries());
    }

    /// Rows in memory that are shown and match the filter.
    fn left(app: &App) -> impl Iterator<Item = RowId> {
        let rows = app.model.index.rows().first().0..u32::try_from(app.model.rows()).unwrap();
        rows.map(RowId).filter(|&row| app.model.leaves(row))
    }

    fn check_connections(app: &App, anew: &Tally) {
        let listed = app.listed_connections();
        assert_eq!(listed.len(), anew.connections().len());
        for &id in listed {
            assert_eq!(app.tally().of(id), anew.of(id));
            assert!(app.model.connections().get(id.0 as usize).is_some());
        }
        let Some((id, _)) = app.selected_connection() else { return };
        assert!(listed.contains(&id));
        let rows = app.model.index.rows();
        let expected = left(app).filter(|&row| {
            rows.connection(row) == id
                && !matches!(rows.kind(row), EntryKind::Opened | EntryKind::Closed)
        });
        assert_eq!(app.deliveries(), expected.collect::<Vec<_>>());
    }

    fn check_groups(app: &App, pane: Pane) {
        let Some(grouping) = app.grouping(pane) else { return };
        let (groups, index) = (grouping.groups, &app.model.index);
        let mut anew = Groups::new(groups.by(), groups.narrow().clone());
        anew.mark(app.model.mark.map(|mark| mark.row));
        anew.extend_by(app.tally().sieve(), index, app.model.rows(), usize::MAX);
        let told = |groups: &Groups| {
            let name = |group: &Group| (groups.label(index, group).to_vec(), groups.symbol(group));
            let told = groups.iter().map(|(_, it)| (name(it), it.counts, it.since_mark));
            let mut told: Vec<_> = told.map(|it| format!("{it:?}")).collect();
            told.sort();
            told
        };
        assert_eq!(grouping.count, anew.iter().count(), "{pane:?}");
        if !matches!(
            groups.by(),
            GroupBy::Host | GroupBy::RemoteIp | GroupBy::LocalIp | GroupBy::User
        ) {
            assert_eq!(told(groups), told(&anew), "{pane:?}");
        }
        let shown = app.model.rows();
        for (_, group) in groups.iter() {
            assert!(group.first <= group.last && (group.last.0 as usize) < shown, "{pane:?}");
        }
        let visible: Vec<_> = app.visible_groups(pane).map(|(id, _)| id).collect();
        assert_eq!(visible.is_empty(), grouping.count == 0, "{pane:?}");
        assert!(visible.is_empty() || visible.contains(&grouping.selected.unwrap()), "{pane:?}");
    }

    fn check_messages(app: &App) {
        let listed: Vec<MessageId> = app.messages.following_messages(0).collect();
        let rows = app.model.index.rows();
        let left: BTreeSet<_> = left(app).filter_map(|row| rows.message(row)).collect();
        let is_held = |id: &MessageId| app.model.index.rows_of(*id).next().is_some();
        // A connection may have lost its matching entry while another one is still in memory.
        assert!(left.iter().all(|id| listed.contains(id)), "{left:?} {listed:?}");
        assert!(listed.iter().all(is_held) && listed.is_sorted());
        let mut visible = app.visible_messages();
        let selected = app.selected_message();
        assert!(listed.is_empty() || visible.any(|id| Some(id) == selected), "{selected:?}");
    }

    fn check_log(app: &App) {
        let left: Vec<RowId> = left(app).collect();
        assert_eq!(app.log_length(), left.len());
        let (visible, selected) = (app.visible_log(), app.selected_entry());
        assert_eq!(visible.is_empty(), left.is_empty());
        let begin = left.iter().position(|row| Some(row) == visible.first()).unwrap_or(0);
        assert!(left[begin..].starts_with(&visible), "{visible:?}");
        assert!(visible.is_empty() || visible.contains(&selected.unwrap()), "{selected:?}");
    }

    #[test]
    fn whatever_is_done_meanwhile_what_is_shown_is_held_and_counted() {
        for seed in 0..15 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut app = App::new("").within(rng.usize(0..60_000));
            for _ in 0..150 {
                act(&mut app, &mut rng);
                let rows = app.model.index.rows();
                let shown = app.model.rows();
                let mut anew =
                    Tally::new(app.tally().filter().clone()).within(app.tally().window());
                anew.mark(app.model.mark.map(|mark| mark.row));
                anew.extend(&app.model.index, shown);
                assert_eq!(app.tally().totals(), anew.totals(), "seed {seed}");
                assert_eq!(app.tally().since_mark(), anew.since_mark(), "seed {seed}");
                assert!(
                    app.deliveries()
                        .iter()
                        .chain(&app.missing_texts())
                        .all(|&row| rows.contains(row))
                );
                match app.view() {
                    View::Connections => check_connections(&app, &anew),
                    View::Domains | View::Activity => {
                        app.view().panes().iter().for_each(|&pane| check_groups(&app, pane));
                    }
                    View::Messages => check_messages(&app),
                    View::Log => check_log(&app),
                }
            }
            assert!(
                app.model.index.evictable_end().is_none() || app.memory() < 60_000 * 2,
                "seed {seed}"
            );
        }
    }
}
