//! Which key does what: one table for dispatch, footer, help and README.

use crossterm::event::{KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};
use tui_input::InputRequest;

pub use crossterm::event::{KeyEvent, MouseEvent};

/// What the keys are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Moving about in the panes.
    Browse,
    /// Typing a filter.
    Prompt,
    /// Reading the help, or what else is laid over the panes.
    Help,
}

/// What a person can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Leave the program.
    Quit,
    /// Leave the program as an interrupt does.
    Interrupt,
    /// Stop the process and give the terminal back to the shell.
    Suspend,
    /// One step back: close, leave, widen.
    Back,
    /// Show or close the help.
    Help,
    /// Show what happened to the files.
    Events,
    /// Show the bytes of the selected entry.
    Bytes,
    /// Focus the next pane.
    NextPane,
    /// Focus the pane before.
    PreviousPane,
    /// Go deeper: connection, delivery, message.
    Open,
    /// Move the selection, or scroll.
    Move(Motion),
    /// Type a filter.
    EditFilter,
    /// Filter by the recipient domain of the selected delivery.
    FilterDomain,
    /// Hold the screen still while the reader goes on; or let it go.
    Freeze,
    /// Sort by the next column.
    Sort,
    /// Turn the order round.
    Reverse,
    /// Give the pane the whole screen, or take it back.
    Zoom,
    /// Put the typed filter in force.
    Accept,
    /// Complete the typed word to a domain seen in the log.
    Complete,
    /// Change the typed text.
    Edit(InputRequest),
}

/// A movement in a list or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One down.
    Down,
    /// One up.
    Up,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// To the beginning.
    First,
    /// To the end, and follow it.
    Last,
}

/// One row of the table.
pub struct Binding {
    /// Where it holds.
    pub mode: Mode,
    keys: &'static [(KeyCode, KeyModifiers)],
    /// The keys as printed.
    pub label: &'static str,
    /// What they do.
    pub command: Command,
    /// One word for the footer; empty if it is not shown there.
    pub word: &'static str,
    /// One sentence for the help and the README.
    pub help: &'static str,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

const fn plain(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), NONE)
}

const fn ctrl(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), CTRL)
}

const fn key(code: KeyCode) -> (KeyCode, KeyModifiers) {
    (code, NONE)
}

const fn bind(
    mode: Mode,
    keys: &'static [(KeyCode, KeyModifiers)],
    label: &'static str,
    command: Command,
    word: &'static str,
    help: &'static str,
) -> Binding {
    Binding { mode, keys, label, command, word, help }
}

use Command as C;
use KeyCode as K;
use Mode::{Browse, Help, Prompt};
use Motion as M;

/// Every key, in the order in which help, footer and README show them.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    bind(Browse, &[plain('/')], "/", C::EditFilter, "filter", "filter by recipient domain or text, narrowing as you type"),
    bind(Browse, &[plain('d')], "d", C::FilterDomain, "this domain", "filter by the recipient domain of the selected delivery"),
    bind(Browse, &[key(K::Enter)], "Enter", C::Open, "open", "from the connection to its deliveries to the message"),
    bind(Browse, &[key(K::Esc)], "Esc", C::Back, "back", "one step back; at the last step clear the filter"),
    bind(Browse, &[key(K::Tab)], "Tab", C::NextPane, "pane", "next pane"),
    bind(Browse, &[key(K::BackTab)], "Shift-Tab", C::PreviousPane, "", "pane before"),
    bind(Browse, &[plain(' ')], "Space", C::Freeze, "freeze", "hold the screen still; the reader goes on, again catches up"),
    bind(Browse, &[plain('s')], "s", C::Sort, "sort", "sort the connections by the next column"),
    bind(Browse, &[plain('r')], "r", C::Reverse, "reverse", "turn the order round"),
    bind(Browse, &[plain('z')], "z", C::Zoom, "zoom", "give the pane the whole screen, or take it back"),
    bind(Browse, &[plain('X')], "X", C::Bytes, "", "the bytes of the selected entry, in hexadecimal"),
    bind(Browse, &[plain('!')], "!", C::Events, "", "what happened to the files: rolls, truncations, troubles"),
    bind(Browse, &[plain('j'), key(K::Down)], "j ↓", C::Move(M::Down), "", "down"),
    bind(Browse, &[plain('k'), key(K::Up)], "k ↑", C::Move(M::Up), "", "up; leaves following"),
    bind(Browse, &[key(K::PageDown), ctrl('f')], "PgDn Ctrl-f", C::Move(M::PageDown), "", "a page down"),
    bind(Browse, &[key(K::PageUp), ctrl('b')], "PgUp Ctrl-b", C::Move(M::PageUp), "", "a page up"),
    bind(Browse, &[ctrl('d')], "Ctrl-d", C::Move(M::HalfDown), "", "half a page down"),
    bind(Browse, &[ctrl('u')], "Ctrl-u", C::Move(M::HalfUp), "", "half a page up"),
    bind(Browse, &[plain('g'), key(K::Home)], "g Home", C::Move(M::First), "", "to the beginning"),
    bind(Browse, &[plain('G'), key(K::End)], "G End", C::Move(M::Last), "follow", "to the newest, and follow it"),
    bind(Browse, &[plain('?'), key(K::F(1))], "?", C::Help, "help", "this help"),
    bind(Browse, &[plain('q')], "q", C::Quit, "quit", "quit"),
    bind(Browse, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "stop the program; fg brings it back"),
    bind(Browse, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit as if interrupted"),
    bind(Prompt, &[key(K::Enter)], "Enter", C::Accept, "keep filter", "keep the filter; what matches so far stays"),
    bind(Prompt, &[key(K::Esc)], "Esc", C::Back, "as before", "back to the filter before"),
    bind(Prompt, &[key(K::Tab)], "Tab", C::Complete, "complete", "complete to a domain seen in the log"),
    bind(Prompt, &[key(K::Backspace), ctrl('h')], "Backspace", C::Edit(InputRequest::DeletePrevChar), "", "delete a character"),
    bind(Prompt, &[key(K::Delete)], "Delete", C::Edit(InputRequest::DeleteNextChar), "", "delete the next character"),
    bind(Prompt, &[ctrl('w')], "Ctrl-w", C::Edit(InputRequest::DeletePrevWord), "", "delete a word"),
    bind(Prompt, &[ctrl('u')], "Ctrl-u", C::Edit(InputRequest::DeleteLine), "", "delete everything"),
    bind(Prompt, &[key(K::Left)], "←", C::Edit(InputRequest::GoToPrevChar), "", "left"),
    bind(Prompt, &[key(K::Right)], "→", C::Edit(InputRequest::GoToNextChar), "", "right"),
    bind(Prompt, &[key(K::Home), ctrl('a')], "Home Ctrl-a", C::Edit(InputRequest::GoToStart), "", "to the beginning"),
    bind(Prompt, &[key(K::End), ctrl('e')], "End Ctrl-e", C::Edit(InputRequest::GoToEnd), "", "to the end"),
    bind(Prompt, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "stop the program; fg brings it back"),
    bind(Prompt, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit as if interrupted"),
    bind(Help, &[key(K::Esc), plain('?'), plain('!'), plain('X'), plain('q'), key(K::Enter), key(K::F(1))], "Esc ?", C::Back, "close", "close what is laid over the panes"),
    bind(Help, &[plain('j'), key(K::Down)], "j ↓", C::Move(M::Down), "down", "scroll down"),
    bind(Help, &[plain('k'), key(K::Up)], "k ↑", C::Move(M::Up), "up", "scroll up"),
    bind(Help, &[key(K::PageDown), plain(' ')], "PgDn Space", C::Move(M::PageDown), "", "a page down"),
    bind(Help, &[key(K::PageUp)], "PgUp", C::Move(M::PageUp), "", "a page up"),
    bind(Help, &[plain('g'), key(K::Home)], "g Home", C::Move(M::First), "", "to the beginning"),
    bind(Help, &[plain('G'), key(K::End)], "G End", C::Move(M::Last), "", "to the end"),
    bind(Help, &[ctrl('z')], "Ctrl-z", C::Suspend, "", "stop the program; fg brings it back"),
    bind(Help, &[ctrl('c')], "Ctrl-c", C::Interrupt, "", "quit as if interrupted"),
];

/// What a key asks for; nothing if it is not bound, or was only released.
pub fn command(mode: Mode, event: KeyEvent) -> Option<Command> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    // Shift is part of the character already, and terminals differ in whether they report it.
    let modifiers = event.modifiers - KeyModifiers::SHIFT;
    let pressed = (event.code, modifiers);
    let bound =
        BINDINGS.iter().find(|binding| binding.mode == mode && binding.keys.contains(&pressed));
    match (bound, event.code) {
        (Some(binding), _) => Some(binding.command),
        (None, KeyCode::Char(c)) if mode == Mode::Prompt && modifiers.is_empty() => {
            Some(Command::Edit(InputRequest::InsertChar(c)))
        }
        _ => None,
    }
}

/// What the mouse did, at a column and row of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// Pressed the left button.
    Click(u16, u16),
    /// Turned the wheel down.
    WheelDown(u16, u16),
    /// Turned the wheel up.
    WheelUp(u16, u16),
}

/// Reads a mouse event; moves and other buttons mean nothing.
pub fn pointer(event: MouseEvent) -> Option<Pointer> {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Pointer::Click(event.column, event.row)),
        MouseEventKind::ScrollDown => Some(Pointer::WheelDown(event.column, event.row)),
        MouseEventKind::ScrollUp => Some(Pointer::WheelUp(event.column, event.row)),
        _ => None,
    }
}

/// The table as the README prints it.
pub fn markdown() -> String {
    let mut table = String::from("| key | does |\n| --- | --- |\n");
    for binding in BINDINGS.iter().filter(|binding| binding.mode == Mode::Browse) {
        let keys: Vec<String> = binding.label.split(' ').map(|key| format!("`{key}`")).collect();
        table.extend(["| ", &keys.join(" "), " | ", binding.help, " |\n"]);
    }
    table
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
    fn shift_is_part_of_the_character() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(command(Mode::Browse, event), Some(Command::Move(Motion::Last)));
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(command(Mode::Browse, event), Some(Command::PreviousPane));
    }

    #[test]
    fn unbound_characters_are_typed_in_the_prompt_only() {
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(
            command(Mode::Prompt, event),
            Some(Command::Edit(InputRequest::InsertChar('q')))
        );
        assert_eq!(command(Mode::Browse, event), Some(Command::Quit));
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(command(Mode::Prompt, event), None);
    }
}
