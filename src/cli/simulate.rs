//! Flags of `mtatop simulate`.

use crate::simulate::{LogStyle, MtaFormat, MtaOptions, SiteProfile};
use clap::Args;

/// Print the log of a simulated site; the same seed gives the same log
#[derive(Clone, Debug, Args)]
pub struct Simulate {
    /// Number of entries
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub entries: usize,
    /// Kind of site
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub profile: SiteProfile,
    /// Seed of the random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Add what only old and large sites log: quoted and routed addresses, held files, rare codes
    #[arg(long)]
    pub odd: bool,
    /// Format and options of the log.
    #[command(flatten)]
    pub style: LogStyleArgs,
}

/// MTA options that determine the form of an entry.
#[derive(Clone, Debug, Args)]
pub struct LogStyleArgs {
    /// `LOG_FORMAT`: 1 text, 2 text with <>, 3 length-prefixed text, 4 XML, 5 JSON, 6 flat JSON
    #[arg(long, value_name = "1-6", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub log_format: u8,
    /// Set an option of the MTA, such as `LOG_CONNECTION=3` (repeatable); 0 is off
    #[arg(long, value_name = "NAME=N", value_parser = log_option)]
    pub log_option: Vec<(String, u32)>,
}

impl Simulate {
    /// Log options from the flags.
    pub fn log_style(&self) -> LogStyle {
        let mut options = MtaOptions::default();
        for (name, value) in &self.style.log_option {
            options.set(name, *value);
        }
        let format = MtaFormat::new(self.style.log_format).unwrap_or_default();
        LogStyle { format, options, odd: self.odd }
    }
}

/// Parses `LOG_NODE=1`. `LOG_HEADER` stands for the channel keyword `logheader`.
fn log_option(text: &str) -> Result<(String, u32), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=N, such as LOG_NODE=1")?;
    let value = value.parse().map_err(|_| format!("invalid number {value:?}"))?;
    if MtaOptions::names().any(|known| known == name) {
        return Ok((name.to_owned(), value));
    }
    let known: Vec<&str> = MtaOptions::names().collect();
    Err(format!("unknown option {name:?}; options: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_of_the_mta() {
        assert_eq!(log_option("LOG_NODE=1"), Ok(("LOG_NODE".to_owned(), 1)));
        for (text, reason) in [
            ("LOG_NODE", "expected NAME=N"),
            ("LOG_NODE=", "invalid number \"\""),
            ("LOG_NODE=-1", "invalid number \"-1\""),
            ("LOG_FORMAT=1", "unknown option \"LOG_FORMAT\"; options: LOG_NODE, "),
        ] {
            let error = log_option(text).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
