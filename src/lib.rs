//! mtatop: the MTA log of Sun Java System Messaging Server, live in a terminal.
//!
//! The crate is the whole program but for a thin `main`: the tests and benches drive the same
//! pieces without a terminal.
//!
//! # From bytes to the screen
//!
//! ```text
//! follow ──bytes──▶ split ──texts──▶ parse ──Batch──▶ bounded channel ──▶ index ──▶ app ──▶ ui
//! └─────── the reader ───────┘  └─ a parser a core ─┘ └───────── the main thread (tui) ───────┘
//! ```
//!
//! A reader follows the files and cuts their bytes into the texts of entries; a pool parses them and
//! keeps of each a small row in a batch, and the batches come out in the order of the log. The main
//! thread owns everything else: it absorbs batches into the index within a time budget, takes keys,
//! and draws if something changed. The index holds no text. What is about to be shown is read again
//! from the file and parsed again, which for a screen takes less than a millisecond and keeps a log of
//! a gigabyte in less than 0.3 of that. Beyond `--max-memory` the oldest entries leave the index, a segment
//! at a time, while all ids stay what they are. Texts that a filter names are looked for in the files
//! by a thread of its own, a block of rows at a time, as the main thread asks.
//!
//! # Reading order
//!
//! * [`entry`]: what one entry of the log says; the vocabulary of everything else.
//! * [`said`]: what was answered, without what differs from message to message.
//! * [`organisation`]: to whom a domain belongs.
//! * [`split`], [`parse`]: from bytes to entries.
//! * [`redact`]: the log with pseudonyms for whom it is about.
//! * [`source`], [`follow`]: where bytes come from, through rolls and truncations.
//! * [`index`]: rows, connections, deliveries, messages, domains, tied together.
//! * [`story`]: what became of a message and each of its recipients.
//! * [`filter`]: the language of filters, and all counts under one.
//! * [`ingest`]: the reader.
//! * [`search`]: the searcher, which looks for texts in the files.
//! * [`output`], [`save`]: where entries go that somebody wants to keep, and who writes them there.
//! * [`show`]: what text of the log may look like on a terminal.
//! * [`keymap`], [`layout`], [`app`], [`ui`]: keys, places, state, drawing.
//! * [`cli`], [`config`], [`session`]: flags, what somebody chose once and for all, and what one
//!   session leaves for the next.
//! * [`tui`]: the event loop.
//! * [`status`]: how far the reader is, for whoever watches over the program.
//! * [`table`]: lines of columns, for what is printed.
//! * [`headless`], [`check`], [`export`], [`report`], [`trace`]: the same without a screen.
//! * [`limits`], [`manual`]: the bounds that the program goes by, and what it tells about itself.
//! * [`simulate`], [`demo`]: a log that nobody has to have.
//!
//! # Invariants
//!
//! The first four are held by `tests/it/architecture.rs`.
//!
//! * Rooms import downwards only; each says in its first lines what it does not know.
//! * Only [`source`] opens logs, and it opens them for reading. What [`output`] and [`status`] are
//!   told to write, and what [`session`] keeps if asked to, are the only files that are written.
//! * Nothing below [`tui`] knows the clock for the screen; [`ingest`] has one of its own to poll by.
//! * Nothing below [`app`] knows a key, and only `ui::Theme` knows colours.
//! * Parsing cannot fail: what is not understood is kept, counted and shown.
//! * Drawing is a function of `&App`. It waits for nothing and changes nothing.
//! * A selection is the id of an entry, never a row on the screen.
//! * No byte of the log reaches the terminal but through [`show`].
//! * Where names are hidden, texts pass a [`redact::Redactor`] before anybody gets them to show; what is
//!   searched and filtered never does.
//! * Whatever a stranger can choose is hashed with a random key and parsed without recursion.

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
