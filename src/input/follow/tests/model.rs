//! A life of a log against a reference that knows every physical content's bytes.
//!
//! Which lives is for others: random ones are in `lives`, and a fuzz target reads them from bytes.

use std::collections::HashMap;

use super::*;

/// What can happen to a log, and to its follower.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Writers append to the log, which is made if there is none.
    Append(usize),
    /// A late writer appends to one of the renamed files.
    AppendLate { which: usize, len: usize },
    /// The log is renamed.
    Roll,
    /// The log is removed.
    Delete,
    /// The log is truncated, as by copytruncate, and filled again to `len`.
    Truncate { len: usize },
    /// The same with a renamed file.
    TruncateLate { which: usize, len: usize },
    /// The log is truncated and filled again to the size it had and `more`.
    Refill { more: usize },
    /// A renamed file gets the name of the log again.
    Return { which: usize },
    /// So many polls, whatever they tell.
    Poll(usize),
    /// Polls until nothing is new.
    Settle,
    /// So many times nearly a second passes, with a poll after each.
    Wait(usize),
}

/// What stood in a file from one truncation to the next.
#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// How many of them were told of, in order.
    told: usize,
    /// How many there were when some were last told of.
    len_when_told: usize,
    is_truncated: bool,
}

#[derive(Debug)]
struct LogFile {
    /// What stands in it now.
    content: usize,
    name: String,
    /// How many streams were over when its own was.
    over: usize,
    /// When it was renamed or removed.
    left: Option<Duration>,
    /// A stream of it is open.
    is_held: bool,
}

/// The reference, and the follower it judges.
struct Model<'a> {
    ground: &'a Ground,
    follower: Follower,
    now: Duration,
    contents: Vec<Content>,
    files: Vec<LogFile>,
    /// The file at the path.
    log: Option<usize>,
    /// The renamed ones.
    old: Vec<usize>,
    /// Which file and, once bytes came, which content a stream is.
    streams: HashMap<StreamId, (usize, Option<usize>)>,
    /// How many streams are over.
    over: usize,
    /// The file whose stream was over last.
    finished: Option<usize>,
}

/// Each byte tells its content and, by looking random, its place. None is NUL.
fn byte(content: usize, at: usize) -> u8 {
    place(at) ^ u8::try_from(content).unwrap()
}

fn place(at: usize) -> u8 {
    0x80 | (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0]
}

impl<'a> Model<'a> {
    fn new(ground: &'a Ground, limit: usize) -> Self {
        Self {
            ground,
            follower: Follower::with_limit(ground.path("log"), limit),
            now: Duration::ZERO,
            contents: Vec::new(),
            files: Vec::new(),
            log: None,
            old: Vec::new(),
            streams: HashMap::new(),
            over: 0,
            finished: None,
        }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Append(len) => {
                let file = self.log.unwrap_or_else(|| self.make());
                self.append(file, len);
            }
            Action::AppendLate { which, len } => {
                if let Some(which) = which.checked_rem(self.old.len()) {
                    self.append(self.old[which], len);
                }
            }
            Action::Roll => self.roll(),
            Action::Delete => {
                if self.leave().is_some() {
                    self.ground.remove("log");
                }
            }
            Action::Truncate { len } => self.refill(self.log, |_| len),
            Action::TruncateLate { which, len } => {
                let which = which.checked_rem(self.old.len());
                self.refill(which.map(|which| self.old[which]), |_| len);
            }
            Action::Refill { more } => self.refill(self.log, |before| before + more),
            Action::Return { which } => self.give_back(which),
            Action::Poll(count) => (0..count).for_each(|_| drop(self.poll())),
            Action::Settle => self.settle(),
            Action::Wait(count) => {
                for _ in 0..count {
                    self.now += Duration::from_millis(950);
                    self.poll();
                }
            }
        }
    }

    fn make(&mut self) -> usize {
        let content = self.begin_content();
        let name = String::from("log");
        self.files.push(LogFile { content, name, over: 0, left: None, is_held: false });
        self.log = Some(self.files.len() - 1);
        self.files.len() - 1
    }

    fn begin_content(&mut self) -> usize {
        assert!(self.contents.len() < 0x80);
        self.contents.push(Content::default());
        self.contents.len() - 1
    }

    fn append(&mut self, file: usize, len: usize) {
        let id = self.files[file].content;
        let content = &mut self.contents[id];
        let start = content.bytes.len();
        content.bytes.extend((start..start + len).map(|at| byte(id, at)));
        self.ground.append(&self.files[file].name, &content.bytes[start..]);
    }

    /// The log loses its name.
    fn leave(&mut self) -> Option<usize> {
        let file = self.log.take()?;
        // Who did not see that it was back takes it to be gone since it left before.
        self.files[file].left.get_or_insert(self.now);
        Some(file)
    }

    fn roll(&mut self) {
        if let Some(file) = self.leave() {
            self.files[file].name = format!("old {file}");
            self.ground.rename("log", &self.files[file].name);
            self.old.push(file);
        }
    }

    fn refill(&mut self, file: Option<usize>, len: impl Fn(usize) -> usize) {
        let Some(file) = file else { return };
        let before = &mut self.contents[self.files[file].content];
        before.is_truncated = true;
        let len = len(before.bytes.len());
        self.ground.truncate(&self.files[file].name, 0);
        self.files[file].content = self.begin_content();
        self.append(file, len);
    }

    fn give_back(&mut self, which: usize) {
        let Some(which) = which.checked_rem(self.old.len()) else {
            return;
        };
        self.leave();
        let file = self.old.remove(which);
        self.ground.rename(&self.files[file].name, "log");
        self.files[file].name = String::from("log");
        self.log = Some(file);
    }

    fn settle(&mut self) {
        while !matches!(self.poll(), FollowStep::Idle(_)) {}
        // What is at the path is known whole, and so is all that is held.
        let held = self.files.iter().filter(|file| file.is_held).map(|file| file.content);
        for id in held.chain(self.log.map(|file| self.files[file].content)) {
            let content = &self.contents[id];
            assert_eq!(content.told, content.bytes.len(), "content {id}");
        }
    }

    /// When nothing happens any more, only the file at the path is held, or the last one that was.
    fn calm_down(&mut self) {
        for _ in 0..20 {
            self.now += Duration::from_millis(950);
            self.settle();
        }
        let mut held = (0..self.files.len()).filter(|file| self.files[*file].is_held);
        let last = held.next();
        assert!(held.next().is_none() && (self.log.is_none() || self.log == last));
    }

    fn poll(&mut self) -> FollowStep {
        let mut bytes = Vec::new();
        let step = self.follower.poll(self.ground.fs(), self.now, &mut bytes);
        match step {
            FollowStep::Opened { stream, reason: why, .. } => self.opened(stream, why),
            FollowStep::Bytes { stream, offset, .. } => {
                self.told(stream, usize::try_from(offset).unwrap(), &bytes);
            }
            FollowStep::Finished { stream, .. } => self.over(stream),
            // All was looked at.
            FollowStep::Idle(_) => {
                self.log.into_iter().for_each(|file| self.files[file].left = None);
            }
            FollowStep::Event(_) => {}
        }
        step
    }

    fn opened(&mut self, stream: StreamId, why: OpenReason) {
        let file = match why {
            OpenReason::Truncated | OpenReason::Rewritten => self.finished,
            _ => self.log,
        };
        let file = file.expect("a file is opened where there is one");
        let id = self.files[file].content;
        let content = &mut self.contents[id];
        let mut known = None;
        if why == OpenReason::Returned {
            assert!(content.told >= OVERLAP, "returned without proof");
            known = Some(id);
        } else if content.told > 0 {
            // So few bytes cannot prove that it is the same file after it was let go, and of many
            // that were let go since the first is forgotten.
            let is_forgotten = self.over - self.files[file].over >= MARKS;
            assert!(content.told < OVERLAP || is_forgotten, "{why:?} though known");
            content.told = 0;
        }
        assert!(!self.files[file].is_held, "{why:?} though held");
        self.files[file].is_held = true;
        assert!(self.streams.insert(stream, (file, known)).is_none());
    }

    fn told(&mut self, stream: StreamId, offset: usize, bytes: &[u8]) {
        let id = usize::from(bytes[0] ^ place(offset));
        let (file, known) = self.streams.get_mut(&stream).expect("opened before");
        assert_eq!(*known.get_or_insert(id), id, "contents mixed in {stream:?}");
        assert_eq!(self.files[*file].content, id, "bytes that are in the file no more");
        let content = &mut self.contents[id];
        assert_eq!(offset, content.told, "content {id}: lost or repeated");
        assert_eq!(bytes, &content.bytes[offset..offset + bytes.len()]);
        content.told += bytes.len();
        content.len_when_told = content.bytes.len();
    }

    fn over(&mut self, stream: StreamId) {
        let (file, known) = self.streams[&stream];
        let content = &self.contents[known.unwrap_or(self.files[file].content)];
        let draining = self.streams.len();
        self.streams.remove(&stream);
        self.over += 1;
        self.files[file].over = self.over;
        self.finished = Some(file);
        self.files[file].is_held = false;
        if content.is_truncated || content.told == content.bytes.len() {
            return;
        }
        // Only a file that is held too long ends without a last look.
        let left = self.files[file].left.expect("the file at the path does not end");
        assert!(self.now >= left + DRAIN_LONGEST || draining > DRAIN_FILES);
        assert_eq!(content.told, content.len_when_told);
    }
}

/// Lives through this, and then through quiet times. No more actions than there are numbers of
/// contents.
pub(super) fn live(ground: &Ground, limit: usize, actions: &[Action]) {
    let mut model = Model::new(ground, limit);
    for action in actions {
        model.act(action);
    }
    model.settle();
    model.calm_down();
}
