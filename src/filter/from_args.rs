//! The filter of a command line, where it is given in parts.

use super::{Filter, FilterError};
use thiserror::Error;

/// Why options are no filter. It repeats what was given, which may come from anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArgError {
    /// One option is invalid.
    #[error("{option} '{value}': character {character}: {reason}")]
    Option {
        /// Its name, with the dashes.
        option: String,
        /// Its value.
        value: String,
        /// Where in the value, from 1.
        character: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Each option is valid, but not all of them together.
    #[error("'{text}': {error}")]
    Combined {
        /// All of them.
        text: String,
        /// What is wrong.
        error: FilterError,
    },
}

/// The text of a filter for which all of these hold: options, each with the field that its value is
/// of, as `since:`, or none if the value is a filter, and with the value.
///
/// # Errors
/// When one of them is invalid.
pub fn combine_args(given: &[(&str, &str, String)]) -> Result<String, ArgError> {
    let mut texts = Vec::new();
    for (option, field, value) in given {
        let text = format!("{field}{value}");
        let wrong = |at: usize, what: &str| {
            let before = text.get(..at).unwrap_or(&text).chars().count();
            let character = before.saturating_sub(field.len()) + 1;
            ArgError::Option {
                option: (*option).to_owned(),
                value: value.clone(),
                character,
                reason: what.to_owned(),
            }
        };
        match Filter::parse(&text) {
            Err(error) => return Err(wrong(error.at, &error.what)),
            Ok(filter) if !field.is_empty() && filter.terms.len() != 1 => {
                let at = text.find([' ', '\t']).unwrap_or(text.len());
                return Err(wrong(at, "one value is enough here; use --filter for more"));
            }
            Ok(_) => texts.push(text),
        }
    }
    let text = texts.join(" ");
    match Filter::parse(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(ArgError::Combined { text, error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given<'a>(option: &'a str, field: &'a str, value: &str) -> (&'a str, &'a str, String) {
        (option, field, value.to_owned())
    }

    #[test]
    fn all_parts_hold_together_and_mistakes_are_named() {
        let domain = given("--domain", "domain:", "a.org|b.org");
        let since = given("--since", "since:", "15m");
        let filter = given("--filter", "", "from:<> -code:5xx");
        let text = combine_args(&[domain, since, filter]);
        assert_eq!(text.as_deref(), Ok("domain:a.org|b.org since:15m from:<> -code:5xx"));
        for (given, wrong) in [
            (given("--filter", "", "é cod:1"), "--filter 'é cod:1': character 3: no such field"),
            (given("--since", "since:", "now"), "--since 'now': character 1: a time is"),
            (given("--since", "since:", "1h until:5m"), "--since '1h until:5m': character 3: one"),
            (given("--domain", "domain:", "a.org text:x"), "character 6: one value"),
            (given("--domain", "domain:", ""), "--domain '': character 1: a domain is missing"),
        ] {
            let error = combine_args(&[given]).unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
