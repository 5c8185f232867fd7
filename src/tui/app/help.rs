//! On-screen help: all keys, and the meaning of columns and signs.

use super::Settings;
use super::labels::age;
use crate::filter::EXAMPLES;
use crate::stats::RecentAttempts;
use crate::text::sanitize::SafeText;
use crate::tui::keymap::Mode;
use std::borrow::Cow;

/// One line of the help or of another pop-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// Heading.
    Heading(&'static str),
    /// Key and action.
    Key(String, &'static str),
    /// Escape as drawn, and its meaning.
    Escape(&'static str, &'static str),
    /// Label and value that may come from the log.
    Said(String, SafeText),
    /// Other text.
    Words(Cow<'static, str>),
}

/// Complete help.
pub fn lines(settings: &Settings) -> Vec<HelpLine> {
    let keys = |mode: Mode| {
        let bindings = settings.keymap.of(mode);
        bindings.map(|binding| HelpLine::Key(binding.label.clone().into_owned(), binding.help))
    };
    let stall = age(settings.stall);
    let say = |words: &'static str| HelpLine::Words(Cow::Borrowed(words));
    let mut lines = vec![HelpLine::Heading(Mode::Browse.heading())];
    lines.extend(keys(Mode::Browse));
    lines.push(say("mouse        click a row to select it, a column heading to sort by it"));
    lines.extend([say(""), HelpLine::Heading(Mode::Prompt.heading())]);
    lines.extend(keys(Mode::Prompt));
    lines.extend([say(""), HelpLine::Heading(Mode::Name.heading())]);
    lines.extend(keys(Mode::Name));
    lines.extend([say(""), HelpLine::Heading("A filter")]);
    let example = |(example, leaves): &(&str, &str)| {
        HelpLine::Words(format!("{example:<23} {leaves}").into())
    };
    lines.extend(EXAMPLES.iter().map(example));
    lines.extend([
        say(""),
        HelpLine::Heading("What is shown"),
        say("E D Q R J    enqueued, delivered, deferred, failed, rejected recipients"),
        say("← →          ← inbound, → outbound"),
        say("HOST → MX    requested host, and the MX host chosen for it"),
        HelpLine::Words(format!("STALL?       open, but silent for {stall} or more").into()),
        say("closed (?)   its thread opened another connection; no C was logged"),
        say("rates        over the last 10 s of the log; a bar is 1 s or more"),
        say("FAIL %       deferred and failed attempts, as a share of all attempts"),
        HelpLine::Words(
            format!(
                "HEALTH →     outcome of the last {} attempts, newest last",
                RecentAttempts::ATTEMPTS
            )
            .into(),
        ),
        say("             red if half or more were not delivered, yellow if any"),
        say("RECOV        recipients delivered after an earlier failure"),
        say("BACKLOG      change in recipients still queued after a failure"),
        say("NEW, +n      first seen after the mark; n failures since the mark"),
        say("‖ frozen +n  n entries arrived since; reading continues"),
        HelpLine::Escape("MIXED", "        letters of several scripts in one word: a look-alike?"),
        HelpLine::Escape("RTL", "          right-to-left letters, each in its own cell"),
        HelpLine::Escape("^[", "           stands for a byte that must not reach a terminal"),
    ]);
    lines
}
