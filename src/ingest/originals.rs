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
    /// Takes note of a source; any other message means nothing here.
    pub fn learn(&mut self, message: &Message) {
        let Message::Source { number, handle, form, replaces } = message else { return };
        if let Some(gone) = replaces.and_then(|number| self.0.get_mut(usize::from(number))) {
            *gone = None;
        }
        let number = usize::from(*number);
        if self.0.len() <= number {
            self.0.resize(number + 1, None);
        }
        if let Some(place) = self.0.get_mut(number) {
            *place = Some((Arc::clone(handle), *form));
        }
    }

    /// The text of an entry as one line; `None` if its bytes are no longer there.
    pub fn read(&self, place: Place, length: usize) -> Option<Vec<u8>> {
        let (handle, form) = self.0.get(usize::from(place.source))?.as_ref()?;
        let bytes = read_span(&**handle, place.offset, length).ok()?;
        (bytes.len() == length).then(|| split::unfold(*form, &bytes).into_owned())
    }
}
