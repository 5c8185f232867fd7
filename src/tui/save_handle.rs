//! Handle of the thread that writes saved files.

use crate::input::reader::TextStore;
use crate::output::atomic_file;
use crate::tui::app::{App, Msg};
use crate::tui::workers::save;
use crate::tui::workers::save::{SaveEvent, SaveRequest};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Maximum time at exit to remove an unfinished file.
const PATIENCE: Duration = Duration::from_millis(700);

/// Channels to and from the thread.
pub(super) struct SaveHandle {
    orders: Sender<(SaveRequest, Arc<TextStore>)>,
    events: Receiver<SaveEvent>,
}

impl SaveHandle {
    /// Starts the thread.
    pub(super) fn spawn() -> io::Result<Self> {
        let (orders, ordered) = unbounded();
        let (tell, told) = unbounded();
        save::spawn(ordered, tell)?;
        Ok(Self { orders, events: told })
    }

    /// Channel of the outcomes.
    pub(super) fn events(&self) -> &Receiver<SaveEvent> {
        &self.events
    }

    /// Handles outcomes and sends more commands. True if there were any.
    pub(super) fn poll(&self, app: &mut App, originals: &Arc<TextStore>) -> io::Result<bool> {
        let stopped = || io::Error::other("the saver stopped");
        let mut came = false;
        loop {
            match self.events.try_recv() {
                Ok(told) => app.update(Msg::SaveEvent(told)),
                Err(error) if error.is_empty() => break,
                Err(_) => return Err(stopped()),
            };
            came = true;
        }
        while let Some(order) = app.next_order() {
            self.orders.send((order, Arc::clone(originals))).map_err(|_| stopped())?;
        }
        Ok(came)
    }

    /// Aborts an unfinished file and removes it.
    pub(super) fn end(self) {
        drop(self.orders);
        // The thread ends after its current command.
        while self.events.recv_timeout(PATIENCE).is_ok() {}
        atomic_file::remove_temp_files();
    }
}
