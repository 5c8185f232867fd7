//! Lists whose items have a number for ever, and leave by the piece.

use super::RowId;
use std::sync::Arc;

/// Items of a segment: few, so that one that stays for long keeps few others.
const SIZE: usize = if cfg!(test) { 4 } else { 128 };
/// What a segment takes beside its items, in bytes.
const AROUND: usize = 64;

/// Items by number, in segments. A copy shares them until one of the two changes.
#[derive(Clone, Debug)]
pub struct SegmentedVec<T> {
    /// Those that left are `None`; for a number that is eight bytes in a hundred items.
    parts: Vec<Option<Arc<VecSegment<T>>>>,
    length: usize,
    retained: usize,
}

#[derive(Clone, Debug)]
struct VecSegment<T> {
    items: Vec<T>,
    /// The newest entry that has to do with one of them.
    newest: RowId,
}

impl<T> Default for SegmentedVec<T> {
    fn default() -> Self {
        Self { parts: Vec::new(), length: 0, retained: 0 }
    }
}

impl<T> SegmentedVec<T> {
    /// Number of items that ever were.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there never was any.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// An item, if it has not left.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.parts.get(at / SIZE)?.as_ref()?.items.get(at % SIZE)
    }

    /// All items that have not left, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let held = self.parts.iter().enumerate();
        held.filter_map(|(at, segment)| Some((at, segment.as_ref()?)))
            .flat_map(|(at, segment)| (at * SIZE..).zip(&segment.items))
    }

    /// Bytes that it takes; shared ones are counted too.
    pub fn memory(&self) -> usize {
        self.retained * (SIZE * size_of::<T>() + AROUND)
            + self.parts.capacity() * size_of::<usize>()
    }

    /// Bytes that no other copy has a share in.
    pub fn unshared(&self) -> usize {
        let own = self.parts.iter().flatten().filter(|segment| Arc::strong_count(segment) == 1);
        own.count() * (SIZE * size_of::<T>() + AROUND)
    }

    /// Lets go of what another has let go of.
    pub fn leave_with<U>(&mut self, other: &SegmentedVec<U>) {
        for (mine, theirs) in self.parts.iter_mut().zip(&other.parts) {
            if theirs.is_none() && mine.take().is_some() {
                self.retained -= 1;
            }
        }
    }

    /// Whether an item was not yet let go of.
    pub(super) fn contains(&self, at: usize) -> bool {
        self.parts.get(at / SIZE).is_some_and(Option::is_some)
    }

    /// Lets go of all segments that no entry from `first` on has to do with, but for the one that is
    /// being filled and the very first, where the items stand that are there always.
    pub(super) fn release(&mut self, first: RowId) {
        let filled = self.parts.len().saturating_sub(1);
        for segment in self.parts.iter_mut().take(filled).skip(1) {
            if segment.as_ref().is_some_and(|segment| segment.newest < first) {
                *segment = None;
                self.retained -= 1;
            }
        }
    }
}

impl<T: Clone> SegmentedVec<T> {
    /// Adds an item that entry `row` brings.
    pub(crate) fn push(&mut self, item: T, row: RowId) {
        if self.length.is_multiple_of(SIZE) {
            let empty = VecSegment { items: Vec::with_capacity(SIZE), newest: row };
            self.parts.push(Some(Arc::new(empty)));
            self.retained += 1;
        }
        if let Some(Some(segment)) = self.parts.last_mut() {
            let segment = Arc::make_mut(segment);
            segment.items.push(item);
            segment.newest = row;
        }
        self.length += 1;
    }

    /// An item, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        Arc::make_mut(self.parts.get_mut(at / SIZE)?.as_mut()?).items.get_mut(at % SIZE)
    }

    /// An item with which entry `row` has to do, to be changed.
    pub(super) fn touch(&mut self, at: usize, row: RowId) -> Option<&mut T> {
        let segment = Arc::make_mut(self.parts.get_mut(at / SIZE)?.as_mut()?);
        segment.newest = segment.newest.max(row);
        segment.items.get_mut(at % SIZE)
    }
}

impl<T: Clone + Default> SegmentedVec<T> {
    /// Becomes as long as another, with nothing where the other has nothing any more.
    pub fn follow<U>(&mut self, other: &SegmentedVec<U>) {
        self.parts.resize(other.parts.len(), None);
        for (mine, theirs) in self.parts.iter_mut().zip(&other.parts) {
            match (&mut *mine, theirs) {
                (Some(segment), Some(theirs)) if segment.items.len() < theirs.items.len() => {
                    Arc::make_mut(segment).items.resize(theirs.items.len(), T::default());
                }
                (None, Some(theirs)) => {
                    let mut items = Vec::with_capacity(SIZE);
                    items.resize(theirs.items.len(), T::default());
                    *mine = Some(Arc::new(VecSegment { items, newest: theirs.newest }));
                }
                (Some(_), None) => *mine = None,
                _ => {}
            }
        }
        (self.length, self.retained) = (other.length, other.retained);
    }
}
