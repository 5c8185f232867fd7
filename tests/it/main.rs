//! Tests of the whole program, from bytes to screens.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "so a test fails when its ground is missing"
)]

mod alphabet;
mod architecture;
mod check;
mod cli;
mod clipboard;
mod config;
mod e2e;
mod ends;
mod export;
mod filter;
mod fuzz;
mod golden;
mod ground_truth;
mod harness;
mod hooks;
mod hostile;
mod inputs;
mod language;
mod manual;
mod markup;
mod memory;
mod now;
mod options;
mod parity;
mod parse;
mod pty;
mod readme;
mod redact;
mod report;
mod sanitize;
mod save_file;
mod screens;
mod screenshots;
mod search;
mod session;
mod simulator;
mod sizes;
mod stories;
mod svg;
mod themes;
mod torture;
mod trace;
mod truth;
mod views;
mod walk;
mod wording;
