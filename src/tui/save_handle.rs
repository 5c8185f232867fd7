//! The thread that writes the file that somebody named.

use crate::input::reader::TextStore;
use crate::output::atomic_file;
use crate::tui::app::{App, Msg};
use crate::tui::workers::save;
use crate::tui::workers::save::{SaveEvent, SaveRequest};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The end of the program waits so long for what is not whole to be removed.
const PATIENCE: Duration = Duration::from_millis(700);

/// A way to it, and back.
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

    /// Hears of what was done.
    pub(super) fn events(&self) -> &Receiver<SaveEvent> {
        &self.events
    }

    /// Takes what was done, and orders more. True if there was anything.
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

    /// Leaves off what is not whole, of which nothing is kept.
    pub(super) fn end(self) {
        drop(self.orders);
        // It ends behind the order that it is at.
        while self.events.recv_timeout(PATIENCE).is_ok() {}
        atomic_file::remove_temp_files();
    }
}
