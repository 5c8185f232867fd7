//! Prints traces one after another.

use crate::commands::runner::LoadedLog;
use crate::index::{MessageId, RowId};
use crate::log::parse::EntryText;
use crate::text::units::number;
use crate::trace;
use crate::trace::TraceFormatter;
use std::io::{self, Write};

/// Printer of the traces of a log.
pub(super) struct TracePrinter<'a, W> {
    log: &'a LoadedLog,
    telling: TraceFormatter<'a>,
    pub(super) out: W,
    /// Whether something was printed.
    has_printed: bool,
}

impl<'a, W: Write> TracePrinter<'a, W> {
    /// A printer for lines of this width.
    pub(super) fn new(
        log: &'a LoadedLog,
        read: &'a dyn Fn(RowId) -> Option<EntryText>,
        columns: usize,
        out: W,
    ) -> Self {
        let telling = TraceFormatter::new(&log.index, read, columns).hiding(log.redactor.as_ref());
        Self { log, telling, out, has_printed: false }
    }

    /// Prints the traces of these messages; of more than `whole` messages one line each.
    pub(super) fn messages(&mut self, messages: Vec<MessageId>, whole: usize) -> io::Result<()> {
        let (many, count) = (messages.len() > whole, messages.len());
        for message in messages {
            let story =
                trace::trace_message(&self.log.index, message, &mut |row| self.log.original(row));
            if many {
                writeln!(self.out, "{}", self.telling.summary(message, &story))?;
                self.has_printed = true;
            } else {
                self.telling.story(message, &story);
                self.print_lines()?;
            }
        }
        if many {
            let count = number(count);
            self.print_note(&format!(
                "{count} messages, newest last. Trace one of the ids for details; a longer \
                 term, or --domain, matches fewer."
            ))?;
        }
        Ok(())
    }

    /// Prints entries without a message.
    pub(super) fn print_entries(&mut self, rows: &[RowId]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.telling.push_text(
            "Entries that name no message, neither by id nor by queue file (LOG_MESSAGE_ID, \
             LOG_FILENAME):",
        );
        self.telling.entries(rows);
        self.print_lines()
    }

    /// Prints a sentence.
    pub(super) fn print_note(&mut self, text: &str) -> io::Result<()> {
        self.telling.push_text(text);
        self.print_lines()
    }

    /// Prints the pending lines as a block.
    fn print_lines(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_printed, true) {
            writeln!(self.out)?;
        }
        self.telling
            .take_lines()
            .into_iter()
            .try_for_each(|line| writeln!(self.out, "{}", line.text))
    }
}
