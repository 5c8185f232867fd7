//! Tests of the whole program, from bytes to screens.

mod parse;
mod pty;
mod show;
mod svg;
