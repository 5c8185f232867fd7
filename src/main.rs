//! The `mtatop` program.
fn main() {}
