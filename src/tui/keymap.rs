//! Keymap: one table for dispatch, footer, help and README, and the user's own bindings.

mod conflicts;
mod key;
mod names;
mod pointer;
mod printed;

use crossterm::event::{KeyCode, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;

use crate::tui::layout::View;
use conflicts::{ambiguous, typed};
use key::Key;
use std::borrow::Cow;

pub use crossterm::event::{KeyEvent, MouseEvent};
pub use pointer::{Pointer, pointer};
pub use printed::{markdown, settings};

/// Input mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Navigation in the panes.
    Browse,
    /// Filter prompt.
    Prompt,
    /// File name prompt.
    Name,
    /// Pop-up over the panes.
    Help,
}

impl Mode {
    /// Heading of this mode in the help.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Browse => "In the panes",
            Self::Prompt => "While typing a filter",
            Self::Name => "While typing the name of a file",
            Self::Help => "In pop-ups",
        }
    }

    /// Whether characters are typed as text.
    fn types(self) -> bool {
        matches!(self, Self::Prompt | Self::Name)
    }
}

/// Action of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Quit.
    Quit,
    /// Quit as if interrupted.
    Interrupt,
    /// Suspend the process and give the terminal back to the shell.
    Suspend,
    /// Undo one step: close, leave, widen.
    Back,
    /// Toggle the help.
    Help,
    /// Show the file events.
    Events,
    /// Show the raw bytes of the selected entry.
    Bytes,
    /// Focus the next pane.
    NextPane,
    /// Focus the previous pane.
    PreviousPane,
    /// Open the selection: connection, delivery, message.
    Open,
    /// Switch to a view.
    View(View),
    /// Show the trace of the selected entry's message.
    Trace,
    /// Select the next failed entry.
    NextTrouble,
    /// Select the previous failed entry.
    PreviousTrouble,
    /// Scroll left.
    ScrollLeft,
    /// Scroll right.
    ScrollRight,
    /// Move the selection, or scroll.
    Move(Motion),
    /// Open the filter prompt.
    EditFilter,
    /// Filter by the recipient domain of the selected delivery.
    FilterDomain,
    /// Add the selected value to the filter.
    FilterValue,
    /// Exclude the selected value.
    ExcludeValue,
    /// Cycle the grouping.
    GroupBy,
    /// Toggle grouping by organisational domain.
    Organisations,
    /// Shrink the time window.
    NarrowWindow,
    /// Extend the time window.
    WidenWindow,
    /// Set or remove the mark.
    Mark,
    /// Freeze or unfreeze the screen.
    Freeze,
    /// Sort by the next column.
    Sort,
    /// Reverse the sort order.
    Reverse,
    /// Zoom the pane (toggle).
    Zoom,
    /// Copy the selected entries.
    Copy,
    /// Copy a summary.
    CopySummary,
    /// Toggle escaping of non-ASCII characters.
    Ascii,
    /// Write the matching entries to a file.
    Save,
    /// Toggle redaction.
    Redact,
    /// Confirm the filter.
    Accept,
    /// Complete the word, then cycle the candidates.
    Complete,
    /// Recall the previous filter in the prompt.
    EarlierFilter,
    /// Recall the next filter in the prompt.
    LaterFilter,
    /// Undo the last change of the filter.
    UndoFilter,
    /// Redo the last undone change of the filter.
    RedoFilter,
    /// Edit the text.
    Edit(InputRequest),
}

/// Movement in a list or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One row down.
    Down,
    /// One row up.
    Up,
    /// One page down.
    PageDown,
    /// One page up.
    PageUp,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// To the first row.
    First,
    /// To the last row, and follow the log.
    Last,
}

/// Row of the keymap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Mode in which it applies.
    pub mode: Mode,
    keys: Cow<'static, [Key]>,
    /// Keys as printed.
    pub label: Cow<'static, str>,
    /// Action.
    pub command: Command,
    /// One-word label for the footer; empty if it is not shown there.
    pub word: &'static str,
    /// One sentence for the help and the README.
    pub help: &'static str,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

const fn plain(c: char) -> Key {
    (KeyCode::Char(c), NONE)
}

const fn ctrl(c: char) -> Key {
    (KeyCode::Char(c), CTRL)
}

const fn key(code: KeyCode) -> Key {
    (code, NONE)
}

const fn bind(
    mode: Mode,
    keys: &'static [Key],
    label: &'static str,
    command: Command,
    word: &'static str,
    help: &'static str,
) -> Binding {
    Binding { mode, keys: Cow::Borrowed(keys), label: Cow::Borrowed(label), command, word, help }
}

use Command as C;
use KeyCode as K;
use Mode::{Browse, Help, Name, Prompt};
use Motion as M;

/// All bindings, in the order of help, footer and README.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    bind(Browse, &[plain('/')], "/", C::EditFilter, "filter", "filter by domain, sender, host, code, time or text"),
    bind(Browse, &[plain('d')], "d", C::FilterDomain, "this domain", "filter by the recipient domain of the selected delivery"),
    bind(Browse, &[plain('f')], "f", C::FilterValue, "", "narrow the filter by the selected domain or host"),
    bind(Browse, &[plain('x')], "x", C::ExcludeValue, "", "exclude the selected domain or host"),
    bind(Browse, &[plain('u')], "u", C::UndoFilter, "", "undo the last change of the filter"),
    bind(Browse, &[plain('U')], "U", C::RedoFilter, "", "redo it"),
    bind(Browse, &[plain('1')], "1", C::View(View::Connections), "", "connections and their deliveries"),
    bind(Browse, &[plain('2')], "2", C::View(View::Domains), "", "recipient domains (worst first), responses, remote hosts"),
    bind(Browse, &[plain('3')], "3", C::View(View::Messages), "", "messages and the trace of the selected one"),
    bind(Browse, &[plain('4')], "4", C::View(View::Activity), "", "activity: timeline; senders, users, clients, channels, hosts"),
    bind(Browse, &[plain('5')], "5", C::View(View::Log), "", "log entries"),
    bind(Browse, &[key(K::Enter)], "Enter", C::Open, "open", "drill down: connection, delivery, message, trace"),
    bind(Browse, &[key(K::Esc)], "Esc", C::Back, "back", "undo one step: close, leave, widen the filter"),
    bind(Browse, &[key(K::Tab)], "Tab", C::NextPane, "pane", "next pane"),
    bind(Browse, &[key(K::BackTab)], "Shift-Tab", C::PreviousPane, "", "previous pane"),
    bind(Browse, &[plain('t')], "t", C::Trace, "trace", "trace the message of the selected entry"),
    bind(Browse, &[plain(' ')], "Space", C::Freeze, "freeze", "freeze the screen (reading continues); again to catch up"),
    bind(Browse, &[plain('b')], "b", C::GroupBy, "by", "cycle grouping: MX host, IP; sender, user, client"),
    bind(Browse, &[plain('o')], "o", C::Organisations, "", "Domains: group by organisational domain (example.co.uk)"),
    bind(Browse, &[plain('[')], "[", C::NarrowWindow, "", "shrink the time window"),
    bind(Browse, &[plain(']')], "]", C::WidenWindow, "", "widen the time window"),
    bind(Browse, &[plain('m')], "m", C::Mark, "mark", "set a mark and show counts since it; again removes it"),
    bind(Browse, &[plain('s')], "s", C::Sort, "sort", "sort by the next column"),
    bind(Browse, &[plain('r')], "r", C::Reverse, "reverse", "reverse the sort order"),
    bind(Browse, &[plain('z')], "z", C::Zoom, "zoom", "zoom the pane (toggle)"),
    bind(Browse, &[plain('y')], "y", C::Copy, "copy", "copy the selected entries as logged"),
    bind(Browse, &[plain('Y')], "Y", C::CopySummary, "", "copy a summary for a ticket: counts, responses, samples"),
    bind(Browse, &[plain('a')], "a", C::Ascii, "", "escape non-ASCII characters (reveals look-alikes)"),
    bind(Browse, &[plain('w')], "w", C::Save, "", "write the matching entries to a file"),
    bind(Browse, &[plain('R')], "R", C::Redact, "", "toggle redaction (pseudonyms)"),
    bind(Browse, &[plain('X')], "X", C::Bytes, "", "hex dump of the selected entry"),
    bind(Browse, &[plain('!')], "!", C::Events, "", "file events: rotations, truncations, errors"),
    bind(Browse, &[plain('j'), key(K::Down)], "j Down", C::Move(M::Down), "", "down"),
    bind(Browse, &[plain('k'), key(K::Up)], "k Up", C::Move(M::Up), "", "up; stops following"),
    bind(Browse, &[key(K::PageDown), ctrl('f')], "PgDn Ctrl-f", C::Move(M::PageDown), "", "a page down"),
    bind(Browse, &[key(K::PageUp), ctrl('b')], "PgUp Ctrl-b", C::Move(M::PageUp), "", "a page up"),
    bind(Browse, &[ctrl('d')], "Ctrl-d", C::Move(M::HalfDown), "", "half a page down"),
    bind(Browse, &[ctrl('u')], "Ctrl-u", C::Move(M::HalfUp), "", "half a page up"),
    bind(Browse, &[plain('g'), key(K::Home)], "g Home", C::Move(M::First), "", "to the beginning"),
    bind(Browse, &[plain('G'), key(K::End)], "G End", C::Move(M::Last), "follow", "newest entry, and follow"),
    bind(Browse, &[plain('n')], "n", C::NextTrouble, "", "Log: next failed or deferred entry"),
    bind(Browse, &[plain('N')], "N", C::PreviousTrouble, "", "Log: previous failed or deferred entry"),
    bind(Browse, &[key(K::Left)], "Left", C::ScrollLeft, "", "Log: scroll left"),
    bind(Browse, &[key(K::Right)], "Right", C::ScrollRight, "", "Log: scroll right"),
    bind(Browse, &[plain('?'), key(K::F(1))], "?", C::Help, "help", "this help"),
    bind(Browse, &[plain('q')], "q", C::Quit, "quit", "quit"),
    bind(Browse, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "suspend; fg resumes"),
    bind(Browse, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit with the exit status of an interrupt"),
    bind(Prompt, &[key(K::Enter)], "Enter", C::Accept, "keep filter", "keep the filter"),
    bind(Prompt, &[key(K::Esc)], "Esc", C::Back, "cancel", "restore the previous filter"),
    bind(Prompt, &[key(K::Tab)], "Tab", C::Complete, "complete", "complete a field or value; Tab again for the next"),
    bind(Prompt, &[key(K::Up)], "Up", C::EarlierFilter, "", "previous filter"),
    bind(Prompt, &[key(K::Down)], "Down", C::LaterFilter, "", "next filter"),
    bind(Prompt, &[key(K::Backspace), ctrl('h')], "Backspace", C::Edit(InputRequest::DeletePrevChar), "", "delete a character"),
    bind(Prompt, &[key(K::Delete)], "Delete", C::Edit(InputRequest::DeleteNextChar), "", "delete the next character"),
    bind(Prompt, &[ctrl('w')], "Ctrl-w", C::Edit(InputRequest::DeletePrevWord), "", "delete a word"),
    bind(Prompt, &[ctrl('u')], "Ctrl-u", C::Edit(InputRequest::DeleteLine), "", "delete everything"),
    bind(Prompt, &[key(K::Left)], "Left", C::Edit(InputRequest::GoToPrevChar), "", "left"),
    bind(Prompt, &[key(K::Right)], "Right", C::Edit(InputRequest::GoToNextChar), "", "right"),
    bind(Prompt, &[key(K::Home), ctrl('a')], "Home Ctrl-a", C::Edit(InputRequest::GoToStart), "", "to the beginning"),
    bind(Prompt, &[key(K::End), ctrl('e')], "End Ctrl-e", C::Edit(InputRequest::GoToEnd), "", "to the end"),
    bind(Prompt, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "suspend; fg resumes"),
    bind(Prompt, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit with the exit status of an interrupt"),
    bind(Name, &[key(K::Enter)], "Enter", C::Accept, "write", "write the file; an existing one is never replaced"),
    bind(Name, &[key(K::Esc)], "Esc", C::Back, "cancel", "write nothing"),
    bind(Name, &[key(K::Backspace), ctrl('h')], "Backspace", C::Edit(InputRequest::DeletePrevChar), "", "delete a character"),
    bind(Name, &[key(K::Delete)], "Delete", C::Edit(InputRequest::DeleteNextChar), "", "delete the next character"),
    bind(Name, &[ctrl('w')], "Ctrl-w", C::Edit(InputRequest::DeletePrevWord), "", "delete a word"),
    bind(Name, &[ctrl('u')], "Ctrl-u", C::Edit(InputRequest::DeleteLine), "", "delete everything"),
    bind(Name, &[key(K::Left)], "Left", C::Edit(InputRequest::GoToPrevChar), "", "left"),
    bind(Name, &[key(K::Right)], "Right", C::Edit(InputRequest::GoToNextChar), "", "right"),
    bind(Name, &[key(K::Home), ctrl('a')], "Home Ctrl-a", C::Edit(InputRequest::GoToStart), "", "to the beginning"),
    bind(Name, &[key(K::End), ctrl('e')], "End Ctrl-e", C::Edit(InputRequest::GoToEnd), "", "to the end"),
    bind(Name, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "suspend; fg resumes"),
    bind(Name, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit with the exit status of an interrupt"),
    bind(Help, &[key(K::Esc), plain('?'), plain('!'), plain('X'), plain('q'), key(K::Enter), key(K::F(1))], "Esc ?", C::Back, "close", "close the pop-up"),
    bind(Help, &[plain('j'), key(K::Down)], "j Down", C::Move(M::Down), "down", "scroll down"),
    bind(Help, &[plain('k'), key(K::Up)], "k Up", C::Move(M::Up), "up", "scroll up"),
    bind(Help, &[key(K::PageDown), plain(' ')], "PgDn Space", C::Move(M::PageDown), "", "a page down"),
    bind(Help, &[key(K::PageUp)], "PgUp", C::Move(M::PageUp), "", "a page up"),
    bind(Help, &[plain('g'), key(K::Home)], "g Home", C::Move(M::First), "", "to the beginning"),
    bind(Help, &[plain('G'), key(K::End)], "G End", C::Move(M::Last), "", "to the end"),
    bind(Help, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "suspend; fg resumes"),
    bind(Help, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit with the exit status of an interrupt"),
];

/// Effective keymap: [`BINDINGS`] with the user's changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap(Cow<'static, [Binding]>);

impl Default for Keymap {
    fn default() -> Self {
        Self(Cow::Borrowed(BINDINGS))
    }
}

impl Keymap {
    /// Rebinds the commands of these names in every mode that has them.
    ///
    /// # Errors
    /// If a change is invalid: which one, and why.
    pub fn changed(changes: &[(&str, &[String])]) -> Result<Self, (usize, String)> {
        let mut bindings = BINDINGS.to_vec();
        for (at, &(name, keys)) in changes.iter().enumerate() {
            let keys = keys.iter().map(|name| key::parse(name).ok_or_else(|| unknown_key(name)));
            let keys: Vec<Key> = keys.collect::<Result<_, _>>().map_err(|why| (at, why))?;
            let mut named: Vec<_> = bindings.iter_mut().filter(|b| b.name() == name).collect();
            let wrong = if named.is_empty() {
                Some(unknown_command(name))
            } else if keys.is_empty() {
                Some(format!("{name} needs a key"))
            } else {
                named.iter().find_map(|binding| typed(binding.mode, &keys))
            };
            if let Some(why) = wrong {
                return Err((at, why));
            }
            let label = keys.iter().copied().map(key::name).collect::<Vec<_>>().join(" ");
            for binding in named.iter_mut().filter(|binding| *binding.keys != *keys) {
                binding.keys = Cow::Owned(keys.clone());
                binding.label = Cow::Owned(label.clone());
            }
        }
        for (at, (name, _)) in changes.iter().enumerate() {
            if let Some(why) = bindings.iter().find_map(|b| ambiguous(b, name, &bindings)) {
                return Err((at, why));
            }
        }
        Ok(Self(Cow::Owned(bindings)))
    }

    /// Bindings of a mode, in table order.
    pub fn of(&self, mode: Mode) -> impl Iterator<Item = &Binding> {
        self.0.iter().filter(move |binding| binding.mode == mode)
    }

    /// First key of a command, as printed.
    pub fn key_for(&self, mode: Mode, command: Command) -> &str {
        let bound = self.of(mode).find(|binding| binding.command == command);
        bound.and_then(|binding| binding.label.split(' ').next()).unwrap_or_default()
    }

    /// Command of a key event; `None` if unbound, or on key release.
    pub fn command(&self, mode: Mode, event: KeyEvent) -> Option<Command> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        // Shift is part of the character, and terminals differ in reporting it.
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        let bound = self.of(mode).find(|binding| binding.keys.contains(&(event.code, modifiers)));
        match (bound, event.code) {
            (Some(binding), _) => Some(binding.command),
            (None, KeyCode::Char(c)) if mode.types() && modifiers.is_empty() => {
                Some(Command::Edit(InputRequest::InsertChar(c)))
            }
            _ => None,
        }
    }
}

fn unknown_key(name: &str) -> String {
    format!("no key is called {name:?}; keys are such as q, G, Ctrl-d, Alt-x, F5, PgDn, Space")
}

fn unknown_command(name: &str) -> String {
    let names: Vec<String> = named_bindings().map(Binding::name).collect();
    format!("no command is called {name:?}; there are {}", names.join(", "))
}

/// First binding of each name.
fn named_bindings() -> impl Iterator<Item = &'static Binding> {
    let seen = |at: usize, name: &str| BINDINGS.iter().take(at).any(|other| other.name() == name);
    let first = BINDINGS.iter().enumerate().filter(move |(at, b)| !seen(*at, &b.name()));
    first.map(|(_, binding)| binding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_mode() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            for other in BINDINGS.iter().skip(at + 1).filter(|other| other.mode == binding.mode) {
                let shared = binding.keys.iter().find(|key| other.keys.contains(key));
                assert_eq!(shared, None, "{} and {}", binding.label, other.label);
            }
        }
    }

    #[test]
    fn labels_name_keys_that_are_bound() {
        for binding in BINDINGS {
            for name in binding.label.split(' ') {
                let key = key::parse(name).unwrap();
                assert!(binding.keys.contains(&key), "{name}");
                assert_eq!(key::name(key), name);
            }
        }
    }

    fn changed(changes: &[(&str, &[&str])]) -> Result<Keymap, (usize, String)> {
        let owned: Vec<(&str, Vec<String>)> = changes
            .iter()
            .map(|(name, keys)| (*name, keys.iter().map(|&key| key.to_owned()).collect()))
            .collect();
        let borrowed: Vec<(&str, &[String])> =
            owned.iter().map(|(name, keys)| (*name, keys.as_slice())).collect();
        Keymap::changed(&borrowed)
    }

    #[test]
    fn other_keys_take_the_place_of_those_of_the_table() {
        let keymap = changed(&[("quit", &["Ctrl-q", "F10"]), ("suspend", &["Alt-z"])]).unwrap();
        let press = |mode, name| {
            let (code, held) = key::parse(name).unwrap();
            keymap.command(mode, KeyEvent::new(code, held))
        };
        assert_eq!(press(Mode::Browse, "q"), None);
        assert_eq!(press(Mode::Browse, "Ctrl-q"), Some(Command::Quit));
        assert_eq!(press(Mode::Browse, "F10"), Some(Command::Quit));
        for mode in [Mode::Browse, Mode::Prompt, Mode::Help] {
            assert_eq!(press(mode, "Alt-z"), Some(Command::Suspend));
        }
        assert_eq!(keymap.key_for(Mode::Browse, Command::Quit), "Ctrl-q");
        assert_eq!(changed(&[]).unwrap(), Keymap::default());
    }

    #[test]
    fn two_commands_may_change_keys() {
        let keymap = changed(&[("sort", &["r"]), ("reverse", &["s"])]).unwrap();
        assert_eq!(keymap.key_for(Mode::Browse, Command::Sort), "r");
        let (at, why) = changed(&[("zoom", &["Z"]), ("sort", &["r"])]).unwrap_err();
        assert_eq!(
            (at, why.contains("key r is bound to both sort and reverse")),
            (1, true),
            "{why}"
        );
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (name, keys, words) in [
            ("quti", &["q"][..], "no command is called \"quti\"; there are filter, "),
            ("quit", &["qq"], "no key is called \"qq\""),
            ("quit", &[], "quit needs a key"),
            ("prompt-accept", &["x"], "x is a text character"),
            ("interrupt", &["i"], "i is a text character"),
        ] {
            let (at, why) = changed(&[("zoom", &["Z"]), (name, keys)]).unwrap_err();
            assert_eq!((at, why.contains(words)), (1, true), "{why}");
        }
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(
            Keymap::default().command(Mode::Browse, event),
            Some(Command::Move(Motion::Last))
        );
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Keymap::default().command(Mode::Browse, event), Some(Command::PreviousPane));
    }

    #[test]
    fn unbound_characters_are_typed_in_the_prompt_only() {
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(
            Keymap::default().command(Mode::Prompt, event),
            Some(Command::Edit(InputRequest::InsertChar('q')))
        );
        assert_eq!(Keymap::default().command(Mode::Browse, event), Some(Command::Quit));
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(Keymap::default().command(Mode::Prompt, event), None);
    }
}
