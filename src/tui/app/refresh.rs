//! Updates counts, lists, selections and texts from the index.

use super::messages::{self, SUMMARY_ENTRIES};
use super::overlay::Overlay;
use super::{App, message};
use crate::index::RowId;
use crate::log::parse::EntryText;
use crate::tui::layout::{Pane, View};

impl App {
    /// Updates everything shown from the index; called before each drawing.
    pub fn refresh(&mut self) {
        self.text_cache.make_room();
        self.watch_live();
        self.slide();
        self.model.count();
        let screen = self.screen();
        let height = |pane| screen.map_or(0, |screen| usize::from(screen.rows(pane).height));
        self.connections.learn_open(&self.model);
        match self.view {
            View::Connections => self.connections.refresh(&self.model, self.wall, height),
            View::Domains => {
                self.domains.refresh(&self.model, &self.connections, self.wall, height);
            }
            View::Activity => self.activity.refresh(&self.model, self.wall, height(Pane::Senders)),
            View::Messages => self.messages.refresh(&self.model, height(Pane::Messages)),
            View::Log => self.log.refresh(&self.model, height(Pane::Log)),
        }
        self.go_on_copying();
        self.hold_for_saving();
        self.message.set_target(self.selected_entry());
        if self.message.top() > 0 {
            self.message.clamp_to(self.last_message_top());
        }
        if self.view == View::Messages && self.messages.trace.top() > 0 {
            self.messages.trace.clamp_to(self.last_trace_top());
        }
    }

    /// Whether sliced work is pending; each [refresh](App::refresh) does one slice.
    pub fn is_busy(&self) -> bool {
        let of_view = match self.view {
            View::Connections => self.connections.is_busy(),
            View::Domains => self.domains.is_busy(&self.model),
            View::Activity => self.activity.senders.is_busy(&self.model),
            View::Messages => self.messages.is_busy(&self.model),
            View::Log => self.log.is_busy(&self.model),
        };
        self.model.tally().remaining() > 0 || of_view || self.is_counting_copy()
    }

    /// Entries about to be shown whose text is not cached.
    pub fn missing_texts(&self) -> Vec<RowId> {
        let shown: Vec<RowId> = match self.view {
            View::Connections => {
                let answers = self.visible_connections().filter_map(|(_, it)| it.last_status_row);
                answers.chain(self.visible_deliveries().iter().copied()).collect()
            }
            View::Domains | View::Activity => self.visible_failures(),
            View::Messages => {
                let visible = self.visible_messages();
                let listed =
                    visible.flat_map(|id| messages::newest(&self.model, id, SUMMARY_ENTRIES));
                let traced = self.selected_message().into_iter().flat_map(|id| self.traced(id));
                listed.chain(traced).collect()
            }
            View::Log => self.visible_log(),
        };
        let selected = self.selected_entry();
        let history = selected.into_iter().flat_map(|row| self.history(row));
        // Raw bytes are read before the pop-up is drawn.
        let laid = self.overlay.iter().filter_map(|(sheet, _)| match sheet {
            Overlay::Bytes(row, None) => Some(*row),
            _ => None,
        });
        let mut wanted: Vec<RowId> =
            shown.into_iter().chain(selected).chain(history).chain(laid).collect();
        // Entries of a frozen screen may have been evicted.
        wanted.retain(|&row| !self.text_cache.knows(row) && self.model.index.rows().contains(row));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Caches the text of an entry, or its absence.
    pub fn provide_text(&mut self, row: RowId, text: Option<EntryText>) {
        let text = match self.redactor() {
            Some(redactor) => text.map(|text| redactor.shown(&text)),
            None => text,
        };
        if let (Some((Overlay::Bytes(of, bytes @ None), _)), Some(text)) =
            (&mut self.overlay, &text)
            && *of == row
        {
            *bytes = Some(text.text.clone());
        }
        self.text_cache.supply(row, text);
    }

    /// Newest entries of a row's message, newest first.
    pub(super) fn history(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        self.model.index.message_rows(row).take(message::HISTORY)
    }
}
