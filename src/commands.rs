//! Commands without a screen.

pub mod check;
pub mod export;
pub mod report;
pub mod runner;
pub mod simulate;
pub mod trace;
