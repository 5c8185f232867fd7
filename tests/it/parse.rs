//! Every documented entry says what its golden export says, folded and unfolded, in text and XML.

use mtatop::commands::export::{fields, json};
use mtatop::log::entry::Entry;
use mtatop::log::parse::Parser;
use mtatop::log::splitter;
use serde_json::Value;
use std::path::Path;

#[test]
fn golden_entries() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut compared = 0;
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".log") else { continue };
        let golden = data.join(format!("{}.entries.ndjson", stem.trim_end_matches(".unfolded")));
        let expected = std::fs::read_to_string(golden).unwrap();
        let expected: Vec<Value> =
            expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(exported(&std::fs::read(&path).unwrap()), expected, "{name}");
        compared += expected.len();
    }
    assert!(compared >= 40, "{compared} entries compared");
}

/// The entries of a whole file, in the words of the export schema.
fn exported(bytes: &[u8]) -> Vec<Value> {
    let form = splitter::EntryLayout::detect(bytes);
    let (mut at, mut entries, mut parser) = (0, Vec::new(), Parser::default());
    while let Some(found) = splitter::next(form, &bytes[at..], true) {
        let text = splitter::unfold(form, &bytes[at + found.start..][..found.length]);
        entries.push(object(&parser.entry(&text).unwrap()));
        at += found.end;
    }
    entries
}

fn object(entry: &Entry<'_>) -> Value {
    let mut line = Vec::new();
    json::record(&mut line, &mut |out| fields::entry(entry, out));
    let mut object: Value = serde_json::from_slice(&line).unwrap();
    // The samples are from before this key.
    object.as_object_mut().unwrap().remove("domain");
    object
}
