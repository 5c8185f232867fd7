//! Command names in the configuration.

use super::{Binding, Command, Mode, Motion};
use crate::tui::layout::View;
use tui_input::InputRequest as Edit;

impl Binding {
    /// Configuration name: the command's name, prefixed by the mode outside the panes. Commands
    /// that end the program have the same name in all modes.
    pub fn name(&self) -> String {
        let mode = match (self.mode, self.command) {
            (_, Command::Suspend | Command::Interrupt) | (Mode::Browse, _) => "",
            (Mode::Prompt | Mode::Name, _) => "prompt-",
            (Mode::Help, _) => "sheet-",
        };
        format!("{mode}{}", of(self.command))
    }
}

fn of(command: Command) -> &'static str {
    match command {
        Command::Quit => "quit",
        Command::Interrupt => "interrupt",
        Command::Suspend => "suspend",
        Command::Back => "back",
        Command::Help => "help",
        Command::Events => "events",
        Command::Bytes => "bytes",
        Command::Redact => "redact",
        Command::NextPane => "next-pane",
        Command::PreviousPane => "previous-pane",
        Command::Open => "open",
        Command::View(View::Connections) => "view-connections",
        Command::View(View::Domains) => "view-domains",
        Command::View(View::Activity) => "view-activity",
        Command::View(View::Messages) => "view-messages",
        Command::View(View::Log) => "view-log",
        Command::Trace => "trace",
        Command::NextTrouble => "next-trouble",
        Command::PreviousTrouble => "previous-trouble",
        Command::ScrollLeft => "scroll-left",
        Command::ScrollRight => "scroll-right",
        Command::EditFilter => "filter",
        Command::FilterDomain => "filter-domain",
        Command::FilterValue => "filter-value",
        Command::ExcludeValue => "exclude-value",
        Command::GroupBy => "group-by",
        Command::Organisations => "organisations",
        Command::NarrowWindow => "window-shorter",
        Command::WidenWindow => "window-longer",
        Command::Mark => "mark",
        Command::Freeze => "freeze",
        Command::Sort => "sort",
        Command::Reverse => "reverse",
        Command::Zoom => "zoom",
        Command::Copy => "copy",
        Command::CopySummary => "copy-summary",
        Command::Ascii => "ascii",
        Command::Save => "save",
        Command::Accept => "accept",
        Command::Complete => "complete",
        Command::EarlierFilter => "earlier",
        Command::LaterFilter => "later",
        Command::UndoFilter => "undo",
        Command::RedoFilter => "redo",
        Command::Move(motion) => of_motion(motion),
        Command::Edit(edit) => of_edit(edit),
    }
}

fn of_motion(motion: Motion) -> &'static str {
    match motion {
        Motion::Down => "down",
        Motion::Up => "up",
        Motion::PageDown => "page-down",
        Motion::PageUp => "page-up",
        Motion::HalfDown => "half-page-down",
        Motion::HalfUp => "half-page-up",
        Motion::First => "first",
        Motion::Last => "last",
    }
}

fn of_edit(edit: Edit) -> &'static str {
    match edit {
        Edit::DeletePrevChar => "delete-before",
        Edit::DeleteNextChar => "delete-after",
        Edit::DeletePrevWord => "delete-word",
        Edit::DeleteLine => "delete-all",
        Edit::GoToPrevChar => "left",
        Edit::GoToNextChar => "right",
        Edit::GoToStart => "first",
        Edit::GoToEnd => "last",
        // Commands bound to no key; a test verifies that the table has none.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::keymap::BINDINGS;

    #[test]
    fn every_command_has_a_name_and_a_name_one_command() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            let name = binding.name();
            assert!(!name.is_empty() && !name.ends_with('-'), "{} has no name", binding.label);
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            for other in BINDINGS.iter().skip(at + 1).filter(|other| other.name() == name) {
                assert_eq!(other.command, binding.command, "{name}");
                assert_eq!(other.keys, binding.keys, "{name}: one line sets both");
            }
        }
    }
}
