//! XML and JSON say what the text formats say, and no bytes in them do harm.

use crate::printer::{flat, nested, xml};
use mtatop::entry::{Body, Entry, Time};
use mtatop::parse::{self, Flaw, Profile, Scratch};
use mtatop::simulate;
use proptest::prelude::*;

/// What an entry says, free of the texts it was read from.
fn says(text: &[u8]) -> Result<String, Flaw> {
    let mut scratch = Scratch::default();
    parse::entry(text, Profile::default(), &mut scratch).map(|entry| format!("{entry:?}"))
}

/// The entry in the formats 4, 5 and 6.
fn marked_up(text: &[u8]) -> Option<[Vec<u8>; 3]> {
    let mut scratch = Scratch::default();
    let entry = parse::entry(text, Profile::default(), &mut scratch).ok()?;
    Some([xml(&entry), nested(&entry), flat(&entry)])
}

#[test]
fn a_simulated_log_says_the_same_in_all_formats() {
    let mut log = Vec::new();
    simulate::print(5_000, 3, &mut log).unwrap();
    for text in log.split(|&b| b == b'\n').filter(|text| !text.is_empty()) {
        let expected = says(text).unwrap();
        for other in marked_up(text).unwrap() {
            assert_eq!(parse::time(&other), parse::time(text));
            assert_eq!(says(&other).unwrap(), expected, "{}", String::from_utf8_lossy(&other));
        }
    }
}

const SAMPLE: &[u8] = include_bytes!("../data/xml-co-U-success-tls.log");

/// Nothing of an entry that is cut anywhere is believed.
#[test]
fn what_is_cut_is_no_entry() {
    let text = SAMPLE.trim_ascii_end();
    let mut scratch = Scratch::default();
    let entry = parse::entry(text, Profile::default(), &mut scratch).unwrap();
    for text in [text.to_vec(), nested(&entry), flat(&entry)] {
        assert!(says(&text).is_ok());
        for end in 0..text.len() {
            assert!(says(&text[..end]).is_err(), "{end}");
        }
    }
}

/// A line that was torn off, and the next one glued to it.
#[test]
fn two_entries_in_a_line_are_none() {
    let text = SAMPLE.trim_ascii_end();
    for end in 1..=text.len() {
        let glued = [&text[..end], text].concat();
        assert!(says(&glued).is_err(), "{end}: {}", String::from_utf8_lossy(&glued));
    }
}

#[test]
fn bombs_are_flaws() {
    for piece in ["{", "[", "{\"en\":", "{\"a\":[", "{\"tr\":[", "\"", "\\", "{\"a\":{\"b\":"] {
        let bomb = ["{", &piece.repeat(64 * 1024 / piece.len())].concat();
        assert_eq!(says(bomb.as_bytes()), Err(Flaw::NoObject), "{piece}");
    }
    let depth = 10_000;
    let closed = ["{\"a\":".repeat(depth), "1".into(), "}".repeat(depth)].concat();
    assert_eq!(says(closed.as_bytes()), Err(Flaw::NoTime));
    for piece in ["&amp;", "&#60;", "&lt", "&", "\" ", "\" a=\"", "\" ts=", "<en ts=\"", "=\""] {
        let flood = ["<en ts=\"", &piece.repeat(64 * 1024 / piece.len()), "\"/>"].concat();
        assert!(says(flood.as_bytes()).is_err(), "{piece}");
    }
    for many in [" x=\"1\"".repeat(10_000), " x='1'".repeat(10_000)] {
        let flood = ["<en", &many, "/>"].concat();
        assert_eq!(says(flood.as_bytes()), Err(Flaw::TooMuch));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, start in 0..6_usize) {
        let starts: [&[u8]; 6] =
            [b"<en ", b"<co ts=\"", b"<he ts=\"2014-06-02T22:02:13\" va=\"", b"{", b"{\"en\":{\"ts\":\"", b"{\"tr\":"];
        let text = [starts[start], &bytes].concat();
        let _ = says(&text);
        let _ = says(&[&*text, b"\"/>"].concat());
        let _ = says(&[&*text, b"\"}}"].concat());
    }

    /// Whatever bytes a stranger puts into a value, it comes back, and nothing else changes.
    #[test]
    fn any_value_comes_back(value: Vec<u8>, zone in "(Z|[+-][0-9]{4})?") {
        let process = None;
        let entry = Entry {
            time: Time(1_401_746_533_940),
            stamp: mtatop::entry::Stamp { fraction: b"94", zone: zone.as_bytes() },
            node: Some(&value),
            process,
            body: Body::Header(&value),
            extra: Vec::new(),
        };
        for text in [xml(&entry), nested(&entry), flat(&entry)] {
            prop_assert_eq!(says(&text).unwrap(), format!("{:?}", entry));
        }
    }
}
