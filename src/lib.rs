//! mtatop: the MTA log of Sun Java System Messaging Server, live in a terminal.
pub mod entry;
pub mod filter;
pub mod index;
pub mod keymap;
pub mod layout;
pub mod parse;
pub mod show;
pub mod simulate;
pub mod split;
