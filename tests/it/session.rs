//! What one session leaves for the next, in a real terminal.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::e2e::{SIZE, documented};
use crate::pty::Pty;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

fn start(home: &Path, flags: &[&str]) -> Pty {
    let log = documented("");
    let arguments = [flags, &[&*log]].concat();
    let home = [("HOME", home.to_str().unwrap())];
    Pty::spawn(Path::new(env!("CARGO_BIN_EXE_mtatop")), &arguments, SIZE, &home)
}

fn quit(mut pty: Pty) {
    pty.press("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

/// Waits until the file of the session says so.
#[track_caller]
fn wait_for(home: &Path, words: &str) {
    let path = home.join(".local/state/mtatop/session.toml");
    let start = Instant::now();
    while !fs::read_to_string(&path).is_ok_and(|text| text.contains(words)) {
        assert!(start.elapsed() < Duration::from_secs(10), "{}: no {words}", path.display());
        std::thread::yield_now();
    }
}

#[test]
fn filter_view_and_order_come_back() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = start(home.path(), &["--restore"]);
    pty.wait_for("10 entries");
    pty.press("/hostb.sesta.com\r");
    pty.wait_for("filter hostb.sesta.com");
    pty.press("sz");
    quit(pty);
    let pty = start(home.path(), &["--restore"]);
    pty.wait_for("filter hostb.sesta.com");
    pty.wait_for("STATE▼");
    pty.wait_until(|screen| !screen.contents().contains("Deliveries"));
    quit(pty);
    let pty = start(home.path(), &["--restore", "--domain", "hosta.sesta.com"]);
    pty.wait_for("filter domain:hosta.sesta.com");
    pty.wait_for("STATE▼");
    quit(pty);
}

#[test]
fn f31_a_signal_loses_nothing_that_was_on_the_screen() {
    let home = tempfile::tempdir().unwrap();
    for (signal, keys, words) in
        [("TERM", "/a.example\r", "a.example"), ("KILL", "5", "view = \"log\"")]
    {
        let mut pty = start(home.path(), &["--restore"]);
        pty.wait_for("entries");
        pty.press(keys);
        wait_for(home.path(), words);
        pty.signal(signal);
        pty.wait_exit();
    }
    let pty = start(home.path(), &["--restore"]);
    pty.wait_for("filter a.example");
    pty.wait_for("━━ Log");
    quit(pty);
}

/// The number of the session whose filter the file holds, which is whole if it is there.
fn kept(home: &Path) -> Option<u64> {
    let text = fs::read_to_string(home.join(".local/state/mtatop/session.toml")).ok()?;
    let filter = text.lines().find_map(|line| line.strip_prefix("filter = \"a"));
    let number = filter.and_then(|filter| filter.strip_suffix(".example\""));
    assert!(text.ends_with('\n'), "{text}");
    Some(number.unwrap_or_else(|| panic!("{text}")).parse().unwrap())
}

/// `MTATOP_ENDS=200` tries more of them.
#[test]
fn f37_at_whatever_moment_it_ends_the_session_is_an_old_or_the_new_one() {
    let ends = std::env::var("MTATOP_ENDS").ok().and_then(|count| count.parse().ok()).unwrap_or(9);
    let home = tempfile::tempdir().unwrap();
    let mut known = None;
    for round in 0..ends {
        let mut pty = start(home.path(), &["--restore"]);
        pty.wait_for("entries");
        pty.press(&format!("/\u{15}a{round}.example\r"));
        pty.wait_for(&format!("filter a{round}.example"));
        let waited = fastrand::Rng::with_seed(round).u64(0..120);
        std::thread::park_timeout(Duration::from_millis(waited));
        let signal = ["KILL", "TERM", "INT"][usize::try_from(round % 3).unwrap()];
        pty.signal(signal);
        pty.wait_exit();
        let now = kept(home.path());
        assert!(now >= known && now <= Some(round), "{signal}: {now:?} after {known:?}");
        assert!(signal == "KILL" || now == Some(round), "{signal}: {now:?} in {round}");
        known = now;
    }
    assert!(!home.path().join(".local/state/mtatop/session.bad").exists());
}

#[test]
fn nothing_is_written_unless_it_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".config/mtatop")).unwrap();
    for flags in [&[][..], &["--restore", "--no-session"]] {
        let mut pty = start(home.path(), flags);
        pty.wait_for("10 entries");
        pty.press("z/hostb.sesta.com\r");
        pty.wait_for("filter hostb.sesta.com");
        quit(pty);
        assert!(!home.path().join(".local").exists(), "{flags:?}");
    }
}

#[test]
fn f38_of_two_at_a_time_the_first_keeps_its_own() {
    let home = tempfile::tempdir().unwrap();
    let mut first = start(home.path(), &["--restore"]);
    first.wait_for("10 entries");
    let mut second = start(home.path(), &["--restore"]);
    second.wait_for("session file is locked by another mtatop");
    second.press("/hosta.sesta.com\r");
    second.wait_for("filter hosta.sesta.com");
    first.press("/hostb.sesta.com\r");
    wait_for(home.path(), "hostb.sesta.com");
    quit(second);
    quit(first);
    let pty = start(home.path(), &["--restore"]);
    pty.wait_for("filter hostb.sesta.com");
    quit(pty);
}
