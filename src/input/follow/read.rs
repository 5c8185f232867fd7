//! How the streams of a follower are read, and when each of them is over.

use std::sync::Arc;
use std::time::Duration;

use super::open::PathState;
use super::stream::{ResumePoint, Stream, StreamRead};
use super::{
    DRAIN_FILES, DRAIN_LONGEST, DRAIN_QUIET, FollowEvent, FollowStep, Follower, MARKS, OpenReason,
};

impl Follower {
    /// Reads the streams in turn, until one of them has something to tell.
    pub(super) fn read_round(&mut self, now: Duration, out: &mut Vec<u8>) -> Option<FollowStep> {
        // A part that was missed is older than all else, and has an end.
        if let Some(part) = self.streams.iter().position(|stream| stream.end.is_some()) {
            return self.read(part, now, out);
        }
        (0..self.streams.len()).find_map(|_| {
            let index = self.turn % self.streams.len();
            self.turn = index + 1;
            self.read(index, now, out)
        })
    }

    /// Reads on in one stream, and draws the conclusions.
    fn read(&mut self, index: usize, now: Duration, out: &mut Vec<u8>) -> Option<FollowStep> {
        let is_current = self.streams[index].drain.is_none();
        let was_replaced = is_current && matches!(self.sight, PathState::Other);
        let is_over = self.must_end(index);
        let stream = &mut self.streams[index];
        if stream.drain.is_some_and(|drain| drain.is_spent) {
            return Some(self.finish(index));
        }
        let read = stream.read(&mut self.buffer, now, out);
        if let (StreamRead::Bytes { behind, .. } | StreamRead::Hole { behind }, Some(drain)) =
            (&read, &mut stream.drain)
        {
            drain.grown = self.clock.watched;
            // A file that always grows would never show its end.
            drain.is_spent = is_over && *behind == 0;
        }
        let is_at_end = !matches!(
            read,
            StreamRead::Bytes { behind: 1.., .. } | StreamRead::Hole { behind: 1.. }
        );
        if !matches!(read, StreamRead::Hole { behind: 1.. }) {
            self.events.extend(stream.skipped());
        }

        let (id, is_part, is_unseen) = (stream.id, stream.end.is_some(), stream.is_unseen);
        if is_unseen {
            self.count_unseen(out);
        }
        if was_replaced && is_at_end {
            self.retire_current();
        }
        match read {
            StreamRead::Bytes { offset, behind } => {
                Some(FollowStep::Bytes { stream: id, offset, behind })
            }
            StreamRead::Hole { behind } => {
                let offset = self.streams[index].mark.offset;
                Some(FollowStep::Bytes { stream: id, offset, behind })
            }
            StreamRead::Other(_) if is_part => {
                let missed = self.missed_part();
                self.events.extend(missed);
                self.finish(index);
                Some(FollowStep::Finished { stream: id, overwritten: true })
            }
            StreamRead::Other(why) => Some(self.restart(index, why, now)),
            StreamRead::End if is_part || is_over || self.is_quiet(index) => {
                Some(self.finish(index))
            }
            StreamRead::Trouble if is_over => {
                self.events.extend(self.streams[index].reason().map(FollowEvent::DrainAbandoned));
                Some(self.finish(index))
            }
            StreamRead::End | StreamRead::Trouble => None,
        }
    }

    /// Whether a drain has lasted long enough, or is one too many.
    fn must_end(&self, index: usize) -> bool {
        self.streams[index].drain.is_some_and(|drain| {
            let draining = self.streams.len() - usize::from(self.current().is_some());
            self.clock.watched >= drain.since + DRAIN_LONGEST
                || (index == 0 && draining > DRAIN_FILES)
        })
    }

    fn is_quiet(&self, index: usize) -> bool {
        let watched = self.clock.watched;
        let drain = self.streams[index].drain;
        drain.is_some_and(|drain| watched >= drain.grown + DRAIN_QUIET)
    }

    /// Lets a drained file go.
    fn finish(&mut self, index: usize) -> FollowStep {
        let stream = self.streams.remove(index);
        let id = stream.id;
        let forgotten = match &mut self.older {
            _ if stream.end.is_some() => None,
            Some(older) => older.retain_stream(stream).map(|stream| stream.mark),
            None => Some(stream.mark),
        };
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.extend(forgotten);
        FollowStep::Finished { stream: id, overwritten: false }
    }

    /// The file holds other content: its stream is over, a new one takes its place.
    fn restart(&mut self, index: usize, why: OpenReason, now: Duration) -> FollowStep {
        let id = self.next_id();
        let stream = &mut self.streams[index];
        self.events.push_back(stream.truncated(now));
        let over = stream.id;
        let mark = ResumePoint::at_start(stream.mark.identity);
        let (order, drain) = (stream.order, stream.drain);
        *stream = Stream::new(id, Arc::clone(&stream.handle), mark, why);
        (stream.order, stream.drain) = (order, drain);
        FollowStep::Finished { stream: over, overwritten: true }
    }
}
