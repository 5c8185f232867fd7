//! Tests of the whole program, from bytes to screens.

mod architecture;
mod filter;
mod golden;
mod harness;
mod parse;
mod pty;
mod readme;
mod screens;
mod screenshots;
mod show;
mod svg;
