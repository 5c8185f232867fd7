//! Keymap as printed in the README and the configuration.

use super::{BINDINGS, Binding, Mode, key, named_bindings};

/// All command names with their keys and descriptions, as lines of the configuration.
pub fn settings() -> String {
    let line = |binding: &Binding| {
        let keys = binding.keys.iter().map(|key| format!("{:?}", key::name(*key)));
        let set = format!("#{} = [{}]", binding.name(), keys.collect::<Vec<_>>().join(", "));
        format!("{set:<34} # {}\n", binding.help)
    };
    named_bindings().map(line).collect()
}

/// Table for the README.
pub fn markdown() -> String {
    let mut table = String::from("| key | action |\n| --- | --- |\n");
    for binding in BINDINGS.iter().filter(|binding| binding.mode == Mode::Browse) {
        let keys: Vec<String> = binding.label.split(' ').map(|key| format!("`{key}`")).collect();
        table.extend(["| ", &keys.join(" "), " | ", binding.help, " |\n"]);
    }
    table
}
