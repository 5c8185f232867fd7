//! The program in a terminal: from bytes in a file to a screen, and back out of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "how a test fails")]

use crate::pty::Pty;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) const SIZE: (u16, u16) = (80, 24);

pub(crate) fn mtatop(arguments: &[&str]) -> Pty {
    mtatop_with(arguments, &[])
}

fn mtatop_with(arguments: &[&str], env: &[(&str, &str)]) -> Pty {
    Pty::spawn(Path::new(env!("CARGO_BIN_EXE_mtatop")), arguments, SIZE, env)
}

/// The documented log with two outbound connections.
pub(crate) fn documented(name: &str) -> String {
    format!(
        "{}/tests/data/sjsms2005q4-21-09-outbound-connection{name}.log",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// A log in a directory of its own.
pub(crate) struct Log {
    _room: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self::named("mail.log_current")
    }

    pub(crate) fn named(name: &str) -> Self {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join(name);
        Self { _room: room, path }
    }

    pub(crate) fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    pub(crate) fn append(&self, bytes: impl AsRef<[u8]>) {
        let file = OpenOptions::new().create(true).append(true).open(&self.path);
        file.unwrap().write_all(bytes.as_ref()).unwrap();
    }
}

/// The entry that a connection to a host begins with.
pub(crate) fn opened(host: &str) -> String {
    let port = 1024 + host.bytes().map(u16::from).sum::<u16>();
    format!(
        "19-Feb-1998 10:52:10.79 {port:x}.2.0 tcp_local - O TCP|10.0.0.1|{port}|10.0.0.2|25 SMTP/{host}/{host}\n"
    )
}

/// Waits until the words are on the screen, all of them.
#[track_caller]
pub(crate) fn wait_for_all(pty: &Pty, words: &[&str]) {
    for word in words {
        pty.wait_for(word);
    }
    pty.wait_until(|screen| words.iter().all(|word| screen.contents().contains(word)));
}

/// Ends it by `q`, and the terminal is as before.
#[track_caller]
pub(crate) fn quit(mut pty: Pty) {
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    check_restored(&pty);
}

#[track_caller]
pub(crate) fn check_restored(pty: &Pty) {
    pty.wait_until(|screen| {
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            && screen.contents().trim().is_empty()
    });
    let raw = String::from_utf8(pty.raw()).unwrap();
    let place = |sequence: &str| raw.rfind(sequence).unwrap_or_else(|| panic!("no {sequence:?}"));
    assert!(place("\x1b[?1049h") < place("\x1b[?1049l"));
    assert!(place("\x1b[?25l") < place("\x1b[?25h"));
    assert!(place("\x1b[8l") < place("\x1b[8h"));
    for mode in ["1000", "1002", "1003", "1006", "1015"] {
        assert!(place(&format!("\x1b[?{mode}h")) < place(&format!("\x1b[?{mode}l")));
    }
}

#[test]
fn the_documented_log_folded_and_unfolded() {
    for name in ["", ".unfolded"] {
        let mut pty = mtatop(&[&documented(name)]);
        wait_for_all(
            &pty,
            &["hosta.sesta.com", "hostb.sesta.com", " E 3 D 3 ", "250", "10 entries"],
        );
        pty.press("/hostb.sesta.com");
        wait_for_all(&pty, &[" E 1 D 1 ", "of 10 entries"]);
        pty.press("\r");
        wait_for_all(&pty, &["filter hostb.sesta.com", " E 1 D 1 ", "2.1.5 dave@hostb.sesta.com"]);
        pty.wait_until(|screen| !screen.contents().contains("hosta.sesta.com"));
        pty.press("\x1b");
        wait_for_all(&pty, &["no filter", " E 3 D 3 ", "hosta.sesta.com"]);
        quit(pty);
    }
}

#[test]
fn a_mistake_in_a_filter_keeps_the_last_good_one_in_force() {
    let mut pty = mtatop(&["--filter", "outcome:relayed", &documented("")]);
    wait_for_all(&pty, &["filter outcome:relayed", " E 0 D 3 ", "3 of 10 entries"]);
    pty.press("/to:@hostb.sesta.com");
    wait_for_all(&pty, &[" E 0 D 1 "]);
    pty.press(" cod:2\r");
    wait_for_all(&pty, &["no such field", " E 0 D 1 "]);
    pty.press("\x7f\x7fe:2xx\r");
    wait_for_all(&pty, &["filter outcome:relayed to:@hostb.sesta.com code:2xx", " E 0 D 1 "]);
    pty.press("x");
    wait_for_all(&pty, &["no entries match this filter"]);
    quit(pty);
}

#[test]
fn a_domain_on_the_command_line_is_a_filter() {
    let pty = mtatop(&["--domain", "hostb.sesta.com", &documented("")]);
    wait_for_all(&pty, &[" E 1 D 1 ", "hostb.sesta.com", "of 10 entries"]);
    pty.wait_until(|screen| !screen.contents().contains("hosta.sesta.com"));
    quit(pty);
}

#[test]
fn what_is_appended_comes_on_the_screen() {
    let log = Log::new();
    log.append(opened("first.example"));
    let pty = mtatop(&[log.name()]);
    pty.wait_for("first.example");
    let mut times: Vec<Duration> = (0..40)
        .map(|number| {
            let host = format!("h{number:02}.example");
            let start = Instant::now();
            log.append(opened(&host));
            pty.wait_for(&host);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    eprintln!("from append to screen: median {:?}, longest {:?}", times[20], times[39]);
    quit(pty);
}

#[test]
fn a_line_is_counted_when_it_ends() {
    let log = Log::new();
    let line = opened("host.example");
    let (start, rest) = line.split_at(40);
    log.append(start);
    let pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &["40 bytes unfinished", " 0 entries"]);
    log.append(rest);
    wait_for_all(&pty, &["host.example", " 1 entries"]);
    quit(pty);
}

#[test]
fn f11_a_missing_file_is_waited_for() {
    let log = Log::new();
    let pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &["waiting for /", "(no such file)"]);
    log.append(opened("host.example"));
    pty.wait_for("host.example");
    pty.wait_until(|screen| !screen.contents().contains("waiting"));
    quit(pty);
}

#[test]
fn f1_a_rolled_log_gives_the_entries_of_both_files() {
    let log = Log::new();
    log.append(opened("before.example"));
    let pty = mtatop(&[log.name()]);
    pty.wait_for("before.example");
    let old = log.path.with_file_name("mail.log_yesterday");
    fs::rename(&log.path, &old).unwrap();
    pty.wait_for("waiting for the new file");
    let mut writer = OpenOptions::new().append(true).open(&old).unwrap();
    writer.write_all(opened("late.example").as_bytes()).unwrap();
    log.append(opened("new.example"));
    wait_for_all(&pty, &["before.example", "late.example", "new.example", "reading the old file"]);
    writer.write_all(opened("later.example").as_bytes()).unwrap();
    wait_for_all(&pty, &["later.example", " 4 entries"]);
    quit(pty);
}

#[test]
fn f5_a_truncated_log_is_read_from_its_beginning() {
    let log = Log::new();
    log.append(opened("before.example"));
    let pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &["before.example", "1 entries"]);
    File::create(&log.path).unwrap();
    log.append(opened("after.example"));
    wait_for_all(&pty, &["before.example", "after.example", " 2 entries"]);
    quit(pty);
}

#[test]
fn two_files_are_one_log() {
    let log = Log::new();
    log.append(opened("other.example"));
    let pty = mtatop(&[&documented(""), log.name()]);
    pty.resize(200, 24);
    wait_for_all(&pty, &["other.example", "hosta.sesta.com", ".log +1", "11 entries"]);
    quit(pty);
}

#[test]
fn f27_f28_every_size_of_the_terminal() {
    let pty = mtatop(&[&documented("")]);
    pty.wait_for("hosta.sesta.com");
    for (columns, rows) in [(40, 8), (39, 8), (40, 7), (20, 5), (1, 1), (1, 200), (250, 80), SIZE] {
        pty.resize(columns, rows);
        let words = match (columns, rows) {
            (250, _) => &["206.184.139.70:25", "LAST RESPONSE", "2.1.5 dave@hostb.sesta.com"][..],
            (40.., 8..) => &["hosta.sesta.com", " D 3"],
            (30.., _) => &["too small: 40x8 needed"],
            (20, _) => &["too small: 40x8 need"],
            _ => &["t"],
        };
        pty.wait_until(|screen| {
            let contents = screen.contents();
            words.iter().all(|word| contents.contains(word))
                && screen.rows(0, columns).next().is_some_and(|row| !row.trim().is_empty())
        });
    }
    wait_for_all(&pty, &["hosta.sesta.com", "hostb.sesta.com", " E 3 D 3 "]);
    quit(pty);
}

#[test]
fn f32_whatever_ends_it_gives_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut pty = mtatop(&[&documented("")]);
        pty.wait_for("hosta.sesta.com");
        assert!(pty.alternate_screen());
        pty.signal(name);
        assert_eq!(pty.wait_exit().exit_code(), code, "{name}");
        check_restored(&pty);
    }
}

/// Nobody may be there to read what is drawn: a line that is dead, or a Ctrl-S.
#[cfg(target_os = "linux")]
#[test]
fn f31_a_stalled_terminal_does_not_hold_it_up() {
    let log = Log::new();
    let mut pty = mtatop(&[log.name()]);
    pty.wait_for("no such file");
    let stalled = pty.stall();
    let written = || fs::read_to_string(format!("/proc/{}/io", pty.pid())).unwrap();
    for number in 0.. {
        let before = written();
        log.append(
            (0..20).map(|row| opened(&format!("h{number}-{row}.example"))).collect::<String>(),
        );
        // It reads, but draws no more.
        let wchar = |io: &str| io.lines().nth(1).map(str::to_owned);
        if !comes(Duration::from_millis(500), || wchar(&written()) != wchar(&before)) {
            break;
        }
    }
    pty.signal("TERM");
    assert!(comes(Duration::from_secs(5), || process(pty.pid()).0 == "Z"));
    drop(stalled);
    assert_eq!(pty.wait_exit().exit_code(), 143);
}

/// Whether it comes true in time.
#[cfg(target_os = "linux")]
pub(crate) fn comes(time: Duration, mut it: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < time {
        if it() {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    false
}

#[test]
fn ctrl_c_is_an_interrupt() {
    for before in ["", "/host", "?"] {
        let mut pty = mtatop(&[&documented("")]);
        pty.wait_for("hosta.sesta.com");
        pty.press(before);
        pty.press("\x03");
        assert_eq!(pty.wait_exit().exit_code(), 130, "after {before:?}");
        check_restored(&pty);
    }
}

/// A shell that runs the program as one of its jobs.
pub(crate) fn shell(script: &str) -> Pty {
    let program = env!("CARGO_BIN_EXE_mtatop");
    Pty::spawn(Path::new("/bin/sh"), &["-c", script, program, &documented("")], SIZE, &[])
}

#[test]
fn the_modes_of_the_terminal_are_as_before() {
    let mut pty =
        shell("a=$(stty -g); \"$0\" \"$1\"; test \"$a\" = \"$(stty -g)\" && echo same modes");
    pty.wait_for("hosta.sesta.com");
    pty.press("q");
    pty.wait_for("same modes");
    assert!(pty.wait_exit().success());
}

#[test]
fn f33_stopped_and_continued() {
    let mut pty = shell("set -m; \"$0\" \"$1\"; echo it stopped; read x; fg; echo it ended $?");
    pty.wait_for("hosta.sesta.com");
    for key in ["", "/"] {
        pty.press(key);
    }
    pty.wait_for("keep filter");
    pty.press("\x1a");
    pty.wait_until(|screen| !screen.alternate_screen() && screen.contents().contains("it stopped"));
    assert!(!pty.raw().ends_with(b"\x1b[?1049h"));
    #[cfg(target_os = "linux")]
    assert_eq!(process(child_of(pty.pid())).0, "T");
    pty.press("\r");
    pty.wait_until(|screen| screen.alternate_screen() && screen.contents().contains("keep filter"));
    // As it was left: in the prompt, and taking keys.
    pty.press("hostb.sesta.com\r");
    wait_for_all(&pty, &["filter hostb.sesta.com", " E 1 D 1 "]);
    pty.press("q");
    pty.wait_for("it ended 0");
    assert!(pty.wait_exit().success());
}

#[cfg(target_os = "linux")]
pub(crate) fn child_of(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap()
}

/// State of a process, and the time it has used, in hundredths of a second.
#[cfg(target_os = "linux")]
pub(crate) fn process(pid: u32) -> (String, u32) {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks = |at: usize| fields[at].parse::<u32>().unwrap();
    (fields[0].to_owned(), ticks(11) + ticks(12))
}

#[cfg(target_os = "linux")]
#[test]
fn a_quiet_log_costs_next_to_nothing() {
    const SPAN: Duration = Duration::from_secs(3);
    let pty = mtatop(&[&documented("")]);
    pty.wait_for("hosta.sesta.com");
    let (start, before, drawn) = (Instant::now(), process(pty.pid()).1, pty.raw().len());
    // Nobody wakes this thread: there is nothing to wait for but the time.
    while start.elapsed() < SPAN {
        std::thread::park_timeout(SPAN.saturating_sub(start.elapsed()));
    }
    let used = Duration::from_millis(10) * (process(pty.pid()).1 - before);
    let share = used.as_secs_f64() / start.elapsed().as_secs_f64();
    eprintln!(
        "a quiet log: {:.1} % of a core, {} bytes drawn",
        share * 100.0,
        pty.raw().len() - drawn
    );
    assert!(share < 0.2);
    quit(pty);
}

/// What the program sends besides text: the parameters and the final byte of each control sequence.
///
/// Panics at anything else that acts on a terminal.
fn sequences(raw: &[u8]) -> Vec<(String, char)> {
    let text = str::from_utf8(raw).expect("only UTF-8 is sent");
    let (mut found, mut chars) = (Vec::new(), text.chars());
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            assert_eq!(chars.next(), Some('['), "an escape that begins no control sequence");
            let rest = chars.as_str();
            let end = rest.find(|c: char| !matches!(c, '0'..='9' | ';' | '?')).expect("an end");
            let (parameters, last) = rest.split_at(end);
            chars = last.chars();
            found.push((parameters.to_owned(), chars.next().expect("an end")));
        } else {
            let bidi = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
            let hidden = matches!(c, '\u{ad}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..);
            assert!(!c.is_control() && !bidi && !hidden, "{c:?} reaches the terminal");
        }
    }
    found
}

#[track_caller]
pub(crate) fn check_sequences(raw: &[u8]) {
    for (parameters, last) in sequences(raw) {
        let known = match last {
            'm' | 'H' => parameters.bytes().all(|b| b.is_ascii_digit() || b == b';'),
            'J' | 'K' => matches!(&*parameters, "" | "0" | "1" | "2"),
            'h' | 'l' => matches!(
                &*parameters,
                "8" | "?25" | "?1049" | "?1000" | "?1002" | "?1003" | "?1006" | "?1015"
            ),
            _ => false,
        };
        assert!(known, "CSI {parameters} {last}");
    }
}

#[test]
fn nothing_in_a_log_acts_on_the_terminal() {
    let hostile: [&[u8]; 12] = [
        b"\x1b[2J\x1b[31m",
        b"\x1b]0;title\x07",
        b"\x1b]8;;http://x.example/\x1b\\link\x1b]8;;\x1b\\",
        b"\x1bP1$r\x1b\\",
        b"\x9b2J\x9d0;t\x9c",
        "\u{9b}2J\u{90}q\u{9c}".as_bytes(),
        "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}".as_bytes(),
        "\u{200b}\u{feff}\u{ad}\u{2028}\u{e0041}".as_bytes(),
        b"a\x08\x08b\rc\x0bd\x0ee\x7f",
        b"\x00\x05\x07",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
        b"\xff\xfe\xc3",
    ];
    let log = Log::named("mail\x1b]0;x\x07\u{202e}\n.log");
    for (number, bad) in (5000..).zip(hostile) {
        let at = |rest: &[u8]| log.append([b"19-Feb-1998 10:52:10.79 1f.", rest, b"\n"].concat());
        let ends = format!("TCP|10.0.0.1|{number}|10.0.0.2|25").into_bytes();
        let process = |tail: &str| format!("{number}.{tail}").into_bytes();
        at(&[&process("0 tcp_local - O "), &ends[..], b" SMTP/", bad, b".example/mx", bad]
            .concat());
        at(&[
            &process("1 tcp_local D 1 "),
            bad,
            b"@a.example rfc822;b",
            bad,
            b"@",
            bad,
            b".example b",
            bad,
            b"@x.example /q/",
            bad,
            b" <",
            bad,
            b"> mx dns;mx",
            bad,
            b" (",
            &ends,
            b") (banner ",
            bad,
            b") smtp;250 2.1.5 ok ",
            bad,
        ]
        .concat());
        at(&[&process("2 tcp_local - J "), &ends[..], b" SMTP/", bad, b" ", bad].concat());
        log.append([bad, b" no entry\n"].concat());
    }
    let mut pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &[" 48 entries", "unparsed"]);
    pty.resize(200, 60);
    wait_for_all(&pty, &["LAST RESPONSE", "^["]);
    for _ in 0..14 {
        pty.press("\t\tjjj\tk");
    }
    pty.press("/\u{202e}\u{9b}b\r?");
    pty.wait_for("freeze the screen");
    pty.press("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("freeze the screen"));
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    check_sequences(&pty.raw());
}

/// Parameters of all colours, those for "as usual" apart.
fn colours(pty: &Pty) -> Vec<String> {
    let styles = sequences(&pty.raw()).into_iter().filter(|(_, last)| *last == 'm');
    let numbers =
        styles.flat_map(|(numbers, _)| numbers.split(';').map(str::to_owned).collect::<Vec<_>>());
    let colour = |number: &String| {
        let number = number.parse::<u8>().unwrap_or(0);
        matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
    };
    numbers.filter(colour).collect()
}

/// Whether some cell of the screen is reversed: the selected row.
fn is_marked(screen: &vt100::Screen) -> bool {
    let rows = (0..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| (row, column)));
    rows.filter_map(|(row, column)| screen.cell(row, column)).any(vt100::Cell::inverse)
}

#[test]
fn without_colours_the_selection_is_still_marked() {
    let log = documented("");
    for (arguments, env) in
        [(&["--color=never", &log][..], &[][..]), (&[&log], &[("NO_COLOR", "1")])]
    {
        let pty = mtatop_with(arguments, env);
        pty.wait_for("hosta.sesta.com");
        pty.wait_until(is_marked);
        quit_and_check(pty, |pty| assert_eq!(colours(pty), [""; 0], "{arguments:?} {env:?}"));
    }
}

#[test]
fn colours_may_be_asked_for_whatever_the_environment_says() {
    let log = documented("");
    for (arguments, env) in [
        (&[&*log][..], &[][..]),
        (&[&log], &[("NO_COLOR", "")]),
        (&["--color=always", &log], &[("NO_COLOR", "1")]),
    ] {
        let pty = mtatop_with(arguments, env);
        pty.wait_for("hosta.sesta.com");
        pty.wait_until(is_marked);
        quit_and_check(pty, |pty| assert!(!colours(pty).is_empty(), "{arguments:?} {env:?}"));
    }
}

#[track_caller]
fn quit_and_check(mut pty: Pty, check: impl Fn(&Pty)) {
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    check(&pty);
}

#[test]
fn the_demo_needs_no_log() {
    let pty = mtatop(&["--demo"]);
    pty.wait_until(|screen| {
        let contents = screen.contents();
        contents.contains(" entries")
            && !contents.contains(" 0 entries")
            && contents.contains("tcp") | contents.contains(".example")
    });
    quit(pty);
}

/// It refuses with code 2 and one line, before it touches the screen.
#[track_caller]
fn check_refusal(arguments: &[&str], env: &[(&str, &str)], words: &str) {
    let mut pty = mtatop_with(arguments, env);
    assert_eq!(pty.wait_exit().exit_code(), 2);
    let raw = String::from_utf8(pty.raw()).unwrap();
    assert!(raw.starts_with("mtatop: ") && raw.contains(words), "{raw:?}");
    assert_eq!((raw.lines().count(), raw.contains('\x1b')), (1, false), "{raw:?}");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let room = tempfile::tempdir().unwrap();
    check_refusal(&[room.path().to_str().unwrap()], &[], "holds no mail.log*");
    check_refusal(&["/dev/null"], &[], "is not a regular file; name a log file");
}

#[test]
fn f29_a_terminal_that_can_do_nothing_is_refused() {
    for term in ["dumb", ""] {
        let words = format!(
            "this terminal (TERM={term}) cannot show mtatop; use mtatop report or mtatop export"
        );
        check_refusal(&["--demo"], &[("TERM", term)], &words);
    }
}

#[cfg(unix)]
#[test]
fn f12_a_closed_file_is_shown_once_it_opens() {
    use std::os::unix::fs::PermissionsExt;
    let log = Log::new();
    log.append(opened("host.example"));
    let mode = |bits| fs::set_permissions(&log.path, fs::Permissions::from_mode(bits)).unwrap();
    mode(0o000);
    // Root reads whatever it likes.
    if File::open(&log.path).is_ok() {
        return;
    }
    let pty = mtatop(&[log.name()]);
    pty.wait_for("permission denied; retrying");
    mode(0o600);
    pty.wait_for("host.example");
    quit(pty);
}

#[test]
fn a_text_is_searched_for_and_found_in_what_comes_later() {
    let log = Log::new();
    log.append((0..400).map(|at| opened(&format!("host{at}.example"))).collect::<String>());
    let mut pty = mtatop(&[log.name()]);
    wait_for_all(&pty, &["400 entries"]);
    pty.press("/text:/host7\\d\\.");
    wait_for_all(&pty, &["10 of 400 entries"]);
    pty.press("\r");
    wait_for_all(&pty, &["filter text:/host7\\d\\.", "host79.example"]);
    log.append(opened("host75.example"));
    wait_for_all(&pty, &["11 of 401 entries"]);
    pty.press("\x1b");
    wait_for_all(&pty, &["no filter", "401 entries"]);
    quit(pty);
}

#[test]
fn the_log_follows_and_a_trace_tells_what_came() {
    let log = Log::new();
    let entry = |code: &str, second: u8| {
        format!(
            "19-Feb-1998 10:00:0{second}.00 tcp_local {code} 1 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i@d>\n"
        )
    };
    log.append(entry("E", 1));
    let mut pty = mtatop(&[log.name()]);
    pty.wait_for("no filter");
    pty.press("5");
    pty.wait_for("━━ Log ━━");
    log.append(entry("Q", 3));
    pty.wait_for(" 19-Feb-1998 10:00:03.00 tcp_local Q");
    pty.press("t");
    pty.wait_for("y@a.org: deferred");
    log.append(entry("D", 7));
    pty.wait_for("+ 4.00 s");
    pty.press("q");
    assert!(pty.wait_exit().success());
}
