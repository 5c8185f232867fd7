//! The text of entries, read again from where it stands.

use super::ReaderEvent;
use crate::index::TextLocation;
use crate::input::source::{Handle, read_full, read_span};
use crate::log::parse::{EntryText, Profile};
use crate::log::splitter;
use crate::log::splitter::EntryLayout;
use std::path::Path;
use std::sync::Arc;

/// All sources that entries came from.
#[derive(Clone, Default)]
pub struct TextStore(Vec<Option<Source>>);

/// One opened file.
#[derive(Clone)]
struct Source {
    path: Arc<Path>,
    /// `None` once its bytes are gone.
    handle: Option<Arc<dyn Handle>>,
    layout: EntryLayout,
    /// How its entries are written from an offset on, in the order of the offsets.
    profiles: Vec<(u64, Profile)>,
}

impl TextStore {
    /// Takes note of what concerns texts.
    pub fn observe(&mut self, news: &ReaderEvent) {
        match news {
            ReaderEvent::Source { number, path, handle, form } => {
                let number = usize::from(*number);
                if self.0.len() <= number {
                    self.0.resize(number + 1, None);
                }
                if let Some(place) = self.0.get_mut(number) {
                    let (path, handle) = (Arc::clone(path), Some(Arc::clone(handle)));
                    *place = Some(Source { path, handle, layout: *form, profiles: Vec::new() });
                }
            }
            ReaderEvent::Profile { number, from, profile } => {
                if let Some(source) = self.source_mut(*number) {
                    source.profiles.push((*from, *profile));
                }
            }
            ReaderEvent::Gone(number) => {
                if let Some(source) = self.source_mut(*number) {
                    source.handle = None;
                }
            }
            ReaderEvent::Event { .. } | ReaderEvent::Status(_) => {}
        }
    }

    /// The text of an entry; `None` if its bytes are no longer there.
    pub fn read(&self, place: TextLocation, length: usize) -> Option<EntryText> {
        let source = self.source(place.source)?;
        let bytes = read_span(&**source.handle.as_ref()?, place.offset, length).ok()?;
        (bytes.len() == length).then(|| EntryText {
            text: splitter::unfold(source.layout, &bytes).into_owned(),
            profile: self.profile(place).unwrap_or_default(),
        })
    }

    /// How the entry of a place is written, if that is known.
    pub fn profile(&self, place: TextLocation) -> Option<Profile> {
        let source = self.source(place.source)?;
        let known = source.profiles.partition_point(|&(from, _)| from <= place.offset);
        source.profiles.get(known.checked_sub(1)?).map(|&(_, profile)| profile)
    }

    /// Fills `bytes` from a place on, as far as its file goes: how far, and how entries lie in it.
    /// `None` if they are no longer there.
    pub fn read_into(&self, place: TextLocation, bytes: &mut [u8]) -> Option<(EntryLayout, usize)> {
        let source = self.source(place.source)?;
        let there = read_full(&**source.handle.as_ref()?, place.offset, bytes).ok()?;
        Some((source.layout, there))
    }

    /// The path that led to a source.
    pub fn path(&self, source: u16) -> Option<&Path> {
        self.source(source).map(|source| &*source.path)
    }

    fn source(&self, number: u16) -> Option<&Source> {
        self.0.get(usize::from(number))?.as_ref()
    }

    fn source_mut(&mut self, number: u16) -> Option<&mut Source> {
        self.0.get_mut(usize::from(number))?.as_mut()
    }
}
