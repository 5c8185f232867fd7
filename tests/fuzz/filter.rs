//! A line of any bytes as a filter, and what follows as a log: the index leaves what each entry
//! tells by itself.

use crate::harness::Opened;
use mtatop::filter::Filter;
use mtatop::index::RowId;
use mtatop::log::parse::Scratch;

pub(crate) fn run(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (text, log) = bytes.split_at(end);
    let text = String::from_utf8_lossy(text);
    let filter = match Filter::parse(&text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(text.is_char_boundary(error.at), "{text:?}: {error} at {}", error.at);
            return;
        }
    };
    let opened = Opened::new(log.get(1..).unwrap_or_default(), &text);
    let (index, tally) = (opened.app.index(), opened.app.tally());
    let window = filter.window(opened.app.now());
    let mut left = 0;
    for row in (0..).map(RowId).take(index.rows().len()) {
        let original = opened.original(row).expect("the log does not change");
        let mut scratch = Scratch::default();
        let entry = original.entry(&mut scratch).ok();
        let expected = filter.matches(entry.as_ref(), &original.text)
            && filter.leaves_connection(index.rows().connection(row))
            && window.contains(index.rows().time(row));
        assert_eq!(
            tally.leaves(index, row),
            expected,
            "{text:?}: {}",
            original.text.escape_ascii()
        );
        left += u32::from(expected);
    }
    assert_eq!(tally.totals().counts.entries, left, "{text:?}");
}
