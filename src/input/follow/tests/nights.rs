//! Random nights of which the follower sees few: each line is told once, and in its file's order.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What can happen to the MTA's log, and to its follower.
#[derive(Clone, Debug)]
enum Action {
    /// Entries are written.
    Write(usize),
    /// The beginning of one is.
    Part(usize),
    /// Writers who opened the log before the last night go on in it.
    Late(usize),
    /// The return job runs.
    Night,
    /// The log is removed, after all of it was read.
    Remove,
    /// The log is truncated, after all of it was read.
    Truncate,
    /// So many polls, whatever they tell.
    Poll(usize),
    /// Polls until nothing is new.
    Settle,
    /// So many times nearly a second passes, with a poll after each.
    Wait(usize),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        8 => (0..6_usize).prop_map(Action::Write),
        2 => (1..60_usize).prop_map(Action::Part),
        3 => (0..4_usize).prop_map(Action::Late),
        6 => Just(Action::Night),
        1 => Just(Action::Remove),
        1 => Just(Action::Truncate),
        3 => (1..6_usize).prop_map(Action::Poll),
        2 => Just(Action::Settle),
        2 => (1..8_usize).prop_map(Action::Wait),
    ];
    proptest::collection::vec(action, 1..100)
}

/// One file, whatever it is called.
#[derive(Debug, Default)]
struct LogFile {
    number: usize,
    lines: usize,
    /// The end of a line whose beginning is written.
    pending: Option<String>,
}

/// Its first bytes and its last ones are those of no other line.
fn line(file: usize, number: usize) -> String {
    format!("{file:03}-Feb {number:04} {} {file:03}.{number:04}\n", LINE.trim_ascii_end())
}

impl LogFile {
    fn line(&mut self) -> String {
        self.lines += 1;
        line(self.number, self.lines)
    }

    /// What completes the line that was begun, and so many more.
    fn write(&mut self, lines: usize) -> String {
        let pending = self.pending.take().unwrap_or_default();
        (0..lines).fold(pending, |text, _| text + &self.line())
    }
}

struct Model<'a> {
    ground: &'a Ground,
    follower: Follower,
    now: Duration,
    files: usize,
    current: Option<LogFile>,
    yesterday: Option<LogFile>,
    /// How many lines there are of each file.
    written: HashMap<usize, usize>,
    /// How many of them were told.
    told: HashMap<usize, usize>,
    /// Lines that came in part.
    parts: HashMap<StreamId, String>,
}

impl<'a> Model<'a> {
    fn new(ground: &'a Ground, limit: usize) -> Self {
        Self {
            ground,
            follower: Follower::with_limit(ground.path("log_current"), limit),
            now: Duration::ZERO,
            files: 0,
            current: None,
            yesterday: None,
            written: HashMap::new(),
            told: HashMap::new(),
            parts: HashMap::new(),
        }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Write(lines) => self.write(lines),
            Action::Part(len) => {
                self.write(1);
                let Some(file) = &mut self.current else { return };
                let line = file.line();
                let (part, rest) = line.split_at(len.min(line.len() - 1));
                file.pending = Some(rest.to_owned());
                self.written.insert(file.number, file.lines);
                self.ground.append("log_current", part);
            }
            Action::Late(lines) => self.write_late(lines),
            Action::Night => self.night(),
            Action::Remove => {
                if self.let_go().is_some() {
                    self.ground.remove("log_current");
                }
            }
            Action::Truncate => {
                if self.let_go().is_some() {
                    self.ground.truncate("log_current", 0);
                    self.settle();
                    self.current = Some(self.next_file());
                }
            }
            Action::Poll(count) => (0..count).for_each(|_| drop(self.poll())),
            Action::Settle => self.settle(),
            Action::Wait(count) => {
                // What is late for longer is another line to whoever reads.
                self.write_late(0);
                for _ in 0..count {
                    self.now += Duration::from_millis(950);
                    self.poll();
                }
            }
        }
    }

    fn next_file(&mut self) -> LogFile {
        self.files += 1;
        LogFile { number: self.files, ..LogFile::default() }
    }

    fn write(&mut self, lines: usize) {
        let mut file = self.current.take().unwrap_or_else(|| self.next_file());
        self.ground.append("log_current", file.write(lines));
        self.written.insert(file.number, file.lines);
        self.current = Some(file);
    }

    fn write_late(&mut self, lines: usize) {
        if let Some(file) = &mut self.yesterday {
            self.ground.append("log_yesterday", file.write(lines));
            self.written.insert(file.number, file.lines);
        }
    }

    fn night(&mut self) {
        if self.current.is_some() {
            self.write_late(0);
            self.ground.return_job();
            self.yesterday = self.current.take();
        }
    }

    /// The current file, whole and read.
    fn let_go(&mut self) -> Option<LogFile> {
        self.current.as_ref()?;
        self.write(0);
        self.settle();
        self.current.take()
    }

    fn settle(&mut self) {
        while !matches!(self.poll(), FollowStep::Idle(_)) {}
    }

    fn poll(&mut self) -> FollowStep {
        let mut bytes = Vec::new();
        let step = self.follower.poll(self.ground.fs(), self.now, &mut bytes);
        match &step {
            FollowStep::Opened { stream, .. } => {
                assert!(self.parts.insert(*stream, String::new()).is_none());
            }
            FollowStep::Bytes { stream, .. } => {
                let mut text = self.parts.remove(stream).expect("opened before");
                text.push_str(str::from_utf8(&bytes).unwrap());
                let rest = text.rsplit_once('\n').map_or(&*text, |(_, rest)| rest);
                self.parts.insert(*stream, rest.to_owned());
                text.split_inclusive('\n').filter(|line| line.ends_with('\n')).for_each(|line| {
                    let number = line.get(..3).unwrap().parse().unwrap();
                    let told = self.told.entry(number).or_default();
                    *told += 1;
                    assert_eq!(line, self::line(number, *told));
                });
            }
            FollowStep::Finished { stream, .. } => assert_eq!(self.parts[stream], ""),
            FollowStep::Event(FollowEvent::RollMissed { .. }) => panic!("{step:?}"),
            FollowStep::Event(_) | FollowStep::Idle(_) => {}
        }
        step
    }
}

fn live(ground: &Ground, limit: usize, actions: &[Action]) {
    let mut model = Model::new(ground, limit);
    // Only what comes after the first look was not there at the start.
    model.poll();
    for action in actions {
        model.act(action);
    }
    // Whatever was late is found at the next night.
    for _ in 0..2 {
        model.write(1);
        model.settle();
        model.act(&Action::Wait(7));
        model.night();
    }
    model.settle();
    model.written.retain(|_, lines| *lines > 0);
    assert_eq!(model.told, model.written);
}

proptest! {
    #![proptest_config(lives::config(|usual| usual * 4))]

    #[test]
    fn every_line_is_told_once_however_many_nights_nobody_saw(
        limit in 1..300_usize,
        actions in actions(),
    ) {
        live(&Ground::memory(), limit, &actions);
    }
}

#[cfg(unix)]
proptest! {
    #![proptest_config(lives::config(|usual| usual / 4))]

    #[test]
    fn and_so_it_is_on_disk(limit in 1..300_usize, actions in actions()) {
        live(&Ground::disk(), limit, &actions);
    }
}
