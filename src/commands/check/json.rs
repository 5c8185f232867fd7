//! Check results as one JSON object.

use super::file_report::FileReport;
use super::questions::Unanswered;
use super::text_output;
use crate::text::escape::json;
use std::io::{self, Write};

/// Writes `{"files": […], "unanswered": […]}`.
pub(super) fn write(
    files: &[FileReport],
    unanswered: &[Unanswered],
    out: &mut dyn Write,
) -> io::Result<()> {
    let files: Vec<String> = files.iter().map(file).collect();
    let unanswered: Vec<String> = unanswered.iter().map(question).collect();
    writeln!(
        out,
        "{{\"files\": [{}],\n\"unanswered\": [{}]}}",
        files.join(",\n"),
        unanswered.join(",\n")
    )
}

fn file(facts: &FileReport) -> String {
    let list = |texts: Vec<String>| {
        let texts: Vec<String> = texts.iter().map(|text| json(text.as_bytes())).collect();
        format!("[{}]", texts.join(", "))
    };
    let formats = facts.formats().iter().map(|(written, _)| written.to_string()).collect();
    let grounds = facts.product.grounds().map(|(ground, _)| ground.to_owned()).collect();
    let letters = ('\0'..='\u{ff}').zip(facts.actions).filter(|&(_, count)| count > 0);
    let actions =
        letters.map(|(letter, n)| format!("{}: {n}", json(letter.to_string().as_bytes())));
    let reasons = facts.unparsed.reasons().iter();
    let reasons = reasons
        .map(|reason| format!("{}: {}", json(reason.flaw.to_string().as_bytes()), reason.count));
    let [messages, connections, headers] = facts.kinds;
    let span = facts.clock.span().map_or(String::new(), |(first, last)| {
        let iso = |time| json(text_output::date(time).replace(' ', "T").as_bytes());
        format!("\"first\": {}, \"last\": {}, ", iso(first), iso(last))
    });
    format!(
        "{{\"file\": {}, \"formats\": {}, \"folded\": {}, \"product\": {}, \"grounds\": {}, \
         \"entries\": {}, \"message\": {messages}, \"connection\": {connections}, \
         \"header\": {headers}, {span}\"actions\": {{{}}}, \"options\": {}, \"not_seen\": {}, \
         \"unparsed\": {{{}}}, \"notes\": {}}}",
        json(facts.path.as_bytes()),
        list(formats),
        facts.folded > 0,
        json(facts.product.words().as_bytes()),
        list(grounds),
        facts.entries(),
        actions.collect::<Vec<_>>().join(", "),
        list(facts.options.names(true)),
        list(facts.options.names(false)),
        reasons.collect::<Vec<_>>().join(", "),
        list(text_output::notes(facts)),
    )
}

fn question(unanswered: &Unanswered) -> String {
    let Unanswered { number, question, missing, option } = unanswered;
    let [question, missing, option] = [question, missing, option].map(|text| json(text.as_bytes()));
    format!(
        "{{\"number\": {number}, \"question\": {question}, \"missing\": {missing}, \
         \"option\": {option}}}"
    )
}
