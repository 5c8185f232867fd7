//! What strangers write into a log, through the real screen in a terminal: nothing of it acts.

#![cfg(unix)]

use crate::e2e::check_sequences;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{Read, Write};

/// Lines in every run of the tests; `.ci/run` takes more, by `MTATOP_HOSTILE_LINES`.
const LINES: usize = 20_000;
const COLUMNS: u16 = 160;
const ROWS: u16 = 250;

/// Sequences and characters that act, hide or mislead, each on some terminal.
const PIECES: &[&[u8]] = &[
    b"\x1b[2J\x1b[31m",
    b"\x1b]0;title\x07",
    b"\x1b]2;title\x1b\\",
    b"\x1b]52;c;cHduCg==\x07",
    b"\x1b]8;;http://x.example/\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]9;notify\x07\x1b]777;notify;a;b\x07",
    b"\x1bP1$r\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    b"\x1b[21t\x1b[6n\x1b[c\x1b[>c\x1b[?1049l\x1b[?1000h",
    b"\x1bc\x1b#8\x1b(0\x1b)0\x0e\x0f\x1b=\x1b>",
    b"\x1b[8m hidden \x1b[28m",
    b"\x9b2J\x9d0;t\x9c\x90q\x9c",
    "\u{9b}31m\u{90}q\u{9c}\u{85}\u{84}".as_bytes(),
    "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}".as_bytes(),
    "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{2028}\u{2029}".as_bytes(),
    "\u{e0041}\u{e007f}\u{115f}\u{3164}\u{2800}\u{fff9}\u{fffb}".as_bytes(),
    "👩\u{200d}👩\u{fe0f}\u{1f1e9}\u{1f1ea}1\u{fe0f}\u{20e3}".as_bytes(),
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
    "שלום עברית\u{5b0} العربية".as_bytes(),
    "日本語ｆｕｌｌ한국어\u{1100}\u{1161}".as_bytes(),
    "क्ष\u{94d}\u{200d}ำ".as_bytes(),
    b"a\x08\x08b\rc\x0bd\x0ce\x7f\x00\x05\x07\t",
    b"\xff\xfe\xc3\xe2\x82\xf0\x9f\x98\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80",
    b"^[[31m <U+202E> <9B> \\x1b ...",
    b"((((((|;;;;\"'<>smtp;250 2.1.5 ok",
    b"=cmd|' /C calc'!A0",
    b"a perfectly ordinary text of some length, which is cut at the edge of its column",
];

/// Lines with their number, every third an entry of a delivery, the opening of a connection, and no
/// entry at all. The same seed gives the same ones.
fn hostile(lines: usize, seed: u64) -> Vec<u8> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut bad = move || -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..chance.usize(1..4) {
            match chance.u8(0..8) {
                0 => text.extend((0..chance.usize(1..12)).map(|_| chance.u8(..))),
                1 => text.extend(chance.char(..).to_string().bytes()),
                2 => text.push(chance.u8(0..32)),
                3 => text.extend([0xc2, chance.u8(0x80..0xa0)]),
                _ => text.extend(PIECES[chance.usize(0..PIECES.len())]),
            }
        }
        // Only this ends a line.
        text.retain(|&byte| byte != b'\n');
        text
    };
    let mut log = Vec::new();
    for number in 0..lines {
        let (port, thread) = (1_024 + number % 60_000, number / 60_000);
        let words = match number % 3 {
            0 => "19-Feb-1998 10:52:10.79 tcp_local  D 1 @@@a.example rfc822;#NUMBER@@@x.example #NUMBER@@@x.example /q/@@ <@@> mx dns;mx@@ smtp;250 2.1.5 #NUMBER @@".to_owned(),
            1 => format!("19-Feb-1998 10:52:10.79 {port:x}.{thread}.0 tcp_local + O TCP|10.0.0.1|25|10.0.0.2|{port} SMTP/#NUMBER@@/@@"),
            _ => "19-Feb-1998 10:52:10.79 #NUMBER @@ @@".to_owned(),
        };
        let mut number_of = String::new();
        write!(number_of, "{number:07}").unwrap();
        let words = words.replace("NUMBER", &number_of);
        for (at, part) in words.split("@@").enumerate() {
            if at > 0 {
                log.extend(bad());
            }
            log.extend(part.as_bytes());
        }
        log.push(b'\n');
    }
    log
}

/// The program in a terminal that is read as far as the next drawing, and no further.
struct Watched {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    keyboard: Box<dyn Write + Send>,
    screen: vt100::Parser,
    unseen: Vec<u8>,
    /// Numbers of the lines that were on the screen.
    seen: HashSet<String>,
}

impl Watched {
    fn new(log: &str) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mtatop"));
        command.arg(log);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let size = |n: u16| std::num::NonZeroU16::new(n).unwrap();
        let mut screen = vt100::Parser::default();
        screen.set_size(size(ROWS), size(COLUMNS));
        let (unseen, seen) = (Vec::new(), HashSet::new());
        Self { child, master: pair.master, reader, keyboard, screen, unseen, seen }
    }

    /// Reads on until a drawing is done, and checks its bytes. False at the end of the program.
    fn drawing(&mut self) -> bool {
        const END: &[u8] = b"\x1b[?25l";
        let mut buffer = [0; 16_000];
        loop {
            let end = self.unseen.windows(END.len()).position(|bytes| bytes == END);
            if let Some(end) = end {
                let drawn: Vec<u8> = self.unseen.drain(..end + END.len()).collect();
                check_sequences(&drawn);
                self.screen.process(&drawn);
                self.look();
                return true;
            }
            match self.reader.read(&mut buffer) {
                Ok(read @ 1..) => self.unseen.extend(&buffer[..read]),
                _ => return false,
            }
        }
    }

    fn look(&mut self) {
        for row in self.screen.screen().rows(0, COLUMNS) {
            for number in row.split('#').skip(1).filter_map(|behind| behind.get(..7)) {
                if number.bytes().all(|b| b.is_ascii_digit()) {
                    self.seen.insert(number.to_owned());
                }
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        assert!(self.drawing());
    }

    fn wait_for(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            assert!(self.drawing(), "the program ended");
        }
    }

    /// Pages down to the end of the focused pane.
    fn page_through(&mut self) {
        self.press("g");
        let mut same = 0;
        // A drawing may be one that came before the key; so many do not.
        while same < 5 {
            let before = self.screen.screen().contents();
            self.press("\x06");
            same = if self.screen.screen().contents() == before { same + 1 } else { 0 };
        }
    }
}

#[test]
fn no_hostile_line_acts_on_the_terminal() {
    let lines = std::env::var("MTATOP_HOSTILE_LINES").map_or(LINES, |lines| lines.parse().unwrap());
    let room = tempfile::tempdir().unwrap();
    let log = room.path().join("mail.log_current");
    std::fs::write(&log, hostile(lines, 5)).unwrap();
    let mut program = Watched::new(log.to_str().unwrap());
    let count = mtatop::text::units::number(lines as u64);
    program.wait_for(&format!("{count} entries"));
    // The connections, then what belongs to none, and what is no entry: those stand above them.
    program.press("z");
    program.page_through();
    program.press("z");
    for stand_in in ["g", "j"] {
        program.press(stand_in);
        program.press("\t");
        program.press("z");
        program.page_through();
        program.press("z");
        program.press("\x1b");
    }
    program.keyboard.write_all(b"q").unwrap();
    while program.drawing() {}
    check_sequences(&program.unseen);
    assert!(program.child.wait().unwrap().success());
    drop(program.master);
    let unseen = (0..lines).filter(|number| !program.seen.contains(&format!("{number:07}")));
    let (deliveries, others): (Vec<usize>, Vec<usize>) = unseen.partition(|number| number % 3 == 0);
    // A few that are no entries happen to read as one.
    let (openings, strays): (Vec<usize>, Vec<usize>) =
        others.into_iter().partition(|number| number % 3 == 1);
    assert_eq!(openings, [0; 0], "of {lines} lines");
    assert!(strays.len() <= lines / 10_000, "{strays:?} of {lines} lines");
    // In some of these the number stands in a field that is not listed.
    assert!(deliveries.len() < lines / 50, "{} of {lines} lines", deliveries.len());
}
