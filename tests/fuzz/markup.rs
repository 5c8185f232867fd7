//! Any bytes between the brackets of XML and JSON, and as a value in both, which is read as it was.

use super::entry;
use mtatop::log::entry::Body;
use mtatop::log::parse::Parser;
use std::fmt::Write;

/// What the value is written between.
const XML: (&str, &str) = (
    r#"<en ts="2014-06-02T22:02:13.94" pi="1" sc="l" ac="D" sz="3" so="a@b" od="x@y" de="x@y" re=""#,
    r#""/>"#,
);
const JSON: (&str, &str) = (
    r#"{"ts":"2014-06-02T22:02:13.94","pi":"1","sc":"l","ac":"D","sz":3,"so":"a@b","od":"x@y","de":"x@y","re":""#,
    r#""}"#,
);

pub(crate) fn run(bytes: &[u8]) {
    for (before, after) in [("<en ", "/>"), ("<co ", "/>"), ("{\"en\":{", "}}"), ("{", "}")] {
        entry::run(&[before.as_bytes(), bytes, after.as_bytes()].concat());
    }
    let text = String::from_utf8_lossy(bytes);
    // Neither format can hold a NUL, and a blank value is one that was not logged.
    let text: String = text.trim().chars().filter(|c| *c != '\0').collect();
    let (mut xml, mut json) = (XML.0.to_owned(), JSON.0.to_owned());
    for c in text.chars() {
        let code = u32::from(c);
        let in_xml =
            if c.is_alphanumeric() { write!(xml, "{c}") } else { write!(xml, "&#{code};") };
        in_xml.expect("a string takes all");
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            write!(json, "\\u{unit:04x}").expect("a string takes all");
        }
    }
    for line in [xml + XML.1, json + JSON.1] {
        let mut parser = Parser::default();
        parser.learn(line.as_bytes());
        let entry = parser.entry(line.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}: {line}"));
        let Body::Message(message) = &entry.body else { panic!("no message: {line}") };
        let reason = message.reason.unwrap_or_default();
        assert_eq!(reason.escape_ascii().to_string(), text.as_bytes().escape_ascii().to_string());
    }
}
