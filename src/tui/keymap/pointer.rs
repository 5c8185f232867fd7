//! Mouse events.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Mouse action at a column and row of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// Left button pressed.
    Click(u16, u16),
    /// Wheel down.
    WheelDown(u16, u16),
    /// Wheel up.
    WheelUp(u16, u16),
}

/// Converts a mouse event; moves and other buttons give `None`.
pub fn pointer(event: MouseEvent) -> Option<Pointer> {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Pointer::Click(event.column, event.row)),
        MouseEventKind::ScrollDown => Some(Pointer::WheelDown(event.column, event.row)),
        MouseEventKind::ScrollUp => Some(Pointer::WheelUp(event.column, event.row)),
        _ => None,
    }
}
