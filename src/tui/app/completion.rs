//! Completion of a filter word: field names, and values seen in the log.

use crate::filter::{CompletionContext, Field, OUTCOMES, quoted_if_needed};
use crate::index::{Dimensions, Index};
use crate::log::redact::RedactLevel;
use std::collections::BTreeSet;

/// Maximum number of completions: nobody steps through more.
const MOST_COMPLETIONS: usize = 200;

const ACTIONS: [&str; 16] =
    ["E", "D", "Q", "R", "J", "K", "W", "Z", "B", "V", "O", "C", "X", "Y", "I", "U"];
const CODES: [&str; 3] = ["4xx", "5xx", "2xx"];
const TIMES: [&str; 5] = ["5m", "15m", "1h", "6h", "1d"];

/// Completions of the word in the order offered; hidden values are left out.
pub(super) fn candidates(
    ending: &CompletionContext<'_>,
    index: &Index,
    hides: Option<RedactLevel>,
) -> Vec<String> {
    let begins = |text: &str| {
        let begin = text.as_bytes().get(..ending.word.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(ending.word.as_bytes()))
    };
    let listed = |values: &[&str]| -> Vec<String> {
        values.iter().filter(|value| begins(value)).map(|&value| value.to_owned()).collect()
    };
    let ways = |part: fn(Dimensions<'_>) -> [&[u8]; 2]| -> Vec<String> {
        let ways = index.dimensions().iter().map(|(_, way)| Dimensions::read(way));
        let seen: BTreeSet<&[u8]> = ways.flat_map(part).filter(|text| !text.is_empty()).collect();
        seen.into_iter()
            .map(quoted_if_needed)
            .filter(|text| begins(text))
            .take(MOST_COMPLETIONS)
            .collect()
    };
    let hidden = match ending.field {
        None | Some(Field::Domain | Field::To) => hides == Some(RedactLevel::All),
        Some(Field::From | Field::Host | Field::Ip | Field::User) => hides.is_some(),
        _ => false,
    };
    match ending.field {
        Some(_) if hidden => Vec::new(),
        None => {
            let names = Field::all().map(|field| format!("{}:", field.name()));
            let none = hidden || ending.word.is_empty();
            let domains = if none { Vec::new() } else { domains(ending, index) };
            names.filter(|name| begins(name)).chain(domains).collect()
        }
        Some(Field::Domain | Field::To) => domains(ending, index),
        Some(Field::From) => {
            let senders = index.senders().iter().map(|(_, sender)| quoted_if_needed(sender));
            senders.filter(|sender| begins(sender)).take(MOST_COMPLETIONS).collect()
        }
        Some(Field::Host) => ways(|way| [way.host, b""]),
        Some(Field::Ip) => ways(|way| [way.ip, b""]),
        Some(Field::Channel) => ways(|way| [way.channel, way.destination]),
        Some(Field::User) => ways(|way| [way.user.strip_prefix(b"*").unwrap_or(way.user), b""]),
        Some(Field::Action) => listed(&ACTIONS),
        Some(Field::Outcome) => listed(&OUTCOMES.map(|(name, _)| name)),
        Some(Field::Code) => listed(&CODES),
        Some(Field::Since | Field::Until) => listed(&TIMES),
        Some(_) => Vec::new(),
    }
}

/// Domains in the log that start with the word, or have a parent domain that does.
fn domains(ending: &CompletionContext<'_>, index: &Index) -> Vec<String> {
    let Some(beginning) = ending.beginning() else { return Vec::new() };
    let domains = index.domains().iter().filter(|(_, domain)| beginning.meets_domain(domain));
    domains.map(|(_, domain)| quoted_if_needed(domain)).take(MOST_COMPLETIONS).collect()
}
