//! Parses on all cores, and gives the batches in the order of the log.
//!
//! The reader hands over one [`Job`] a round; workers parse jobs side by side, and what they make of
//! them is told in the order in which it was read. How a file is written shows in its entries, so
//! that a job depends on those before it. But that changes hardly ever behind the beginning of a
//! file: a job is parsed with what is known when it is handed over, and parsed again in the rare
//! case that the jobs before it have taught something since. What is told is therefore the same
//! however many workers there are.

use super::raw_entry::{EntrySink, RawEntry};
use super::{BATCH, BATCH_BYTES, LocatedText, Reader, ReaderEvent, ReaderMessage, lower_priority};
use crate::index::{Batch, KeyHasher, TextLocation};
use crate::log::entry::Time;
use crate::log::parse::{Parser, ParserState};
use crate::log::splitter;
use crate::log::splitter::EntryLayout;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Jobs for each worker that may be under way: one in its hands, and some that it finds when it is
/// done, even if the reader was not given a core for a while.
const JOBS_A_WORKER: usize = 4;
/// More workers than this only wait for the one who reads.
const WORKERS: usize = 8;

/// What is made of entries where they are parsed.
pub trait EntryMapper: Send + Sync + 'static {
    /// What the entries of one job come to.
    type Output: Send + 'static;
    /// Nothing yet, with room for so many entries.
    fn begin(&self, entries: usize) -> Self::Output;
    /// The next entry, which this parser is to read. Gives its time, if it has one and anybody looks at
    /// [`LocatedText::time`].
    fn entry(
        &self,
        found: &LocatedText<'_>,
        parser: &mut Parser,
        output: &mut Self::Output,
    ) -> Option<Time>;
    /// Whether [`LocatedText::time`] is looked at.
    fn uses_time(&self) -> bool {
        false
    }
}

/// Rows for the index that the keys are of.
impl EntryMapper for KeyHasher {
    type Output = Batch;

    fn begin(&self, entries: usize) -> Batch {
        let mut batch = Batch::new(self.clone());
        batch.reserve(entries);
        batch
    }

    fn entry(
        &self,
        found: &LocatedText<'_>,
        parser: &mut Parser,
        batch: &mut Batch,
    ) -> Option<Time> {
        batch.push(found.location, found.length, &parser.entry(found.text));
        None
    }
}

/// Whom the workers give way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerPriority {
    /// To whoever answers keys, and to the MTA.
    Background,
    /// To nobody: somebody waits for what comes of it.
    Normal,
}

/// Entries of one round.
#[derive(Default)]
struct Job {
    /// Their bytes one behind the other, with line ends.
    bytes: Vec<u8>,
    pieces: Vec<JobEntry>,
    /// The sources that they come from.
    sources: Vec<JobSource>,
    /// Time of the entry before the first one.
    time: Time,
}

/// One entry of a job.
struct JobEntry {
    location: TextLocation,
    layout: EntryLayout,
    line: u64,
    /// Bytes of its text, and with the line end.
    length: usize,
    size: usize,
    cut: bool,
}

/// What is known of a source.
#[derive(Clone)]
struct JobSource {
    number: u16,
    path: Arc<Path>,
    state: ParserState,
}

/// What became of a job.
struct ParsedJob<T> {
    job: Job,
    output: T,
    /// Where it was learned that the entries are written in another way.
    events: Vec<ReaderEvent>,
    /// What is known of each source behind it.
    states: Vec<(u16, ParserState)>,
    /// Its first entry has no time of its own.
    inherits_time: bool,
    /// Time of its last entry.
    time: Time,
}

/// What is to be told in its turn.
enum PendingResult<T> {
    News(ReaderEvent),
    Job(Receiver<ParsedJob<T>>),
}

/// A job, and where what is made of it is put.
type QueuedJob<T> = (Job, Sender<ParsedJob<T>>);

/// Workers, and what was read but not yet told.
pub struct Pool<M: EntryMapper = KeyHasher> {
    mapper: Arc<M>,
    orders: Sender<QueuedJob<M::Output>>,
    turns: VecDeque<PendingResult<M::Output>>,
    /// Jobs among the turns.
    jobs: usize,
    most_jobs: usize,
    /// What is known of each source, by what was told of it.
    sources: Vec<JobSource>,
    /// Time of the last entry that was told.
    time: Time,
    /// The round under way.
    job: Job,
    /// Those that are done, for their room.
    spare: Vec<Job>,
}

/// A worker is gone: it met a defect of this program.
#[derive(Debug)]
pub struct WorkerPanicked;

impl<M: EntryMapper> Pool<M> {
    /// Starts so many workers.
    ///
    /// # Errors
    /// If the system gives no more threads.
    pub fn new(mapper: M, workers: usize, priority: WorkerPriority) -> io::Result<Self> {
        let (orders, inbox) = unbounded::<QueuedJob<M::Output>>();
        let (mapper, workers) = (Arc::new(mapper), workers.clamp(1, WORKERS));
        for _ in 0..workers {
            let (inbox, mapper) = (inbox.clone(), Arc::clone(&mapper));
            thread::Builder::new().name("parser".to_owned()).spawn(move || {
                if priority == WorkerPriority::Background {
                    lower_priority();
                }
                for (job, done) in inbox {
                    // Whoever ordered it may be gone, and with it the need.
                    let _ = done.send(job.parse(&*mapper));
                }
            })?;
        }
        Ok(Self {
            mapper,
            orders,
            turns: VecDeque::new(),
            jobs: 0,
            most_jobs: workers * JOBS_A_WORKER,
            sources: Vec::new(),
            time: Time::default(),
            job: Job::default(),
            spare: Vec::new(),
        })
    }

    /// Lets the reader make a round, and tells what is ready. False if there was nothing new; then
    /// all that was read has been told.
    ///
    /// # Errors
    /// If a worker is gone.
    pub fn round(
        &mut self,
        reader: &mut Reader,
        now: Duration,
        tell: &mut dyn FnMut(ReaderMessage<M::Output>),
    ) -> Result<bool, WorkerPanicked> {
        let found = reader.collect(now, self);
        // While there is more, workers and reader work side by side; what is new in a log that was
        // read to its end is waited for.
        let most = if self.job.is_full() { self.most_jobs } else { 0 };
        self.hand_over()?;
        while self.jobs > most || self.is_next_ready() {
            self.tell_next(tell)?;
        }
        Ok(found)
    }

    /// Gives the entries of the round to the workers.
    fn hand_over(&mut self) -> Result<(), WorkerPanicked> {
        if self.job.pieces.is_empty() {
            return Ok(());
        }
        let next = self.spare.pop().unwrap_or_default();
        let mut job = std::mem::replace(&mut self.job, next);
        self.inform(&mut job);
        let (done, parsed) = bounded(1);
        self.orders.send((job, done)).map_err(|_| WorkerPanicked)?;
        self.turns.push_back(PendingResult::Job(parsed));
        self.jobs += 1;
        Ok(())
    }

    /// Tells a job what is known by now.
    fn inform(&self, job: &mut Job) {
        job.time = self.time;
        for source in &mut job.sources {
            if let Some(known) = self.sources.get(usize::from(source.number)) {
                source.clone_from(known);
            }
        }
    }

    fn is_next_ready(&self) -> bool {
        match self.turns.front() {
            Some(PendingResult::Job(parsed)) => !parsed.is_empty(),
            next => next.is_some(),
        }
    }

    fn tell_next(
        &mut self,
        tell: &mut dyn FnMut(ReaderMessage<M::Output>),
    ) -> Result<(), WorkerPanicked> {
        match self.turns.pop_front() {
            Some(PendingResult::News(news)) => tell(ReaderMessage::News(news)),
            Some(PendingResult::Job(parsed)) => {
                self.jobs -= 1;
                let parsed = parsed.recv().map_err(|_| WorkerPanicked)?;
                self.tell_parsed(parsed, tell);
            }
            None => {}
        }
        Ok(())
    }

    fn tell_parsed(
        &mut self,
        mut parsed: ParsedJob<M::Output>,
        tell: &mut dyn FnMut(ReaderMessage<M::Output>),
    ) {
        if !self.was_informed(&parsed) {
            self.inform(&mut parsed.job);
            parsed = parsed.job.parse(&*self.mapper);
        }
        let ParsedJob { mut job, output, events, states, time, .. } = parsed;
        self.time = time;
        for (number, state) in states {
            if let Some(known) = self.sources.get_mut(usize::from(number)) {
                known.state = state;
            }
        }
        for news in events {
            tell(ReaderMessage::News(news));
        }
        tell(ReaderMessage::Batch(output));
        job.clear();
        self.spare.push(job);
    }

    /// Whether a job was parsed with what is known now, as far as that matters.
    fn was_informed(&self, parsed: &ParsedJob<M::Output>) -> bool {
        let is_known = |source: &JobSource| {
            let known = self.sources.get(usize::from(source.number));
            known.is_some_and(|known| known.state == source.state)
        };
        let time = !parsed.inherits_time || parsed.job.time == self.time;
        (time || !self.mapper.uses_time()) && parsed.job.sources.iter().all(is_known)
    }
}

impl<M: EntryMapper> EntrySink for Pool<M> {
    fn begin(&mut self, source: u16, learned: ParserState) {
        let at = usize::from(source);
        if self.sources.len() <= at {
            self.sources.resize_with(at + 1, || JobSource::new(0));
        }
        if let Some(known) = self.sources.get_mut(at) {
            known.state = learned;
        }
    }

    fn push_event(&mut self, news: ReaderEvent) {
        if let ReaderEvent::Source { number, path, .. } = &news
            && let Some(known) = self.sources.get_mut(usize::from(*number))
        {
            (known.number, known.path) = (*number, Arc::clone(path));
        }
        self.turns.push_back(PendingResult::News(news));
    }

    fn push_entry(&mut self, raw: &RawEntry<'_>) {
        let &RawEntry { location, layout, line, length, cut, bytes } = raw;
        let (job, number) = (&mut self.job, location.source);
        if job.sources.last().is_none_or(|last| last.number != number)
            && job.sources.iter().all(|known| known.number != number)
        {
            job.sources.push(JobSource::new(number));
        }
        job.bytes.extend_from_slice(bytes);
        let (length, size) = (length.min(bytes.len()), bytes.len());
        job.pieces.push(JobEntry { location, layout, line, length, size, cut });
    }
}

impl JobSource {
    fn new(number: u16) -> Self {
        Self { number, path: Arc::from(Path::new("")), state: ParserState::default() }
    }
}

impl Job {
    /// The round ended because of it, and not because there was no more.
    fn is_full(&self) -> bool {
        self.pieces.len() >= BATCH || self.bytes.len() > BATCH_BYTES
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        self.sources.clear();
    }

    fn parse<M: EntryMapper>(self, mapper: &M) -> ParsedJob<M::Output> {
        let mut parsers: Vec<Parser> =
            self.sources.iter().map(|source| Parser::knowing(source.state.clone())).collect();
        let (mut output, mut events) = (mapper.begin(self.pieces.len()), Vec::new());
        let (mut time, mut inherits_time, mut rest) = (self.time, None, &*self.bytes);
        for piece in &self.pieces {
            let Some((bytes, behind)) = rest.split_at_checked(piece.size) else { break };
            rest = behind;
            let number = piece.location.source;
            let own = self.sources.iter().zip(&mut parsers);
            let own = own.into_iter().find(|(source, _)| source.number == number);
            let Some((source, parser)) = own else { break };
            let text = bytes.get(..piece.length).unwrap_or(bytes);
            let (before, text) = (parser.profile(), splitter::unfold(piece.layout, text));
            let found = LocatedText {
                location: piece.location,
                path: &source.path,
                line: piece.line,
                length: piece.length,
                cut: piece.cut,
                bytes,
                text: &text,
                time,
            };
            let own_time = mapper.entry(&found, parser, &mut output);
            inherits_time.get_or_insert(own_time.is_none());
            time = own_time.unwrap_or(time);
            let profile = parser.profile();
            if profile != before {
                let from = piece.location.offset;
                events.push(ReaderEvent::Profile { number, from, profile });
            }
        }
        let numbers = self.sources.iter().map(|source| source.number);
        let states = numbers.zip(parsers.into_iter().map(Parser::into_learned)).collect();
        let inherits_time = inherits_time.unwrap_or_default();
        ParsedJob { job: self, output, events, states, inherits_time, time }
    }
}
