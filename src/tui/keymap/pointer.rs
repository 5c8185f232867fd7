//! The mouse: what it did, and where.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

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
