//! The configuration: what it changes on the screen, and what is said of one that makes no sense.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::e2e::{SIZE, documented};
use crate::golden;
use crate::harness::{Opened, data};
use crate::pty::Pty;
use mtatop::tui::app::Settings;
use mtatop::tui::keymap;
use mtatop::tui::keymap::Keymap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OUTBOUND: &str = "sjsms2005q4-21-09-outbound-connection.log";

#[test]
fn the_file_of_defaults_has_every_key_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("#[keys]\n").unwrap();
    let after = rest.find("\n\n").and_then(|at| rest.get(at..)).unwrap_or("\n");
    let keys = keymap::settings();
    golden::check(&path, &format!("{before}#[keys]\n{}{after}", keys.trim_end()));
}

#[test]
fn other_keys_work_and_stand_wherever_keys_are_named() {
    let keys = ["F2".to_owned(), "Alt-f".to_owned()];
    let changes = [("filter", &keys[..]), ("help", &["h".to_owned()][..])];
    let keymap = Keymap::changed(&changes).unwrap();
    let settings = Settings { keymap, stall: 300_000 };
    let mut opened = Opened::new(&data(OUTBOUND), "").with(settings);
    let screen = opened.screen(100, 30);
    assert!(screen.contains("no filter; F2 filters by"), "{screen}");
    assert!(screen.contains("F2 Alt-f filter  d this domain"), "{screen}");
    opened.press("/?");
    assert_eq!(opened.screen(100, 30), screen, "the keys of before do nothing");
    opened.press("h");
    let help = opened.screen(100, 120);
    assert!(help.contains("F2 Alt-f     filter by"), "{help}");
    assert!(help.contains("silent for 5m or more"), "{help}");
}

#[test]
fn a_connection_hangs_after_the_time_that_was_chosen() {
    let log = b"19-Feb-1998 10:52:10.79 5.2.0 tcp_local - O TCP|192.0.2.1|5900|192.0.2.2|25 SMTP/a/a\n\
                19-Feb-1998 10:55:10.79 6.2.0 tcp_local - O TCP|192.0.2.1|5901|192.0.2.2|25 SMTP/b/b\n";
    let screen = |stall| {
        let settings = Settings { stall, ..Settings::default() };
        Opened::new(log, "").with(settings).screen(120, 40)
    };
    assert!(screen(60_000).contains("STALL? 3m") || screen(60_000).contains("STALL? 1"));
    assert!(!screen(300_000).contains("STALL?"));
}

/// A home with a configuration in it.
fn home(text: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/mtatop");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    (home, path)
}

fn start(arguments: &[&str], home: &Path) -> Pty {
    let log = documented("");
    let arguments = [arguments, &[&*log]].concat();
    let home = [("HOME", home.to_str().unwrap())];
    Pty::spawn(Path::new(env!("CARGO_BIN_EXE_mtatop")), &arguments, SIZE, &home)
}

fn quit(mut pty: Pty, key: &str) {
    pty.press(key);
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn the_file_of_the_user_is_obeyed_unless_told_otherwise() {
    let (home, _) = home("filter = \"hostb.sesta.com\"\n[keys]\nquit = \"Q\"\n");
    let pty = start(&[], home.path());
    pty.wait_for("filter hostb.sesta.com");
    pty.wait_for("Q quit");
    quit(pty, "Q");
    let pty = start(&["--no-config"], home.path());
    pty.wait_for("no filter");
    quit(pty, "q");
    let pty = start(&["--domain", "hosta.sesta.com"], home.path());
    pty.wait_for("filter domain:hosta.sesta.com");
    quit(pty, "Q");
    let other = home.path().join("other.toml");
    fs::write(&other, "[keys]\nquit = \"F10\"\n").unwrap();
    let pty = start(&["--config", other.to_str().unwrap()], home.path());
    pty.wait_for("F10 quit");
    pty.wait_for("no filter");
    quit(pty, "\x1b[21~");
}

#[test]
fn i26_a_file_that_others_may_write_is_ignored_and_that_is_told() {
    let (home, path) = home("filter = \"hostb.sesta.com\"\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let mut pty = start(&[], home.path());
    pty.wait_for("no filter");
    pty.press("!");
    pty.wait_for("config.toml ignored: group- or world-writable");
    pty.press("!");
    quit(pty, "q");
}

/// It refuses with code 2 and one line.
#[track_caller]
fn check_refusal(arguments: &[&str], home: &Path, line: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtatop"));
    command.args(arguments).arg("some.log").env("HOME", home).env_remove("XDG_CONFIG_HOME");
    let Output { status, stderr, .. } = command.output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(said.starts_with(line), "{said}");
    assert_eq!((status.code(), said.lines().count()), (Some(2), 1), "{said}");
}

#[test]
fn what_makes_no_sense_is_told_with_file_and_line() {
    let (home, path) = home("# mine\nmouse = true\ncolour = \"never\"\n");
    let shown = path.to_str().unwrap();
    let line = format!("mtatop: {shown}: line 3: unknown key \"colour\"; keys: filter, theme, ");
    check_refusal(&[], home.path(), &line);
    check_refusal(&["--config", shown], Path::new("/nonexistent"), &line);
    let none = home.path().join("none.toml");
    let none = none.to_str().unwrap();
    let line = format!("mtatop: {none}: No such file or directory");
    check_refusal(&["--config", none], home.path(), &line);
    check_refusal(&["--config", none, "--no-config"], home.path(), "mtatop: the argument");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
    let line = format!("mtatop: {shown}: group- or world-writable");
    check_refusal(&["--config", shown], home.path(), &line);
}
