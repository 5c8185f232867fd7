//! mtatop: the MTA log of Sun Java System Messaging Server, live in a terminal.

pub mod app;
pub mod cli;
pub mod demo;
pub mod entry;
pub mod filter;
pub mod follow;
pub mod index;
pub mod ingest;
pub mod keymap;
pub mod layout;
pub mod parse;
pub mod show;
pub mod simulate;
pub mod source;
pub mod split;
pub mod tui;
pub mod ui;
