//! The help: every key, and what the signs on the screen mean.

use super::Settings;
use super::labels::age;
use crate::filter::EXAMPLES;
use crate::stats::RecentAttempts;
use crate::text::sanitize::SafeText;
use crate::tui::keymap::Mode;
use std::borrow::Cow;

/// One line of the help, or of what else is laid over the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// What the next lines are about.
    Heading(&'static str),
    /// A key and what it does.
    Key(String, &'static str),
    /// How an escape looks, and what it stands for.
    Escape(&'static str, &'static str),
    /// Our own words and what may come from outside.
    Said(String, SafeText),
    /// Anything else.
    Words(Cow<'static, str>),
}

/// The whole help.
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
