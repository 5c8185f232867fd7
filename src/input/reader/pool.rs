//! Parses on all cores, and gives the batches in the order of the log.
//!
//! The reader hands over one [`Job`] a round; workers parse jobs side by side, and what they make of
//! them is told in the order in which it was read. How a file is written shows in its entries, so
//! that a job depends on those before it. But that changes hardly ever behind the beginning of a
//! file: a job is parsed with what is known when it is handed over, and parsed again in the rare
//! case that the jobs before it have taught something since. What is told is therefore the same
//! however many workers there are.

use super::raw_entry::{EntrySink, RawEntry};
use super::{BATCH, BATCH_BYTES, Reader, ReaderEvent, ReaderMessage, lower_priority};
use crate::index::{Batch, KeyHasher, TextLocation};
use crate::log::parse::{Parser, ParserState};
use crate::log::splitter;
use crate::log::splitter::EntryLayout;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::VecDeque;
use std::io;
use std::thread;
use std::time::Duration;

/// Jobs for each worker that may be under way: one in its hands, and some that it finds when it is
/// done, even if the reader was not given a core for a while.
const JOBS_A_WORKER: usize = 4;
/// More workers than this only wait for the one who reads.
const WORKERS: usize = 8;

/// Entries of one round.
#[derive(Default)]
struct Job {
    /// Their bytes one behind the other, without line ends.
    bytes: Vec<u8>,
    pieces: Vec<JobEntry>,
    /// What is known of each source that they come from.
    sources: Vec<(u16, ParserState)>,
}

/// One entry of a job.
struct JobEntry {
    location: TextLocation,
    layout: EntryLayout,
    length: usize,
}

/// What became of a job.
struct ParsedJob {
    job: Job,
    batch: Batch,
    /// Where it was learned that the entries are written in another way.
    events: Vec<ReaderEvent>,
    /// What is known of each source behind it.
    state: Vec<(u16, ParserState)>,
}

/// What is to be told in its turn.
enum PendingResult {
    News(ReaderEvent),
    Job(Receiver<ParsedJob>),
}

/// A job, and where what is made of it is put.
type QueuedJob = (Job, Sender<ParsedJob>);

/// Workers, and what was read but not yet told.
pub struct Pool {
    keys: KeyHasher,
    orders: Sender<QueuedJob>,
    turns: VecDeque<PendingResult>,
    /// Jobs among the turns.
    jobs: usize,
    most_jobs: usize,
    /// What is known of each source, by what was told of it.
    states: Vec<ParserState>,
    /// The round under way.
    job: Job,
    /// Those that are done, for their room.
    spare: Vec<Job>,
}

/// A worker is gone: it met a defect of this program.
#[derive(Debug)]
pub struct WorkerPanicked;

impl Pool {
    /// Starts so many workers, for the index that the keys are of.
    ///
    /// # Errors
    /// If the system gives no more threads.
    pub fn new(keys: KeyHasher, workers: usize) -> io::Result<Self> {
        let (orders, inbox) = unbounded::<QueuedJob>();
        let workers = workers.clamp(1, WORKERS);
        for _ in 0..workers {
            let (inbox, keys) = (inbox.clone(), keys.clone());
            thread::Builder::new().name("parser".to_owned()).spawn(move || {
                lower_priority();
                for (job, done) in inbox {
                    // Whoever ordered it may be gone, and with it the need.
                    let _ = done.send(job.parse(&keys));
                }
            })?;
        }
        Ok(Self {
            keys,
            orders,
            turns: VecDeque::new(),
            jobs: 0,
            most_jobs: workers * JOBS_A_WORKER,
            states: Vec::new(),
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
        tell: &mut dyn FnMut(ReaderMessage),
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
        for (source, learned) in &mut job.sources {
            if let Some(known) = self.states.get(usize::from(*source)) {
                learned.clone_from(known);
            }
        }
    }

    fn is_next_ready(&self) -> bool {
        match self.turns.front() {
            Some(PendingResult::Job(parsed)) => !parsed.is_empty(),
            next => next.is_some(),
        }
    }

    fn tell_next(&mut self, tell: &mut dyn FnMut(ReaderMessage)) -> Result<(), WorkerPanicked> {
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

    fn tell_parsed(&mut self, mut parsed: ParsedJob, tell: &mut dyn FnMut(ReaderMessage)) {
        let is_known = |(source, learned): &(u16, ParserState)| {
            self.states.get(usize::from(*source)) == Some(learned)
        };
        if !parsed.job.sources.iter().all(is_known) {
            self.inform(&mut parsed.job);
            parsed = parsed.job.parse(&self.keys);
        }
        let ParsedJob { mut job, batch, events: news, state: learned } = parsed;
        for (source, learned) in learned {
            self.begin(source, learned);
        }
        for news in news {
            tell(ReaderMessage::News(news));
        }
        tell(ReaderMessage::Batch(batch));
        job.clear();
        self.spare.push(job);
    }
}

impl EntrySink for Pool {
    fn begin(&mut self, source: u16, learned: ParserState) {
        let at = usize::from(source);
        if self.states.len() <= at {
            self.states.resize_with(at + 1, ParserState::default);
        }
        if let Some(known) = self.states.get_mut(at) {
            *known = learned;
        }
    }

    fn push_event(&mut self, news: ReaderEvent) {
        self.turns.push_back(PendingResult::News(news));
    }

    fn push_entry(&mut self, raw: &RawEntry<'_>) {
        let RawEntry { location: place, layout: form, length, .. } = *raw;
        let job = &mut self.job;
        if job.sources.last().is_none_or(|(last, _)| *last != place.source)
            && job.sources.iter().all(|(known, _)| *known != place.source)
        {
            job.sources.push((place.source, ParserState::default()));
        }
        job.bytes.extend_from_slice(raw.folded());
        job.pieces.push(JobEntry { location: place, layout: form, length });
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

    fn parse(self, keys: &KeyHasher) -> ParsedJob {
        let knowing =
            |(source, learned): &(u16, ParserState)| (*source, Parser::knowing(learned.clone()));
        let mut parsers: Vec<(u16, Parser)> = self.sources.iter().map(knowing).collect();
        let (mut batch, mut news, mut rest) = (Batch::new(keys.clone()), Vec::new(), &*self.bytes);
        batch.reserve(self.pieces.len());
        for &JobEntry { location: place, layout: form, length } in &self.pieces {
            let Some((bytes, behind)) = rest.split_at_checked(length) else { break };
            rest = behind;
            let own = parsers.iter_mut().find(|(source, _)| *source == place.source);
            let Some((_, parser)) = own else { break };
            let (before, text) = (parser.profile(), splitter::unfold(form, bytes));
            batch.push(place, length, &parser.entry(&text));
            let profile = parser.profile();
            if profile != before {
                news.push(ReaderEvent::Profile {
                    number: place.source,
                    from: place.offset,
                    profile,
                });
            }
        }
        let learned = parsers.into_iter().map(|(source, parser)| (source, parser.into_learned()));
        let learned = learned.collect();
        ParsedJob { job: self, batch, events: news, state: learned }
    }
}
