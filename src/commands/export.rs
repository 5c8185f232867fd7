//! `mtatop export`: the log as records.
//!
//! Knows field names and formats, but no log grammar. Entries are encoded by the workers that parse
//! them; other records come from the index, with texts read again.

pub mod fields;
pub mod json;

mod connections;
mod csv;
mod deliveries;
mod entries;
mod messages;
mod printer;

pub use csv::Csv;
pub use fields::FieldWriter;
pub use printer::{RecordEncoder, RecordWriter};

use crate::cli::Exit;
use crate::cli::export::{Export, ExportFormat, ExportTable};
use crate::commands::runner;
use crate::commands::runner::StopWhen;
use crate::output::atomic_file::Output;
use crate::output::status_file::StatusFile;
use connections::ConnectionExport;
use deliveries::DeliveryExport;
use entries::Entries;
use messages::MessageExport;
use std::time::Duration;

/// Prints what was asked for.
pub fn run(export: &Export) -> Exit {
    if export.format == ExportFormat::Raw && export.what != ExportTable::Entries {
        return Exit::usage("--format raw is only valid for `entries`");
    }
    // Checked before the output is opened, since opening may replace a file.
    let ready = runner::filter(&export.input, export.what != ExportTable::Entries).map(|_| ());
    if let Err(outcome) = ready.and_then(|()| runner::catch_signals(until(export))) {
        return outcome;
    }
    let status_file = match export.status_file.as_deref().map(StatusFile::new).transpose() {
        Ok(file) => file,
        Err(wrong) => return Exit::failure(wrong),
    };
    let output = match &export.output {
        None => Ok(Output::standard()),
        Some(path) => Output::file(path, export.follow, &export.input.files),
    };
    match output {
        Ok(output) => print(export, output, status_file),
        Err(error) => Exit::failure(error),
    }
}

fn until(export: &Export) -> StopWhen {
    if export.follow {
        StopWhen::Idle(export.exit_after_idle.map(Duration::from_secs))
    } else {
        StopWhen::End
    }
}

fn print(export: &Export, output: Output, status_file: Option<StatusFile>) -> Exit {
    let until = until(export);
    let (input, format) = (&export.input, export.format);
    match export.what {
        ExportTable::Entries => {
            let mut entries = Entries::new(output, format);
            runner::run_watched(input, until, status_file, &mut entries)
        }
        ExportTable::Connections => {
            let mut connections = ConnectionExport::new(output, format, export.follow);
            runner::run_watched(input, until, status_file, &mut connections)
        }
        ExportTable::Deliveries => {
            let mut deliveries = DeliveryExport::new(output, format);
            runner::run_watched(input, until, status_file, &mut deliveries)
        }
        ExportTable::Messages => {
            let mut messages = MessageExport::new(output, format);
            let mut exit = runner::run_watched(input, until, status_file, &mut messages);
            exit.notes.extend(messages.skipped_notes());
            exit
        }
    }
}
