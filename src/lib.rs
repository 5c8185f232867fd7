//! mtatop: the MTA log of Sun Java System Messaging Server, live in a terminal.
//!
//! The crate is the whole program except for a thin `main`: tests and benches drive the same modules
//! without a terminal.
//!
//! # Data flow
//!
//! ```text
//! input ──bytes──▶ splitter ──entries──▶ parse (pool) ──Batch──▶ bounded channel ──▶ index ──▶ stats ──▶ app ──▶ view
//! └────── reader thread ──────┘          └ one a core ┘          └─────────────── main thread (tui) ───────────────┘
//! ```
//!
//! The reader follows the files and splits their bytes into entries. A pool parses them and packs
//! each into a small row of a batch; batches arrive in log order. The main thread owns everything
//! else: it absorbs batches within a time budget, handles keys, and draws when something changed.
//! The index holds no text. What is shown is read again from the file and parsed again, which takes
//! less than a millisecond a screen. Above `--max-memory` the oldest segments are evicted; ids stay
//! valid. Text terms of a filter are searched in the files by a worker thread, a block of rows at a
//! time.
//!
//! # Modules, in reading order
//!
//! * [`text`]: what may be shown of untrusted bytes; widths, units, tables.
//! * [`log`]: entries, their parsers, response templates, redaction.
//! * [`index`]: rows, connections, messages and domains, linked together.
//! * [`input`]: files and pipes, followed through rotations and truncations; the reader.
//! * [`filter`]: the filter language and its evaluation on rows, entries and text.
//! * [`stats`]: all counting: totals, groups, rates, latencies.
//! * [`trace`]: what happened to one message.
//! * [`output`]: files that are written because the user asked for them.
//! * [`commands`]: `check`, `export`, `report` and `trace`.
//! * [`tui`]: the screen.
//! * [`cli`], [`help`]: flags and what the program prints about itself.
//! * [`simulate`]: a built-in MTA for the demo, the benches and the tests.
//!
//! # Invariants
//!
//! `tests/it/architecture.rs` holds the first four.
//!
//! * A folder imports only folders below it.
//! * Only [`input`] opens logs, and only for reading. Only [`output`] and [`tui::session_file`] write files.
//! * Nothing below [`tui`] knows a key or a colour.
//! * Only the event loop and the runner of commands know the wall clock.
//! * Parsing cannot fail: what is not understood is kept, counted and shown.
//! * Drawing is a function of `&App`: no I/O, no lock, no change of state.
//! * A selection is the id of an entry, never a row of the screen.
//! * No byte of the log reaches a terminal except through [`text::sanitize`].
//! * With redaction on, text passes a [`log::redact::Redactor`] before it is shown, copied or written;
//!   filters and searches work on the real text.
//! * Whatever a remote host can choose is hashed with a random key and parsed without recursion.

pub mod text;

pub mod log;

pub mod index;
pub mod input;

pub mod filter;
pub mod stats;
pub mod trace;

pub mod output;

pub mod commands;
pub mod tui;

pub mod cli;
pub mod help;

pub mod simulate;
