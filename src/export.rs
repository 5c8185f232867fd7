//! `mtatop export`: what the log holds, an object a line.
//!
//! Knows how fields are called and written, and no grammar. Entries are printed as they are read;
//! for everything else the index is asked, and texts are read again.

pub mod fields;
pub mod json;

mod connections;
mod csv;
mod deliveries;
mod entries;
mod kept;
mod messages;
mod printer;

pub use csv::Csv;
pub use fields::Fields;
pub use printer::Printer;

use crate::cli::export::{Export, Format, What};
use crate::cli::{FAILED, USAGE};
use crate::headless::{self, Outcome, Until, Work};
use crate::output::Output;
use crate::status::StatusFile;
use connections::Connections;
use deliveries::Deliveries;
use entries::Entries;
use messages::Messages;
use std::time::Duration;

/// Prints what was asked for.
pub fn run(export: &Export) -> Outcome {
    if export.format == Format::Raw && export.what != What::Entries {
        return (USAGE, vec!["--format raw: only entries have bytes of their own".to_owned()]);
    }
    // Before an output is opened, which may cost what was there.
    let ready = headless::filter(&export.input, export.what != What::Entries).map(|_| ());
    if let Err(outcome) = ready.and_then(|()| headless::catch_signals(until(export))) {
        return outcome;
    }
    let status_file = match export.status_file.as_deref().map(StatusFile::new).transpose() {
        Ok(file) => file,
        Err(wrong) => return (FAILED, vec![wrong]),
    };
    let output = match &export.output {
        None => Ok(Output::standard()),
        Some(path) => Output::file(path, export.follow, &export.input.files),
    };
    match output {
        Ok(output) => print(export, output, status_file),
        Err(error) => (FAILED, vec![error.to_string()]),
    }
}

fn until(export: &Export) -> Until {
    if export.follow {
        Until::Idle(export.exit_after_idle.map(Duration::from_secs))
    } else {
        Until::End
    }
}

fn print(export: &Export, output: Output, status_file: Option<StatusFile>) -> Outcome {
    let until = until(export);
    let (input, format) = (&export.input, export.format);
    let run = |work: &mut dyn Work| headless::run_watched(input, until, status_file, work);
    match export.what {
        What::Entries => run(&mut Entries::new(output, format)),
        What::Connections => run(&mut Connections::new(output, format, export.follow)),
        What::Deliveries => run(&mut Deliveries::new(output, format)),
        What::Messages => {
            let mut messages = Messages::new(output, format);
            let (code, mut lines) = run(&mut messages);
            lines.extend(messages.left_out());
            (code, lines)
        }
    }
}
