//! The filter of a command line, where it is given in parts.

use super::Filter;

/// The text of a filter for which all of these hold: options, each with the field that its value is
/// of, as `since:`, or none if the value is a filter, and with the value.
///
/// # Errors
/// What is wrong with one of them, and where, in one line that may hold anything that was given.
pub fn combine_args(given: &[(&str, &str, String)]) -> Result<String, String> {
    let mut texts = Vec::new();
    for (option, field, value) in given {
        let text = format!("{field}{value}");
        let wrong = |at: usize, what: &str| {
            let before = text.get(..at).unwrap_or(&text).chars().count();
            let character = before.saturating_sub(field.len()) + 1;
            format!("{option} '{value}': character {character}: {what}")
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
        Err(error) => Err(format!("'{text}': {error}")),
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
            let error = combine_args(&[given]).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
