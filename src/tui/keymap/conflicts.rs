//! Checks for key bindings that conflict.

use super::{Binding, Key, KeyCode, KeyModifiers, Mode, key};

/// In a prompt, a bound character could no longer be typed.
pub(super) fn typed(mode: Mode, keys: &[Key]) -> Option<String> {
    let is_typed = |key: &&Key| matches!(key, (KeyCode::Char(_), KeyModifiers::NONE));
    let key = keys.iter().find(is_typed).filter(|_| mode.types())?;
    Some(format!(
        "{} is a text character and cannot be bound in the filter prompt",
        key::name(*key)
    ))
}

/// Whether commands of these names may share a key.
pub(super) fn ambiguous(binding: &Binding, name: &str, bindings: &[Binding]) -> Option<String> {
    let others = bindings.iter().filter(|other| {
        binding.name() == name && other.mode == binding.mode && other.command != binding.command
    });
    let mut shared = others.filter_map(|other| {
        let key = binding.keys.iter().find(|key| other.keys.contains(key))?;
        Some((key::name(*key), other.name()))
    });
    let (key, other) = shared.next()?;
    Some(format!("key {key} is bound to both {name} and {other}"))
}
