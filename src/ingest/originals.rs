//! The text of entries, read again from where it stands.

use super::Message;
use crate::index::Place;
use crate::source::{Handle, read_span};
use crate::split::{self, Form};
use std::sync::Arc;

/// All sources that entries came from.
#[derive(Default)]
pub struct Originals(Vec<Option<(Arc<dyn Handle>, Form)>>);

impl Originals {
    /// Takes note of a source, or that one is gone; any other message means nothing here.
    pub fn learn(&mut self, message: &Message) {
        let (number, original) = match message {
            Message::Source { number, handle, form } => {
                (*number, Some((Arc::clone(handle), *form)))
            }
            Message::Gone(number) => (*number, None),
            Message::Batch(_) | Message::Status(_) => return,
        };
        let number = usize::from(number);
        if self.0.len() <= number {
            self.0.resize(number + 1, None);
        }
        if let Some(place) = self.0.get_mut(number) {
            *place = original;
        }
    }

    /// The text of an entry as one line; `None` if its bytes are no longer there.
    pub fn read(&self, place: Place, length: usize) -> Option<Vec<u8>> {
        let (handle, form) = self.0.get(usize::from(place.source))?.as_ref()?;
        let bytes = read_span(&**handle, place.offset, length).ok()?;
        (bytes.len() == length).then(|| split::unfold(*form, &bytes).into_owned())
    }
}
